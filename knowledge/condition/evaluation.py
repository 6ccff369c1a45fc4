"""What a condition comes to in a context, and on which facts and answers that rests.

`decide` is the fast path that inference walks for every rule: truth, facts and answers, nothing else. The tree of reasons
(`explanation.py`) asks the same function node by node, so that the two cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from knowledge.condition.context import Context
from knowledge.condition.counting import decide_count
from knowledge.condition.filters import judged, satisfies
from knowledge.condition.order import decide_sequence, edge_facts
from knowledge.condition.outcome import BARE, Outcome, joined
from knowledge.condition.tree import (
    All,
    Answer,
    AnyOf,
    Asked,
    Asks,
    AtLeast,
    Condition,
    Count,
    Edge,
    Facts,
    Given,
    InAttempt,
    Not,
    Reach,
    Sequence,
    Setting,
)
from knowledge.condition.truth import Truth, truth
from knowledge.condition.values import compare
from knowledge.condition.words import Op
from knowledge.terms import UNKNOWN, Platform, QuestionId, Side, Stage

_ASKED = {Asked.SEEN: Truth.TRUE, Asked.ABSENT: Truth.FALSE, Asked.UNKNOWN: Truth.UNKNOWN}


def decide(node: Condition, context: Context) -> Outcome:
    """The truth of a node, and what that rests on."""
    return _DECIDE[type(node)](node, context)


def _all(node: All, context: Context) -> Outcome:
    outcomes = [_DECIDE[type(part)](part, context) for part in node.of]
    lowest = min(outcome[0] for outcome in outcomes)
    # False rests on the parts that are false; true and unknown on those that are true.
    telling = Truth.FALSE if lowest is Truth.FALSE else Truth.TRUE
    return joined(lowest, [outcome for outcome in outcomes if outcome[0] is telling])


def _any(node: AnyOf, context: Context) -> Outcome:
    outcomes = [_DECIDE[type(part)](part, context) for part in node.of]
    highest = max(outcome[0] for outcome in outcomes)
    return joined(highest, [outcome for outcome in outcomes if outcome[0] is highest])


def _at_least(node: AtLeast, context: Context) -> Outcome:
    outcomes = [_DECIDE[type(part)](part, context) for part in node.of]
    sure = sum(outcome[0] is Truth.TRUE for outcome in outcomes)
    possible = sum(outcome[0] is not Truth.FALSE for outcome in outcomes)
    value = Truth.TRUE if sure >= node.number else Truth.UNKNOWN if possible >= node.number else Truth.FALSE
    telling = Truth.FALSE if value is Truth.FALSE else Truth.TRUE
    return joined(value, [outcome for outcome in outcomes if outcome[0] is telling])


def _not(node: Not, context: Context) -> Outcome:
    value, facts, answers = decide(node.of, context)
    return Outcome(~value, facts, answers)


def _asks(node: Asks, context: Context) -> Outcome:
    outcome = decide(node.of, context)
    return outcome._replace(truth=truth(outcome.truth is _ASKED[node.word]))


def _facts(node: Facts, context: Context) -> Outcome:
    passed, unsure = judged(node, context)
    if passed:
        return Outcome(Truth.TRUE, passed)
    return BARE[Truth.FALSE if not unsure and context.covers(node.name) else Truth.UNKNOWN]


def _edge(node: Edge, context: Context) -> Outcome:
    edge = edge_facts(node, context)
    if not edge:
        closed = not context.named(node.of.name) and context.covers(node.of.name)
        return BARE[Truth.FALSE if closed else Truth.UNKNOWN]
    judged = [(fact, satisfies(fact, node.of.tests)) for fact in edge]
    value = max(value for _, value in judged)
    return Outcome(value, tuple(fact for fact, found in judged if found is value) if value is Truth.TRUE else edge)


def _answer(node: Answer, context: Context) -> Outcome:
    chosen = context.answers.get(QuestionId(node.question), frozenset()) - {UNKNOWN}
    if not chosen:
        return BARE[Truth.UNKNOWN]
    if node.comparison is None:
        value = True
    else:
        meant = not chosen.isdisjoint(node.comparison.values)
        value = meant is (node.comparison.op in (Op.IS, Op.IN))
    return Outcome(truth(value), (), tuple(f"{node.question}={choice}" for choice in sorted(chosen)))


def _given(node: Given, context: Context) -> Outcome:
    value = setting_of(node.setting, context)
    return BARE[Truth.UNKNOWN if value is None else compare(value, node.comparison)]


def setting_of(setting: Setting, context: Context) -> Platform | Side | Stage | None:
    """What the context says about itself."""
    match setting:
        case Setting.PLATFORM:
            return context.platform
        case Setting.SIDE:
            return context.side
        case Setting.STAGE:
            return context.stage


def _in_attempt(node: InAttempt, context: Context) -> Outcome:
    """True where one of the attempts shows it; else unknown, because there may be attempts that no log shows."""
    outcomes = [decide(node.of, other) for other in attempts_in_reach(node.reach, context)]
    holding = [outcome for outcome in outcomes if outcome.truth is Truth.TRUE]
    return joined(Truth.TRUE, holding) if holding else BARE[Truth.UNKNOWN]


def attempts_in_reach(reach: Reach, context: Context) -> tuple[Context, ...]:
    """The attempts that `in an earlier attempt` and its like speak of."""
    match reach:
        case Reach.ANY:
            return (*context.earlier, context, *context.later)
        case Reach.ANOTHER:
            return (*context.earlier, *context.later)
        case Reach.EARLIER:
            return context.earlier
        case Reach.LATER:
            return context.later


_DECIDE: dict[type[Condition], Callable[[Any, Context], Outcome]] = {
    All: _all,
    AnyOf: _any,
    AtLeast: _at_least,
    Not: _not,
    Asks: _asks,
    Facts: _facts,
    Edge: _edge,
    Sequence: decide_sequence,
    Count: decide_count,
    Answer: _answer,
    Given: _given,
    InAttempt: _in_attempt,
}
