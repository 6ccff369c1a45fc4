"""Attempts of several files on one clock: which attempt of one file is the same try as which of another.

client.log   20:53:32 l2tp, to [ip-public-1]                       one try, seen from two sides
server.log   20:53:24 connected, from [ip-public-3]         ✗      another client, who holds the pool's address
             20:53:32 l2tp, from [ip-public-2]              ✓

Two attempts are one only if they overlap in time, or wrote down the same random number of an exchange, and do not contradict
each other: the ends that they name fit, or are not known. Among several that could be it the one that the ends show is taken
first, then the one whose course fits best. Of each file only attempts that went the same way belong to one try.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from knowledge.course import Course, peer_of
from knowledge.differing import CLOCKS_APART, apart, differences
from knowledge.grouping import PRELUDE
from knowledge.rules import KnowledgeBase
from knowledge.terms import Attempt, Clock, Side

__all__ = ["joined"]

#: A token of redaction for an address; what stands beside it (a port, brackets) is not compared.
_ADDRESS = re.compile(r"ip-(?:private|public|carrier)-\d+|ip6-\d+")
#: An address that means the same at both ends, if no NAT changed it.
_PUBLIC = re.compile(r"ip-public|ip6")
#: So many seconds between two beginnings count as much against a pair as one stage between where they stopped.
_SECONDS_A_STAGE = 5.0
_MOST_SECONDS = 60.0


@dataclass(slots=True)
class _Views:
    """One try in the making: what each file shows of it."""

    views: list[Attempt]
    #: Those of the file that is being joined.
    fresh: list[Attempt] = field(default_factory=list)


def joined(one: Sequence[Attempt], other: Sequence[Attempt], base: KnowledgeBase) -> list[Attempt]:
    """The attempts of what was read so far and those of one more file."""
    tries = [_Views(views=[each]) for each in one]
    rest = list(other)
    for *_, from_end, mine in sorted(_pairs(one, other)):
        each = other[mine]
        if each in rest and _goes_with(tries[-from_end], each):
            tries[-from_end].fresh.append(each)
            rest.remove(each)
    for each in tuple(rest):
        clockless = each.start is None or all(known.start is None for known in one)
        if clockless and tries and _agree(tries[-1].views[0], each) is not False:
            tries[-1].fresh.append(each)
            rest.remove(each)
    out = [_merged(each, base) for each in tries] + rest
    timed = [attempt for attempt in out if attempt.start is not None]
    if len(timed) == len(out):
        out.sort(key=lambda attempt: attempt.start.at if attempt.start else timed[0].start.at)  # type: ignore[union-attr]
    return out


def _pairs(one: Sequence[Attempt], other: Sequence[Attempt]) -> Iterator[tuple[bool, float, int, int]]:
    """Pairs that may be one try: what speaks against it, then their places, in `one` from its end. The best comes first."""
    for at, known in zip(range(-1, -len(one) - 1, -1), reversed(one), strict=True):
        for mine, each in enumerate(other):
            agree = _agree(known, each)
            if agree is not False and (_overlap(known, each) or _exchanges(known) & _exchanges(each)):
                yield not agree, _distance(known, each), -at, mine


def _goes_with(made: _Views, each: Attempt) -> bool:
    """A second attempt of the same file goes with a try only if it went the same way as the first."""
    return all(first.stage is each.stage and _agree(first, each) is not False for first in made.fresh)


def _distance(one: Attempt, other: Attempt) -> float:
    stages = abs(one.stage.rank - other.stage.rank)
    if one.start is None or other.start is None:
        return float(stages)
    return stages + min(abs((one.start.at - other.start.at).total_seconds()), _MOST_SECONDS) / _SECONDS_A_STAGE


def _overlap(one: Attempt, other: Attempt) -> bool:
    if one.start is None or other.start is None or one.end is None or other.end is None:
        return False
    slack = PRELUDE * 2
    return (other.start.at - one.end.at).total_seconds() <= slack and (one.start.at - other.end.at).total_seconds() <= slack


def _agree(one: Attempt, other: Attempt) -> bool | None:
    """Whether the ends that two attempts name show that they are one; None: they name nothing that can be compared."""
    if _exchanges(one) & _exchanges(other):
        return True
    if one.side is None or other.side is None:
        return True if _peers(one) & (_peers(other) | _own(other)) else None
    if one.side is other.side:
        return _fits(_peers(one), _peers(other))
    there, back = _fits(_peers(one), _own(other)), _fits(_own(one), _peers(other))
    if there is False and _peers(one) & _peers(other):
        return None  # two ends cannot have the same peer: these files were not read with the same tokens
    if back is False and any(fact.id == "ike.nat_detected" for fact in (*one.facts, *other.facts)):
        back = None
    return False if there is False or back is False else there or back


def _fits(one: set[str], other: set[str]) -> bool | None:
    """Whether two views name the same end; addresses that a NAT may have changed say nothing against it."""
    if one & other:
        return True
    seen = {address for address in one if _PUBLIC.match(address)}, {address for address in other if _PUBLIC.match(address)}
    return False if all(seen) else None


def _exchanges(attempt: Attempt) -> set[str]:
    """Random numbers that both ends of an exchange write down."""
    return {f"{fact.id} {number}" for fact in attempt.facts if fact.id == "esp.started" and (number := fact.values.get("id"))}


def _peers(attempt: Attempt) -> set[str]:
    return _addresses(peer for fact in attempt.facts if (peer := peer_of(fact)))


def _own(attempt: Attempt) -> set[str]:
    return _addresses(own for fact in attempt.facts if "during" in fact.values and (own := fact.values.get("own")))


def _addresses(texts: Iterable[str]) -> set[str]:
    return {found.group() for text in texts for found in _ADDRESS.finditer(text)}


def _merged(made: _Views, base: KnowledgeBase) -> Attempt:
    whole = made.views[0]
    for each in sorted(made.fresh, key=lambda each: each.facts[0].order if each.facts else 0):
        whole = _one(whole, each, base)
    return whole


def _one(one: Attempt, other: Attempt, base: KnowledgeBase) -> Attempt:
    """Two views of one attempt. Each fact keeps what its own log said of it; the course is that of both together."""
    differ = differences(one, other, base)
    ahead = apart(one, other)
    if abs(ahead) >= CLOCKS_APART:
        other = _set_back(other, ahead)
    clocked = all(fact.clock is not None for fact in (*one.facts, *other.facts))
    facts = sorted(
        (*one.facts, *other.facts), key=lambda fact: (fact.clock.at.timestamp() if clocked and fact.clock else 0.0, fact.order)
    )
    course = Course(base)
    for fact in facts:
        course.say(fact, base.facts.get(fact.id), None)
    starts = [each.start for each in (one, other) if each.start]
    ends = [each.end for each in (one, other) if each.end]
    return Attempt(
        facts=tuple(replace(fact, order=place) for place, fact in enumerate(facts)),
        stage=course.stage,
        start=min(starts, key=lambda clock: clock.at) if starts else None,
        end=max(ends, key=lambda clock: clock.at) if ends else None,
        peer=one.peer or other.peer,
        ended=course.ended,
        covered=one.covered | other.covered | course.covered,
        side=one.side if one.side is Side.CLIENT else other.side or one.side,
        differences=tuple(dict.fromkeys((*one.differences, *differ))),
    )


def _set_back(attempt: Attempt, seconds: float) -> Attempt:
    """An attempt by a clock that is so many seconds ahead, put on the other file's clock."""

    def moved(clock: Clock | None) -> Clock | None:
        return replace(clock, at=clock.at - timedelta(seconds=seconds)) if clock else None

    facts = tuple(replace(fact, clock=moved(fact.clock)) for fact in attempt.facts)
    return replace(attempt, facts=facts, start=moved(attempt.start), end=moved(attempt.end))
