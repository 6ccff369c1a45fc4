"""The door for logs: bytes of unknown origin go in, a redacted `Log` comes out. It may import terms, errors and rules.

`read` does in order: `unpack` (archives, encodings), `scan` and `records` (lines, clocks, formats), `signatures` (facts),
`redact` (secrets, addresses, names). What cannot be read is said in the `Log`, never raised.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from knowledge.logs.patterns import Hole, Pattern, compile_line, compile_regex, compile_signature
from knowledge.logs.reading import Reading
from knowledge.logs.records import catalogue
from knowledge.logs.redact import TOKEN, Tokens, redact
from knowledge.logs.unpack import Limits
from knowledge.rules import KnowledgeBase
from knowledge.terms import Log

__all__ = [
    "TOKEN",
    "Hole",
    "Limits",
    "Pattern",
    "Tokens",
    "compile_line",
    "compile_regex",
    "compile_signature",
    "read",
    "redact",
]


def read(
    source: Path | bytes,
    name: str | None,
    *,
    base: KnowledgeBase,
    tokens: Tokens | None = None,
    received_at: datetime | None = None,
    limits: Limits | None = None,
) -> Log:
    """Read one upload: a log, or an archive of logs. Never raises, whatever the bytes.

    Args:
        source: the file, or its content.
        name: what the person called it; only shown, never trusted.
        base: formats and the vocabulary of facts.
        tokens: the case's table of names and addresses, which learns; None for a table of its own.
        received_at: when it was uploaded, aware; fills in a year that the log leaves out. None: now.
        limits: how much is read at most.
    """
    when = received_at or datetime.now(UTC)
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    reading = Reading(catalogue(base), base, tokens or Tokens(), when, limits or Limits())
    return reading.read(source, name)
