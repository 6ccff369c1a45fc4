"""The text that is kept of a file: whole while it is small, and the lines round each hit once it is not."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from knowledge.logs.redact import Tokens, redact
from knowledge.terms import Masked

#: Bytes of text kept of one file.
WHOLE = 5_000_000
#: Lines kept before and after each hit of a file that is larger.
ROUND = 200
#: Characters kept of one line.
_LINE = 4_000


class Kept:
    """Gathers what will be kept, not redacted yet."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._hits: set[int] = set()
        self._size = 0
        self._whole = True
        self._before: deque[str] = deque(maxlen=ROUND)
        self._after = 0
        self._gap = False

    @property
    def whole(self) -> bool:
        """True while every line so far is kept."""
        return self._whole

    @property
    def full(self) -> bool:
        """True when no more is kept."""
        return not self._whole and self._size >= WHOLE

    def heading(self, member: str | None) -> None:
        """Begin a member of an archive."""
        if member is not None and not self.full:
            self._keep(f"== {member} ==")

    def add(self, lines: Sequence[str], hits: frozenset[int] | set[int]) -> None:
        """Add lines of a file, in their order; `hits` are the indices of those that matched."""
        if self.full:
            return
        if self._whole:
            base = len(self._lines)
            self._lines.extend(line[:_LINE] for line in lines)
            self._hits.update(base + index for index in hits)
            self._size += sum(min(len(line), _LINE) + 1 for line in lines)
            if self._size > WHOLE:
                self._shrink()
            return
        for index, line in enumerate(lines):
            self._window(line, hit=index in hits)

    def _shrink(self) -> None:
        lines, hits = self._lines, self._hits
        self._lines, self._hits, self._size, self._whole = [], set(), 0, False
        for index, line in enumerate(lines):
            self._window(line, hit=index in hits)

    def _window(self, line: str, *, hit: bool) -> None:
        if self.full:
            return
        if hit:
            if self._gap and self._lines:
                self._keep("[…]")
            for earlier in self._before:
                self._keep(earlier)
            self._before.clear()
            self._gap = False
            self._keep(line)
            self._after = ROUND
        elif self._after:
            self._after -= 1
            self._keep(line)
        else:
            self._gap |= len(self._before) == ROUND
            self._before.append(line)

    def _keep(self, line: str) -> None:
        self._lines.append(line[:_LINE])
        self._size += min(len(line), _LINE) + 1

    def redacted(self, tokens: Tokens) -> tuple[str, tuple[Masked, ...]]:
        """The kept text, redacted, and what was masked in it."""
        return redact("\n".join(self._lines), tokens)
