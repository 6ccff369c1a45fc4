"""What is refused before the grammar looks: texts that are too long or too deep, and brackets that do not match."""

from __future__ import annotations

import re

from knowledge.condition.faults import Place, refuse
from knowledge.condition.words import QUOTED

#: A condition longer than this is refused: nobody could read it.
MAX_LENGTH = 4000  # characters
#: Parentheses inside parentheses; the grammar recurses, and this keeps it far from Python's own limit.
MAX_DEPTH = 10

_QUOTED = re.compile(QUOTED)
_CLOSES = {")": "(", "}": "{"}


def check_shape(place: Place) -> None:
    """Refuse a text that the grammar should not be given.

    Raises:
        errors.ConditionError: the text is empty, too long or too deep; a bracket or a quote has no partner.
    """
    text = place.text
    if not text.strip():
        refuse(place, 0, 0, "the condition is empty", help="write a fact, such as `ike.timeout`")
    if len(text) > MAX_LENGTH:
        refuse(
            place,
            0,
            1,
            f"the condition has {len(text)} characters, and {MAX_LENGTH} are allowed",
            help="split it into several rules: each may support the same cause",
        )
    opened: list[int] = []
    at = 0
    while at < len(text):
        sign = text[at]
        if sign == '"':
            at = _end_of_quote(place, at)
        elif sign in "({":
            opened.append(at)
            if len(opened) > MAX_DEPTH:
                refuse(place, at, at + 1, f"more than {MAX_DEPTH} brackets inside one another")
        elif sign in ")}":
            if not opened or text[opened[-1]] != _CLOSES[sign]:
                refuse(
                    place, at, at + 1, f"`{sign}` closes nothing", help=f"remove it, or write `{_CLOSES[sign]}` where it begins"
                )
            opened.pop()
        at += 1
    if opened:
        refuse(place, opened[-1], opened[-1] + 1, f"`{text[opened[-1]]}` is never closed")


def _end_of_quote(place: Place, start: int) -> int:
    closed = _QUOTED.match(place.text, start)
    if closed is None:
        refuse(place, start, start + 1, 'the quote `"` is never closed', help='inside quotes write `\\"` and `\\\\`')
    return closed.end() - 1
