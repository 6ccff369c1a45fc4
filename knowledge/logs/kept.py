"""The text that is kept of a file: whole while it is small, and what stands round each hit once it is not.

Up to `WHOLE` bytes everything; of a larger file the surroundings of its first hits and of its last ones, which tell how the
last attempt went. Nothing is decoded or redacted before it is known that it will be kept: masking a megabyte takes longer
than scanning a hundred.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from knowledge.logs.redact import Tokens, redact
from knowledge.terms import Masked

#: Bytes of text up to which a file is kept whole.
WHOLE = 5_000_000
#: Of a larger one: bytes kept from its beginning, and of what stands round its last hits.
FIRST, LAST = 150_000, 350_000
#: Bytes kept before and after each hit: about 200 lines.
ROUND = 16_000
#: Characters kept of one line.
_LINE = 4_000


class Kept:
    """Gathers what will be kept, not redacted yet."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._size = 0
        self._whole = True
        self._pieces: list[bytes] = []
        self._last: deque[bytes] = deque()
        self._last_size = 0

    @property
    def whole(self) -> bool:
        """True while every line so far is kept."""
        return self._whole

    def heading(self, member: str | None) -> None:
        """Begin a member of an archive."""
        if member is None:
            return
        if self._whole:
            self.add([f"== {member} =="])
        else:
            self._keep(f"== {member} ==\n".encode())

    def add(self, lines: Sequence[str]) -> None:
        """Add lines of a file, in their order."""
        if not self._whole:
            self._keep("\n".join(lines).encode("utf-8", "replace") + b"\n")
            return
        self._lines.extend(line[:_LINE] for line in lines)
        self._size += sum(min(len(line), _LINE) + 1 for line in lines)
        self._shrink()

    def add_found(self, chunk: bytes, found: Sequence[tuple[int, int]]) -> None:
        """Add a part of a large file, of which lines were found at these places."""
        if self._whole:
            self._pieces.append(chunk)
            self._size += len(chunk)
            self._shrink()
            return
        begin = end = -1
        for start, stop in found:
            low = chunk.rfind(b"\n", 0, max(0, start - ROUND)) + 1
            high = chunk.find(b"\n", min(len(chunk), stop + ROUND))
            high = len(chunk) if high < 0 else high + 1
            if low > end:
                if end > 0:
                    self._keep(chunk[begin:end])
                begin = low
            end = max(end, high)
        if end > 0:
            self._keep(chunk[begin:end])

    def _shrink(self) -> None:
        """The beginning of what was whole stays, and its end while nothing newer takes its place."""
        if self._size <= WHOLE:
            return
        self._whole = False
        text = "\n".join(self._lines).encode("utf-8", "replace") + b"\n" if self._lines else b""
        whole = text + b"".join(self._pieces)
        cut = whole.rfind(b"\n", 0, FIRST) + 1
        self._lines, self._pieces = [], [whole[:cut]]
        self._keep(whole[cut:])

    def _keep(self, piece: bytes) -> None:
        self._last.append(piece)
        self._last_size += len(piece)
        while self._last_size - len(self._last[0]) >= LAST:
            self._last_size -= len(self._last.popleft())

    def redacted(self, tokens: Tokens) -> tuple[str, tuple[Masked, ...]]:
        """The kept text, redacted, and what was masked in it."""
        parts = ["\n".join(self._lines)] if self._lines else []
        parts += [_text(b"".join(self._pieces))] if self._pieces else []
        if self._last:
            end = b"".join(self._last)
            parts += ["[…]", _text(end[end.find(b"\n", max(0, len(end) - LAST)) + 1 :] if len(end) > LAST else end)]
        return redact("\n".join(parts), tokens)


def _text(piece: bytes) -> str:
    lines = piece.decode("utf-8", "replace").removesuffix("\n").split("\n")
    return "\n".join(line[:_LINE].rstrip("\r") for line in lines)
