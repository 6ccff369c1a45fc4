"""Why a condition holds or does not: the same tree, each node with its truth, its proofs, and what would settle it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from knowledge.condition.context import Context, fact_value
from knowledge.condition.evaluation import attempts_in_reach, decide
from knowledge.condition.filters import satisfies
from knowledge.condition.tree import All, Answer, AnyOf, Asks, AtLeast, Condition, Count, Edge, Facts, Given, InAttempt, Not
from knowledge.condition.truth import Truth
from knowledge.errors import Span
from knowledge.terms import Fact


class NeedKind(StrEnum):
    """What is missing where something is unknown."""

    #: A log that shows the fact's stage from start to end, in a format that always says it.
    FACT = "fact"
    #: A line that carries the value: `ike.notify.name`.
    VALUE = "value"
    #: The answer to a question.
    ANSWER = "answer"
    #: The platform, the side, or the stage (of which any log tells).
    SETTING = "setting"
    #: Times on the lines: `within` cannot be measured.
    CLOCK = "clock"
    #: A log of another attempt.
    ATTEMPT = "attempt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that would settle an unknown."""

    kind: NeedKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One node of a condition, and what it came to."""

    text: str
    #: What stands at this node of the tree: `all of`, `not`, or the whole text of a leaf.
    label: str
    truth: Truth
    #: The facts that the truth rests on; where it is unknown, those that speak for it so far.
    facts: tuple[Fact, ...] = ()
    #: The answers that it rests on, as `question=choice`.
    answers: tuple[str, ...] = ()
    #: Facts of the right name that did not pass the filter: near misses.
    near: tuple[Fact, ...] = ()
    #: What would settle it, where it is unknown.
    needs: tuple[Need, ...] = ()
    parts: tuple[Explained, ...] = ()
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a condition came to in a context."""

    condition: Condition
    context: Context
    truth: Truth
    #: The facts that it rests on; where it is unknown, those that speak for it so far.
    facts: tuple[Fact, ...] = ()
    #: The answers that it rests on, as `question=choice`.
    answers: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the condition is true. Unknown does not hold."""
        return self.truth is Truth.TRUE

    @property
    def explained(self) -> Explained:
        """The tree of reasons. It is worked out when asked for, because inference needs it for few rules."""
        return explain(self.condition, self.context)


def evaluate(condition: Condition, context: Context) -> Result:
    """What a condition comes to: true, false or unknown, and on what that rests."""
    value, facts, answers = decide(condition, context)
    return Result(condition=condition, context=context, truth=value, facts=facts, answers=answers)


def explain(node: Condition, context: Context) -> Explained:
    """The tree of reasons of a node."""
    value, facts, answers = decide(node, context)
    parts = () if isinstance(node, InAttempt) else tuple(explain(part, context) for part in node.parts)
    near = _near(node, context) if value is not Truth.TRUE else ()
    needs = _needs(node, context, parts) if value is Truth.UNKNOWN else ()
    return Explained(
        text=str(node),
        label=_label(node),
        truth=value,
        facts=facts,
        answers=answers,
        near=near,
        needs=needs,
        parts=parts,
        span=node.span,
    )


def _label(node: Condition) -> str:
    match node:
        case All():
            return "all of"
        case AnyOf():
            return "any of"
        case AtLeast():
            return f"at least {node.number} of"
        case Not():
            return "not"
        case Asks():
            return node.word
    return str(node)


def _near(node: Condition, context: Context) -> tuple[Fact, ...]:
    if isinstance(node, Facts) and node.tests and node.name != "*":
        return tuple(fact for fact in context.named(node.name) if satisfies(fact, node.tests) is not Truth.TRUE)
    return ()


def _needs(node: Condition, context: Context, parts: tuple[Explained, ...]) -> tuple[Need, ...]:
    needs: tuple[Need, ...] = ()
    match node:
        case Answer():
            needs = (Need(kind=NeedKind.ANSWER, name=node.question),)
        case Given():
            needs = (Need(kind=NeedKind.SETTING, name=node.setting),)
        case InAttempt():
            reached = attempts_in_reach(node.reach, context)
            needs = _of_parts(tuple(explain(node.of, other) for other in reached))
            needs = needs or (Need(kind=NeedKind.ATTEMPT, name=node.reach),)
        case Facts():
            needs = _needs_of_facts(node, context)
        case Count() | Edge():
            needs = _of_parts(parts) or _needs_of_place(node.of, context)
        case Not() | Asks():
            needs = parts[0].needs
        case _:
            needs = _of_parts(parts) or _needs_of_sequence(node, context)
    return needs


def _needs_of_facts(node: Facts, context: Context) -> tuple[Need, ...]:
    """A value that a seen fact does not carry; else the fact itself."""
    lacking = {
        test.key
        for fact in context.named(node.name)
        if satisfies(fact, node.tests) is Truth.UNKNOWN
        for test in node.tests
        if fact_value(fact, test.key) is None
    }
    if lacking and node.name != "*":
        return tuple(Need(kind=NeedKind.VALUE, name=f"{node.name}.{key}") for key in sorted(lacking))
    if node.name == "*":
        return (Need(kind=NeedKind.VALUE, name=node.tests[0].key),)
    return (Need(kind=NeedKind.FACT, name=node.name),)


def _needs_of_place(facts: Facts, context: Context) -> tuple[Need, ...]:
    """It was seen: then what is not known is when, or whether there were others that the log does not show."""
    kind = NeedKind.CLOCK if context.covers(facts.name) else NeedKind.FACT
    return (Need(kind=kind, name=facts.name),)


def _needs_of_sequence(node: Condition, context: Context) -> tuple[Need, ...]:
    events = [event for event in node.walk() if isinstance(event, Facts)]
    return tuple(dict.fromkeys(need for event in events for need in _needs_of_place(event, context)))


def _of_parts(parts: tuple[Explained, ...]) -> tuple[Need, ...]:
    found = dict.fromkeys(need for part in parts if part.truth is Truth.UNKNOWN for need in part.needs)
    return tuple(found)
