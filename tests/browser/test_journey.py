"""The whole conversation in a browser: the command, the form, a log, the cause with its line, the confirmed fix; an engineer."""

import re
from importlib.resources import files

import pytest
from playwright.async_api import expect

from bot.app import opened
from bot.playground import names
from bot.settings import Settings

pytestmark = pytest.mark.browser

READING = 30_000  # ms; a log is read in a process of its own, which has to start first

WORDS = {
    "mira": {
        "write": "Message #general",
        "form": "VPN help",
        "send": "Send",
        "device": "Which device?",
        "private": "Only you can see this",
        "thread": "Thread",
        "case": "VPN case",
        "cause": "The pre-shared keys of the two ends differ",
        "works": "It works now",
        "closed": "I have closed the case",
    },
    "joao": {
        "write": "Mensagem para #general",
        "form": "Ajuda com a VPN",
        "send": "Enviar",
        "device": "Qual aparelho?",
        "private": "Só você vê esta mensagem",
        "thread": "Conversa",
        "case": "Caso de VPN",
        "cause": "As chaves pré-compartilhadas dos dois lados são diferentes",
        "works": "Agora funciona",
        "closed": "Encerrei o caso",
    },
}


@pytest.fixture(autouse=True)
def _nothing_from_the_environment(monkeypatch):
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def bot(slack, tmp_path):
    settings = Settings(
        slack_bot_token=names.BOT_TOKEN,
        slack_app_token=names.APP_TOKEN,
        slack_api_url=slack.api_url,
        admin_channel=names.VPN_DESK,
        watched_channels=(names.IT_HELP,),
        data=tmp_path,
        port=0,
    )
    async with opened(settings):
        await slack.wait_until_connected()
        yield slack


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "charon.log"
    path.write_bytes(files("knowledge").joinpath("base", "samples", "wrong-key.log").read_bytes())
    return path


async def begun(page, words):
    """The command is typed, the form sent, and the case's thread stands open in the direct message."""
    await page.get_by_role("textbox", name=words["write"]).fill("/vpn-help it stops at once")
    await page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name=words["form"])
    await form.get_by_label(words["device"]).select_option(label="Linux")
    await form.get_by_role("button", name=words["send"]).click()
    await expect(form).to_be_hidden()
    await expect(page.get_by_text(words["private"])).to_be_visible()
    await page.get_by_role("link", name=re.compile("^VPN Help")).click()
    await expect(page.get_by_role("log").get_by_text(words["case"])).to_be_visible()
    await page.get_by_role("log").locator(".thread-link").click()
    return page.get_by_role("region", name=words["thread"], exact=True)


@pytest.mark.parametrize("who", ["mira", "joao"])
async def test_from_the_command_to_the_confirmed_fix(bot, visit, log, who):
    words = WORDS[who]
    page = await visit(who, names.GENERAL, size=(1280, 900) if who == "mira" else (1024, 768))
    thread = await begun(page, words)
    await thread.locator("input[type=file]").first.set_input_files(log)
    await thread.get_by_role("button", name=words["send"], exact=True).click()

    await expect(thread.get_by_role("log").get_by_text(words["cause"]).first).to_be_visible(timeout=READING)
    await expect(thread.get_by_role("log").locator("pre", has_text="could not decrypt payloads").first).to_be_visible()
    await thread.get_by_role("button", name=words["works"]).last.click()
    await expect(thread.get_by_role("log").get_by_text(words["closed"])).to_be_visible(timeout=READING)


async def test_an_engineer_answers_from_the_desk(bot, visit, log):
    mira, sam = await visit("mira", names.GENERAL), await visit("sam", names.VPN_DESK)
    thread = await begun(mira, WORDS["mira"])
    await thread.locator("input[type=file]").first.set_input_files(log)
    await thread.get_by_role("button", name="Send", exact=True).click()
    await thread.get_by_role("button", name="Ask a person").last.click(timeout=READING)

    await sam.get_by_role("button", name="Claim").click(timeout=READING)
    await sam.get_by_role("button", name="Reply to requester").click(timeout=READING)
    form = sam.get_by_role("dialog")
    await form.get_by_role("textbox").fill("Your key was changed on Monday; I send you the new one by post.")
    await form.get_by_role("button", name="Preview").click()
    await expect(
        sam.get_by_role("dialog", name="Send this?").get_by_text("I send you the new one by post.").first
    ).to_be_visible()
    await sam.get_by_role("dialog", name="Send this?").get_by_role("button", name="Send it").click()
    await expect(thread.get_by_role("log").get_by_text("I send you the new one by post.")).to_be_visible(timeout=READING)
