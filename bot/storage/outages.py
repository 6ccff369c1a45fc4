"""What the radar sees, and the outages that it found: one row for each case, one for each outage.

A sighting holds keys and no words: a cause, a place, and a server's fingerprint under a key of this workspace alone.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.events import CaseId, OutageEnded, OutageFound, Workspace
from bot.ports import Announce
from bot.storage import locks
from bot.storage.engine import Database, wrote
from bot.storage.inbox import Inbox
from bot.storage.outbox import Outbox
from bot.storage.tables import case_keys, outages, sightings
from bot.wording import Message

#: So many cases say what is usual.
REMEMBERED = 600
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A row of `sightings`."""

    case: CaseId
    at: datetime
    keys: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """An outage that is going on, or was."""

    id: str
    key: str
    found_at: datetime
    cases: tuple[CaseId, ...]
    state: str = "open"


class Outages:
    """The rows."""

    def __init__(self, database: Database, inbox: Inbox, outbox: Outbox) -> None:
        self._database = database
        self._inbox = inbox
        self._outbox = outbox

    async def fingerprint(self, workspace: Workspace, name: str) -> str:
        """The same for the same name in all cases of a workspace, and nothing that leads back to it."""
        lane = CaseId(f"radar:{workspace.team}")
        async with self._database.writing() as connection:
            key = await connection.scalar(sa.select(case_keys.c.key).where(case_keys.c.case_id == lane))
            if key is None:
                key = locks.new_key()
                values = {"enterprise": workspace.enterprise or "", "team": workspace.team, "key": key}
                await connection.execute(
                    self._database.insert(case_keys).values(case_id=lane, made_at=_EPOCH, **values).on_conflict_do_nothing()
                )
                key = await connection.scalar(sa.select(case_keys.c.key).where(case_keys.c.case_id == lane))
        return hashlib.blake2b(name.casefold().encode(), key=key or b"", digest_size=6).hexdigest()

    async def see(self, workspace: Workspace, seen: Seen) -> bool:
        """Keep what a case shows; whether that is other than before."""
        keys = json.dumps(sorted(seen.keys))
        async with self._database.writing() as connection:
            before = await connection.scalar(sa.select(sightings.c.shows).where(sightings.c.case_id == seen.case))
            if before == keys:
                return False
            await connection.execute(
                self._database.insert(sightings)
                .values(case_id=seen.case, enterprise=workspace.enterprise or "", team=workspace.team, at=seen.at, shows=keys)
                .on_conflict_do_update(index_elements=["case_id"], set_={"shows": keys})
            )
        return True

    async def seen(self, workspace: Workspace) -> Sequence[Seen]:
        """The last cases, oldest first."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                sa.select(sightings)
                .where(sightings.c.team == workspace.team)
                .order_by(sightings.c.at.desc(), sightings.c.case_id)
                .limit(REMEMBERED)
            )
            found = [Seen(case=CaseId(row.case_id), at=row.at, keys=frozenset(json.loads(row.shows))) for row in rows]
        return found[::-1]

    async def open_ones(self, workspace: Workspace) -> Sequence[Open]:
        """The outages that are going on."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                sa.select(outages).where(outages.c.team == workspace.team, outages.c.state == "open").order_by(outages.c.found_at)
            )
            return [_open(row) for row in rows]

    async def found_lately(self, workspace: Workspace, since: datetime) -> Sequence[Open]:
        """All outages since a time."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                sa.select(outages).where(outages.c.team == workspace.team, outages.c.found_at >= since)
            )
            return [_open(row) for row in rows]

    async def begin(self, workspace: Workspace, key: str, cases: Sequence[CaseId], at: datetime) -> Open | None:
        """A new outage, whose cases hear of it; None: it is there already."""
        new = Open(id=secrets.token_hex(6), key=key, found_at=at, cases=tuple(cases))
        async with self._database.writing() as connection:
            insert = self._database.insert(outages).values(
                id=new.id,
                enterprise=workspace.enterprise or "",
                team=workspace.team,
                key=key,
                state="open",
                open_key=f"{workspace.team}:{key}",
                found_at=at,
                cases=json.dumps(list(cases)),
            )
            if not await wrote(connection, insert.on_conflict_do_nothing(), outages.c.id):
                return None
            for case in cases:
                await self._tell(connection, workspace, new, case, at)
        return new

    async def join(self, workspace: Workspace, outage: Open, case: CaseId, at: datetime) -> Open:
        """One case more."""
        if case in outage.cases:
            return outage
        joined = Open(id=outage.id, key=outage.key, found_at=outage.found_at, cases=(*outage.cases, case))
        async with self._database.writing() as connection:
            changed = await connection.execute(
                sa.update(outages)
                .where(outages.c.id == outage.id, outages.c.state == "open", outages.c.cases == json.dumps(list(outage.cases)))
                .values(cases=json.dumps(list(joined.cases)))
            )
            if changed.rowcount == 1:
                await self._tell(connection, workspace, outage, case, at)
        return joined

    async def end(self, workspace: Workspace, outage: str, *, mended: bool, at: datetime) -> Open | None:
        """It is over, or was none: each of its cases hears of it; None: it is not open."""
        async with self._database.writing() as connection:
            row = (
                await connection.execute(
                    sa.select(outages).where(outages.c.id == outage, outages.c.team == workspace.team, outages.c.state == "open")
                )
            ).first()
            if row is None:
                return None
            ended = _open(row)
            state = "over" if mended else "false"
            await connection.execute(
                sa.update(outages).where(outages.c.id == outage).values(state=state, open_key=None, ended_at=at)
            )
            for case in ended.cases:
                told = OutageEnded(
                    id=f"outage-ended:{outage}:{case}", workspace=workspace, at=at, case=case, outage=outage, mended=mended
                )
                await self._inbox.put_within(connection, told)
        return Open(id=ended.id, key=ended.key, found_at=ended.found_at, cases=ended.cases, state=state)

    async def announce(self, workspace: Workspace, outage: Open, message: Message) -> None:
        """Its card at the top of the admin channel; edited where it stands already."""
        card = Announce(key=f"outage:{outage.id}:{outage.state}:{len(outage.cases)}", message=message, slot="outage")
        lane = f"outage:{workspace.team}:{outage.id}"
        async with self._database.writing() as connection:
            await self._outbox.add(connection, lane, workspace, [card])
            await self._inbox.wake(connection, lane)

    async def _tell(self, connection: AsyncConnection, workspace: Workspace, outage: Open, case: CaseId, at: datetime) -> None:
        told = OutageFound(
            id=f"outage:{outage.id}:{case}", workspace=workspace, at=at, case=case, outage=outage.id, about=outage.key
        )
        await self._inbox.put_within(connection, told)


async def forget(connection: AsyncConnection, case: CaseId) -> None:
    """Nothing of a case is left to the radar."""
    await connection.execute(sa.delete(sightings).where(sightings.c.case_id == case))


async def sweep(connection: AsyncConnection, oldest: datetime) -> None:
    """What is old goes."""
    await connection.execute(sa.delete(sightings).where(sightings.c.at <= oldest))
    await connection.execute(sa.delete(outages).where(outages.c.state != "open", outages.c.found_at <= oldest))
    await connection.execute(sa.delete(outages).where(outages.c.found_at <= oldest - timedelta(days=30)))


def _open(row: sa.Row[Any]) -> Open:
    cases = tuple(CaseId(case) for case in json.loads(row.cases))
    return Open(id=row.id, key=row.key, found_at=row.found_at, cases=cases, state=row.state)
