"""What the knowledge base is made of, once loaded: causes, rules, questions, steps, code tables, formats.

`loader.py` makes these from YAML; nothing else does. All are frozen, so that one base serves every case at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from knowledge.condition import Condition
from knowledge.errors import Span
from knowledge.terms import (
    CauseId,
    ChoiceId,
    Direction,
    FactId,
    Fixer,
    FormatId,
    Platform,
    QuestionId,
    Risk,
    RuleId,
    Side,
    SignatureId,
    Stage,
    StepId,
    Strength,
    TuningKind,
)


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in every language that the base speaks. English is always there."""

    by_locale: Mapping[str, str]

    def __call__(self, locale: str = "en") -> str:
        """The sentence in `locale`, or in English where that is missing.

        >>> Text({"en": "Wait.", "pt-BR": "Aguarde."})("pt-BR")
        'Aguarde.'
        """
        return self.by_locale.get(locale) or self.by_locale["en"]


class Does(StrEnum):
    """What a fact does to its attempt (`does` in base/facts.yaml)."""

    BEGINS = "begins"
    REACHES = "reaches"
    PASSES = "passes"
    FAILS = "fails"
    ENDS = "ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactKind:
    """A word of the vocabulary (`base/facts.yaml`)."""

    id: FactId
    stage: Stage
    does: Does | None
    host: bool
    values: frozenset[str]
    says: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a finding says about one cause."""

    cause: CauseId
    direction: Direction
    strength: Strength


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Evidence written by an author to show that a rule fires, or that it does not: log lines, facts, answers."""

    log: str = ""
    facts: tuple[str, ...] = ()
    answers: Mapping[QuestionId, ChoiceId] = field(default_factory=lambda: MappingProxyType({}))


class Status(StrEnum):
    """How far a rule has come in its life (`status` of a rule)."""

    #: It is asked and its word is kept beside the diagnosis; it neither speaks nor weighs.
    EXPERIMENTAL = "experimental"
    #: It speaks like any other; its authors still watch it.
    TEST = "test"
    STABLE = "stable"
    #: It is asked no more; its sentence stays for diagnoses that it made.
    DEPRECATED = "deprecated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """If the condition holds, it supports, opposes or excludes causes."""

    id: RuleId
    when: Condition
    effects: tuple[Effect, ...]
    says: Text
    source: str
    span: Span
    #: Rules of one group count once, by the strongest: only for what the engine cannot see by itself.
    group: str | None = None
    examples: tuple[Example, ...] = ()
    near_misses: tuple[Example, ...] = ()
    status: Status = Status.STABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """A local change of one rule or of one cause (`tuning.yaml`) that is in force today.

    The rules and causes of the base hold what counts; this says that it is not what its authors wrote, and why.
    """

    kind: TuningKind
    reason: str
    #: The last day on which it holds.
    until: date
    rule: RuleId | None = None
    cause: CauseId | None = None
    #: The strength, or the word for the prior, that counts now, and the one that was written.
    now: str | None = None
    before: str | None = None
    #: The prior that was written, where that is what is changed.
    prior: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do about a cause, for whom, on what, at what price."""

    id: StepId
    platforms: frozenset[Platform]
    fixer: Fixer
    minutes: float
    risk: Risk
    #: P(it works afterwards | this is the cause)
    mends: float
    cuts_off: bool
    offline: bool
    phone: bool
    do: Text
    verify: Text
    undo: Text
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A cause, whole."""

    id: CauseId
    title: Text
    says: Text
    about: Text
    stage: Stage
    shows_at: frozenset[Stage]
    fixer: Fixer
    prior: float
    steps: tuple[Step, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An answer that a person may give. `effects` are worth what a rule's are; `codes` only for the question `error`."""

    id: ChoiceId
    says: Text
    effects: tuple[Effect, ...]
    codes: tuple[str, ...] = ()
    #: Of a hundred people who know, how many make it where the cause does not matter; None: guessed from its effects.
    usual: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question, what it costs to answer, and what each answer would tell."""

    id: QuestionId
    ask: Text
    #: Why it is asked, in one sentence.
    why: Text
    #: Seconds of the person's time.
    seconds: float
    #: How often people do not know, 0..1.
    unknown: float
    choices: tuple[Choice, ...]
    #: True where several choices may be true at once.
    several: bool = False
    #: Platforms on which it makes sense; empty: all.
    platforms: frozenset[Platform] = frozenset()
    #: Ask only when this holds (over the facts and answers so far); None: always.
    when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A number or symbol of a table in `base/codes/`, what it means and which causes it speaks for, best first."""

    family: str
    code: str
    symbol: str
    meaning: Text
    stage: Stage | None
    causes: tuple[CauseId, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """How to get a log on a platform (`base/collect.yaml`): what to type, how long it takes, what secrets it may hold."""

    id: str
    platforms: frozenset[Platform]
    side: Side
    #: Stages that this log covers.
    covers: frozenset[Stage]
    minutes: float
    title: Text
    do: Text
    undo: Text
    secrets: Text
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A line with typed holes, and the fact it asserts."""

    id: SignatureId
    format: FormatId
    #: The pattern as the author wrote it: a line with typed holes, or a regular expression.
    line: str | None
    regex: str | None
    fact: FactId
    #: Constant values that go with the fact.
    constants: Mapping[str, str]
    samples: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How one daemon's lines look, and what it always says at its default log level."""

    id: FormatId
    title: str
    platform: Platform | None
    #: Patterns of a line's beginning once the wrapper is off.
    lines: tuple[str, ...]
    #: The hole whose value ties lines together.
    thread: str | None
    programs: frozenset[str]
    always: frozenset[FactId]
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words that people write, plain (small letters, no accents), and what they mean: a platform, an answer or a fact."""

    words: tuple[str, ...]
    platform: Platform | None = None
    question: QuestionId | None = None
    choice: ChoiceId | None = None
    #: What they quote of a log, or say of a machine in its terms.
    fact: FactId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeBase:
    """Everything that is known, and the revision that names it."""

    #: The first 12 hex digits of a hash over the content of every file.
    revision: str
    facts: Mapping[FactId, FactKind]
    formats: Mapping[FormatId, Format]
    causes: Mapping[CauseId, Cause]
    rules: tuple[Rule, ...]
    questions: Mapping[QuestionId, Question]
    #: By (family, code): `("ras", "809")`, `("win_ipsec", "13801")`.
    codes: Mapping[tuple[str, str], Code]
    collects: Mapping[str, Collect]
    #: The locales in which every text exists.
    locales: frozenset[str]
    #: The sentences of the terminal report (`base/report.yaml`), with {names} to fill in.
    sentences: Mapping[str, Text] = field(default_factory=lambda: MappingProxyType({}))
    #: What people write and what it means (`base/words.yaml`).
    phrases: tuple[Phrase, ...] = ()
    #: Plain words that mean nothing for a diagnosis.
    ignored_words: frozenset[str] = frozenset()
    #: What is different here than the authors wrote it.
    tunings: tuple[Tuning, ...] = ()
    #: Tunings whose day is over: they change nothing, and somebody should take them out.
    ended: tuple[Tuning, ...] = ()
