"""Rules that can never speak, always do, wait for an absence that no log shows, or say what another rule says already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from knowledge.authoring.lints import Lint, Seen
from knowledge.authoring.lints.vocabulary import is_said, said_facts
from knowledge.condition import Condition, Truth
from knowledge.condition.context import family_of
from knowledge.condition.logic import Possible, always_holds, can_hold, entails
from knowledge.condition.tree import Asked, Asks, Count, Edge, Facts, Joint, Not, Sequence
from knowledge.errors import Fault, Severity
from knowledge.rules import Effect, KnowledgeBase, Rule
from knowledge.terms import Strength

_STRONGER = (Strength.WEAK, Strength.MODERATE, Strength.STRONG, Strength.DECISIVE)


def possible_in(base: KnowledgeBase) -> Possible:
    """What the leaves of a condition can come to, as far as the signatures and formats of a base allow."""
    said = said_facts(base)

    def possible(leaf: Condition) -> Collection[Truth]:
        match leaf:
            case Facts():
                return _possible_fact(leaf.name, said, base)
            case Edge() | Count():
                return possible(leaf.of)
            case Sequence():
                needed = (leaf.start, *(link.event for link in leaf.links if link.joint is Joint.THEN))
                unsaid = any(Truth.TRUE not in possible(event) for event in needed)
                return (Truth.FALSE, Truth.UNKNOWN) if unsaid else tuple(Truth)
        return tuple(Truth)

    return possible


def _possible_fact(name: str, said: Collection[str], base: KnowledgeBase) -> Collection[Truth]:
    values = [Truth.UNKNOWN]
    if is_said(name, said):
        values.append(Truth.TRUE)
    if is_covered(name, base):
        values.append(Truth.FALSE)
    return values


def is_covered(name: str, base: KnowledgeBase) -> bool:
    """Whether there is a format that always says the fact, so that its absence can be known."""
    always = {fact for source in base.formats.values() for fact in source.always}
    return any(name in (fact, family_of(fact)) for fact in always)


def never_or_always(seen: Seen) -> Iterator[Fault]:
    """Rules that no evidence, or any evidence, makes speak."""
    possible = possible_in(seen.base)
    several = {question.id for question in seen.base.questions.values() if question.several}
    for rule in seen.base.rules:
        if can_hold(rule.when, possible, several=several) is False:
            impossible = can_hold(rule.when, several=several) is False
            yield _fault(
                rule,
                f"rule `{rule.id}` can never speak",
                code="never-speaks",
                reason="its parts contradict each other" if impossible else "it needs what no log of these formats can show",
                advice="mend the condition" if impossible else "see the warnings about its words, or use `not seen` for `not`",
            )
        elif always_holds(rule.when, several=several):
            yield _fault(
                rule,
                f"rule `{rule.id}` always speaks",
                code="always-speaks",
                reason="its condition holds whatever is known",
                advice="take it out, and change the causes' priors instead",
            )


def uncovered_absence(seen: Seen) -> Iterator[Fault]:
    """`not x`, `absent x` and `without later x` where no format always says x: that can only ever be unknown."""
    for rule in seen.base.rules:
        for leaf in _denied(rule.when, denied=False):
            if leaf.name != "*" and not is_covered(leaf.name, seen.base):
                yield Fault(
                    message=f"the absence of `{leaf.name}` can never be known",
                    span=leaf.name_span,
                    reason="no format lists it under `always`",
                    help=f"if it is enough that the log does not show it, write `not seen {leaf.name}`",
                    severity=Severity.WARNING,
                    code="uncovered-absence",
                )


def _denied(node: Condition, *, denied: bool) -> Iterator[Facts]:
    """The facts whose absence a condition needs to know."""
    match node:
        case Not():
            yield from _denied(node.of, denied=not denied)
        case Asks():
            if node.word is Asked.ABSENT and not denied:
                yield from _denied(node.of, denied=True)
        case Sequence():
            if not denied:
                for link in node.links:
                    if link.joint is not Joint.THEN:
                        yield from _denied(link.event, denied=True)
        case Facts():
            if denied:
                yield node
        case _:
            for part in node.parts:
                yield from _denied(part, denied=denied)


def subsumed(seen: Seen) -> Iterator[Fault]:
    """Rules that add nothing: whenever they speak, another says the same of the same cause, as strongly."""
    several = {question.id for question in seen.base.questions.values() if question.several}
    by_effect: dict[tuple[str, str], list[Rule]] = defaultdict(list)
    for rule in seen.base.rules:
        if len(rule.effects) == 1:
            by_effect[rule.effects[0].cause, rule.effects[0].direction].append(rule)
    for rules in by_effect.values():
        for rule in rules:
            other = next((other for other in rules if other is not rule and _says_more(other, rule, several)), None)
            if other is not None:
                yield _fault(
                    rule,
                    f"rule `{rule.id}` adds nothing to `{other.id}`",
                    code="subsumed",
                    reason=f"wherever it speaks, the other does, and says the same ({other.span})",
                    advice="give it a greater strength, or take it out",
                )


def _says_more(other: Rule, rule: Rule, several: Collection[str]) -> bool:
    if _weight(other.effects[0]) < _weight(rule.effects[0]) or not entails(rule.when, other.when, several=several):
        return False
    same = _weight(other.effects[0]) == _weight(rule.effects[0]) and entails(other.when, rule.when, several=several)
    return not same or other.id < rule.id  # of two that say the same, one stays


def _weight(effect: Effect) -> int:
    return _STRONGER.index(effect.strength)


def _fault(rule: Rule, message: str, *, code: str, reason: str, advice: str) -> Fault:
    return Fault(
        message=message,
        span=rule.span,
        reason=reason,
        help=advice,
        severity=Severity.WARNING,
        code=code,
    )


LINTS: tuple[Lint, ...] = (never_or_always, uncovered_absence, subsumed)
