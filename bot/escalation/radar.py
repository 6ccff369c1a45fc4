"""The outage radar: do many people suddenly have the same trouble? Pure; over causes, servers and sites, never over wording.

Each case shows some keys (`cause:server-unreachable`, `server:3f…`, `site:America/Recife`). For each key the cases are a
row of yes and no, and a cumulative sum (Page's CUSUM) compares two stories about that row: the key's share is what it
always was, or an outage has added `ADDED` to it. A yes raises the sum, a no lowers it, it never falls below zero, and
where it crosses `THRESHOLD` an outage is found: the cases since its last zero that show the key are its cases. Counting
cases instead of hours keeps nights, Mondays and a growing company out of it.

The usual share comes from the cases before, with a prior that holds for keys never seen. `tests/bot/escalation/
test_radar.py` measures a month of mixed cases: affected cases until it is found, and false alarms.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cases import Case
from bot.events import CaseId
from knowledge import HEALTHY, Verdict

#: What an outage that is worth an alarm adds to a key's share of all cases.
ADDED = 0.3
#: The sum at which an outage is found: natural logarithm of how much better its story is.
THRESHOLD = 12.0
#: A key that was never seen is taken to have this share ...
RARE = 0.03
#: ... as firmly as if so many cases had said it.
FIRMNESS = 50.0
#: A key with a larger share than this says nothing: most cases show it on an ordinary day.
COMMON = 0.5
#: So few cases are no outage, however rare the key.
FEWEST = 5
#: Cases further apart than this do not belong together.
WINDOW = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What the radar sees of a case."""

    case: CaseId
    at: datetime
    keys: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Something that many cases have in common, more than on an ordinary day."""

    key: str
    #: Its cases, oldest first.
    cases: tuple[CaseId, ...]
    found_at: datetime


def keys_of(case: Case, *, server: str | None = None, site: str | None = None) -> frozenset[str]:
    """What a case shows.

    Args:
        case: the case; a cause counts once it is likely.
        server: a fingerprint of the server it wants to reach, the same for all cases, which tells nothing of its address.
        site: where its person is.
    """
    found: set[str] = set()
    diagnosis = case.diagnosis
    if diagnosis is not None and diagnosis.best is not None and diagnosis.best.cause != HEALTHY:
        if diagnosis.verdict in (Verdict.LIKELY, Verdict.CONCLUSIVE) or diagnosis.best.probability >= 0.5:
            found.add(f"cause:{diagnosis.best.cause}")
            if server:
                found.add(f"cause:{diagnosis.best.cause} server:{server}")
            if site:
                found.add(f"cause:{diagnosis.best.cause} site:{site}")
        if server:
            found.add(f"server:{server}")
    return frozenset(found)


def find(past: Sequence[Sighting], recent: Sequence[Sighting], *, known: Iterable[str] = ()) -> Outage | None:
    """The outage that the recent cases show, the most telling key first; None: an ordinary day.

    Args:
        past: cases before, oldest first: they say what is usual.
        recent: the cases to judge, oldest first, outages that are known not left out.
        known: keys of outages that are open: they are found already.
    """
    if not recent:
        return None
    open_ones = [frozenset(key.split(" ")) for key in known]
    shares = usual(past)
    found: list[tuple[float, Outage]] = []
    for key in sorted(recent[-1].keys):
        if any(parts & frozenset(key.split(" ")) for parts in open_ones):
            continue
        share = shares.get(key, _share(0, len(past)))
        if share > COMMON:
            continue
        total, cases = _sum(key, share, recent)
        if total >= THRESHOLD and len(cases) >= FEWEST:
            found.append((total, Outage(key=key, cases=cases, found_at=recent[-1].at)))
    return max(found, key=lambda each: (each[0], each[1].key))[1] if found else None


def usual(past: Sequence[Sighting]) -> Mapping[str, float]:
    """The usual share of each key."""
    counts: dict[str, int] = {}
    for sighting in past:
        for key in sighting.keys:
            counts[key] = counts.get(key, 0) + 1
    return {key: _share(count, len(past)) for key, count in counts.items()}


def _share(count: int, of: int) -> float:
    return (count + RARE * FIRMNESS) / (of + FIRMNESS)


def _sum(key: str, share: float, recent: Sequence[Sighting]) -> tuple[float, tuple[CaseId, ...]]:
    """The sum at the end, and the cases since its last zero that show the key."""
    then = share + ADDED * (1 - share)
    gain, loss = math.log(then / share), math.log((1 - then) / (1 - share))
    total, cases, last = 0.0, list[CaseId](), None
    for sighting in recent:
        if last is not None and sighting.at - last > WINDOW:
            total, cases = 0.0, []
        if key in sighting.keys:
            total, last = total + gain, sighting.at
            cases.append(sighting.case)
        else:
            total = max(0.0, total + loss)
            if not total:
                cases = []
    return total, tuple(cases)
