"""One act of one person: who asks, for what, and the things in the world that are meant."""

from __future__ import annotations

from dataclasses import dataclass

from bot.playground.interactions import Interactions, RefusedError
from bot.playground.local import LocalSlack
from bot.playground.records import Channel, Json, OpenView, Person, Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act of one person, with what was asked for."""

    slack: LocalSlack
    interactions: Interactions
    person: Person
    given: Json

    def text(self, name: str, default: str = "") -> str:
        """Something asked for, as text."""
        value = self.given.get(name)
        return default if value is None else str(value)

    def channel(self) -> Channel:
        """The conversation that is meant: an id, a name, or `@handle` for a direct message."""
        wanted, world = self.text("channel"), self.slack.world
        other = world.person_named(wanted) if wanted.startswith(("@", "U")) else None
        channel = world.direct(self.person.id, other.id) if other else world.channel_named(wanted)
        if channel is None or not world.may_see(self.person.id, channel):
            raise RefusedError("channel_not_found", detail=wanted)
        return channel

    def own_channel(self) -> Channel:
        """A conversation in which the person may speak."""
        channel = self.channel()
        if self.person.id not in channel.members:
            raise RefusedError("not_in_channel")
        return channel

    def post(self) -> Post:
        """The message that is meant."""
        found = self.slack.world.post_at(self.channel().id, self.text("ts"))
        if found is None or found.tombstone:
            raise RefusedError("message_not_found")
        return found

    def own_post(self) -> Post:
        """A message of the person's own."""
        found = self.post()
        if found.user != self.person.id:
            raise RefusedError("not_yours")
        return found

    def view(self) -> OpenView:
        """The view that is meant; without an id the one on top."""
        wanted, world = self.text("view"), self.slack.world
        stack = world.modals_of(self.person.id)
        found = world.views.get(wanted) if wanted else stack[-1] if stack else None
        if found is None or found.person != self.person.id:
            raise RefusedError("view_not_found")
        return found

    def thread(self, channel: Channel) -> str | None:
        """The thread that is meant, by its parent."""
        ts = self.text("thread_ts") or None
        if ts and self.slack.world.post_at(channel.id, ts) is None:
            raise RefusedError("thread_not_found")
        return ts
