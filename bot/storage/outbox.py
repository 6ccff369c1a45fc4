"""What is to be said: rows that are written with the outcome, and taken one by one, in their order, by `speaking`.

    pending ──► sending ──► sent
       ▲           │  └───► failed        Slack refused it for good
       └───────────┘                      it did not happen; later again
    pending ──► superseded                a later edit of the same message says it better

A row found in `sending` belongs to a process that died, or to an outcome that nobody knows: it is looked for in Slack
before it is said again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.events import CaseId, ChannelId, MessageRef, Workspace
from bot.ports import Announce, Attach, Clock, Exhibit, Give, Page, PassOn, Retract, Say, Tell, Where, Whisper
from bot.storage.codec import from_json, to_json
from bot.storage.engine import Database
from bot.storage.tables import outbox, slots, threads

#: The slots whose message is the parent of a case's thread.
PARENTS = {Where.REQUESTER.value: "case", Where.DESK.value: "card"}

#: Everything that the outbox does.
Item = Say | Whisper | Tell | PassOn | Attach | Retract | Page | Announce | Give | Exhibit

_KINDS: dict[str, type[Item]] = {
    "say": Say,
    "whisper": Whisper,
    "tell": Tell,
    "pass": PassOn,
    "attach": Attach,
    "retract": Retract,
    "page": Page,
    "announce": Announce,
    "exhibit": Exhibit,
    "give": Give,
}
#: Lanes that are no case's.
OWNERLESS = ("person:", "file:", "outage:", "sweep:", "digest:", "teach:")
#: In this order places are served: a whisper may link to what the requester's place has just posted.
PLACES = ("requester", "desk", "direct", "announce", "whisper", "retract", "pager")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A row that was taken to be said."""

    number: int
    key: str
    lane: str
    place: str
    workspace: Workspace
    case: CaseId | None
    what: Item
    slot: str | None
    attempts: int
    #: It may have been said already: look first.
    uncertain: bool


class Outbox:
    """The rows."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, connection: AsyncConnection, lane: str, workspace: Workspace, items: Sequence[Item]) -> None:
        """Have things said, once each: a key that is there already changes nothing."""
        for item in items:
            await connection.execute(
                self._database.insert(outbox)
                .values(
                    key=item.key,
                    enterprise=workspace.enterprise or "",
                    team=workspace.team,
                    lane=lane,
                    case_id=None if lane.startswith(OWNERLESS) else lane,
                    kind=next(name for name, kind in _KINDS.items() if isinstance(item, kind)),
                    place=_place(item),
                    slot=getattr(item, "slot", None),
                    payload=to_json(item),
                    state="pending",
                    attempts=0,
                    not_before=self._clock.now(),
                    made_at=self._clock.now(),
                )
                .on_conflict_do_nothing(index_elements=["key"])
            )

    async def take(self, lane: str, place: str) -> Sending | None:
        """The next thing to say at a place of a lane, marked as being said; None: nothing, or not yet."""
        async with self._database.writing() as connection:
            row = (
                await connection.execute(
                    sa.select(outbox)
                    .where(outbox.c.lane == lane, outbox.c.place == place, outbox.c.state.in_(("pending", "sending")))
                    .order_by(outbox.c.number)
                    .limit(1)
                )
            ).first()
            if row is None or row.not_before > self._clock.now():
                return None
            await connection.execute(
                sa.update(outbox).where(outbox.c.number == row.number).values(state="sending", attempts=row.attempts + 1)
            )
        return Sending(
            number=row.number,
            key=row.key,
            lane=lane,
            place=place,
            workspace=Workspace(team=row.team, enterprise=row.enterprise or None),
            case=CaseId(row.case_id) if row.case_id else None,
            what=from_json(_KINDS[row.kind], row.payload),
            slot=row.slot,
            attempts=row.attempts + 1,
            uncertain=row.state == "sending",
        )

    async def is_superseded(self, row: Sending) -> bool:
        """Whether a later edit of the same message waits already; then this one is passed over."""
        if row.slot is None:
            return False
        async with self._database.writing() as connection:
            later = await connection.scalar(
                sa.select(outbox.c.number)
                .where(
                    outbox.c.lane == row.lane,
                    outbox.c.place == row.place,
                    outbox.c.slot == row.slot,
                    outbox.c.state == "pending",
                    outbox.c.number > row.number,
                )
                .limit(1)
            )
            if later is not None:
                await connection.execute(
                    sa.update(outbox).where(outbox.c.number == row.number).values(state="superseded", payload="")
                )
        return later is not None

    async def drop(self, row: Sending) -> None:
        """It is not meant any more, and never said."""
        async with self._database.writing() as connection:
            await connection.execute(
                sa.update(outbox).where(outbox.c.number == row.number).values(state="superseded", payload="")
            )

    async def sent(self, row: Sending, ref: MessageRef | None) -> None:
        """It is said; `ref`: where. The message is forgotten, the key stays.

        A row that is gone was erased while it was being said: what was said is taken back.
        """
        async with self._database.writing() as connection:
            kept = await connection.execute(
                sa.update(outbox)
                .where(outbox.c.number == row.number)
                .values(state="sent", payload="", channel=ref.channel if ref else None, ts=ref.ts if ref else None)
            )
            if not kept.rowcount:
                if ref is not None:
                    late = Retract(key=f"retract:late:{row.key}", ref=ref)
                    await self.add(connection, row.lane, row.workspace, [late])
                return
            if ref is not None and row.slot is not None:
                await self._keep_slot(connection, row, ref)
            if ref is not None and row.case and row.slot is not None and row.slot == PARENTS.get(row.place):
                await keep_thread(self._database, connection, row.case, Where(row.place), ref, workspace=row.workspace)

    async def later(self, row: Sending, seconds: float, *, unknown: bool = False) -> None:
        """It did not happen, or (`unknown`) may have happened; try again, or look, after a while."""
        async with self._database.writing() as connection:
            await connection.execute(
                sa.update(outbox)
                .where(outbox.c.number == row.number)
                .values(state="sending" if unknown else "pending", not_before=self._clock.now() + timedelta(seconds=seconds))
            )

    async def failed(self, connection: AsyncConnection, row: Sending, code: str) -> None:
        """It is refused for good."""
        await connection.execute(
            sa.update(outbox).where(outbox.c.number == row.number).values(state="failed", payload="", problem=code)
        )

    async def slot(self, lane: str, place: str, slot: str) -> MessageRef | None:
        """The message that stands in a slot."""
        async with self._database.reading() as connection:
            row = (
                await connection.execute(
                    sa.select(slots.c.channel, slots.c.ts).where(
                        slots.c.lane == lane, slots.c.place == place, slots.c.slot == slot
                    )
                )
            ).first()
        return MessageRef(channel=ChannelId(row.channel), ts=row.ts) if row else None

    async def empty_slot(self, row: Sending) -> None:
        """The message in the slot is gone (somebody deleted it): the next one is posted anew."""
        async with self._database.writing() as connection:
            await connection.execute(
                sa.delete(slots).where(slots.c.lane == row.lane, slots.c.place == row.place, slots.c.slot == row.slot)
            )

    async def thread(self, case: CaseId, where: Where) -> MessageRef | None:
        """The parent message of a case's thread at a place."""
        async with self._database.reading() as connection:
            return await thread_of(connection, case, where)

    async def due_lanes(self, now: datetime) -> Sequence[str]:
        """Lanes with something to say that should have been said by now; what stands behind something that waits, waits."""
        unsaid = outbox.c.state.in_(("pending", "sending"))
        first = sa.select(sa.func.min(outbox.c.number)).where(unsaid).group_by(outbox.c.lane, outbox.c.place)
        async with self._database.reading() as connection:
            found = await connection.scalars(
                sa.select(outbox.c.lane).distinct().where(outbox.c.number.in_(first), outbox.c.not_before <= now).limit(1000)
            )
            return list(found)

    async def _keep_slot(self, connection: AsyncConnection, row: Sending, ref: MessageRef) -> None:
        values = {"channel": ref.channel, "ts": ref.ts}
        await connection.execute(
            self._database.insert(slots)
            .values(
                lane=row.lane,
                place=row.place,
                slot=row.slot,
                enterprise=row.workspace.enterprise or "",
                team=row.workspace.team,
                **values,
            )
            .on_conflict_do_update(index_elements=["lane", "place", "slot"], set_=values)
        )


async def said_about(connection: AsyncConnection, case: str) -> tuple[list[MessageRef], MessageRef | None]:
    """The messages and files of the bot's own that stand in Slack because of a case (or another lane), and its card."""
    rows = await connection.execute(
        sa.select(outbox.c.channel, outbox.c.ts, outbox.c.place, outbox.c.slot)
        .distinct()
        .where(outbox.c.lane == case, outbox.c.state == "sent", outbox.c.ts.is_not(None))
    )
    refs: dict[MessageRef, None] = {}
    card: MessageRef | None = None
    for row in rows:
        ref = MessageRef(channel=ChannelId(row.channel), ts=row.ts)
        if (row.place, row.slot) == (Where.DESK.value, PARENTS["desk"]):
            card = ref
        else:
            refs[ref] = None
    return list(refs), card


async def unsure(connection: AsyncConnection, case: CaseId) -> list[tuple[str, MessageRef]]:
    """What may stand in Slack, because a process died while it was being said: (key, the thread to look in)."""
    rows = await connection.execute(
        sa.select(outbox.c.key, threads.c.channel, threads.c.ts)
        .join(threads, sa.and_(threads.c.case_id == outbox.c.lane, threads.c.place == outbox.c.place))
        .where(outbox.c.lane == case, outbox.c.state == "sending", outbox.c.kind == "say")
    )
    return [(row.key, MessageRef(channel=ChannelId(row.channel), ts=row.ts)) for row in rows]


async def keep_thread(
    database: Database, connection: AsyncConnection, case: CaseId, where: Where, ref: MessageRef, *, workspace: Workspace
) -> None:
    """From now on what is written under `ref` is part of the case, on this side of the wall."""
    await connection.execute(
        database.insert(threads)
        .values(
            case_id=case,
            place=where.value,
            enterprise=workspace.enterprise or "",
            team=workspace.team,
            channel=ref.channel,
            ts=ref.ts,
        )
        .on_conflict_do_nothing()
    )


async def thread_of(connection: AsyncConnection, case: CaseId, where: Where) -> MessageRef | None:
    """The parent message of a case's thread at a place."""
    row = (
        await connection.execute(
            sa.select(threads.c.channel, threads.c.ts).where(threads.c.case_id == case, threads.c.place == where.value)
        )
    ).first()
    return MessageRef(channel=ChannelId(row.channel), ts=row.ts) if row else None


def _place(item: Item) -> str:
    match item:
        case Say() | Attach() | PassOn():
            return item.where.value
        case Tell() | Give():
            return "direct"
        case Retract():
            return "retract"
        case Page():
            return "pager"
        case Announce() | Exhibit():
            return "announce"
        case _:
            return "whisper"
