"""Many replacements over a text, each tried only on the lines that hold one of its words.

A log has few lines with a password or a user's name, and looking for them everywhere with a regular expression each would
take most of the time of reading. One scan finds the lines that hold any word of any pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property

from knowledge.logs.scan import Scanner

__all__ = ["Passes", "Replacement"]

Replacement = str | Callable[[re.Match[str]], str]


class Passes:
    r"""Patterns with their words, applied in their order. Patterns look at one line at a time.

    >>> passes = Passes([(re.compile("secret=[0-9]+"), "secret")])
    >>> passes.run("one\nSecret=1 secret=12", ["secret=*"])
    'one\nSecret=1 secret=*'
    """

    def __init__(self, passes: Sequence[tuple[re.Pattern[str], str]]) -> None:
        """Take patterns, each with words in small letters and `|` between them; a match holds at least one of these."""
        self._patterns = [pattern for pattern, _ in passes]
        words = [(word, index) for index, (_, written) in enumerate(passes) for word in written.split("|")]
        self._words = [word for word, _ in words]
        self._owners = [index for _, index in words]

    @cached_property
    def _scanner(self) -> Scanner:
        return Scanner(self._words)

    def run(self, text: str, replacements: Sequence[Replacement]) -> str:
        """The text with every pass applied; `replacements` are in the order of the passes."""
        lowered = text.lower().encode("utf-8", "replace")
        lines: list[str] = []
        at = number = 0
        for start, _end, indices in self._scanner.lines(lowered):
            if not lines:
                lines = text.split("\n")
            number += lowered.count(b"\n", at, start)
            at = start
            line = lines[number]
            for index in sorted({self._owners[each] for each in indices}):
                line = self._patterns[index].sub(replacements[index], line)
            lines[number] = line
        return "\n".join(lines) if lines else text
