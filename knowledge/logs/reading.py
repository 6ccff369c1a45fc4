"""One file, read: unpacked, scanned, matched, redacted, in one pass and in little memory.

While a file is small every line is looked at; of a large one only the lines that a scan finds, and the rest is counted.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from knowledge.errors import ReadError
from knowledge.logs.clocks import Clocks, find_stamp
from knowledge.logs.facts import facts_of
from knowledge.logs.kept import Kept
from knowledge.logs.others import Others
from knowledge.logs.records import HOSTS, Catalogue, Record
from knowledge.logs.redact import Tokens, redact
from knowledge.logs.repeats import LONGEST, timeless
from knowledge.logs.scan import LARGE
from knowledge.logs.signatures import LAST_HITS, LONGEST_LINE, Hit, Hits, Match, Run, Runs, match, settle
from knowledge.logs.unpack import Limits, Part, Refused, unpack
from knowledge.logs.windows import Event, Events, may_hold_events
from knowledge.logs.wrappers import unwrap_json
from knowledge.rules import Does, KnowledgeBase
from knowledge.terms import Evidence, Fact, FormatId, Log, ReadReason, ReadState, Side, Stage

__all__ = ["Reading"]

#: Lines of each chunk of a large file that are looked at to estimate how many belong to a known format.
_SAMPLE = 20
#: So many hits in a chunk are too many to look at each, unless it is one of the last.
_DENSE = 1_000
#: Lines about which is remembered what they say, whatever their time.
_REMEMBERED = 10_000
#: Of a large file, so many chunks are sampled each, and then every so many-th one.
_SAMPLED, _SAMPLED_AGAIN = 16, 8
#: Bytes of each file that are looked through for other products' texts.
_LOOKED_AT = 4 << 20
#: Reasons for which a file was refused, rather than merely not understood.
_REFUSALS = frozenset(
    {
        ReadReason.BINARY,
        ReadReason.BOMB,
        ReadReason.DAMAGED,
        ReadReason.EMPTY,
        ReadReason.ENCRYPTED,
        ReadReason.NEEDS_OCR,
        ReadReason.TOO_DEEP,
        ReadReason.TOO_LARGE,
        ReadReason.TOO_MANY_MEMBERS,
        ReadReason.UNSUPPORTED,
    }
)


class _Later(NamedTuple):
    """A line that may be a hit; or a piece of a file that is full of them, which is looked at only if it is one of the last."""

    text: bytes
    number: int
    member: str | None
    indices: tuple[int, ...] | None
    hits: int = 1


@dataclass(slots=True)
class _Counts:
    lines: int = 0
    understood: float = 0.0
    #: Lines that named a program, by the formats that it writes.
    named: Counter[tuple[FormatId, ...]] = field(default_factory=Counter)
    #: Lines of small files that began as a format's lines do, though no program was named.
    begun: Counter[FormatId] = field(default_factory=Counter)


class Reading:
    """Reads one upload. Use once."""

    def __init__(self, known: Catalogue, base: KnowledgeBase, tokens: Tokens, received_at: datetime, limits: Limits) -> None:
        self._known = known
        self._base = base
        self._tokens = tokens
        self._clocks = Clocks(received_at)
        self._limits = limits
        self._hits = Hits()
        self._kept = Kept()
        self._others = Others()
        self._counts = _Counts()
        self._reasons: dict[ReadReason, str | None] = {}
        self._texts = 0
        self._runs = Runs()
        #: Lines of large files that may be hits and are read at the end, when it is known which are the last ones.
        self._later: deque[_Later] = deque()
        self._waiting = 0
        #: (a line without its time, what a scan found in it) -> what it says, and whether a stamp is its beginning.
        self._remembered: dict[tuple[str, tuple[int, ...]], tuple[Record, tuple[Match, ...], bool]] = {}
        self._estimated = (0, 0.0)
        self._events: Events | None = None
        #: Of binary members: what each of their lines is called.
        self._numbers: dict[str | None, Sequence[int]] = {}
        tokens.protect(known.words)

    def read(self, source: Path | bytes, name: str | None) -> Log:
        """Read it."""
        try:
            for part in unpack(source, self._limits):
                if isinstance(part, Refused):
                    self._reasons.setdefault(part.reason, part.what)
                    continue
                self._texts += 1
                # People name the files of an archive after hosts, addresses and themselves.
                self._part(replace(part, member=redact(part.member, self._tokens)[0]) if part.member else part)
        except OSError as error:
            self._reasons.setdefault(ReadReason.DAMAGED, error.strerror)
        return self._log(name)

    def _part(self, part: Part) -> None:
        self._kept.heading(part.member)
        if part.numbers is not None:
            self._numbers[part.member] = part.numbers
        self._runs = Runs()
        self._events = None
        line, size = 1, 0
        self._read_later()
        try:
            for raw, more in _looking_ahead(part.chunks):
                if more and not size and len(raw) > LARGE // 2:
                    size = LARGE  # the first chunk of a large file is read like the others
                chunk = unwrap_json(raw)
                if size < LARGE + _LOOKED_AT and not self._hits.dropped:
                    self._others.look(chunk)
                size += len(chunk)
                line = self._chunk(chunk, part.member, line, large=size > LARGE)
        except ReadError as error:
            reason = ReadReason(str(error))
            self._reasons.setdefault(reason, self._limits.told(reason))
        self._end_events(part.member)

    def _put_off(self, each: _Later) -> None:
        self._later.append(each)
        self._waiting += each.hits
        while self._waiting - self._later[0].hits >= LAST_HITS:
            self._waiting -= self._later[0].hits
            self._hits.dropped += self._later.popleft().hits

    def _read_later(self) -> None:
        """Read the last of what was put off."""
        last: list[_Later] = []
        while self._later and len(last) < LAST_HITS:
            each = self._later.pop()
            found = [each] if each.indices is not None else list(self._candidates(each.text, each.member, each.number))
            last += reversed(found[len(last) - LAST_HITS :])
        self._hits.dropped += sum(each.hits for each in self._later)
        self._later.clear()
        self._waiting = 0
        for each in reversed(last):
            self._found(each)

    def _end_events(self, member: str | None) -> None:
        for event in self._events.end() if self._events is not None else ():
            self._event(event, member)

    def _chunk(self, chunk: bytes, member: str | None, line: int, *, large: bool) -> int:
        if self._events is None and self._kept.whole and may_hold_events(chunk):
            self._events = Events()
        if not large or self._events is not None:
            return self._every_line(chunk, member, line, large=large)
        return self._found_lines(chunk, member, line, large=large)

    def _every_line(self, chunk: bytes, member: str | None, line: int, *, large: bool) -> int:
        """Look at each line: for files of up to some MiB."""
        found = {start: indices for start, _end, indices in self._known.lines(chunk, large=large)}
        raw = chunk.split(b"\n")
        if raw and not raw[-1]:
            raw.pop()
        texts: list[str] = []
        hits: set[int] = set()
        offset = 0
        for index, each in enumerate(raw):
            text = each.decode("utf-8", "replace").rstrip("\r")
            texts.append(text)
            indices = found.get(offset, ())
            offset += len(each) + 1
            if not text or text.isspace():
                continue
            if self._line(text, member, line + index, (*indices, *self._known.needleless)):
                hits.add(index)
            for event in self._events.feed(line + index, text) if self._events is not None else ():
                if self._event(event, member):
                    hits.update(range(max(0, event.first - line), index + 1))
        self._kept.add(texts)
        return line + len(raw)

    def _event(self, event: Event, member: str | None) -> bool:
        """Match the lines that an event was rejoined to."""
        program = event.source.lower()
        formats = self._known.formats_of(program)
        stamp = find_stamp(event.time)
        text = "\n".join(line.replace("\n", " ") for _, line in event.lines)
        hits: list[Hit] = []
        said: list[Match] = []
        for start, end, indices in self._known.lines(text.encode()):
            at, message = event.lines[text.encode()[:start].count(b"\n")]
            record = Record(
                line=at,
                message=message[: end - start],
                clock=self._clocks.clock(stamp) if stamp else None,
                program=program if formats else None,
                formats=formats,
                thread=event.thread,
            )
            matches = tuple(
                each for each in match(record, indices, self._known) if not any(each.is_within(other) for other in said)
            )
            said += matches
            if matches:
                hits.append(
                    Hit(record=record, member=member, text=event.text if at == event.lines[0][0] else message, matches=matches)
                )
        if formats:
            self._counts.named[formats] += event.last - event.first + 1
            self._counts.understood += event.last - event.first + 1
        self._hits.supersede(member, event.first, frozenset(each.signature.fact for hit in hits for each in hit.matches))
        for hit in hits:
            self._hits.add(hit)
        return bool(hits)

    def _line(self, text: str, member: str | None, line: int, indices: Sequence[int]) -> bool:
        record = self._known.record(text, line, self._clocks)
        self._counts.lines += 1
        if record.repeats:
            self._hits.again(record.repeats)
        if record.formats:
            self._counts.named[record.formats] += 1
        hit = self._hit(record, text, member, indices, self._run(record))
        if hit or record.formats:
            self._counts.understood += 1
        elif record.program is None:
            begun = next((shape.id for shape in self._known.shapes.values() if shape.begins(record.message)), None)
            if begun is not None:
                self._counts.begun[begun] += 1
        return hit

    def _run(self, record: Record) -> Run | None:
        for name in record.formats[:1]:
            shape = self._known.shapes[name]
            if shape.has_workers and (begin := shape.begins(record.message)) is not None:
                return self._runs.of(name, begin, record.clock)
        return None

    def _hit(self, record: Record, text: str, member: str | None, indices: Sequence[int], run: Run | None = None) -> bool:
        matches = match(record, indices, self._known) if indices else ()
        if matches:
            self._hits.add(Hit(record=record, member=member, text=text, matches=matches, run=run))
        return bool(matches)

    def _found(self, later: _Later) -> bool:
        """Read a line of a large file; one that was read before but for its time is not matched again."""
        text = later.text.decode("utf-8", "replace").rstrip("\r")
        indices = later.indices or ()
        _head, key = timeless(text)
        known = self._remembered.get((key, indices))
        if known is not None:
            record, matches, stamped = known
            stamp = find_stamp(text) if stamped else None
            record = replace(record, line=later.number, clock=self._clocks.clock(stamp) if stamp else None)
        else:
            record = self._known.record(text, later.number, self._clocks)
            matches = match(record, indices, self._known) if indices else ()
            stamp = find_stamp(text)
            if len(key) <= LONGEST and record.clock == (self._clocks.clock(stamp) if stamp else None):
                if len(self._remembered) >= _REMEMBERED:
                    self._remembered.clear()
                self._remembered[key, indices] = record, matches, stamp is not None
        if matches:
            self._hits.add(Hit(record=record, member=later.member, text=text, matches=matches))
        return bool(matches)

    def _found_lines(self, chunk: bytes, member: str | None, line: int, *, large: bool) -> int:
        """Look at the lines that the scan finds, count the others."""
        if self._hits.is_begun and self._known.is_dense(chunk, _DENSE, large=large):
            self._put_off(_Later(chunk, line, member, None, _DENSE))
            self._kept.add_found(chunk, [(0, len(chunk))])
            return self._counted(chunk, line, line, 0)
        found: list[tuple[int, int]] = []
        at, number = 0, line
        for each, start, end in self._placed(chunk, member, line, large=large):
            at, number = start, each.number
            if self._hits.is_begun:
                self._put_off(each)
            elif not self._found(each):
                continue
            found.append((start, end))
        self._kept.add_found(chunk, found)
        return self._counted(chunk, line, number, at)

    def _counted(self, chunk: bytes, line: int, number: int, at: int) -> int:
        """Count the lines of a chunk that begins with line `line` and has line `number` at `at`; gives the number of the next."""
        following = number + chunk.count(b"\n", at) + (not chunk.endswith(b"\n"))
        self._counts.lines += following - line
        self._counts.understood += self._estimate(chunk, following - line)
        return following

    def _candidates(self, chunk: bytes, member: str | None, line: int) -> Iterator[_Later]:
        return (each for each, _, _ in self._placed(chunk, member, line, large=True))

    def _placed(self, chunk: bytes, member: str | None, line: int, *, large: bool) -> Iterator[tuple[_Later, int, int]]:
        """The lines that may be hits, and where they stand in the chunk."""
        at, number = 0, line
        for start, end, indices in self._known.may_match(chunk, 4 * LONGEST_LINE, large=large):
            number += chunk.count(b"\n", at, start)
            at = start
            yield _Later(chunk[start : min(end, start + 4 * LONGEST_LINE)], number, member, indices), start, end

    def _estimate(self, chunk: bytes, total: int) -> float:
        """How many lines of a chunk belong to a known format: of the first chunks by a few lines each, then of some."""
        count, share = self._estimated
        if count < _SAMPLED or count % _SAMPLED_AGAIN == 0:
            sample = chunk[: 200 * _SAMPLE].split(b"\n")[:_SAMPLE]
            known = sum(bool(self._known.record(each.decode("utf-8", "replace"), 0, self._clocks).formats) for each in sample)
            share = known / max(1, len(sample))
        self._estimated = count + 1, share
        return total * share

    def _log(self, name: str | None) -> Log:
        self._read_later()
        believed = settle(self._hits, self._counts.named)
        text, masked = self._kept.redacted(self._tokens)
        names = self._tokens.names
        facts = facts_of(self._hits, believed, self._tokens, file=name)
        if self._tokens.names > names:  # names that were learned after a line was redacted are taken out of it too
            text = self._tokens.spread(text, since=names)
            facts = _again(facts, self._tokens, names)
        if self._numbers:
            facts = [self._numbered(fact) for fact in facts]
        formats = self._formats(facts, believed)
        state, reasons, detail = self._state(formats, facts)
        begun = sum(count for each, count in self._counts.begun.items() if each in formats)
        return Log(
            file=name,
            read=state,
            reasons=reasons,
            detail=redact(detail, self._tokens)[0] if detail else None,
            formats=formats,
            side=_side(facts),
            platform=next((self._base.formats[each].platform for each in formats if self._base.formats[each].platform), None),
            facts=tuple(facts),
            lines=self._counts.lines,
            cut_at_start=self._is_cut(facts, {Does.BEGINS, Does.REACHES}),
            cut_at_end=self._is_cut(reversed(facts), {Does.FAILS, Does.ENDS, Does.PASSES}),
            understood=min(self._counts.lines, round(self._counts.understood) + begun),
            text=text,
            masked=masked,
        )

    def _numbered(self, fact: Fact) -> Fact:
        """Lines of a binary file go by the number of their packet or event."""
        return replace(fact, evidence=tuple(self._named(each) for each in fact.evidence))

    def _named(self, evidence: Evidence) -> Evidence:
        numbers = self._numbers.get(evidence.member)
        if numbers is None or evidence.line is None or not 0 < evidence.line <= len(numbers):
            return evidence
        return replace(evidence, line=numbers[evidence.line - 1])

    def _is_cut(self, facts: Iterable[Fact], whole: set[Does]) -> bool:
        """True where what moves the connection first (or last) is nothing that a tale begins (or ends) with."""
        kinds = [kind for fact in facts if (kind := self._base.facts.get(fact.id)) is not None and not kind.host]
        first = next((kind for kind in kinds if kind.does is not None), None)
        if first is None:
            return bool(kinds)
        return first.does not in whole or (first.does is Does.PASSES and first.stage.rank < Stage.IPCP.rank)

    def _formats(self, facts: Sequence[Fact], believed: dict[FormatId, int]) -> tuple[FormatId, ...]:
        said = Counter(fact.format for fact in facts if fact.format is not None)
        for names, count in self._counts.named.items():
            each = max(names, key=lambda name: believed.get(name, 0))
            if {program.lower() for program in self._known.shapes[each].format.programs} - HOSTS:
                said[each] += count
        for each, count in self._counts.begun.items():
            if each in said or (count >= 3 and self._known.shapes[each].telling and count * 2 >= self._counts.lines):
                said[each] += count
        return tuple(sorted((each for each in said if each in believed or said[each]), key=lambda each: (-said[each], each)))

    def _state(self, formats: Sequence[FormatId], facts: Sequence[Fact]) -> tuple[ReadState, tuple[ReadReason, ...], str | None]:
        reasons = dict(self._reasons)
        if self._hits.dropped:
            reasons.setdefault(ReadReason.TRUNCATED, None)
        other = next((fact.values.get("product") for fact in facts if fact.id == "other.vpn"), None)
        foreign = other is not None and all(fact.id == "other.vpn" for fact in facts)
        foreign = foreign or (not facts and self._others.product is not None)  # the kernel's log, of WireGuard only
        if formats and not foreign:
            detail = next((what for what in reasons.values() if what), None)
            return (ReadState.PARTIAL if reasons else ReadState.WHOLE), tuple(reasons), detail
        product = other or self._others.product
        if product is not None:
            return ReadState.UNRECOGNISED, (ReadReason.OTHER_VPN, *reasons), product
        if self._texts and (self._counts.lines or not reasons):
            detail = next((what for what in reasons.values() if what), None)
            return ReadState.UNRECOGNISED, (ReadReason.NO_KNOWN_FORMAT, *reasons), detail
        refused = tuple(reason for reason in reasons if reason in _REFUSALS) or (ReadReason.EMPTY,)
        return ReadState.REFUSED, refused, reasons.get(refused[0])


def _looking_ahead(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The chunks, each with whether there are more."""
    for chunk in chunks:
        try:
            following = next(chunks, None)
        except ReadError:
            yield chunk, False
            raise
        yield chunk, following is not None
        if following is not None:
            yield following, True


def _again(facts: Sequence[Fact], tokens: Tokens, since: int) -> list[Fact]:
    """The facts without the names that were learned since."""
    known: dict[str, str] = {}

    def plain(text: str) -> str:
        shown = known.get(text)
        if shown is None:
            shown = known[text] = tokens.spread(text, since=since)
        return shown

    def again(fact: Fact) -> Fact:
        texts = [
            *(each.text for each in fact.evidence if each.text),
            *fact.values.values(),
            *([fact.thread] if fact.thread else []),
        ]
        if all(plain(text) == text for text in texts):
            return fact
        evidence = tuple(replace(each, text=plain(each.text)) if each.text else each for each in fact.evidence)
        values = {name: plain(value) for name, value in fact.values.items()}
        return replace(fact, evidence=evidence, values=values, thread=plain(fact.thread) if fact.thread else None)

    return [again(fact) for fact in facts]


def _side(facts: Sequence[Fact]) -> Side | None:
    sides = Counter(fact.values["side"] for fact in facts if fact.values.get("side") in set(Side))
    if not sides:
        return None
    (best, count), *_ = sides.most_common()
    return Side(best) if count == sum(sides.values()) or count >= 4 * (sum(sides.values()) - count) else None
