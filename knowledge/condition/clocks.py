"""How far two facts lie apart, where their clocks can be compared."""

from __future__ import annotations

from collections.abc import Hashable

from knowledge.condition.truth import Truth
from knowledge.terms import Fact


def timeline(fact: Fact) -> Hashable:
    """Facts on one timeline have clocks that can be compared: their zone is known, or they are lines of one file.

    None: the fact has no clock.
    """
    if fact.clock is None:
        return None
    if fact.clock.zone_known:
        return "the world's"
    return (fact.evidence[0].file, fact.evidence[0].member) if fact.evidence else ()


def close(one: Fact, other: Fact, seconds: float) -> Truth:
    """Whether at most `seconds` lie between two facts; unknown where no clock measures it."""
    if one.clock is None or other.clock is None or timeline(one) != timeline(other):
        return Truth.UNKNOWN
    gap = (other.clock.at - one.clock.at).total_seconds()
    if abs(gap) <= seconds:
        return Truth.TRUE
    set_back = (gap < 0) == (one.order < other.order)  # the clock ran against the order of the lines
    return Truth.UNKNOWN if set_back else Truth.FALSE
