"""What closed cases teach: how often each cause is it here, and what each question costs people and really brings.

    learned = learn(base, cases)          # from closed cases with a confirmed cause, oldest or newest first: order says nothing
    if learned.is_enough:                 # off until enough cases exist
        here = overlaid(base, learned)    # a base with these numbers; `base` itself is as it was, so stopping is using `base`

How the bot calls it: per workspace, from the closed cases with a confirmed cause, once a day or when an admin opens the home
tab. It keeps `learned_to_json(learned)` under `learned.mark`; where an admin said *use it*, every event of that workspace is
worked out with `overlaid(base, learned)` instead of the base of the moment. The revision of that base is
`<revision>+<mark>`, so that a diagnosis says which numbers made it and can be worked out again (`parted`). *Stop using it* is not
overlaying any more. What is shown to the admin are `learned.causes` and `learned.questions`: what counts, and what was written.

Small numbers are not believed: what the base says is worth `WORD` cases (`ASKINGS` askings of a question), and no cause falls
below `FLOOR` of what its authors hold it for, so that nothing becomes impossible because it was not seen for a while. What a
company wrote into its `tuning.yaml` beats what was learned.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from math import log2
from types import MappingProxyType
from typing import Any

from knowledge.errors import MisuseError
from knowledge.inference import answer_table, priors
from knowledge.planning.tables import Asking, Tables, tables_of
from knowledge.rules import Cause, KnowledgeBase, Question
from knowledge.terms import HEALTHY, OTHER, UNKNOWN, CauseId, ChoiceId, QuestionId, TuningKind

#: So many closed cases with a confirmed cause must exist before what they teach may be used.
ENOUGH_CASES = 50
#: What the base says about causes is worth so many cases, and what it says about one question so many askings.
WORD, ASKINGS = 50.0, 20.0
#: No cause is held for less than this share of what its authors hold it for.
FLOOR = 0.2
#: How often people do not know is believed between these.
LEAST_UNKNOWN, MOST_UNKNOWN = 0.01, 0.95
#: How usual an answer is changes by no more than this factor, up or down.
MOST_CHANGE = 4.0

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A question that was put to somebody: what came of it."""

    question: QuestionId
    #: What was said; `unknown`: the person does not know; None: no answer ever came.
    choice: ChoiceId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A closed case: the cause that an engineer confirmed, and the questions in the order in which they were put."""

    cause: CauseId
    put: tuple[Put, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedCause:
    """How often a cause is it, as a share of all."""

    cause: CauseId
    cases: int
    share: float
    #: What it is held for without this.
    before: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedChoice:
    """How usual an answer is, of a hundred people who know, where the cause does not matter."""

    choice: ChoiceId
    times: int
    usual: float
    before: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedQuestion:
    """What a question costs, and brings."""

    question: QuestionId
    asked: int
    #: How often people said that they do not know, and how often no answer came.
    not_known: int
    given_up: int
    #: Bits by which an asking really moved the belief towards the confirmed cause, on average; below 0: it misled.
    gain: float
    #: How often it is held to bring nothing, from now on and without this.
    unknown: float
    before: float
    choices: tuple[LearnedChoice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What closed cases taught about one revision of the base."""

    revision: str
    cases: int
    #: Every cause of the base but `healthy`, what changed most first.
    causes: tuple[LearnedCause, ...] = ()
    #: Questions that were asked, the ones asked most first.
    questions: tuple[LearnedQuestion, ...] = ()

    @property
    def is_enough(self) -> bool:
        """Whether it rests on enough cases to be used."""
        return self.cases >= ENOUGH_CASES

    @property
    def mark(self) -> str:
        """A short name for exactly these numbers."""
        return sha256(json.dumps(learned_to_json(self), sort_keys=True).encode()).hexdigest()[:8]


def learn(base: KnowledgeBase, cases: Iterable[Closed]) -> Learned:
    """What these cases teach. Cases of causes that the base does not have, and of `healthy`, are left out.

    Args:
        base: The base as its authors wrote it, not one that was overlaid: what was learned must not be learned again.
        cases: Closed cases with a confirmed cause.
    """
    known = [case for case in cases if case.cause in base.causes and case.cause != HEALTHY]
    causes = _causes(base, Counter(case.cause for case in known))
    there = {learned.cause: learned.share for learned in causes}
    questions = [
        _question(base, question, known, there)
        for question in base.questions.values()
        if any(put.question == question.id for case in known for put in case.put)
    ]
    return Learned(
        revision=base.revision,
        cases=len(known),
        causes=tuple(sorted(causes, key=lambda each: (-abs(log2(each.share / each.before)), each.cause))),
        questions=tuple(sorted(questions, key=lambda each: (-each.asked, each.question))),
    )


def overlaid(base: KnowledgeBase, learned: Learned) -> KnowledgeBase:
    """The base with what was learned; itself where it rests on too few cases. What is not in the base any more is passed over."""
    if not learned.is_enough:
        return base
    tuned = {tuning.cause for tuning in base.tunings if tuning.kind is TuningKind.PRIOR}
    shares = {each.cause: each.share for each in learned.causes}
    weights = sum(cause.prior for cause in base.causes.values() if cause.id in shares)
    whole = sum(share for cause, share in shares.items() if cause in base.causes) or 1.0

    def here(cause: Cause) -> Cause:
        if cause.id in tuned or cause.id not in shares:
            return cause
        return replace(cause, prior=shares[cause.id] / whole * weights)

    asked = {each.question: each for each in learned.questions}
    return replace(
        base,
        revision=f"{base.revision}+{learned.mark}",
        causes=MappingProxyType({ident: here(cause) for ident, cause in base.causes.items()}),
        questions=MappingProxyType(
            {
                ident: _asked_here(question, asked[ident]) if ident in asked else question
                for ident, question in base.questions.items()
            }
        ),
    )


def parted(revision: str) -> tuple[str, str | None]:
    """The revision of the base's files, and the mark of what was overlaid; None where nothing was.

    >>> parted("0123456789ab+89abcdef"), parted("0123456789ab")
    (('0123456789ab', '89abcdef'), ('0123456789ab', None))
    """
    files, _, mark = revision.partition("+")
    return files, mark or None


def learned_to_json(learned: Learned) -> dict[str, Any]:
    """As plain data for `json.dumps`; numbers to four digits, so that a mark does not hang on the last bit."""
    return {"v": VERSION, "type": "Learned", **_rounded(asdict(learned))}


def learned_from_json(data: Mapping[str, Any]) -> Learned:
    """What `learned_to_json` wrote.

    Raises:
        MisuseError: it is none, of another version, or damaged.
    """
    if data.get("type") != "Learned" or data.get("v") != VERSION:
        raise MisuseError("this is nothing that was learned by this version")
    try:
        return Learned(
            revision=data["revision"],
            cases=data["cases"],
            causes=tuple(LearnedCause(**each) for each in data["causes"]),
            questions=tuple(
                LearnedQuestion(**{**each, "choices": tuple(LearnedChoice(**choice) for choice in each["choices"])})
                for each in data["questions"]
            ),
        )
    except (KeyError, TypeError) as error:
        raise MisuseError(f"what was learned is damaged: {error}") from error


def _causes(base: KnowledgeBase, seen: Mapping[CauseId, int]) -> list[LearnedCause]:
    """Counts smoothed with the base's word, and the floor; the shares sum to what they summed to before."""
    before = {cause: share for cause, share in priors(base.causes.values()).items() if cause not in (HEALTHY, OTHER)}
    whole, cases = sum(before.values()), sum(seen.values())
    smooth = {cause: whole * (seen.get(cause, 0) + WORD * share / whole) / (cases + WORD) for cause, share in before.items()}
    held = _held_up(smooth, {cause: FLOOR * share for cause, share in before.items()})
    return [
        LearnedCause(cause=cause, cases=seen.get(cause, 0), share=held[cause], before=share) for cause, share in before.items()
    ]


def _held_up(shares: Mapping[CauseId, float], floors: Mapping[CauseId, float]) -> dict[CauseId, float]:
    """None below its floor, and the same sum: what the low ones get, the others give in proportion."""
    low: set[CauseId] = set()
    whole = sum(shares.values())
    while True:
        free = sum(share for cause, share in shares.items() if cause not in low)
        scale = (whole - sum(floors[cause] for cause in low)) / free if free else 1.0
        more = {cause for cause, share in shares.items() if cause not in low and share * scale < floors[cause]}
        if not more:
            return {cause: floors[cause] if cause in low else share * scale for cause, share in shares.items()}
        low |= more


def _question(
    base: KnowledgeBase, question: Question, cases: Sequence[Closed], shares: Mapping[CauseId, float]
) -> LearnedQuestion:
    tables = tables_of(base)
    put = [each for case in cases for each in case.put if each.question == question.id]
    said = Counter(each.choice for each in put)
    nothing = said[UNKNOWN] + said[None]
    held = (nothing + ASKINGS * question.unknown) / (len(put) + ASKINGS)
    gains = [gain for case in cases for gain in _gains(tables, base, case, question.id)]
    return LearnedQuestion(
        question=question.id,
        asked=len(put),
        not_known=said[UNKNOWN],
        given_up=said[None],
        gain=sum(gains) / len(gains) if gains else 0.0,
        unknown=min(MOST_UNKNOWN, max(LEAST_UNKNOWN, held)),
        before=question.unknown,
        choices=_choices(base, question, said, shares),
    )


def _gains(tables: Tables, base: KnowledgeBase, case: Closed, question: QuestionId) -> Iterable[float]:
    """By how many bits each asking of a question moved the belief towards the confirmed cause, after what was said before it."""
    place = tables.index[case.cause]
    row = tables.row(priors(base.causes.values()))
    for put in case.put:
        asking = tables.asking.get(put.question)
        after = _after(row, asking, put.choice)
        if put.question == question:
            yield log2(after[place] / sum(after)) - log2(row[place] / sum(row))
        row = after


def _after(row: list[float], asking: Asking | None, choice: ChoiceId | None) -> list[float]:
    if asking is None or choice is None:
        return row
    for told, column in zip(asking.choices, asking.columns, strict=True):
        if told is not None and told.id == choice:
            return [share * often for share, often in zip(row, column, strict=True)]
    return row


def _choices(
    base: KnowledgeBase, question: Question, said: Mapping[ChoiceId | None, int], shares: Mapping[CauseId, float]
) -> tuple[LearnedChoice, ...]:
    """How usual each answer is: as often more than guessed as it came more often than expected; only where all were estimated."""
    if question.several or any(choice.usual is None for choice in question.choices if choice.id != UNKNOWN):
        return ()
    table = answer_table(question, priors(base.causes.values()))
    told = sum(said.get(choice.id, 0) for choice in table.choices)
    whole = sum(shares.values()) or 1.0
    expected = [
        sum(share * table.likelihood(place, cause) for cause, share in shares.items()) / whole
        for place in range(len(table.choices))
    ]
    weights = []
    for choice, usual, often in zip(table.choices, table.usual, expected, strict=True):
        more = (said.get(choice.id, 0) + ASKINGS * often) / ((told + ASKINGS) * often)
        weights.append(usual * min(MOST_CHANGE, max(1 / MOST_CHANGE, more)))
    return tuple(
        LearnedChoice(choice=choice.id, times=said.get(choice.id, 0), usual=100 * weight / sum(weights), before=100 * usual)
        for choice, usual, weight in zip(table.choices, table.usual, weights, strict=True)
    )


def _asked_here(question: Question, learned: LearnedQuestion) -> Question:
    usual = {each.choice: each.usual for each in learned.choices}
    choices = tuple(replace(choice, usual=usual.get(choice.id, choice.usual)) for choice in question.choices)
    return replace(question, unknown=learned.unknown, choices=choices)


def _rounded(value: Any) -> Any:  # noqa: ANN401 # plain data of any depth
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list | tuple) else value
