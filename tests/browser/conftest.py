import os
import shutil

import aiohttp
import pytest
from playwright.async_api import async_playwright

from bot.playground.kit import Playground
from tests.bot.playground.small_bot import SmallBot


def chromium():
    """The browser that is installed, or None for Playwright's own."""
    wanted = (os.environ.get("VPN_HELP_BROWSER"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in wanted if name and (path := shutil.which(name))), None)


@pytest.fixture
async def slack():
    async with Playground.start() as playground:
        yield playground


@pytest.fixture
async def bot(slack):
    async with aiohttp.ClientSession() as session:
        bot = SmallBot(slack, session)
        async with bot.over_socket():
            yield bot


@pytest.fixture
async def browser():
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield launched
        await launched.close()


@pytest.fixture
async def visit(browser, slack):
    """Opens the page as somebody; whatever the page complains of fails the test."""
    complaints, contexts = [], []

    async def open_page(handle, place="", *, size=(1280, 800), scheme="light", touch=False):
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            has_touch=touch,
            is_mobile=touch,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        await page.goto(f"{slack.base}/?as={handle}#/{place}")
        await page.get_by_role("navigation").wait_for(state="attached")
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert complaints == []
