"""Order and time: `then`, `without later`, `first`, `count … within`.

Facts are ordered by `Fact.order`. A clock only measures how far two of them lie apart, and only where both have one that can
be compared: two clocks whose zone is known, or two lines of one file. A fact without a place (a person's answer) has no order.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from knowledge.condition.context import Context
from knowledge.condition.outcome import BARE, Outcome
from knowledge.condition.tree import AnyOf, Condition, Count, Duration, Edge, Facts, Joint, Link, Op, Test
from knowledge.condition.tree import Sequence as SequenceNode
from knowledge.condition.truth import Truth, truth
from knowledge.condition.values import compare, in_order
from knowledge.terms import Fact


def satisfies(fact: Fact, tests: Iterable[Test]) -> Truth:
    """Whether a fact passes a filter; unknown where it does not carry a value that the filter reads."""
    lowest = Truth.TRUE
    for test in tests:
        value = value_of(fact, test.key)
        found = Truth.UNKNOWN if value is None else compare(value, test.comparison)
        if found is Truth.FALSE:
            return found
        lowest = min(lowest, found)
    return lowest


def value_of(fact: Fact, key: str) -> str | None:
    """A value of a fact; `times` and `format` are kept beside the others."""
    if key == "times":
        return str(fact.times)
    if key == "format":
        return fact.format
    return fact.values.get(key)


class Candidate(NamedTuple):
    """A fact that may be the one that an event speaks of: true, or unknown for want of a value."""

    fact: Fact
    truth: Truth
    #: The facts before it in the sequence that led here.
    chain: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class _Event:
    """The facts that an event may mean, in their order."""

    candidates: tuple[Candidate, ...]
    #: True where there cannot have been another one that the log does not show.
    closed: bool


def edge_facts(node: Edge, context: Context) -> tuple[Fact, ...]:
    """The first (or last) facts of a name that the log shows; more than one where a single line asserts several."""
    placed = [fact for fact in context.named(node.of.name) if _placed(fact)]
    if not placed:
        return ()
    at = placed[-1 if node.last else 0].order
    return tuple(fact for fact in placed if fact.order == at)


def decide_sequence(node: SequenceNode, context: Context) -> Outcome:
    """What `a then b within 30 s without later c` comes to."""
    event = _event(node.start, context)
    events = [event]
    states: Sequence[Candidate] = event.candidates
    for link in node.links:
        event = _event(link.event, context)
        if link.joint is Joint.THEN:
            events.append(event)
            states = _followed(states, event.candidates, link.within)
        else:
            states = _without(states, event, link)
    for wanted in (Truth.TRUE, Truth.UNKNOWN):
        for state in states:
            if state.truth is wanted:
                return Outcome(wanted, (*state.chain, state.fact))
    impossible = any(event.closed and not event.candidates for event in events) or all(event.closed for event in events)
    return BARE[Truth.FALSE if impossible else Truth.UNKNOWN]


def _event(node: Condition, context: Context) -> _Event:
    if isinstance(node, AnyOf):
        events = [_event(part, context) for part in node.of]
        found = {id(candidate.fact): candidate for event in events for candidate in event.candidates}
        for event in events:  # a fact that two alternatives mean counts as the surer of the two
            for candidate in event.candidates:
                if candidate.truth > found[id(candidate.fact)].truth:
                    found[id(candidate.fact)] = candidate
        ordered = sorted(found.values(), key=lambda candidate: candidate.fact.order)
        return _Event(tuple(ordered), all(event.closed for event in events))
    if isinstance(node, Edge):
        facts = edge_facts(node, context)
        closed = bool(facts) or (not context.named(node.of.name) and context.covers(node.of.name))
        return _Event(_candidates(facts, node.of.tests), closed)
    if not isinstance(node, Facts):
        raise TypeError(f"{node} names no facts")
    found_facts = context.named(node.name)
    placed = tuple(filter(_placed, found_facts))
    return _Event(_candidates(placed, node.tests), len(placed) == len(found_facts) and context.covers(node.name))


def _candidates(facts: Iterable[Fact], tests: tuple[Test, ...]) -> tuple[Candidate, ...]:
    judged = (Candidate(fact, satisfies(fact, tests)) for fact in facts)
    return tuple(candidate for candidate in judged if candidate.truth is not Truth.FALSE)


def _placed(fact: Fact) -> bool:
    """Whether a fact stands somewhere in a log: an answer does not."""
    return fact.format is not None or not any(proof.answer for proof in fact.evidence)


def _followed(before: Sequence[Candidate], after: Sequence[Candidate], within: Duration | None) -> list[Candidate]:
    """Those of `after` that follow one of `before`: the last one before them decides how far apart they are."""
    tracks = [_Track([state for state in before if state.truth is value]) for value in (Truth.TRUE, Truth.UNKNOWN)]
    reached: list[Candidate] = []
    for candidate in after:
        best: Candidate | None = None
        for track, value in zip(tracks, (Truth.TRUE, Truth.UNKNOWN), strict=True):
            near = track.last_before(candidate.fact.order)
            if near is None:
                continue
            sure = min(value, candidate.truth, track.near_enough(near, candidate.fact, within))
            if sure is not Truth.FALSE and (best is None or sure > best.truth):
                best = Candidate(candidate.fact, sure, (*near.chain, near.fact))
        if best is not None:
            reached.append(best)
    return reached


def _without(states: Sequence[Candidate], event: _Event, link: Link) -> list[Candidate]:
    """Those states that `event` does not follow (or precede), as far as the log can tell."""
    tracks = [_Track([found for found in event.candidates if found.truth is value]) for value in (Truth.TRUE, Truth.UNKNOWN)]
    kept: list[Candidate] = []
    for state in states:
        hit = Truth.FALSE if event.closed else Truth.UNKNOWN
        for track, value in zip(tracks, (Truth.TRUE, Truth.UNKNOWN), strict=True):
            order = state.fact.order
            near = track.first_after(order) if link.joint is Joint.WITHOUT_LATER else track.last_before(order)
            if near is not None:
                hit = max(hit, min(value, track.near_enough(near, state.fact, link.within)))
        sure = min(state.truth, ~hit)
        if sure is not Truth.FALSE:
            kept.append(state._replace(truth=sure))
    return kept


class _Track:
    """Facts in their order, to be asked for the nearest one on either side of a place."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._candidates = candidates
        self._orders = [candidate.fact.order for candidate in candidates]
        self._clocked = all(candidate.fact.clock for candidate in candidates)

    def last_before(self, order: int) -> Candidate | None:
        at = bisect_left(self._orders, order) - 1
        return self._candidates[at] if at >= 0 else None

    def first_after(self, order: int) -> Candidate | None:
        at = bisect_right(self._orders, order)
        return self._candidates[at] if at < len(self._candidates) else None

    def near_enough(self, candidate: Candidate, fact: Fact, within: Duration | None) -> Truth:
        """Whether the two lie close enough together; unknown where a clock is missing, here or at a neighbour."""
        if within is None:
            return Truth.TRUE
        near = _close(candidate.fact, fact, within.seconds)
        return Truth.UNKNOWN if near is Truth.FALSE and not self._clocked else near


def _close(one: Fact, other: Fact, seconds: float) -> Truth:
    if one.clock is None or other.clock is None or _timeline(one) != _timeline(other):
        return Truth.UNKNOWN
    first, second = (one, other) if one.order <= other.order else (other, one)
    assert first.clock and second.clock  # noqa: S101 # looked at above
    gap = (second.clock.at - first.clock.at).total_seconds()
    if abs(gap) <= seconds:
        return Truth.TRUE
    return Truth.FALSE if gap > 0 else Truth.UNKNOWN  # the clock was set back in between


def _timeline(fact: Fact) -> object:
    """Facts on one timeline have clocks that can be compared."""
    if fact.clock is not None and fact.clock.zone_known:
        return True
    return (fact.evidence[0].file, fact.evidence[0].member) if fact.evidence else None


def decide_count(node: Count, context: Context) -> Outcome:
    """What `count(x) within 60 s >= 3` comes to: the number lies between what is sure and what may have been."""
    candidates = _once(_candidates(context.named(node.of.name), node.of.tests))
    sure = [candidate.fact for candidate in candidates if candidate.truth is Truth.TRUE]
    window = node.within.seconds if node.within else None
    least, witnesses = _densest(sure, window)
    most, _ = _densest([candidate.fact for candidate in candidates], window, every=True)
    if not context.covers(node.of.name):
        most = math.inf
    return Outcome(_between(node.op, least, most, node.number), tuple(witnesses))


def _between(op: Op, least: float, most: float, number: int) -> Truth:
    low, high = in_order(op, least, number), in_order(op, most, number)
    if op is Op.IS:
        if low and high:
            return Truth.TRUE
        return Truth.UNKNOWN if least <= number <= most else Truth.FALSE
    return truth(low) if low is high else Truth.UNKNOWN


def _once(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The same evidence given twice counts once: a line is known by its file and number."""
    seen: set[tuple[object, ...]] = set()
    kept = []
    for candidate in candidates:
        proofs = tuple((proof.file, proof.member, proof.line) for proof in candidate.fact.evidence)
        if proofs and all(proof[2] is not None for proof in proofs):
            key = (candidate.fact.id, proofs)
            if key in seen:
                continue
            seen.add(key)
        kept.append(candidate)
    return kept


def _densest(facts: list[Fact], window: float | None, *, every: bool = False) -> tuple[float, list[Fact]]:
    """How often, at most, something was said within any `window` seconds, and which facts those were.

    `every` asks for the number that there may have been: facts without a clock may all have been said within it.
    """
    if window is None:
        return sum(fact.times for fact in facts), facts
    timelines: dict[object, list[Fact]] = {}
    for fact in facts:
        timelines.setdefault(_timeline(fact) if fact.clock else None, []).append(fact)
    unclocked = timelines.pop(None, [])
    best = [_densest_on(line, window) for line in timelines.values()]
    if every:
        return sum(number for number, _ in best) + sum(fact.times for fact in unclocked), []
    if not best:
        # Without a clock there is still this much: one line was said within any window.
        longest = max(unclocked, key=lambda fact: fact.times, default=None)
        return (longest.times, [longest]) if longest else (0, [])
    return max(best, key=lambda found: found[0])


def _densest_on(facts: list[Fact], window: float) -> tuple[float, list[Fact]]:
    timed = sorted(facts, key=_moment)
    best, total, start = (0.0, 0), 0, 0
    for end, fact in enumerate(timed):
        total += fact.times
        while _moment(fact) - _moment(timed[start]) > window:
            total -= timed[start].times
            start += 1
        if total > best[0]:
            best = (total, start)
            last = end
    return best[0], timed[best[1] : last + 1] if best[0] else []


def _moment(fact: Fact) -> float:
    return fact.clock.at.timestamp() if fact.clock else 0.0


_Decide = Callable[[Condition, Context], Outcome]
