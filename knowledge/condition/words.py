"""The words of the language and what stands between them: values, times, comparisons."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from knowledge.errors import Span

#: The words of the language: a value that is one of them must be quoted.
RESERVED = frozenset({
    "absent", "all", "an", "and", "another", "any", "at", "attempt", "contains", "count", "earlier", "first", "in", "is", "last",
    "later", "least", "not", "of", "or", "private", "public", "seen", "then", "unknown", "within", "without",
})  # fmt: skip
#: A value that needs no quotes: a word, a number, an address, a token of redaction, a network.
BARE_VALUE = r"(?:\[[A-Za-z][A-Za-z0-9-]*\][\w/:.-]*|[+-]?\w[\w.:/+%@-]*)"
_BARE = re.compile(BARE_VALUE)
#: A value in quotes, on one line; a quote and a backslash inside it are escaped.
QUOTED = r'"(?:[^"\\\n]|\\["\\])*"'

#: Seconds in each unit of time.
UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


class Op(StrEnum):
    """How a value is compared."""

    IS = "is"
    IS_NOT = "is not"
    IN = "in"
    NOT_IN = "not in"
    AT_LEAST = ">="
    AT_MOST = "<="
    MORE = ">"
    LESS = "<"
    PRIVATE = "is private"
    PUBLIC = "is public"
    CONTAINS = "contains"


#: Operators over numbers, durations, versions and stages.
ORDERED = frozenset({Op.AT_LEAST, Op.AT_MOST, Op.MORE, Op.LESS})


def quoted(value: str) -> str:
    """The value in quotes, the two characters that need it escaped."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _printed(value: str) -> str:
    return value if _BARE.fullmatch(value) and value not in RESERVED else quoted(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A length of time as the author wrote it."""

    amount: str
    unit: str

    @property
    def seconds(self) -> float:
        """Its length in seconds."""
        return float(self.amount) * UNITS[self.unit]

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """An operator and what is compared with: `is peer`, `in {789, 809}`, `>= 50 s`, `is private`."""

    op: Op
    values: tuple[str, ...] = ()
    #: The unit of the number of an ordered comparison, if it has one.
    unit: str | None = None
    span: Span | None = field(default=None, compare=False)
    #: Where each of the values stands.
    value_spans: tuple[Span, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        match self.op:
            case Op.PRIVATE | Op.PUBLIC:
                return str(self.op)
            case Op.IN | Op.NOT_IN:
                return f"{self.op} {{{', '.join(map(_printed, self.values))}}}"
            case Op.CONTAINS:
                return f"{self.op} {quoted(self.values[0])}"
        return f"{self.op} {_printed(self.values[0])}{f' {self.unit}' if self.unit else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One entry of a filter: a value's name and what it must be."""

    key: str
    comparison: Comparison
    span: Span | None = field(default=None, compare=False)
    #: Where the value's name alone stands.
    key_span: Span | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.key} {self.comparison}"
