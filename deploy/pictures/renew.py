"""Takes the pictures of the README anew: a conversation in the playground, in a real browser, in both languages.

    .venv/bin/python deploy/pictures/renew.py        (after `sh deploy/test`, which installs what it needs)

Nothing is drawn by hand: the bot, its playground and Chromium run as for anybody, on a world that is thrown away.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from bot.app import opened
from bot.playground import names
from bot.playground.kit import Playground
from bot.settings import Settings

HERE = Path(__file__).parent
PHONE, DESK = (390, 844), (1280, 860)
PATIENCE = 30_000  # ms

WORDS = {
    "en": {
        "who": "mira",
        "write": "Message #general",
        "complaint": "/vpn-help it stops after a minute, error 789",
        "form": "VPN help",
        "device": "Which device?",
        "send": "Send",
        "thread": "Thread",
        "cause": "The pre-shared keys of the two ends differ",
        "person": "Ask a person",
        "answer": "Your key was changed on Monday. The new one is in the password vault under “VPN”.",
    },
    "pt-BR": {
        "who": "joao",
        "write": "Mensagem para #general",
        "complaint": "/vpn-help para depois de um minuto, erro 789",
        "form": "Ajuda com a VPN",
        "device": "Qual aparelho?",
        "send": "Enviar",
        "thread": "Conversa",
        "cause": "As chaves pré-compartilhadas dos dois lados são diferentes",
        "person": "Falar com uma pessoa",
        "answer": "Sua chave foi trocada na segunda-feira. A nova está no cofre de senhas, em “VPN”.",
    },
}


def chromium() -> str | None:
    """The browser that is installed, or None for Playwright's own."""
    wanted = (os.environ.get("VPN_HELP_BROWSER"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in wanted if name and (path := shutil.which(name))), None)


async def take(locale: str, browser: Browser, log: Path) -> None:
    """The pictures of one language."""
    words = WORDS[locale]
    async with running() as slack:
        page = await visit(browser, slack, words["who"], names.GENERAL, DESK)
        await page.get_by_role("textbox", name=words["write"]).fill(words["complaint"])
        await page.keyboard.press("Enter")
        form = page.get_by_role("dialog", name=words["form"])
        await form.get_by_label(words["device"]).select_option(label="Linux")
        await shot(page, locale, "form")
        await form.get_by_role("button", name=words["send"]).click()
        await page.get_by_role("link", name=re.compile("^VPN Help")).click()
        await page.get_by_role("log").locator(".thread-link").click()
        thread = page.get_by_role("region", name=words["thread"], exact=True)
        await thread.locator("input[type=file]").first.set_input_files(log)
        await thread.get_by_role("button", name=words["send"], exact=True).click()
        reply = thread.locator("article", has=page.locator("pre", has_text="decryption failed?")).first
        await expect(reply).to_be_visible(timeout=PATIENCE)
        await shot(page, locale, "reply", reply)

        phone = await visit(browser, slack, words["who"], page.url.split("#/")[1], PHONE)
        there = phone.locator("article", has=phone.locator("pre", has_text="decryption failed?")).first
        await expect(there).to_be_visible(timeout=PATIENCE)
        await shot(phone, locale, "phone", there)

        await thread.get_by_role("button", name=words["person"]).last.click()
        await hand_over(browser, slack, locale, words["answer"])
        await expect(thread.get_by_text(words["answer"])).to_be_visible(timeout=PATIENCE)
        await shot(page, locale, "answer", thread.locator("article").last)


async def hand_over(browser: Browser, slack: Playground, locale: str, answer: str) -> None:
    """The engineer's side."""
    sam = await visit(browser, slack, "sam", names.VPN_DESK, DESK)
    await sam.get_by_role("button", name="Claim").click(timeout=PATIENCE)
    await expect(sam.get_by_text("Claimed by")).to_be_visible(timeout=PATIENCE)
    await shot(sam, locale, "desk", sam.locator("article").last)
    await sam.get_by_role("button", name="Reply to requester").click()
    form = sam.get_by_role("dialog")
    await form.get_by_role("textbox").fill(answer)
    await form.get_by_role("button", name="Preview").click()
    preview = sam.get_by_role("dialog", name="Send this?")
    await expect(preview.get_by_text(answer).first).to_be_visible()
    await shot(sam, locale, "preview")
    await preview.get_by_role("button", name="Send it").click()


@asynccontextmanager
async def running() -> AsyncIterator[Playground]:
    """The bot beside a playground of its own."""
    with tempfile.TemporaryDirectory() as folder:
        async with Playground.start() as slack:
            settings = Settings(
                slack_bot_token=names.BOT_TOKEN,
                slack_app_token=names.APP_TOKEN,
                slack_api_url=slack.api_url,
                admin_channel=names.VPN_DESK,
                watched_channels=(names.IT_HELP,),
                data=Path(folder),
                port=0,
            )
            async with opened(settings):
                await slack.wait_until_connected()
                yield slack


async def visit(browser: Browser, slack: Playground, who: str, place: str, size: tuple[int, int]) -> Page:
    """The page as somebody sees it."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, device_scale_factor=1, reduced_motion="reduce"
    )
    page = await context.new_page()
    await page.goto(f"{slack.base}/?as={who}#/{place}")
    return page


async def shot(page: Page, locale: str, name: str, of: Locator | None = None) -> None:
    """One picture; with `of`, scrolled to where that message begins."""
    if of is not None:
        await of.evaluate("message => message.scrollIntoView({ block: 'start' })")
    await page.mouse.move(0, 0)
    await page.screenshot(path=HERE / f"{name}.{locale}.png")


async def main() -> None:
    """All of them."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "charon.log"
        log.write_bytes(files("knowledge").joinpath("base", "samples", "wrong-key.log").read_bytes())
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
            for locale in WORDS:
                await take(locale, browser, log)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
