"""The seams: what the rooms need of the world, and the values they exchange with it.

A step of the conversation is a pure function, `(Case, Event, …) -> Outcome`. The outcome is committed in one
transaction (case, outgoing messages, follow-up work, the event marked as handled) and only then said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from bot.cases import Case
from bot.events import CaseId, ChannelId, MessageRef, ThreadRef, UploadedFile, UploadId, UserId, Workspace

#: One Block Kit block, as JSON. Only `messages/` makes them.
Block = Mapping[str, Any]
#: A modal or home view, as JSON. Only `messages/` makes them.
View = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something to say. `text` says all that the blocks say: it is what screen readers and notifications read."""

    text: str
    blocks: tuple[Block, ...] = ()


class Where(StrEnum):
    """Which of a case's places; which channel and thread that is, the store's thread table knows."""

    #: The requester's thread: in the direct message, or in the channel for a mention or a watched upload.
    REQUESTER = "requester"
    #: The case's thread in the admin channel. Nothing from here reaches REQUESTER but by `ReplySubmitted`.
    DESK = "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """A message to a place of a case. `key` makes it unique for ever: the same key is said once.

    `slot` names a message that is edited in place (`case`, `card`, `upload:<id>`): the first is posted, later ones edit
    it. The slots `case` (REQUESTER) and `card` (DESK) are posted at the top level and are the parents of the case's
    threads; everything else is said in the thread.
    """

    key: str
    where: Where
    message: Message
    slot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisper:
    """A message that only one person sees, as an answer to what they just did; lost when they reload.

    By `response_url` where there is one (it works where the bot is no member), else in `channel`.
    """

    key: str
    user: UserId
    message: Message
    channel: ChannelId | None = None
    response_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Fetch a file and read it in a worker process; `UploadRead` follows."""

    upload: UploadId
    file: UploadedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOn:
    """Show the original of an upload in the admin thread, as its requester asked; nothing of it is kept."""

    upload: UploadId
    file_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """Wake the case at a time. The same name set again replaces the earlier time; `at` None takes it back."""

    name: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a step decided. An empty one is a decision too: the event is done with."""

    case: Case | None = None
    says: tuple[Say | Whisper, ...] = ()
    reads: tuple[Read, ...] = ()
    passes: tuple[PassOn, ...] = ()
    timers: tuple[Timer, ...] = ()
    #: Uploads whose readings are to be deleted now.
    forget: tuple[UploadId, ...] = ()
    #: True: everything kept of this case is deleted (`/vpn-help forget me`).
    erase: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What Slack says of a person."""

    id: UserId
    name: str
    #: A BCP 47 tag as Slack gives it: `en-US`, `pt-BR`.
    locale: str = "en-US"
    timezone: str = "UTC"
    is_guest: bool = False
    is_bot: bool = False


class Clock(Protocol):
    """The time, so that it can be moved in tests and in the playground."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...


class Chat(Protocol):
    """Everything the bot does in Slack. Raises `Unreachable`, `Refused` or `Unknown` (bot.errors), never an SDK error."""

    async def post(self, where: ThreadRef, message: Message, *, key: str) -> MessageRef:
        """Say something new. `key` goes into the message's metadata, so that `find` can tell whether it was said."""
        ...

    async def find(self, where: ThreadRef, *, key: str) -> MessageRef | None:
        """The message that carries `key`, if it was said: asked after an unknown outcome, before posting again."""
        ...

    async def edit(self, ref: MessageRef, message: Message) -> None:
        """Replace a message of the bot's own."""
        ...

    async def whisper(self, channel: ChannelId, user: UserId, message: Message) -> None:
        """An ephemeral message."""
        ...

    async def respond(self, response_url: str, message: Message) -> None:
        """An ephemeral message at a response URL."""
        ...

    async def delete(self, ref: MessageRef) -> None:
        """Take back a message of the bot's own; gone already is fine."""
        ...

    async def open_direct(self, user: UserId) -> ChannelId:
        """The direct message with a person."""
        ...

    async def open_view(self, trigger_id: str, view: View) -> str:
        """Open a modal; its view id. The trigger lives 3 s and works once."""
        ...

    async def update_view(self, view_id: str, view: View) -> None:
        """Replace an open modal."""
        ...

    async def publish_home(self, user: UserId, view: View) -> None:
        """Show a person's home tab."""
        ...

    async def profile(self, user: UserId) -> Profile:
        """Name, locale and time zone of a person; cached for a while."""
        ...

    async def permalink(self, ref: MessageRef) -> str | None:
        """A link for people, or None."""
        ...

    async def file(self, file_id: str) -> UploadedFile:
        """A file as Slack describes it now."""
        ...

    async def download(self, file: UploadedFile, to: Path, *, limit: int) -> int:
        """Fetch a file's bytes into `to`, at most `limit`; how many bytes there were.

        Raises:
            Refused: `external`, `login-page`, `foreign-host`, `file_deleted`, `file_not_found`, `access_denied`.
        """
        ...

    async def upload(self, where: ThreadRef, path: Path, *, name: str, comment: str = "") -> None:
        """Show a file in a thread."""
        ...

    async def replies(self, thread: MessageRef) -> Sequence[tuple[MessageRef, str, tuple[UploadedFile, ...]]]:
        """A thread's messages from its beginning, where the bot may read them: (where, plain text, files)."""
        ...


class CaseStore(Protocol):
    """Where cases are found. Writing goes through `storage.Store.commit`, with the outcome as a whole."""

    async def case(self, case: CaseId) -> Case | None:
        """A case by its id."""
        ...

    async def open_cases(self, workspace: Workspace, requester: UserId) -> Sequence[Case]:
        """A person's cases that are not over, newest first."""
        ...

    async def case_at(self, workspace: Workspace, ref: MessageRef) -> tuple[CaseId, Where] | None:
        """Whose thread it is that hangs under this message, and which side of the wall."""
        ...
