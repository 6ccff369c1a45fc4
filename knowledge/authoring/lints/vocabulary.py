"""Words and values that nothing says or nothing reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from knowledge.authoring.lints import Lint, Seen
from knowledge.condition import Condition, Truth, mentions
from knowledge.condition.context import family_of
from knowledge.condition.tree import Facts
from knowledge.condition.values import compare
from knowledge.condition.words import Op, Test
from knowledge.errors import BaseError, Fault, Severity
from knowledge.inference import CODE_FACTS
from knowledge.logs import Hole, compile_signature
from knowledge.rules import KnowledgeBase, Signature
from knowledge.terms import FactId

#: Values that the reader itself gives to every fact.
_GIVEN = frozenset({"during", "side", "times", "format"})


@dataclass(frozen=True, slots=True)
class Carried:
    """What the signatures of a fact can give to one of its values."""

    #: The constants that `with` gives.
    words: frozenset[str]
    #: True where a hole may hold anything.
    anything: bool


def conditions_of(base: KnowledgeBase) -> Iterator[Condition]:
    """Every condition of a base."""
    yield from (rule.when for rule in base.rules)
    yield from (question.when for question in base.questions.values() if question.when)


def said_facts(base: KnowledgeBase) -> frozenset[str]:
    """The facts that a signature, a number or an answer can assert."""
    said = {str(signature.fact) for source in base.formats.values() for signature in source.signatures}
    return frozenset(said | set(CODE_FACTS))


def is_said(name: str, said: Iterable[str]) -> bool:
    """Whether something can assert a fact, or any of a family, or anything (`*`)."""
    return name == "*" or any(name in (fact, family_of(fact)) for fact in said)


def values_of(base: KnowledgeBase) -> Mapping[str, Mapping[str, Carried]]:
    """For each fact that signatures assert, what they can give to its values."""
    carried: dict[str, dict[str, Carried]] = {}
    for source in base.formats.values():
        for signature in source.signatures:
            given = carried.setdefault(signature.fact, {})
            for key, hole in _holes(signature).items():
                given[key] = Carried(given[key].words if key in given else frozenset(), anything=hole is not None)
            for key, word in signature.constants.items():
                known = given.get(key, Carried(frozenset(), anything=False))
                given[key] = Carried(known.words | {word}, known.anything)
    return carried


def _holes(signature: Signature) -> Mapping[str, Hole]:
    try:
        return compile_signature(signature).holes
    except BaseError:
        return {}


def unsaid_facts(seen: Seen) -> Iterator[Fault]:
    """Conditions that read what nothing asserts."""
    said = said_facts(seen.base)
    for condition in conditions_of(seen.base):
        for mention in mentions(condition):
            known = mention.name in seen.base.facts or mention.kind == "family"
            if mention.kind in ("fact", "family") and known and not is_said(mention.name, said):
                yield Fault(
                    message=f"nothing says `{mention.name}`",
                    span=mention.span,
                    reason="no signature, code table or answer asserts it",
                    help="write the signature, or take the word out",
                    severity=Severity.WARNING,
                    code="unsaid-fact",
                )


def unused_facts(seen: Seen) -> Iterator[Fault]:
    """Words that nothing says and nothing reads."""
    said = said_facts(seen.base)
    read = {mention.name for condition in conditions_of(seen.base) for mention in mentions(condition)}
    always = {fact for source in seen.base.formats.values() for fact in source.always}
    for fact in seen.base.facts:
        if fact not in said and fact not in read and family_of(fact) not in read and fact not in always:
            yield Fault(
                message=f"the fact `{fact}` is not used",
                span=seen.places.at("facts.yaml", "facts", fact, key=True),
                reason="nothing says it, and nothing reads it",
                help="take it out, or write the signature that says it",
                severity=Severity.WARNING,
                code="unused-fact",
            )


def values_that_never_are(seen: Seen) -> Iterator[Fault]:
    """Filters that ask for a value that no signature of the fact gives."""
    carried = values_of(seen.base)
    for condition in conditions_of(seen.base):
        for node in condition.walk():
            if isinstance(node, Facts) and node.name in carried and FactId(node.name) not in CODE_FACTS:
                yield from (fault for test in node.tests if (fault := _never(node.name, test, carried[node.name])))


def _never(name: str, test: Test, carried: Mapping[str, Carried]) -> Fault | None:
    if test.key in _GIVEN:
        return None
    known = carried.get(test.key)
    positive = test.comparison.op in (Op.IS, Op.IN, Op.CONTAINS)
    if known is None:
        reason, advice = f"no signature of `{name}` gives it a `{test.key}`", "add the hole, or the constant in `with`"
    elif positive and not known.anything and not any(compare(word, test.comparison) is Truth.TRUE for word in known.words):
        reason, advice = f"its signatures give {', '.join(sorted(known.words))}", "one of these, or a signature that gives it"
    else:
        return None
    return Fault(
        message=f"`{name}` never has `{test}`",
        span=test.span,
        reason=reason,
        help=advice,
        severity=Severity.WARNING,
        code="value-never-given",
    )


LINTS: tuple[Lint, ...] = (unsaid_facts, unused_facts, values_that_never_are)
