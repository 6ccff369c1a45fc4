"""Small checks that know how to say where something is wrong; Block Kit's tables are built of them.

A check takes a piece of JSON, its place as a JSON pointer, and the `Report` to which it adds what it finds. The words are
Slack's own, because they are what stands in `response_metadata.messages`:

    no more than 25 items allowed [json-pointer:/blocks/1/elements]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Surface(StrEnum):
    """Where blocks are shown: what is allowed differs."""

    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


@dataclass(slots=True, kw_only=True)
class Report:
    """What was found so far, on which surface, and the sums that run over a whole message."""

    surface: Surface
    found: list[str] = field(default_factory=list)
    #: Characters in all `markdown` blocks.
    markdown: int = 0
    #: Characters in all table cells.
    cells: int = 0
    tables: int = 0

    def add(self, path: str, what: str) -> None:
        """Note a fault at a place."""
        self.found.append(f"{what} [json-pointer:{path or '/'}]")


Check = Callable[[object, str, Report], None]


def string(most: int, least: int = 1) -> Check:
    """Text between two lengths, in characters."""

    def check(value: object, path: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add(path, "must provide a string")
        elif len(value) > most:
            report.add(path, f"must be less than {most + 1} characters")
        elif len(value) < least:
            report.add(path, f"must be more than {least - 1} characters")

    return check


def flag(value: object, path: str, report: Report) -> None:
    """True or false."""
    if not isinstance(value, bool):
        report.add(path, "must provide a boolean")


def whole(least: int, most: int) -> Check:
    """A whole number between two bounds."""

    def check(value: object, path: str, report: Report) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            report.add(path, "must provide a number")
        elif not least <= value <= most:
            report.add(path, f"must be between {least} and {most}")

    return check


def number(value: object, path: str, report: Report) -> None:
    """Any number, or the text of one."""
    try:
        float(value if isinstance(value, (int, float, str)) else "no")
    except ValueError:
        report.add(path, "must provide a number")


def word(*allowed: str) -> Check:
    """One of a few words."""

    def check(value: object, path: str, report: Report) -> None:
        if value not in allowed:
            report.add(path, f"must be a valid enum value: {', '.join(allowed)}")

    return check


def url(value: object, path: str, report: Report) -> None:
    """An address of at most 3000 characters."""
    string(3000)(value, path, report)
    if isinstance(value, str) and value and not value.startswith(("http://", "https://", "slack://", "mailto:")):
        report.add(path, "must be a valid URL")


def anything(value: object, path: str, report: Report) -> None:
    """No rule is known for this one."""


def items(check_one: Check, most: int, least: int = 1) -> Check:
    """A list of so many things, each of which passes a check."""

    def check(value: object, path: str, report: Report) -> None:
        if not isinstance(value, list | tuple):
            report.add(path, "must provide an array")
            return
        if len(value) > most:
            report.add(path, f"no more than {most} items allowed")
        if len(value) < least:
            report.add(path, f"no fewer than {least} items allowed")
        for index, one in enumerate(value):
            check_one(one, f"{path}/{index}", report)

    return check


def shape(
    required: Mapping[str, Check] | None = None, optional: Mapping[str, Check] | None = None, *, also: Check | None = None
) -> Check:
    """An object with these fields and no others. `also` looks at the whole of it when the fields are right in kind."""
    must, may = dict(required or {}), dict(optional or {})

    def check(value: object, path: str, report: Report) -> None:
        if not isinstance(value, Mapping):
            report.add(path, "must provide an object")
            return
        for name in must:
            if value.get(name) is None:
                report.add(path, f"missing required field: {name}")
        for name, part in value.items():
            part_check = must.get(name) or may.get(name)
            if part_check is None:
                if name != "type":
                    report.add(path, f"invalid additional property: {name}")
            elif part is not None:
                part_check(part, f"{path}/{name}", report)
        if also is not None:
            also(value, path, report)

    return check


def kinds(table: Mapping[str, Check], allowed: Sequence[str] | None = None) -> Check:
    """An object whose `type` says which check it has to pass."""
    names = tuple(table if allowed is None else allowed)

    def check(value: object, path: str, report: Report) -> None:
        if not isinstance(value, Mapping):
            report.add(path, "must provide an object")
            return
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in names:
            report.add(f"{path}/type", f"unsupported type: {kind}")
            return
        table[kind](value, path, report)

    return check


def exactly_one(*names: str) -> Check:
    """Of several fields of an object, one and only one is there."""

    def check(value: object, path: str, report: Report) -> None:
        if isinstance(value, Mapping) and sum(value.get(name) is not None for name in names) != 1:
            report.add(path, f"must define exactly one of: {', '.join(names)}")

    return check


def all_of(*checks: Check) -> Check:
    """Several checks of the same thing."""

    def check(value: object, path: str, report: Report) -> None:
        for one in checks:
            one(value, path, report)

    return check
