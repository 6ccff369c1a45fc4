"""What the sizes and moments of sealed packets tell: ESP hides the words of L2TP and PPP, not their rhythm and number.

>118 <118   3.0 s   >118 <118   3.0 s   >118 <118 …     PPP asks, and asks again after its three seconds (RFC 1661 4.6)
>218 <234 >106 >154 <106                                fewer packets than an L2TP call needs (RFC 2661 5.1, 5.2)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["MOST_SEALED", "Repeats", "Sealed", "repeats", "was_brief"]

#: So many packets of a flow are remembered: where the first of them lead to nothing, the rest is more of the same.
MOST_SEALED = 200
_SECOND = 1_000_000
#: The restart timer of PPP, give or take what a busy machine adds; what comes closer together is one try seen twice.
_LEAST, _LONGEST, _TWICE = 25 * _SECOND // 10, 35 * _SECOND // 10, _SECOND // 2
#: From so many tries on it is no accident. A login comes after more packets than an L2TP call and the beginning of PPP.
_TRIES, _BEFORE = 5, 14
#: Three messages for the tunnel, three for the call, their acknowledgements, and then PPP: a call has more packets than these.
_BRIEF = 8
#: From so long a silence on nothing more is to come.
_OVER = 10 * _SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A packet of ESP: when, from which end, how many bytes."""

    at: int
    outward: bool
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """Packets of one size, every three seconds, and nothing else meanwhile."""

    outward: bool
    count: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    outward: bool
    size: int
    count: int
    first: int
    last: int


def repeats(flow: Sequence[Sealed]) -> Repeats | None:
    """Requests repeated early in a flow that nothing but such requests answers; the initiator's where both ends do so."""
    runs = [run for outward in (True, False) if (run := _longest([each for each in flow if each.outward is outward])) is not None]
    if not runs:
        return None
    first, last = min(run.first for run in runs), max(run.last for run in runs)
    sizes = {(run.outward, run.size) for run in runs}
    alone = all((each.outward, each.size) in sizes for each in flow if first <= each.at <= last)
    if not alone or sum(each.at < first for each in flow) > _BEFORE or len({each.outward for each in flow}) < 2:
        return None
    return Repeats(outward=runs[0].outward, count=runs[0].count, seconds=(runs[0].last - runs[0].first) // _SECOND)


def was_brief(flow: Sequence[Sealed], ended: int) -> bool:
    """Whether both ends talked, in fewer packets than an L2TP call needs, and then no more until the capture's end."""
    return 3 <= len(flow) <= _BRIEF and len({each.outward for each in flow}) == 2 and ended - flow[-1].at >= _OVER


def _longest(packets: Sequence[Sealed]) -> _Run | None:
    if not packets:
        return None
    size, _ = Counter(each.size for each in packets).most_common(1)[0]
    times: list[int] = []
    best: list[int] = []
    seen: int | None = None
    for each in packets:
        if each.size != size:
            continue
        if seen is not None and each.at - seen < _TWICE:
            if len(times) == 1:
                times, seen = [each.at], each.at
            continue
        times = [*times, each.at] if seen is not None and _LEAST <= each.at - seen <= _LONGEST else [each.at]
        seen = each.at
        best = max(best, times, key=len)
    if len(best) < _TRIES:
        return None
    return _Run(outward=packets[0].outward, size=size, count=len(best), first=best[0], last=best[-1])
