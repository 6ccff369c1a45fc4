"""Events: messages of every subtype, mentions, files, the home tab."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.slack import payloads
from bot.slack.door import Door
from bot.slack.payloads import HomeOpened


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
    if opened.user is not None and door.homes is not None:
        await door.homes.show(opened.user)
