"""*Get VPN help* from anywhere; *Diagnose this message*, a mention of the bot without the words; *Send to requester*."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack import payloads
from bot.slack.door import Door, whisper
from bot.slack.listeners.opening import open_intake
from bot.slack.listeners.sending import open_send
from bot.slack.modals import Metadata
from bot.slack.waiting import waiting


def register(app: AsyncApp, door: Door) -> None:
    """Global and message shortcuts."""

    @app.shortcut(re.compile(""))
    async def chosen(ack: AsyncAck, body: dict[str, Any]) -> None:
        shortcut = payloads.shortcut(body, door.me, door.clock.now())
        if shortcut is None:
            await ack()
            return
        if shortcut.sends:
            await open_send(door, shortcut)
        elif shortcut.message is not None:
            await door.keep(shortcut.message)
        elif sorry := await open_intake(door, shortcut.user, shortcut.trigger_id, Metadata(), workspace=shortcut.workspace):
            await whisper(door, waiting(body), sorry)
        await ack()
