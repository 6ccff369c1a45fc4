"""The door against the playground: real Bolt, real Socket Mode and signed HTTP, real files; only the inbox is in memory."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.errors import Refused, Unknown
from bot.events import FileShared, IntakeSubmitted, MessageDeleted, MessagePosted, ThreadRef, WordGiven
from bot.messages import Catalogue
from bot.playground import names
from bot.playground.kit import ActRefusedError, Playground
from bot.slack.bolt import Receiver, SocketMode, make_bolt
from bot.slack.chat import TIMEOUT, SlackChat
from bot.slack.door import Door
from bot.slack.payloads import Me
from bot.slack.verification import Verifier
from bot.web import Site, make_web, serving
from bot.wording import Message
from tests.bot.slack.conftest import homes_of


class Waited:
    """An inbox that one can wait at."""

    def __init__(self):
        self.events = []
        self._came = asyncio.Condition()

    async def put(self, event):
        async with self._came:
            if event.id not in {known.id for known in self.events}:
                self.events.append(event)
            self._came.notify_all()

    async def of(self, kind):
        def look():
            return next((event for event in self.events if isinstance(event, kind)), None)

        async with asyncio.timeout(10), self._came:
            await self._came.wait_for(lambda: look() is not None)
            return look()


@pytest.fixture
def inbox():
    return Waited()


@pytest.fixture
async def slack():
    async with Playground.start() as running:
        yield running


@pytest.fixture
async def chat(slack):
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        yield SlackChat(session, token=names.BOT_TOKEN, api_url=slack.api_url)


@asynccontextmanager
async def bolt_of(slack, chat, inbox, cases, clock, base):
    async def anybody(action):
        del action

    me = await chat.who_am_i()
    door = Door(
        inbox=inbox, chat=chat, cases=cases, clock=clock, words=Catalogue(base), me=Me(user=me.user), retention_days=30,
        allow=anybody, counts=Counter(), homes=homes_of(chat, cases, base),
    )  # fmt: skip
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        bolt = make_bolt(
            door, me, session=session, token=names.BOT_TOKEN, api_url=slack.api_url, signing_secret=names.SIGNING_SECRET
        )
        yield bolt, session, door


@pytest.fixture(params=["socket", "http"])
async def connected(request, slack, chat, inbox, cases, clock, base):
    """The bot, connected either way."""
    async with bolt_of(slack, chat, inbox, cases, clock, base) as (bolt, session, door):
        if request.param == "socket":
            socket = SocketMode(bolt, session=session, app_token=names.APP_TOKEN, api_url=slack.api_url)
            await socket.open()
            await slack.wait_until_connected()
            yield slack
            await socket.ping()
            await socket.close()
        else:
            receive = Receiver(bolt, Verifier(names.SIGNING_SECRET), door.counts)
            async with serving(make_web(Site(receive=receive)), "127.0.0.1", 0) as address:
                await slack.deliver_over_http(f"{address}/slack/events")
                yield slack


async def test_command_modal_and_submission(connected, inbox):
    joao = connected.as_person("joao")
    await joao.command("/vpn-help erro 809")
    modal = await joao.modal()
    await modal.submit({"error": "809", "files": ("charon.log", b"a log\n")})
    event = await inbox.of(IntakeSubmitted)
    assert (event.user, event.text, event.error, event.channel) == (names.JOAO, "erro 809", "809", names.GENERAL)
    assert [file.name for file in event.files] == ["charon.log"]
    assert event.response_url.startswith(connected.base)


async def test_word_after_the_command(connected, inbox):
    await connected.as_person("mira").command("/vpn-help status")
    assert (await inbox.of(WordGiven)).word == "status"


async def test_upload_is_one_message_and_its_bytes_come(connected, chat, inbox, tmp_path):
    mira = connected.as_person("mira")
    await mira.upload("pluto.log", b"line\n" * 1000, text="here it is")
    event = await inbox.of(MessagePosted)
    assert (event.text, event.files[0].name, event.kind) == ("here it is", "pluto.log", "direct")
    assert await chat.download(event.files[0], tmp_path / "f", limit=10**6) == 5000
    assert (await inbox.of(FileShared)).file_id == event.files[0].id


async def test_message_taken_back(connected, inbox):
    mira = connected.as_person("mira")
    ts = await mira.post("my password is hunter2")
    await mira.delete("@vpn-help", ts)
    assert (await inbox.of(MessageDeleted)).ref.ts == ts


async def test_mention_in_a_thread_is_one_event(connected, inbox):
    mira = connected.as_person("mira")
    parent = await mira.post("my VPN is down", "it-help")
    await mira.post("@vpn-help triage", "it-help", thread_ts=parent)
    await connected.wait_until_quiet()
    mentions = [event for event in inbox.events if isinstance(event, MessagePosted) and event.mentions_bot]
    assert [(event.text, event.thread_ts) for event in mentions] == [("triage", parent)]


async def test_home_tab(connected):
    assert "VPN Help" in str(await connected.as_person("mira").home())


async def test_modal_refused_by_slack_leaves_a_button(connected):
    mira = connected.as_person("mira")
    await connected.fail("api_error", "views.open", times=1, value="expired_trigger_id")
    await mira.command("/vpn-help")
    await connected.wait_for_whisper("mira", contains="once more")
    await mira.press("open_intake", channel="general")
    assert (await mira.modal()).title == "VPN help"


async def test_saying_finding_editing_taking_back(slack, chat):
    direct = await chat.open_direct(names.MIRA)
    parent = await chat.post(ThreadRef(channel=direct), Message(text="case"), key="k1")
    reply = await chat.post(ThreadRef(channel=direct, ts=parent.ts), Message(text="answer"), key="k2")
    assert await chat.find(ThreadRef(channel=direct), key="k1") == parent
    assert await chat.find(ThreadRef(channel=direct, ts=parent.ts), key="k2") == reply
    assert await chat.find(ThreadRef(channel=direct, ts=parent.ts), key="k3") is None
    await chat.edit(reply, Message(text="better answer"))
    await slack.wait_for_message("@mira", contains="better answer")
    assert (await chat.permalink(reply) or "").startswith(slack.base)
    await chat.delete(reply)
    await chat.delete(reply)


async def test_lost_answer_is_unknown_and_can_be_found(slack, chat):
    direct = await chat.open_direct(names.MIRA)
    await slack.fail("lose_answer", "chat.postMessage", times=1)
    with pytest.raises(Unknown):
        await chat.post(ThreadRef(channel=direct), Message(text="case"), key="k1")
    assert await chat.find(ThreadRef(channel=direct), key="k1") is not None


async def test_file_goes_out_into_a_thread(slack, chat, tmp_path):
    path = tmp_path / "a.log"
    path.write_bytes(b"x" * 2_000_000)
    desk = await chat.post(ThreadRef(channel=names.VPN_DESK), Message(text="card"), key="k1")
    where = ThreadRef(channel=names.VPN_DESK, ts=desk.ts)
    await chat.upload(where, path, name="charon.log", comment="as asked", title="A log", alt="What is in it")
    post = await slack.wait_for_message("vpn-desk", contains="as asked")
    shown = post["files"][0]
    assert (shown["name"], shown["title"], shown["alt_txt"]) == ("charon.log", "A log", "What is in it")


@pytest.mark.parametrize(("fault", "code"), [("login_page", "login-page"), ("foreign_redirect", "foreign-host")])
async def test_downloads_that_are_none(slack, chat, tmp_path, fault, code):
    await slack.as_person("mira").upload("a.log", b"x" * 10)
    world = await slack.world()
    file = next(iter(world["files"].values())) if isinstance(world["files"], dict) else world["files"][0]
    await slack.fail(fault)
    with pytest.raises(Refused) as caught:
        await chat.download(await chat.file(file["id"]), tmp_path / "f", limit=100)
    assert caught.value.code == code


async def test_people(chat):
    joao = await chat.profile(names.JOAO)
    assert (joao.name, joao.locale, joao.timezone) == ("João Pereira", "pt-BR", "America/Sao_Paulo")
    assert names.ANA in await chat.members(names.VPN_DESK)
    assert names.ANA in await chat.group(names.RESPONDERS)


async def test_event_that_was_not_kept_comes_again(slack, chat, inbox, cases, clock, base):
    class Once(Waited):
        failed = False

        async def put(self, event):
            if not self.failed:
                self.failed = True
                raise OSError("disk full")
            await super().put(event)

    once = Once()
    async with bolt_of(slack, chat, once, cases, clock, base) as (bolt, _, door):
        receive = Receiver(bolt, Verifier(names.SIGNING_SECRET), door.counts)
        async with serving(make_web(Site(receive=receive)), "127.0.0.1", 0) as address:
            await slack.deliver_over_http(f"{address}/slack/events")
            await slack.as_person("mira").post("hello")
            assert (await once.of(MessagePosted)).text == "hello"


async def test_playground_refuses_the_wrong_secret(slack, chat, inbox, cases, clock, base):
    async with bolt_of(slack, chat, inbox, cases, clock, base) as (bolt, _, door):
        receive = Receiver(bolt, Verifier("another"), door.counts)
        async with serving(make_web(Site(receive=receive)), "127.0.0.1", 0) as address:
            await slack.deliver_over_http(f"{address}/slack/events")
            with pytest.raises(ActRefusedError):
                await slack.as_person("mira").command("/vpn-help status")
    assert inbox.events == []
    assert door.counts["requests_refused"] == 1
