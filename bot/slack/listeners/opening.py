"""The first modal, from wherever it is asked for. Nothing slow may come before it: its trigger lives 3 s and works once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from bot.cases import Case, Origin
from bot.errors import OutsideError
from bot.events import UserId, Workspace
from bot.slack.door import Door
from bot.slack.modals import Metadata
from bot.wording import Message

logger = logging.getLogger(__name__)

#: How long the modal waits for the person's open cases.
_CASES_SECONDS = 0.7


async def open_intake(
    door: Door, user: UserId, trigger_id: str, metadata: Metadata, *, workspace: Workspace, text: str = ""
) -> Message | None:
    """Open it; where that fails, a message with a button (whose press brings a new trigger) for the caller to say."""
    locale, cases = await asyncio.gather(door.locale(user), _open_cases(door, workspace, user))
    view = door.words.intake(locale=locale, metadata=metadata.written(), text=text, cases=cases)
    try:
        await door.chat.open_view(trigger_id, view)
    except OutsideError as error:
        logger.warning("the first modal did not open: %s", error)
        door.counts["modals_failed"] += 1
        return door.words.try_again(locale=locale)
    door.counts["modals_opened"] += 1
    return None


async def _open_cases(door: Door, workspace: Workspace, user: UserId) -> Sequence[Case]:
    """What the person may go on with; a slow database is no reason to miss the trigger."""
    try:
        async with asyncio.timeout(_CASES_SECONDS):
            found = await door.cases.open_cases(workspace, user)
    except TimeoutError:
        return ()
    return [case for case in found if case.origin is Origin.REQUEST]
