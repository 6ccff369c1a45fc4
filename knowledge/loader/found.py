"""What a load comes to: the base, the faults of its files, and the name of its content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import Fault, Severity
from knowledge.loader.folders import Folders, layers_of
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


def revision_of(folders: Folders) -> str:
    """12 hex digits over the name and content of every file that the base is made of, layer by layer.

    What a day changes (a tuning that ended) is added by whoever knows the day; see `read.survey`.
    """
    digest = hashlib.sha256()
    for layer, folder in enumerate(layers_of(folders)):
        if layer:
            digest.update(b"\0over\0")
        for path in source_files(folder):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()[:12]


def source_files(folder: Path) -> list[Path]:
    """The files of one layer that say something, in the order of their names."""
    found = (path for path in folder.rglob("*") if path.suffix in _SOURCES and path.is_file())
    return sorted(path for path in found if not path.relative_to(folder).as_posix().startswith("samples/"))


def named_by_day(revision: str, ended: Iterable[str]) -> str:
    """The revision of a base of which some tunings have ended: another one, because it may answer otherwise."""
    texts = tuple(ended)
    if not texts:
        return revision
    return hashlib.sha256("\0".join((revision, *texts)).encode()).hexdigest()[:12]
