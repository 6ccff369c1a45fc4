r"""Patterns with typed holes: a log line in which what varies is named and given a type.

    received {name:word} error notify
    initiating Main Mode IKE_SA {connection:name}[{sa:number}] to {peer:address}
    ^Connection {call:number} closed to {peer:address}, port {port:number} ({reason:name})

Types of holes:

    number   digits, perhaps signed, with a fraction or as 0x…
    word     one word without blanks or brackets
    address  an IPv4 or IPv6 address, a host name, or whatever people write over one (x.x.x.x, ***, <my ip>, nothing)
    name     a name that may hold blanks, up to what follows it in the pattern; at the end of a pattern up to a blank
    hex      hexadecimal digits, perhaps with 0x
    quoted   something in quotes; the quotes are not part of the value
    rest     anything, up to what follows it in the pattern; at the end of a pattern up to the line's end

A pattern matches anywhere in a message unless it begins with `^`, and need not reach the message's end. Two or more blanks
in a row match any number of blanks. It compiles to a regular expression whose every hole is bounded, cannot cross a line,
and is atomic together with the text after it, so that matching takes linear time whatever the line.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from knowledge.errors import BaseError, Fault, Span
from knowledge.logs.literals import sure_literals, worth
from knowledge.rules import Signature

__all__ = ["Hole", "Pattern", "compile_line", "compile_regex", "compile_signature"]


class Hole(StrEnum):
    """The types of holes; redaction and the condition language rely on them."""

    NUMBER = "number"
    WORD = "word"
    ADDRESS = "address"
    NAME = "name"
    HEX = "hex"
    QUOTED = "quoted"
    REST = "rest"


#: A token of redaction, so that a redacted line still matches.
_MASK = r"\[(?:secret|[a-z][a-z0-9]*(?:-[a-z]+)*-\d{1,6})\]"

_NUMBER = r"[+-]?(?:0[xX][0-9A-Fa-f]{1,16}|\d{1,20}(?:\.\d{1,9})?)"
_WORD = r"[^\s\"'<>\[\](){},;]"
_QUOTED = r"""(?:"{}"|'{}'|“{}”|‘{}’|«{}»|„{}[“”])"""
_IPV4 = r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w])(?!\.\w)"
_IPV6 = r"(?:[0-9A-Fa-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4})(?:%\w{1,16})?"
_BRACKETED = r"\[[A-Za-z][^\[\]\r\n]{0,39}\]|<[^<>\r\n]{1,40}>|\{[^{}\r\n]{1,40}\}"
_LOOSE = r"[\w.:%$*#@…-]"
_LOOSE_END = r"[\w%$*#…-]"

#: Longest value of a hole, in characters.
LONGEST = {Hole.WORD: 128, Hole.NAME: 160, Hole.ADDRESS: 96, Hole.HEX: 128, Hole.QUOTED: 256, Hole.REST: 1024}

_HOLE = re.compile(r"\{([A-Za-z_]\w*)(?::([^{}\s]*))?\}")
_BLANKS = re.compile(r"[ \t]{2,}")
#: Letters and digits of literal text that a signature needs, so that it cannot match everything.
_LEAST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A compiled pattern. The regular expression itself is compiled at its first use."""

    #: What the author wrote.
    source: str
    #: The regular expression's text, for `re`.
    text: str
    #: Texts that every match contains, all of them.
    literals: tuple[str, ...]
    #: Texts of which every match contains at least one: what a scanner looks for. Empty where nothing is sure.
    needles: frozenset[str]
    holes: Mapping[str, Hole] = field(default_factory=lambda: MappingProxyType({}))
    anchored: bool = False

    @property
    def regex(self) -> re.Pattern[str]:
        """The regular expression, to be used with `search` (or `match`, where `anchored`)."""
        return _compiled(self.text)

    @property
    def weight(self) -> int:
        """How telling a match is: the letters and digits of all its literals."""
        return _weight(self.literals or self.needles)

    def may_match(self, text: str) -> bool:
        """False where a text of which the message is a part cannot match."""
        return all(literal in text for literal in self.literals)

    def match(self, message: str) -> dict[str, str] | None:
        """The values of the holes if `message` (one line) matches, else None. Quotes are taken off.

        >>> compile_line("received {name:word} error notify").match("received NO_PROPOSAL_CHOSEN error notify")
        {'name': 'NO_PROPOSAL_CHOSEN'}
        >>> compile_line("to {peer:address}[{port:number}]").match("from 192.0.2.1[500] to x.x.x.x[500] (76 bytes)")
        {'peer': 'x.x.x.x', 'port': '500'}
        """
        if not self.may_match(message):
            return None
        found = self.regex.match(message) if self.anchored else self.regex.search(message)
        if found is None:
            return None
        values = {name: value for name, value in found.groupdict().items() if value is not None}
        for name, hole in self.holes.items():
            if hole is Hole.QUOTED and name in values:
                values[name] = values[name][1:-1]
        return values


@lru_cache(maxsize=8192)
def _weight(texts: tuple[str, ...] | frozenset[str]) -> int:
    return sum(character.isalnum() for text in texts for character in text)


@lru_cache(maxsize=8192)
def _compiled(text: str) -> re.Pattern[str]:
    return re.compile(text)


def compile_signature(signature: Signature) -> Pattern:
    """The pattern of a signature.

    Raises:
        BaseError: the pattern has faults; each says where and what to do.
    """
    try:
        return compile_line(signature.line, general=False) if signature.line is not None else compile_regex(signature.regex or "")
    except BaseError:  # once more, so that the faults say where it stands
        if signature.line is not None:
            return compile_line(signature.line, span=signature.span, general=False)
        return compile_regex(signature.regex or "", span=signature.span)


def compile_line(text: str, *, span: Span | None = None, general: bool = True) -> Pattern:
    """Compile a line with typed holes.

    Args:
        text: the pattern; a leading `^` ties it to the message's beginning.
        span: where it stands, for the faults. Its `column` is that of the pattern's first character.
        general: false where the pattern must hold enough text of its own (signatures); true for the `lines` of a format.

    Raises:
        BaseError: with every fault of the pattern.
    """
    return _line(text, general) if span is None else _line_at(text, span, general)


@lru_cache(maxsize=8192)
def _line(text: str, general: bool) -> Pattern:
    return _line_at(text, None, general)


def _line_at(text: str, span: Span | None, general: bool) -> Pattern:
    anchored = text.startswith("^")
    body = text[1:] if anchored else text
    parts, faults = _split(body, _Place(span=span, shift=len(text) - len(body)))
    if not general and sum(c.isalnum() for part in parts if isinstance(part, str) for c in part) < _LEAST:
        faults.append(
            _fault("the pattern is too general", "too-general", span, help_="keep more of the log line's own words", reason=text)
        )
    if faults:
        raise BaseError(faults)
    literals = tuple(piece for part in parts if isinstance(part, str) for piece in _literals(part))
    return Pattern(
        source=text,
        text=(r"[ \t]*" if anchored else "") + _regex(parts),
        literals=literals,
        needles=frozenset({max(literals, key=worth)}) if literals else frozenset(),
        holes=MappingProxyType({part.name: part.hole for part in parts if isinstance(part, _Named)}),
        anchored=anchored,
    )


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    hole: Hole


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    span: Span | None
    shift: int

    def at(self, start: int, length: int) -> Span | None:
        if self.span is None:
            return None
        return Span(
            file=self.span.file,
            line=self.span.line,
            column=self.span.column + self.shift + start,
            length=length,
            source=self.span.source,
        )


def _fault(message: str, code: str, span: Span | None, *, help_: str, reason: str | None = None) -> Fault:
    return Fault(message=message, span=span, reason=reason, help=help_, code=code)


def _split(body: str, place: _Place) -> tuple[list[str | _Named], list[Fault]]:
    parts: list[str | _Named] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    position = 0
    for found in _HOLE.finditer(body):
        if found.start() > position:
            parts.append(body[position : found.start()])
        elif parts:
            where = place.at(found.start(), len(found.group()))
            faults.append(
                _fault("two holes touch each other", "touching-holes", where, help_="keep the text that stands between them")
            )
        position = found.end()
        fault = _wrong(found, seen, place.at(found.start(), len(found.group())))
        if fault is not None:
            faults.append(fault)
            parts.append(_Named(found.group(1), Hole.REST))
            continue
        seen.add(found.group(1))
        parts.append(_Named(found.group(1), Hole(found.group(2))))
    if position < len(body):
        parts.append(body[position:])
    return parts, faults


def _wrong(found: re.Match[str], seen: set[str], where: Span | None) -> Fault | None:
    name, kind = found.group(1), found.group(2)
    known = ", ".join(Hole)
    if kind is None:
        return _fault(
            f"the hole `{{{name}}}` has no type",
            "hole-without-type",
            where,
            help_=f"write `{{{name}:TYPE}}`; the types are {known}",
        )
    if kind not in set(Hole):
        near = difflib.get_close_matches(kind, list(Hole), n=1)
        return _fault(
            f"there is no type of hole called `{kind}`",
            "unknown-hole-type",
            where,
            help_=f"did you mean `{near[0]}`?" if near else f"the types are {known}",
        )
    if name in seen:
        return _fault(f"two holes are called `{name}`", "duplicate-hole", where, help_="give each hole a name of its own")
    return None


def _literal(text: str) -> str:
    return r"[ \t]+".join(re.escape(piece) for piece in _BLANKS.split(text))


def _literals(text: str) -> list[str]:
    return [piece for piece in _BLANKS.split(text) if piece]


def _regex(parts: list[str | _Named]) -> str:
    out: list[str] = []
    index = 0
    while index < len(parts):
        part = parts[index]
        if isinstance(part, str):
            out.append(_literal(part))
        elif index + 1 < len(parts) and isinstance(following := parts[index + 1], str):
            out.append(f"(?>(?P<{part.name}>{_inner(part.hole)}){_literal(following)})")
            index += 1
        else:
            out.append(f"(?P<{part.name}>{_last(part.hole)})")
        index += 1
    return "".join(out)


def _quoted() -> str:
    inside = ['[^"\\r\\n]', "[^'\\r\\n]", "[^”\\r\\n]", "[^’\\r\\n]", "[^»\\r\\n]", "[^“”\\r\\n]"]
    return _QUOTED.format(*(f"{each}{{0,{LONGEST[Hole.QUOTED]}}}" for each in inside))


def _inner(hole: Hole) -> str:
    """What a hole may hold when more of the pattern follows: as little as lets the rest match."""
    longest = LONGEST.get(hole, 0)
    return {
        Hole.NUMBER: _NUMBER,
        Hole.WORD: rf"(?:{_MASK}|{_WORD}){{1,{longest}}}?",
        Hole.NAME: rf"{_MASK}|[^\s][^\r\n]{{0,{longest}}}?",
        Hole.ADDRESS: rf"{_IPV4}|(?:{_BRACKETED})(?::\d{{1,5}})?|{_IPV6}|{_LOOSE}{{0,{longest}}}?",
        Hole.HEX: rf"\[secret\]|(?:0[xX])?[0-9A-Fa-f]{{1,{longest}}}",
        Hole.QUOTED: _quoted(),
        Hole.REST: rf"[^\r\n]{{0,{longest}}}?",
    }[hole]


def _last(hole: Hole) -> str:
    """What a hole may hold at the pattern's end: as much as belongs to it."""
    longest = LONGEST.get(hole, 0)
    return {
        Hole.NUMBER: rf"{_NUMBER}(?!\d)",
        Hole.WORD: rf"(?:{_MASK}|{_WORD}){{0,{longest}}}(?<![.:!?])",
        Hole.NAME: rf"{_MASK}|[^\s\"'<>,;]{{1,{longest}}}(?<![.:!?])",
        Hole.ADDRESS: rf"{_IPV4}|(?:{_BRACKETED})(?::\d{{1,5}})?|{_IPV6}(?<![^:]:)|(?:{_LOOSE}{{0,{longest}}}{_LOOSE_END})?",
        Hole.HEX: rf"\[secret\]|(?:0[xX])?[0-9A-Fa-f]{{1,{longest}}}",
        Hole.QUOTED: _quoted(),
        Hole.REST: rf"[^\r\n]{{0,{longest}}}",
    }[hole]


#: What makes a regular expression cross lines or take exponential time.
_NESTED = re.compile(r"[+*}]\)(?:[+*]|\{\d+,\})")


def compile_regex(text: str, *, span: Span | None = None) -> Pattern:
    """Compile a regular expression, the exception for what holes cannot say. Named groups are its values.

    Raises:
        BaseError: it does not compile, may cross a line, or may backtrack without end.
    """
    return _expression(text) if span is None else _expression_at(text, span)


@lru_cache(maxsize=2048)
def _expression(text: str) -> Pattern:
    return _expression_at(text, None)


def _expression_at(text: str, span: Span | None) -> Pattern:
    faults: list[Fault] = []
    try:
        compiled = re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise BaseError(
            [
                _fault(
                    "the regular expression does not compile",
                    "bad-regex",
                    span,
                    help_="mend it, or use a line with holes",
                    reason=str(error),
                )
            ]
        ) from error
    if r"\n" in text or "\n" in text or "(?s" in text:
        faults.append(_fault("the regular expression may cross a line", "crosses-lines", span, help_="match within one line"))
    if _NESTED.search(text):
        faults.append(
            _fault(
                "the regular expression repeats a repetition",
                "backtracks",
                span,
                help_="bound the inner one, or use a line with holes",
            )
        )
    if compiled.match("") is not None:
        faults.append(
            _fault("the regular expression matches an empty line", "too-general", span, help_="give it words of the log line")
        )
    if faults:
        raise BaseError(faults)
    sure = sure_literals(text)
    return Pattern(
        source=text,
        text=text,
        literals=sure.every,
        needles=sure.needles,
        holes=MappingProxyType(dict.fromkeys(compiled.groupindex, Hole.REST)),
        anchored=text.startswith("^"),
    )
