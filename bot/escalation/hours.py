"""Working hours as a measure: so many minutes of them after a time, and how many lie between two. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.places import OfficeHours, zone_of

#: Hours that never come in this time never come.
HORIZON = timedelta(days=400)


def after(start: datetime, minutes: float, office: OfficeHours | None) -> datetime:
    """The time at which so many minutes of working hours have gone by; without hours, every minute counts.

    >>> from datetime import UTC
    >>> after(datetime(2026, 11, 27, 17, 0, tzinfo=UTC), 120, OfficeHours())  # a Friday
    datetime.datetime(2026, 11, 30, 10, 0, tzinfo=datetime.timezone.utc)
    """
    left = timedelta(minutes=minutes)
    if office is None:
        return start + left
    at = start
    while at - start < HORIZON:
        opens = office.opens_at(at)
        if opens is None:
            break
        closes = _closes(opens, office)
        if opens + left < closes or (opens + left == closes and left):
            return opens + left
        left -= closes - opens
        at = closes
    return start + timedelta(minutes=minutes)


def between(start: datetime, end: datetime, office: OfficeHours | None) -> timedelta:
    """How much working time lies between two times."""
    if end <= start:
        return timedelta()
    if office is None:
        return end - start
    total, at = timedelta(), start
    while at < end and at - start < HORIZON:
        opens = office.opens_at(at)
        if opens is None or opens >= end:
            break
        closes = min(_closes(opens, office), end)
        total += closes - opens
        at = closes
    return total


def _closes(opened: datetime, office: OfficeHours) -> datetime:
    here = opened.astimezone(zone_of(office.zone))
    return datetime.combine(here.date(), time.fromisoformat(office.ends), zone_of(office.zone)).astimezone(opened.tzinfo)
