"""Where simulated people come from: how often each answer is given under each cause, in tables that are not the planner's own.

Two sets stand here. One is the planner's, spoilt: a third of its entries says nothing any more, a tenth says the opposite. The
other is translated straight from the marks of the questions, with numbers of its own: what most people with a cause say.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.inference import MARKS, AnswerTable, answer_table, priors
from knowledge.rules import Choice, KnowledgeBase, Question
from knowledge.terms import HEALTHY, UNKNOWN, CauseId, ChoiceId, Direction, Platform, QuestionId, StepId, Strength

#: Of the entries of a table that say something, how many say nothing once it is spoilt, and how many the opposite.
FLATTENED, REVERSED = 1 / 3, 1 / 10
#: What an entry may say at most once it is reversed: as much as the strongest mark for a cause.
MOST = 6.0

#: Of a hundred people with a cause, how many give the answers of a mark, all answers of this mark together.
SHARES: Mapping[str, float] = {"++": 65, "+": 25, "": 10, "-": 3, "--": 1, "---": 0.2}

#: Error messages that only some devices show, by the beginning of the choice; all others are of Windows.
SHOWN_BY: Mapping[str, frozenset[str]] = {
    "apple": frozenset({"apple"}),
    "android": frozenset({"android-11", "android-12"}),
    "linux": frozenset({"linux", "chromeos"}),
}
NO_NUMBER = "no-number"

#: What the devices of a company run, where the cause does not matter, in a hundred.
DEVICES: Mapping[str, float] = {
    "windows": 66, "apple": 17, "android-11": 2, "android-12": 6, "linux": 6, "chromeos": 1, "windows-xp": 1, "windows-2000": 0.3,
    "windows-98": 0.2,
}  # fmt: skip

_MARK_OF = {meaning: mark for mark, meaning in MARKS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """How people answer, what fails how often, and how often steps really help."""

    name: str
    #: By question and cause, the weight of each choice, in the order of `choices`.
    weights: Mapping[QuestionId, Mapping[CauseId, Sequence[float]]]
    choices: Mapping[QuestionId, Sequence[ChoiceId]]
    #: How often each cause is it; weights.
    causes: Mapping[CauseId, float]
    #: P(a step helps | its cause).
    mends: Mapping[StepId, float]


def perturbed(base: KnowledgeBase, rng: random.Random) -> World:
    """The planner's own tables, spoilt."""
    prior = priors(base.causes.values())

    def weights(question: Question, cause: CauseId) -> list[float]:
        table = answer_table(question, prior)
        return [often * _spoilt(table, place, cause, rng) for place, often in enumerate(table.usual)]

    return _world("perturbed", base, weights, rng)


def from_marks(base: KnowledgeBase, rng: random.Random) -> World:
    """The marks of the questions, translated straight: answers of one mark share what people of that mark say."""

    def weights(question: Question, cause: CauseId) -> list[float]:
        marks = [_mark(choice, cause) for choice in _told(question)]
        of_mark = Counter(marks)
        return [SHARES[mark] / of_mark[mark] for mark in marks]

    return _world("marks", base, weights, rng)


def platform_of(choice: str) -> Platform:
    """What the answer to `platform` means for the steps that fit."""
    known = {"apple": Platform.MACOS, "android-12": Platform.ANDROID, "android-11": Platform.ANDROID, "windows": Platform.WINDOWS}
    if choice.startswith("windows-"):
        return Platform.WINDOWS_LEGACY
    return known.get(choice, Platform.LINUX)


def may_show(device: str, choice: str) -> bool:
    """Whether a device can show this answer to `error`."""
    beginning = choice.partition("-")[0]
    if choice == NO_NUMBER:
        return True
    if beginning in SHOWN_BY:
        return device in SHOWN_BY[beginning]
    return device.startswith("windows")


def _world(name: str, base: KnowledgeBase, weights: Callable[[Question, CauseId], list[float]], rng: random.Random) -> World:
    asked = [question for question in base.questions.values() if len(_told(question)) > 1]
    causes = [cause for cause in base.causes.values() if cause.id != HEALTHY]
    return World(
        name=name,
        weights={question.id: {cause.id: weights(question, cause.id) for cause in causes} for question in asked},
        choices={question.id: [choice.id for choice in _told(question)] for question in asked},
        causes={cause.id: cause.prior * rng.uniform(0.5, 1.5) for cause in causes},
        mends={step.id: min(0.95, step.mends * rng.uniform(0.6, 1.3)) for cause in causes for step in cause.steps},
    )


def _told(question: Question) -> list[Choice]:
    return [choice for choice in question.choices if choice.id != UNKNOWN]


def _spoilt(table: AnswerTable, place: int, cause: CauseId, rng: random.Random) -> float:
    """How many times as often as usual an answer is given under a cause, once the table is spoilt."""
    says = table.factors[place].get(cause)
    if says is None:
        return 1.0
    fate = rng.random()
    if fate < FLATTENED:
        return 1.0
    return min(MOST, 1 / says) if fate < FLATTENED + REVERSED else says


def _mark(choice: Choice, cause: CauseId) -> str:
    meaning: tuple[Direction, Strength] | None = next(
        ((effect.direction, effect.strength) for effect in choice.effects if effect.cause == cause), None
    )
    return _MARK_OF.get(meaning, "") if meaning else ""
