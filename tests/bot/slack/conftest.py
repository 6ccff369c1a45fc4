"""A Slack of forty lines: the Web API's methods as a table, every call recorded; and requests signed as Slack signs them."""

import asyncio
import hashlib
import hmac
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import parse_qsl, urlencode

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.cases import Case, Origin
from bot.events import CaseId, UserId, Workspace
from bot.messages import Catalogue
from bot.places import Places
from bot.slack.bolt import Receiver, make_bolt
from bot.slack.chat import Identity, SlackChat
from bot.slack.door import Door
from bot.slack.home import Homes
from bot.slack.payloads import Me
from bot.slack.verification import Verifier
from bot.web import Site, make_web
from knowledge import KnowledgeBase

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN = "xoxb-test"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


class FrozenClock:
    def now(self):
        return NOW


class WebApi:
    """Answers `{"ok": true}` and what `answers` says; a function there gets the arguments, an exception cuts the line."""

    def __init__(self):
        self.calls = []
        self.answers = {
            "auth.test": {"user_id": "U0BOT", "team_id": "T1", "team": "Acme", "url": "https://acme.slack.com/"},
            "users.info": lambda said: {"user": {"id": said["user"], "locale": "en-US", "tz": "UTC", "name": "ana"}},
            "views.open": {"view": {"id": "V1"}},
            "chat.postMessage": lambda said: {"channel": said["channel"], "ts": "1700000000.000001"},
        }
        self.headers = {"x-oauth-scopes": "chat:write,commands"}

    def said(self, method):
        return [arguments for name, arguments in self.calls if name == method]

    async def answering(self, request):
        method = request.match_info["method"]
        arguments = dict(request.query)
        if request.content_type == "application/json":
            arguments |= await request.json()
        elif request.can_read_body:
            arguments |= dict(parse_qsl(await request.text()))
        arguments["_token"] = request.headers.get("Authorization", "")
        self.calls.append((method, arguments))
        answer = self.answers.get(method, {})
        if callable(answer):
            answer = answer(arguments)
        if isinstance(answer, web.StreamResponse):
            return answer
        if answer == "cut":
            request.transport.abort()
            return web.Response()
        return web.json_response({"ok": "error" not in answer, **answer}, headers=self.headers)

    async def stalling(self, request):
        """A file that begins and never ends."""
        reply = web.StreamResponse()
        await reply.prepare(request)
        await reply.write(b"begin")
        await self.stall.wait()
        return reply


@dataclass
class Kept:
    """An inbox in memory, which can be out of order."""

    events: list = field(default_factory=list)
    broken: Exception | None = None

    async def put(self, event):
        if self.broken:
            raise self.broken
        self.events.append(event)
        return True


@dataclass
class Cases:
    held: dict = field(default_factory=dict)

    async def case(self, case):
        return self.held.get(case)

    async def open_cases(self, workspace, requester):
        return [case for case in self.held.values() if case.requester == requester]

    async def cases_of(self, workspace, requester):
        return await self.open_cases(workspace, requester)

    async def thread(self, case, where):
        return None

    async def case_at(self, workspace, ref):
        return None


def homes_of(chat, cases, base):
    async def language(user):
        return None

    async def is_admin(workspace, user, profile):
        return False

    return Homes(
        chat=chat,
        cases=cases,
        words=Catalogue(base),
        places=Places(),
        workspace=Workspace(team="T1"),
        url="https://acme.slack.com/",
        days=30,
        language=language,
        is_admin=is_admin,
    )


@pytest.fixture
def base():
    nothing = MappingProxyType({})
    return KnowledgeBase(
        revision="0" * 12, facts=nothing, formats=nothing, causes=nothing, rules=(), questions=nothing, codes=nothing,
        collects=nothing, locales=frozenset({"en", "pt-BR"}),
    )  # fmt: skip


@pytest.fixture
async def api():
    """The double, served on loopback; `api.url` is what the bot is given."""
    double = WebApi()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/api/{method}", double.answering)
    double.stall = asyncio.Event()
    app.router.add_get("/stall", double.stalling)
    server = TestServer(app)
    double.server = server
    await server.start_server()
    double.url = str(server.make_url("/api/"))
    double.origin = str(server.make_url("/")).rstrip("/")
    yield double
    double.stall.set()
    await server.close()


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as one:
        yield one


@pytest.fixture
def chat(api, session):
    return SlackChat(session, token=TOKEN, api_url=api.url)


@pytest.fixture
def kept():
    return Kept()


@pytest.fixture
def cases():
    case = Case(id=CaseId("c1"), workspace=Workspace(team="T1"), requester=UserId("U1"), origin=Origin.REQUEST, opened_at=NOW)
    return Cases({"c1": case})


class Slack:
    """What Slack does to a bot: sends signed requests and looks at the answer."""

    def __init__(self, client, door):
        self._client = client
        self.door = door

    async def post(self, body, headers=None, content_type="application/x-www-form-urlencoded"):
        body = body if isinstance(body, bytes) else body.encode()
        headers = signed(body) if headers is None else headers
        answer = await self._client.post("/slack/events", data=body, headers={"Content-Type": content_type, **headers})
        text = await answer.text()
        return answer.status, json.loads(text) if text.startswith("{") else text

    async def event(self, **event):
        envelope = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event_time": 1764000000}
        outer = {key: event.pop(key) for key in ("is_ext_shared_channel", "authorizations", "event_id") if key in event}
        return await self.post(json.dumps({**envelope, **outer, "event": event}), content_type="application/json")

    async def command(self, text="", **more):
        fields = {
            "command": "/vpn-help", "text": text, "team_id": "T1", "user_id": "U1", "channel_id": "C1",
            "trigger_id": "1.2.a", "response_url": "https://hooks.slack.com/commands/T1/1/x",
        }  # fmt: skip
        return await self.post(urlencode({**fields, **more}))

    async def interaction(self, **payload):
        payload = {"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"}, "trigger_id": "1.2.b", **payload}
        return await self.post(urlencode({"payload": json.dumps(payload)}))


def signed(body, *, secret=SECRET, at=None):
    stamp = str(int(time.time() if at is None else at))
    mac = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={mac}"}


@pytest.fixture
def clock():
    return FrozenClock()


@pytest.fixture
def sign():
    return signed


@pytest.fixture
async def slack(api, session, chat, kept, cases, base):
    """The bot's door behind its real web application."""

    async def anybody(action):
        del action

    counts = Counter()
    door = Door(
        inbox=kept, chat=chat, cases=cases, clock=FrozenClock(), words=Catalogue(base), me=Me(user=UserId("U0BOT")),
        retention_days=30, allow=anybody, counts=counts, homes=homes_of(chat, cases, base),
    )  # fmt: skip
    identity = Identity(
        user=UserId("U0BOT"), team="T1", enterprise=None, team_name="Acme", url="https://acme.slack.com/", scopes=frozenset()
    )
    bolt = make_bolt(door, identity, session=session, token=TOKEN, api_url=api.url, signing_secret=SECRET)
    receive = Receiver(bolt, Verifier(SECRET), counts)
    async with TestClient(TestServer(make_web(Site(receive=receive, counts=counts)))) as client:
        yield Slack(client, door)
