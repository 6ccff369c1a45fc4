"""The control API under `/_control/`: acting as people, moving the clock, failing on purpose, reading, waiting.

POST /_control/act       {"as": "mira", "act": "post", "channel": "it-help", "text": "no VPN"}
GET  /_control/world     everything, as JSON; `?after=REVISION&seconds=20` waits until something has changed
GET  /_control/screen    what one person sees: `?as=mira&channel=…&thread=…`
GET  /_control/stream    server-sent events: the revision, each time it changes
POST /_control/wait      {"channel": "it-help", "contains": "Likely cause", "seconds": 20}   until such a message is there
POST /_control/clock     {"forward": 60}
POST /_control/faults    {"add": [{"kind": "rate_limit", "match": "chat.*", "times": 2}]}, {"clear": true}
POST /_control/settings  {"delivery": "http", "bot_url": "http://127.0.0.1:3000"}, {"scopes": […]}, {"subscriptions": […]}
POST /_control/refresh   ask the bot to open a new socket
POST /_control/reset     the first day again
POST /_control/upload    a file's bytes: `?as=mira&name=charon.log`; the answer has its id
GET  /_control/files/F…  its bytes back: `?as=mira`
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

from aiohttp import web

from bot.playground.acts import Acts
from bot.playground.events import Outgoing
from bot.playground.faults import Fault, FaultKind
from bot.playground.local import LocalSlack
from bot.playground.records import Json
from bot.playground.screen import Screen
from bot.playground.sockets import SocketHub
from bot.playground.transfer import Transfer

#: A waiting request answers at the latest after this.
_LONGEST_WAIT = 120.0
#: The stream says something at least so often, so that a dead page is noticed.
_HEARTBEAT = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """The routes of the control API."""

    slack: LocalSlack
    outgoing: Outgoing
    sockets: SocketHub
    screen: Screen
    acts: Acts
    transfer: Transfer
    stopping: asyncio.Event

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.post("/_control/act", self._act),
            web.get("/_control/world", self._world),
            web.get("/_control/screen", self._screen),
            web.get("/_control/stream", self._stream),
            web.post("/_control/wait", self._wait),
            web.get("/_control/clock", self._clock),
            web.post("/_control/clock", self._move_clock),
            web.post("/_control/faults", self._faults),
            web.post("/_control/settings", self._settings),
            web.post("/_control/refresh", self._refresh),
            web.post("/_control/reset", self._reset),
            web.post("/_control/upload", self.transfer.take_from_person),
            web.get("/_control/files/{file}", self.transfer.give_to_person),
        ]

    async def _act(self, request: web.Request) -> web.Response:
        return web.json_response(await self.acts.do(await _body(request)))

    async def _world(self, request: web.Request) -> web.Response:
        after = request.query.get("after")
        if after is not None:
            await self.slack.world.feed.after(_whole(after), _seconds(request.query.get("seconds")))
        return web.json_response(self.screen.whole())

    async def _screen(self, request: web.Request) -> web.Response:
        person = self.slack.world.person_named(request.query.get("as", ""))
        if person is None or person.is_bot:
            return _refused("user_not_found")
        shown = max(1, min(_whole(request.query.get("shown", "150")), 5000))
        channel, thread, backstage = (request.query.get(name) for name in ("channel", "thread", "backstage"))
        return web.json_response(self.screen.for_person(person, channel, thread, shown=shown, backstage=bool(backstage)))

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        feed, seen = self.slack.world.feed, -1
        while not self.stopping.is_set():
            revision = await feed.after(seen, _HEARTBEAT) if seen >= 0 else feed.revision
            text = f"data: {revision}\n\n" if revision != seen else ": still here\n\n"
            seen = revision
            try:
                await response.write(text.encode())
            except ConnectionError:
                break
        return response

    async def _wait(self, request: web.Request) -> web.Response:
        """Until a message is there that fits: `channel`, `thread_ts`, `from`, `contains`, `newer_than`; or `quiet`."""
        wanted = await _body(request)
        feed, loop = self.slack.world.feed, asyncio.get_running_loop()
        end = loop.time() + _seconds(wanted.get("seconds"))
        while True:
            seen = feed.revision
            if (found := self._fitting(wanted)) is not None:
                return web.json_response({"ok": True, **found})
            left = end - loop.time()
            if left <= 0 or self.stopping.is_set():
                return _refused("nothing_came", status=408)
            await feed.after(seen, min(left, 1.0))

    def _fitting(self, wanted: Json) -> Json | None:
        if wanted.get("quiet"):
            return {} if self.outgoing.is_quiet else None
        world = self.slack.world
        channel = world.channel_named(str(wanted.get("channel", "")))
        whole = self.screen.whole()
        messages = [
            m for name, all_of_it in whole["messages"].items() if channel is None or name == channel.id for m in all_of_it
        ]
        messages += [m for m in whole["whispers"] if channel is None or m["channel"] == channel.id]
        author = world.person_named(str(wanted.get("from", "")))
        for message in messages:
            if (
                (author is None or message["user"] == author.id)
                and (not wanted.get("thread_ts") or message.get("thread_ts") == wanted["thread_ts"])
                and str(wanted.get("contains", "")) in message["text"]
                and message["ts"] > str(wanted.get("newer_than", ""))
            ):
                return {"message": message}
        return None

    async def _clock(self, _: web.Request) -> web.Response:
        clock = self.slack.clock
        return web.json_response({"ok": True, "now": clock.now().isoformat(), "offset": clock.offset})

    async def _move_clock(self, request: web.Request) -> web.Response:
        body = await _body(request)
        try:
            self.slack.world.move_clock(float(body.get("forward", 0)))
        except (TypeError, ValueError):
            return _refused("the clock goes forward only, by a number of seconds")
        return await self._clock(request)

    async def _faults(self, request: web.Request) -> web.Response:
        body = await _body(request)
        try:
            if kind := body.get("clear"):
                self.slack.faults.clear(FaultKind(kind) if isinstance(kind, str) else None)
            for one in body.get("add", ()):
                self.slack.faults.add(
                    Fault(
                        kind=FaultKind(one["kind"]),
                        match=str(one.get("match", "*")),
                        times=one.get("times"),
                        value=one.get("value"),
                    )
                )
        except (KeyError, TypeError, ValueError, AttributeError):
            return _refused(f"a fault has a kind, one of: {', '.join(FaultKind)}")
        self.slack.world.feed.tell()
        return web.json_response({"ok": True, "faults": self.slack.faults.to_json()})

    async def _settings(self, request: web.Request) -> web.Response:
        body = await _body(request)
        if body.get("delivery") not in (None, "http", "socket"):
            return _refused("delivery is http or socket")
        for name in ("bot_url", "delivery", "scopes", "subscriptions"):
            if name in body:
                self.slack.world.set(name, body[name])
        if body.get("delivery") == "http":
            await self.sockets.refresh("link_disabled")
        return web.json_response({"ok": True})

    async def _refresh(self, _: web.Request) -> web.Response:
        await self.sockets.refresh()
        return web.json_response({"ok": True})

    async def _reset(self, _: web.Request) -> web.Response:
        self.slack.faults.clear()
        self.slack.calls.clear()
        self.outgoing.log.clear()
        kept = {name: self.slack.world.setting(name) for name in ("bot_url", "delivery")}
        self.slack.world.reset()
        for name, value in kept.items():
            if value is not None:
                self.slack.world.set(name, value)
        return web.json_response({"ok": True})


async def _body(request: web.Request) -> Json:
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        raise web.HTTPBadRequest(text="The body must be a JSON object.") from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="The body must be a JSON object.")
    return body


def _refused(error: str, *, status: int = 400) -> web.Response:
    return web.json_response({"ok": False, "error": error}, status=status)


def _whole(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _seconds(value: object) -> float:
    try:
        return max(0.0, min(float(str(value)), _LONGEST_WAIT)) if value is not None else 20.0
    except ValueError:
        return 20.0
