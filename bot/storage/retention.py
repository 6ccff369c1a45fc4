"""What is old goes: readings after their days, tokens after theirs, cases that nobody touched, and the memory of events.

With a case goes what the bot said about it, on both sides: what is old is nowhere, and not only here.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.events import CaseId, ChannelId, MessageRef, UploadId, Workspace
from bot.ports import Erase, Retract
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
        await _take_back(store, connection, forgotten)
        await connection.execute(
            sa.delete(outbox).where(
                outbox.c.state.in_(("sent", "failed", "superseded")),
                outbox.c.made_at <= forgotten,
                # Where the bot spoke of a case must be known for as long as there is the case: it may be erased.
                sa.or_(outbox.c.ts.is_(None), outbox.c.lane.not_in(sa.select(cases.c.id))),
            )
        )
    erased = 0
    while batch := await _erase_some(store, oldest):
        erased += batch
    await store.database.clean_journal()
    return erased


async def _take_back(store: Store, connection: AsyncConnection, oldest: datetime) -> None:
    """What the bot said to people outside of their cases, and handed to them, goes from Slack as well."""
    old = await connection.execute(
        sa.select(outbox.c.enterprise, outbox.c.team, outbox.c.channel, outbox.c.ts)
        .distinct()
        .where(
            outbox.c.lane.startswith("person:"),
            outbox.c.kind.in_(("tell", "give")),
            outbox.c.state == "sent",
            outbox.c.ts.is_not(None),
            outbox.c.made_at <= oldest,
        )
    )
    for row in old.all():
        workspace = Workspace(team=row.team, enterprise=row.enterprise or None)
        ref = MessageRef(channel=ChannelId(row.channel), ts=row.ts)
        await store.outbox.add(connection, _lane(workspace), workspace, [Retract(key=f"retract:{ref.channel}:{ref.ts}", ref=ref)])


async def _erase_some(store: Store, oldest: datetime) -> int:
    async with store.database.writing() as connection:
        chosen = sa.select(cases.c.id, cases.c.team, cases.c.enterprise).where(cases.c.changed_at <= oldest).limit(AT_ONCE)
        old = (await connection.execute(chosen)).all()
        for row in old:
            workspace = Workspace(team=row.team, enterprise=row.enterprise or None)
            await store.take_back(connection, _lane(workspace), workspace, Erase(case=CaseId(row.id)))
            await store.erase(connection, CaseId(row.id))
    return len(old)


def _lane(workspace: Workspace) -> str:
    """In which lane it is taken back, at Slack's pace."""
    return f"sweep:{workspace.team}"
