"""Which rules are worth asking: one that needs a fact or an answer to be true is not asked where there is none.

    ike.notify (name is X) and not ike.established   needs ike.notify
    ike.timeout or answer.error is e809              needs one of ike.timeout, answer.error
    absent ike.*                                     needs nothing: it is always asked

With some hundred rules and the evidence of one attempt that leaves a few dozen. What a rule that is not asked comes to, false or
unknown, only matters for what is *unconfirmed* about the likeliest causes, and is worked out there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from knowledge.condition import Context
from knowledge.condition.context import family_of
from knowledge.condition.tree import (
    All,
    Answer,
    AnyOf,
    Asked,
    Asks,
    AtLeast,
    Condition,
    Count,
    Edge,
    Facts,
    Not,
    Sequence,
)
from knowledge.condition.words import Op
from knowledge.rules import KnowledgeBase, Rule, Status
from knowledge.terms import CauseId, Direction, RuleId, TuningKind

#: Names of which one must be there; None: nothing needs to be.
Needs = frozenset[str] | None

#: So many bases are kept in mind.
_MOST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The rules of one base, by what they need, and by what they say."""

    #: Rules that need nothing, and by name the rules that need it or another; numbers are places in `KnowledgeBase.rules`.
    always: tuple[int, ...]
    by_name: dict[str, tuple[int, ...]]
    #: Rules that speak for or exclude a cause, and so would say something about it if they were settled.
    about: dict[CauseId, tuple[Rule, ...]]
    #: Rules that are asked and neither speak nor weigh.
    silent: frozenset[RuleId]
    rules: tuple[Rule, ...]

    def worth(self, context: Context) -> Iterator[Rule]:
        """The rules that may be true in a context, in the order of the base."""
        found = set(self.always)
        for name in names_in(context):
            found.update(self.by_name.get(name, ()))
        for number in sorted(found):
            yield self.rules[number]


def asking(base: KnowledgeBase) -> Asking:
    """How the rules of a base are asked; worked out once for each of the last few bases."""
    known = _KNOWN.get(id(base))
    if known is not None and known[0] is base:
        return known[1]
    made = _asking(base)
    while len(_KNOWN) >= _MOST:
        _KNOWN.pop(next(iter(_KNOWN)))
    _KNOWN[id(base)] = (base, made)
    return made


def needs(node: Condition, *, to_be: bool = True) -> Needs:  # noqa: PLR0911 - one line for each kind of node
    """What must be there for a condition to be true (or, `to_be` False, false); None where that asks for nothing.

    >>> from knowledge.condition import parse
    >>> sorted(needs(parse("ike.timeout or answer.error is e809")))
    ['answer.error', 'ike.timeout']
    >>> needs(parse("not ike.timeout")) is None
    True
    """
    match node:
        case Answer():
            return frozenset({f"answer.{node.question}"})
        case Facts() | Edge():
            return frozenset({node.name if isinstance(node, Facts) else node.of.name}) if to_be else None
        case Sequence():
            return needs(node.start) if to_be else None
        case Count():
            some = node.op in (Op.AT_LEAST, Op.MORE, Op.IS) and node.number >= 1
            return needs(node.of) if to_be and some else None
        case Not():
            return needs(node.of, to_be=not to_be)
        case Asks(word=Asked.SEEN):
            return needs(node.of) if to_be else None
        case AtLeast():
            return _one_of(node.of) if to_be and node.number >= 1 else None
        case All() | AnyOf():
            every = isinstance(node, All) is to_be
            return _all_of(node.of, to_be=to_be) if every else _one_of(node.of, to_be=to_be)
    return None


def names_in(context: Context) -> Iterator[str]:
    """Every name that is there: facts, their families, everything (`*`), and the questions that were answered."""
    facts = {fact.id for fact in context.facts}
    yield from facts
    yield from {family_of(fact) for fact in facts}
    if facts:
        yield "*"
    yield from (f"answer.{question}" for question in context.answers)


def _all_of(parts: Iterable[Condition], *, to_be: bool) -> Needs:
    """All parts must come about: it is enough to watch one, the one with the fewest names."""
    found = [need for part in parts if (need := needs(part, to_be=to_be)) is not None]
    return min(found, key=len, default=None)


def _one_of(parts: Iterable[Condition], *, to_be: bool = True) -> Needs:
    together: set[str] = set()
    for part in parts:
        need = needs(part, to_be=to_be)
        if need is None:
            return None
        together |= need
    return frozenset(together)


def _asking(base: KnowledgeBase) -> Asking:
    always: list[int] = []
    by_name: dict[str, list[int]] = defaultdict(list)
    about: dict[CauseId, list[Rule]] = defaultdict(list)
    muted = {tuning.rule for tuning in base.tunings if tuning.kind is TuningKind.MUTE and tuning.rule}
    silent = muted | {rule.id for rule in base.rules if rule.status is Status.EXPERIMENTAL}
    for number, rule in enumerate(base.rules):
        if rule.status is Status.DEPRECATED:
            continue
        wanted = needs(rule.when)
        if wanted is None:
            always.append(number)
        else:
            for name in wanted:
                by_name[name].append(number)
        if rule.id not in silent:
            for cause in {effect.cause for effect in rule.effects if effect.direction is not Direction.OPPOSES}:
                about[cause].append(rule)
    return Asking(
        always=tuple(always),
        by_name={name: tuple(numbers) for name, numbers in by_name.items()},
        about={cause: tuple(rules) for cause, rules in about.items()},
        silent=frozenset(silent),
        rules=base.rules,
    )


_KNOWN: dict[int, tuple[KnowledgeBase, Asking]] = {}
