"""What is said, occasion by occasion: the protocol that `bot/messages/` implements, and the values in which it speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.cases import Case, Upload
from bot.events import CaseId, UserId
from bot.weekly import Digest
from knowledge import CauseId, ChoiceId, Diagnosis, FactId, Log, Platform, QuestionId

#: One Block Kit block, as JSON. Only `messages/` makes them.
Block = Mapping[str, Any]
#: A modal or home view, as JSON. Only `messages/` makes them.
View = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something to say. `text` says all that the blocks say: it is what screen readers and notifications read."""

    text: str
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that the words draw: base64 of a PNG, and what it shows in words."""

    content: str
    name: str
    title: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was understood of a person's words: shown to them, so that they can correct it."""

    #: Answers found in the words.
    answers: Mapping[QuestionId, ChoiceId]
    #: Error numbers and symbols, as typed.
    codes: tuple[str, ...] = ()
    platform: Platform | None = None
    #: What they quoted of a log, by the base's words for it.
    facts: tuple[FactId, ...] = ()

    @property
    def nothing(self) -> bool:
        """True where no word meant anything to the knowledge base."""
        return not self.answers and not self.codes and not self.facts and self.platform is None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLine:
    """A case as one line of an engineer's home tab."""

    case: Case
    #: The promise that runs out, or is broken: `first-response` or `resolution`; empty: none.
    promise: str = ""
    due: datetime | None = None
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageLine:
    """An open outage."""

    about: str
    cases: int
    since: datetime
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskTab:
    """The desk as one engineer sees it in the home tab."""

    queue: tuple[DeskLine, ...] = ()
    mine: tuple[DeskLine, ...] = ()
    breaching: tuple[DeskLine, ...] = ()
    outages: tuple[OutageLine, ...] = ()
    #: How many cases somebody has.
    claimed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What the bot learned from a case, and what it makes of the cases of the past."""

    #: The line that it rests on, redacted.
    line: str
    signature: str
    fact: str
    rule: str
    strength: str
    #: How many other cases with the same cause, and with another or none, have the line; and how many there are of each.
    same: tuple[int, int]
    others: tuple[int, int]
    tried: int
    right: int
    changed: int
    broken: int
    #: Cases whose texts are not kept, so that nothing could be tried on them.
    untried: int
    #: What the authors' checks say.
    faults: tuple[str, ...]
    file: str


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

    def digest(self, digest: Digest, *, zone: str, locale: str) -> Message:
        """Once a week at the top level of the admin channel; of a quiet week one line."""
        ...

    def digest_pictures(self, digest: Digest, *, zone: str, locale: str) -> tuple[Picture, ...]:
        """The same and more as plots, each with its numbers in words; of a quiet week none."""
        ...

    def desk_evidence(self, case: Case, upload: Upload, log: Log | None, *, locale: str) -> Message:
        """In the desk's thread: a file of an engineer's was read, and what all evidence says now; None: it holds no VPN log."""
        ...

    def teaching(self, case: Case, *, done: int, of: int, locale: str) -> Message:
        """In the desk's thread, edited in place: the bot learns from the case, and how far it is."""
        ...

    def taught(self, case: Case, taught: Taught, *, locale: str) -> Message:
        """In its place: what was learned, and what it makes of the stored cases. A patch follows as a file."""
        ...

    def taught_nothing(self, case: Case, why: str, *, locale: str) -> Message:
        """In its place: `no-text` (no log of it is kept), `nothing-apart` or `not-drafted`."""
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

    def still_reading(self, case: Case, *, locale: str) -> Message:
        """Slot `reading`: noted, and what the file says comes first."""
        ...

    def no_outage_known(self, case: Case, *, locale: str) -> Message:
        """*Is the VPN down?*: nothing of the kind is known."""
        ...

    def urgent(self, case: Case, flag: str, *, locale: str) -> Message:
        """Why no more is asked: `compromise`, `certificate-expires` or `site-down`."""
        ...

    def contradicts(self, case: Case, question: QuestionId, choice: ChoiceId, cause: CauseId, *, locale: str) -> Message:
        """An answer speaks against the cause that the log shows: said kindly, with the way to another answer."""
        ...

    def compared(self, case: Case, cause: CauseId, at: datetime, *, gone: bool, healthy: bool, locale: str) -> Message:
        """A later attempt than before was read: whether what showed `cause` is gone, and whether it came up."""
        ...

    def passed_on(self, case: Case, *, locale: str) -> Message:
        """What the person sent by the form went to the engineers, who have the case."""
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

    def audit_handed(self, *, lines: int, locale: str) -> Message:
        """An admin asked for the audit trail: so many lines of it are in a file in their direct message."""
        ...

    def privacy(self, *, days: int, locale: str, backups: int | None = None) -> Message:
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
        `no-such-file`, `too-many-cases`, `nothing-to-say`, `not-in-desk-thread`, `nothing-to-teach` or `admins-only`.
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
