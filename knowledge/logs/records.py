r"""From a line to a record: whose line it is, when it was written, which connection it speaks of, and its message.

    Jun 14 07:03:55 gw pluto[1665]: "l2tp-psk"[1] 198.51.100.7 #6: sent MR3
    └ clock        └ host └ program └ thread (format's `thread` hole)  └ message

A format is found by the program's tag; where there is none (people paste bare lines), every format whose signatures match is
a candidate, and `signatures.settle` decides once the whole text was seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from knowledge.errors import BaseError
from knowledge.logs.clocks import Clocks
from knowledge.logs.patterns import Pattern, compile_line, compile_signature
from knowledge.logs.scan import Scanner
from knowledge.logs.wrappers import CARRIERS, peel
from knowledge.rules import FactKind, Format, KnowledgeBase, Signature
from knowledge.terms import Clock, FactId, FormatId

__all__ = ["Catalogue", "Record", "Shape", "catalogue"]

#: Programs that write of much else: their mere presence does not make a file a VPN log.
HOSTS = frozenset(["kernel", "systemd", "networkmanager", "dnsmasq", "dhclient", "rsyslogd", "sshd", "nm-dispatcher"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line, read."""

    #: From 1.
    line: int
    message: str
    clock: Clock | None = None
    program: str | None = None
    process: str | None = None
    carrier: str | None = None
    times: int = 1
    repeats: int = 0
    #: The formats whose program wrote it; empty where the line does not say.
    formats: tuple[FormatId, ...] = ()
    #: A thread that is known from outside the message (an event's correlation id).
    thread: str | None = None

    @property
    def bare(self) -> bool:
        """True where any format may have written it."""
        return not self.formats


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What the beginning of a line says, in a format's own way."""

    #: The line without its beginning.
    message: str
    thread: str | None
    #: The daemon's own thread of execution, which stays with one message until it is answered.
    worker: str | None
    #: The other holes.
    values: Mapping[str, str]


#: Holes of a line's beginning that say nothing about the connection.
_OWN_HOLES = frozenset({"message", "worker", "group", "level", "code", "file", "function", "line"})


class Shape:
    """A format, ready for use: its line patterns and signatures compiled at their first use."""

    def __init__(self, source: Format) -> None:
        self.format = source
        self.id = source.id

    @cached_property
    def lines(self) -> tuple[Pattern, ...]:
        """How its lines begin."""
        return tuple(pattern for text in self.format.lines if (pattern := _tolerant(text)) is not None)

    def begins(self, message: str) -> Beginning | None:
        """What a line that looks like this format's says in its beginning; None if it does not look like it."""
        for pattern in self.lines:
            found = pattern.regex.match(message)
            if found is None:
                continue
            values = {name: value.strip() for name, value in found.groupdict().items() if value}
            return Beginning(
                message=values.get("message", ""),
                thread=(values.get(self.format.thread) if self.format.thread else None) or None,
                worker=values.get("worker"),
                values={name: value for name, value in values.items() if name not in _OWN_HOLES},
            )
        return None

    @cached_property
    def has_workers(self) -> bool:
        """True where lines name the daemon's thread of execution."""
        return any("worker" in pattern.holes for pattern in self.lines)

    @property
    def telling(self) -> bool:
        """True where one line's beginning suffices to know this format."""
        return any(pattern.weight >= 4 for pattern in self.lines)


def _tolerant(text: str) -> Pattern | None:
    try:
        return compile_line("^" + text.removeprefix("^"))
    except BaseError:
        return None


class Catalogue:
    """Everything that a base knows about lines, compiled once and used for every file."""

    def __init__(self, formats: Iterable[Format], kinds: Mapping[FactId, FactKind] | None = None) -> None:
        self.kinds = kinds or {}
        self.shapes = {each.id: Shape(each) for each in formats}
        self.signatures: list[tuple[Signature, Pattern, Shape]] = []
        for shape in self.shapes.values():
            for signature in shape.format.signatures:
                try:
                    pattern = compile_signature(signature)
                except BaseError:  # the loader refuses a base with such a signature; a hand-made one does without it
                    continue
                self.signatures.append((signature, pattern, shape))
        self.patterns = [pattern for _, pattern, _ in self.signatures]
        self._programs: dict[str, list[FormatId]] = {}
        for shape in self.shapes.values():
            for program in shape.format.programs:
                self._programs.setdefault(program.lower(), []).append(shape.id)
        self.known = frozenset(self._programs) | CARRIERS
        needles = [(needle, index) for index, (_, pattern, _) in enumerate(self.signatures) for needle in sorted(pattern.needles)]
        self._scanner = Scanner([needle for needle, _ in needles])
        self._owners = [index for _, index in needles]
        #: Of each signature: the other texts that a line must hold, of which no needle was found in it.
        self._others = tuple(
            tuple(literal.encode() for literal in pattern.literals if pattern.needles != {literal}) for pattern in self.patterns
        )
        #: Needles found in a line -> the signatures to try, and (signature, another text that it needs).
        self._tried: dict[tuple[int, ...], tuple[tuple[int, ...], tuple[tuple[int, bytes], ...]]] = {}
        #: Signatures without any sure text, which must be tried on every line.
        self.needleless = tuple(index for index, (_, pattern, _) in enumerate(self.signatures) if not pattern.needles)

    def lines(self, text: bytes, *, large: bool = False) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """The lines that may match: where each begins and ends, and the indices of `signatures` to try on it."""
        owners = self._owners
        for start, end, found in self._scanner.lines(text, large=large):
            yield start, end, tuple(sorted({owners[each] for each in found}))

    def may_match(self, text: bytes, longest: int, *, large: bool = False) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """The same without the lines and indices of which another sure text is missing in the line's first `longest` bytes."""
        owners, others, patterns = self._owners, self._others, self.patterns
        known = self._tried
        if len(known) > 10_000:
            known.clear()
        for start, end, found in self._scanner.lines(text, large=large):
            candidates = known.get(found)
            if candidates is None:
                sure = sorted({owners[each] for each in found})
                candidates = known[found] = tuple(sure), tuple((index, each) for index in sure for each in others[index])
            indices, sought = candidates
            if end - start > longest:
                cut = text[start : start + longest].decode("utf-8", "replace")
                indices = tuple(index for index in indices if patterns[index].may_match(cut))
            else:
                left_out = [index for index, each in sought if text.find(each, start, end) < 0] if sought else ()
                if left_out:
                    indices = tuple(index for index in indices if index not in left_out)
            if indices:
                yield start, end, indices

    def is_dense(self, text: bytes, hits: int, *, large: bool = False) -> bool:
        """True where more than so many needles are found in a text; that many are enough to know."""
        return self._scanner.holds_more(text, hits, large=large)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the daemons' own messages; no name that reads like one is masked outside its context."""
        return frozenset(
            word.lower()
            for _, pattern, _ in self.signatures
            for literal in pattern.literals
            for word in re.findall(r"[^\W\d_]{3,}", literal)
        )

    def may_carry(self, fact: FactId, value: str) -> bool:
        """True where the vocabulary lets a fact carry a value of that name; every fact may carry whose log it is."""
        kind = self.kinds.get(fact)
        return kind is not None and (value in kind.values or value == "side")

    def formats_of(self, program: str) -> tuple[FormatId, ...]:
        """The formats that a program writes."""
        return tuple(self._programs.get(program, ()))

    def record(self, text: str, line: int, clocks: Clocks) -> Record:
        """Read one line."""
        peeled = peel(text, self.known)
        program = peeled.program
        formats = self.formats_of(program) if program else ()
        carrier = peeled.carrier
        if program in CARRIERS:  # what it passes on may be any daemon's
            program, formats, carrier = None, (), carrier or program
        elif not formats and peeled.process is None:  # a word before a colon need not be a program
            program = None
        return Record(
            line=line,
            message=peeled.message,
            clock=clocks.clock(peeled.stamp) if peeled.stamp else None,
            program=program,
            process=peeled.process,
            carrier=carrier,
            times=peeled.times,
            repeats=peeled.repeats,
            formats=formats,
        )


_CATALOGUES: dict[int, tuple[KnowledgeBase, Catalogue]] = {}


def catalogue(base: KnowledgeBase) -> Catalogue:
    """The catalogue of a base; made once for each of the last few bases."""
    known = _CATALOGUES.get(id(base))
    if known is not None and known[0] is base:
        return known[1]
    made = Catalogue(base.formats.values(), base.facts)
    while len(_CATALOGUES) >= 4:
        _CATALOGUES.pop(next(iter(_CATALOGUES)))
    _CATALOGUES[id(base)] = (base, made)
    return made
