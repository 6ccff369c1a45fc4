"""Order: `a then b within 30 s`, `a without later b`, `first a`, `last a`.

Facts are ordered by `Fact.order`. A clock only measures how far two of them lie apart. A fact without a place in a log (a
person's answer) has no order, and settles nothing here.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from knowledge.condition.clocks import close, timeline
from knowledge.condition.context import Context
from knowledge.condition.filters import judged, satisfies
from knowledge.condition.outcome import BARE, Outcome
from knowledge.condition.tree import AnyOf, Condition, Edge, Facts, Joint, Link
from knowledge.condition.tree import Sequence as SequenceNode
from knowledge.condition.truth import Truth
from knowledge.condition.words import Duration
from knowledge.terms import Fact


class _Candidate(NamedTuple):
    """A fact that may be the one that an event speaks of: true, or unknown for want of a value."""

    fact: Fact
    truth: Truth
    #: The one before it in the sequence, which led here.
    before: _Candidate | None = None


@dataclass(frozen=True, slots=True)
class _Event:
    """The facts that an event may mean, in their order."""

    candidates: Sequence[_Candidate]
    #: True where there cannot have been another one that the log does not show.
    closed: bool


def edge_facts(node: Edge, context: Context) -> tuple[Fact, ...]:
    """The first (or last) facts of a name that the log shows; more than one where a single line asserts several."""
    placed = _placed(context.named(node.of.name))
    at = placed[-1 if node.last else 0].order if placed else None
    return tuple(fact for fact in placed if fact.order == at)


def decide_sequence(node: SequenceNode, context: Context) -> Outcome:
    """What a sequence comes to: true if some facts make it up, with the first such facts as its proof."""
    event = _event(node.start, context)
    events = [event]
    states: Sequence[_Candidate] = event.candidates
    for link in node.links:
        event = _event(link.event, context)
        if link.joint is Joint.THEN:
            events.append(event)
        join = _followed if link.joint is Joint.THEN else _lonely
        states = list(join(states, event, link)) if link is not node.links[-1] else _until_true(join(states, event, link))
    best = max(states, key=lambda state: state.truth, default=None)
    if best is not None:
        return Outcome(best.truth, _chain(best))
    impossible = any(event.closed and not event.candidates for event in events) or all(event.closed for event in events)
    return BARE[Truth.FALSE if impossible else Truth.UNKNOWN]


def _until_true(states: Iterable[_Candidate]) -> list[_Candidate]:
    found: list[_Candidate] = []
    for state in states:
        found.append(state)
        if state.truth is Truth.TRUE:
            break
    return found


def _chain(last: _Candidate | None) -> tuple[Fact, ...]:
    facts: list[Fact] = []
    while last is not None:
        facts.append(last.fact)
        last = last.before
    return tuple(reversed(facts))


def _event(node: Condition, context: Context) -> _Event:
    if isinstance(node, AnyOf):
        return _either([_event(part, context) for part in node.of])
    if isinstance(node, Edge):
        facts = edge_facts(node, context)
        found = [_Candidate(fact, value) for fact in facts if (value := satisfies(fact, node.of.tests)) is not Truth.FALSE]
        closed = bool(facts) or (not context.named(node.of.name) and context.covers(node.of.name))
        return _Event(found, closed)
    if not isinstance(node, Facts):
        raise TypeError(f"{node} names no facts")  # the parser refuses it
    passed, unsure = judged(node, context)
    candidates = [_Candidate(fact, Truth.TRUE) for fact in _placed(passed)]
    if unsure:
        candidates += [_Candidate(fact, Truth.UNKNOWN) for fact in _placed(unsure)]
        candidates.sort(key=lambda candidate: candidate.fact.order)
    return _Event(candidates, len(candidates) == len(passed) + len(unsure) and context.covers(node.name))


def _either(events: list[_Event]) -> _Event:
    """One event that means what any of several mean; a fact that two of them mean counts as the surer says."""
    found: dict[int, _Candidate] = {}
    for event in events:
        for candidate in event.candidates:
            known = found.get(id(candidate.fact))
            if known is None or candidate.truth > known.truth:
                found[id(candidate.fact)] = candidate
    ordered = sorted(found.values(), key=lambda candidate: candidate.fact.order)
    return _Event(ordered, all(event.closed for event in events))


def _placed(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The facts that stand somewhere in a log: an answer does not."""
    if all(fact.format is not None for fact in facts):
        return facts
    return tuple(fact for fact in facts if fact.format is not None or not any(proof.answer for proof in fact.evidence))


def _followed(states: Sequence[_Candidate], event: _Event, link: Link) -> Iterator[_Candidate]:
    """The event's facts that come after one of the states: the last one before them tells how far apart they are."""
    tracks = _tracks(states, link.within)
    for candidate in event.candidates:
        best: _Candidate | None = None
        for track in tracks:
            near = track.last_before(candidate.fact.order)
            if near is not None:
                sure = min(near.truth, candidate.truth, _near(near.fact, candidate.fact, link.within))
                if sure is not Truth.FALSE and (best is None or sure > best.truth):
                    best = _Candidate(candidate.fact, sure, near)
        if best is not None:
            yield best


def _lonely(states: Sequence[_Candidate], event: _Event, link: Link) -> Iterator[_Candidate]:
    """The states that the event does not follow (or precede), as far as the log can tell."""
    tracks = _tracks(event.candidates, link.within)
    later = link.joint is Joint.WITHOUT_LATER
    for state in states:
        hit = Truth.FALSE if event.closed else Truth.UNKNOWN
        for track in tracks:
            near = track.first_after(state.fact.order) if later else track.last_before(state.fact.order)
            if near is not None:
                hit = max(hit, min(near.truth, _near(near.fact, state.fact, link.within)))
        sure = min(state.truth, ~hit)
        if sure is not Truth.FALSE:
            yield state._replace(truth=sure)


class _Track:
    """Facts in their order, to be asked for the nearest one on either side of a place."""

    def __init__(self, candidates: Sequence[_Candidate]) -> None:
        self._candidates = candidates
        self._orders = [candidate.fact.order for candidate in candidates]

    def last_before(self, order: int) -> _Candidate | None:
        at = bisect_left(self._orders, order) - 1
        return self._candidates[at] if at >= 0 else None

    def first_after(self, order: int) -> _Candidate | None:
        at = bisect_right(self._orders, order)
        return self._candidates[at] if at < len(self._candidates) else None


def _near(one: Fact, other: Fact, within: Duration | None) -> Truth:
    return Truth.TRUE if within is None else close(one, other, within.seconds)


def _tracks(candidates: Sequence[_Candidate], within: Duration | None) -> list[_Track]:
    """Kept apart: the sure and the unsure, and where time counts each timeline, so that none hides another's nearest."""
    apart: dict[Hashable, list[_Candidate]] = {}
    for candidate in candidates:
        apart.setdefault((candidate.truth, timeline(candidate.fact) if within else None), []).append(candidate)
    return [_Track(part) for part in apart.values()]
