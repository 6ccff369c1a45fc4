"""What can go wrong in the knowledge house, and how it is said.

    KnowledgeError
    ├── BaseError           the knowledge base has faults (all of them at once)
    │   └── ConditionError  a rule's `when` cannot be understood
    ├── ReadError           an upload cannot be read at all
    └── MisuseError         a caller asked for something that does not exist (a cause, a question, a platform)

A `Fault` is one thing wrong in one place. It prints in five parts, so that an author can act without asking:

    error: unknown fact `ike.no_propsal`
      --> causes/ike-proposal-mismatch.yaml:12:11
       |
    12 |     when: ike.no_propsal
       |           ^^^^^^^^^^^^^^ no signature, code table or answer asserts it
    help: did you mean `ike.no_proposal`?
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a fault is: an error stops the base from loading, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A place in a text file. Lines and columns count from 1; `length` is in characters."""

    file: str
    line: int
    column: int = 1
    length: int = 1
    #: The source line itself, so that it can be shown without opening the file again.
    source: str | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong, where, and what to do about it."""

    message: str
    span: Span | None = None
    #: What stands under the caret: why it is wrong.
    reason: str | None = None
    #: How far things got, or what they were compared with.
    note: str | None = None
    #: What to change.
    help: str | None = None
    severity: Severity = Severity.ERROR
    #: The stable name of the kind of fault (`unknown-fact`), for filters and tests.
    code: str = "invalid"

    def __str__(self) -> str:
        lines = [f"{self.severity}: {self.message}"]
        if self.span is not None:
            lines += self._place(self.span)
        elif self.reason:
            lines.append(f"reason: {self.reason}")
        if self.note:
            lines.append(f"note: {self.note}")
        if self.help:
            lines.append(f"help: {self.help}")
        return "\n".join(lines)

    def _place(self, span: Span) -> list[str]:
        number = str(span.line)
        gutter = " " * len(number)
        place = [f"{gutter}--> {span}"]
        if span.source is None:
            return place + ([f"reason: {self.reason}"] if self.reason else [])
        before = span.source[: span.column - 1]
        indent = "".join("\t" if character == "\t" else " " for character in before)
        caret = "^" * max(1, min(span.length, len(span.source) - span.column + 1))
        place.append(f"{gutter} |")
        place.append(f"{number} | {span.source}")
        place.append(f"{gutter} | {indent}{caret} {self.reason or ''}".rstrip())
        return place


class KnowledgeError(Exception):
    """Anything that this house raises on purpose."""


class BaseError(KnowledgeError):
    """The knowledge base cannot be used; `faults` says everything that is wrong with it, not just the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: Sequence[Fault] = tuple(faults)
        super().__init__("\n\n".join(str(fault) for fault in self.faults))


class ConditionError(BaseError):
    """A condition cannot be understood; its one fault points at the word."""

    def __init__(self, fault: Fault) -> None:
        super().__init__([fault])
        self.fault = fault


class ReadError(KnowledgeError):
    """An upload cannot be read. The message is a reason code of `terms.ReadReason`, never a sentence for people."""


class MisuseError(KnowledgeError):
    """A caller named something that the base does not have; the message says which, and what there is."""
