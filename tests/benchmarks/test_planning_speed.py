"""How long it takes to choose the next step among 60 causes, 80 questions and 40 fixes, in multiples of a piece of work.

By hand, on a quiet machine (two cores of 2026, Python 3.11; the piece: 15 ms), with less than 20 ms asked:

    a belief that is flat over all causes    18 ms
    one that leans to a few                  16 ms
    one that is nearly sure                  12 ms
"""

from __future__ import annotations

import random

import pytest

from knowledge.planning import Situation, choose
from knowledge.rules import Cause, Choice, Collect, Effect, KnowledgeBase, Question
from knowledge.terms import (
    UNKNOWN,
    CauseId,
    ChoiceId,
    Diagnosis,
    Direction,
    Fixer,
    Hypothesis,
    NextStep,
    Platform,
    QuestionId,
    Side,
    Stage,
    StepKind,
    Strength,
    Verdict,
)
from tests.benchmarks.conftest import cpu
from tests.knowledge.steps import SAYS, step

CAUSES, QUESTIONS, FIXES, LOGS = 60, 80, 40, 3
MARKS = [(d, s) for d in (Direction.SUPPORTS, Direction.OPPOSES) for s in (Strength.WEAK, Strength.MODERATE)]


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    """Causes, questions with three to eight choices that each speak of a dozen causes, and fixes that a requester can do."""
    rng = random.Random(6)
    names = [CauseId(f"cause-{number}") for number in range(CAUSES)]
    stages = list(Stage)[:7]
    return KnowledgeBase(
        revision="test",
        facts={},
        formats={},
        causes={name: _cause(name, number, stages[number % 7], rng) for number, name in enumerate(names)},
        rules=(),
        questions={each.id: each for each in (_question(number, names, rng) for number in range(QUESTIONS))},
        codes={},
        collects={each.id: each for each in (_collect(number, stages) for number in range(LOGS))},
        locales=frozenset({"en"}),
    )


def _cause(name: CauseId, number: int, stage: Stage, rng: random.Random) -> Cause:
    fix = step(f"fix-{number}", minutes=rng.uniform(2, 20), mends=rng.uniform(0.2, 0.9))
    return Cause(
        id=name,
        title=SAYS,
        says=SAYS,
        about=SAYS,
        stage=stage,
        shows_at=frozenset({stage}),
        fixer=Fixer.USER,
        prior=rng.choice((8.0, 4.0, 1.5, 0.5)),
        steps=(fix,) if number < FIXES else (),
        sources=(),
    )


def _question(number: int, causes: list[CauseId], rng: random.Random) -> Question:
    choices = [
        Choice(
            id=ChoiceId(f"choice-{place}"),
            says=SAYS,
            effects=tuple(
                Effect(cause=c, direction=d, strength=s) for c in rng.sample(causes, 12) for d, s in [rng.choice(MARKS)]
            ),
        )
        for place in range(rng.randint(3, 8))
    ]
    choices.append(Choice(id=UNKNOWN, says=SAYS, effects=()))
    ident = QuestionId(f"question-{number}")
    return Question(id=ident, ask=SAYS, why=SAYS, seconds=rng.uniform(5, 60), unknown=0.1, choices=tuple(choices))


def _collect(number: int, stages: list[Stage]) -> Collect:
    return Collect(
        id=f"log-{number}",
        platforms=frozenset({Platform.LINUX}),
        side=Side.CLIENT,
        covers=frozenset(stages[number:]),
        minutes=4.0 + number,
        title=SAYS,
        do=SAYS,
        undo=SAYS,
        secrets=SAYS,
        source="",
    )


def believed(base: KnowledgeBase, *, sharp: float) -> Diagnosis:
    """A belief over all causes, the first ones likelier the sharper it is."""
    weights = {cause: 1 / (1 + number) ** sharp for number, cause in enumerate(base.causes)}
    whole = sum(weights.values()) / 0.97
    return Diagnosis(
        verdict=Verdict.OPEN,
        hypotheses=tuple(Hypothesis(cause=cause, probability=weight / whole) for cause, weight in weights.items()),
        unexplained=0.03,
        stage=None,
        attempts=(),
        next=NextStep(kind=StepKind.NONE),
        revision="test",
    )


@pytest.mark.parametrize("sharp", [0.0, 1.0, 2.0])
def test_the_next_step_is_chosen_while_nobody_notices(base, unit, sharp):
    diagnosis = believed(base, sharp=sharp)
    situation = Situation(answers={}, platform=Platform.LINUX)

    assert choose(base, diagnosis, situation).kind is not StepKind.NONE
    assert cpu(lambda: choose(base, diagnosis, situation)) < 1.6 * unit
