"""What one person sees: the world as the page draws it, and as the tests read it."""

from __future__ import annotations

from bot.playground import names
from bot.playground.events import Outgoing
from bot.playground.forms import state_of
from bot.playground.local import LocalSlack
from bot.playground.payloads import person_json, post_json, view_json
from bot.playground.records import Channel, Json, OpenView, Person, Post, Whisper
from bot.playground.sockets import SocketHub

#: The page asks for more when somebody scrolls up.
_SHOWN = 150


class Screen:
    """Draws the world for a person, or whole."""

    def __init__(self, slack: LocalSlack, outgoing: Outgoing, sockets: SocketHub) -> None:
        self._slack, self._outgoing, self._sockets = slack, outgoing, sockets

    def for_person(
        self, person: Person, channel_id: str | None, thread_ts: str | None, *, shown: int = _SHOWN, backstage: bool = False
    ) -> Json:
        """All that the page needs to draw one person's window."""
        world = self._slack.world
        channel = world.channels.get(channel_id or "")
        if channel is not None and not world.may_see(person.id, channel):
            channel = None
        body: Json = {
            **self._status(),
            "me": self._person(person),
            "people": [self._person(one) for one in world.people.values()],
            "channels": [self._channel(one, person) for one in world.channels.values() if world.may_see(person.id, one)],
            "modals": [self._view(view) for view in world.modals_of(person.id)],
            "home": self._home(person),
            "commands": [{"command": name, "description": text[0], "hint": text[1]} for name, text in names.COMMANDS.items()],
            "shortcuts": [{"callback_id": key, "name": value[0], "kind": value[1]} for key, value in names.SHORTCUTS.items()],
            "channel": None,
        }
        if channel is not None:
            body["channel"] = self._conversation(person, channel, shown)
            if thread_ts:
                body["thread"] = self._thread(person, channel, thread_ts)
        if backstage:
            body["traffic"] = self._traffic()
        return body

    def _traffic(self) -> list[Json]:
        """What went between Slack and the bot lately, newest first."""
        sent = [
            {"at": one["at"], "way": "in", "what": one["event"], "outcome": one["outcome"], "ok": one["outcome"] == "acked"}
            for one in self._outgoing.log
        ]
        called = [
            {"at": one["at"], "way": "out", "what": one["method"], "outcome": one["error"] or "ok", "ok": one["ok"]}
            for one in self._slack.calls
        ]
        return sorted([*sent, *called], key=lambda one: str(one["at"]), reverse=True)[:60]

    def _status(self) -> Json:
        clock = self._slack.clock
        return {
            "revision": self._slack.world.feed.revision,
            "clock": {"now": clock.now().isoformat(timespec="seconds"), "offset": clock.offset},
            "delivery": "http" if self._outgoing.over_http else "socket",
            "connected": bool(self._outgoing.bot_url) if self._outgoing.over_http else self._sockets.connected > 0,
            "faults": self._slack.faults.to_json(),
            "quiet": self._outgoing.is_quiet,
        }

    def _person(self, person: Person) -> Json:
        return {
            "id": person.id,
            "handle": person.handle,
            "name": person.name,
            "role": person.role,
            "locale": person.locale,
            "title": person.title,
            "zone": person.zone,
        }

    def _channel(self, channel: Channel, person: Person) -> Json:
        top = self._slack.world.posts_in(channel.id, lambda post: not post.tombstone)
        other = next((m for m in channel.members if m != person.id), person.id) if channel.is_direct else None
        return {
            "id": channel.id,
            "name": channel.name,
            "type": channel.type,
            "topic": channel.topic,
            "members": list(channel.members),
            "with": other,
            "latest": next((post.ts for post in reversed(top) if post.user != person.id), ""),
        }

    def _home(self, person: Person) -> Json | None:
        home = self._slack.world.home_of(person.id)
        return self._view(home) if home else None

    def _view(self, view: OpenView) -> Json:
        return {**view_json(view, state_of(self._slack, view)), "typed": view.typed}

    def _conversation(self, person: Person, channel: Channel, shown: int) -> Json:
        world = self._slack.world
        posts = world.posts_in(channel.id, lambda post: not post.is_reply or post.broadcast)
        hidden = [
            one for one in world.whispers.values() if one.to == person.id and one.channel == channel.id and not one.thread_ts
        ]
        return {
            **self._channel(channel, person),
            "earlier": max(0, len(posts) - shown),
            "messages": self._in_order(posts[-shown:], hidden),
        }

    def _thread(self, person: Person, channel: Channel, ts: str) -> Json:
        world = self._slack.world
        parent = world.post_at(channel.id, ts)
        hidden = [
            one for one in world.whispers.values() if one.to == person.id and one.channel == channel.id and one.thread_ts == ts
        ]
        return {"ts": ts, "messages": self._in_order([*([parent] if parent else []), *world.replies_to(channel.id, ts)], hidden)}

    def _in_order(self, posts: list[Post], hidden: list[Whisper]) -> list[Json]:
        drawn = [post_json(self._slack.world, post, self._slack.base) for post in posts]
        return sorted([*drawn, *(whisper_json(one) for one in hidden)], key=lambda one: str(one["ts"]))

    def whole(self) -> Json:
        """The world as it is, for the tests: nothing is left out and nobody's view is taken."""
        world, slack = self._slack.world, self._slack
        return {
            **self._status(),
            "people": [person_json(person, with_locale=True) | {"role": person.role} for person in world.people.values()],
            "channels": [
                {"id": c.id, "name": c.name, "type": c.type, "members": list(c.members), "archived": c.archived}
                for c in world.channels.values()
            ],
            "messages": {
                channel: [
                    {**post_json(world, post, slack.base, with_metadata=True), "channel": channel}
                    for post in world.posts_in(channel)
                ]
                for channel in world.posts
            },
            "whispers": [whisper_json(one) for one in world.whispers.values()],
            "modals": {
                person: [self._view(view) for view in world.modals_of(person)]
                for person in world.people
                if world.modals_of(person)
            },
            "homes": {view.person: self._view(view) for view in world.views.values() if view.is_home},
            "files": [
                {
                    "id": f.id,
                    "name": f.name,
                    "size": f.size,
                    "user": f.user,
                    "deleted": f.deleted,
                    "shares": [list(s) for s in f.shares],
                }
                for f in world.files.values()
            ],
            "calls": list(slack.calls),
            "deliveries": list(self._outgoing.log),
            "pending": [
                {"event_id": d.envelope["event_id"], "event": d.envelope["event"]["type"], "attempt": d.attempt, "due": d.due}
                for d in world.deliveries.values()
            ],
        }


def whisper_json(hidden: Whisper) -> Json:
    """An ephemeral message for the page and the tests."""
    return {
        "type": "message",
        "ephemeral": True,
        "channel": hidden.channel,
        "ts": hidden.ts,
        "user": hidden.user,
        "to": hidden.to,
        "text": hidden.text,
        "blocks": list(hidden.blocks),
        "thread_ts": hidden.thread_ts,
    }
