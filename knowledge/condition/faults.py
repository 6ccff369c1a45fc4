"""Where a word of a condition stands in its file, and what is said when it cannot be understood."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import NoReturn

from knowledge.condition.words import RESERVED
from knowledge.errors import ConditionError, Fault, Span

#: The file's name where nobody gave one: a condition typed at a prompt.
NO_FILE = "condition"

_WORD = re.compile(r"[\w.*-]+|[<>=!&|]+|\S")
_WORDS = sorted(RESERVED | {"platform", "side", "stage", "answer"})
#: Longer sources are not searched for the place of a word: no base file has such a line.
_LONGEST_SOURCE = 5000  # characters
#: What people write who come from other languages, and what it is called here.
_ELSEWHERE = {
    "&&": "and",
    "&": "and",
    "||": "or",
    "|": "or",
    "!": "not",
    "==": "is",
    "!=": "is not",
    "<>": "is not",
    "exists": "seen",
    "missing": "absent",
    "has": "contains",
    "before": "then",
    "after": "then",
    "followed": "then",
    "≥": ">=",
    "≤": "<=",
}
#: Longer lines are not shown.
_LONGEST_LINE = 400  # characters


class Place:
    """A condition's text, and how its characters lie in the file that it came from.

    Args:
        text: The condition, as YAML gave it.
        span: Where it begins in the file. With `source` (its line, or all the lines of a folded scalar) each word finds
            its own line and column, because the two texts differ only in blanks; without it, columns are counted from
            the beginning of the condition.
    """

    def __init__(self, text: str, span: Span | None) -> None:
        self.text = text
        self._origin = span or Span(file=NO_FILE, line=1, column=1, source=text)

    @cached_property
    def _offsets(self) -> list[int] | None:
        """For each character of the text its offset in the origin's source; None where they do not match."""
        source = self._origin.source
        if source is None or max(len(source), len(self.text)) > _LONGEST_SOURCE:
            return None
        begin = max(0, self._origin.column - 1)
        solid = [index for index in range(begin, len(source)) if not source[index].isspace()]
        wanted = "".join(self.text.split())
        at = "".join(source[index] for index in solid).find(wanted)
        if at < 0 or not wanted:
            return None
        offsets, used = [], at
        for character in self.text:
            offsets.append(solid[min(used, len(solid) - 1)])
            used += not character.isspace()
        return offsets

    def span(self, start: int, end: int) -> Span:
        """The place in the file of `text[start:end]`; a place past the end points behind the last character."""
        origin, offsets = self._origin, self._offsets
        if offsets is None or origin.source is None:
            line = (origin.source or "").partition("\n")[0]
            return replace(origin, source=line if 0 < len(line) <= _LONGEST_LINE else None)
        past = start >= len(self.text.rstrip())
        index = offsets[max(0, len(self.text.rstrip()) - 1)] + 1 if past else offsets[start]
        last = index if past else offsets[min(max(start, end - 1), len(offsets) - 1)]
        before = origin.source.rfind("\n", 0, index) + 1
        after = origin.source.find("\n", index)
        line = origin.source[before : after if after >= 0 else len(origin.source)]
        return replace(
            origin,
            line=origin.line + origin.source.count("\n", 0, index),
            column=index - before + 1,
            length=max(1, min(last + 1, before + len(line)) - index),
            source=line,
        )

    def word_at(self, start: int) -> str:
        """The word that begins at `start`, or nothing at the end of the text."""
        found = _WORD.match(self.text, start)
        return found.group() if found else ""


def nearest(word: str, known: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """The known word that was probably meant, if any is near.

    >>> nearest("adn", ["and", "or"])
    'and'
    """
    found = difflib.get_close_matches(word.lower()[:60], list(known), n=1, cutoff=likeness)
    return found[0] if found else None


def refuse(
    place: Place,
    start: int,
    end: int,
    message: str,
    *,
    reason: str | None = None,
    help: str | None = None,  # noqa: A002
) -> NoReturn:
    """Raise the one error of this room, with a caret under `text[start:end]`."""
    raise ConditionError(Fault(message=message, span=place.span(start, end), reason=reason, help=help, code="invalid-condition"))


def _advice(word: str, expected: str) -> str | None:
    if word in RESERVED:
        if word == "within":
            return "`within` follows `then …`, `without …` or `count(…)`"
        return f"`{word}` is a word of the language: as a value it needs quotes" if expected.startswith("a value") else None
    possible = re.findall(r"`([a-z]+)[^`]*`", expected)
    known = _ELSEWHERE.get(word.lower()) or nearest(word, possible, likeness=0.5) or nearest(word, _WORDS)
    return f"did you mean `{known}`?" if known else None


def not_understood(place: Place, start: int, expected: str) -> NoReturn:
    """Say that the word at `start` is not what could stand there."""
    start += len(place.text[start:]) - len(place.text[start:].lstrip())
    word = place.word_at(start)
    if not word:
        refuse(place, len(place.text), len(place.text), "the condition ends too early", reason=f"expected {expected}")
    advice = _advice(word, expected)
    shown = word if len(word) <= 60 else word[:59] + "…"
    refuse(place, start, start + len(word), f"cannot understand `{shown}` here", reason=f"expected {expected}", help=advice)
