"""What came in, kept before it is acknowledged.

One writer task takes all events that wait at the moment and commits them in one transaction (a *group commit*: sixteen
events cost one write to the disk, not sixteen). In that transaction each event gets its lane and our own increasing
number, and its lane is woken; only then do the listeners acknowledge. What is killed before the commit was never
acknowledged, and Slack sends it again; what is killed after it is found at the next start.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import events
from bot.errors import OutsideError
from bot.events import Action, ActionTaken, CaseId, ChannelKind, Event, MessageChanged, MessagePosted, UploadId
from bot.ports import Clock
from bot.storage.codec import CodecError, from_json, to_json
from bot.storage.engine import Database, wrote
from bot.storage.lanes import Channels, Place, new_case_id, places_of
from bot.storage.tables import cases, inbox

logger = logging.getLogger(__name__)

#: Events in one transaction at most.
GROUP = 128

_KINDS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in vars(events).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
}


#: A transaction of this room's, for a library that writes into it; others only hand it on.
Transaction = sa.Connection


class Wakes(Protocol):
    """What makes the jobs start, inside a transaction of ours: both happen, or neither."""

    def drain(self, connection: Transaction, lane: str) -> None:
        """Handle what waits in a lane."""
        ...

    def read(self, connection: Transaction, upload: UploadId) -> None:
        """Fetch and read a file."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """An event that waits in its lane."""

    number: int
    lane: str
    event: Event
    #: How often it was begun, this time included.
    attempts: int


@dataclass(slots=True)
class _Put:
    event: Event
    done: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Inbox:
    """Where events are put, and taken from in their order."""

    def __init__(self, database: Database, clock: Clock, channels: Channels) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels
        self._waiting: asyncio.Queue[_Put] = asyncio.Queue()
        self._stopped = False
        #: Set by the jobs once they run; until then the sweeper's first round finds what came in.
        self.wakes: Wakes | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Inbox]:
        """While this lasts, `put` works."""
        writer = asyncio.create_task(self._write(), name="inbox writer")
        try:
            yield self
        finally:
            self._stopped = True
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer
            self._refuse_rest()

    async def put(self, event: Event) -> bool:
        """Keep an event. False: it is here already, or it is nobody's. When this returns, it is on the disk.

        Raises:
            OutsideError: the database did not take it; it must not be acknowledged.
        """
        if self._stopped:
            raise OutsideError("stopping", doing="keeping an event")
        put = _Put(event)
        self._waiting.put_nowait(put)
        return await put.done

    async def next(self, lane: str) -> Arrived | None:
        """The first event of a lane that waits; counted as begun. One that cannot be read is marked as failed and passed over."""
        while True:
            async with self._database.writing() as connection:
                row = (
                    await connection.execute(
                        sa.select(inbox.c.number, inbox.c.kind, inbox.c.payload, inbox.c.attempts, inbox.c.not_before)
                        .where(inbox.c.lane == lane, inbox.c.state == "waiting")
                        .order_by(inbox.c.number)
                        .limit(1)
                    )
                ).first()
                if row is None or row.not_before > self._clock.now():
                    return None
                try:
                    event = from_json(_KINDS[row.kind], row.payload)
                except (CodecError, KeyError):
                    logger.exception("event %s cannot be read; passed over", row.number)
                    await self.finish(connection, row.number, state="failed")
                    continue
                await connection.execute(
                    sa.update(inbox).where(inbox.c.number == row.number).values(attempts=inbox.c.attempts + 1)
                )
            return Arrived(number=row.number, lane=lane, event=event, attempts=row.attempts + 1)

    async def finish(
        self, connection: AsyncConnection, number: int, *, state: str = "done", reference: str | None = None
    ) -> None:
        """An event is dealt with: in the transaction of what came of it. Its content goes, unless it is parked."""
        values: dict[str, Any] = {"state": state, "done_at": self._clock.now(), "reference": reference}
        if state != "parked":
            values["payload"] = ""
        await connection.execute(sa.update(inbox).where(inbox.c.number == number).values(**values))

    async def postpone(self, number: int, seconds: float) -> None:
        """An event cannot be handled yet; its lane waits, because order matters."""
        later = self._clock.now() + timedelta(seconds=seconds)
        async with self._database.writing() as connection:
            await connection.execute(
                sa.update(inbox).where(inbox.c.number == number).values(not_before=later, attempts=inbox.c.attempts - 1)
            )

    async def waiting_lanes(self, now: datetime, *, older_than: timedelta) -> Sequence[str]:
        """Lanes whose first event came in a while ago: whoever should have handled it may be dead.

        Only the first counts: while it has to wait, so do those behind it.
        """
        first = sa.select(sa.func.min(inbox.c.number)).where(inbox.c.state == "waiting").group_by(inbox.c.lane)
        async with self._database.reading() as connection:
            found = await connection.scalars(
                sa.select(inbox.c.lane)
                .where(inbox.c.number.in_(first), inbox.c.not_before <= now, inbox.c.received_at <= now - older_than)
                .limit(1000)
            )
            return list(found)

    async def put_within(self, connection: AsyncConnection, event: Event) -> bool:
        """Keep an event in a transaction that is already open (a timer that rang, a reading that is there)."""
        if isinstance(event, ActionTaken) and event.action is Action.CHOOSE_CASE:
            await self._unpark(connection, event)
        kept = False
        places = await places_of(connection, event, self._channels)
        if isinstance(event, MessagePosted) and event.kind is ChannelKind.DIRECT and event.thread_ts is None:
            await self._take_along(connection, event, places)
        for place in places:
            kept = await self._insert(connection, event, place) or kept
        return kept

    async def _insert(self, connection: AsyncConnection, event: Event, place: Place) -> bool:
        now = self._clock.now()
        alone = await self._nothing_waits(connection, place.lane)
        identity = f"{event.id}:{place.lane}" if isinstance(event, events.FileDeleted) else event.id
        values = {
            "event": identity,
            "enterprise": event.workspace.enterprise or "",
            "team": event.workspace.team,
            "lane": place.lane,
            "kind": type(event).__name__,
            "state": "waiting",
            "payload": to_json(_without_words(event) if place.without_words else event),
            "user": event.user,
            "opens": place.opens,
            "received_at": now,
            "not_before": now + timedelta(seconds=place.after),
            "attempts": 0,
        }
        if isinstance(event, MessagePosted | MessageChanged):
            values |= {"channel": event.ref.channel, "ts": event.ref.ts, "thread_ts": event.thread_ts}
        insert = self._database.insert(inbox).values(**values).on_conflict_do_nothing(index_elements=["event"])
        if not await wrote(connection, insert, inbox.c.number):
            return False
        if alone and not place.after:
            await self.wake(connection, place.lane)
        return True

    async def wake(self, connection: AsyncConnection, lane: str) -> None:
        """Have a lane handled, once the transaction commits."""
        if self.wakes is not None:
            await connection.run_sync(self.wakes.drain, lane)

    async def _nothing_waits(self, connection: AsyncConnection, lane: str) -> bool:
        """Whether a lane must be woken.

        Where something waits already, its drain will look again after it: the write lock of SQLite puts this transaction
        before that look. PostgreSQL has no such lock, so there every event wakes its lane.
        """
        if not self._database.is_sqlite:
            return True
        waits = await connection.scalar(
            sa.select(inbox.c.number).where(inbox.c.lane == lane, inbox.c.state == "waiting", inbox.c.attempts == 0).limit(1)
        )
        return waits is None

    async def _unpark(self, connection: AsyncConnection, event: ActionTaken) -> None:
        """The person said which case their waiting messages are about: they move there, and keep their numbers."""
        lane, opens = await self._chosen(connection, event)
        moved = await connection.execute(
            sa.update(inbox)
            .where(inbox.c.team == event.workspace.team, inbox.c.user == event.user, inbox.c.state == "parked")
            .values(lane=lane, state="waiting", opens=opens, done_at=None, attempts=0)
        )
        if moved.rowcount:
            await self.wake(connection, lane)

    async def _take_along(self, connection: AsyncConnection, event: MessagePosted, places: list[Place]) -> None:
        """Where only one case is left that it can be about, what waited for the answer to *which case?* goes there, before it."""
        place = next(iter(places), None)
        if place is None or place.lane.startswith("person:"):
            return
        await connection.execute(
            sa.update(inbox)
            .where(inbox.c.team == event.workspace.team, inbox.c.user == event.user, inbox.c.state == "parked")
            .values(lane=place.lane, state="waiting", opens=place.opens, done_at=None, attempts=0)
        )

    async def _chosen(self, connection: AsyncConnection, event: ActionTaken) -> tuple[str, bool]:
        if event.case is None:
            return new_case_id(), True
        theirs = await connection.scalar(
            sa.select(cases.c.id).where(
                cases.c.id == event.case, cases.c.team == event.workspace.team, cases.c.requester == event.user
            )
        )
        return (CaseId(theirs), False) if theirs else (new_case_id(), True)

    async def _write(self) -> None:
        while True:
            group = [await self._waiting.get()]
            while len(group) < GROUP and not self._waiting.empty():
                group.append(self._waiting.get_nowait())
            commit = asyncio.ensure_future(self._commit(group))
            try:
                await asyncio.shield(commit)
            except asyncio.CancelledError:
                await commit  # a group that was taken is finished even when the bot is being stopped
                raise

    async def _commit(self, group: list[_Put]) -> None:
        try:
            async with self._database.writing() as connection:
                kept = [await self.put_within(connection, put.event) for put in group]
        except Exception as error:  # noqa: BLE001 - whatever it was, each listener must learn that its event is not kept
            await self._one_by_one(group, error)
            return
        for put, result in zip(group, kept, strict=True):
            _settle(put, result)

    async def _one_by_one(self, group: list[_Put], error: Exception) -> None:
        """One event that the database refuses must not take the others of its group with it."""
        if len(group) > 1:
            for put in group:
                await self._commit([put])
            return
        logger.error("an event could not be kept", exc_info=error)
        if not group[0].done.done():
            failure = OutsideError(type(error).__name__, doing="keeping an event")
            failure.__cause__ = error
            group[0].done.set_exception(failure)

    def _refuse_rest(self) -> None:
        while not self._waiting.empty():
            put = self._waiting.get_nowait()
            if not put.done.done():
                put.done.set_exception(OutsideError("stopping", doing="keeping an event"))


def _settle(put: _Put, kept: bool) -> None:
    if not put.done.done():
        put.done.set_result(kept)


def _without_words(event: Event) -> Event:
    """That somebody wrote, and where, and with which files; not what."""
    return replace(event, text="") if isinstance(event, MessagePosted) else event
