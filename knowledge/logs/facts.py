"""From hits to facts: which format is believed, what the holes held once it is redacted, what only repeats what was said."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from types import MappingProxyType

from knowledge.logs.names import HOST_NAME
from knowledge.logs.patterns import Hole
from knowledge.logs.records import Record
from knowledge.logs.redact import TOKEN, Tokens, redact
from knowledge.logs.repeats import LONGEST, timeless
from knowledge.logs.secrets import SECRET
from knowledge.logs.signatures import LONGEST_LINE, Hit, Match, Run, without_port
from knowledge.terms import EVIDENCE_LENGTH, Evidence, Fact, FormatId

__all__ = ["facts_of"]

#: Hits that are redacted at once.
_BATCH = 500
_USER_HOLES = frozenset({"user", "username", "login", "account"})
_HOST_HOLES = frozenset({"host", "hostname", "server", "domain", "us", "them", "gateway", "peer"})
_SECRET_HOLES = frozenset({"hash", "challenge", "response", "secret", "password", "psk"})
#: Two loggers write the same line within this many lines and seconds of each other.
_NEAR_LINES, _NEAR_SECONDS = 3, 2.0


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
    own = [(hit, chosen) for hit in _forward(hits) if (chosen := _chosen(hit, believed))]
    known_values: dict[tuple[int, str, str | None], Mapping[str, str]] = {}
    masked = _Masked(tokens)
    shown = _redacted_lines([hit for hit, _ in own], masked)
    for (hit, chosen), (text, message) in zip(own, shown, strict=True):
        known = repeats.known(hit, chosen)
        if known is not None:
            for index in known:
                facts[index] = replace(facts[index], times=facts[index].times + hit.record.times)
            continue
        values: list[Mapping[str, str]] = []
        for each in chosen:  # a match is the same object for all lines that differ only in their time
            key = (id(each), message, hit.run.peer if hit.run is not None else None)
            if key not in known_values:
                known_values[key] = MappingProxyType(_values(each, message, tokens, hit.run))
            values.append(known_values[key])
        evidence = (Evidence(file=file, member=hit.member, line=hit.record.line, text=text[:EVIDENCE_LENGTH]),)
        begin = len(facts)
        for each, held in zip(chosen, values, strict=True):
            facts.append(
                Fact(
                    id=each.signature.fact,
                    evidence=evidence,
                    values=held,
                    clock=hit.record.clock,
                    order=len(facts),
                    format=each.format,
                    thread=masked.one(each.thread) if each.thread else None,
                    times=hit.record.times,
                )
            )
        repeats.add(hit, chosen, range(begin, len(facts)))
    return _on_one_clock(facts)


class _Masked:
    """Redacts lines, and each only once, whatever its time."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        #: A line without its time -> its beginning, the whole as it was redacted, how many names were known then.
        self._known: dict[str, tuple[str, str, int]] = {}

    def one(self, text: str) -> str:
        """One short text."""
        return self.every([text])[0]

    def every(self, texts: Sequence[str]) -> list[str]:
        """Many lines at once, because what is looked for is looked for in all of them."""
        heads = [timeless(text) for text in texts]
        first: dict[str, tuple[str, str]] = {}
        for text, (head, key) in zip(texts, heads, strict=True):
            if key not in self._known:
                first.setdefault(key, (head, text))
        fresh: dict[str, tuple[str, str, int]] = {}
        for (key, (head, _)), shown in zip(first.items(), self._redacted([text for _, text in first.values()]), strict=True):
            fresh[key] = (head, shown, self._tokens.names)
        self._known.update((key, each) for key, each in fresh.items() if len(key) <= LONGEST)
        return [self._at(text, head, fresh.get(key) or self._known[key]) for text, (head, key) in zip(texts, heads, strict=True)]

    def _at(self, text: str, head: str, known: tuple[str, str, int]) -> str:
        begun, shown, names = known
        if head != begun:
            if not shown.startswith(begun):  # what looked like a time was none
                return redact(text, self._tokens)[0]
            shown = head + shown[len(begun) :]
        return self._tokens.spread(shown, since=names)

    def _redacted(self, texts: Sequence[str]) -> list[str]:
        whole = "\n".join(texts)
        if "-----" in whole:  # the beginning of a private key takes the lines after it with it
            return [redact(each, self._tokens)[0] for each in texts]
        return redact(whole, self._tokens)[0].split("\n") if texts else []


def _redacted_lines(hits: Sequence[Hit], masked: _Masked) -> Iterator[tuple[str, str]]:
    """Line and message of each hit, redacted."""
    for start in range(0, len(hits), _BATCH):
        batch = hits[start : start + _BATCH]
        lines = masked.every([_one_line(each) for hit in batch for each in (hit.text, hit.record.message)])
        yield from zip(lines[::2], lines[1::2], strict=True)


def _one_line(text: str) -> str:
    return text[:LONGEST_LINE].replace("\n", " ").strip()


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


def _values(each: Match, clean: str, tokens: Tokens, run: Run | None) -> dict[str, str]:
    """What the holes held, redacted: read off the redacted line, so that a log and what is kept of it say the same."""
    again = each.again(clean)
    if again is None:
        holes = each.pattern.holes
        again = {name: _redacted(name, value, holes.get(name, Hole.REST), tokens) for name, value in each.values.items()}
    said = {name: _trimmed(name, value, each) for name, value in again.items() if value != "?"}
    if each.may_name_peer and "peer" not in said and run is not None and run.peer:
        said["peer"] = _redacted("peer", run.peer, Hole.ADDRESS, tokens)
    return {**said, **{name: value for name, value in each.signature.constants.items() if name not in said}}


def _trimmed(name: str, value: str, each: Match) -> str:
    value = value.strip()
    if name == "code" and each.pattern.holes.get(name) is Hole.NUMBER:
        return _decimal(value)
    is_place = each.pattern.holes.get(name) is Hole.ADDRESS or name in _HOST_HOLES
    return (without_port(value) if is_place else value)[:EVIDENCE_LENGTH]


def _decimal(value: str) -> str:
    """A small number in hex as the code tables have it; a large one (`0x80072746`) is known by its hex.

    >>> _decimal("0x000035e9"), _decimal("0x80072746")
    ('13801', '0x80072746')
    """
    number = int(value, 16) if value[:2].lower() == "0x" else -1
    return str(number) if 0 <= number < 0x10000 else value


def _redacted(name: str, value: str, hole: Hole, tokens: Tokens) -> str:
    value = value.strip()
    if hole is Hole.NUMBER or not value or TOKEN.fullmatch(value):
        return value
    if name in _SECRET_HOLES:
        return SECRET
    if hole is Hole.ADDRESS or name in _HOST_HOLES:
        value = without_port(value)
        token = tokens.address(value)
        return tokens.host(value) if token == value and HOST_NAME.fullmatch(value) else _plain(token, tokens)
    return tokens.user(value) if name in _USER_HOLES else _plain(value, tokens)


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
