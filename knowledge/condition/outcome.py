"""What a node comes to: the value that the fast path hands up the tree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from knowledge.condition.truth import Truth
from knowledge.terms import Fact


class Outcome(NamedTuple):
    """A truth, and the facts and answers (`question=choice`) that it rests on.

    What rests on an absence rests on nothing that could be shown; what is unknown names what speaks for it so far.
    """

    truth: Truth
    facts: tuple[Fact, ...] = ()
    answers: tuple[str, ...] = ()


#: Outcomes that rest on nothing, made once.
BARE = {value: Outcome(value) for value in Truth}


def joined(value: Truth, outcomes: Iterable[Outcome]) -> Outcome:
    """One outcome that rests on everything on which the others rest, each thing once."""
    facts: dict[int, Fact] = {}
    answers: dict[str, None] = {}
    for outcome in outcomes:
        for fact in outcome.facts:
            facts[id(fact)] = fact
        answers.update(dict.fromkeys(outcome.answers))
    return Outcome(value, tuple(facts.values()), tuple(answers))
