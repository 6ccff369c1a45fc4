"""The first modal, from wherever it is asked for. Nothing slow may come before it: its trigger lives 3 s and works once."""

from __future__ import annotations

import logging

from bot.errors import OutsideError
from bot.events import UserId
from bot.ports import Message
from bot.slack.door import Door
from bot.slack.modals import Metadata

logger = logging.getLogger(__name__)


async def open_intake(door: Door, user: UserId, trigger_id: str, metadata: Metadata, *, text: str = "") -> Message | None:
    """Open it; where that fails, a message with a button (whose press brings a new trigger) for the caller to say."""
    locale = await door.locale(user)
    view = door.words.intake(locale=locale, metadata=metadata.written(), text=text)
    try:
        await door.chat.open_view(trigger_id, view)
    except OutsideError as error:
        logger.warning("the first modal did not open: %s", error)
        door.counts["modals_failed"] += 1
        return door.words.try_again(locale=locale)
    door.counts["modals_opened"] += 1
    return None
