r"""Timestamps, in the many ways in which logs write them, and what they leave out.

    2026-11-23T20:28:58+0000      ISO, with or without a zone          Nov 23 20:28:52       syslog: no year, no zone
    Sat Feb  7 22:16:16 2015      C library                            3/2/17 10:08:54 AM    Windows and macOS exports
    03-13 13:35:21.626            logcat                               21:45:57              RouterOS: not even a date

What is missing is taken from the time of the upload, and the `Clock` says that it was (`year_known`, `zone_known`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from knowledge.terms import Clock

__all__ = ["Clocks", "Stamp", "find_stamp"]

#: Months in the languages whose logs were met, by their first letters.
_MONTHS = {
    1: "jan janv ene gen tammi 1월 1月",
    2: "feb fév févr fev helmi 2월 2月",
    3: "mar mär märz mrz mars maa 3월 3月",
    4: "apr avr abr huhti 4월 4月",
    5: "may mai maj mei mag touko 5월 5月",
    6: "jun juin giu kesä 6월 6月",
    7: "jul juil lug heinä 7월 7月",
    8: "aug aoû août ago elo 8월 8月",
    9: "sep sept set syys 9월 9月",
    10: "oct okt out ott loka 10월 10月",
    11: "nov marras 11월 11月",
    12: "dec dez déc dic dicembre joulu 12월 12月",
}
_MONTH_OF = {name: number for number, names in _MONTHS.items() for name in names.split()}
_MONTH = r"(?P<month>[^\W\d_]{3,9}|\d{1,2}[월月])\.?"
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2}):(?P<second>\d{2})(?:[.,:](?P<fraction>\d{1,9}))?"
_ZONE = r"(?:[ \t]?(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})(?![\w]))?"

_ISO = re.compile(rf"\[?(?P<year>\d{{4}})[-/.](?P<number>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?:[T \t-]|, ?)[ \t]*{_TIME}{_ZONE}\]?")
_SYSLOG = re.compile(
    rf"[*.]?{_MONTH}[ \t]+(?P<day>\d{{1,2}})(?:,?[ \t]+(?P<year>\d{{4}}))?,?[ \t]+{_TIME}{_ZONE}"
    r"(?:[ \t]+(?P<late_year>\d{4})(?=[ \t:]))?"
)
_CTIME = re.compile(
    rf"[^\W\d_]{{2,9}}\.?,?[ \t]+{_MONTH}[ \t]+(?P<day>\d{{1,2}})[ \t]+{_TIME}(?:[ \t]+[A-Z]{{3,4}})?"
    r"[ \t]+(?P<year>\d{4})(?P<colon>[ \t]:)?"
)
_DAY_FIRST = re.compile(
    rf"(?:[^\W\d_]{{2,9}}\.?,?[ \t]+)?(?P<day>\d{{1,2}})[ .-]*{_MONTH}[ .-]*(?:(?P<year>\d{{4}})[ ,]*)?{_TIME}{_ZONE}"
)
_SLASHED = re.compile(
    rf"(?P<first>\d{{1,2}})[/.](?P<other>\d{{1,2}})[/.](?P<year>\d{{4}}|\d{{2}})(?:,?[ \t]+|-){_TIME}"
    rf"(?:[ \t]*(?P<half>[AaPp]\.?[Mm]\.?))?{_ZONE}"
)
_DASHED = re.compile(rf"(?P<number>\d{{1,2}})-(?P<day>\d{{1,2}})(?:-(?P<year>\d{{4}}))?:?[ \t]+{_TIME}(?::[0-9a-f]{{1,8}}\b)?")
_MIKROTIK = re.compile(rf"{_MONTH}/(?P<day>\d{{1,2}})(?:/(?P<year>\d{{4}}))?[ \t]+{_TIME}")
_FIELDS = re.compile(rf"\bdate=(?P<year>\d{{4}})-(?P<number>\d{{2}})-(?P<day>\d{{2}})[ \t]+time=\"?{_TIME}")
_TIME_ONLY = re.compile(rf"{_TIME}(?![\d/])")
_EPOCH = re.compile(r"(?P<epoch>1\d{9})(?:\.(?P<fraction>\d{1,9}))?(?=[ \t])")

_LETTERS: tuple[re.Pattern[str], ...] = (_CTIME, _SYSLOG, _MIKROTIK, _DAY_FIRST)
_DIGITS: tuple[re.Pattern[str], ...] = (_SYSLOG, _ISO, _SLASHED, _DASHED, _DAY_FIRST, _EPOCH, _TIME_ONLY)
_DIGIT = re.compile(r"\d")
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A timestamp found in a line: its text, its parts, and where the line goes on."""

    parts: tuple[tuple[str, str], ...]
    end: int
    #: The stamp ended in ` :`, after which comes the message itself (macOS, FreeRADIUS).
    closed: bool = False


def find_stamp(text: str, position: int = 0) -> Stamp | None:
    """The timestamp that stands at `position`, if one does.

    >>> find_stamp("Nov 23 20:28:52 host x").end
    15
    """
    first = text[position : position + 1]
    if not first:
        return None
    if first.isdigit() or first == "[":
        if text[position + 1 : position + 2].isspace():
            return None
        kinds = _DIGITS if first != "[" else (_ISO,)
    elif first.isalpha() or first in "*.":
        kinds = _LETTERS
        if text.startswith("date=", position):
            kinds = (_FIELDS,)
    else:
        return None
    if _DIGIT.search(text, position, position + 32) is None:
        return None
    for kind in kinds:
        found = kind.match(text, position)
        if found is None:
            continue
        parts = {name: value for name, value in found.groupdict().items() if value is not None}
        if "month" in parts and _month(parts["month"]) is None:
            continue
        return Stamp(parts=tuple(parts.items()), end=found.end(), closed="colon" in parts)
    return None


def _month(text: str) -> int | None:
    lowered = text.lower().rstrip(".")
    return _MONTH_OF.get(lowered) or _MONTH_OF.get(lowered[:3]) or _MONTH_OF.get(lowered[:4])


class Clocks:
    """Reads stamps into clocks; what they leave out comes from the time of the upload."""

    def __init__(self, received_at: datetime) -> None:
        self._received = received_at.astimezone(UTC)
        #: The last stamp that had no date.
        self._last: datetime | None = None
        self._seen: dict[tuple[tuple[str, str], ...], Clock | None] = {}

    def clock(self, stamp: Stamp) -> Clock | None:
        """The clock that a stamp shows; None where its numbers are no time."""
        if stamp.parts in self._seen:
            return self._seen[stamp.parts]
        if len(self._seen) > 10_000:
            self._seen.clear()
        try:
            clock = self._read(dict(stamp.parts))
        except (ValueError, OverflowError):
            clock = None
        if any(name in {"day", "epoch"} for name, _ in stamp.parts):
            self._seen[stamp.parts] = clock
        return clock

    def _read(self, parts: dict[str, str]) -> Clock:
        fraction = int((parts.get("fraction") or "0")[:6].ljust(6, "0"))
        if "epoch" in parts:
            return Clock(at=datetime.fromtimestamp(int(parts["epoch"]), UTC).replace(microsecond=fraction))
        hour = int(parts["hour"]) % 24
        if half := parts.get("half", "").lower():
            hour = hour % 12 + (12 if half.startswith("p") else 0)
        time = (hour, int(parts["minute"]), min(int(parts["second"]), 59), fraction)
        zone = _zone(parts.get("zone"))
        year, month, day = self._date(parts)
        if month is None:
            return self._today(time)
        if year is not None:
            return Clock(at=datetime(year, month, day, *time, tzinfo=zone or UTC).astimezone(UTC), zone_known=zone is not None)
        return Clock(at=self._nearest(month, day, time), year_known=False, zone_known=False)

    def _date(self, parts: dict[str, str]) -> tuple[int | None, int | None, int]:
        written = parts.get("year") or parts.get("late_year")
        year = int(written) if written else None
        if year is not None and year < 100:
            year += 2000 if year < 70 else 1900
        if "first" in parts:
            first, other = int(parts["first"]), int(parts["other"])
            month, day = (other, first) if first > 12 else (first, other)
            return year, month, day
        month_name = parts.get("month")
        month_number = _month(month_name) if month_name else (int(parts["number"]) if "number" in parts else None)
        return year, month_number, int(parts.get("day", "1"))

    def _nearest(self, month: int, day: int, time: tuple[int, int, int, int]) -> datetime:
        """The year that puts a date nearest before the upload; a day of grace for clocks that differ."""
        for year in range(self._received.year + 1, self._received.year - 9, -1):
            try:
                at = datetime(year, month, day, *time, tzinfo=UTC)
            except ValueError:
                continue
            if at <= self._received + timedelta(days=1):
                return at
        raise ValueError(day)

    def _today(self, time: tuple[int, int, int, int]) -> Clock:
        at = datetime(self._received.year, self._received.month, self._received.day, *time, tzinfo=UTC)
        if at > self._received + timedelta(hours=14):
            at -= timedelta(days=1)
        if self._last is not None and at < self._last - timedelta(hours=12):
            at += timedelta(days=1)  # past midnight, which such logs do not say
        self._last = at
        return Clock(at=at, year_known=False, zone_known=False)


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text in {"Z", "UTC", "GMT"}:
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
