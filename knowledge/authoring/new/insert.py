"""Putting an entry into a YAML file as a person would: at the end of its list, everything else untouched."""

from __future__ import annotations

import re
from pathlib import Path

from knowledge.errors import BaseError, MisuseError
from knowledge.loader.appending import end_of_list
from knowledge.loader.document import read_document

_PLAIN = re.compile(r"[A-Za-z][\w /+~-]*(?:[.,](?= ?\w)[\w /+~-]*)*[.?!]?")


def scalar(text: str) -> str:
    r"""A value as YAML has to be told it, whatever is in it; plain where that is safe.

    >>> scalar("Try again."), scalar("it's: #1"), scalar("")
    ('Try again.', "'it''s: #1'", '')
    >>> print(scalar("a\tb"))
    "a\tb"
    """
    if not text or (
        _PLAIN.fullmatch(text)
        and text == text.strip()
        and text.lower() not in ("yes", "no", "true", "false", "null", "on", "off")
    ):
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    if character == "\t":
        return "\\t"
    return f"\\x{ord(character):02x}" if ord(character) < 0x100 else f"\\U{ord(character):08x}"


def add_entry(path: Path, key: str, entry: str) -> int:
    """Add an entry to the list of a file.

    Args:
        path: The file; it exists.
        key: The list's key at the top of the file; it is added where it is missing.
        entry: The entry's lines, its dash included, without indentation.

    Returns:
        The number of the entry's first line in the file.

    Raises:
        BaseError: the file is not YAML, so that nothing can be added.
        MisuseError: its list is written in one line, in brackets.
    """
    document, faults = read_document(path, path.name)
    if document is None:
        raise BaseError(faults)
    end = end_of_list(document, key)
    if end.in_brackets:
        raise MisuseError(f"the list `{key}` of {path.name} stands in brackets; write it with dashes, one entry a line, first")
    lines = path.read_text(encoding="utf-8").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    new = [f"{' ' * end.indent}{line}" if line else "" for line in entry.rstrip("\n").split("\n")]
    if not end.exists:
        new.insert(0, f"{key}:")
    if end.empty_at is not None:
        lines[end.empty_at] = f"{key}:"
    at = min(end.after, len(lines))
    lines[at:at] = new
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return at + (1 if end.exists else 2)


def add_sample(path: Path, signature: str, line: str) -> None:
    """Put a raw line under a signature's heading at the end of a file of samples, unchanged."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if before and not before.endswith("\n"):
        before += "\n"
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(f"{before}== {signature}\n{line}\n")
