"""Many patterns over a lot of text in one pass: which lines may match which patterns.

What is sought is one literal of each pattern, the longest (its needle); the pattern itself is then tried on the line, by who
asked. So all engines give the same hits, and compiling takes hundredths of a second. hyperscan scans fastest, but takes longer
to load and compile than ahocorasick_rs takes for a small log; that is why it is used for large ones only.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import chain

__all__ = ["ENGINES", "LARGE", "Scanner"]

#: From how many bytes on the faster engine is worth its start.
LARGE = 1 << 20

#: (index of the needle, offset in the text)
Find = Callable[[bytes], list[tuple[int, int]]]


def _plain(needles: Sequence[bytes]) -> Find:
    """The slow way, by which the others are checked."""

    def find(text: bytes) -> list[tuple[int, int]]:
        hits = []
        for index, needle in enumerate(needles):
            at = text.find(needle)
            while at >= 0:
                hits.append((index, at))
                at = text.find(needle, at + 1)
        return hits

    return find


def _ahocorasick(needles: Sequence[bytes]) -> Find:
    import ahocorasick_rs  # noqa: PLC0415 - loaded when there is something to scan

    automaton = ahocorasick_rs.BytesAhoCorasick(list(needles))

    def find(text: bytes) -> list[tuple[int, int]]:
        return [(index, start) for index, start, _end in automaton.find_matches_as_indexes(text, overlapping=True)]

    return find


def _hyperscan(needles: Sequence[bytes]) -> Find:
    import hyperscan  # noqa: PLC0415 - loaded for large texts only

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(expressions=list(needles), ids=list(range(len(needles))), elements=len(needles), flags=0, literal=True)
    lengths = [len(needle) for needle in needles]

    def find(text: bytes) -> list[tuple[int, int]]:
        hits: list[tuple[int, int]] = []
        append = hits.append

        def hit(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
            append((index, end - lengths[index]))

        database.scan(text, match_event_handler=hit)
        return hits

    return find


#: Engines by name, the fastest last. What is not installed is left out when one is chosen.
ENGINES: dict[str, Callable[[Sequence[bytes]], Find]] = {
    "plain": _plain,
    "ahocorasick_rs": _ahocorasick,
    "hyperscan": _hyperscan,
}


def installed(engine: str) -> bool:
    """True where the engine can be used here."""
    return engine == "plain" or importlib.util.find_spec(engine) is not None


class Scanner:
    r"""Finds the lines of a text that hold needles.

    >>> scanner = Scanner(["NO_PROPOSAL_CHOSEN", "Timeout"])
    >>> list(scanner.lines(b"a NO_PROPOSAL_CHOSEN, Timeout"))
    [(0, 29, (0, 1))]
    """

    def __init__(self, needles: Sequence[str], *, engine: str | None = None) -> None:
        """Nothing is compiled yet.

        Args:
            needles: what is sought; an index into it names the hit. Empty ones are never found.
            engine: a name of `ENGINES`; None chooses by size.
        """
        places: dict[bytes, list[int]] = {}
        for index, needle in enumerate(needles):
            if needle:
                places.setdefault(needle.encode(), []).append(index)
        self._needles = tuple(places)
        self._places = tuple(tuple(indices) for indices in places.values())
        self._engine = engine

    @cached_property
    def _small(self) -> Find:
        return self._compiled(self._engine or "ahocorasick_rs")

    @cached_property
    def _large(self) -> Find:
        return self._compiled(self._engine or "hyperscan")

    def _compiled(self, engine: str) -> Find:
        order = [engine, *(name for name in ("ahocorasick_rs", "plain") if name != engine)]
        return next(ENGINES[name](self._needles) for name in order if installed(name))

    def holds_more(self, text: bytes, hits: int, *, large: bool = False) -> bool:
        """True where a text holds more than so many needles. A sixteenth of it is enough to tell."""
        part = text[: max(1 << 14, len(text) >> 4)]
        return bool(self._needles) and len((self._large if large else self._small)(part)) * len(text) > hits * len(part)

    def lines(self, text: bytes, *, large: bool = False) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """The lines that hold a needle, in their order.

        Args:
            text: whole lines.
            large: more than `LARGE` bytes are to come, so that the faster engine pays.

        Yields:
            Where the line begins, where it ends (without its line end), and the indices of its needles, each once.
        """
        if not self._needles:
            return
        found = (self._large if large else self._small)(text)
        found.sort(key=_offset)
        start = end = -1
        indices: set[int] = set()
        for index, at in found:
            if at >= end:
                if indices:
                    yield start, end, self._at(indices)
                    indices = set()
                start = text.rfind(b"\n", 0, at) + 1
                end = text.find(b"\n", at)
                if end < 0:
                    end = len(text)
            indices.add(index)
        if indices:
            yield start, end, self._at(indices)

    def _at(self, indices: set[int]) -> tuple[int, ...]:
        return tuple(sorted(chain.from_iterable(self._places[index] for index in indices)))


def _offset(hit: tuple[int, int]) -> int:
    return hit[1]
