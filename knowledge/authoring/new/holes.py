r"""A log line as a pattern: what varies from line to line becomes a hole with a type and a name.

    giving up after 5 retransmits                    giving up after {count:number} retransmits
    peer 198.51.100.7 port 4500 sent "no-config"     peer {peer:address} port {port:number} sent {sent:quoted}

Addresses and names are what redaction would mask; numbers, hexadecimal words and what stands in quotes are seen by their form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.errors import BaseError, MisuseError
from knowledge.logs import Hole, compile_line
from knowledge.logs.redact import Tokens, redact

#: The form of a value, and the type of its hole; where two begin at the same place, the first one takes it.
_FORMS: Sequence[tuple[re.Pattern[str], Hole]] = (
    (re.compile(r"\"[^\"]{1,200}\"|“[^”]{1,200}”|(?<![\w'])'[^']{1,200}'(?!\w)"), Hole.QUOTED),
    (re.compile(r"(?<![\w.:-])(?:[0-9A-Fa-f]{1,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])"), Hole.ADDRESS),
    (re.compile(r"(?<!\w)(?<!\d\.)\d{1,3}(?:\.\d{1,3}){3}(?!\w)(?!\.\d)"), Hole.ADDRESS),
    (re.compile(r"(?<=_SA )[\w.-]{1,60}(?=[\[{]\d)"), Hole.NAME),
    (
        re.compile(r"(?<=\b[Uu]ser )(?!(?:is|has|was|name|not|authentication|from|with|for|and)\b)[\w.@\\-]{1,60}(?=[ ,;:]|$)"),
        Hole.NAME,
    ),
    (
        re.compile(r"(?<![\w.])\d{1,4}h:?\d{1,2}m:?\d{1,2}s(?!\w)|(?<![\w.:])\d{1,3}:\d{2}:\d{2}(?:\.\d{1,6})?(?![\w:])"),
        Hole.WORD,
    ),
    (
        re.compile(r"(?<![\w-])(?:[a-z0-9-]{1,63}\.)+(?:com|net|org|local|lan|internal|example|test)(?![\w.-])", re.IGNORECASE),
        Hole.ADDRESS,
    ),
    (re.compile(r"(?<!\w)0[xX][0-9A-Fa-f]{1,16}(?!\w)"), Hole.NUMBER),
    (re.compile(r"(?<![\w-])(?=[0-9a-fA-F]*\d)(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{6,128}(?![\w-])"), Hole.HEX),
    (re.compile(r"(?<![\w-])(?:ppp|eth|wlan|tun|ipsec|l2tp|en|wg)\d{1,3}(?![\w-])"), Hole.WORD),
    (re.compile(r"(?<![\w.])(?<!\w-)-?\d{1,20}(?:\.\d{1,9})?(?![\w]|\.\d|-\w)"), Hole.NUMBER),
    (re.compile(r"(?<![\w.])\d{1,20}(?=(?:ms|s|kB|KB|MB|%|b)(?!\w))"), Hole.NUMBER),
    (re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]+"), Hole.REST),
    (re.compile(r"\{[A-Za-z_]\w*(?::[^{}\s]*)?\}"), Hole.REST),
)
#: Words before a value that say nothing about it.
_EMPTY = frozenset(
    [
        "a",
        "after",
        "an",
        "and",
        "are",
        "at",
        "been",
        "by",
        "for",
        "from",
        "has",
        "have",
        "in",
        "is",
        "of",
        "on",
        "or",
        "set",
        "the",
        "to",
        "was",
        "were",
        "with",
    ]
)
#: What the word before an address says about whose it is.
_WHOSE = {
    "between": "own",
    "from": "peer",
    "to": "peer",
    "with": "peer",
    "local": "own",
    "server": "server",
    "gateway": "server",
    "own": "own",
}
#: The words behind a number that name it better than those before.
_UNITS = {
    "seconds": "seconds",
    "secs": "seconds",
    "sec": "seconds",
    "bytes": "size",
    "s": "seconds",
    "times": "count",
    "ms": "milliseconds",
}
_WORD = re.compile(r"[A-Za-z][A-Za-z_]*")
#: Two blanks match any number of them, and tabs.
_TABS = re.compile(r"[ \t]*\t[ \t]*")
#: A pattern is no longer than this many characters: what comes later in a line tells little.
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Value:
    """A place in a message where something varies."""

    start: int
    end: int
    hole: Hole
    #: What redaction calls it (`user`, `ip-public`), where it would mask it.
    kind: str = ""


def draft_line(message: str, *, values: Sequence[str] = ()) -> str:
    """The pattern for a message.

    Args:
        message: The daemon's own words, without the time and the program.
        values: What the fact may carry: where it fits, a hole takes one of these names.

    Raises:
        MisuseError: nothing is left of the line by which it could be known.

    >>> draft_line("giving up after 5 retransmits to 198.51.100.7[500]")
    'giving up after {count:number} retransmits to {peer:address}[{port:number}]'
    """
    message = message.strip()[:_LONGEST]
    found = list(_apart(values_of(message)))
    for kept in (found, [value for value in found if value.hole is not Hole.QUOTED]):
        pattern = _pattern(message, kept, values)
        try:
            if compile_line(pattern, general=False).match(message) is not None:
                return pattern
        except BaseError:
            continue
    raise MisuseError(f"`{message}` holds too few words of its own to be known by; give me a line that says more")


def values_of(message: str) -> list[Value]:
    """Everything in a message that looks as if it varied, in order, none over another."""
    found: list[Value] = []
    for value in sorted((*_named(message), *_formed(message)), key=lambda value: (value.start, -value.end)):
        if not found or value.start >= found[-1].end:
            found.append(value)
    return found


def _named(message: str) -> Iterator[Value]:
    """What redaction would mask."""
    tokens = Tokens()
    redact(message, tokens)
    for table in tokens.export().values():
        for original, token in table.items():
            kind = token.strip("[]").rpartition("-")[0]
            hole = Hole.ADDRESS if kind.startswith("ip") or kind == "host" else Hole.NAME
            edges = r"(?<![\w.-]){}(?![\w-])" if original[:1].isalnum() else "{}"
            for place in re.finditer(edges.format(re.escape(original)), message, re.IGNORECASE):
                yield _with_quotes(message, Value(place.start(), place.end(), hole, kind))


def _with_quotes(message: str, value: Value) -> Value:
    """A name in quotes takes its quotes with it."""
    around = message[value.start - 1 : value.start] + message[value.end : value.end + 1]
    if around in ('""', "''", "“”"):
        return Value(value.start - 1, value.end + 1, Hole.QUOTED, value.kind)
    return value


def _formed(message: str) -> Iterator[Value]:
    taken: list[tuple[int, int]] = []
    for form, hole in _FORMS:
        for place in form.finditer(message):
            if all(place.end() <= start or place.start() >= end for start, end in taken):
                taken.append(place.span())
                yield Value(place.start(), place.end(), hole)


def _apart(values: Sequence[Value]) -> Iterator[Value]:
    """Values with text between them: two that touch become one, of any form."""
    last: Value | None = None
    for value in values:
        if last is not None and value.start == last.end:
            last = Value(last.start, value.end, Hole.REST)
            continue
        if last is not None:
            yield last
        last = value
    if last is not None:
        yield last


def _pattern(message: str, values: Sequence[Value], carried: Sequence[str]) -> str:
    out: list[str] = []
    used: set[str] = set()
    at = 0
    for value in values:
        name = _free(_name(message, value, carried), used)
        used.add(name)
        out += [_TABS.sub("  ", message[at : value.start]), f"{{{name}:{value.hole}}}"]
        at = value.end
    return "".join([*out, _TABS.sub("  ", message[at:])])


def _name(message: str, value: Value, carried: Sequence[str]) -> str:
    """What a hole is called: by what it holds, or by the words round it."""
    before = [word.lower() for word in _WORD.findall(message[: value.start])][-3:]
    behind = _WORD.match(message[value.end :].lstrip(" [(:"))
    unit = _UNITS.get(behind[0].lower()) if behind and value.hole is Hole.NUMBER else None
    near = next((word for word in reversed(before) if word not in _EMPTY), None)
    if value.hole is Hole.NUMBER and re.search(
        r"\b(?:error|result|exit|reason)? ?code\b[\w ]{0,40}$", message[: value.start], re.IGNORECASE
    ):
        near = "code"
    if near and near.endswith("_sa"):
        near = "connection" if value.hole is Hole.NAME else "sa"
    if value.kind == "user":
        wanted = "user"
    elif value.hole is Hole.REST:
        wanted = "what"
    elif value.hole is Hole.WORD and message[value.start].isalpha():
        wanted = "device"
    elif value.hole is Hole.ADDRESS:
        wanted = _WHOSE.get(before[-1], "peer") if before else "peer"
    elif value.hole is Hole.NUMBER:
        follows = _WORD.match(message[value.end :].lstrip())
        plural = bool(follows and follows[0].endswith("s") and message[value.end : value.end + 1] == " ")
        wanted = unit or ("count" if plural and near != "code" else _numbered(message, value, near))
    else:
        wanted = near or value.hole.value
    fitting = [name for name in carried if name == wanted or name in (*before, behind[0].lower() if behind else "")]
    return fitting[-1] if fitting else wanted


def _numbered(message: str, value: Value, near: str | None) -> str:
    """`host[500]`, `192.0.2.7:500`: the number of a port; else what stands before it."""
    if re.search(r"(?:\d\.\d{1,3}|\w\.\w+)[\[:]$", message[: value.start]):
        return "port"
    if re.search(r"_SA [\w.-]+[\[{]$", message[: value.start]):
        return "sa"
    return near or "number"


def _free(name: str, used: set[str]) -> str:
    number = 2
    free = name
    while free in used:
        free = f"{name}{number}"
        number += 1
    return free
