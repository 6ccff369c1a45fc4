"""What the playground's world consists of. All frozen; a change is a new record put under the same key."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, ClassVar, Self

Json = dict[str, Any]


class Role(StrEnum):
    """What a person is to the bot."""

    REQUESTER = "requester"
    RESPONDER = "responder"
    BOT = "bot"


class ChannelKind(StrEnum):
    """Slack's kinds of conversations, by the names that its events use."""

    PUBLIC = "channel"
    PRIVATE = "group"
    DIRECT = "im"


def _tuples(value: object) -> object:
    return tuple(_tuples(one) for one in value) if isinstance(value, list | tuple) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(ABC):
    """Something that is kept under a kind and a key."""

    kind: ClassVar[str]

    @property
    @abstractmethod
    def key(self) -> str:
        """Unique among its kind."""

    def to_json(self) -> Json:
        """As it is stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Json) -> Self:
        """As it was stored; what later versions added has its default."""
        known = {f.name: str(f.type) for f in fields(cls)}
        values: Json = {k: _tuples(v) if known[k].startswith("tuple") else v for k, v in body.items() if k in known}
        return cls(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Record):
    """Somebody in the workspace. `handle` is what is typed after an @."""

    kind: ClassVar[str] = "person"
    id: str
    handle: str
    name: str
    role: str = Role.REQUESTER
    locale: str = "en-US"
    zone: str = "Etc/UTC"
    zone_offset: int = 0
    title: str = ""
    #: Runs the workspace.
    is_admin: bool = False

    @property
    def key(self) -> str:
        """Their id."""
        return self.id

    @property
    def is_bot(self) -> bool:
        """True for the bot under test."""
        return self.role == Role.BOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel(Record):
    """A conversation."""

    kind: ClassVar[str] = "channel"
    id: str
    name: str = ""
    type: str = ChannelKind.PUBLIC
    members: tuple[str, ...] = ()
    topic: str = ""
    archived: bool = False
    created: int = 0

    @property
    def key(self) -> str:
        """Its id."""
        return self.id

    @property
    def is_direct(self) -> bool:
        """True for a conversation of two."""
        return self.type == ChannelKind.DIRECT


@dataclass(frozen=True, slots=True, kw_only=True)
class Post(Record):
    """A message. `reactions` holds a name and then the people, each."""

    kind: ClassVar[str] = "post"
    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    thread_ts: str | None = None
    broadcast: bool = False
    subtype: str | None = None
    files: tuple[str, ...] = ()
    metadata: Json | None = None
    edited: str | None = None
    reactions: tuple[tuple[str, ...], ...] = ()
    #: Deleted while it had replies: a placeholder stays.
    tombstone: bool = False

    @property
    def key(self) -> str:
        """Channel and ts."""
        return f"{self.channel}/{self.ts}"

    @property
    def is_reply(self) -> bool:
        """True inside a thread; a parent is none."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisper(Record):
    """An ephemeral message: one person sees it, until they reload. Never stored, as in Slack."""

    kind: ClassVar[str] = "whisper"
    channel: str
    ts: str
    to: str
    user: str
    text: str = ""
    blocks: tuple[Json, ...] = ()
    thread_ts: str | None = None

    @property
    def key(self) -> str:
        """Channel and ts."""
        return f"{self.channel}/{self.ts}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile(Record):
    """A file; its bytes lie on disk under its id. `shares` holds (channel, ts, thread_ts or "") each."""

    kind: ClassVar[str] = "file"
    id: str
    name: str
    title: str
    user: str
    size: int
    created: int
    mode: str = "hosted"
    filetype: str = "text"
    mimetype: str = "text/plain"
    preview: str = ""
    #: For who does not see a picture.
    alt: str = ""
    shares: tuple[tuple[str, ...], ...] = ()
    #: Given to the app in a modal: the app may read it though it is shared nowhere.
    given: bool = False
    deleted: bool = False

    @property
    def key(self) -> str:
        """Its id."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenView(Record):
    """A modal in a person's stack, or their home tab. `typed` is what they have entered so far."""

    kind: ClassVar[str] = "view"
    id: str
    person: str
    body: Json
    hash: str
    root: str
    previous: str | None = None
    typed: Json = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its id."""
        return self.id

    @property
    def is_home(self) -> bool:
        """True for a home tab."""
        return self.body.get("type") == "home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook(Record):
    """A response URL: whoever has it may answer, five times within half an hour."""

    kind: ClassVar[str] = "hook"
    id: str
    person: str
    channel: str
    expires: float
    uses: int = 0
    #: The message or ephemeral message from which the interaction came; it can be replaced or deleted.
    source: str | None = None
    source_is_whisper: bool = False
    thread_ts: str | None = None

    @property
    def key(self) -> str:
        """Its secret id."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Record):
    """An event on its way to the bot."""

    kind: ClassVar[str] = "delivery"
    id: str
    envelope: Json
    #: When it is to be tried next, by the playground's clock.
    due: float
    attempt: int = 0
    reason: str | None = None

    @property
    def key(self) -> str:
        """Its own id; the same event may be under way twice."""
        return self.id
