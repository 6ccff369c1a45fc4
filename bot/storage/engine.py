"""The database, opened: SQLite that survives a power cut, or PostgreSQL; brought to the newest migration first.

SQLite runs in WAL mode with `synchronous=FULL`: what was acknowledged to Slack is on the disk. Every transaction that
writes begins with BEGIN IMMEDIATE: two that read first and write later would else fail on each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import SettingsError

#: How long SQLite waits for another writer before it gives up, in milliseconds.
BUSY_MS = 30_000


class Database:
    """An engine, and the two ways to use it: `reading` and `writing`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        # SQLite has one writer at a time. Queueing here is fair and costs nothing; its own lock is asked again and again.
        self._writer = asyncio.Lock()

    def insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits when the block ends well."""
        if not self.is_sqlite:
            async with self.engine.begin() as connection:
                yield connection
            return
        async with self._writer, self.engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads: one picture of the data, in nobody's way."""
        async with self.engine.connect() as connection:
            await connection.execution_options(vpn_help_reads=True)
            yield connection

    async def clean_journal(self) -> None:
        """SQLite's write-ahead log holds what was deleted until it is written over: cut it off. PostgreSQL has its own ways."""
        if not self.is_sqlite:
            return
        async with self.engine.connect() as connection:
            raw = await connection.get_raw_connection()
            cursor = await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr] # aiosqlite's own
            await cursor.close()


async def wrote(connection: AsyncConnection, insert: sqlite.Insert | postgresql.Insert, key: sa.Column[Any]) -> bool:
    """Run an INSERT that may find its row there already; whether it wrote: the count of rows is not known everywhere."""
    return (await connection.execute(insert.returning(key))).first() is not None


def sync_address(address: str) -> str:
    """The same database for a library that does not use asyncio.

    >>> sync_address("sqlite+aiosqlite:////tmp/vpn-help.db")
    'sqlite:////tmp/vpn-help.db'
    """
    url = sa.make_url(address)
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=False)


async def open_database(address: str) -> Database:
    """Open, and bring to the newest migration.

    Raises:
        SettingsError: the address is no SQLite file and no PostgreSQL.
    """
    url = _understood(address)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_async_engine(url)
        sa.event.listen(engine.sync_engine, "connect", _set_pragmas)
        sa.event.listen(engine.sync_engine, "begin", _begin_immediate)
    else:
        engine = create_async_engine(url, pool_size=8, max_overflow=4, pool_pre_ping=True)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
    except BaseException:
        await engine.dispose()
        raise
    return Database(engine)


def migrate(connection: sa.Connection) -> None:
    """Apply the migrations that are missing, in the transaction of `connection`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _understood(address: str) -> sa.URL:
    try:
        url = sa.make_url(address)
    except sa.exc.ArgumentError as error:
        raise SettingsError("VPN_HELP_DATABASE_URL is no database address; write sqlite:///… or postgresql://…") from error
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
    driver = drivers.get(url.get_backend_name())
    if driver is None:
        raise SettingsError(f"VPN_HELP_DATABASE_URL: {url.get_backend_name()} is not supported; use sqlite or postgresql")
    if driver.startswith("sqlite") and url.database in (None, "", ":memory:"):
        raise SettingsError("VPN_HELP_DATABASE_URL: the database must be a file, or nothing would survive a restart")
    return url.set(drivername=driver)


def _set_pragmas(connection: sa.engine.interfaces.DBAPIConnection, _record: sa.pool.ConnectionPoolEntry) -> None:
    # SQLAlchemy would let sqlite3 begin transactions by itself, and late; `_begin_immediate` begins them.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_MS}", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: sa.Connection) -> None:
    reads = connection.get_execution_options().get("vpn_help_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
