"""Several cheap questions in one modal: each makes sense whatever the others bring, and is worth its seconds after them."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.planning.plan import Plan
from knowledge.planning.tables import Asking, Row
from knowledge.rules import Question
from knowledge.terms import QuestionId

#: A question of more seconds than this stands alone: the person must get up for it.
CHEAP_SECONDS = 25
#: So many minutes each further question must save, its seconds taken off; a turn of the conversation is saved as well.
WORTH_MINUTES = 0.25
#: An answer less likely than this is not thought of.
RARE = 0.04


def share_a_modal(plan: Plan, row: Row, first: QuestionId, open_: Sequence[Question], most: int) -> tuple[Question, ...]:
    """The first question and those that may stand beside it, the most telling first."""
    asking = plan.tables.asking
    chosen = [asking[first]]
    if chosen[0].question.seconds > CHEAP_SECONDS:
        return (chosen[0].question,)
    known = _answers([row], chosen[0])
    rest = [asking[q.id] for q in open_ if q.id != first and q.seconds <= CHEAP_SECONDS and asking[q.id].columns]
    while rest and len(chosen) < most:
        best = max(rest, key=lambda each: (_saves(plan, each, known), each.question.id))
        if _saves(plan, best, known) < WORTH_MINUTES:
            break
        chosen.append(best)
        rest.remove(best)
        known = _answers(known, best)
    return tuple(each.question for each in chosen)


def _answers(rows: Sequence[Row], asking: Asking) -> list[Row]:
    """What may be believed after one more answer; the rare ones are left out."""
    return [joint for row in rows for joint in asking.joint(row) if sum(joint) >= RARE]


def _saves(plan: Plan, asking: Asking, rows: Sequence[Row]) -> float:
    """Minutes that one more question saves on average, its own seconds taken off."""
    price = sum(plan.price(row) for row in rows)
    after = sum(plan.price(joint) for row in rows for joint in asking.joint(row))
    return (1 - asking.question.unknown) * (price - after) - asking.question.seconds / 60
