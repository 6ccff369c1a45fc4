"""Cases in the database: found, and changed by one door, `commit`, that writes everything that a step decided at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases import Case
from bot.events import CaseId, MessageRef, TimerRang, UploadId, UserId, Workspace
from bot.ports import Attach, Clock, Erase, Outcome, Retract, Say, Tell, Timer, Where, Whisper
from bot.storage import lanes
from bot.storage.audit import Audit
from bot.storage.codec import from_json, to_json
from bot.storage.engine import Database, wrote
from bot.storage.inbox import Arrived, Inbox
from bot.storage.leases import Leases
from bot.storage.outages import Outages
from bot.storage.outages import forget as forget_sighting
from bot.storage.outbox import Outbox, keep_thread, said_about, thread_of, unsure
from bot.storage.people import People
from bot.storage.tables import cases, inbox, outbox, slots, threads, timers
from bot.storage.uploads import Conflict, TokenTable, Uploads
from knowledge import Log


class Store:
    """Everything that is kept."""

    def __init__(self, database: Database, clock: Clock, inbox: Inbox) -> None:
        self.database = database
        self.inbox = inbox
        self.outbox = Outbox(database, clock)
        self.uploads = Uploads(database, clock, inbox)
        self.leases = Leases(database)
        self.people = People(database)
        self.audit = Audit(database)
        self.outages = Outages(database, inbox, self.outbox)
        self._clock = clock

    async def case(self, case: CaseId) -> Case | None:
        """A case by its id."""
        async with self.database.reading() as connection:
            row = (await connection.execute(sa.select(cases.c.body, cases.c.version).where(cases.c.id == case))).first()
        return _case(row) if row else None

    async def open_cases(self, workspace: Workspace, requester: UserId) -> Sequence[Case]:
        """A person's cases that are not over, newest first."""
        return [case for case in await self.cases_of(workspace, requester) if not case.is_over]

    async def cases_of(self, workspace: Workspace, requester: UserId) -> Sequence[Case]:
        """All of a person's cases, newest first."""
        async with self.database.reading() as connection:
            rows = await connection.execute(
                sa.select(cases.c.body, cases.c.version)
                .where(cases.c.team == workspace.team, cases.c.requester == requester)
                .order_by(cases.c.opened_at.desc(), cases.c.id)
            )
            return [_case(row) for row in rows]

    async def case_at(self, workspace: Workspace, ref: MessageRef) -> tuple[CaseId, Where] | None:
        """Whose thread it is that hangs under this message, and which side of the wall."""
        async with self.database.reading() as connection:
            return await lanes.case_at(connection, workspace, ref)

    async def thread(self, case: CaseId, where: Where) -> MessageRef | None:
        """The parent message of a case's thread, once it is posted."""
        async with self.database.reading() as connection:
            return await thread_of(connection, case, where)

    async def slot(self, case: CaseId, where: Where, slot: str) -> MessageRef | None:
        """The message that stands in a slot of a case."""
        return await self.outbox.slot(case, where.value, slot)

    async def logs(self, case: CaseId) -> Mapping[UploadId, Log]:
        """What was read of a case's files, in the order in which they came; without their texts."""
        return await self.uploads.logs(case)

    async def all_cases(self) -> Sequence[Case]:
        """Everything that is kept, oldest first: for figures, not for handling."""
        async with self.database.reading() as connection:
            rows = await connection.execute(sa.select(cases.c.body, cases.c.version).order_by(cases.c.opened_at, cases.c.id))
            return [_case(row) for row in rows]

    async def desk_cases(self, workspace: Workspace) -> Sequence[Case]:
        """What is with the engineers now, oldest first."""
        async with self.database.reading() as connection:
            rows = await connection.execute(
                sa.select(cases.c.body, cases.c.version)
                .where(cases.c.team == workspace.team, cases.c.state.in_(("escalated", "claimed")))
                .order_by(cases.c.opened_at, cases.c.id)
            )
            return [_case(row) for row in rows]

    async def case_numbered(self, workspace: Workspace, number: str) -> Case | None:
        """A case by its number, the beginning of its id, as people say it."""
        number = number.strip().lower()
        if len(number) < 8 or not number.isalnum():
            return None
        async with self.database.reading() as connection:
            rows = await connection.execute(
                sa.select(cases.c.body, cases.c.version)
                .where(cases.c.team == workspace.team, cases.c.id.startswith(number, autoescape=True))
                .limit(2)
            )
            found = [_case(row) for row in rows]
        return found[0] if len(found) == 1 else None

    async def last_parked(self, workspace: Workspace, user: UserId | None) -> datetime | None:
        """When the person was last asked which case a message is about, if that question is still open."""
        async with self.database.reading() as connection:
            found: datetime | None = await connection.scalar(
                sa.select(inbox.c.done_at)
                .where(inbox.c.team == workspace.team, inbox.c.user == user, inbox.c.state == "parked")
                .order_by(inbox.c.number.desc())
                .limit(1)
            )
        return found

    async def message_came(self, workspace: Workspace, channel: str, since: datetime) -> bool:
        """Whether a message of a channel was put in the inbox since a time."""
        async with self.database.reading() as connection:
            found = await connection.scalar(
                sa.select(inbox.c.number)
                .where(
                    inbox.c.team == workspace.team,
                    inbox.c.channel == channel,
                    inbox.c.kind == "MessagePosted",
                    inbox.c.received_at >= since,
                )
                .limit(1)
            )
        return found is not None

    async def cases_numbered(self, number: str) -> Sequence[Case]:
        """Cases of any workspace whose id is, or begins with, what people call the number; two at most."""
        number = number.strip().lower()
        if len(number) < 6 or not number.isalnum():
            return ()
        async with self.database.reading() as connection:
            rows = await connection.execute(
                sa.select(cases.c.body, cases.c.version).where(cases.c.id.startswith(number, autoescape=True)).limit(2)
            )
            return [_case(row) for row in rows]

    async def commit(self, arrived: Arrived, outcome: Outcome, tokens: TokenTable | None = None) -> None:
        """Write what a step decided, and that its event is dealt with: all of it, or nothing.

        Args:
            arrived: the event.
            outcome: what was decided.
            tokens: the case's table of tokens, where the step added names to it.

        Raises:
            Conflict: the case was changed since the step was taken; take it again.
        """
        workspace = outcome.case.workspace if outcome.case else arrived.event.workspace
        async with self.database.writing() as connection:
            if outcome.case is not None:
                await self._save(connection, outcome.case)
                if tokens is not None:
                    await self.uploads.keep_tokens(connection, outcome.case.id, workspace, tokens)
            if outcome.forget_person is not None:
                await self._forget_person(connection, arrived, workspace, outcome.forget_person)
            for erase in outcome.erase:
                await self.take_back(connection, arrived.lane, workspace, erase)
                await self.erase(connection, erase.case)
            await self.outbox.add(
                connection,
                arrived.lane,
                workspace,
                (
                    *outcome.says,
                    *outcome.passes,
                    *outcome.attaches,
                    *outcome.gives,
                    *outcome.pages,
                    *outcome.announces,
                    *outcome.exhibits,
                ),
            )
            if outcome.prefer is not None:
                await self.people.prefer(connection, workspace, outcome.prefer)
            if outcome.setup is not None:
                await self.people.set_up(connection, workspace, outcome.setup)
            for read in outcome.reads:
                await self.uploads.add(connection, arrived.lane, workspace, read)
            for upload in outcome.forget:
                await self.uploads.forget(connection, upload)
            for follow in outcome.follows:
                await self.inbox.put_within(connection, follow)
            for timer in outcome.timers:
                await self._set(connection, arrived.lane, workspace, timer)
            await self.audit.add(connection, workspace, outcome.audit)
            await self.inbox.finish(connection, arrived.number, state="parked" if outcome.park else "done")

    async def fail(self, arrived: Arrived, reference: str, says: Sequence[Say | Whisper | Tell]) -> None:
        """An event is given up; its person is told a reference, which stands in the log as well."""
        async with self.database.writing() as connection:
            await self.outbox.add(connection, arrived.lane, arrived.event.workspace, says)
            await self.inbox.finish(connection, arrived.number, state="failed", reference=reference)

    async def say(self, case: Case, items: Sequence[Say | Attach], *, done: Arrived | None = None) -> None:
        """Have something said in a case by work that is not its own step; with `done`, whose event is dealt with by it."""
        async with self.database.writing() as connection:
            await self.outbox.add(connection, case.id, case.workspace, items)
            await self.inbox.wake(connection, case.id)
            if done is not None:
                await self.inbox.finish(connection, done.number, state="done")

    async def plan(self, lane: str, workspace: Workspace, name: str, at: datetime | None) -> None:
        """Have a lane that is no case's woken at a time, unless it is due already; None: not any more."""
        async with self.database.writing() as connection:
            due = await connection.scalar(sa.select(timers.c.at).where(timers.c.case_id == lane, timers.c.name == name))
            if at is None or due is None or due > self._clock.now():
                await self._set(connection, lane, workspace, Timer(name=name, at=at))

    async def ring(self, now: datetime) -> int:
        """Put the timers that are due into the inbox; how many there were."""
        async with self.database.writing() as connection:
            due = (await connection.execute(sa.select(timers).where(timers.c.at <= now).order_by(timers.c.at).limit(500))).all()
            for row in due:
                rang = TimerRang(
                    id=f"timer:{row.case_id}:{row.name}:{row.at.isoformat()}",
                    workspace=Workspace(team=row.team, enterprise=row.enterprise or None),
                    at=now,
                    case=CaseId(row.case_id),
                    name=row.name,
                )
                await self.inbox.put_within(connection, rang)
                await connection.execute(sa.delete(timers).where(timers.c.case_id == row.case_id, timers.c.name == row.name))
        return len(due)

    async def erase(self, connection: AsyncConnection, case: CaseId) -> None:
        """Delete everything that is kept of a case. That its events were seen stays known: their ids, no more."""
        await self.uploads.erase(connection, case)
        await forget_sighting(connection, case)
        for table in (slots, outbox):
            await connection.execute(sa.delete(table).where(table.c.lane == case))
        for table in (threads, timers):
            await connection.execute(sa.delete(table).where(table.c.case_id == case))
        await connection.execute(sa.delete(cases).where(cases.c.id == case))
        await connection.execute(
            sa.update(inbox)
            .where(inbox.c.lane == case)
            .values(payload="", state="done", user=None, channel=None, ts=None, thread_ts=None)
        )

    async def take_back(self, connection: AsyncConnection, lane: str, workspace: Workspace, erase: Erase) -> None:
        """What the bot said about a case goes too; with a card, one line is left of it, or the engineers would wonder.

        Args:
            connection: the transaction in which the case is erased.
            lane: in which lane that is done; not the case's own, which is gone then.
            workspace: the case's.
            erase: the case, and what is left of its card; None: nothing.
        """
        refs, card = await said_about(connection, erase.case)
        items = [Retract(key=f"retract:{ref.channel}:{ref.ts}", ref=ref) for ref in refs]
        if card is not None:
            items.append(Retract(key=f"retract:{card.channel}:{card.ts}", ref=card, message=erase.card))
        for key, parent in await unsure(connection, erase.case):
            items.append(Retract(key=f"retract:{key}", ref=parent, unsure=key))
        await self.outbox.add(connection, lane, workspace, items)

    async def _forget_person(self, connection: AsyncConnection, arrived: Arrived, workspace: Workspace, user: UserId) -> None:
        """What is kept of somebody outside of their cases: what waits, what the bot said to them, what they chose."""
        lane = lanes.person_lane(workspace, user)
        refs, _ = await said_about(connection, lane)
        items = [Retract(key=f"retract:{ref.channel}:{ref.ts}", ref=ref) for ref in refs]
        for table in (slots, outbox):
            await connection.execute(sa.delete(table).where(table.c.lane == lane))
        await self.outbox.add(connection, lane, workspace, items)
        await connection.execute(
            sa.update(inbox)
            .where(inbox.c.lane == lane, inbox.c.number != arrived.number)
            .values(payload="", state="done", done_at=self._clock.now(), channel=None, ts=None, thread_ts=None)
        )
        await self.people.forget(connection, workspace, user)

    async def _save(self, connection: AsyncConnection, case: Case) -> None:
        stored = replace(case, version=case.version + 1)
        values = {
            "state": stored.state.value,
            "changed_at": self._clock.now(),
            "version": stored.version,
            "body": to_json(stored),
        }
        if case.version:
            changed = await connection.execute(
                sa.update(cases).where(cases.c.id == case.id, cases.c.version == case.version).values(**values)
            )
            if changed.rowcount != 1:
                raise Conflict(case.id)
            return
        insert = self.database.insert(cases).values(
            id=case.id,
            enterprise=case.workspace.enterprise or "",
            team=case.workspace.team,
            requester=case.requester,
            origin=case.origin.value,
            opened_at=case.opened_at,
            **values,
        )
        if not await wrote(connection, insert.on_conflict_do_nothing(), cases.c.id):
            raise Conflict(case.id)
        await self.uploads.make_key(connection, case.id, case.workspace)
        if case.channel_thread is not None:
            await keep_thread(self.database, connection, case.id, Where.REQUESTER, case.channel_thread, workspace=case.workspace)

    async def _set(self, connection: AsyncConnection, lane: str, workspace: Workspace, timer: Timer) -> None:
        if timer.at is None:
            await connection.execute(sa.delete(timers).where(timers.c.case_id == lane, timers.c.name == timer.name))
            return
        await connection.execute(
            self.database.insert(timers)
            .values(case_id=lane, name=timer.name, enterprise=workspace.enterprise or "", team=workspace.team, at=timer.at)
            .on_conflict_do_update(index_elements=["case_id", "name"], set_={"at": timer.at})
        )


def _case(row: sa.Row[Any, Any]) -> Case:
    return replace(from_json(Case, row.body), version=row.version)
