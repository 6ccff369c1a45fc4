"""Why a question is asked: what each answer would change about the causes that lead, and what knowing it is worth."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.errors import MisuseError
from knowledge.planning.plan import Belief, Plan
from knowledge.rules import Choice, Question
from knowledge.terms import OTHER, CauseId, QuestionId

#: So many causes are shown for an answer, and only those that it moves by at least so much.
MOST_CAUSES, MOVES = 3, 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A cause, and how likely it is before and after an answer."""

    cause: CauseId
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldChange:
    """One answer: how likely it is, and what it would do."""

    choice: Choice
    #: How likely the answer is, among those who know.
    chance: float
    #: The cause that would lead then.
    leader: CauseId
    #: The causes that it moves most, first the one that it moves furthest; empty where it changes nothing.
    moves: tuple[Moved, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """Why a question is worth asking now."""

    question: Question
    #: Expected bits that it takes from the uncertainty over the causes.
    bits: float
    #: Expected minutes to a working connection that it saves, its own taken off; below 0 where it does not pay.
    saves: float
    #: What each answer would change, the likeliest answer first.
    answers: tuple[WouldChange, ...]


def reasons_of(plan: Plan, belief: Belief, question: QuestionId) -> Reasons:
    """What each answer to a question would do to a belief.

    Raises:
        MisuseError: a question that the base does not have.
    """
    asking = plan.tables.asking.get(question)
    if asking is None:
        raise MisuseError(f"no question is called `{question}`; there is {', '.join(sorted(plan.base.questions))}")
    row = plan.tables.row(belief)
    own = asking.question.seconds / 60 + plan.costs.turn
    joints = list(asking.joint(row))
    known = sum(plan.price(joint) for joint in joints)
    told = 1 - asking.question.unknown
    answers = [
        _change(plan, belief, choice, joint) for choice, joint in zip(asking.choices, joints, strict=True) if choice is not None
    ]
    return Reasons(
        question=asking.question,
        bits=asking.information(row) if joints else 0.0,
        saves=told * (plan.price(row) - known) - own if joints else -own,
        answers=tuple(sorted(answers, key=lambda answer: (-answer.chance, answer.choice.id))),
    )


def _change(plan: Plan, belief: Belief, choice: Choice, joint: list[float]) -> WouldChange:
    after = plan.tables.belief(joint)
    named = {cause: share for cause, share in after.items() if cause != OTHER}
    moved = [Moved(cause=cause, before=belief.get(cause, 0.0), after=share) for cause, share in named.items()]
    moved = [each for each in moved if abs(each.after - each.before) >= MOVES]
    moved.sort(key=lambda each: (-abs(each.after - each.before), each.cause))
    leader = max(named, key=lambda cause: (named[cause], cause), default=OTHER)
    return WouldChange(choice=choice, chance=sum(joint), leader=leader, moves=tuple(moved[:MOST_CAUSES]))
