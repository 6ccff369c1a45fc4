"""What happened, as the doors hand it inwards: Slack's events and the bot's own, all frozen, all plain data.

`slack/payloads.py` makes the first kind out of Slack's dicts; nothing behind it sees a dict of Slack's. The second kind
(`UploadRead`, `TimerRang`) the jobs put into the same inbox, so that a case has one order of events, and one only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

CaseId = NewType("CaseId", str)
UploadId = NewType("UploadId", str)
UserId = NewType("UserId", str)
ChannelId = NewType("ChannelId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Whose data it is. Every record carries both, so that an organisation's workspaces never mix."""

    team: str
    enterprise: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRef:
    """A message that exists: its channel and its `ts`, which is an id and never a number."""

    channel: ChannelId
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadRef:
    """A place to speak: a thread by its parent's `ts`, or a channel's top level."""

    channel: ChannelId
    ts: str | None = None


class ChannelKind(StrEnum):
    """What kind of conversation a message stands in."""

    DIRECT = "direct"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedFile:
    """A file as Slack describes it. Name, type and size are claims; `url` is only present where Slack gave one."""

    id: str
    name: str
    size: int | None = None
    mode: str = "hosted"
    external: bool = False
    url: str | None = None
    #: The messages that show it, as far as Slack says.
    shares: tuple[MessageRef, ...] = ()


class Action(StrEnum):
    """Every button and menu entry, by the `action_id` that Slack sends back."""

    ANSWER = "answer"
    ANSWER_UNKNOWN = "answer_unknown"
    WORKS_NOW = "works_now"
    STILL_BROKEN = "still_broken"
    ASK_PERSON = "ask_person"
    SHOW_DETAILS = "show_details"
    STEP_DONE = "step_done"
    SKIP = "skip"
    BACK = "back"
    #: Argument: a question, which is put again, so that its answer can be another one.
    CORRECT = "correct"
    CANCEL = "cancel"
    REOPEN = "reopen"
    SHARE_ORIGINAL = "share_original"
    CHOOSE_ATTEMPT = "choose_attempt"
    SPLIT_CASE = "split_case"
    OPEN_INTAKE = "open_intake"
    FORGET = "forget"
    #: The language in which the bot speaks to a person from now on; argument: a locale, or empty for Slack's own.
    CHOOSE_LANGUAGE = "choose_language"
    #: After a fix: ask again later. Argument: minutes from now, or `morning`.
    CHECK_BACK = "check_back"
    #: In a channel's thread: the bot says nothing there any more.
    MUTE = "mute"
    # the home tab of an admin
    OPEN_SETUP = "open_setup"
    OPEN_WATCH = "open_watch"
    TRY_SETUP = "try_setup"
    #: What closed cases taught counts from now on; and no more.
    USE_LEARNED = "use_learned"
    STOP_LEARNED = "stop_learned"
    #: To a message that could belong to several cases: this one (`case`), or a new one (none).
    CHOOSE_CASE = "choose_case"
    # the desk
    CLAIM = "claim"
    UNCLAIM = "unclaim"
    OPEN_REPLY = "open_reply"
    CONFIRM_CAUSE = "confirm_cause"
    #: Argument: a `Resolution`; without one, fixed.
    RESOLVE = "resolve"
    #: Back from resolved or closed, by an engineer.
    REOPEN_CASE = "reopen_case"
    #: Argument: minutes of it; empty: it ends.
    SNOOZE = "snooze"
    #: Argument: a `Priority`; empty: as the severity says.
    PRIORITISE = "prioritise"
    PIN_CAUSE = "pin_cause"
    RULE_OUT = "rule_out"
    #: Argument: the id of a `Collect`.
    ASK_LOG = "ask_log"
    #: Argument: another engineer.
    HAND_ON = "hand_on"
    #: Argument: the number of the case of which this is a duplicate.
    MERGE = "merge"
    #: Argument: `question=choice`.
    WHAT_IF = "what_if"
    #: Argument: why, one of `messages.unmasking.REASONS`.
    UNMASK = "unmask"
    #: Opens a form for what needs more than a press. Argument: `hand_on`, `merge` or `what_if`.
    OPEN_DESK_FORM = "open_desk_form"
    #: From a case that is over and has a confirmed cause: draft what would have told it.
    TEACH = "teach"
    # an outage; argument: its id
    OUTAGE_OVER = "outage_over"
    OUTAGE_FALSE = "outage_false"


class Watching(StrEnum):
    """What the bot does with a VPN log that appears in a watched channel."""

    #: Answers in its thread.
    ANSWER = "answer"
    #: Answers only where it can name a cause that is likely or better.
    LIKELY = "likely"
    #: Reads it and says nothing, until somebody asks.
    COLLECT = "collect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A watched channel."""

    channel: ChannelId
    mode: Watching = Watching.ANSWER
    #: In which language it is answered; None: that of who uploaded.
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What all events share. `id` is unique for ever: the same thing delivered twice has the same id."""

    id: str
    workspace: Workspace
    at: datetime
    user: UserId | None = None
    #: The person belongs to another company (Slack Connect): nothing private is for them.
    stranger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSubmitted(Event):
    """The first modal was sent: the beginning of a case."""

    text: str = ""
    platform: str | None = None
    error: str | None = None
    answers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    files: tuple[UploadedFile, ...] = ()
    #: The case that the person chose to go on with; None: a new one. Only taken where it is theirs and open.
    continues: CaseId | None = None
    #: Where `/vpn-help` was typed, for the receipt there; None from the home tab or a shortcut.
    channel: ChannelId | None = None
    #: Use once, within 30 minutes, never logged: the address at which Slack takes the ephemeral receipt.
    response_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePosted(Event):
    """Somebody wrote, or uploaded, in a conversation that the bot is in."""

    ref: MessageRef
    kind: ChannelKind
    thread_ts: str | None = None
    #: Slack's markup taken off: mentions are names, entities are characters.
    text: str = ""
    files: tuple[UploadedFile, ...] = ()
    mentions_bot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChanged(Event):
    """Somebody edited a message."""

    ref: MessageRef
    kind: ChannelKind
    thread_ts: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeleted(Event):
    """Somebody took a message back; what came from it goes too."""

    ref: MessageRef


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShared(Event):
    """A file appeared, without the message that carried it: the fallback when the message event does not come."""

    file_id: str
    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDeleted(Event):
    """A file was deleted; its evidence goes too."""

    file_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTaken(Event):
    """A button was pressed. `case` and `argument` are what the button carried, and prove nothing about rights."""

    action: Action
    case: CaseId | None = None
    argument: str = ""
    #: The message that holds the button.
    ref: MessageRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySubmitted(Event):
    """A responder sent a reply to the requester: the only way across the wall."""

    case: CaseId
    text: str
    #: *Send to requester*: the message in the desk's thread that it was made of.
    source: MessageRef | None = None
    #: Files of that message which the responder ticked; none goes along unticked.
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WordGiven(Event):
    """A word after `/vpn-help` that needs no modal: `status`, `privacy`, `forget me`."""

    word: str
    channel: ChannelId | None = None
    response_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupChanged(Event):
    """An admin chose where the bot works; only what is named in `about` was looked at, the rest stays."""

    #: Names of `bot.places.Setting`; `watched` with `watch` or `unwatch`.
    about: tuple[str, ...] = ()
    admin_channel: ChannelId | None = None
    responders: str | None = None
    #: Office hours: `HH:MM`, days from Monday as 0; without a beginning there are none.
    begins: str | None = None
    ends: str | None = None
    days: tuple[int, ...] = ()
    watch: Watch | None = None
    unwatch: ChannelId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRead(Event):
    """Ours: a file was fetched and read, or could not be; the reading stands in the store under `upload`."""

    upload: UploadId


@dataclass(frozen=True, slots=True, kw_only=True)
class SayingFailed(Event):
    """Ours: something that a case had to say was refused for good; `code` is Slack's word for why."""

    case: CaseId
    #: Where and what it was: `desk` and `card`; nothing of the message itself.
    place: str
    slot: str | None
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerRang(Event):
    """Ours: a time that a case set for itself has come."""

    case: CaseId
    name: str


class MergeNews(StrEnum):
    """What one case tells another with which it was merged."""

    #: To the case that goes on: `other` is a duplicate of it.
    JOINED = "joined"
    #: To the duplicate: the other case cannot take it, because it is over, or a duplicate itself.
    REFUSED = "refused"
    #: To the duplicate: the other case is resolved.
    OVER = "over"
    #: To the case that goes on: `other` is a case of its own again.
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged(Event):
    """Ours: news between a case and its duplicate."""

    case: CaseId
    other: CaseId
    news: MergeNews


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageFound(Event):
    """Ours: the radar says that this case belongs to an outage."""

    case: CaseId
    outage: str
    #: What they have in common: `cause:server-unreachable`.
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageEnded(Event):
    """Ours: an outage is over (`mended`), or was none."""

    case: CaseId
    outage: str
    mended: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TeachAsked(Event):
    """Ours: an engineer wants the bot to learn from a case; it takes a while, so it has a lane of its own."""

    case: CaseId
    #: The message in the desk's thread that says how far it is.
    slot: str
