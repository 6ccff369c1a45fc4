"""Everything that goes to the bot: events in one order with Slack's retries; commands and interactions at once.

An event is kept in the store until it is acked or given up, so that neither side's restart loses it. Retries come almost
at once, after one minute and after five, by the playground's clock.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Awaitable
from dataclasses import replace

from bot.playground import names
from bot.playground.answers import Answer
from bot.playground.faults import FaultKind
from bot.playground.local import LocalSlack
from bot.playground.posting import HttpSender
from bot.playground.records import Channel, ChannelKind, Delivery, Json
from bot.playground.sockets import SocketHub
from bot.playground.world import World

logger = logging.getLogger(__name__)

#: Before the first, second and third retry.
_RETRY_SECONDS = (0.0, 60.0, 300.0)

_MESSAGE_EVENTS = {
    ChannelKind.PUBLIC: "message.channels",
    ChannelKind.PRIVATE: "message.groups",
    ChannelKind.DIRECT: "message.im",
}


class Outgoing:
    """The one lane on which events leave, and the side door for what cannot wait."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._wake = asyncio.Event()
        self._under_way: set[str] = set()
        self._waiting: set[asyncio.Task[None]] = set()
        #: What was delivered lately, for the page and the tests.
        self.log: deque[Json] = deque(maxlen=500)

    def connect(self, slack: LocalSlack, http: HttpSender, sockets: SocketHub) -> None:
        """Join the parts that need each other."""
        self._slack, self._http, self._sockets = slack, http, sockets

    @property
    def bot_url(self) -> str:
        """Where the bot listens, for HTTP."""
        return str(self._world.setting("bot_url") or "")

    @property
    def over_http(self) -> bool:
        """True: signed HTTP; False: Socket Mode."""
        return self._world.setting("delivery", "socket") == "http"

    @property
    def is_quiet(self) -> bool:
        """True when no event is under way or due."""
        now = self._world.clock.seconds()
        return not self._under_way and not any(one.due <= now for one in self._world.deliveries.values())

    # events

    def emit(self, event: Json, channel: Channel | None) -> None:
        """Put an event on the lane, if the bot subscribed to it and may see where it happened."""
        if not self._is_wanted(event, channel):
            return
        clock = self._world.clock
        kind = str(event["type"])
        late = self._slack.faults.take(FaultKind.LATE, kind)
        due = clock.seconds() + (late.number(60) if late else 0.0)
        envelope = _envelope(event, int(clock.seconds()))
        for _ in range(2 if self._slack.faults.take(FaultKind.DUPLICATE, kind) else 1):
            self._world.put(Delivery(id=secrets.token_hex(8), envelope=envelope, due=due))
        self._wake.set()

    def _is_wanted(self, event: Json, channel: Channel | None) -> bool:
        name = str(event["type"])
        if name == "message" and channel is not None:
            name = _MESSAGE_EVENTS[ChannelKind(channel.type)]
        subscribed = self._world.setting("subscriptions") or names.SUBSCRIPTIONS
        if not isinstance(subscribed, list | tuple) or name not in subscribed:
            return False
        if channel is not None and names.BOT_USER not in channel.members:
            return False
        scope = names.EVENT_SCOPES.get(name)
        return scope is None or scope in self._slack.scopes

    async def run(self) -> None:
        """Deliver, for ever."""
        while True:
            self._wake.clear()
            free = [one for one in self._world.deliveries.values() if one.id not in self._under_way]
            if not free:
                await self._wake.wait()
                continue
            first = min(free, key=lambda one: one.due)
            if first.due > self._world.clock.seconds():
                await self._until(first.due)
                continue
            await self._deliver(first)

    async def _until(self, due: float) -> None:
        sleeping = asyncio.create_task(self._world.clock.sleep_until(due))
        waking = asyncio.create_task(self._wake.wait())
        try:
            await asyncio.wait((sleeping, waking), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()
            await asyncio.gather(sleeping, waking, return_exceptions=True)

    async def _deliver(self, one: Delivery) -> None:
        """Send; over HTTP the answer is waited for before the next, over a socket only the sending."""
        self._under_way.add(one.id)
        if self.over_http:
            answer = await self._http.send(self.bot_url, "events_api", one.envelope, attempt=one.attempt, reason=one.reason)
            self._settle(one, answer)
            return
        future = await self._sockets.send("events_api", one.envelope, attempt=one.attempt, reason=one.reason)
        task = asyncio.create_task(self._settle_later(one, future), name=f"ack of {one.id}")
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _settle_later(self, one: Delivery, future: Awaitable[Answer]) -> None:
        self._settle(one, await _in_time(future))

    def _settle(self, one: Delivery, answer: Answer) -> None:
        self._under_way.discard(one.id)
        event = one.envelope["event"]
        if answer.ok and self._slack.faults.take(FaultKind.DROP_ACK, str(event["type"])):
            answer = Answer(ok=False, reason="http_timeout" if self.over_http else "timeout")
        self.log.append(
            {
                "at": self._world.clock.now().isoformat(timespec="milliseconds"),
                "event": event["type"],
                "subtype": event.get("subtype"),
                "event_id": one.envelope["event_id"],
                "attempt": one.attempt,
                "outcome": "acked" if answer.ok else answer.reason,
            }
        )
        if one.id not in self._world.deliveries:
            return
        if answer.ok or answer.give_up or one.attempt >= len(_RETRY_SECONDS):
            if not answer.ok:
                logger.warning("the bot never took event %s (%s): %s", one.envelope["event_id"], event["type"], answer.reason)
            self._world.remove(one)
        else:
            due = self._world.clock.seconds() + _RETRY_SECONDS[one.attempt]
            self._world.put(replace(one, attempt=one.attempt + 1, reason=answer.reason, due=due))
        self._wake.set()

    def bot_is_back(self) -> None:
        """A connection opened: what failed for want of one goes out now, in its old order."""
        for one in list(self._world.deliveries.values()):
            if one.reason == "connection_failed" and one.id not in self._under_way:
                self._world.put(replace(one, due=min(one.due, one.envelope["event_time"])))
        self._wake.set()

    # what is answered at once

    async def ask(self, kind: str, payload: Json) -> Answer:
        """A command (`slash_commands`) or an interaction (`interactive`): sent once, never again."""
        if self.over_http:
            answer = await self._http.send(self.bot_url, kind, payload)
        else:
            answer = await _in_time(await self._sockets.send(kind, payload))
        self.log.append(
            {
                "at": self._world.clock.now().isoformat(timespec="milliseconds"),
                "event": payload.get("command") or payload.get("type"),
                "subtype": None,
                "event_id": None,
                "attempt": 0,
                "outcome": "acked" if answer.ok else answer.reason,
            }
        )
        self._world.feed.tell()
        return answer

    async def close(self) -> None:
        """Stop waiting for acks."""
        waiting = list(self._waiting)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _in_time(future: Awaitable[Answer]) -> Answer:
    try:
        async with asyncio.timeout(names.ANSWER_SECONDS):
            return await future
    except TimeoutError:
        return Answer(ok=False, reason="timeout")


def _envelope(event: Json, now: int) -> Json:
    return {
        "token": names.VERIFICATION_TOKEN,
        "team_id": names.TEAM,
        "context_team_id": names.TEAM,
        "context_enterprise_id": None,
        "api_app_id": names.APP,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": now,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": names.TEAM,
                "user_id": names.BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{secrets.token_hex(16)}",
    }
