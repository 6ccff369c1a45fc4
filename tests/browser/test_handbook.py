"""The handbook of `vpn-help knowledge book`, opened from disk."""

import pytest

from knowledge.authoring.book import write_book
from knowledge.loader import load_base


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handbook")
    write_book(load_base(), folder)
    return folder


@pytest.fixture
async def page(browser):
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    await context.close()
    assert complaints == []


async def test_a_number_is_found_with_the_keyboard_alone(book, page):
    await page.goto((book / "en" / "index.html").as_uri())

    await page.keyboard.press("/")
    await page.keyboard.type("789 security")
    await page.keyboard.press("ArrowDown")
    assert await page.evaluate("document.activeElement.getAttribute('href')") == "codes.html#ras-789"
    await page.keyboard.press("Enter")

    await page.wait_for_url("**/codes.html#ras-789")
    assert await page.locator("#ras-789").is_visible()


async def test_accents_and_capitals_do_not_matter(book, page):
    await page.goto((book / "pt-BR" / "questions.html").as_uri())

    await page.get_by_label("Buscar").fill("CONEXAO CAIU")
    found = await page.locator("#hits a").all_inner_texts()
    assert any("conexão subiu e depois caiu" in text for text in found)
    assert "encontrados" in await page.get_by_role("status").inner_text()
    await page.keyboard.press("Escape")
    assert await page.locator("#hits a").count() == 0


@pytest.mark.parametrize("name", ["index", "cause-psk-mismatch", "questions", "codes", "collect", "words", "logs", "log-charon"])
async def test_a_telephone_shows_each_page_without_scrolling_sideways(book, page, name):
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto((book / "pt-BR" / f"{name}.html").as_uri())

    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_the_picture_leads_to_the_causes(book, page):
    await page.goto((book / "index.html").as_uri())
    await page.get_by_role("link", name="English").click()
    await page.locator("svg a").first.focus()
    await page.keyboard.press("Enter")

    await page.wait_for_url("**/en/cause-*.html")
    assert await page.get_by_role("heading", level=1).count() == 1


async def test_what_is_folded_is_printed(book, page):
    await page.goto((book / "en" / "cause-psk-mismatch.html").as_uri())
    await page.emulate_media(media="print")
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))")

    assert await page.locator("details pre").first.is_visible()
    assert not await page.get_by_label("Search").is_visible()
