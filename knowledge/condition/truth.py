"""Three values: what a log shows, what it shows not to be so, and what it does not say."""

from __future__ import annotations

from enum import IntEnum


class Truth(IntEnum):
    """Kleene's three values, ordered, so that *and* is `min` and *or* is `max`.

    It has no `bool`: three values do not fit into two, and `if truth:` would take unknown for true.

    >>> min(Truth.TRUE, Truth.UNKNOWN), max(Truth.TRUE, Truth.UNKNOWN), ~Truth.UNKNOWN
    (<Truth.UNKNOWN: 1>, <Truth.TRUE: 2>, <Truth.UNKNOWN: 1>)
    >>> print(Truth.FALSE)
    false
    """

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2

    def __invert__(self) -> Truth:
        return _OPPOSITE[self]

    def __str__(self) -> str:
        return self.name.lower()

    def __bool__(self) -> bool:
        raise TypeError("a truth is true, false or unknown: compare it with `is Truth.TRUE`")


_OPPOSITE = {Truth.FALSE: Truth.TRUE, Truth.UNKNOWN: Truth.UNKNOWN, Truth.TRUE: Truth.FALSE}


def truth(value: bool) -> Truth:
    """The truth of something that is certainly so or certainly not."""
    return Truth.TRUE if value else Truth.FALSE
