"""What speaks for a cause, gathered from the whole base: rules, log lines, answers, numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.condition import Condition
from knowledge.condition.context import family_of
from knowledge.condition.tree import Asked, Asks, Facts, Joint, Not, Sequence
from knowledge.rules import Cause, Choice, Code, Effect, Format, KnowledgeBase, Question, Rule, Signature
from knowledge.terms import Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """Everything in a base that is about one cause."""

    rules: tuple[tuple[Rule, Effect], ...]
    #: The signatures whose lines its rules wait for.
    lines: tuple[tuple[Format, tuple[Signature, ...]], ...]
    answers: tuple[tuple[Question, Choice, Effect], ...]
    codes: tuple[Code, ...]

    @property
    def supporting(self) -> tuple[Rule, ...]:
        """The rules that speak for it."""
        return tuple(rule for rule, effect in self.rules if effect.direction is Direction.SUPPORTS)


def proofs_of(base: KnowledgeBase, cause: Cause) -> Proofs:
    """Gather them."""
    rules = tuple((rule, effect) for rule in base.rules for effect in rule.effects if effect.cause == cause.id)
    names = {name for rule, effect in rules if effect.direction is Direction.SUPPORTS for name in waited_for(rule.when)}
    lines = []
    for source in base.formats.values():
        own = tuple(each for each in source.signatures if each.fact in names or family_of(each.fact) in names)
        if own:
            lines.append((source, own))
    return Proofs(
        rules=rules,
        lines=tuple(lines),
        answers=tuple(
            (question, choice, effect)
            for question in base.questions.values()
            for choice in question.choices
            for effect in choice.effects
            if effect.cause == cause.id
        ),
        codes=tuple(code for code in base.codes.values() if cause.id in code.causes),
    )


def waited_for(node: Condition) -> Iterator[str]:
    """The facts that a condition wants to see, not those that it wants absent."""
    match node:
        case Not():
            return
        case Asks():
            if node.word is Asked.SEEN:
                yield from waited_for(node.of)
        case Sequence():
            yield from waited_for(node.start)
            for link in node.links:
                if link.joint is Joint.THEN:
                    yield from waited_for(link.event)
        case Facts():
            if node.name != "*":
                yield node.name
        case _:
            for part in node.parts:
                yield from waited_for(part)
