"""A draft: entries for files of the base, as they are printed and written."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from knowledge.authoring.new.insert import add_entry, add_sample
from knowledge.errors import MisuseError

_PLACE = re.compile(r"(?P<file>.+):(?P<line>\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What goes into one file."""

    file: Path
    entry: str
    #: The list of the file that it goes into; None: the entry is the whole file, or a sample.
    key: str | None = None
    #: What a file begins with that does not exist yet; None: it exists.
    head: str | None = None
    #: The signature and the raw line, where it is a sample.
    sample: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry of the base, as far as it can be written without its author."""

    #: signature, rule, cause or question.
    what: str
    ident: str
    parts: tuple[Part, ...]
    #: Remarks for the author.
    notes: tuple[str, ...] = ()


def as_text(draft: Draft, folder: Path) -> str:
    """The draft as it would stand in the files, each under a remark with its name."""
    out = []
    for part in draft.parts:
        name = part.file.relative_to(folder).as_posix()
        where = f", at the end of `{part.key}`" if part.key and part.head is None else ""
        body = "\n".join(f"  {line}" if line else "" for line in part.entry.split("\n")) if part.key else part.entry
        out.append(f"# {name}{where}\n{part.head or ''}{body}\n")
    return "\n".join(out)


def write(draft: Draft) -> list[tuple[Path, int]]:
    """Put the draft into its files; each with the line that it begins at.

    Raises:
        MisuseError: a file that would be new is there already.
        BaseError: a file cannot be added to, because it is not YAML.
    """
    done = []
    for part in draft.parts:
        part.file.parent.mkdir(parents=True, exist_ok=True)
        if part.sample is not None:
            add_sample(part.file, *part.sample)
            line = part.file.read_text(encoding="utf-8").count("\n")
        elif part.key is None:
            if part.file.exists():
                raise MisuseError(f"{part.file.name} is there already")
            part.file.write_text(f"{part.entry.rstrip()}\n", encoding="utf-8")
            line = 1
        else:
            if part.head is not None and not part.file.exists():
                part.file.write_text(part.head, encoding="utf-8")
            line = add_entry(part.file, part.key, part.entry)
        done.append((part.file, line))
    return done


def from_line(given: str) -> str:
    """The log line that an argument means: itself, a line of a file, or the first line of standard input.

    Raises:
        MisuseError: there is no such line.
    """
    if given == "-":
        return _first(sys.stdin.read())
    place = _PLACE.fullmatch(given)
    if place and Path(place["file"]).is_file():
        lines = Path(place["file"]).read_bytes().decode("utf-8", "replace").split("\n")
        number = int(place["line"])
        if not 1 <= number <= len(lines) or not lines[number - 1].strip():
            raise MisuseError(f"{place['file']} has no line {number}")
        return lines[number - 1].rstrip("\r")
    if Path(given).is_file():
        raise MisuseError(f"which line of {given}? Write {given}:12")
    return _first(given)


def _first(text: str) -> str:
    line = next((line.rstrip("\r") for line in text.split("\n") if line.strip()), None)
    if line is None:
        raise MisuseError("there is no line in that")
    return line


def slug(text: str) -> str:
    """A text as an id.

    >>> slug("Não autenticado: user/2")
    'nao-autenticado-user-2'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def free_id(wanted: str, taken: Collection[str]) -> str:
    """An id that nothing has yet."""
    number = 2
    ident = wanted
    while ident in taken:
        ident = f"{wanted}-{number}"
        number += 1
    return ident
