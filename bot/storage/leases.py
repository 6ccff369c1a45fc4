"""Which process is which: a stable, unique id for each, and who has died.

On SQLite there is one process, kept alone by a lock on a file beside the database. On PostgreSQL each takes the first
free slot; a lease that is not renewed is taken over by whoever sees it first.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.errors import SettingsError
from bot.storage.engine import Database, wrote
from bot.storage.tables import executors

#: Processes on one database at most.
SLOTS = 64


class Leases:
    """The table of processes. Its times are real times: a clock that a test moves must not kill a process."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def slot(self, seconds: float) -> AsyncIterator[str]:
        """This process's id, for as long as it runs.

        Raises:
            SettingsError: another process has this SQLite file, or all slots are taken.
        """
        if self._database.is_sqlite:
            with _alone(Path(str(self._database.engine.url.database))):
                yield "vpn-help-0"
            return
        executor = await self._first_free(seconds)
        try:
            yield executor
        finally:
            async with self._database.writing() as connection:
                await connection.execute(sa.delete(executors).where(executors.c.id == executor))

    async def renew(self, executor: str, holder: str, seconds: float) -> None:
        """This process lives."""
        values = {"holder": holder, "expires_at": datetime.now(UTC) + timedelta(seconds=seconds)}
        async with self._database.writing() as connection:
            await connection.execute(
                self._database.insert(executors)
                .values(id=executor, **values)
                .on_conflict_do_update(index_elements=["id"], set_=values)
            )

    async def take_expired(self, me: str) -> Sequence[str]:
        """Processes that have died, each given to one caller only."""
        now = datetime.now(UTC)
        async with self._database.writing() as connection:
            dead = await connection.scalars(
                sa.delete(executors).where(executors.c.id != me, executors.c.expires_at < now).returning(executors.c.id)
            )
            return list(dead)

    async def _first_free(self, seconds: float) -> str:
        holder = secrets.token_hex(8)
        for number in range(SLOTS):
            executor = f"vpn-help-{number}"
            async with self._database.writing() as connection:
                insert = self._database.insert(executors).values(
                    id=executor, holder=holder, expires_at=datetime.now(UTC) + timedelta(seconds=seconds)
                )
                taken = await wrote(connection, insert.on_conflict_do_nothing(), executors.c.id)
            if taken:
                return executor
        raise SettingsError(f"{SLOTS} processes use this database already; stop some, or use another database")


class _alone:  # noqa: N801 - a context manager, used like a function
    """A lock on `<database>.lock`; the system drops it when the process ends, however it ends."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._file = -1

    def __enter__(self) -> None:
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise SettingsError(
                f"another vpn-help uses {self._path.with_suffix('')} already; stop it, or set VPN_HELP_DATA to another folder"
            ) from error

    def __exit__(self, *_: object) -> None:
        os.close(self._file)
