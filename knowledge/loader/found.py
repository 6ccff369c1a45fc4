"""What a load comes to: the base, the faults of its files, and the name of its content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import Fault, Severity
from knowledge.rules import KnowledgeBase

_SOURCES = (".yaml", ".log", ".csv")


@dataclass(frozen=True, slots=True)
class Survey:
    """A base as far as it can be built, and everything that is wrong with its files."""

    base: KnowledgeBase
    faults: tuple[Fault, ...]

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that keep the base from being used."""
        return tuple(fault for fault in self.faults if fault.severity is Severity.ERROR)


def revision_of(folder: Path) -> str:
    """12 hex digits over the name and content of every file that the base is made of."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in _SOURCES and path.is_file()):
        name = path.relative_to(folder).as_posix()
        if name.startswith("samples/"):
            continue
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]
