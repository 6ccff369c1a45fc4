"""What a listener may use, handed to it as one argument: the inbox, the way to speak at once, and the words for it.

Listeners hold no logic of the house: they parse, put the event into the inbox, and acknowledge. The few answers that a
queue is too late for (a modal's trigger lives 3 s) are given here from the payload, one quick read, and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from bot.errors import OutsideError, Unknown
from bot.events import ActionTaken, Event, ThreadRef, UserId
from bot.messages import Catalogue, spoken
from bot.ports import CaseStore, Chat, Clock
from bot.slack.home import Homes
from bot.slack.payloads import Me
from bot.slack.waiting import Waiting
from bot.wording import Message

logger = logging.getLogger(__name__)

#: How long a modal waits for the person's language; its trigger lives 3 s in all.
_LOCALE_SECONDS = 0.7


async def _no_names(action: ActionTaken) -> Mapping[str, str]:
    """Where nobody may look anything up."""
    del action
    return {}


class Inbox(Protocol):
    """Where events are kept before Slack gets its 200."""

    async def put(self, event: Event) -> object:
        """Keep an event durably; one that is known already is no error."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Everything that listeners share."""

    inbox: Inbox
    chat: Chat
    cases: CaseStore
    clock: Clock
    words: Catalogue
    me: Me
    #: For how long things are kept, as the privacy text says it.
    retention_days: int
    #: Raises `UserError` where the person may not do that; asked before a modal opens, and again when it is sent.
    allow: Callable[[ActionTaken], Awaitable[None]]
    #: Which token of a case's evidence stands for what. Asks for the right, and writes down who asked, and why, first.
    unmask: Callable[[ActionTaken], Awaitable[Mapping[str, str]]] = _no_names
    #: The language that somebody chose, and their home tab.
    language: Callable[[UserId], Awaitable[str | None]] | None = None
    homes: Homes | None = None
    counts: Counter[str] = field(default_factory=Counter)

    async def keep(self, event: Event) -> None:
        """Put an event into the inbox; when this returns, it survives a power cut."""
        await self.inbox.put(event)
        self.counts[f"events_{type(event).__name__}"] += 1

    async def locale(self, user: UserId) -> str:
        """The person's language, or English where Slack does not say it in time."""
        try:
            async with asyncio.timeout(_LOCALE_SECONDS):
                chosen = await self.language(user) if self.language else None
                return spoken(chosen or (await self.chat.profile(user)).locale)
        except (TimeoutError, OutsideError) as error:
            logger.info("language of a person not known in time: %s", error or "time-out")
            return spoken("en")


def ephemeral(said: Message) -> dict[str, Any]:
    """A message as the body of a command's 200: it needs no call, and works where the bot is no member."""
    return {"response_type": "ephemeral", "text": said.text, "blocks": [dict(block) for block in said.blocks]}


async def whisper(door: Door, asker: Waiting, said: Message) -> None:
    """Say something to one person, wherever that still works; without a place (a shortcut), in the direct message."""
    ways: list[Callable[[], Awaitable[object]]] = []
    if asker.response_url:
        ways.append(partial(door.chat.respond, asker.response_url, said))
    if asker.channel and asker.user:
        ways.append(partial(door.chat.whisper, asker.channel, asker.user, said))
    if asker.user:
        ways.append(partial(_directly, door, asker.user, said))
    for say in ways:
        try:
            await say()
        except Unknown as error:  # perhaps they have seen it
            logger.warning("nobody knows whether a person was told: %s", error)
        except OutsideError as error:
            logger.warning("could not say something to a person: %s", error)
            continue
        return


async def _directly(door: Door, user: UserId, said: Message) -> None:
    direct = await door.chat.open_direct(user)
    await door.chat.post(ThreadRef(channel=direct), said, key=f"whisper:{reference()}")


def reference() -> str:
    """A word that a person can pass on and an operator can find in the log."""
    return secrets.token_hex(4).upper()
