"""Takes the pictures of the READMEs anew: each surface in a real browser, on a desk and on a phone, in both languages.

    .venv/bin/python deploy/pictures/renew.py [NAME…]        (after `sh deploy/test`, which installs what it needs)

Nothing is drawn by hand: the bot, its playground and Chromium run as for anybody, on a world that is thrown away. People act
through the playground's control API; the pages only look. The browser also brings the colours down to a palette, so that the
repository stays slim.
"""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import struct
import sys
import tempfile
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from bot.app import opened
from bot.playground import names
from bot.playground.kit import Playground, Someone, all_text
from bot.settings import Settings

HERE = Path(__file__).parent
DESK, PHONE = (1280, 860), (390, 844)
SIZES = {"": DESK, ".phone": PHONE}
PATIENCE = 30_000  # ms

WORDS = {
    "en": {
        "who": "mira",
        "engineer": "sam",
        "complaint": "it stops after a minute, error 789",
        "device": "linux",
        "case": "VPN case",
        "question": "Why I ask",
        "known": "How I know",
        "claimed": "Claimed by",
        "person": "Ask a person",
        "answer": "Your key was changed on Monday. The new one is in the password vault under “VPN”.",
        "reply": "Reply to requester",
        "customer": "A customer cannot connect from the hotel, Windows 11",
        "mention": "@vpn-help timeline",
        "timeline": "Attempts to connect",
        "unread": "vpn-trace.bin",
        "failed": "I could not read",
    },
    "pt-BR": {
        "who": "joao",
        "engineer": "ana",
        "complaint": "para depois de um minuto, erro 789",
        "device": "linux",
        "case": "Caso de VPN",
        "question": "Por que pergunto",
        "known": "Como eu sei",
        "claimed": "Assumido por",
        "person": "Falar com uma pessoa",
        "answer": "Sua chave foi trocada na segunda-feira. A nova está no cofre de senhas, em “VPN”.",
        "reply": "Responder à pessoa",
        "customer": "Um cliente não conecta do hotel, Windows 11",
        "mention": "@vpn-help linha do tempo",
        "timeline": "Tentativas de conexão",
        "unread": "vpn-trace.bin",
        "failed": "Não consegui ler",
    },
}

#: In a page of its own: the colours of a PNG brought down to 256, the frequent ones as they are.
PALETTE = """async (source) => {
  const bytes = Uint8Array.from(atob(source), (c) => c.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(image.width, image.height);
  const brush = canvas.getContext("2d");
  brush.drawImage(image, 0, 0);
  const pixels = new Uint32Array(brush.getImageData(0, 0, image.width, image.height).data.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) || 0) + 1);
  const parts = (pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  const far = (a, b) => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
  const ordered = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
  const palette = [];
  for (const apart of [300, 40, 0]) {
    for (const pixel of ordered) {
      if (palette.length >= 256) break;
      const colour = parts(pixel);
      if (palette.every((one) => far(one, colour) > apart)) palette.push(colour);
    }
  }
  const nearest = new Map();
  for (const pixel of ordered) {
    const colour = parts(pixel);
    let best = 0;
    palette.forEach((one, index) => { if (far(one, colour) < far(palette[best], colour)) best = index; });
    nearest.set(pixel, best);
  }
  const indices = Uint8Array.from(pixels, (pixel) => nearest.get(pixel));
  let text = "";
  for (let at = 0; at < indices.length; at += 32768) text += String.fromCharCode(...indices.subarray(at, at + 32768));
  return { width: image.width, height: image.height, palette, indices: btoa(text) };
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """Where pictures are taken, in one language."""

    browser: Browser
    slack: Playground
    locale: str
    #: Only these surfaces; empty: all.
    wanted: frozenset[str]

    @property
    def words(self) -> Mapping[str, str]:
        """What is said and looked for."""
        return WORDS[self.locale]

    def person(self, role: str) -> Someone:
        """The requester (`who`) or the engineer."""
        return self.slack.as_person(self.words[role])

    async def take(
        self, name: str, handle: str, place: str, *, shows: str, begin: str = "", heading: str = "", tab: str = ""
    ) -> None:
        """One surface in both sizes: `shows` stands on it; the message with `begin`, or the `heading`, is scrolled to the top."""
        if self.wanted and name not in self.wanted:
            return
        for suffix, size in SIZES.items():
            page = await visit(self.browser, self.slack, handle, place, size)
            if tab:
                await page.get_by_role("tab", name=tab).click()
            await expect(page.get_by_text(shows).last).to_be_visible(timeout=PATIENCE)
            if begin:
                await page.locator("article", has_text=begin).last.evaluate("one => one.scrollIntoView({ block: 'start' })")
            if heading:
                await page.wait_for_timeout(1500)  # opening the tab publishes it anew, and the page draws it from above
                await page.get_by_role("heading", name=heading).evaluate("one => one.scrollIntoView({ block: 'start' })")
            await page.mouse.move(0, 0)
            await page.wait_for_function("[...document.images].every((one) => one.complete)")
            path = HERE / f"{name}{suffix}.{self.locale}.png"
            path.write_bytes(await slim(page, await page.screenshot()))
            await page.context.close()


async def slim(page: Page, png: bytes) -> bytes:
    """The picture with a palette."""
    found = await page.evaluate(PALETTE, base64.b64encode(png).decode())
    width, height, indices = found["width"], found["height"], base64.b64decode(found["indices"])
    rows = b"".join(b"\0" + indices[at : at + width] for at in range(0, width * height, width))
    colours = b"".join(bytes(colour) for colour in found["palette"])
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", colours), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


async def journey(studio: Studio) -> None:
    """The pictures of one language, along one case."""
    slack, words, log = studio.slack, studio.words, sample("wrong-key")
    person, engineer = studio.person("who"), studio.person("engineer")
    who, desk = words["who"], words["engineer"]

    await person.command(f"/vpn-help {words['complaint']}")
    form = await person.modal()
    await form.fill({"platform": words["device"]})
    await studio.take("form", who, names.GENERAL, shows=form.title)
    await form.submit({"platform": words["device"]})
    opened_ = await slack.wait_for_message(f"@{who}", contains=words["case"])
    thread = f"{opened_['channel']}/{opened_['ts']}"
    await slack.wait_for_message(f"@{who}", contains=words["question"])
    await studio.take("question", who, thread, shows=words["question"])

    await person.upload("charon.log", log, thread_ts=opened_["ts"])
    await slack.wait_for_message(f"@{who}", contains=words["known"])
    await studio.take("reply", who, thread, shows="decryption failed?", begin="decryption failed?")
    await person.upload(words["unread"], bytes(range(256)) * 40, thread_ts=opened_["ts"])
    await slack.wait_for_message(f"@{who}", contains=words["failed"])
    await studio.take("unreadable", who, thread, shows="journalctl", begin=words["failed"])

    await person.press("ask_person")
    card = await slack.wait_for_message("vpn-desk", contains=words["case"])
    await engineer.press("claim", card)
    await slack.wait_for_message("vpn-desk", contains=words["claimed"])
    await studio.take("desk", desk, names.VPN_DESK, shows=words["claimed"], begin=words["claimed"])
    await engineer.press("open_reply", channel="vpn-desk")
    await (await engineer.modal()).submit({"text": words["answer"]})
    preview = await slack.wait_for(lambda world: _preview(world, engineer.handle, words["answer"]), "the preview")
    await studio.take("preview", desk, names.VPN_DESK, shows=preview)
    await (await engineer.modal()).submit({})
    await slack.wait_for_message(f"@{who}", contains=words["answer"])
    await studio.take("answer", who, thread, shows=words["answer"], begin=words["answer"])

    await home(studio, person, engineer)
    await channels(studio)


def _preview(world: Mapping[str, object], handle: str, answer: str) -> str | None:
    """The title of the modal, once it shows the answer."""
    modals: Mapping[str, list[Mapping[str, object]]] = world["modals"]  # type: ignore[assignment]  # JSON
    people: list[Mapping[str, str]] = world["people"]  # type: ignore[assignment]  # JSON
    own = next(one["id"] for one in people if one["name"] == handle)
    top = (modals.get(own) or [{}])[-1]
    return str(top["title"]["text"]) if len(modals.get(own) or ()) and all_text(top).count(answer) else None  # type: ignore[index]  # JSON


async def home(studio: Studio, person: Someone, engineer: Someone) -> None:
    """Home tabs: of the requester, of an engineer who is an admin, and its form."""
    direct = {handle: await direct_message(studio, handle) for handle in (person.handle, engineer.handle)}
    set_up = {"en": "Set-up", "pt-BR": "Configuração"}[studio.locale]
    for name, who, heading in (("home", person, ""), ("desk_home", engineer, ""), ("admin", engineer, set_up)):
        tab = await who.home()
        title = str(tab["blocks"][0]["text"]["text"])
        await studio.take(
            name, who.handle, direct[who.handle], shows=title, heading=heading, tab="Home" if studio.locale == "en" else "Início"
        )
    await engineer.act("press", view=(await engineer.home())["id"], element="open_watch")
    form = await engineer.modal()
    await studio.take("setup", engineer.handle, direct[engineer.handle], shows=form.title)
    await form.close(everything=True)


async def direct_message(studio: Studio, handle: str) -> str:
    """Somebody's direct message with the bot."""
    return str((await studio.slack.act(handle, "open", tab="messages"))["channel"])


async def channels(studio: Studio) -> None:
    """A log in a watched channel, answered unasked; and engineers who ask for its timeline."""
    slack, words = studio.slack, studio.words
    person = studio.person("who")
    parent = await person.upload("charon.log", sample("wrong-key"), "it-help", text=words["customer"])
    await slack.wait_for_message("it-help", contains=words["known"], thread_ts=parent)
    place = f"{names.IT_HELP}/{parent}"
    await studio.take("watched", person.handle, place, shows="decryption failed?", begin=words["known"])
    await person.post(words["mention"], "it-help", thread_ts=parent)
    await slack.wait_for_message("it-help", contains=words["timeline"], thread_ts=parent)
    await slack.wait_for(_has_picture, "the picture")
    await studio.take("mention", person.handle, place, shows=words["timeline"], begin=words["timeline"])


def _has_picture(world: Mapping[str, object]) -> bool:
    posts: Mapping[str, list[Mapping[str, list[Mapping[str, str]]]]] = world["messages"]  # type: ignore[assignment]  # JSON
    return any(one["name"].endswith(".png") for post in posts.get(names.IT_HELP, []) for one in post.get("files") or ())


@asynccontextmanager
async def running(locale: str) -> AsyncIterator[Playground]:
    """The bot beside a playground of its own."""
    with tempfile.TemporaryDirectory() as folder:
        async with Playground.start() as slack:
            settings = Settings(
                slack_bot_token=names.BOT_TOKEN,
                slack_app_token=names.APP_TOKEN,
                slack_api_url=slack.api_url,
                admin_channel=names.VPN_DESK,
                watched_channels=(names.IT_HELP,),
                desk_language=locale,
                data=Path(folder),
                port=0,
            )
            async with opened(settings):
                await slack.wait_until_connected()
                yield slack


async def visit(browser: Browser, slack: Playground, who: str, place: str, size: tuple[int, int]) -> Page:
    """The page as somebody sees it."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, device_scale_factor=1, reduced_motion="reduce", has_touch=size is PHONE
    )
    page = await context.new_page()
    await page.goto(f"{slack.base}/?as={who}#/{place}")
    return page


def sample(name: str) -> bytes:
    """A log that ships with the project."""
    return files("knowledge").joinpath("base", "samples", f"{name}.log").read_bytes()


def chromium() -> str | None:
    """The browser that is installed, or None for Playwright's own."""
    wanted = (os.environ.get("VPN_HELP_BROWSER"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in wanted if name and (path := shutil.which(name))), None)


async def main() -> None:
    """All of them, or those that are named."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        for locale in WORDS:
            async with running(locale) as slack:
                await journey(Studio(browser=browser, slack=slack, locale=locale, wanted=frozenset(sys.argv[1:])))
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
