"""The local Slack as a whole: its world, its faults, what is on its way to the bot, and what was called."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.playground import names
from bot.playground.clock import Clock
from bot.playground.faults import Faults
from bot.playground.records import Channel, Hook, Json
from bot.playground.world import World


@dataclass(slots=True, kw_only=True)
class Trigger:
    """A right to open one modal, for three seconds."""

    person: str
    expires: float
    #: The modal it came from, if it did.
    view: str | None = None
    used: bool = False


@dataclass(slots=True, kw_only=True)
class LocalSlack:
    """What all rooms of the playground share. `emit` hands an event to the outgoing lane."""

    world: World
    base: str
    emit: Callable[[Json, Channel | None], None]
    faults: Faults = field(default_factory=Faults)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    #: Uploads that were announced and have not come, by ticket: the file's id.
    tickets: dict[str, str] = field(default_factory=dict)
    #: The latest calls of the bot, for the page and the tests.
    calls: deque[Json] = field(default_factory=lambda: deque(maxlen=1000))

    @property
    def clock(self) -> Clock:
        """The playground's time."""
        return self.world.clock

    @property
    def scopes(self) -> tuple[str, ...]:
        """What the bot's token may do."""
        kept = self.world.setting("scopes")
        return tuple(str(one) for one in kept) if isinstance(kept, list) else names.SCOPES

    def new_trigger(self, person: str, view: str | None = None) -> str:
        """A trigger for something that a person just did."""
        now = self.clock.seconds()
        trigger = f"{int(now * 1000)}.{int(now)}.{secrets.token_hex(16)}"
        self.triggers[trigger] = Trigger(person=person, expires=now + names.TRIGGER_SECONDS, view=view)
        # triggers are asked for again only to be refused; a day of clicking need not be remembered
        while len(self.triggers) > 1000:
            self.triggers.pop(next(iter(self.triggers)))
        return trigger

    def new_hook(
        self, person: str, channel: str, *, source: str | None = None, whisper: bool = False, thread_ts: str | None = None
    ) -> str:
        """A response URL for something that a person just did."""
        hook = Hook(
            id=secrets.token_urlsafe(18),
            person=person,
            channel=channel,
            expires=self.clock.seconds() + names.HOOK_SECONDS,
            source=source,
            source_is_whisper=whisper,
            thread_ts=thread_ts,
        )
        self.world.put(hook)
        return f"{self.base}/actions/{names.TEAM}/{hook.id}"
