"""Socket Mode: the connections that the bot holds open, and what is sent over them.

{"type": "hello", "num_connections": 1, …}
{"envelope_id": "…", "type": "events_api", "payload": {…}, "accepts_response_payload": false}   and back {"envelope_id": "…"}
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.playground import names
from bot.playground.answers import Answer
from bot.playground.local import LocalSlack
from bot.playground.records import Json

_MOST = 10
#: Between the word that a connection will end and its end.
_NOTICE_SECONDS = 10.0


@dataclass(slots=True, kw_only=True, eq=False)
class Connection:
    """One open socket and the envelopes on it that wait for their ack."""

    socket: web.WebSocketResponse
    waiting: dict[str, asyncio.Future[Answer]] = field(default_factory=dict)
    #: The bot was told to open another one; this one takes what is under way and nothing new.
    leaving: bool = False


class SocketHub:
    """All connections; each envelope goes to any one of them."""

    def __init__(self, slack: LocalSlack, on_open: Callable[[], None]) -> None:
        self._slack = slack
        self._open: list[Connection] = []
        self._turn = 0
        self._on_open = on_open

    @property
    def connected(self) -> int:
        """How many connections would take an envelope."""
        return sum(not one.leaving for one in self._open)

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """A connection, from its ticket to its end."""
        if self._slack.tickets.pop(request.query.get("ticket", ""), None) != "socket":
            raise web.HTTPForbidden(text="This address works once. Ask apps.connections.open for another.")
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        if len(self._open) >= _MOST:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        connection = Connection(socket=socket)
        self._open.append(connection)
        life = 360 if request.query.get("debug_reconnects") == "true" else names.SOCKET_SECONDS
        ending = asyncio.create_task(self._end_in_time(connection, life), name="socket's end")
        try:
            await socket.send_json(self._hello(life))
            self._on_open()
            self._slack.world.feed.tell()
            await self._listen(connection)
        finally:
            ending.cancel()
            self._open.remove(connection)
            for future in connection.waiting.values():
                if not future.done():
                    future.set_result(Answer(ok=False, reason="connection_failed"))
            self._slack.world.feed.tell()
        return socket

    def _hello(self, life: int) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "debug_info": {"host": "playground", "build_number": 1, "approximate_connection_time": life},
            "connection_info": {"app_id": names.APP},
        }

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                ack = json.loads(message.data)
            except ValueError:
                continue
            future = connection.waiting.pop(str(ack.get("envelope_id")), None) if isinstance(ack, dict) else None
            if future is not None and not future.done():
                future.set_result(_answer(ack.get("payload")))

    async def send(self, kind: str, payload: Json, *, attempt: int = 0, reason: str | None = None) -> asyncio.Future[Answer]:
        """Send one envelope, in its turn; the ack is what the future brings."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        usable = [one for one in self._open if not one.leaving]
        if not usable:
            future.set_result(Answer(ok=False, reason="connection_failed"))
            return future
        self._turn += 1
        connection = usable[self._turn % len(usable)]
        envelope: Json = {
            "envelope_id": str(uuid.uuid4()),
            "type": kind,
            "accepts_response_payload": kind != "events_api",
            "payload": payload,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason or ""}
        connection.waiting[envelope["envelope_id"]] = future
        try:
            await connection.socket.send_json(envelope)
        except ConnectionError:
            if not future.done():
                future.set_result(Answer(ok=False, reason="connection_failed"))
        return future

    async def _end_in_time(self, connection: Connection, life: float) -> None:
        clock = self._slack.clock
        end = clock.seconds() + life
        await clock.sleep_until(end - _NOTICE_SECONDS)
        await self._dismiss(connection, "warning")
        await clock.sleep_until(end)
        await self._dismiss(connection, "refresh_requested")
        await connection.socket.close()

    async def _dismiss(self, connection: Connection, reason: str) -> None:
        connection.leaving = reason != "warning"
        with contextlib.suppress(ConnectionError):
            await connection.socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}})

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask the bot for new connections, as Slack does every few hours; `link_disabled` ends Socket Mode."""
        for connection in list(self._open):
            await self._dismiss(connection, reason)
            if reason == "link_disabled":
                await connection.socket.close()

    async def close(self) -> None:
        """End all connections."""
        for connection in list(self._open):
            await connection.socket.close()


def _answer(payload: object) -> Answer:
    if isinstance(payload, dict):
        return Answer(ok=True, body=payload)
    return Answer(ok=True, text=payload if isinstance(payload, str) else "")
