"""Which lane an event belongs to: what shares a lane is handled in one order, one at a time.

A lane is a case's id; `person:<team>:<user>` for what belongs to no case, or to which one is not known yet; or
`file:<team>:<file>` for a file whose message has not come (yet). None: the event is nobody's, and nothing of it is kept.

    intake                                   a new case
    button, reply, timer, reading            the case it names, if that is of this workspace
    message in a case's thread               that case; in a channel only with a mention or a file: people talk there
    message at the top of the direct one     the person's open case; a new one if there is none; several: the person's lane
    mention, upload in a watched channel     the case of that thread, or a new one
    edit, deletion                           the lane of the message
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.events import (
    Action,
    ActionTaken,
    CaseId,
    ChannelId,
    ChannelKind,
    Event,
    FileDeleted,
    FileShared,
    IntakeSubmitted,
    Merged,
    MessageChanged,
    MessageDeleted,
    MessagePosted,
    MessageRef,
    OutageEnded,
    OutageFound,
    ReplySubmitted,
    SayingFailed,
    SetupChanged,
    TeachAsked,
    TimerRang,
    UploadRead,
    UserId,
    WordGiven,
    Workspace,
)
from bot.ports import Where
from bot.storage.tables import cases, inbox, threads, uploads

#: How the lane of a workspace's weekly digest begins.
DIGEST = "digest:"
#: How the lane begins in which the bot learns from a case.
TEACH = "teach:"
#: States in which a case still takes what its requester says without naming it.
OPEN_STATES = ("open", "waiting", "escalated", "claimed", "resolved")


class Channels(Protocol):
    """Which channels mean something."""

    def is_watched(self, workspace: Workspace, channel: ChannelId) -> bool:
        """An upload here is answered unasked."""
        ...

    def desk(self, workspace: Workspace) -> ChannelId | None:
        """The admin channel, if there is one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an event goes."""

    lane: str
    #: It begins a case in the direct message: what its person writes next belongs there already.
    opens: bool = False
    #: That it happened is all that is kept of it: what engineers say among themselves is not the bot's business.
    without_words: bool = False
    #: Seconds to wait first: the file that came without its message.
    after: float = 0.0


#: How long the message that carries a file may come after the event that says that there is a file, in seconds.
FILE_WITHOUT_MESSAGE = 8.0


def new_case_id() -> CaseId:
    """An id that nobody guesses, and that tells nothing."""
    return CaseId(secrets.token_hex(8))


def person_lane(workspace: Workspace, user: UserId | None) -> str:
    """The lane of what a person does outside of their cases."""
    return f"person:{workspace.team}:{user or ''}"


async def places_of(connection: AsyncConnection, event: Event, channels: Channels) -> list[Place]:
    """Where an event goes: nowhere, to one lane, or (a deleted file) to each case that has it."""
    if isinstance(event, FileDeleted):
        return await _cases_with(connection, event)
    place = await _place_of(connection, event, channels)
    return [place] if place else []


async def _place_of(  # noqa: PLR0911 - one line for each kind of event
    connection: AsyncConnection, event: Event, channels: Channels
) -> Place | None:
    match event:
        case IntakeSubmitted():
            goes_on = await _continued(connection, event)
            return Place(lane=goes_on) if goes_on else Place(lane=new_case_id(), opens=True)
        case ActionTaken():
            return await _of_action(connection, event)
        case TimerRang() if event.case.startswith(DIGEST):
            return Place(lane=event.case)
        case ReplySubmitted() | TimerRang() | SayingFailed():
            known = await _exists(connection, event.workspace, event.case)
            return Place(lane=event.case if known else person_lane(event.workspace, event.user))
        case Merged() | OutageFound() | OutageEnded():
            return Place(lane=event.case) if await _exists(connection, event.workspace, event.case) else None
        case TeachAsked():
            return Place(lane=f"{TEACH}{event.case}") if await _exists(connection, event.workspace, event.case) else None
        case UploadRead():
            lane = await connection.scalar(sa.select(uploads.c.case_id).where(uploads.c.id == event.upload))
            return Place(lane=lane) if lane else None
        case WordGiven() | SetupChanged():
            return Place(lane=person_lane(event.workspace, event.user))
        case MessagePosted(kind=ChannelKind.DIRECT):
            return await _of_direct_message(connection, event)
        case MessagePosted():
            return await _of_channel_message(connection, event, channels)
        case MessageChanged() | MessageDeleted():
            lane = await connection.scalar(
                sa.select(inbox.c.lane)
                .where(inbox.c.team == event.workspace.team, inbox.c.channel == event.ref.channel, inbox.c.ts == event.ref.ts)
                .limit(1)
            )
            return Place(lane=lane) if lane else None
        case FileShared():
            return await _of_file(connection, event, channels)
    return None


async def _continued(connection: AsyncConnection, event: IntakeSubmitted) -> str | None:
    """The case that the person goes on with, if it is theirs, and open: what a modal says proves nothing."""
    if event.continues is None:
        return None
    mine = await _open_cases(connection, event)
    return event.continues if event.continues in mine else None


async def _of_action(connection: AsyncConnection, event: ActionTaken) -> Place:
    if event.action is Action.CHOOSE_CASE:
        return Place(lane=person_lane(event.workspace, event.user))
    if event.case and await _exists(connection, event.workspace, event.case):
        return Place(lane=event.case)
    return Place(lane=person_lane(event.workspace, event.user))


async def _of_direct_message(connection: AsyncConnection, event: MessagePosted) -> Place:
    if event.thread_ts:
        thread = MessageRef(channel=event.ref.channel, ts=event.thread_ts)
        known = await case_at(connection, event.workspace, thread)
        if known:
            return Place(lane=known[0])
    mine = await _open_cases(connection, event)
    if len(mine) > 1:
        return Place(lane=person_lane(event.workspace, event.user))
    return Place(lane=mine[0]) if mine else Place(lane=new_case_id(), opens=True)


async def _of_channel_message(  # noqa: PLR0911 - read from above
    connection: AsyncConnection, event: MessagePosted, channels: Channels
) -> Place | None:
    in_desk = event.thread_ts is not None and event.ref.channel == channels.desk(event.workspace)
    if not (event.mentions_bot or event.files or in_desk):
        return None
    thread = MessageRef(channel=event.ref.channel, ts=event.thread_ts or event.ref.ts)
    known = await case_at(connection, event.workspace, thread)
    if known:
        # Engineers talk in the desk's thread among themselves: only what they say to the bot is the bot's business, that
        # somebody works on the case, and the logs that they bring.
        if known[1] is Where.DESK:
            return Place(lane=known[0], without_words=not event.mentions_bot)
        return Place(lane=known[0]) if event.mentions_bot or event.files else None
    if in_desk and not event.mentions_bot:
        return None
    waiting = await _lane_of_thread(connection, event.workspace, thread)
    if waiting:
        return Place(lane=waiting)
    if not (event.mentions_bot or channels.is_watched(event.workspace, event.ref.channel)):
        return None
    return Place(lane=new_case_id())


async def _lane_of_thread(connection: AsyncConnection, workspace: Workspace, thread: MessageRef) -> str | None:
    """A thread whose first event is not handled yet has a lane, but no row in `threads`."""
    lane: str | None = await connection.scalar(
        sa.select(inbox.c.lane)
        .where(
            inbox.c.team == workspace.team,
            inbox.c.channel == thread.channel,
            sa.or_(inbox.c.thread_ts == thread.ts, inbox.c.ts == thread.ts),
        )
        .order_by(inbox.c.number)
        .limit(1)
    )
    return lane


async def _of_file(connection: AsyncConnection, event: FileShared, channels: Channels) -> Place | None:
    """Only in a direct message or a watched channel: elsewhere the bot does not need what it was not shown with a message."""
    if not event.channel.startswith("D") and not channels.is_watched(event.workspace, event.channel):
        return None
    known = await connection.scalar(
        sa.select(uploads.c.id).where(uploads.c.team == event.workspace.team, uploads.c.file_id == event.file_id).limit(1)
    )
    return None if known else Place(lane=f"file:{event.workspace.team}:{event.file_id}", after=FILE_WITHOUT_MESSAGE)


async def _cases_with(connection: AsyncConnection, event: FileDeleted) -> list[Place]:
    found = await connection.scalars(
        sa.select(uploads.c.case_id).where(uploads.c.team == event.workspace.team, uploads.c.file_id == event.file_id)
    )
    return [Place(lane=case) for case in found]


async def _exists(connection: AsyncConnection, workspace: Workspace, case: CaseId) -> bool:
    """Also true for a case whose first event is not handled yet."""
    known = await connection.scalar(
        sa.union_all(
            sa.select(cases.c.id).where(cases.c.id == case, cases.c.team == workspace.team),
            sa.select(inbox.c.lane).where(inbox.c.lane == case, inbox.c.team == workspace.team),
        ).limit(1)
    )
    return known is not None


async def _open_cases(connection: AsyncConnection, event: Event) -> list[str]:
    """The person's open cases in the direct message, those included whose first event is not handled yet."""
    mine = await connection.scalars(
        sa.select(cases.c.id).where(
            cases.c.team == event.workspace.team,
            cases.c.requester == event.user,
            cases.c.origin == "request",
            cases.c.state.in_(OPEN_STATES),
        )
    )
    known = list(mine)
    begun = await connection.scalars(
        sa.select(inbox.c.lane)
        .distinct()
        .where(
            inbox.c.team == event.workspace.team,
            inbox.c.user == event.user,
            inbox.c.state == "waiting",
            inbox.c.opens.is_(True),
            inbox.c.lane.not_in(known),
        )
    )
    return known + [lane for lane in begun if lane not in known]


async def case_at(connection: AsyncConnection, workspace: Workspace, ref: MessageRef) -> tuple[CaseId, Where] | None:
    """Whose thread it is that hangs under this message, and which side of the wall."""
    row = (
        await connection.execute(
            sa.select(threads.c.case_id, threads.c.place).where(
                threads.c.team == workspace.team, threads.c.channel == ref.channel, threads.c.ts == ref.ts
            )
        )
    ).first()
    return (CaseId(row.case_id), Where(row.place)) if row else None
