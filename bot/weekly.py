"""The week in figures: what the digest says and draws, counted from the rows of the export and from nothing else. Pure.

A case counts where it began with somebody asking for help; what was read in a watched channel has nobody to mend it for.
Rates are of the cases that ended in the week; times are medians, because one forgotten case says nothing of the others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from statistics import mean, median

from bot.places import zone_of

Row = Mapping[str, object]

WEEK = timedelta(days=7)
#: Weeks in one digest, the one it is about included.
WEEKS = 4
#: From this share on the bot's own guess counts as the cause of a case in which nobody confirmed one.
LIKELY = 0.5
UNKNOWN = ""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WRITTEN = re.compile(rf"({'|'.join(_DAYS)})\s+([01]\d|2[0-3]):([0-5]\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When the digest comes."""

    #: From Monday, 0.
    day: int = 0
    at: time = time(9)
    zone: str = "UTC"

    def after(self, now: datetime) -> datetime:
        """The next time, later than now.

        >>> from datetime import UTC
        >>> Rhythm().after(datetime(2026, 11, 25, tzinfo=UTC)).isoformat()
        '2026-11-30T09:00:00+00:00'
        """
        here = now.astimezone(zone_of(self.zone))
        for ahead in range(15):
            day = here.date() + timedelta(days=ahead)
            at = datetime.combine(day, self.at, zone_of(self.zone))
            if day.weekday() == self.day and at > now:
                return at.astimezone(now.tzinfo)
        raise AssertionError("a fortnight has every day of the week")


def rhythm(written: str, zone: str = "UTC") -> Rhythm:
    """`mon 09:00` as a rhythm.

    Raises:
        ValueError: it is not written like that.

    >>> rhythm("fri 16:30").day
    4
    """
    found = _WRITTEN.fullmatch(written.strip())
    if found is None:
        raise ValueError("write a day and a time, such as mon 09:00, or off")
    return Rhythm(day=_DAYS.index(found[1].lower()), at=time(int(found[2]), int(found[3])), zone=zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week's figures; None: nothing to measure it by."""

    until: datetime
    opened: int = 0
    escalated: int = 0
    ended: int = 0
    fix_confirmed: int = 0
    reopened: int = 0
    questions: float | None = None
    minutes_to_cause: float | None = None
    minutes_to_fix: float | None = None
    promises_broken: int = 0
    outages: int = 0

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return self.until - WEEK

    @property
    def confirmed_rate(self) -> float | None:
        """Of the cases that ended, those whose person said that it works."""
        return self.fix_confirmed / self.ended if self.ended else None

    @property
    def reopen_rate(self) -> float | None:
        """Of the cases that ended, or had and came back, those that came back within a week."""
        return self.reopened / (self.ended + self.reopened) if self.ended + self.reopened else None

    @property
    def is_quiet(self) -> bool:
        """Nothing began, ended, or came back."""
        return not (self.opened or self.ended or self.reopened)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """How often something was used, and how often it was of use; `of` are those that it can be judged by."""

    name: str
    used: int
    good: int
    of: int

    @property
    def share(self) -> float | None:
        """None: nobody can say."""
        return self.good / self.of if self.of else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A week, those before it, and what is best told over all of them."""

    weeks: tuple[Week, ...]
    #: Cases of the week by cause, the most frequent first; the name is empty where no cause is known.
    causes: tuple[tuple[str, int], ...] = ()
    #: Over all the weeks: rules by cases in which they spoke; judged by those whose cause was confirmed.
    rules: tuple[Worth, ...] = ()
    #: Over all the weeks: questions by how often they were put; good where the person could answer.
    questions: tuple[Worth, ...] = ()

    @property
    def week(self) -> Week:
        """The one it is about."""
        return self.weeks[-1]


def digest(rows: Iterable[Row], until: datetime, *, weeks: int = WEEKS) -> Digest:
    """Count.

    Args:
        rows: of `escalation.figures.row`.
        until: the end of the week.
        weeks: how many there are to compare.
    """
    mine = [row for row in rows if row["origin"] == "request" and row["resolution"] != "duplicate"]
    ends = [until - WEEK * back for back in reversed(range(weeks))]
    recent = [row for row in mine if _within(row["opened_at"], ends[0] - WEEK, until)]
    this_week = [row for row in mine if _within(row["opened_at"], until - WEEK, until)]
    return Digest(
        weeks=tuple(_week(mine, end) for end in ends),
        causes=tuple(sorted(Counter(map(_cause, this_week)).items(), key=lambda each: (not each[0], -each[1], each[0]))),
        rules=_rules(recent),
        questions=_questions(recent),
    )


def _week(rows: Sequence[Row], until: datetime) -> Week:
    since = until - WEEK
    opened = [row for row in rows if _within(row["opened_at"], since, until)]
    ended = [row for row in rows if _within(row["closed_at"], since, until)]
    named = [row for row in rows if _within(row["cause_confirmed_at"], since, until)]
    return Week(
        until=until,
        opened=len(opened),
        escalated=sum(row["escalated_at"] is not None for row in opened),
        ended=len(ended),
        fix_confirmed=sum(row["fix_confirmed"] is True for row in ended),
        reopened=sum(bool(row["reopened_within_week"]) and _within(row["last_reopened_at"], since, until) for row in rows),
        questions=round(mean(_numbers(opened, "questions")), 1) if opened else None,
        minutes_to_cause=_median(_numbers(named, "minutes_to_cause")),
        minutes_to_fix=_median(_numbers((row for row in ended if row["fix_confirmed"] is True), "minutes_to_close")),
        promises_broken=sum(len(_words(row["promises_broken"])) for row in opened),
        outages=len({row["outage"] for row in opened if row["outage"]}),
    )


def _cause(row: Row) -> str:
    if row["confirmed_cause"]:
        return str(row["confirmed_cause"])
    share = row["probability"]
    return str(row["likely_cause"]) if isinstance(share, float | int) and share >= LIKELY else UNKNOWN


def _rules(rows: Iterable[Row]) -> tuple[Worth, ...]:
    used, good, judged = Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        for said in _words(row["rules"]):
            rule, _, cause = said.partition("=")
            used[rule] += 1
            if row["confirmed_cause"]:
                judged[rule] += 1
                good[rule] += cause == row["confirmed_cause"]
    return _ranked(used, good, judged)


def _questions(rows: Iterable[Row]) -> tuple[Worth, ...]:
    used, good = Counter[str](), Counter[str]()
    for row in rows:
        answered = set(_words(row["questions_answered"]))
        for question in _words(row["questions_asked"]):
            used[question] += 1
            good[question] += question in answered
    return _ranked(used, good, used)


def _ranked(used: Counter[str], good: Counter[str], judged: Counter[str]) -> tuple[Worth, ...]:
    names = sorted(used, key=lambda name: (-used[name], name))
    return tuple(Worth(name=name, used=used[name], good=good[name], of=judged[name]) for name in names)


def _within(at: object, since: datetime, until: datetime) -> bool:
    return isinstance(at, str) and bool(at) and since <= datetime.fromisoformat(at) < until


def _words(said: object) -> list[str]:
    return str(said or "").split()


def _numbers(rows: Iterable[Row], name: str) -> list[float]:
    return [float(value) for row in rows if isinstance(value := row[name], float | int)]


def _median(numbers: Sequence[float]) -> float | None:
    return round(median(numbers), 1) if numbers else None
