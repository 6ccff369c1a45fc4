"""The tree of a condition: small frozen values that know how to print themselves.

`str(node)` is the canonical text: it parses back to an equal tree. Spans take no part in equality.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from knowledge.condition.words import Comparison, Duration, Op, Test
from knowledge.errors import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """The root of all nodes. Make one with `parse`."""

    span: Span | None = field(default=None, compare=False)

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The conditions that this one is made of, in the order of the text."""
        return ()

    def walk(self) -> Iterator[Condition]:
        """This node and everything below it, top first."""
        yield self
        for part in self.parts:
            yield from part.walk()


def _inner(part: Condition) -> str:
    """A part as it stands inside another node: in parentheses where words could be read two ways."""
    return f"({part})" if isinstance(part, All | AnyOf | Sequence) else str(part)


@dataclass(frozen=True, slots=True, kw_only=True)
class All(Condition):
    """`a and b`, `all of (a, b)`: the least of its parts."""

    of: tuple[Condition, ...]

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The conditions that must all hold."""
        return self.of

    def __str__(self) -> str:
        return " and ".join(str(part) if isinstance(part, Sequence) else _inner(part) for part in self.of)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Condition):
    """`a or b`, `any of (a, b)`: the greatest of its parts."""

    of: tuple[Condition, ...]

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The conditions of which one must hold."""
        return self.of

    def __str__(self) -> str:
        return " or ".join(str(part) if isinstance(part, Sequence) else _inner(part) for part in self.of)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast(Condition):
    """`at least 2 of (a, b, c)`."""

    number: int
    of: tuple[Condition, ...]

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The conditions that are counted."""
        return self.of

    def __str__(self) -> str:
        return f"at least {self.number} of ({', '.join(map(str, self.of))})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Condition):
    """`not a`: its opposite; the opposite of unknown is unknown."""

    of: Condition

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The one condition that must not hold."""
        return (self.of,)

    def __str__(self) -> str:
        return f"not {_inner(self.of)}"


class Asked(StrEnum):
    """The words that ask for one of the three values outright, and so are never unknown themselves."""

    SEEN = "seen"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks(Condition):
    """`seen a` (true: a is true), `absent a` (a is false), `unknown a` (a is unknown); else false."""

    word: Asked
    of: Condition

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The one condition that is asked about."""
        return (self.of,)

    def __str__(self) -> str:
        return f"{self.word} {_inner(self.of)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts(Condition):
    """`ike.notify (name is X)`, `ike.*`, and by value: `ras.error.code in {789}`, `ras.code is 789`, `delay >= 50 s`.

    `name` is a fact (`ike.notify`), a family (`ike.*`) or, by value only, everything (`*`).
    """

    name: str
    tests: tuple[Test, ...] = ()
    #: True where it is written as a value's path: then there is exactly one test.
    by_value: bool = False
    #: Where the name alone stands, without what is asked of it.
    name_span: Span | None = field(default=None, compare=False)

    def __str__(self) -> str:
        if self.by_value:
            prefix = self.name.removesuffix("*").removesuffix(".")
            return f"{prefix}.{self.tests[0]}" if prefix else str(self.tests[0])
        return f"{self.name} ({', '.join(map(str, self.tests))})" if self.tests else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge(Condition):
    """`first ike.notify (name is X)`: the first notify that the log shows is an X; `last` likewise."""

    last: bool
    of: Facts

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The facts among which it is the first or the last."""
        return (self.of,)

    def __str__(self) -> str:
        return f"{'last' if self.last else 'first'} {self.of}"


class Joint(StrEnum):
    """How a fact is joined to the one before it in a sequence."""

    THEN = "then"
    WITHOUT_LATER = "without later"
    WITHOUT_EARLIER = "without earlier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One further step of a sequence."""

    joint: Joint
    event: Condition
    within: Duration | None = None

    def __str__(self) -> str:
        return f"{self.joint} {_inner(self.event)}{f' within {self.within}' if self.within else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence(Condition):
    """`a then b within 30 s without later c`: facts of one attempt, in the order in which they were said."""

    start: Condition
    links: tuple[Link, ...]

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The events, in the order of the text."""
        return (self.start, *(link.event for link in self.links))

    def __str__(self) -> str:
        return " ".join((_inner(self.start), *map(str, self.links)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Condition):
    """`count(x) >= 3`, `count(x) within 60 s >= 3`: how often something was said, `times` included."""

    of: Facts
    op: Op
    number: int
    within: Duration | None = None

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The facts that are counted."""
        return (self.of,)

    def __str__(self) -> str:
        return f"count({self.of}){f' within {self.within}' if self.within else ''} {self.op} {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Condition):
    """`answer.prompt is before`; without a comparison: the question was answered."""

    question: str
    comparison: Comparison | None = None
    #: Where `answer.` and the question stand.
    name_span: Span | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"answer.{self.question}{f' {self.comparison}' if self.comparison else ''}"


class Setting(StrEnum):
    """What is true of the attempt as a whole."""

    PLATFORM = "platform"
    SIDE = "side"
    STAGE = "stage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given(Condition):
    """`platform is windows`, `side is client`, `stage >= l2tp`."""

    setting: Setting
    comparison: Comparison

    def __str__(self) -> str:
        return f"{self.setting} {self.comparison}"


class Reach(StrEnum):
    """Which attempts a condition is asked of, where it is not this one."""

    ANY = "any"
    ANOTHER = "another"
    EARLIER = "an earlier"
    LATER = "a later"


@dataclass(frozen=True, slots=True, kw_only=True)
class InAttempt(Condition):
    """`in an earlier attempt (session.up)`: the condition holds in one of the other attempts that the reading shows."""

    reach: Reach
    of: Condition

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The condition that is asked of the other attempts."""
        return (self.of,)

    def __str__(self) -> str:
        return f"in {self.reach} attempt ({self.of})"


def is_event(node: Condition) -> bool:
    """Whether a node names facts that have a place in time, so that `then` and `without` can join it."""
    if isinstance(node, AnyOf):
        return all(map(is_event, node.of))
    return isinstance(node, Facts | Edge)
