"""What can be said about a condition before anything is known: whether it can hold, always holds, or follows from another.

Connectives are worked through for every combination of what their leaves (facts, sequences, counts, answers, …) can be.
Leaves depend on each other only as far as `follows` and the alternatives of one question or setting say; so an answer is
sure where it says that something is impossible, and careful otherwise. None: too many leaves to say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import product

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
    Given,
    Joint,
    Not,
    Sequence,
    Setting,
)
from knowledge.condition.truth import Truth, truth
from knowledge.condition.values import compare, in_order
from knowledge.condition.words import Comparison, Op, Test
from knowledge.terms import Platform, Side, Stage

#: What a leaf can come to, as far as the base tells (a fact that nothing asserts is never true).
Possible = Callable[[Condition], Collection[Truth]]

#: With more leaves than this nothing is said.
MOST_LEAVES = 9
_MOST_LEAVES_ASKED = 6
_ALTERNATIVES: Mapping[Setting, tuple[str, ...]] = {
    Setting.PLATFORM: tuple(Platform),
    Setting.SIDE: tuple(Side),
    Setting.STAGE: tuple(Stage),
}


def everything(_: Condition) -> Collection[Truth]:
    """Every leaf can be anything."""
    return tuple(Truth)


def leaves(condition: Condition) -> tuple[Condition, ...]:
    """The parts of a condition that are not connectives, each once, in the order of the text."""
    return tuple(dict.fromkeys(_leaves(condition)))


def _leaves(node: Condition) -> Iterator[Condition]:
    if isinstance(node, All | AnyOf | AtLeast | Not | Asks):
        for part in node.parts:
            yield from _leaves(part)
    else:
        yield node


def given(node: Condition, values: Mapping[Condition, Truth]) -> Truth:
    """What a condition comes to where each of its leaves is as `values` says."""
    match node:
        case All():
            return min(given(part, values) for part in node.of)
        case AnyOf():
            return max(given(part, values) for part in node.of)
        case AtLeast():
            return sorted((given(part, values) for part in node.of), reverse=True)[node.number - 1]
        case Not():
            return ~given(node.of, values)
        case Asks():
            return truth(given(node.of, values) is ASKED[node.word])
    return values[node]


ASKED = {Asked.SEEN: Truth.TRUE, Asked.ABSENT: Truth.FALSE, Asked.UNKNOWN: Truth.UNKNOWN}


def can_hold(condition: Condition, possible: Possible = everything, *, several: Collection[str] = ()) -> bool | None:
    """Whether there is any evidence under which the condition is true.

    Args:
        condition: The condition.
        possible: What its leaves can come to.
        several: Questions of which several choices may be true at once.
    """
    worlds = _worlds((condition,), possible, several)
    if worlds is None:
        return None if Truth.TRUE in _bounds(condition, possible) else False
    return any(given(condition, world) is Truth.TRUE for world in worlds)


def _bounds(node: Condition, possible: Possible) -> frozenset[Truth]:
    """What a node can come to if its parts had nothing to do with each other: at least what it really can."""
    if isinstance(node, Not):
        return frozenset(~value for value in _bounds(node.of, possible))
    if isinstance(node, Asks):
        inner = _bounds(node.of, possible)
        asked = ASKED[node.word]
        return frozenset({truth(value is asked) for value in inner})
    if isinstance(node, All | AnyOf):
        join = min if isinstance(node, All) else max
        first, *others = (_bounds(part, possible) for part in node.of)
        for other in others:
            first = frozenset(join(pair) for pair in product(first, other))
        return first
    if isinstance(node, AtLeast):
        able = sum(Truth.TRUE in _bounds(part, possible) for part in node.of)
        return frozenset(Truth) if able >= node.number else frozenset({Truth.FALSE, Truth.UNKNOWN})
    return frozenset(possible(node))


def always_holds(condition: Condition, possible: Possible = everything, *, several: Collection[str] = ()) -> bool | None:
    """Whether the condition is true once everything is known, whatever it is."""
    worlds = _worlds((condition,), lambda leaf: [value for value in possible(leaf) if value is not Truth.UNKNOWN], several)
    return None if worlds is None else all(given(condition, world) is Truth.TRUE for world in worlds)


def entails(one: Condition, other: Condition, *, several: Collection[str] = ()) -> bool | None:
    """Whether `other` is true wherever `one` is."""
    worlds = _worlds((one, other), everything, several)
    if worlds is None:
        return None
    return all(given(other, world) is Truth.TRUE for world in worlds if given(one, world) is Truth.TRUE)


def _worlds(
    conditions: tuple[Condition, ...], possible: Possible, several: Collection[str]
) -> Iterator[Mapping[Condition, Truth]] | None:
    """Every combination of truths that the leaves of the conditions can have together."""
    found = tuple(dict.fromkeys(leaf for condition in conditions for leaf in leaves(condition)))
    asked = any(isinstance(node, Asks) for condition in conditions for node in condition.walk())
    if len(found) > (_MOST_LEAVES_ASKED if asked else MOST_LEAVES):
        return None
    # Without `seen`, `absent` and `unknown` a condition that is true with an unknown leaf is true with either value of it.
    values = [[value for value in possible(leaf) if asked or value is not Truth.UNKNOWN] or [Truth.UNKNOWN] for leaf in found]
    rules = [(one, other) for one in found for other in found if one is not other and follows(other, one)]
    return (
        world for world in (dict(zip(found, row, strict=True)) for row in product(*values)) if _is_possible(world, rules, several)
    )


def _is_possible(world: Mapping[Condition, Truth], rules: list[tuple[Condition, Condition]], several: Collection[str]) -> bool:
    if any(world[one] > world[other] for one, other in rules):
        return False
    return all(map(_has_alternative, _grouped(world, several)))


def _grouped(
    world: Mapping[Condition, Truth], several: Collection[str]
) -> Iterator[tuple[tuple[str, ...], list[tuple[Comparison, Truth]]]]:
    """The leaves that speak of one setting or one question with a single choice, with what that can be."""
    groups: dict[str, list[tuple[Comparison, Truth]]] = {}
    for leaf, value in world.items():
        if isinstance(leaf, Given):
            groups.setdefault(leaf.setting, []).append((leaf.comparison, value))
        elif isinstance(leaf, Answer) and leaf.comparison and leaf.question not in several:
            groups.setdefault(f"answer.{leaf.question}", []).append((leaf.comparison, value))
    for name, pairs in groups.items():
        if name in _ALTERNATIVES:
            yield _ALTERNATIVES[Setting(name)], pairs
        else:
            yield (*(choice for comparison, _ in pairs for choice in comparison.values), "another choice"), pairs


def _has_alternative(group: tuple[tuple[str, ...], list[tuple[Comparison, Truth]]]) -> bool:
    alternatives, pairs = group
    values = [value for _, value in pairs]
    if Truth.UNKNOWN in values:
        return all(value is Truth.UNKNOWN for value in values)
    return any(all(compare(each, comparison) is value for comparison, value in pairs) for each in alternatives)


def follows(other: Condition, one: Condition) -> bool:
    """Whether a leaf is true wherever another leaf is, by what the two say.

    >>> from knowledge.condition import parse
    >>> follows(parse("ike.*"), parse("ike.notify (name is X) then ike.timeout"))
    True
    """
    found = one == other
    match one, other:
        case Facts(), Facts():
            found = _names(other.name, one.name) and all(_is_tested(test, one.tests) for test in other.tests)
        case (Edge(), _):
            found = found or follows(other, one.of)
        case Count(), Count():
            found = found or _counts_more(one, other)
        case Count(), _:
            found = _counts_some(one) and follows(other, one.of)
        case Sequence(), _:
            events = (one.start, *(link.event for link in one.links if link.joint is Joint.THEN))
            found = found or any(follows(other, event) for event in events)
        case AnyOf(), _:
            found = found or all(follows(other, part) for part in one.of)
    return found


def _names(wide: str, name: str) -> bool:
    return wide in (name, "*") or (not name.endswith("*") and wide == family_of(name))


def _is_tested(test: Test, tests: tuple[Test, ...]) -> bool:
    """Whether what passes `tests` passes `test` as well."""
    for known in tests:
        if known == test:
            return True
        finite = known.comparison.op in (Op.IS, Op.IN)
        if (
            known.key == test.key
            and finite
            and all(compare(value, test.comparison) is Truth.TRUE for value in known.comparison.values)
        ):
            return True
    return False


def _counts_more(one: Count, other: Count) -> bool:
    if one.of != other.of or one.op is not other.op or one.op not in (Op.AT_LEAST, Op.MORE):
        return False
    longer = other.within is None or (one.within is not None and one.within.seconds <= other.within.seconds)
    return longer and one.number >= other.number


def _counts_some(one: Count) -> bool:
    return not in_order(one.op, 0, one.number) and one.op in (Op.AT_LEAST, Op.MORE, Op.IS)
