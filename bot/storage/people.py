"""What is kept outside of cases: the language that a person chose, and where the bot works."""

from __future__ import annotations

import logging

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.events import UserId, Workspace
from bot.places import Setup
from bot.ports import Prefer
from bot.storage.codec import CodecError, from_json, to_json
from bot.storage.engine import Database
from bot.storage.tables import people, setups

logger = logging.getLogger(__name__)


class People:
    """The rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def language(self, workspace: Workspace, user: UserId) -> str | None:
        """The language that a person chose; None: that of their Slack."""
        async with self._database.reading() as connection:
            found: str | None = await connection.scalar(
                sa.select(people.c.language).where(people.c.team == workspace.team, people.c.user == user)
            )
        return found

    async def prefer(self, connection: AsyncConnection, workspace: Workspace, prefer: Prefer) -> None:
        """Remember it."""
        await connection.execute(
            self._database.insert(people)
            .values(enterprise=workspace.enterprise or "", team=workspace.team, user=prefer.user, language=prefer.language)
            .on_conflict_do_update(index_elements=["team", "user"], set_={"language": prefer.language})
        )

    async def forget(self, connection: AsyncConnection, workspace: Workspace, user: UserId) -> None:
        """Remember nothing of a person."""
        await connection.execute(sa.delete(people).where(people.c.team == workspace.team, people.c.user == user))

    async def set_up(self, connection: AsyncConnection, workspace: Workspace, setup: Setup) -> None:
        """Keep where the bot works."""
        values = {"body": to_json(setup)}
        await connection.execute(
            self._database.insert(setups)
            .values(enterprise=workspace.enterprise or "", team=workspace.team, **values)
            .on_conflict_do_update(index_elements=["team"], set_=values)
        )

    async def setups(self) -> dict[str, Setup]:
        """Where the bot works, by workspace."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(sa.select(setups.c.team, setups.c.body))).all()
        found: dict[str, Setup] = {}
        for row in rows:
            try:
                found[row.team] = from_json(Setup, row.body)
            except CodecError:
                logger.exception("the set-up of %s cannot be read; what the environment says holds", row.team)
        return found
