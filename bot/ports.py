"""The seams: what the rooms need of the world, and the values they exchange with it.

A step of the conversation is a pure function, `(Case, Event, …) -> Outcome`. The outcome is committed in one
transaction (case, outgoing messages, follow-up work, the event marked as handled) and only then said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from bot.cases import Case
from bot.events import CaseId, ChannelId, Event, MessageRef, ThreadRef, UploadedFile, UploadId, UserId, Watch, Workspace
from bot.places import Call, OfficeHours, Setup
from bot.wording import Message, Messages, Picture, View
from knowledge import KnowledgeBase, Log


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
    #: Something that was due (`escalation.promises`): it is only said if it is still meant when its turn comes.
    meant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A call of the pager, by its address, unless it is no longer meant when its turn comes."""

    key: str
    address: str
    #: What it says; nothing that the requester wrote.
    summary: str
    meant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """Something for all engineers, at the top level of the admin channel, that belongs to no case: an outage, the digest."""

    key: str
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
class Tell:
    """A direct message to a person at its top level, outside of any case (which case?, status, forgotten)."""

    key: str
    user: UserId
    message: Message
    slot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Fetch a file and read it in a worker process; `UploadRead` follows.

    `text` is what was pasted into a message instead of being uploaded: there is nothing to fetch then.
    """

    upload: UploadId
    file: UploadedFile
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOn:
    """Show the original of a file on the other side of the wall, as its owner asked; nothing of it is kept.

    An upload of the requester in the admin thread; or a file of an engineer's, ticked one by one, in the requester's thread.
    """

    key: str
    upload: UploadId
    file_id: str
    name: str
    where: Where = Where.DESK


@dataclass(frozen=True, slots=True, kw_only=True)
class Attach:
    """A file of the bot's own, shown in a case's thread: a picture, or what is too long for a message.

    `content` is base64, so that it fits into JSON; or `upload` names a reading whose redacted text is the content, which is
    fetched only when it is said. Where Slack takes no files, `otherwise` is said instead.
    """

    key: str
    where: Where
    name: str
    title: str
    #: For who does not see a picture; empty for a text.
    alt: str = ""
    content: str = ""
    upload: UploadId | None = None
    otherwise: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Give:
    """A file of the bot's own for one person alone, at the top level of their direct message. `content` is base64.

    Where Slack takes no files, `otherwise` is said instead.
    """

    key: str
    user: UserId
    name: str
    title: str
    content: str
    otherwise: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """A picture under something that was announced: in the thread of the message that stands in `under`, a slot of the lane.

    Where Slack takes no files it is left out: the message says the same in words.
    """

    key: str
    under: str
    picture: Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefer:
    """A person chose the language in which the bot speaks to them; None: that of their Slack."""

    user: UserId
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """Wake the case at a time. The same name set again replaces the earlier time; `at` None takes it back."""

    name: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase:
    """Everything that is kept of a case is deleted, and what the bot said about it is taken back, on both sides."""

    case: CaseId
    #: What stands in place of its card from now on, where it had one.
    card: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retract:
    """A message of the bot's own is deleted; or, with `message`, only that is left of it. The store makes these."""

    key: str
    ref: MessageRef
    message: Message | None = None
    #: The key of something that may have been said in the thread of `ref`: it is looked for, and deleted if it is there.
    unsure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """A line of the audit trail: who did, or tried to do, what. Ids and words of ours; nothing that anybody wrote."""

    at: datetime
    #: None: nobody in Slack did it.
    who: UserId | None
    #: An `Action` or a `Deed`, by its value.
    deed: str
    case: CaseId | None = None
    #: From where: a channel's id, or `modal`, `home`, `command`, `command-line`.
    where: str = ""
    #: Why it was refused: a key of `Messages.user_error`; None: it was done.
    refused: str | None = None
    #: What of it: a cause's id, a resolution, another engineer, the other case.
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a step decided. An empty one is a decision too: the event is done with."""

    case: Case | None = None
    says: tuple[Say | Whisper | Tell, ...] = ()
    reads: tuple[Read, ...] = ()
    passes: tuple[PassOn, ...] = ()
    attaches: tuple[Attach, ...] = ()
    gives: tuple[Give, ...] = ()
    timers: tuple[Timer, ...] = ()
    pages: tuple[Page, ...] = ()
    announces: tuple[Announce, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    #: Events for other cases that follow from this step.
    follows: tuple[Event, ...] = ()
    #: Uploads whose readings are to be deleted now.
    forget: tuple[UploadId, ...] = ()
    #: Cases that are to be forgotten (`/vpn-help forget me`).
    erase: tuple[Erase, ...] = ()
    #: What a person wants remembered of themselves.
    prefer: Prefer | None = None
    #: Nothing of a person is remembered any more, their language included.
    forget_person: UserId | None = None
    #: Where the bot works from now on, as far as it is chosen in Slack.
    setup: Setup | None = None
    #: True: the event waits, whole, until the person has said which of their cases it is about.
    park: bool = False
    #: The case's table of tokens (`knowledge.Tokens.export`), where the step added names to it.
    tokens: Mapping[str, Mapping[str, str]] | None = None
    #: What was asked is refused: a key of `Messages.user_error`.
    refused: str | None = None
    #: What of it stands in the audit trail (`triage.trail` makes the lines).
    audit: tuple[Audited, ...] = ()


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
    #: Runs the workspace.
    is_admin: bool = False


class Pager(Protocol):
    """Calls people outside of Slack."""

    async def page(self, address: str, *, key: str, summary: str) -> None:
        """Call; the same key is one call, however often it is made.

        Raises:
            Unreachable: it did not answer, or asks for patience.
            Refused: it does not take it.
        """
        ...


class Clock(Protocol):
    """The time, so that it can be moved in tests and in the playground."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of an upload, as a step sees it. At most one of `log`, `same_as` and `problem` is there."""

    upload: UploadId
    log: Log | None = None
    #: The upload of this case that had the same content.
    same_as: UploadId | None = None
    #: A code: see `Messages.reading_failed`.
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that a step may look at besides its case and its event: a picture of one moment, with no way to act."""

    now: datetime
    base: KnowledgeBase
    messages: Messages
    #: Who did it; None for what nobody did (a timer, a reading).
    actor: Profile | None = None
    #: Whether who did it is an engineer.
    is_responder: bool = False
    #: Whether who did it may set the bot up: runs the workspace, or is in the admin channel.
    is_admin: bool = False
    #: Whose case it is.
    requester: Profile | None = None
    #: Which side of the wall the event happened on; None: neither (a button in a forwarded message).
    side: Where | None = None
    #: Whether there is an admin channel.
    has_desk: bool = False
    #: Whom people may turn to without one (the settings' text).
    contact: str = ""
    desk_locale: str = "en"
    retention_days: int = 30
    #: For how long whoever runs the bot keeps backups; None: nobody said.
    backup_days: int | None = None
    #: What was read of the case's files, in the order in which they came.
    logs: Mapping[UploadId, Log] = field(default_factory=lambda: MappingProxyType({}))
    #: For `UploadRead`: what came of it.
    reading: Reading | None = None
    #: The message with the current answer, as far as it is posted.
    answer: MessageRef | None = None
    #: The case's table of tokens.
    tokens: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    #: A channel's thread from its beginning, for a mention: (where, plain text, files).
    thread: tuple[tuple[MessageRef, str, tuple[UploadedFile, ...]], ...] = ()
    #: How the channel of a watched case is watched now; None: it is not.
    watch: Watch | None = None
    #: When engineers are there; None: nobody said.
    office: OfficeHours | None = None
    #: Who is told, one after another, when nobody claims a case.
    chain: tuple[Call, ...] = ()
    #: The case that an action names besides its own (`merge`).
    other: Case | None = None
    #: Whether the person named in an action is an engineer (`hand_on`).
    named_is_responder: bool = False
    #: The language that who acts has chosen; None: that of their Slack.
    preferred: str | None = None
    #: What was chosen in Slack so far.
    chosen: Setup = field(default_factory=Setup)
    #: What the closed cases teach by now, as `bot.learned` writes it, where an admin wants to use it; empty: not enough.
    learned: str = ""
    #: The audit trail as CSV, where an admin asks for it.
    audit: str = ""
    #: Where the cases of `cases` can be read.
    links: Mapping[CaseId, str] = field(default_factory=lambda: MappingProxyType({}))
    #: Outside of a case: the person's cases, newest first.
    cases: tuple[Case, ...] = ()
    #: Outside of a case: when the person was last asked which case a message is about, if that is still open.
    asked_which: datetime | None = None


class Chat(Protocol):
    """Everything the bot does in Slack. Raises `Unreachable`, `Refused` or `Unknown` (bot.errors), never an SDK error."""

    async def try_channel(self, channel: ChannelId, user: UserId | None, said: Message | None) -> tuple[str, str]:
        """How the bot stands with a channel: (`ok`, `ok_quiet`, `bad_member`, `bad_read …`, `bad_post …`, `bad_other …`; name).

        With `user`, `said` is whispered to them there, which tries whether the bot may write.
        """
        ...

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

    async def upload(self, where: ThreadRef, path: Path, *, name: str, comment: str = "", title: str = "", alt: str = "") -> str:
        """Show a file in a thread; its id. `alt` is for who does not see a picture."""
        ...

    async def delete_file(self, file_id: str) -> None:
        """Take back a file of the bot's own; gone already is fine."""
        ...

    async def members(self, channel: ChannelId) -> frozenset[UserId]:
        """Who is in a channel; cached for a while. Whoever is in the admin channel is a responder."""
        ...

    async def group(self, group: str) -> frozenset[UserId]:
        """Who is in a user group, by its id; cached for a while."""
        ...

    async def replies(
        self, thread: MessageRef, *, own: bool = False
    ) -> Sequence[tuple[MessageRef, str, tuple[UploadedFile, ...]]]:
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

    async def cases_of(self, workspace: Workspace, requester: UserId) -> Sequence[Case]:
        """All of a person's cases, newest first."""
        ...

    async def thread(self, case: CaseId, where: Where) -> MessageRef | None:
        """The parent message of a case's thread, once it is posted."""
        ...

    async def case_at(self, workspace: Workspace, ref: MessageRef) -> tuple[CaseId, Where] | None:
        """Whose thread it is that hangs under this message, and which side of the wall."""
        ...
