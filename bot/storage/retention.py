"""What is old goes: readings after their days, tokens after theirs, cases that nobody touched, and the memory of events."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.events import CaseId, UploadId
from bot.storage import audit
from bot.storage import outages as radar_rows
from bot.storage.store import Store
from bot.storage.tables import cases, inbox, outbox, tokens, uploads

#: Slack sends an event again for a day at most; its id is kept longer than that.
SHORTEST_MEMORY = timedelta(days=3)
#: Cases that are erased in one transaction, so that nobody waits for long.
AT_ONCE = 50
#: How long the audit trail is kept, unless the settings say otherwise.
AUDIT = timedelta(days=365)


async def sweep(store: Store, now: datetime, *, keep: timedelta, keep_audit: timedelta = AUDIT) -> int:
    """Delete what is older than it may be; how many cases that were.

    Args:
        store: where from.
        now: aware UTC.
        keep: how long readings and untouched cases are kept (`VPN_HELP_RETENTION_DAYS`).
        keep_audit: how long the audit trail is kept (`VPN_HELP_AUDIT_DAYS`).
    """
    oldest, forgotten = now - keep, now - max(keep, SHORTEST_MEMORY)
    async with store.database.writing() as connection:
        await connection.execute(sa.delete(tokens).where(tokens.c.expires_at <= now))
        old = await connection.scalars(
            sa.select(uploads.c.id).where(uploads.c.received_at <= oldest, uploads.c.state.in_(("read", "same", "failed")))
        )
        for upload in old.all():
            await store.uploads.forget(connection, UploadId(upload))
        await connection.execute(sa.delete(inbox).where(inbox.c.state.in_(("done", "failed")), inbox.c.done_at <= forgotten))
        await radar_rows.sweep(connection, oldest)
        await audit.sweep(connection, now - keep_audit)
        await connection.execute(sa.delete(inbox).where(inbox.c.state == "parked", inbox.c.received_at <= oldest))
        await connection.execute(
            sa.delete(outbox).where(outbox.c.state.in_(("sent", "failed", "superseded")), outbox.c.made_at <= forgotten)
        )
    erased = 0
    while batch := await _erase_some(store, oldest):
        erased += batch
    await _clean_journal(store)
    return erased


async def _erase_some(store: Store, oldest: datetime) -> int:
    async with store.database.writing() as connection:
        old = (await connection.scalars(sa.select(cases.c.id).where(cases.c.changed_at <= oldest).limit(AT_ONCE))).all()
        for case in old:
            await store.erase(connection, CaseId(case))
    return len(old)


async def _clean_journal(store: Store) -> None:
    """SQLite's write-ahead log holds what was deleted until it is written over: cut it off."""
    if not store.database.is_sqlite:
        return
    async with store.database.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        cursor = await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr] # aiosqlite's own
        await cursor.close()
