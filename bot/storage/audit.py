"""The audit trail: a table to which lines are added, and from which they only go when they are too old.

A line says who did, or tried to do, what, on which case, when and from where. It holds ids and words of ours, and nothing
that anybody wrote; so it may outlive the cases of which it tells (`VPN_HELP_AUDIT_DAYS`).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.events import CaseId, UserId, Workspace
from bot.ports import Audited
from bot.storage.engine import Database
from bot.storage.tables import audit

#: Columns of a list, in their order.
COLUMNS = ("at", "team", "who", "deed", "case", "where", "refused", "about")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which lines; what is None is not asked."""

    workspace: Workspace | None = None
    who: str | None = None
    deed: str | None = None
    #: A case's id, or its beginning, as people say it.
    case: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    #: Only what was refused.
    refused: bool = False


class Audit:
    """The rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, connection: AsyncConnection, workspace: Workspace, lines: Sequence[Audited]) -> None:
        """Lines more, within a transaction: the deed and its line happen both, or neither."""
        for line in lines:
            await connection.execute(
                sa.insert(audit).values(
                    enterprise=workspace.enterprise or "",
                    team=workspace.team,
                    at=line.at,
                    who=line.who,
                    deed=line.deed,
                    case_id=line.case,
                    place=line.where,
                    refused=line.refused,
                    about=line.about,
                )
            )

    async def write(self, workspace: Workspace, *lines: Audited) -> None:
        """Lines more, for what is no step of a case: a refusal at the door, a command of the operator."""
        async with self._database.writing() as connection:
            await self.add(connection, workspace, lines)

    async def lines(self, which: Filter | None = None, *, limit: int = 100_000) -> Sequence[tuple[str, Audited]]:
        """(workspace's team, line), oldest first; of more than `limit`, the newest."""
        asked = sa.select(audit).order_by(audit.c.number.desc()).limit(limit)
        for condition in _conditions(which or Filter()):
            asked = asked.where(condition)
        async with self._database.reading() as connection:
            rows = (await connection.execute(asked)).all()
        return [(row.team, _line(row)) for row in reversed(rows)]


async def sweep(connection: AsyncConnection, oldest: datetime) -> None:
    """The only way in which a line ever goes: by its age."""
    await connection.execute(sa.delete(audit).where(audit.c.at <= oldest))


def as_csv(lines: Sequence[tuple[str, Audited]]) -> str:
    """One line for each under a line of names."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for each in lines:
        writer.writerow({name: "" if value is None else value for name, value in _shown(*each).items()})
    return text.getvalue()


def as_json(lines: Sequence[tuple[str, Audited]]) -> str:
    """One object a line."""
    return "".join(json.dumps(_shown(*each), ensure_ascii=False) + "\n" for each in lines)


def _shown(team: str, line: Audited) -> dict[str, str | None]:
    return {
        "at": line.at.isoformat(timespec="seconds"),
        "team": team,
        "who": line.who,
        "deed": line.deed,
        "case": line.case,
        "where": line.where,
        "refused": line.refused,
        "about": line.about,
    }


def _conditions(which: Filter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if which.workspace is not None:
        found.append(audit.c.team == which.workspace.team)
    if which.who is not None:
        found.append(audit.c.who == which.who)
    if which.deed is not None:
        found.append(audit.c.deed == which.deed)
    if which.case is not None:
        found.append(audit.c.case_id.startswith(which.case.strip().lower(), autoescape=True))
    if which.since is not None:
        found.append(audit.c.at >= which.since)
    if which.until is not None:
        found.append(audit.c.at < which.until)
    if which.refused:
        found.append(audit.c.refused.is_not(None))
    return found


def _line(row: sa.Row[Any]) -> Audited:
    return Audited(
        at=row.at,
        who=UserId(row.who) if row.who else None,
        deed=row.deed,
        case=CaseId(row.case_id) if row.case_id else None,
        where=row.place,
        refused=row.refused,
        about=row.about,
    )
