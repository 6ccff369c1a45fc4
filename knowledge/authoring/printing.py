"""Faults as the authors' commands print them, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from knowledge.errors import Fault, Severity


def as_text(faults: Iterable[Fault]) -> str:
    """Every fault in full, a blank line between two."""
    return "".join(f"{fault}\n\n" for fault in faults)


def as_json(fault: Fault) -> dict[str, Any]:
    """A fault as data; what does not apply is null."""
    span = fault.span
    return {
        "severity": str(fault.severity),
        "code": fault.code,
        "message": fault.message,
        "file": span.file if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "length": span.length if span else None,
        "reason": fault.reason,
        "note": fault.note,
        "help": fault.help,
    }


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """By file and place, each once."""
    return sorted(dict.fromkeys(faults), key=_place)


def _place(fault: Fault) -> tuple[str, int, int, str]:
    span = fault.span
    return (span.file, span.line, span.column, fault.message) if span else ("", 0, 0, fault.message)


def errors(faults: Iterable[Fault]) -> list[Fault]:
    """Those that keep a base from being used."""
    return [fault for fault in faults if fault.severity is Severity.ERROR]


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    >>> counted(1, "error"), counted(0, "error"), counted(2, "near miss", "near misses")
    ('1 error', '0 errors', '2 near misses')
    """
    return f"{number} {one if number == 1 else many or one + 's'}"


def total(faults: Sequence[Fault]) -> str:
    """How many there are of which: `2 errors, 1 warning`."""
    wrong = len(errors(faults))
    return f"{counted(wrong, 'error')}, {counted(len(faults) - wrong, 'warning')}"
