"""From lines that match signatures to facts: which format said it, what the holes held, where it stands.

The face of typed holes is here too: `compile_line`, `compile_regex`, `compile_signature` (see `patterns.py`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from types import MappingProxyType

from knowledge.logs.names import HOST_NAME
from knowledge.logs.patterns import Hole, Pattern, compile_line, compile_regex, compile_signature
from knowledge.logs.records import Beginning, Catalogue, Record, Shape
from knowledge.logs.redact import TOKEN, Tokens, redact
from knowledge.rules import Signature
from knowledge.terms import EVIDENCE_LENGTH, Clock, Evidence, Fact, FormatId

__all__ = ["Hit", "Hits", "Hole", "Pattern", "compile_line", "compile_regex", "compile_signature", "facts_of", "match"]

#: The hits that are kept of one file: the first ones, and the last ones. What lies between is counted.
FIRST_HITS, LAST_HITS = 5_000, 20_000
#: Longest raw line that is looked at, in characters.
LONGEST_LINE = 4_000
#: From how much text of their own on the signatures of a format are believed on lines that name no program.
ENOUGH = 14

#: Programs of which each connection has a process of its own.
ONE_CONNECTION = frozenset({"pppd", "ppp"})

#: What stands where a thread would, and ties nothing together.
_NOBODY = frozenset({"NA", "N/A", "-", "?", "0"})
_PORT = re.compile(r"^(?:(?P<four>\d{1,3}(?:\.\d{1,3}){3})|\[(?P<six>[0-9A-Fa-f:.]{3,45})\]):\d{1,5}$")
_USER_HOLES = frozenset({"user", "username", "login", "account"})
_HOST_HOLES = frozenset({"host", "hostname", "server", "domain", "us", "them", "gateway"})
#: Two loggers write the same line within this many lines and seconds of each other.
_NEAR_LINES, _NEAR_SECONDS = 3, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A signature that matched, and what its holes held (not redacted)."""

    signature: Signature
    pattern: Pattern
    format: FormatId
    values: Mapping[str, str]
    thread: str | None
    #: The message without what this format's lines begin with.
    message: str
    #: The line began as this format's lines do.
    begun: bool
    #: That beginning is this format's alone.
    telling: bool
    #: The vocabulary lets the fact name a peer.
    may_name_peer: bool

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

    _RECEIVED = re.compile(r"received packet: from (?P<peer>[^\s\[]{2,64})\[")
    _SENDING = re.compile(r"sending packet: from \S{2,72} to (?P<peer>[^\s\[]{2,64})\[")
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
        message = begin.message if begin else record.message
        values = pattern.match(message[:LONGEST_LINE])
        if values is None and begin is not None and message != record.message and not pattern.anchored:
            values = pattern.match(record.message[:LONGEST_LINE])
        if values is None:
            continue
        if begin is not None:
            carried = {name: value for name, value in begin.values.items() if known.may_carry(signature.fact, name)}
            values = {**carried, **values}
        found.append(
            Match(
                signature=signature,
                pattern=pattern,
                format=shape.id,
                values=values,
                thread=record.thread or _thread(record, shape, begin, values),
                message=message,
                begun=begin is not None,
                telling=begin is not None and shape.telling,
                may_name_peer=known.may_carry(signature.fact, "peer"),
            )
        )
    return tuple(found)


def _thread(record: Record, shape: Shape, begin: Beginning | None, values: Mapping[str, str]) -> str | None:
    """What ties a line to others of its connection: the format's hole, wherever it stands, or a process of its own."""
    hole = shape.format.thread
    thread = (begin.thread if begin else None) or (values.get(hole) if hole else None)
    if thread is None and (hole == "process" or shape.format.programs & ONE_CONNECTION):
        return record.process
    return _without_port(thread) if thread and thread not in _NOBODY else None


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


def facts_of(hits: Iterable[Hit], believed: Mapping[FormatId, int], tokens: Tokens, *, file: str | None) -> list[Fact]:
    """The facts that the hits assert, each line's once, in their order.

    Args:
        hits: in the order of reading.
        believed: what `settle` gave.
        tokens: the case's table.
        file: the file's name, for the evidence.
    """
    facts: list[Fact] = []
    repeats = _Repeats()
    for hit in _forward(hits):
        chosen = _chosen(hit, believed)
        if not chosen:
            continue
        known = repeats.known(hit, chosen)
        if known is not None:
            for index in known:
                facts[index] = replace(facts[index], times=facts[index].times + hit.record.times)
            continue
        values = [_values(each, tokens, hit.run) for each in chosen]
        text = redact(hit.text[:LONGEST_LINE].strip(), tokens)[0][:EVIDENCE_LENGTH]
        evidence = (Evidence(file=file, member=hit.member, line=hit.record.line, text=text),)
        begin = len(facts)
        for each, held in zip(chosen, values, strict=True):
            facts.append(
                Fact(
                    id=each.signature.fact,
                    evidence=evidence,
                    values=MappingProxyType(held),
                    clock=hit.record.clock,
                    order=len(facts),
                    format=each.format,
                    thread=redact(each.thread, tokens)[0] if each.thread else None,
                    times=hit.record.times,
                )
            )
        repeats.add(hit, chosen, range(begin, len(facts)))
    return _on_one_clock(facts)


def _forward(hits: Iterable[Hit]) -> Iterator[Hit]:
    """The hits with time going forward: a file that was written backwards (`journalctl -r`) is turned round."""
    for _member, group in groupby(hits, key=lambda hit: hit.member):
        own = list(group)
        times = [hit.record.clock.at for hit in own if hit.record.clock is not None]
        back = sum(later < earlier for earlier, later in pairwise(times))
        ahead = sum(later > earlier for earlier, later in pairwise(times))
        yield from reversed(own) if back > 3 * ahead and back > 1 else own


def _on_one_clock(facts: list[Fact]) -> list[Fact]:
    """Facts of daemons whose logs were put one behind the other, in the order of their time, where all of them have one."""
    clocks = [fact.clock for fact in facts]
    known = {(clock.year_known, clock.zone_known) if clock else None for clock in clocks}
    if None in known or len(known) != 1:
        return facts
    ordered = sorted(facts, key=lambda fact: fact.clock.at.timestamp() if fact.clock else 0.0)
    return [replace(fact, order=place) for place, fact in enumerate(ordered)] if ordered != facts else facts


def _chosen(hit: Hit, believed: Mapping[FormatId, int]) -> list[Match]:
    """The matches of the format that is believed most; of several for the same fact the one that tells most."""
    candidates = [each for each in hit.matches if each.format in believed]
    if hit.record.bare and any(each.begun and each.telling for each in candidates):
        candidates = [each for each in candidates if each.begun]
    if not candidates:
        return []
    best = max(candidates, key=lambda each: (each.begun, believed[each.format], each.pattern.weight)).format
    by_fact: dict[str, Match] = {}
    for each in candidates:
        if each.format != best:
            continue
        other = by_fact.get(each.signature.fact)
        if other is None or _told(each) > _told(other):
            by_fact[each.signature.fact] = each
    return list(by_fact.values())


def _told(each: Match) -> tuple[int, int]:
    return len({**each.signature.constants, **each.values}), each.pattern.weight


def _values(each: Match, tokens: Tokens, run: Run | None) -> dict[str, str]:
    said = {name: value for name, value in each.values.items() if value != "?"}
    if each.may_name_peer and "peer" not in said and run is not None and run.peer:
        said["peer"] = run.peer
    held = {name: _value(name, value, each.pattern.holes.get(name, Hole.REST), tokens) for name, value in said.items()}
    return {**held, **{name: value for name, value in each.signature.constants.items() if name not in held}}


def _value(name: str, value: str, hole: Hole, tokens: Tokens) -> str:
    value = value.strip()
    if hole is Hole.NUMBER or not value or TOKEN.fullmatch(value):
        return value
    if hole is Hole.ADDRESS or name in _HOST_HOLES or name == "peer":
        value = _without_port(value)
        token = tokens.address(value)
        return tokens.host(value) if token == value and HOST_NAME.fullmatch(value) else _plain(token, tokens)
    if name in _USER_HOLES:
        return tokens.user(value)
    return _plain(value, tokens)


def _without_port(text: str) -> str:
    """`192.0.2.7:500` and `[2001:db8::7]:500` without what comes after the address."""
    return _PORT.sub(r"\g<four>\g<six>", text)


def _plain(value: str, tokens: Tokens) -> str:
    return redact(value, tokens)[0][:EVIDENCE_LENGTH]


class _Repeats:
    """Finds lines that say again what was said: by a second logger, or by a program that copies another's output."""

    def __init__(self) -> None:
        self._recent: deque[tuple[Hit, tuple[str, ...], range]] = deque(maxlen=4)
        #: (member, signatures, message) said by the daemon itself and not yet matched by a copy.
        self._said: dict[tuple[str | None, tuple[str, ...], str], list[range]] = {}
        self._copied: dict[tuple[str | None, tuple[str, ...], str], list[range]] = {}

    def known(self, hit: Hit, chosen: list[Match]) -> range | None:
        """The facts that this hit only repeats, if it does."""
        names = tuple(each.signature.id for each in chosen)
        for other, same, places in self._recent:
            if same == names and other.member == hit.member and _same_line(other.record, hit.record):
                return places
        key = (hit.member, names, chosen[0].message)
        waiting = (self._said if hit.record.carrier else self._copied).get(key)
        if waiting:
            return waiting.pop(0)
        return None

    def add(self, hit: Hit, chosen: list[Match], places: range) -> None:
        """Remember a hit that was new."""
        names = tuple(each.signature.id for each in chosen)
        self._recent.append((hit, names, places))
        table = self._copied if hit.record.carrier else self._said
        if len(table) < 20_000:
            table.setdefault((hit.member, names, chosen[0].message), []).append(places)


def _same_line(one: Record, other: Record) -> bool:
    if one.message != other.message or other.line - one.line > _NEAR_LINES or one.process != other.process:
        return False
    if one.clock is None or other.clock is None:
        return one.clock is other.clock and other.line - one.line <= 1
    return abs((other.clock.at - one.clock.at).total_seconds()) <= _NEAR_SECONDS
