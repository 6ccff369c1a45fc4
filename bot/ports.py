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
from typing import Any, Protocol

from bot.cases import Case, Upload
from bot.events import CaseId, ChannelId, Event, MessageRef, ThreadRef, UploadedFile, UploadId, UserId, Watch, Workspace
from bot.places import Call, OfficeHours, Setup
from knowledge import ChoiceId, Diagnosis, KnowledgeBase, Log, Platform, QuestionId

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
    """Show the original of an upload in the admin thread, as its requester asked; nothing of it is kept."""

    key: str
    upload: UploadId
    file_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that the words draw: base64 of a PNG, and what it shows in words."""

    content: str
    name: str
    title: str
    alt: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a step decided. An empty one is a decision too: the event is done with."""

    case: Case | None = None
    says: tuple[Say | Whisper | Tell, ...] = ()
    reads: tuple[Read, ...] = ()
    passes: tuple[PassOn, ...] = ()
    attaches: tuple[Attach, ...] = ()
    timers: tuple[Timer, ...] = ()
    pages: tuple[Page, ...] = ()
    announces: tuple[Announce, ...] = ()
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was understood of a person's words: shown to them, so that they can correct it."""

    #: Answers found in the words.
    answers: Mapping[QuestionId, ChoiceId]
    #: Error numbers and symbols, as typed.
    codes: tuple[str, ...] = ()
    platform: Platform | None = None

    @property
    def nothing(self) -> bool:
        """True where no word meant anything to the knowledge base."""
        return not self.answers and not self.codes and self.platform is None


#: Stands in a message for the address of the case's own message; the outbox puts the true one in when it speaks.
CASE_LINK = "https://case-link.invalid/"


class WatchWords(Protocol):
    """What the desk's clock, the radar and the engineers' decisions make the bot say; part of `Messages`."""

    def desk_call(self, case: Case, occasion: str, *, who: str, locale: str) -> Message:
        """Something is due at the desk.

        `occasion` is `call`, `paged`, `claim-remind`, `claim-expire`, `first-response-warn`, `first-response-breach`,
        `resolution-warn` or `resolution-breach`; `who`: a user group, a person, or empty.
        """
        ...

    def page_summary(self, case: Case, *, locale: str) -> Message:
        """For a pager: nothing that the requester wrote."""
        ...

    def outage_card(
        self, outage: str, about: str, cases: int, *, state: str, numbers: tuple[str, ...] = (), locale: str
    ) -> Message:
        """At the top level of the admin channel: `state` is `open`, `over` or `false`."""
        ...

    def log_wanted(self, case: Case, collect: str, *, locale: str) -> Message:
        """To the requester: which log an engineer needs, and how to get it."""
        ...

    def merged(self, case: Case, *, locale: str) -> Message:
        """To the requester: the same trouble is worked on already. Nothing of the other case."""
        ...

    def reopened_by_desk(self, case: Case, *, locale: str) -> Message:
        """To the requester: the engineers look at it again."""
        ...

    def outage_known(self, case: Case, *, locale: str) -> Message:
        """To the requester: others have the same, nothing to try, the bot asks when it is mended."""
        ...

    def outage_over(self, case: Case, *, locale: str) -> Message:
        """To the requester: it is mended; does it work?"""
        ...


class Messages(WatchWords, Protocol):
    """What is said, occasion by occasion. An implementation is bound to one knowledge base, and is pure.

    `locale` is `en` or `pt-BR`: the requester's for what they read, the desk's for what the desk reads. The wall runs
    through this protocol: what goes to the requester takes nothing that a responder wrote, but for `relay_to_requester`,
    and names no responder.
    """

    # -- to the requester

    def case_opened(self, case: Case, *, locale: str) -> Message:
        """Slot `case`, the parent of the thread; rendered again with each change of state (it shows where the case stands)."""
        ...

    def receipt(self, case: Case, upload: Upload, *, locale: str) -> Message:
        """Slot `upload:<id>`: the file arrived and is being read; names it."""
        ...

    def upload_read(self, case: Case, upload: Upload, log: Log, *, locale: str) -> Message:
        """Slot `upload:<id>`: read whole or partly; what it is, what was masked, *pass the original on* where `case.on_desk`."""
        ...

    def unrecognised(self, case: Case, upload: Upload, log: Log, *, locale: str) -> Message:
        """Slot `upload:<id>`: unrecognised or refused; why (`log.reasons`), and how to collect the right log."""
        ...

    def already_read(self, case: Case, upload: Upload, earlier: Upload, *, locale: str) -> Message:
        """Slot `upload:<id>`: the same content as `earlier`; not read twice."""
        ...

    def reading_failed(self, case: Case, upload: Upload, *, locale: str) -> Message:
        """Slot `upload:<id>`: it could not be fetched or read.

        `upload.problem` is a code of `Refused`, `too-large`, `timed-out`, `worker-died`, `deleted` or `unreachable`;
        what to do instead.
        """
        ...

    def question(self, case: Case, question: QuestionId, *, may_go_back: bool, locale: str) -> Message:
        """Slot `answer:<turn>`: one question, and why it is asked.

        A button or menu entry per choice (`answer`, argument `question=choice`), *I don't know* (`answer_unknown`), *Back*,
        *Ask a person*; and shortly what is known so far.
        """
        ...

    def reply(self, case: Case, *, locale: str) -> Message:
        """Slot `answer:<turn>`: what is likely wrong, how we know (the line), what to do.

        `case.diagnosis.next` says what: a step to try, a log to collect, the hand-over, or nothing. And what to send if that
        fails; *It works now*, *Still broken* (argument: the step's id), *Ask a person*, *Details*.
        """
        ...

    def settled(self, case: Case, *, question: QuestionId | None, locale: str) -> Message:
        """Slot `answer:<turn>` of an earlier turn, now that a newer one stands below: one line, no buttons.

        With `question`: what was asked and what was answered; else what was said to be likely.
        """
        ...

    def details(self, case: Case, logs: Sequence[Log], *, locale: str) -> Message:
        """Slot `details`: every hypothesis with reasons for, against, unconfirmed; the attempts; the files; the revision."""
        ...

    def details_text(self, case: Case, logs: Sequence[Log], *, locale: str) -> str:
        """The same as one text without a limit, for a file."""
        ...

    def understood(self, case: Case, heard: Heard, *, locale: str) -> Message:
        """What was understood of the person's words, and that it can be corrected.

        Where nothing was (`heard.nothing`): that they were kept, and what to do instead.
        """
        ...

    def password_warning(self, case: Case, kinds: Sequence[str], *, locale: str) -> Message:
        """The person typed a secret (`kinds`, as redaction names them): it is masked here; please delete the message."""
        ...

    def still_broken(self, case: Case, *, locale: str) -> Message:
        """After *Still broken*: noted; the next step follows in its own message (none left: a person is asked)."""
        ...

    def handed_over(self, case: Case, *, locale: str) -> Message:
        """The case is with the engineers now (`case.escalation_reasons`); write here, they see it."""
        ...

    def no_desk(self, case: Case, *, contact: str, locale: str) -> Message:
        """There is no admin channel: whom to contact (the settings' text), and that the case is kept."""
        ...

    def taken(self, case: Case, *, locale: str) -> Message:
        """An engineer has claimed the case. No name."""
        ...

    def relay_to_requester(self, case: Case, text: str, *, locale: str) -> Message:
        """What a responder sent with *Reply to requester*."""
        ...

    def shared(self, case: Case, upload: Upload, *, locale: str) -> Message:
        """The original was passed on to the engineers, as the person asked."""
        ...

    def resolved(self, case: Case, *, locale: str) -> Message:
        """The engineers say that it is mended: does it work? With *It works now*, *Still broken*."""
        ...

    def closed(self, case: Case, *, locale: str) -> Message:
        """Over (`case.resolution`), with *Reopen*."""
        ...

    def reopened(self, case: Case, *, locale: str) -> Message:
        """Open again, and what now."""
        ...

    def forgot_upload(self, case: Case, upload: Upload, *, locale: str) -> Message:
        """Slot `upload:<id>`: deleted in Slack, so deleted here."""
        ...

    def receipt_ephemeral(self, case: Case, *, link: str, locale: str) -> Message:
        """Where `/vpn-help` was typed: a case is open, and here it is."""
        ...

    def which_case(self, cases: Sequence[Case], parked: str, *, locale: str) -> Message:
        """Several cases are open: which one is this about.

        A button per case (`choose_case`, `case` the id, argument `parked`) and one for a new
        case (no `case`).
        """
        ...

    def case_chosen(self, case: Case | None, *, locale: str) -> Message:
        """In place of `which_case`, once it is answered: what they wrote is there now (None: a new case is opened)."""
        ...

    def status(self, cases: Sequence[Case], *, locale: str, links: Mapping[CaseId, str] | None = None) -> Message:
        """The person's cases and where each stands; none: how to start."""
        ...

    def privacy(self, *, days: int, locale: str) -> Message:
        """What is kept, for how long, who sees it, how to delete it."""
        ...

    def forget_asked(self, cases: Sequence[Case], *, locale: str) -> Message:
        """*forget me*: what would be deleted, and the button that does it (`forget`)."""
        ...

    def forgotten(self, *, cases: int, locale: str) -> Message:
        """Deleted: so many cases."""
        ...

    def unknown_word(self, word: str, *, locale: str) -> Message:
        """A word after `/vpn-help` that means nothing: what there is."""
        ...

    def triage_reply(self, case: Case, logs: Sequence[Log], *, locale: str) -> Message:
        """Slot `answer:<turn>` in a channel's thread (mention, watched upload): the diagnosis, for whoever reads along."""
        ...

    def nothing_to_read(self, case: Case, *, locale: str) -> Message:
        """A mention in a thread that holds no file and no words that mean anything: what to upload, or `/vpn-help`."""
        ...

    def thread_help(self, *, locale: str) -> Message:
        """What can be asked in a thread, by mention."""
        ...

    def why_not(self, case: Case, cause: str, *, locale: str) -> Message:
        """Why a cause is not the answer (or is); one that the base does not know gets those that it does."""
        ...

    def what_if(self, case: Case, question: str, choice: str, then: Diagnosis | None, *, locale: str) -> Message:
        """What another answer would change; `then` None: there is no such question or choice."""
        ...

    def timeline(self, case: Case, *, locale: str) -> Message:
        """Every attempt in words: when, how far."""
        ...

    def picture(self, case: Case, *, locale: str) -> Picture | None:
        """The same as a picture; None where no log shows an attempt."""
        ...

    def muted(self, *, locale: str) -> Message:
        """The bot is quiet in this thread from now on, and how that ends."""
        ...

    def unmuted(self, *, locale: str) -> Message:
        """It speaks again."""
        ...

    def still_muted(self, *, locale: str) -> Message:
        """Somebody asks it in a thread in which it is to be quiet."""
        ...

    def nothing_to_redact(self, *, locale: str) -> Message:
        """There is no text that could be shown masked."""
        ...

    def as_file(self, name: str, *, locale: str) -> Message:
        """What follows is too long for a message and comes as a file."""
        ...

    def no_files_here(self, *, locale: str) -> Message:
        """Slack takes no files from the bot here."""
        ...

    def cannot_speak(self, code: str, *, locale: str) -> Message:
        """In a direct message: why the bot could not answer in a channel (Slack's word), and what to do."""
        ...

    def language_asked(self, current: str | None, *, locale: str) -> Message:
        """Which language: `choose_language`, argument a locale or empty."""
        ...

    def language_chosen(self, language: str | None, *, locale: str) -> Message:
        """It is remembered; None: Slack's own again."""
        ...

    def check_back_set(self, case: Case, at: datetime, *, locale: str) -> Message:
        """The bot asks again at a time that the person chose."""
        ...

    def check_back(self, case: Case, *, locale: str) -> Message:
        """The time has come: does it work?"""
        ...

    def outside_office(self, case: Case, opens_at: datetime | None, *, locale: str) -> Message:
        """The case is with the engineers, and they are not there now."""
        ...

    def user_error(self, key: str, values: Mapping[str, str], *, locale: str) -> Message:
        """Something that the person can put right (`UserError`).

        `key` is `case-is-over`, `already-claimed`, `not-yours`, `responders-only`, `case-is-gone`, `guests-may-not`,
        `no-such-file`, `too-many-cases`, `nothing-to-say` or `admins-only`.
        """
        ...

    def error(self, reference: str, *, locale: str) -> Message:
        """Something failed inside: the reference, and what to do (say it again, ask a person)."""
        ...

    # -- to the desk

    def card(self, case: Case, *, requester: str, locale: str) -> Message:
        """Slot `card`, edited in place: everything that an engineer needs to begin.

        Who (`requester`: their name), since when, platform, stage, ranked causes with reasons and lines, what was asked and
        tried, why it is here; *Claim*, *Reply to requester*, *This was the cause*.
        """
        ...

    def relay_to_desk(self, case: Case, text: str, *, requester: str, files: Sequence[str], change: str, locale: str) -> Message:
        """What the requester wrote (redacted) or uploaded (names). `change`: `new`, `edited` or `deleted`."""
        ...

    def desk_news(self, case: Case, news: str, *, who: UserId | None, text: str, locale: str) -> Message:
        """A line in the case's thread.

        `news` is `claimed`, `released`, `replied` (`text`), `cause-confirmed` (`text`: the cause's id), `resolved`,
        `works-now`, `still-broken`, `cancelled`, `reopened`, `reply-failed` (`text`: Slack's word), `erased`, or another
        key of `[desk]` in the texts; `text` is a cause for `pinned` and its like, a person for `handed-on`.
        """
        ...


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
