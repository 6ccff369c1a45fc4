"""How far a condition is from holding: the one part that keeps it from it, and the least that would have to change."""

from __future__ import annotations

from collections.abc import Mapping

from knowledge.condition.context import Context
from knowledge.condition.evaluation import decide
from knowledge.condition.logic import given, leaves
from knowledge.condition.tree import All, AnyOf, Asked, Asks, AtLeast, Condition, Not
from knowledge.condition.truth import Truth

#: What a part may come to: at least, or at most, so much. `not seen x` is content with an unknown x.
_Range = frozenset[Truth]

_TRUE: _Range = frozenset({Truth.TRUE})
_FALSE: _Range = frozenset({Truth.FALSE})
_NOT_TRUE: _Range = frozenset({Truth.FALSE, Truth.UNKNOWN})
_NOT_FALSE: _Range = frozenset({Truth.TRUE, Truth.UNKNOWN})
_INSIDE: Mapping[tuple[Asked, bool], _Range] = {
    (Asked.SEEN, True): _TRUE,
    (Asked.SEEN, False): _NOT_TRUE,
    (Asked.ABSENT, True): _FALSE,
    (Asked.ABSENT, False): _NOT_FALSE,
}


def missed(condition: Condition, context: Context) -> Condition | None:
    """The one part of a condition that keeps it from being true; None if it is true, or if there are several.

    >>> from knowledge.condition import parse
    >>> str(missed(parse("absent ike.started or platform is linux and side is client"), Context()))
    'absent ike.started or (platform is linux and side is client)'
    """
    values = _values(condition, context)
    return None if given(condition, values) is Truth.TRUE else _missed(condition, values, _TRUE)


def changes(condition: Condition, context: Context) -> tuple[tuple[Condition, Truth], ...]:
    """The fewest leaves that would have to come out otherwise for the condition to hold, and how; nothing if it does."""
    return tuple(dict.fromkeys(_changes(condition, _values(condition, context), _TRUE)))


def _values(condition: Condition, context: Context) -> Mapping[Condition, Truth]:
    return {leaf: decide(leaf, context).truth for leaf in leaves(condition)}


def _missed(node: Condition, values: Mapping[Condition, Truth], wanted: _Range) -> Condition | None:
    """The smallest part that must change for the node to come out as wanted; None where more than one must."""
    inner = _inner(node, wanted)
    if inner is not None:
        return _missed(inner[0], values, inner[1])
    if isinstance(node, AtLeast):
        sure = sum(given(part, values) is Truth.TRUE for part in node.of)
        return node if sure == node.number - (Truth.TRUE in wanted) else None
    if not isinstance(node, All | AnyOf) or _one_suffices(node, wanted):
        return node
    wrong = [part for part in node.of if given(part, values) not in wanted]
    return _missed(wrong[0], values, wanted) if len(wrong) == 1 else None


def _changes(node: Condition, values: Mapping[Condition, Truth], wanted: _Range) -> list[tuple[Condition, Truth]]:
    if given(node, values) in wanted:
        return []
    inner = _inner(node, wanted)
    if inner is not None:
        return _changes(inner[0], values, inner[1])
    if not isinstance(node, All | AnyOf | AtLeast):
        return [(node, Truth.TRUE if Truth.TRUE in wanted else Truth.FALSE)]
    each = sorted((_changes(part, values, wanted) for part in node.of), key=len)
    if isinstance(node, AtLeast):
        needed = node.number if Truth.TRUE in wanted else len(node.of) - node.number + 1
    else:
        needed = 1 if _one_suffices(node, wanted) else len(node.of)
    return [change for part in each[:needed] for change in part]


def _inner(node: Condition, wanted: _Range) -> tuple[Condition, _Range] | None:
    """What a node with a single part wants of that part."""
    if isinstance(node, Not):
        return node.of, frozenset(~value for value in wanted)
    if isinstance(node, Asks) and node.word is not Asked.UNKNOWN:
        return node.of, _INSIDE[node.word, Truth.TRUE in wanted]
    return None


def _one_suffices(node: All | AnyOf, wanted: _Range) -> bool:
    """Whether one part that is as wanted makes the whole so: a true one of `or`, a false one of `and`."""
    return isinstance(node, AnyOf) is (Truth.TRUE in wanted)
