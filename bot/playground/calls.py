"""What a Web API method is: a function of a `Call` that gives the answer's fields or raises `ApiError`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bot.playground import names
from bot.playground.local import LocalSlack
from bot.playground.records import Channel, ChannelKind, Json
from bot.playground.world import World


class ApiError(Exception):
    """A refusal in Slack's words: `{"ok": false, "error": code}`."""

    def __init__(self, code: str, *, messages: Sequence[str] = (), **more: str) -> None:
        super().__init__(code)
        self.code = code
        self.messages = list(messages)
        self.more = more

    def to_json(self) -> Json:
        """The body of the answer."""
        body: Json = {"ok": False, "error": self.code, **self.more}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        return body


class Tier(Enum):
    """How often a method may be called in a minute."""

    ONE = 1
    TWO = 20
    THREE = 50
    FOUR = 100
    #: By channel and second.
    POSTING = -1
    FREE = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the bot."""

    slack: LocalSlack
    arguments: Json

    @property
    def world(self) -> World:
        """The world."""
        return self.slack.world

    def text(self, name: str, default: str = "") -> str:
        """An argument as text."""
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def needed(self, *wanted: str) -> str:
        """The first of these arguments, all of which must be there."""
        missing = [name for name in wanted if self.arguments.get(name) in (None, "")]
        if missing:
            raise ApiError("invalid_arguments", messages=[f"[ERROR] missing required field: {name}" for name in missing])
        return self.text(wanted[0])

    def flag(self, name: str) -> bool:
        """An argument as true or false, as a form writes it."""
        return str(self.arguments.get(name, "")).lower() in ("1", "true")

    def number(self, name: str, default: int, most: int) -> int:
        """An argument as a whole number."""
        try:
            value = int(self.text(name) or default)
        except ValueError:
            raise ApiError("invalid_arguments", messages=[f"[ERROR] must provide a number [json-pointer:/{name}]"]) from None
        return max(1, min(value, most))

    def json(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """An argument that is JSON."""
        return self.arguments.get(name)

    def channel(self, name: str = "channel") -> Channel:
        """The conversation that is meant, if the bot may know of it.

        A private conversation without the bot does not exist for it.
        """
        wanted = self.needed(name)
        world = self.world
        channel = world.direct(names.BOT_USER, wanted) if _is_other_person(world, wanted) else world.channel_named(wanted)
        if channel is None or not world.may_see(names.BOT_USER, channel):
            raise ApiError("channel_not_found")
        return channel

    def own_channel(self, name: str = "channel") -> Channel:
        """A conversation in which the bot may write."""
        channel = self.channel(name)
        if channel.archived:
            raise ApiError("is_archived")
        if names.BOT_USER not in channel.members:
            raise ApiError("not_in_channel")
        return channel

    def scope_for(self, channel: Channel, what: str) -> None:
        """Reading needs a scope per kind of conversation (`channels:history`, `im:read`)."""
        kind = {ChannelKind.PUBLIC: "channels", ChannelKind.PRIVATE: "groups", ChannelKind.DIRECT: "im"}[
            ChannelKind(channel.type)
        ]
        needed = f"{kind}:{what}"
        if needed not in self.slack.scopes:
            raise ApiError("missing_scope", needed=needed, provided=",".join(self.slack.scopes))


def _is_other_person(world: World, name: str) -> bool:
    person = world.people.get(name)
    return person is not None and not person.is_bot


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method: what runs, which scopes allow it (one is enough), how often."""

    run: Callable[[Call], Json]
    scopes: tuple[str, ...] = ()
    tier: Tier = Tier.THREE
    app_token: bool = False


def page_of(found: Sequence[Json], call: Call, *, default: int = 100, most: int = 1000) -> tuple[list[Json], str]:
    """One page of a list, and the cursor of the next."""
    limit = call.number("limit", default, most)
    cursor = call.text("cursor")
    if cursor and not (cursor.startswith("next:") and cursor[5:].isdigit()):
        raise ApiError("invalid_cursor")
    start = int(cursor[5:]) if cursor else 0
    end = start + limit
    return list(found[start:end]), f"next:{end}" if end < len(found) else ""
