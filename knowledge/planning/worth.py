"""What an answer is expected to tell: bits of information, and minutes off the price of the belief."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from knowledge.inference import factor
from knowledge.planning.plan import Belief, Plan
from knowledge.rules import Choice, Question
from knowledge.terms import UNKNOWN, CauseId

#: How often people make a choice that speaks for no cause, and one that speaks for causes which nobody believes in.
NEUTRAL_CHOICE, RARE_CHOICE = 0.15, 0.03
#: An effect of at least this much is what a choice is about; less is a by-the-way.
PLAIN = 5.0


def information(question: Question, belief: Belief) -> float:
    """Expected bits that the answer takes from the uncertainty over the causes; "I don't know" gives none."""
    before = _entropy(belief.values())
    after = sum(share * _entropy(updated.values()) for share, updated in answers_expected(question, belief))
    return max(0.0, (before - after) * (1 - question.unknown))


def answers_expected(question: Question, belief: Belief) -> Iterator[tuple[float, dict[CauseId, float]]]:
    """Each answer but "I don't know" with its probability and the belief after it."""
    choices = [choice for choice in question.choices if choice.id != UNKNOWN]
    tables = [_factors(choice) for choice in choices]
    usual = [_how_usual(table, belief) for table in tables]
    totals = {cause: sum(u * table.get(cause, 1.0) for u, table in zip(usual, tables, strict=True)) for cause in belief}
    for often, table in zip(usual, tables, strict=True):
        joint = {cause: share * often * table.get(cause, 1.0) / totals[cause] for cause, share in belief.items()}
        chance = sum(joint.values())
        if chance > 0:
            yield chance, {cause: share / chance for cause, share in joint.items()}


def _how_usual(table: Mapping[CauseId, float], belief: Belief) -> float:
    """How often a choice is made at all, before the effect on a cause multiplies it.

    A choice that speaks for likely causes is usual; one that speaks for nothing is there because many people give it.
    """
    if not table:
        return NEUTRAL_CHOICE
    return RARE_CHOICE + sum(
        belief.get(cause, 0.0) * (1.0 if number >= PLAIN else 0.3) for cause, number in table.items() if number > 1
    )


def expected_price(question: Question, belief: Belief, plan: Plan) -> float:
    """What the belief costs on average once the question is answered."""
    known = sum(chance * plan.price(updated) for chance, updated in answers_expected(question, belief))
    return question.unknown * plan.price(belief) + (1 - question.unknown) * known


def _factors(choice: Choice) -> dict[CauseId, float]:
    return {effect.cause: factor(effect.direction, effect.strength, from_person=True) for effect in choice.effects}


def _entropy(shares: Iterable[float]) -> float:
    return -sum(share * math.log2(share) for share in shares if share > 0)
