"""Which facts pass a filter."""

from __future__ import annotations

from collections.abc import Iterable

from knowledge.condition.context import Context, fact_value
from knowledge.condition.tree import Facts
from knowledge.condition.truth import Truth
from knowledge.condition.values import compare
from knowledge.condition.words import Test
from knowledge.terms import Fact


def judged(node: Facts, context: Context) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """The facts of the node's name that pass its filter, and those of which that is unknown; each in their order.

    Facts that carry the same values are looked at once, and which those are is kept in the context, because many rules ask.
    """
    found = context.named(node.name)
    if not node.tests or not found:
        return found, ()
    passed: list[tuple[Fact, ...]] = []
    unsure: list[tuple[Fact, ...]] = []
    for values, facts in context.grouped(node.name, tuple(test.key for test in node.tests)).items():
        value = _passes(values, node.tests)
        if value is not Truth.FALSE:
            (passed if value is Truth.TRUE else unsure).append(facts)
    return _in_order(passed), _in_order(unsure)


def satisfies(fact: Fact, tests: Iterable[Test]) -> Truth:
    """Whether one fact passes a filter; unknown where it does not carry a value that the filter reads."""
    tests = tuple(tests)
    return _passes([fact_value(fact, test.key) for test in tests], tests)


def _passes(values: Iterable[str | None], tests: Iterable[Test]) -> Truth:
    lowest = Truth.TRUE
    for value, test in zip(values, tests, strict=True):
        found = Truth.UNKNOWN if value is None else compare(value, test.comparison)
        if found is Truth.FALSE:
            return found
        lowest = min(lowest, found)
    return lowest


def _in_order(groups: list[tuple[Fact, ...]]) -> tuple[Fact, ...]:
    if len(groups) < 2:
        return groups[0] if groups else ()
    return tuple(sorted((fact for group in groups for fact in group), key=lambda fact: fact.order))
