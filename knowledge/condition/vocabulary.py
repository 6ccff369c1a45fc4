"""The names that a condition reads: for lints, for planning, and to find a rule by what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.condition.tree import Answer, Condition, Facts, Given
from knowledge.condition.words import Comparison
from knowledge.errors import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a condition reads, each name once, in the order of the text."""

    #: `ike.timeout`
    facts: tuple[str, ...] = ()
    #: `ike.*`
    families: tuple[str, ...] = ()
    #: Fact, family or `*`, and the name of the value: `("ike.notify", "name")`.
    values: tuple[tuple[str, str], ...] = ()
    #: `prompt`
    answers: tuple[str, ...] = ()
    #: Question and choice: `("prompt", "before")`.
    choices: tuple[tuple[str, str], ...] = ()
    #: `platform`, `side`, `stage`
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One place in a condition where a name stands."""

    #: `fact`, `family`, `value`, `answer`, `choice` or `setting`
    kind: str
    name: str
    #: The fact of a value, the question of a choice.
    of: str | None = None
    span: Span | None = None


def mentions(condition: Condition) -> Iterator[Mention]:
    """Every place where a name stands, in the order of the text, so that a fault can point at it."""
    for node in condition.walk():
        match node:
            case Facts():
                if node.name != "*":
                    yield Mention(kind="family" if node.name.endswith("*") else "fact", name=node.name, span=node.name_span)
                for test in node.tests:
                    yield Mention(kind="value", name=test.key, of=node.name, span=test.key_span)
            case Answer():
                yield Mention(kind="answer", name=node.question, span=node.name_span)
                yield from _choices(node.question, node.comparison)
            case Given():
                yield Mention(kind="setting", name=node.setting, span=node.span)


def _choices(question: str, comparison: Comparison | None) -> Iterator[Mention]:
    if comparison is not None:
        spans = comparison.value_spans or (comparison.span,) * len(comparison.values)
        for choice, span in zip(comparison.values, spans, strict=True):
            yield Mention(kind="choice", name=choice, of=question, span=span)


def names(condition: Condition) -> Names:
    """What a condition reads."""
    found = list(mentions(condition))

    def of_kind(kind: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(mention.name for mention in found if mention.kind == kind))

    def pairs(kind: str) -> tuple[tuple[str, str], ...]:
        return tuple(dict.fromkeys((mention.of or "", mention.name) for mention in found if mention.kind == kind))

    return Names(
        facts=of_kind("fact"),
        families=of_kind("family"),
        values=pairs("value"),
        answers=of_kind("answer"),
        choices=pairs("choice"),
        settings=of_kind("setting"),
    )
