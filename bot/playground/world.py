"""The world: who is there, where they talk, what was said. Kept in memory, written through to the store.

It only holds and finds; what an act means, and which events it causes, stands in `speaking.py` and `acts.py`.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.playground import names
from bot.playground.clock import Clock
from bot.playground.feed import Feed
from bot.playground.records import Channel, ChannelKind, Delivery, Hook, Json, OpenView, Person, Post, Record, StoredFile, Whisper
from bot.playground.seed import CHANNELS, PEOPLE
from bot.playground.store import Store


class World:
    """Everything that is. One loop changes it; nothing in it waits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(folder / "playground.sqlite3")
        self.files_folder = folder / "files"
        self.files_folder.mkdir(parents=True, exist_ok=True)
        self.feed = Feed()
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.posts: dict[str, dict[str, Post]] = {}
        self.whispers: dict[str, Whisper] = {}
        self.files: dict[str, StoredFile] = {}
        self.views: dict[str, OpenView] = {}
        self.hooks: dict[str, Hook] = {}
        self.deliveries: dict[str, Delivery] = {}
        self.responders: tuple[str, ...] = ()
        self._counters: dict[str, int] = {}
        self._last_ts: dict[str, str] = {}
        self._settings: Json = {}
        self._load()
        self.clock = Clock(float(self._settings.get("offset", 0.0)))
        if not self.people:
            self._seed()

    def _load(self) -> None:
        settings = list(self.store.all("settings"))
        self._settings = settings[0] if settings else {}
        self._counters = {str(k): int(v) for k, v in self._settings.get("counters", {}).items()}
        for kind in (Person, Channel, Post, StoredFile, OpenView, Hook, Delivery):
            for body in self.store.all(kind.kind):
                self._hold(kind.from_json(body))
        self.responders = tuple(p.id for p in self.people.values() if p.role == "responder")

    def _seed(self) -> None:
        for person in PEOPLE:
            self.put(person)
        for channel in CHANNELS:
            self.put(channel)
        self.responders = tuple(p.id for p in self.people.values() if p.role == "responder")
        for person in self.people.values():
            if not person.is_bot:
                self.direct(names.BOT_USER, person.id)

    def reset(self) -> None:
        """As on the first day. The clock keeps its offset and ids go on counting: what is known by an id stays unique."""
        self.store.clear()
        for held in (self.people, self.channels, self.posts, self.whispers, self.files, self.views, self.hooks, self.deliveries):
            held.clear()
        shutil.rmtree(self.files_folder)
        self.files_folder.mkdir()
        self._settings = {"offset": self.clock.offset}
        self._save_settings()
        self._seed()
        self.feed.tell()

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    # what is kept beside the records

    def setting(self, name: str, default: object = None) -> object:
        """A switch that outlives a restart."""
        return self._settings.get(name, default)

    def set(self, name: str, value: object) -> None:
        """Turn such a switch."""
        self._settings[name] = value
        self._save_settings()
        self.feed.tell()

    def move_clock(self, seconds: float) -> None:
        """Let time pass; see `Clock.move`."""
        self.clock.move(seconds)
        self.set("offset", self.clock.offset)

    def _save_settings(self) -> None:
        self.store.put("settings", "settings", {**self._settings, "counters": self._counters})

    def new_id(self, letter: str) -> str:
        """An id as Slack's look, never given before."""
        self._counters[letter] = self._counters.get(letter, 0) + 1
        self._save_settings()
        return f"{letter}0PG{self._counters[letter]:06d}"

    def next_ts(self, channel: str) -> str:
        """The next message's `ts`: now, and greater than all before it in that channel."""
        now = self.clock.seconds()
        ts = f"{int(now)}.{int(now % 1 * 1_000_000):06d}"
        last = self._last_ts.get(channel, "")
        if len(ts) <= len(last) and ts <= last:
            seconds, micros = last.split(".")
            carry, micro = divmod(int(micros) + 1, 1_000_000)
            ts = f"{int(seconds) + carry}.{micro:06d}"
        self._last_ts[channel] = ts
        return ts

    # records

    def put(self, record: Record) -> None:
        """Keep a record, and tell."""
        self._hold(record)
        if not isinstance(record, Whisper):
            self.store.put(record.kind, record.key, record.to_json())
        self.feed.tell()

    def _hold(self, record: Record) -> None:
        if isinstance(record, Post):
            self.posts.setdefault(record.channel, {})[record.ts] = record
            self._last_ts[record.channel] = max(self._last_ts.get(record.channel, ""), record.ts)
        else:
            self._shelf(record)[record.key] = record

    def remove(self, record: Record) -> None:
        """Forget a record, and tell."""
        if isinstance(record, Post):
            self.posts.get(record.channel, {}).pop(record.ts, None)
        else:
            self._shelf(record).pop(record.key, None)
        self.store.remove(record.kind, record.key)
        self.feed.tell()

    def _shelf(self, record: Record) -> dict[str, Record]:
        shelves: dict[str, object] = {
            "person": self.people,
            "channel": self.channels,
            "whisper": self.whispers,
            "file": self.files,
            "view": self.views,
            "hook": self.hooks,
            "delivery": self.deliveries,
        }
        return shelves[record.kind]  # type: ignore[return-value]  # each shelf holds one kind of record

    # finding

    def direct(self, one: str, other: str) -> Channel:
        """The direct message of two people; it is opened when there is none."""
        pair = tuple(sorted((one, other)))
        for channel in self.channels.values():
            if channel.is_direct and channel.members == pair:
                return channel
        # the same two people have the same conversation after a reset: the bot may remember it
        digest = hashlib.sha256("/".join(pair).encode()).hexdigest()[:8].upper()
        channel = Channel(id=f"D0{digest}", type=ChannelKind.DIRECT, members=pair, created=int(self.clock.seconds()))
        self.put(channel)
        return channel

    def channel_named(self, name: str) -> Channel | None:
        """A channel by its id or its name, with or without #."""
        if name in self.channels:
            return self.channels[name]
        wanted = name.removeprefix("#")
        return next((c for c in self.channels.values() if c.name and c.name == wanted), None)

    def person_named(self, name: str) -> Person | None:
        """A person by id or handle."""
        if name in self.people:
            return self.people[name]
        wanted = name.removeprefix("@").casefold()
        return next((p for p in self.people.values() if p.handle == wanted), None)

    def post_at(self, channel: str, ts: str) -> Post | None:
        """A message."""
        return self.posts.get(channel, {}).get(ts)

    def posts_in(self, channel: str, keep: Callable[[Post], bool] = lambda _: True) -> list[Post]:
        """Messages of a channel, oldest first."""
        return [post for _, post in sorted(self.posts.get(channel, {}).items()) if keep(post)]

    def replies_to(self, channel: str, ts: str) -> list[Post]:
        """The replies under a message, oldest first."""
        return self.posts_in(channel, lambda post: post.is_reply and post.thread_ts == ts)

    def may_see(self, person: str, channel: Channel) -> bool:
        """Members see their conversations; a public channel is seen by all."""
        return person in channel.members or channel.type == ChannelKind.PUBLIC

    def modals_of(self, person: str) -> Sequence[OpenView]:
        """A person's stack of modals, the visible one last."""
        return [view for view in self.views.values() if view.person == person and not view.is_home]

    def home_of(self, person: str) -> OpenView | None:
        """A person's home tab, once it was published."""
        return next((view for view in self.views.values() if view.person == person and view.is_home), None)

    def bytes_of(self, file: StoredFile) -> Path:
        """Where a file's bytes lie."""
        return self.files_folder / file.id
