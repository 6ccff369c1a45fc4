"""The nouns of the knowledge house: what a log says, what follows from it, and what to do next.

A value here is frozen, holds only text that was redacted, and turns into JSON and back (`knowledge.wire`), because it
travels from a worker process into the store and from there into tomorrow's diagnosis.

The path of one line, from left to right::

    Record  ->  Fact  ->  Attempt  ->  Finding  ->  Hypothesis  ->  Diagnosis  ->  NextStep
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

CauseId = NewType("CauseId", str)
ChoiceId = NewType("ChoiceId", str)
FactId = NewType("FactId", str)
FormatId = NewType("FormatId", str)
QuestionId = NewType("QuestionId", str)
RuleId = NewType("RuleId", str)
SignatureId = NewType("SignatureId", str)
StepId = NewType("StepId", str)

#: The verdict and the cause of a connection that works. It is both: see `Diagnosis`.
HEALTHY = CauseId("healthy")
#: The leak: everything that the base does not know. It takes part in the sum and is never listed.
OTHER = CauseId("other")
#: The choice that every question has and that is never evidence.
UNKNOWN = ChoiceId("unknown")


class Stage(StrEnum):
    """How far a connection climbed, in the order of KB 325034 (K8-K15)."""

    LINK = "link"
    IKE = "ike"
    ESP = "esp"
    L2TP = "l2tp"
    LCP = "lcp"
    AUTH = "auth"
    IPCP = "ipcp"
    CONNECTED = "connected"

    @property
    def rank(self) -> int:
        """0 for `link` up to 7 for `connected`."""
        return STAGES.index(self)


STAGES: tuple[Stage, ...] = tuple(Stage)


class Fixer(StrEnum):
    """Who can act on a cause."""

    USER = "user"
    ADMIN = "admin"
    NETWORK = "network"


class Platform(StrEnum):
    """What the requester's machine, or the machine that wrote the log, runs."""

    WINDOWS = "windows"
    #: Windows 98, Me and NT 4 with the Microsoft L2TP/IPSec VPN client; 2000 and XP.
    WINDOWS_LEGACY = "windows-legacy"
    WINDOWS_SERVER = "windows-server"
    MACOS = "macos"
    IOS = "ios"
    ANDROID = "android"
    LINUX = "linux"
    #: A router, firewall or appliance at the far end.
    GATEWAY = "gateway"


class Side(StrEnum):
    """Whose log it is."""

    CLIENT = "client"
    SERVER = "server"


class Strength(StrEnum):
    """How much a finding multiplies the odds of a cause; the numbers are `inference.FACTORS`."""

    DECISIVE = "decisive"
    STRONG = "strong"
    MODERATE = "moderate"
    WEAK = "weak"


class Direction(StrEnum):
    """Which way a finding points."""

    SUPPORTS = "supports"
    OPPOSES = "opposes"
    #: The mechanism forbids the cause; the rule names its source.
    EXCLUDES = "excludes"


class Verdict(StrEnum):
    """What a diagnosis is worth (design, "How a diagnosis is reached", 4)."""

    CONCLUSIVE = "conclusive"
    LIKELY = "likely"
    OPEN = "open"
    HEALTHY = "healthy"


class ReadState(StrEnum):
    """How much of a file was understood."""

    WHOLE = "whole"
    PARTIAL = "partial"
    UNRECOGNISED = "unrecognised"
    REFUSED = "refused"


class ReadReason(StrEnum):
    """Why a file was not read whole; the sentences for people are in the message catalogues."""

    EMPTY = "empty"
    BINARY = "binary"
    NO_KNOWN_FORMAT = "no-known-format"
    OTHER_VPN = "other-vpn"
    TOO_LARGE = "too-large"
    TRUNCATED = "truncated"
    LONG_LINES = "long-lines"
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    TOO_DEEP = "too-deep"
    TOO_MANY_MEMBERS = "too-many-members"
    BOMB = "bomb"
    NEEDS_OCR = "needs-ocr"
    UNSUPPORTED = "unsupported"
    TIMED_OUT = "timed-out"


class Risk(StrEnum):
    """What a step may break. A gate, not a price: above `low` only with consent and after the safe ones."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class TuningKind(StrEnum):
    """What a company changes for itself, for a while (`tuning.yaml`)."""

    MUTE = "mute"
    LEVEL = "level"
    PRIOR = "prior"


class Differing(StrEnum):
    """In what two files of one incident differ."""

    #: The client waits in vain for an answer that the server sent.
    ANSWER_LOST = "answer-lost"
    #: The server waits in vain for a message that the client sent.
    REQUEST_LOST = "request-lost"
    #: The connection came up at one end, and the other says that it did not.
    OUTCOME = "outcome"
    #: The clocks of the two are apart.
    CLOCKS = "clocks"


class StepKind(StrEnum):
    """The kinds of next step."""

    ASK = "ask"
    COLLECT = "collect"
    TRY = "try"
    HANDOVER = "handover"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One proof: a line of a file, or an answer. What does not apply is None."""

    rule: RuleId | None = None
    file: str | None = None
    #: The file inside the archive.
    member: str | None = None
    #: Line number in the file (or packet or event number), from 1.
    line: int | None = None
    #: The line, redacted, at most `EVIDENCE_LENGTH` characters.
    text: str | None = None
    #: `question=choice`
    answer: str | None = None


#: Longest evidence text, in characters.
EVIDENCE_LENGTH = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When a line was written, as far as the log says it. Nothing is guessed silently.

    `at` is aware UTC when the zone is known; a log without a zone is read as UTC and `zone_known` is false; one
    without a year takes the year that puts it nearest before the file's upload, and `year_known` is false.
    """

    at: datetime
    year_known: bool = True
    zone_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that a line, a packet or an answer asserts, in the vocabulary of `base/facts.yaml`."""

    id: FactId
    evidence: tuple[Evidence, ...]
    #: What the typed holes held, redacted (`peer`, `code`, `name`, …), and the signature's constants.
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    clock: Clock | None = None
    #: Position in the reading, from 0; orders facts that no clock orders.
    order: int = 0
    #: Which format said it; None for answers.
    format: FormatId | None = None
    #: What ties lines of one connection together (CoId, IKE SA, tunnel, process), where the line says so.
    thread: str | None = None
    #: How often the same thing was said in a row (`message repeated N times`, a line written twice by two loggers).
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """What redaction took out of a file: how many of which kind. Never the values."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """One file, read: what was understood of it, and nothing that must not be kept."""

    file: str | None
    read: ReadState
    reasons: tuple[ReadReason, ...] = ()
    #: The other product's name for `ReadReason.OTHER_VPN`, a member's name, a limit: never secret.
    detail: str | None = None
    formats: tuple[FormatId, ...] = ()
    side: Side | None = None
    platform: Platform | None = None
    facts: tuple[Fact, ...] = ()
    #: Lines seen, and lines that belong to a known format.
    lines: int = 0
    understood: int = 0
    #: True where the file starts, or ends, in the middle of what it tells.
    cut_at_start: bool = False
    cut_at_end: bool = False
    #: Redacted text, whole or the lines round each hit (design, "Kept").
    text: str = ""
    masked: tuple[Masked, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two files of one incident tell different things about the same attempt."""

    kind: Differing
    #: The client's line and the server's.
    evidence: tuple[Evidence, ...]
    #: Which end came up, for `Differing.OUTCOME`.
    side: Side | None = None
    #: When what was lost was sent, or when it came up.
    clock: Clock | None = None
    #: By how much the clocks are apart.
    seconds: float = 0.0

    @property
    def sentence(self) -> str:
        """The key of the sentence that says it, as in `differs-outcome-server` and `differs-clocks`."""
        return "-".join(("differs", self.kind, *([self.side] if self.side else [])))

    @property
    def time(self) -> str:
        """When, as the log has it, as in `14:02:11`, and `14:02:11 UTC` where its zone is known; `?` without a clock."""
        if self.clock is None:
            return "?"
        return f"{self.clock.at:%H:%M:%S}{' UTC' if self.clock.zone_known else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to connect: its facts, how far it came, whether its end was seen."""

    facts: tuple[Fact, ...]
    stage: Stage
    start: Clock | None = None
    end: Clock | None = None
    #: The other end, as a token of redaction.
    peer: str | None = None
    #: True where the reading shows how it ended (a failure, a success, a giving up), false where it just stops.
    ended: bool = False
    #: Stages seen from start to end by a format that covers them: there absence is a fact.
    covered: frozenset[Stage] = frozenset()
    side: Side | None = None
    #: What the files that show it tell differently.
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that holds, and what it says about one cause."""

    rule: RuleId
    cause: CauseId
    direction: Direction
    strength: Strength
    evidence: tuple[Evidence, ...]
    #: The factor by which it multiplied the odds; 1.0 where a stronger finding on the same fact was counted instead.
    factor: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """A cause with its probability and its reasons."""

    cause: CauseId
    probability: float
    supporting: tuple[Finding, ...] = ()
    opposing: tuple[Finding, ...] = ()
    #: Rules whose condition is unknown: what would settle them, with the rule's id.
    unconfirmed: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSummary:
    """An attempt as a reply lists it."""

    stage: Stage
    verdict: Verdict
    chosen: bool
    start: Clock | None = None
    end: Clock | None = None
    peer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What to do next: its kind, the id of the question, log, step or desk, and the minutes it is expected to take."""

    kind: StepKind
    id: str | None = None
    minutes: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """A local change of the knowledge base without which this diagnosis would read differently."""

    kind: TuningKind
    reason: str
    #: The last day on which it holds, as in `2027-03-31`.
    until: str
    #: The rule that is muted, or of another strength.
    rule: RuleId | None = None
    #: The cause with another prior.
    cause: CauseId | None = None
    #: What counts here, and what the authors wrote: a strength, or a word for how common a cause is.
    now: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What the evidence says. `hypotheses` is ranked, best first, and never lists `other`."""

    verdict: Verdict
    hypotheses: tuple[Hypothesis, ...]
    #: Probability that none of the known causes is it.
    unexplained: float
    #: Where the chosen attempt stopped; `connected`: it came up; None: no log showed an attempt.
    stage: Stage | None
    attempts: tuple[AttemptSummary, ...]
    next: NextStep
    #: The revision of the knowledge base that made it.
    revision: str
    side: Side | None = None
    platform: Platform | None = None
    #: What a local tuning changed about it.
    tuned: tuple[Tuned, ...] = ()
    #: What experimental rules would have said; it counts for nothing.
    experimental: tuple[Finding, ...] = ()
    #: What the files tell differently about the chosen attempt.
    differences: tuple[Difference, ...] = ()

    @property
    def best(self) -> Hypothesis | None:
        """The first hypothesis, if there is one."""
        return self.hypotheses[0] if self.hypotheses else None
