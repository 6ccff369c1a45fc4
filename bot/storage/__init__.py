"""What is kept: cases, what came in, what is to be said, readings; in one database, together with the job engine's tables.

    async with open_store(settings.database, clock=clock, channels=channels) as store:
        await store.inbox.put(event)        # before Slack gets its answer

SQLAlchemy and Alembic are here and nowhere else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.ports import Clock
from bot.storage.audit import Audit, Filter
from bot.storage.audit import as_csv as audit_csv
from bot.storage.audit import as_json as audit_json
from bot.storage.engine import open_database, sync_address
from bot.storage.inbox import Arrived, Inbox, Transaction, Wakes
from bot.storage.lanes import DIGEST, Channels
from bot.storage.outages import Open, Seen
from bot.storage.retention import sweep
from bot.storage.speaking import Speaker
from bot.storage.store import Store
from bot.storage.uploads import Conflict, Result, TokenTable, ToRead, UploadRecord

__all__ = [
    "DIGEST",
    "Arrived",
    "Audit",
    "Channels",
    "Conflict",
    "Filter",
    "Inbox",
    "Open",
    "Result",
    "Seen",
    "Speaker",
    "Store",
    "ToRead",
    "TokenTable",
    "Transaction",
    "UploadRecord",
    "Wakes",
    "audit_csv",
    "audit_json",
    "open_store",
    "sweep",
    "sync_address",
]


@asynccontextmanager
async def open_store(
    address: str, *, clock: Clock, channels: Channels, token_life: timedelta = timedelta(days=7)
) -> AsyncIterator[Store]:
    """The store, migrated and open.

    Raises:
        SettingsError: the address is no SQLite file and no PostgreSQL.
    """
    database = await open_database(address)
    try:
        inbox = Inbox(database, clock, channels)
        store = Store(database, clock, inbox)
        store.uploads.token_life = token_life
        async with inbox.open():
            yield store
    finally:
        await database.engine.dispose()
