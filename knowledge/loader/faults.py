"""What a schema says about a file, turned into faults that point at the word and name the nearest right one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from knowledge.errors import Fault, Severity, Span
from knowledge.loader.document import Document

M = TypeVar("M", bound=BaseModel)

#: How pydantic's error types are said here.
_REASONS: Mapping[str, str] = {
    "date_from_datetime_parsing": "this must be a day, as in 2027-03-31",
    "date_parsing": "this must be a day, as in 2027-03-31",
    "bool_parsing": "this must be `true` or `false`",
    "float_parsing": "this must be a number",
    "int_parsing": "this must be a whole number",
    "string_type": "this must be one piece of text",
    "list_type": "this must be a list",
    "tuple_type": "this must be a list",
    "frozen_set_type": "this must be a list",
    "dict_type": "this must hold keys and values",
    "model_type": "this must hold keys and values",
    "model_attributes_type": "this must hold keys and values",
}


def validate(model: type[M], document: Document, faults: list[Fault]) -> M | None:
    """The document as a model, or None, with every fault of it added to `faults`."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        faults += [_fault(detail, model, document) for detail in error.errors(include_url=False)]
        return None


def unknown(
    what: str, name: str, span: Span, among: Iterable[str], *, severity: Severity = Severity.ERROR, reason: str | None = None
) -> Fault:
    """An unknown name, with the nearest known one."""
    return Fault(
        message=f"unknown {what} `{name}`",
        span=span,
        reason=reason,
        help=nearest(name, among),
        severity=severity,
        code=f"unknown-{what.replace(' ', '-')}",
    )


#: What belongs where an author, or a draft, left a place empty.
DECIDE: Mapping[str, str] = {
    "about": "how it comes about and how it shows, for a colleague, in two or three sentences",
    "ask": "the question, as a person without technical words would understand it",
    "choices": "at least one answer, each with an `id` and what it `says`",
    "do": "what to do, step by step, with the words that the screen shows",
    "fact": "a word of facts.yaml: what the line says; a new word is added there first",
    "fixer": "who can mend it",
    "says": "one sentence for people: what it means",
    "shows_at": "the stages at which such a connection is seen to stop, as in [ike]",
    "source": "who says so: a link, an RFC, `observed in …`, `inference from the mechanism`",
    "stage": "where it strikes",
    "supports": "how strongly it speaks for the cause",
    "title": "its name in a few words",
    "verify": "how one sees that it helped",
    "when": "a condition over facts and answers; knowledge/README.md has every word of it",
    "why": "why this is asked, in one sentence",
}


def empty(key: str, span: Span, words: Iterable[str] = ()) -> Fault:
    """A place that was left empty, with what belongs there."""
    return Fault(
        message=f"`{key}` is empty",
        span=span,
        reason="one of " + ", ".join(words) if words else None,
        help=f"decide: {DECIDE[key]}" if key in DECIDE else "write it, or remove the entry",
        code="empty",
    )


def nearest(name: str, among: Iterable[str]) -> str | None:
    """`did you mean …?`, or what there is where the choice is small."""
    names = sorted(set(among))
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    if 0 < len(names) <= 12:
        return "there is " + ", ".join(f"`{known}`" for known in names)
    return None


def _fault(detail: ErrorDetails, model: type[BaseModel], document: Document) -> Fault:
    path: tuple[str | int, ...] = tuple(detail["loc"])
    kind: str = detail["type"]
    name = str(path[-1]) if path else ""
    if kind == "missing":
        return _missing(name, path[:-1], document)
    if kind == "extra_forbidden":
        return unknown("key", name, document.span(path, key=True), _keys_at(model, path[:-1]))
    return _wrong_value(detail, path, document.span(path))


def _wrong_value(detail: ErrorDetails, path: Sequence[str | int], span: Span) -> Fault:
    kind = detail["type"]
    if detail["input"] == "" or kind in ("string_too_short", "too_short"):
        return empty(_label(path), span, _words(detail) if kind in ("enum", "literal_error") else ())
    if kind in ("enum", "literal_error"):
        words = _words(detail)
        if path[-1:] == ("schema",):
            return Fault(
                message=f"schema `{detail['input']}` is not known",
                span=span,
                help="this version reads `schema: 1`",
                code="schema",
            )
        return Fault(
            message=f"`{detail['input']}` is not a word for `{_label(path)}`",
            span=span,
            reason="one of " + ", ".join(words),
            help=nearest(str(detail["input"]), words),
            code="unknown-word",
        )
    if kind in ("string_too_short", "too_short"):
        return Fault(message=f"`{_label(path)}` is empty", span=span, help="write it, or remove the entry", code="empty")
    if kind == "string_pattern_mismatch":
        return Fault(
            message=f"`{detail['input']}` cannot be an id",
            span=span,
            reason="ids are lower-case letters, digits, dots and dashes",
            code="bad-id",
        )
    reason = _REASONS.get(kind, detail["msg"][:1].lower() + detail["msg"][1:])
    return Fault(message=f"`{_label(path)}` has the wrong kind of value", span=span, reason=reason, code="wrong-type")


def _missing(name: str, inside: Sequence[str | int], document: Document) -> Fault:
    if name == "schema":
        return Fault(
            message="the file does not say which schema it follows",
            span=document.span(),
            help="begin the file with `schema: 1`",
            code="schema",
        )
    where = document.span(inside, key=True) if inside and isinstance(inside[-1], str) else document.span(inside)
    return Fault(message=f"`{name}` is missing", span=where, help=f"add `{name}:`", code="missing-key")


def _label(path: Sequence[str | int]) -> str:
    """The last name on the way: of `steps.0.for.1` that is `for`."""
    return next((str(part) for part in reversed(path) if isinstance(part, str)), "")


def _words(detail: ErrorDetails) -> list[str]:
    expected = str(detail.get("ctx", {}).get("expected", ""))
    return [word.strip(" '") for word in expected.replace(" or ", ",").split(",") if word.strip()]


def _keys_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The keys that the model at `path` knows."""
    current: Any = model
    for part in path:
        if isinstance(part, int) or not (isinstance(current, type) and issubclass(current, BaseModel)):
            continue
        field = next((f for n, f in current.model_fields.items() if part in (n, f.alias)), None)
        if field is None:
            continue
        current = _model_in(field.annotation) or current
    return [field.alias or name for name, field in current.model_fields.items()]


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_in(argument)
        if found is not None:
            return found
    return None
