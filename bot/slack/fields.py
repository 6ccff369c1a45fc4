"""Reading of foreign JSON that never raises: a field of another type than expected is a field that is not there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

#: A JSON object of Slack's.
Body = Mapping[str, Any]

NOTHING: Body = MappingProxyType({})


def text(node: Body, *names: str) -> str:
    """The first of these fields that holds text; empty without one.

    >>> text({"thread_ts": None, "ts": "1.2"}, "thread_ts", "ts")
    '1.2'
    """
    for name in names:
        value = node.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def node(parent: Body, *names: str) -> Body:
    """The object at the end of this path; an empty one without it.

    >>> node({"view": {"state": {"values": {"b": {}}}}}, "view", "state", "values")
    {'b': {}}
    """
    for name in names:
        value = parent.get(name)
        if not isinstance(value, Mapping):
            return NOTHING
        parent = value
    return parent


def nodes(parent: Body, name: str) -> tuple[Body, ...]:
    """The objects of a list; what is no object in it is left out."""
    value = parent.get(name)
    return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()


def number(parent: Body, name: str) -> int | None:
    """A whole number that is not negative, or None."""
    value = parent.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def json_object(written: str) -> Body:
    """The JSON object that stands in a text; an empty one where it does not parse or is something else.

    >>> json_object("[1]")
    mappingproxy({})
    """
    try:
        value = json.loads(written)
    except (ValueError, RecursionError):
        return NOTHING
    return value if isinstance(value, dict) else NOTHING


def moment(ts: str, otherwise: datetime) -> datetime:
    """The time in a `ts` or in seconds; `otherwise` where there is none. A `ts` stays an id: this is only for clocks.

    >>> moment("1764000000.000100", datetime(2000, 1, 1, tzinfo=UTC)).isoformat()
    '2025-11-24T16:00:00.000100+00:00'
    """
    try:
        seconds, _, fraction = ts.partition(".")
        return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int((fraction + "000000")[:6]))
    except (ValueError, OverflowError, OSError):
        return otherwise
