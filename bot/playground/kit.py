"""The test kit: a playground for a test, and people to act as.

    async with Playground.start() as slack:
        mira = slack.as_person("mira")
        await mira.command("/vpn-help error 809")
        modal = await mira.modal()
        await modal.submit({"What happens?": "It stops at 98 %"})
        message = await slack.wait_for_message("@mira", contains="Likely cause")

Nothing here sleeps: what waits, waits for a change of the playground's world and looks again.
"""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from bot.playground import names
from bot.playground.records import Json
from bot.playground.server import running

_T = TypeVar("_T")

#: What is waited for has come by then, or will not come.
PATIENCE = 20.0


class ActRefusedError(Exception):
    """The playground did not do what was asked; `code` and `errors` as Slack's client would show them."""

    def __init__(self, answer: Json) -> None:
        super().__init__(f"{answer.get('error')}: {answer.get('errors') or answer.get('detail') or ''}")
        self.code = str(answer.get("error"))
        self.errors: dict[str, str] = answer.get("errors") or {}
        self.detail = str(answer.get("detail") or "")


class NothingCameError(Exception):
    """What was waited for did not come; the text says what there was instead."""


class Playground:
    """A playground that listens somewhere. `base` is its address, `api_url` what the bot's settings need."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self.base = base
        self.api_url = f"{base}/api/"
        self._session = session

    @classmethod
    @asynccontextmanager
    async def start(cls, *, data: Path | None = None, bot_url: str | None = None, port: int = 0) -> AsyncIterator[Playground]:
        """A playground of one's own, in this process, on a free port. Without `data` its world is thrown away."""
        with tempfile.TemporaryDirectory() as folder:
            async with running("127.0.0.1", port, data or Path(folder), bot_url) as slack, cls.at(slack.base) as kit:
                yield kit

    @classmethod
    @asynccontextmanager
    async def at(cls, base: str) -> AsyncIterator[Playground]:
        """A playground that runs already, perhaps in another process."""
        async with aiohttp.ClientSession(trust_env=False) as session:
            yield cls(base.rstrip("/"), session)

    async def control(self, path: str, body: Mapping[str, object] | None = None, **query: str) -> Json:
        """A call of the control API: GET without a body, POST with one."""
        verb = "GET" if body is None else "POST"
        async with self._session.request(verb, f"{self.base}/_control/{path}", params=query, json=body) as response:
            answer: Json = await response.json()
            return answer

    def as_person(self, handle: str) -> Someone:
        """Somebody to act as: `mira`, `joao`, `ana`, `sam`."""
        return Someone(playground=self, handle=handle)

    # reading

    async def world(self) -> Json:
        """The whole world as it is now."""
        return await self.control("world")

    async def messages(self, channel: str, thread_ts: str | None = None) -> list[Json]:
        """The messages of a channel's top level, or of a thread with its parent, oldest first.

        `channel` is an id, a name, or `@handle` for somebody's direct message with the bot.
        """
        return messages_in(await self.world(), channel, thread_ts)

    async def calls(self, method: str | None = None) -> list[Json]:
        """What the bot called, oldest first."""
        calls: list[Json] = (await self.world())["calls"]
        return [call for call in calls if method in (None, call["method"])]

    # waiting

    async def wait_for(self, found: Callable[[Json], _T | None], what: str = "it", *, seconds: float = PATIENCE) -> _T:
        """What `found` finds in the world, as soon as it finds something that is true.

        Raises:
            NothingCameError: it did not within so many seconds.
        """
        now = asyncio.get_running_loop().time
        end = now() + seconds
        world = await self.world()
        while not (value := found(world)):
            left = end - now()
            if left <= 0:
                raise NothingCameError(f"{what} did not come within {seconds:g} s; there was:\n{_told(world)}")
            world = await self.control("world", after=str(world["revision"]), seconds=f"{left:.2f}")
        return value

    async def wait_for_message(
        self,
        channel: str,
        *,
        contains: str = "",
        thread_ts: str | None = None,
        newer_than: str = "",
        user: str = names.BOT_USER,
        anywhere: bool = True,
        seconds: float = PATIENCE,
    ) -> Json:
        """The first message of the bot (or of `user`) whose text or blocks contain something.

        Without `thread_ts` threads are looked at too, unless `anywhere` is False.
        """

        def look(world: Json) -> Json | None:
            posts = world["messages"].get(_channel_id(world, channel), []) if anywhere and not thread_ts else None
            for post in messages_in(world, channel, thread_ts) if posts is None else posts:
                if post["user"] == user and post["ts"] > newer_than and contains in all_text(post):
                    return dict(post)
            return None

        return await self.wait_for(look, f"a message with {contains!r} in {channel}", seconds=seconds)

    async def wait_for_whisper(self, handle: str, *, contains: str = "", seconds: float = PATIENCE) -> Json:
        """An ephemeral message to somebody."""
        return await self.wait_for(
            lambda world: next(
                (dict(one) for one in world["whispers"] if one["to"] == _person_id(world, handle) and contains in all_text(one)),
                None,
            ),
            f"an ephemeral message with {contains!r} to {handle}",
            seconds=seconds,
        )

    async def wait_until_quiet(self, *, seconds: float = PATIENCE) -> None:
        """Until no event is under way or due."""
        await self.wait_for(lambda world: world["quiet"], "quiet", seconds=seconds)

    async def wait_until_connected(self, *, seconds: float = PATIENCE) -> None:
        """Until the bot has a socket open."""
        await self.wait_for(lambda world: world["connected"], "the bot's connection", seconds=seconds)

    # changing

    async def forward(self, seconds: float) -> None:
        """Let time pass."""
        await self.control("clock", {"forward": seconds})

    async def fail(self, kind: str, match: str = "*", *, times: int | None = None, value: str | float | None = None) -> None:
        """Turn on a fault; see `faults.py`."""
        answer = await self.control("faults", {"add": [{"kind": kind, "match": match, "times": times, "value": value}]})
        if not answer["ok"]:
            raise ActRefusedError(answer)

    async def mend(self) -> None:
        """Turn off all faults."""
        await self.control("faults", {"clear": True})

    async def deliver_over_http(self, bot_url: str) -> None:
        """Signed HTTP from now on."""
        await self.control("settings", {"bot_url": bot_url, "delivery": "http"})

    async def act(self, handle: str, act: str, **given: object) -> Json:
        """Do something as somebody.

        Raises:
            ActRefusedError: Slack or its client would not do it.
        """
        answer = await self.control("act", {"as": handle, "act": act, **given})
        if not answer["ok"]:
            raise ActRefusedError(answer)
        return answer

    async def hand_in(self, handle: str, name: str, data: bytes) -> str:
        """A file of somebody's, not yet shown to anybody; its id."""
        query = {"as": handle, "name": name}
        async with self._session.post(f"{self.base}/_control/upload", params=query, data=io.BytesIO(data)) as response:
            answer: Json = await response.json()
        if not answer["ok"]:
            raise ActRefusedError(answer)
        return str(answer["file"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """A person to act as. A channel is an id, a name, or `@vpn-help` for the direct message with the bot."""

    playground: Playground
    handle: str

    async def act(self, act: str, **given: object) -> Json:
        """Do something by its name; see `acts.py`."""
        return await self.playground.act(self.handle, act, **given)

    async def command(self, line: str, channel: str = "general") -> Json:
        """Type a slash command."""
        return await self.act("command", channel=channel, text=line)

    async def post(self, text: str, channel: str = "@vpn-help", *, thread_ts: str | None = None) -> str:
        """Write a message; its ts."""
        return str((await self.act("post", channel=channel, text=text, thread_ts=thread_ts))["ts"])

    async def upload(
        self, name: str, data: bytes | Path, channel: str = "@vpn-help", *, thread_ts: str | None = None, text: str = ""
    ) -> str:
        """Post a file, with words if wanted; the message's ts."""
        body = await asyncio.to_thread(data.read_bytes) if isinstance(data, Path) else data
        file = await self.playground.hand_in(self.handle, name, body)
        return str((await self.act("post", channel=channel, text=text, thread_ts=thread_ts, files=[file]))["ts"])

    async def press(self, element: str, message: Json | None = None, *, channel: str = "@vpn-help", value: object = None) -> Json:
        """Press a button, or choose in a menu, by its words or its `action_id`.

        Without a message: the newest one that this person sees in `channel` with such an element, or else their modal.
        """
        if message is None:
            message = await self.playground.wait_for(
                lambda world: find_element(world, _person_id(world, self.handle), self._channel(world, channel), element),
                f"something to press called {element!r} in {channel}",
            )
        given = {"channel": message["channel"], "ts": message["ts"], "element": element, "value": value}
        return await self.act("press", **given)

    def _channel(self, world: Json, channel: str) -> str:
        return _channel_id(world, f"@{self.handle}" if channel == "@vpn-help" else channel)

    async def modal(self, *, title: str | None = None, seconds: float = PATIENCE) -> Modal:
        """The modal on top, as soon as there is one (with that title)."""

        def look(world: Json) -> Json | None:
            stack = world["modals"].get(_person_id(world, self.handle), [])
            if stack and title in (None, stack[-1]["title"]["text"]):
                return dict(stack[-1])
            return None

        view = await self.playground.wait_for(look, f"a modal for {self.handle}", seconds=seconds)
        return Modal(someone=self, view=view)

    async def submit(self, values: Mapping[str, object] | None = None) -> Json:
        """Send the modal on top."""
        return await (await self.modal()).submit(values)

    async def home(self) -> Json:
        """Open the home tab of the app and wait until something is on it."""
        await self.act("open", tab="home")
        return await self.playground.wait_for(lambda world: world["homes"].get(_person_id(world, self.handle)), "a home tab")

    async def react(self, message: Json, name: str) -> None:
        """Add a reaction, or take it back."""
        await self.act("react", channel=message["channel"], ts=message["ts"], name=name)

    async def edit(self, channel: str, ts: str, text: str) -> None:
        """Change one's own message."""
        await self.act("edit", channel=channel, ts=ts, text=text)

    async def delete(self, channel: str, ts: str) -> None:
        """Take back one's own message."""
        await self.act("delete", channel=channel, ts=ts)

    async def shortcut(self, callback_id: str, *, channel: str = "", ts: str = "") -> None:
        """Use a shortcut; one on a message needs the message."""
        await self.act("shortcut", callback_id=callback_id, channel=channel, ts=ts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Modal:
    """A modal as somebody sees it. Fields go by `action_id`, `block_id` or label."""

    someone: Someone
    view: Json

    @property
    def title(self) -> str:
        """What stands on top."""
        return str(self.view["title"]["text"])

    @property
    def text(self) -> str:
        """All that is written in it."""
        return all_text(self.view)

    async def fill(self, values: Mapping[str, object]) -> None:
        """Type, without sending."""
        await self.someone.act("fill", view=self.view["id"], values=await self._with_files(values))

    async def submit(self, values: Mapping[str, object] | None = None) -> Json:
        """Send it. A `(name, bytes)` pair, or a list of them, is a file to hand in.

        Raises:
            ActRefusedError: `client_errors` (Slack's client would not send it) or `app_errors` (the bot found faults).
        """
        return await self.someone.act("submit", view=self.view["id"], values=await self._with_files(values or {}))

    async def press(self, element: str, value: object = None) -> Json:
        """Use a button or menu in it."""
        return await self.someone.act("press", view=self.view["id"], element=element, value=value)

    async def close(self, *, everything: bool = False) -> None:
        """Cancel, or X with `everything`."""
        await self.someone.act("close", view=self.view["id"], clear=everything)

    async def _with_files(self, values: Mapping[str, object]) -> dict[str, object]:
        playground, handle = self.someone.playground, self.someone.handle
        ready: dict[str, object] = {}
        for name, value in values.items():
            files = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, tuple)]
            ready[name] = [await playground.hand_in(handle, str(file), data) for file, data in files] if files else value
        return ready


def messages_in(world: Json, channel: str, thread_ts: str | None = None) -> list[Json]:
    """The messages of a channel's top level, or of a thread with its parent."""
    posts: list[Json] = world["messages"].get(_channel_id(world, channel), [])
    if thread_ts:
        return [post for post in posts if thread_ts in (post["ts"], post.get("thread_ts"))]
    return [post for post in posts if post.get("thread_ts") in (None, post["ts"])]


def all_text(node: object) -> str:
    """All words of a message or view: its text, and every text in its blocks."""
    found: list[str] = []

    def walk(part: Any) -> None:  # noqa: ANN401 - JSON
        if isinstance(part, dict):
            if isinstance(part.get("text"), str):
                found.append(part["text"])
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for one in part:
                walk(one)

    walk(node)
    return "\n".join(found)


def find_element(world: Json, person: str, channel: str, element: str) -> Json | None:
    """The newest message (or ephemeral one of this person's) in a channel that holds an element of that name."""
    posts = list(world["messages"].get(channel, []))
    posts += [one for one in world["whispers"] if one["to"] == person and one["channel"] == channel]
    for post in sorted(posts, key=lambda one: str(one["ts"]), reverse=True):
        if _holds(post.get("blocks", []), element):
            return dict(post)
    return None


def _holds(node: object, element: str) -> bool:
    if isinstance(node, dict):
        text = node.get("text")
        words = text.get("text") if isinstance(text, dict) else None
        pressable = "action_id" in node or "value" in node
        return (pressable and element in (node.get("action_id"), words)) or any(_holds(value, element) for value in node.values())
    return isinstance(node, list) and any(_holds(one, element) for one in node)


def _person_id(world: Json, handle: str) -> str:
    return next(str(one["id"]) for one in world["people"] if handle in (one["id"], one["name"]))


def _channel_id(world: Json, channel: str) -> str:
    if channel.startswith("@"):
        pair = {_person_id(world, channel[1:]), names.BOT_USER}
        return next(str(one["id"]) for one in world["channels"] if one["type"] == "im" and set(one["members"]) == pair)
    return next(str(one["id"]) for one in world["channels"] if channel.removeprefix("#") in (one["id"], one["name"]))


def _told(world: Json) -> str:
    """The latest of what was said, for the message of a failed test."""
    lines = [
        f"  {channel} {post['ts']} {post['user']}: {post['text'][:200]!r}"
        for channel, posts in world["messages"].items()
        for post in posts[-10:]
    ]
    lines += [f"  only {one['to']}: {one['text'][:200]!r}" for one in world["whispers"]]
    lines += [f"  modal of {person}: {stack[-1]['title']['text']!r}" for person, stack in world["modals"].items()]
    lines += [f"  call {call['method']}: {call['error'] or 'ok'}" for call in world["calls"][-10:]]
    lines += [f"  event {one['event']}: {one['outcome']}" for one in world["deliveries"][-10:]]
    return "\n".join(lines) or "  nothing"
