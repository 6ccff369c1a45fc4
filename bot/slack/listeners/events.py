"""Events: messages of every subtype, mentions, files, the home tab."""

from __future__ import annotations

import logging
import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.errors import OutsideError
from bot.slack import payloads
from bot.slack.door import Door
from bot.slack.payloads import HomeOpened

logger = logging.getLogger(__name__)


def register(app: AsyncApp, door: Door) -> None:
    """Every event; Bolt acknowledges when the listener returns, and answers 500 when it raises, so that Slack comes again."""

    @app.event(re.compile(""))
    async def happened(body: dict[str, Any]) -> None:
        event = payloads.event(body, door.me, door.clock.now())
        if isinstance(event, HomeOpened):
            await _publish_home(door, event)
        elif event is not None:
            await door.keep(event)


async def _publish_home(door: Door, opened: HomeOpened) -> None:
    """A glance at the bot; when it fails, the next glance shows it, and nothing is lost."""
    if opened.user is None:
        return
    cases = await door.cases.open_cases(opened.workspace, opened.user)
    view = door.words.home(cases, days=door.retention_days, locale=await door.locale(opened.user))
    try:
        await door.chat.publish_home(opened.user, view)
    except OutsideError as error:
        logger.warning("the home tab was not published: %s", error)
