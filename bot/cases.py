"""A support case: its state, what is known of it, and the moves that are allowed. Pure; nothing here waits or speaks.

    OPEN ──► WAITING ◄──► ESCALATED ──► CLAIMED ──► RESOLVED ──► CLOSED
      │         │             ▲                         │           │
      └─────────┴─────────────┴──────── reopen ◄────────┴───────────┘

OPEN: the bot has something to do. WAITING: the next word is the requester's. ESCALATED: in the admin channel, nobody's.
CLAIMED: a responder has it. RESOLVED: somebody says that it is mended, the requester has not confirmed. CLOSED: the
requester confirmed, gave up, or was silent for long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from bot.errors import UserError
from bot.events import CaseId, ChannelId, MessageRef, UploadId, UserId, Workspace
from bot.handling import Handling
from knowledge import UNKNOWN, CauseId, ChoiceId, Diagnosis, Platform, QuestionId, StepId


class CaseState(StrEnum):
    """Where a case stands; see the picture above."""

    OPEN = "open"
    WAITING = "waiting"
    ESCALATED = "escalated"
    CLAIMED = "claimed"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Origin(StrEnum):
    """How a case began, and so where it is answered."""

    #: `/vpn-help`, the home tab, a shortcut, a direct message: answered in the direct message.
    REQUEST = "request"
    #: A mention of the bot in a thread: answered in that thread.
    MENTION = "mention"
    #: An upload in a watched channel: answered in its thread, once.
    WATCHED = "watched"


class Resolution(StrEnum):
    """Why a case ended."""

    FIXED = "fixed"
    WORKS_NOW = "works-now"
    CANCELLED = "cancelled"
    SILENT = "silent"
    WORKAROUND = "workaround"
    #: Nothing was wrong with the VPN.
    NO_FAULT = "no-fault"
    #: The same as another case.
    DUPLICATE = "duplicate"
    #: It ended with an outage.
    OUTAGE = "outage"


class UploadState(StrEnum):
    """How far an uploaded file has come."""

    RECEIVED = "received"
    READ = "read"
    #: It could not be fetched or read; `Upload.problem` says why.
    FAILED = "failed"
    #: It was deleted in Slack, and here.
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file of this case. The reading itself (`knowledge.Log`) stands in the store under `id`."""

    id: UploadId
    file_id: str
    #: The person's own name for it: untrusted text.
    name: str
    state: UploadState = UploadState.RECEIVED
    #: The message that carried it; None from a modal.
    ref: MessageRef | None = None
    problem: str | None = None
    shared_with_desk: bool = False
    #: The engineer who brought it; None: it is the requester's.
    by: UserId | None = None

    def shared(self) -> Upload:
        """Passed on to the engineers as it is."""
        return replace(self, shared_with_desk=True)

    def now(self, state: UploadState, problem: str | None = None) -> Upload:
        """One state further."""
        return replace(self, state=state, problem=problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Something the person typed, redacted; `ref` is the message it stands in, so that an edit or a deletion finds it."""

    text: str
    ref: MessageRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the timeline: who did what, when. `text` is redacted."""

    at: datetime
    what: str
    who: UserId | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a diagnosis was made of, so that it can be worked out again; the readings stand in the store by these ids."""

    uploads: tuple[UploadId, ...] = ()
    said: tuple[str, ...] = ()
    answers: Mapping[QuestionId, ChoiceId] = field(default_factory=lambda: MappingProxyType({}))
    platform: Platform | None = None
    attempt: int | None = None
    asked: tuple[QuestionId, ...] = ()
    tried: tuple[StepId, ...] = ()
    not_collected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One person's trouble with the VPN, from the first word to the confirmed fix."""

    id: CaseId
    workspace: Workspace
    requester: UserId
    origin: Origin
    opened_at: datetime
    locale: str = "en"
    state: CaseState = CaseState.OPEN
    #: Where it is answered when the origin is a channel's thread.
    channel_thread: MessageRef | None = None
    #: Where `/vpn-help` was typed.
    asked_in: ChannelId | None = None
    platform: Platform | None = None
    #: What the person typed, oldest first.
    words: tuple[Words, ...] = ()
    answers: Mapping[QuestionId, ChoiceId] = field(default_factory=lambda: MappingProxyType({}))
    #: Questions that were put, in order; the last one without an answer is the open one.
    asked: tuple[QuestionId, ...] = ()
    #: Steps that were tried and did not help.
    tried: tuple[StepId, ...] = ()
    #: Logs (`knowledge.Collect`) that the person was asked for and could not bring.
    not_collected: tuple[str, ...] = ()
    uploads: tuple[Upload, ...] = ()
    #: What engineers uploaded in the desk's thread. Apart from `uploads`, because the requester is shown nothing of it.
    desk_uploads: tuple[Upload, ...] = ()
    #: What the evidence says with those; None: there are none. Only the desk reads it.
    desk_diagnosis: Diagnosis | None = None
    diagnosis: Diagnosis | None = None
    #: What it was made of.
    basis: Basis | None = None
    #: Which attempt the person says it is about; None: the engine chose.
    attempt: int | None = None
    escalated_at: datetime | None = None
    escalation_reasons: tuple[str, ...] = ()
    assignee: UserId | None = None
    confirmed_cause: CauseId | None = None
    resolution: Resolution | None = None
    closed_at: datetime | None = None
    timeline: tuple[Entry, ...] = ()
    #: In a channel's thread: somebody asked the bot to be quiet.
    muted: bool = False
    #: How the engineers are getting on with it.
    handling: Handling = field(default_factory=Handling)
    #: What was asked in a thread while files were still being read: `why-not psk-mismatch`; answered when they are.
    wanted: tuple[str, ...] = ()
    #: What the last picture of the timeline showed, so that the same is not shown twice.
    pictured: str = ""
    #: Counts the messages with the current answer: slot `answer:<turn>`.
    turn: int = 0
    #: The question that stands in it; None: a reply.
    shown: QuestionId | None = None
    #: Grows by one with each stored change; the store refuses a change made on an older one.
    version: int = 0

    @property
    def said(self) -> tuple[str, ...]:
        """What the person typed, redacted, oldest first."""
        return tuple(words.text for words in self.words)

    @property
    def open_question(self) -> QuestionId | None:
        """The question that waits for an answer."""
        if self.asked and self.asked[-1] not in self.answers:
            return self.asked[-1]
        return None

    @property
    def unanswered(self) -> tuple[QuestionId, ...]:
        """Questions that were put before the open one and not answered, or answered with *I don't know*."""
        open_one = self.open_question
        return tuple(q for q in self.asked if q != open_one and self.answers.get(q, UNKNOWN) == UNKNOWN)

    @property
    def last_answered(self) -> QuestionId | None:
        """The question to which *Back* leads: the last that was put and answered."""
        return next((q for q in reversed(self.asked) if q in self.answers), None)

    @property
    def pending(self) -> tuple[Upload, ...]:
        """Files that are still to be read."""
        return tuple(upload for upload in self.uploads if upload.state is UploadState.RECEIVED)

    @property
    def on_desk(self) -> bool:
        """True from the first escalation on: the requester's words appear in the admin thread as well."""
        return self.escalated_at is not None

    @property
    def is_over(self) -> bool:
        """True when nothing more is expected of anybody."""
        return self.state in (CaseState.RESOLVED, CaseState.CLOSED)

    def noted(self, at: datetime, what: str, who: UserId | None = None, text: str = "") -> Case:
        """With a line more in the timeline."""
        return replace(self, timeline=(*self.timeline, Entry(at=at, what=what, who=who, text=text)))

    def asking(self, question: QuestionId) -> Case:
        """With a question put; the next word is the requester's."""
        asked = (*(q for q in self.asked if q != question), question)
        return replace(self, asked=asked, state=self._quiet(CaseState.WAITING))

    def next_turn(self) -> Case:
        """With the next answer in a message of its own."""
        return replace(self, turn=self.turn + 1, shown=None)

    def waiting(self) -> Case:
        """The next word is the requester's."""
        return self if self.is_over else replace(self, state=self._quiet(CaseState.WAITING))

    def answered(self, question: QuestionId, choice: ChoiceId) -> Case:
        """With an answer, which replaces an earlier one to the same question."""
        answers = MappingProxyType({**self.answers, question: choice})
        return replace(self, answers=answers, state=self._quiet(CaseState.OPEN))

    def back_to(self, question: QuestionId) -> Case:
        """With a question open again, its answer taken back, and what was asked after it not asked."""
        place = self.asked.index(question) if question in self.asked else len(self.asked)
        return replace(self.without_answer(question), asked=(*self.asked[:place], question), state=self._quiet(CaseState.WAITING))

    def without_answer(self, question: QuestionId) -> Case:
        """With an answer taken back, so that the question can be put again."""
        answers = MappingProxyType({q: c for q, c in self.answers.items() if q != question})
        return replace(self, answers=answers)

    def diagnosed(self, diagnosis: Diagnosis) -> Case:
        """With what the evidence says now, and what that was."""
        return replace(self, diagnosis=diagnosis, basis=self._basis(), platform=self.platform or diagnosis.platform)

    def as_diagnosed(self) -> Case:
        """As it was when its diagnosis was made, as far as that rests on it.

        Raises:
            UserError: there is no diagnosis, or what it rested on is gone.
        """
        basis = self.basis
        if basis is None or any(self._is_gone(upload) for upload in basis.uploads):
            raise UserError("nothing-to-say")
        return replace(
            self,
            uploads=tuple(upload for upload in self.uploads if upload.id in basis.uploads),
            words=tuple(Words(text=text) for text in basis.said),
            answers=basis.answers,
            platform=basis.platform,
            attempt=basis.attempt,
            asked=basis.asked,
            tried=basis.tried,
            not_collected=basis.not_collected,
        )

    def as_judged(self) -> Case:
        """As the engineers read it: its diagnosis with what they are sure of, and without what they ruled out."""
        known = self.desk_diagnosis or self.diagnosis
        return replace(self, diagnosis=self.handling.over(known)) if known else self

    def at_desk(self) -> Case:
        """With everything that the engineers have: their own files too."""
        return replace(self, uploads=(*self.uploads, *self.desk_uploads))

    def with_desk_upload(self, upload: Upload) -> Case:
        """With a file of an engineer's added, or its record replaced."""
        if all(known.id != upload.id for known in self.desk_uploads):
            return replace(self, desk_uploads=(*self.desk_uploads, upload))
        changed = tuple(upload if known.id == upload.id else known for known in self.desk_uploads)
        return replace(self, desk_uploads=changed)

    def heard(self, words: Words) -> Case:
        """With something that the person typed; an edit takes the place of what stood in the same message."""
        if words.ref is not None and any(known.ref == words.ref for known in self.words):
            return replace(self, words=tuple(words if known.ref == words.ref else known for known in self.words))
        return replace(self, words=(*self.words, words))

    def without_words(self, ref: MessageRef) -> Case:
        """Without what stood in a message."""
        return replace(self, words=tuple(known for known in self.words if known.ref != ref))

    def upload(self, upload: UploadId) -> Upload | None:
        """A file of this case by its id."""
        return next((known for known in self.uploads if known.id == upload), None)

    def tried_step(self, step: StepId) -> Case:
        """With a step that did not help."""
        return self if step in self.tried else replace(self, tried=(*self.tried, step))

    def with_upload(self, upload: Upload) -> Case:
        """With a file added, or its record replaced."""
        others = tuple(u for u in self.uploads if u.id != upload.id)
        known = any(u.id == upload.id for u in self.uploads)
        if not known:
            return replace(self, uploads=(*others, upload))
        return replace(self, uploads=tuple(upload if u.id == upload.id else u for u in self.uploads))

    def escalated(self, at: datetime, reasons: tuple[str, ...]) -> Case:
        """Handed to the admin channel; a second time only adds reasons."""
        if self.on_desk and self.state in (CaseState.ESCALATED, CaseState.CLAIMED):
            added = tuple(r for r in reasons if r not in self.escalation_reasons)
            return replace(self, escalation_reasons=self.escalation_reasons + added)
        return replace(
            self, state=CaseState.ESCALATED, escalated_at=self.escalated_at or at, escalation_reasons=reasons, assignee=None
        )

    def claimed(self, responder: UserId) -> Case:
        """Taken by a responder.

        Raises:
            UserError: somebody else has it, or it is over.
        """
        if self.is_over:
            raise UserError("case-is-over")
        if self.assignee not in (None, responder):
            raise UserError("already-claimed", assignee=str(self.assignee))
        return replace(self, state=CaseState.CLAIMED, assignee=responder)

    def released(self) -> Case:
        """Back in the queue."""
        return replace(self, state=CaseState.ESCALATED, assignee=None)

    def confirmed(self, cause: CauseId) -> Case:
        """With the cause that a responder says it was."""
        return replace(self, confirmed_cause=cause)

    def resolved(self, resolution: Resolution) -> Case:
        """Mended, says somebody; the requester has not confirmed yet."""
        return replace(self, state=CaseState.RESOLVED, resolution=resolution)

    def closed(self, at: datetime, resolution: Resolution) -> Case:
        """Over."""
        return replace(self, state=CaseState.CLOSED, resolution=resolution, closed_at=at)

    def reopened(self) -> Case:
        """Not mended after all; with whoever had it before, if somebody had."""
        if self.assignee:
            state = CaseState.CLAIMED
        elif self.on_desk:
            state = CaseState.ESCALATED
        else:
            state = CaseState.OPEN
        return replace(self, state=state, resolution=None, closed_at=None)

    def _basis(self) -> Basis:
        known = len(self.diagnosis.attempts) if self.diagnosis else 0
        return Basis(
            uploads=tuple(upload.id for upload in self.uploads if upload.state is UploadState.READ),
            said=self.said,
            answers=self.answers,
            platform=self.platform,
            attempt=self.attempt if self.attempt is not None and 0 <= self.attempt < known else None,
            asked=self.asked,
            tried=self.tried,
            not_collected=self.not_collected,
        )

    def _is_gone(self, ident: UploadId) -> bool:
        upload = self.upload(ident)
        return upload is None or upload.state is not UploadState.READ

    def _quiet(self, state: CaseState) -> CaseState:
        """`state`, unless the case is with the desk, or over: there the interview does not change whose it is."""
        return state if self.state in (CaseState.OPEN, CaseState.WAITING) else self.state
