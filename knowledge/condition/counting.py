"""`count(x) >= 3`, `count(x) within 60 s >= 3`: how often something was said lies between what is sure and what may be."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable

from knowledge.condition.clocks import timeline
from knowledge.condition.context import Context
from knowledge.condition.filters import judged
from knowledge.condition.outcome import Outcome
from knowledge.condition.tree import Count
from knowledge.condition.truth import Truth, truth
from knowledge.condition.values import in_order
from knowledge.condition.words import Op
from knowledge.terms import Fact


def decide_count(node: Count, context: Context) -> Outcome:
    """What a count comes to. A fact that was said four times in a row counts four."""
    passed, unsure = judged(node.of, context)
    sure = _once(passed)
    window = node.within.seconds if node.within else math.inf
    least, witnesses = _densest(sure, window)
    most = _at_most(_once((*passed, *unsure)), window) if context.covers(node.of.name) else math.inf
    return Outcome(_between(node.op, least, most, node.number), witnesses)


def _between(op: Op, least: float, most: float, number: int) -> Truth:
    """The truth of a comparison with a number of which only the bounds are known."""
    if op is Op.IS:
        if least == most == number:
            return Truth.TRUE
        return Truth.UNKNOWN if least <= number <= most else Truth.FALSE
    low, high = in_order(op, least, number), in_order(op, most, number)
    return truth(low) if low is high else Truth.UNKNOWN


def _once(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The same evidence given twice counts once: a line is known by its file and number."""
    kept: dict[Hashable, Fact] = {}
    for fact in facts:
        proofs = tuple((proof.file, proof.member, proof.line) for proof in fact.evidence)
        known = proofs and all(line is not None for _, _, line in proofs)
        kept.setdefault((fact.id, proofs) if known else id(fact), fact)
    return tuple(kept.values())


def _at_most(facts: tuple[Fact, ...], window: float) -> float:
    """How often it may have been said within a window: what has no clock, or another one, may all have been within it."""
    return sum(_densest_on(line, window)[0] for line in _timelines(facts).values())


def _densest(facts: tuple[Fact, ...], window: float) -> tuple[float, tuple[Fact, ...]]:
    """How often it was surely said within one window, and those facts."""
    if math.isinf(window):
        return sum(fact.times for fact in facts), facts
    lines = _timelines(facts)
    lone = max(lines.pop(None, ()), key=lambda fact: fact.times, default=None)
    best = [_densest_on(line, window) for line in lines.values()]
    if lone is not None:
        best.append((lone.times, (lone,)))  # a single line lies within any window, with or without a clock
    return max(best, key=lambda found: found[0], default=(0, ()))


def _timelines(facts: Iterable[Fact]) -> dict[Hashable, list[Fact]]:
    lines: dict[Hashable, list[Fact]] = {}
    for fact in facts:
        lines.setdefault(timeline(fact), []).append(fact)
    return lines


def _densest_on(facts: list[Fact], window: float) -> tuple[float, tuple[Fact, ...]]:
    """The fullest window on one timeline; without clocks, everything."""
    timed = sorted(((fact.clock.at.timestamp() if fact.clock else 0.0, fact) for fact in facts), key=lambda pair: pair[0])
    best, total, start, widest = 0, 0, 0, (0, 0)
    for end, (at, fact) in enumerate(timed, start=1):
        total += fact.times
        while at - timed[start][0] > window:
            total -= timed[start][1].times
            start += 1
        if total > best:
            best, widest = total, (start, end)
    return best, tuple(fact for _, fact in timed[slice(*widest)])
