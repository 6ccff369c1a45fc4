"""Comparing what a fact carries with what a condition asks for.

A value is redacted text: `NO_PROPOSAL_CHOSEN`, `789`, `52.4`, `[ip-private-1]`, `192.0.2.7`. A value that cannot be compared
(a name where a number is asked for) is neither so nor not so: unknown.
"""

from __future__ import annotations

import ipaddress
import operator
import re
from collections.abc import Callable
from typing import Any

from knowledge.condition.truth import Truth, truth
from knowledge.condition.words import ORDERED, UNITS, Comparison, Op
from knowledge.terms import STAGES, Stage

_NUMBER = re.compile(rf"(0x[0-9a-f]{{1,16}}|[+-]?\d+(?:\.\d+)?)\s*({'|'.join(UNITS)})?", re.IGNORECASE)
_VERSION = re.compile(r"v?(\d{1,9}(?:\.\d{1,9})+)")
_CLOCK = re.compile(r"(?:(\d{1,6}):)?(\d{1,2}):(\d{2}(?:\.\d+)?)")
_ADDRESS_TOKEN = re.compile(r"\[(?:[a-z0-9]+-)*(private|public)(?:-\d+)?\]", re.IGNORECASE)
#: Both sides are always of one kind: two numbers, or two tuples of numbers.
_COMPARE: dict[Op, Callable[[Any, Any], bool]] = {
    Op.AT_LEAST: operator.ge,
    Op.AT_MOST: operator.le,
    Op.MORE: operator.gt,
    Op.LESS: operator.lt,
}


def compare(value: str, comparison: Comparison) -> Truth:
    """Whether `value` is what the comparison asks for.

    >>> compare("NO_PROPOSAL_CHOSEN", Comparison(op=Op.IS, values=("no_proposal_chosen",)))
    <Truth.TRUE: 2>
    >>> compare("00:01:05", Comparison(op=Op.AT_LEAST, values=("50",), unit="s"))
    <Truth.TRUE: 2>
    >>> compare("[host-1]", Comparison(op=Op.PRIVATE))
    <Truth.UNKNOWN: 1>
    """
    op = comparison.op
    if op in ORDERED:
        return _ordered(value, comparison)
    if op is Op.PRIVATE or op is Op.PUBLIC:
        private = _is_private(value)
        return Truth.UNKNOWN if private is None else truth(private is (op is Op.PRIVATE))
    if op is Op.CONTAINS:
        return truth(comparison.values[0].casefold() in value.casefold())
    same = any(_same(value, wanted) for wanted in comparison.values)
    return truth(same is (op is Op.IS or op is Op.IN))


def in_order(op: Op, left: float, right: float) -> bool:
    """Whether two numbers stand in the relation; `is` compares them as equal."""
    return left == right if op is Op.IS else _COMPARE[op](left, right)


def _same(value: str, wanted: str) -> bool:
    if value.casefold() == wanted.casefold():
        return True
    left, right = _number(value), _number(wanted)
    return left is not None and left == right


def _ordered(value: str, comparison: Comparison) -> Truth:
    ordered = _COMPARE[comparison.op]
    wanted = comparison.values[0]
    if wanted in STAGES:
        return truth(ordered(STAGES.index(Stage(value)), STAGES.index(Stage(wanted)))) if value in STAGES else Truth.UNKNOWN
    version = _VERSION.match(value)
    if wanted.count(".") > 1 or (version and version[1].count(".") > 1):
        return truth(ordered(_parts(version[1]), _parts(wanted))) if version else Truth.UNKNOWN
    left, right = _number(value, comparison.unit), _number(f"{wanted} {comparison.unit or ''}".strip(), comparison.unit)
    return Truth.UNKNOWN if left is None or right is None else truth(ordered(left, right))


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _number(text: str, unit: str | None = None) -> float | None:
    """The number that a text holds, in seconds where it, or the comparison (`unit`), speaks of time.

    A value without a unit is in seconds: that is what the daemons write.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        clock = _CLOCK.fullmatch(text.strip()) if unit else None
        return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + float(clock[3]) if clock else None
    number = float(int(found[1], 16)) if found[1][:2].lower() == "0x" else float(found[1])
    return number * UNITS[found[2].lower()] if found[2] else number


def _is_private(value: str) -> bool | None:
    """True for an address that is not routed on the Internet; None for what is no address."""
    token = _ADDRESS_TOKEN.match(value)
    if token:
        return token[1].lower() == "private"
    try:
        address = ipaddress.ip_interface(value.strip().partition("%")[0]).ip
    except ValueError:
        return None
    return address.is_private or address in _CARRIER_NAT


_CARRIER_NAT = ipaddress.ip_network("100.64.0.0/10")
