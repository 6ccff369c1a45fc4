"""The numbers: how words become odds, and odds a probability. Every number of the engine that is a judgement stands here.

One cause variable per attempt: `P(c | all) ∝ prior(c) x P(stopped at that stage | c) x the factor of each finding about c`,
over every cause of the base and over `other`, which no finding speaks for and no stage surprises.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from knowledge.rules import Cause
from knowledge.terms import OTHER, STAGES, CauseId, Direction, Stage, Strength

#: How often a cause is it before anything is known, as weights; they are divided by their sum.
PRIORS: Mapping[str, float] = MappingProxyType({"common": 8.0, "usual": 4.0, "uncommon": 1.5, "rare": 0.5})

#: The share of the prior that belongs to everything the base does not know.
OTHER_PRIOR = 0.03

#: By how much a finding multiplies the odds of its cause. These and the temperature are what `knowledge calibrate` fits.
FACTORS: Mapping[Direction, Mapping[Strength, float]] = MappingProxyType(
    {
        Direction.SUPPORTS: MappingProxyType(
            {Strength.DECISIVE: 1500.0, Strength.STRONG: 60.0, Strength.MODERATE: 8.0, Strength.WEAK: 2.0}
        ),
        Direction.OPPOSES: MappingProxyType(
            {Strength.DECISIVE: 1 / 1500, Strength.STRONG: 1 / 60, Strength.MODERATE: 1 / 8, Strength.WEAK: 1 / 2}
        ),
        # What the mechanism forbids; never zero, for a log may be another connection's.
        Direction.EXCLUDES: MappingProxyType(
            {Strength.DECISIVE: 1e-4, Strength.STRONG: 1e-3, Strength.MODERATE: 1e-2, Strength.WEAK: 1 / 20}
        ),
    }
)

#: What a log says is a little surer than its factors: its findings share less than they could. 1 would change nothing.
TEMPERATURE = 0.7

#: People err: an answer alone never makes a cause less likely than by this.
ANSWER_FLOOR = 1 / 50

#: What an answer is worth where its strength counts otherwise than a log's: what is fitted to logs says nothing about people.
#: Not by how much an answer moves the odds: that is less, because P(answer | cause) sums to 1 over the answers (`answering`).
ANSWER_FACTORS: Mapping[tuple[Direction, Strength], float] = MappingProxyType(
    {
        (Direction.SUPPORTS, Strength.STRONG): 60.0,
        (Direction.SUPPORTS, Strength.MODERATE): 20.0,
        (Direction.SUPPORTS, Strength.WEAK): 4.0,
        (Direction.OPPOSES, Strength.STRONG): 1 / 30,
        (Direction.OPPOSES, Strength.WEAK): 1 / 3,
    }
)

#: What an answer's mark in `questions.yaml` says.
MARKS: Mapping[str, tuple[Direction, Strength]] = MappingProxyType(
    {
        "---": (Direction.EXCLUDES, Strength.STRONG),
        "--": (Direction.OPPOSES, Strength.STRONG),
        "-": (Direction.OPPOSES, Strength.WEAK),
        "+": (Direction.SUPPORTS, Strength.WEAK),
        "++": (Direction.SUPPORTS, Strength.MODERATE),
    }
)

#: How likely an attempt stops at a stage that its cause does not name in `shows_at`: logs and readers err.
STAGE_SLIP = 0.04
#: How often a log that does not show the end of its attempt shows the place where it hangs: that is why it was saved.
HANGS = 0.6
#: The cause's own stage gets this much more than the other stages of its `shows_at`.
HOME_WEIGHT = 2.0


def factor(direction: Direction, strength: Strength, *, from_person: bool = False) -> float:
    """By how much one finding multiplies the odds.

    >>> factor(Direction.SUPPORTS, Strength.STRONG)
    60.0
    >>> factor(Direction.EXCLUDES, Strength.DECISIVE, from_person=True)
    0.02
    """
    if from_person:
        return ANSWER_FACTORS.get((direction, strength)) or max(FACTORS[direction][strength], ANSWER_FLOOR)
    return FACTORS[direction][strength]


def priors(causes: Iterable[Cause]) -> dict[CauseId, float]:
    """The prior of each cause and of `other`; they sum to 1."""
    weights = {cause.id: cause.prior for cause in causes}
    total = sum(weights.values())
    if not total:
        return {OTHER: 1.0}
    shares = {cause: (1 - OTHER_PRIOR) * weight / total for cause, weight in weights.items()}
    shares[OTHER] = OTHER_PRIOR
    return shares


def stage_likelihood(cause: Cause | None, stage: Stage, *, stops: float) -> float:
    """P(the reading ends at `stage` | cause).

    Args:
        cause: None is `other`: any stage is as likely.
        stage: Where the reading ends.
        stops: How sure it is that the attempt stopped there: 1 where its end was seen, `HANGS` where the log just ends, 0 where
            this kind of log could not have shown more. An attempt that did not stop there came at least this far.
    """
    table = _stage_table(cause)
    return stops * table[stage.rank] + (1 - stops) * sum(table[stage.rank :])


def posterior(log_weights: Mapping[CauseId, float], temperature: float = 1.0) -> dict[CauseId, float]:
    """Logarithms of weights to probabilities that sum to 1; below 1, a temperature makes them surer."""
    highest = max(log_weights.values())
    weights = {cause: math.exp((weight - highest) / temperature) for cause, weight in log_weights.items()}
    total = math.fsum(weights.values())
    return {cause: weight / total for cause, weight in weights.items()}


def _stage_table(cause: Cause | None) -> tuple[float, ...]:
    if cause is None or not cause.shows_at:
        return tuple(1 / len(STAGES) for _ in STAGES)
    weights = [(HOME_WEIGHT if stage is cause.stage else 1.0) if stage in cause.shows_at else 0.0 for stage in STAGES]
    named = sum(weights)
    return tuple((1 - STAGE_SLIP) * weight / named + STAGE_SLIP / len(STAGES) for weight in weights)
