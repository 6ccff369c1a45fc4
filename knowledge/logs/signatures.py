"""From lines to the signatures that match them: which format said it, and what the holes held. `facts.py` makes facts of it.

The face of typed holes is here too: `compile_line`, `compile_regex`, `compile_signature` (see `patterns.py`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from knowledge.logs.patterns import Hole, Pattern, compile_line, compile_regex, compile_signature
from knowledge.logs.records import Beginning, Catalogue, Record, Shape
from knowledge.rules import Signature
from knowledge.terms import Clock, FormatId

__all__ = [
    "Hit",
    "Hits",
    "Hole",
    "Match",
    "Pattern",
    "Run",
    "Runs",
    "compile_line",
    "compile_regex",
    "compile_signature",
    "match",
    "settle",
]

#: The hits that are kept of one file: the first ones, and the last ones. What lies between is counted.
FIRST_HITS, LAST_HITS = 1_000, 4_000
#: Longest raw line that is looked at, in characters.
LONGEST_LINE = 4_000
#: From how much text of their own on the signatures of a format are believed on lines that name no program.
ENOUGH = 14

#: Programs of which each connection has a process of its own.
ONE_CONNECTION = frozenset({"pppd", "ppp"})

#: What stands where a thread would, and ties nothing together.
_NOBODY = frozenset({"NA", "N/A", "-", "?", "0"})
_PORT = re.compile(
    r"^(?:(?P<four>\d{1,3}(?:\.\d{1,3}){3})|\[(?P<six>[0-9A-Fa-f:.]{3,45})\]|(?P<token>\[[a-z0-9]+(?:-[a-z]+)?-\d{1,6}\])):\d{1,5}$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A signature that matched, and what its holes held (not redacted)."""

    signature: Signature
    pattern: Pattern
    shape: Shape
    values: Mapping[str, str]
    #: Those of `values` that the line's beginning held.
    carried: frozenset[str]
    thread: str | None
    #: The message without what this format's lines begin with.
    message: str
    #: The line began as this format's lines do.
    begun: bool
    #: That beginning is this format's alone.
    telling: bool
    #: The vocabulary lets the fact name a peer.
    may_name_peer: bool

    @property
    def format(self) -> FormatId:
        """Whose signature it is."""
        return self.shape.id

    def again(self, message: str) -> dict[str, str] | None:
        """The values that the same line holds once it is redacted; None where it does not match any more."""
        begin = self.shape.begins(message)
        values = _held(message, begin, self.pattern)
        if values is None or begin is None:
            return values
        return {**{name: value for name, value in begin.values.items() if name in self.carried}, **values}

    def is_within(self, other: Match) -> bool:
        """True where another match of the same event says all that this one says."""
        if self.signature.fact != other.signature.fact:
            return False
        mine, theirs = ({**each.signature.constants, **each.values} for each in (self, other))
        return all(theirs.get(name) == value for name, value in mine.items())


@dataclass(slots=True)
class Run:
    """Lines that one worker of a daemon wrote about one message; where one of them names the peer, it is that of all."""

    peer: str | None = None
    at: Clock | None = None
    answered: bool = False


class Runs:
    """Follows the workers of daemons from message to message (charon: `07[NET] received packet: from 198.51.100.7[500] to …`)."""

    _RECEIVED = re.compile(r"received packet: from (?P<peer>\[[a-z0-9-]{2,24}\]|[^\s\[]{2,64})\[")
    _SENDING = re.compile(r"sending packet: from \S{2,72} to (?P<peer>\[[a-z0-9-]{2,24}\]|[^\s\[]{2,64})\[")
    #: Seconds that a worker takes over one message, at most.
    _BUSY = 1.5

    def __init__(self) -> None:
        self._runs: dict[tuple[FormatId, str], Run] = {}

    def of(self, name: FormatId, begin: Beginning, clock: Clock | None) -> Run | None:
        """The run that a line belongs to; None where its format names no worker."""
        if begin.worker is None:
            return None
        received = self._RECEIVED.match(begin.message)
        sending = self._SENDING.match(begin.message)
        run = self._runs.get((name, begin.worker))
        stale = run is None or received is not None or (run.answered and sending is None)
        if run is not None and run.at is not None and clock is not None:
            stale = stale or (clock.at - run.at.at).total_seconds() > self._BUSY
        if stale or run is None:
            run = self._runs[name, begin.worker] = Run()
        run.at = clock or run.at
        run.answered = run.answered or sending is not None
        if named := received or sending:
            run.peer = run.peer or named.group("peer")
        return run


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A line and everything that matched it."""

    record: Record
    member: str | None
    #: The line itself, for the evidence.
    text: str
    matches: tuple[Match, ...]
    #: The message that the daemon was busy with when it wrote the line.
    run: Run | None = None


@dataclass(slots=True)
class Hits:
    """The hits of a file, bounded: the first ones and the last ones."""

    first: list[Hit] = field(default_factory=list)
    last: deque[Hit] = field(default_factory=lambda: deque(maxlen=LAST_HITS))
    #: How many were dropped between them.
    dropped: int = 0

    @property
    def is_begun(self) -> bool:
        """True when the first hits are all there, and only the last ones are still of interest."""
        return len(self.first) >= FIRST_HITS

    def add(self, hit: Hit) -> None:
        """Keep a hit."""
        if len(self.first) < FIRST_HITS:
            self.first.append(hit)
            return
        self.dropped += len(self.last) == LAST_HITS
        self.last.append(hit)

    def again(self, times: int) -> None:
        """The last hit's line happened so many times more."""
        kept: list[Hit] | deque[Hit] = self.last or self.first
        if kept:
            kept[-1] = replace(kept[-1], record=replace(kept[-1].record, times=kept[-1].record.times + times))

    def supersede(self, member: str | None, first: int, facts: frozenset[str]) -> None:
        """Lines from `first` on were rejoined, and say these facts better: what they said singly is dropped."""
        kept = self.last or self.first
        again: list[Hit] = []
        while kept and kept[-1].member == member and kept[-1].record.line >= first:
            hit = kept.pop()
            if not {each.signature.fact for each in hit.matches} <= facts:
                again.append(hit)
        kept.extend(reversed(again))

    def __iter__(self) -> Iterator[Hit]:
        yield from self.first
        yield from self.last

    def __len__(self) -> int:
        return len(self.first) + len(self.last)


def match(record: Record, indices: Iterable[int], known: Catalogue) -> tuple[Match, ...]:
    """The signatures, of those that a scan found, that do match a record."""
    begun: dict[FormatId, Beginning | None] = {}
    found: list[Match] = []
    for index in indices:
        signature, pattern, shape = known.signatures[index]
        if record.formats and shape.id not in record.formats:
            continue
        if not record.formats and record.program is not None:
            continue
        if shape.id not in begun:
            begun[shape.id] = shape.begins(record.message)
        begin = begun[shape.id]
        values = _held(record.message, begin, pattern)
        if values is None:
            continue
        carried = frozenset(name for name in begin.values if known.may_carry(signature.fact, name)) if begin else frozenset()
        values = {**{name: begin.values[name] for name in carried}, **values} if begin else values
        found.append(
            Match(
                signature=signature,
                pattern=pattern,
                shape=shape,
                values=values,
                carried=carried,
                thread=record.thread or _thread(record, shape, begin, values),
                message=begin.message if begin else record.message,
                begun=begin is not None,
                telling=begin is not None and shape.telling,
                may_name_peer=known.may_carry(signature.fact, "peer"),
            )
        )
    return tuple(found)


def _held(message: str, begin: Beginning | None, pattern: Pattern) -> dict[str, str] | None:
    """What a pattern's holes hold in a message, of which `begin` is the beginning in the format's own way."""
    rest = begin.message if begin else message
    values = pattern.match(rest[:LONGEST_LINE])
    if values is None and begin is not None and rest != message and not pattern.anchored:
        return pattern.match(message[:LONGEST_LINE])
    return values


def _thread(record: Record, shape: Shape, begin: Beginning | None, values: Mapping[str, str]) -> str | None:
    """What ties a line to others of its connection: the format's hole, wherever it stands, or a process of its own."""
    hole = shape.format.thread
    thread = (begin.thread if begin else None) or (values.get(hole) if hole else None)
    if thread is None and (hole == "process" or shape.format.programs & ONE_CONNECTION):
        return record.process
    return without_port(thread) if thread and thread not in _NOBODY else None


def settle(hits: Iterable[Hit], named: Mapping[tuple[FormatId, ...], int]) -> dict[FormatId, int]:
    """Which formats are believed, and how strongly.

    Args:
        hits: all hits.
        named: how many lines named a program, by the formats that the program writes; where these are several, the one that
            more lines match is believed, and the others are not.
    """
    raw: Counter[FormatId] = Counter()
    told: dict[FormatId, dict[str, int]] = defaultdict(dict)
    begun: Counter[FormatId] = Counter()
    for hit in hits:
        for each in hit.matches:
            told[each.format][each.signature.id] = each.pattern.weight
            begun[each.format] += each.begun
            raw[each.format] += 10
    score: Counter[FormatId] = Counter()
    for name, weights in told.items():
        enough = sum(weights.values()) + (ENOUGH if begun[name] else 0)
        raw[name] += enough + 5 * begun[name]
        score[name] = raw[name] if enough >= ENOUGH or len(weights) > 1 else 0
    for formats, count in named.items():
        best = max(formats, key=lambda name: (raw[name], -formats.index(name)))
        score[best] = max(score[best], raw[best]) + 1000 * count
        for other in formats:
            if other != best and (other,) not in named:
                score[other] = 0
    return {name: value for name, value in score.items() if value > 0}


def without_port(text: str) -> str:
    """`192.0.2.7:500` and `[2001:db8::7]:500` without what comes after the address."""
    return _PORT.sub(r"\g<four>\g<six>\g<token>", text)
