"""Values to JSON and back, by their type hints: events, cases, messages, readings.

    >>> from bot.events import MessageRef
    >>> to_json(MessageRef(channel="C1", ts="1.2"))
    '{"channel":"C1","ts":"1.2"}'
    >>> from_json(MessageRef, '{"channel":"C1","ts":"1.2","newer":true}')
    MessageRef(channel='C1', ts='1.2')

What is missing takes its default and what is unknown is ignored, so that a row written by the release before, or after,
can still be read.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

Value = TypeVar("Value")
#: What `json` gives and takes.
Json = Any
#: A type, as a type hint holds it: mypy has no word for that.
Kind = Any
#: From JSON data to a value.
Read = Callable[[Json], Any]


class CodecError(Exception):
    """A stored value cannot be read as what it should be: the row is damaged, or far newer than this release."""


def to_json(value: object) -> str:
    """A value as JSON text, compact, with its letters as they are."""
    return json.dumps(pack(value), ensure_ascii=False, separators=(",", ":"))


def from_json(kind: type[Value], text: str) -> Value:
    """The value that `to_json` wrote.

    Raises:
        CodecError: it is not JSON, or not of this kind.
    """
    try:
        value: Value = _reader_of(kind)(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CodecError(f"this is no {getattr(kind, '__name__', kind)}: {error}") from error
    return value


def pack(value: object) -> Json:
    """A value as plain JSON data. Fields that hold their default are left out."""
    if value is None or isinstance(value, str | int | float):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {str(pack(key)): pack(item) for key, item in value.items()}
    if isinstance(value, AbstractSet):
        return sorted(pack(item) for item in value)
    if isinstance(value, list | tuple):
        return [pack(item) for item in value]
    if is_dataclass(value):
        return {name: pack(item) for name, item, default in _contents(value) if item != default}
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _contents(value: Json) -> list[tuple[str, Any, Any]]:
    return [(f.name, getattr(value, f.name), f.default if f.default is not MISSING else _NEVER) for f in fields(value)]


_NEVER = object()


def _reader_of(kind: Kind) -> Read:
    """A function from JSON data to a value of this kind; made once for each kind."""
    return _READERS.get(kind) or _READERS.setdefault(kind, _reader(kind))


_READERS: dict[Kind, Read] = {}


def _reader(kind: Kind) -> Read:  # noqa: PLR0911 - one line for each kind of type
    if isinstance(kind, NewType):
        return _reader_of(kind.__supertype__)
    if kind is Any or kind is object:
        return lambda data: data
    origin: Kind = get_origin(kind)
    arguments = get_args(kind)
    if origin in (Union, types.UnionType):
        return _optional(arguments)
    if origin is tuple:
        return _items(arguments[0], tuple)
    if origin is frozenset:
        return _items(arguments[0], frozenset)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(*arguments)
    if is_dataclass(kind):
        return _record(kind)
    if kind is datetime:
        return _moment
    if kind is float:
        return float
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if kind in (str, int, bool):
        return lambda data: _plain(kind, data)
    raise TypeError(f"{kind!r} has no JSON form")


def _optional(arguments: tuple[Any, ...]) -> Read:
    kinds = [kind for kind in arguments if kind is not type(None)]
    if len(kinds) != 1:
        raise TypeError(f"a union of {kinds} cannot be told apart")
    read = _reader_of(kinds[0])
    return lambda data: None if data is None else read(data)


def _items(kind: Kind, make: Read) -> Read:
    read = _reader_of(kind)
    return lambda data: make(read(item) for item in data)


def _mapping(key: Kind, kind: Kind) -> Read:
    read_key, read = _reader_of(key), _reader_of(kind)
    return lambda data: types.MappingProxyType({read_key(name): read(item) for name, item in data.items()})


def _record(kind: Kind) -> Read:
    hints = get_type_hints(kind)
    readers = {f.name: _lazy(hints[f.name]) for f in fields(kind) if f.init}

    def read(data: Json) -> Json:
        return kind(**{name: readers[name](item) for name, item in data.items() if name in readers})

    return read


def _lazy(hint: Kind) -> Read:
    """The reader is looked up when it is first needed, so that a type may contain itself."""
    return lambda data: _reader_of(hint)(data)  # noqa: PLW0108 - looked up when it is needed, not now


def _moment(data: str) -> datetime:
    moment = datetime.fromisoformat(data)
    if moment.tzinfo is None:
        raise ValueError(f"{data} has no time zone")
    return moment


def _plain(kind: type, data: Json) -> Json:
    if not isinstance(data, kind):
        raise TypeError(f"{data!r} is no {kind.__name__}")
    return data
