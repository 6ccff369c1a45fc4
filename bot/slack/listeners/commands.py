"""`/vpn-help`, alone or with words: the modal opens, or the word is kept and answered by the house."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack import modals
from bot.slack.door import Door, ephemeral
from bot.slack.listeners.opening import open_intake


def register(app: AsyncApp, door: Door) -> None:
    """Any command of this app is ours: a workspace where `/vpn-help` is taken gives it another name."""

    @app.command(re.compile(""))
    async def vpn_help(ack: AsyncAck, body: dict[str, Any]) -> None:
        await _answer(door, ack, body)


async def _answer(door: Door, ack: AsyncAck, body: Mapping[str, Any]) -> None:
    typed = modals.command(body, door.clock.now())
    if typed is None:
        await ack()
        return
    if not typed.word:
        sorry = await open_intake(
            door, typed.user, typed.trigger_id, _metadata(typed), workspace=typed.workspace, text=typed.text
        )
        await (ack(ephemeral(sorry)) if sorry else ack())
        return
    if typed.word == "help":
        await ack(ephemeral(door.words.help(locale=await door.locale(typed.user))))
        return
    await door.keep(typed.given())
    await ack()


def _metadata(typed: modals.Command) -> modals.Metadata:
    return modals.Metadata(channel=typed.channel or "", response_url=typed.response_url or "")
