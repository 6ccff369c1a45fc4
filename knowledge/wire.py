"""The nouns as JSON and back: from a worker process to the store, and from there into a later diagnosis.

    to_json(log)               -> {"v": 1, "type": "Log", "file": "a.log", "read": "whole", "facts": […], …}
    log_from_json(data)        -> the same Log
    diagnosis_from_json(data)  -> a Diagnosis

What equals its default is left out, so that stored rows stay small and a field added later needs no new version. An unknown
field is passed over; an unknown version, type or word is a `WireError`.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, NewType, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from knowledge import terms
from knowledge.errors import KnowledgeError
from knowledge.terms import Diagnosis, Fact, Log

__all__ = ["VERSION", "WireError", "diagnosis_from_json", "facts_from_json", "from_json", "log_from_json", "to_json"]

#: Raised when what was written before can no longer be read.
VERSION = 1

#: What JSON holds.
Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

_TYPES: Mapping[str, type] = MappingProxyType(
    {name: value for name, value in vars(terms).items() if isinstance(value, type) and is_dataclass(value)}
)


class WireError(KnowledgeError):
    """Stored data is not what this version reads; the message says which part."""


def to_json(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any noun of `terms`
    """A noun of `knowledge.terms` as plain data for `json.dumps`, with its type and version."""
    if type(value).__name__ not in _TYPES:
        raise WireError(f"{type(value).__name__} is no noun of knowledge.terms")
    return {"v": VERSION, "type": type(value).__name__, **_encoded(value)}


def from_json(data: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the noun that `type` names
    """The noun that `to_json` wrote.

    Raises:
        WireError: it is of another version, of no known type, or damaged.
    """
    if not isinstance(data, Mapping):
        raise WireError("an object was expected")
    if data.get("v") != VERSION:
        raise WireError(f"version {data.get('v')!r} is not {VERSION}")
    known = _TYPES.get(str(data.get("type")))
    if known is None:
        raise WireError(f"there is no noun called {data.get('type')!r}")
    return _decoder(known)(data)


def log_from_json(data: Mapping[str, Any]) -> Log:
    """A `Log`; see `from_json`."""
    return _expect(data, Log)


def diagnosis_from_json(data: Mapping[str, Any]) -> Diagnosis:
    """A `Diagnosis`; see `from_json`."""
    return _expect(data, Diagnosis)


def facts_from_json(data: list[Mapping[str, Any]]) -> tuple[Fact, ...]:
    """Facts, each as `to_json` wrote it."""
    return tuple(_expect(each, Fact) for each in data)


_T = TypeVar("_T")


def _expect(data: Mapping[str, Any], kind: type[_T]) -> _T:
    value = from_json(data)
    if not isinstance(value, kind):
        raise WireError(f"a {kind.__name__} was expected, not a {type(value).__name__}")
    return value


def _encoded(value: Any) -> Any:  # noqa: ANN401, PLR0911 - one line a type
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _encoded(held) for each in fields(value) if not _is_default(each, held := getattr(value, each.name))}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {str(name): _encoded(held) for name, held in sorted(value.items())}
    if isinstance(value, frozenset):
        return sorted(_encoded(each) for each in value)
    if isinstance(value, tuple):
        return [_encoded(each) for each in value]
    return value


def _is_default(each: Field[Any], held: object) -> bool:
    if each.default is not MISSING:
        return type(held) is type(each.default) and bool(held == each.default)
    return each.default_factory is not MISSING and not held


@cache
def _decoder(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401, PLR0911 - types are values here, one line a type
    """What turns JSON into a value of a type."""
    if isinstance(kind, NewType):
        return _decoder(kind.__supertype__)
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        inner = _decoder(next(each for each in get_args(kind) if each is not type(None)))
        return lambda data: None if data is None else inner(data)
    if origin in {tuple, frozenset}:
        return _collection(origin, _decoder(get_args(kind)[0]))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _word(kind)
    if kind is datetime:
        return _time
    if is_dataclass(kind):
        return _noun(cast("type", kind))
    return _plain(cast("type", kind))


def _collection(origin: Callable[[Any], Any], inner: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def decode(data: Any) -> Any:  # noqa: ANN401
        if not isinstance(data, list):
            raise WireError(f"a list was expected, not {type(data).__name__}")
        return origin(inner(each) for each in data)

    return decode


def _mapping(data: Any) -> Mapping[str, str]:  # noqa: ANN401
    if not isinstance(data, Mapping) or not all(isinstance(held, str) for held in data.values()):
        raise WireError("an object of texts was expected")
    return MappingProxyType(dict(data))


def _word(kind: type[StrEnum]) -> Callable[[Any], Any]:
    def decode(data: Any) -> StrEnum:  # noqa: ANN401
        try:
            return kind(data)
        except ValueError as error:
            raise WireError(f"{data!r} is no {kind.__name__}") from error

    return decode


def _time(data: Any) -> datetime:  # noqa: ANN401
    try:
        at = datetime.fromisoformat(data)
    except (TypeError, ValueError) as error:
        raise WireError(f"{data!r} is no time") from error
    if at.tzinfo is None:
        raise WireError(f"{data!r} has no zone")
    return at.astimezone(UTC)


def _plain(kind: type) -> Callable[[Any], Any]:
    def decode(data: Any) -> Any:  # noqa: ANN401
        if kind is float and isinstance(data, int) and not isinstance(data, bool):
            return float(data)
        if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
            raise WireError(f"a {kind.__name__} was expected, not {data!r}")
        return data

    return decode


def _noun(kind: type) -> Callable[[Any], Any]:
    decoders: dict[str, Callable[[Any], Any]] = {}

    def decode(data: Any) -> Any:  # noqa: ANN401
        if not isinstance(data, Mapping):
            raise WireError(f"an object was expected for {kind.__name__}")
        if not decoders:
            hints = get_type_hints(kind)
            decoders.update({each.name: _decoder(hints[each.name]) for each in fields(kind)})
        try:
            return kind(**{name: inner(data[name]) for name, inner in decoders.items() if name in data})
        except TypeError as error:
            raise WireError(f"{kind.__name__}: {error}") from error

    return decode
