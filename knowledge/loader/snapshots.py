"""A revision of the base, whole, in one small file: so that a diagnosis of last month can be worked out again.

    <where>/0123456789ab.zip      0/causes/psk-mismatch.yaml …   the base as it shipped
                                  1/tuning.yaml …                what the company added
                                  snapshot.json                  the revision, and the day (tunings end)

The folder is private, and holds a bounded number; those that were used last stay.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from knowledge.errors import BaseError, Fault, MisuseError
from knowledge.loader.folders import Folders, layers_of
from knowledge.loader.found import source_files
from knowledge.rules import KnowledgeBase

#: So many revisions are kept.
MOST = 40

_ABOUT = "snapshot.json"
_NEVER = (1980, 1, 1, 0, 0, 0)  # the same content makes the same file
#: What one file may unpack to, in bytes; the base has some thousand times less.
_MOST_BYTES = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What the files of a base looked like at a moment, without reading them; equal stamps mean an unchanged base."""

    files: tuple[tuple[str, int, int], ...]
    day: date


def stamp_of(folders: Folders, today: date | None = None) -> Stamp:
    """A look at every file: its name, size and time of change. The day is part of it only where tunings may end."""
    layers = layers_of(folders)
    found = []
    for folder in layers:
        for path in source_files(folder):
            try:
                known = path.stat()
            except FileNotFoundError:
                continue  # it went while we looked: the next look sees that
            found.append((str(path), known.st_size, known.st_mtime_ns))
    day = today or datetime.now(UTC).date()
    return Stamp(files=tuple(found), day=day if layers.holding("tuning.yaml") else date.min)


def keep_snapshot(base: KnowledgeBase, folders: Folders, where: Path, today: date | None = None) -> Path:
    """Keep the files of a base that was just read from these folders, unless they are kept already.

    Raises:
        OSError: the folder cannot be written.
    """
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = where / f"{base.revision}.zip"
    if target.exists():
        target.touch()
        return target
    handle, name = tempfile.mkstemp(dir=where, prefix=".new-")
    with os.fdopen(handle, "wb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as kept:
        for path, content in _contents(folders):
            kept.writestr(zipfile.ZipInfo(path, _NEVER), content, zipfile.ZIP_DEFLATED)
        about = {"revision": base.revision, "day": (today or datetime.now(UTC).date()).isoformat()}
        kept.writestr(zipfile.ZipInfo(_ABOUT, _NEVER), json.dumps(about))
    Path(name).replace(target)
    for old in sorted(where.glob("*.zip"), key=lambda path: path.stat().st_mtime, reverse=True)[MOST:]:
        old.unlink(missing_ok=True)
    return target


def snapshot_path(where: Path, revision: str) -> Path:
    """Where the snapshot of a revision is, if there is one.

    Raises:
        MisuseError: it is not there (any more).
    """
    path = where / f"{revision}.zip"
    if not revision.isalnum() or not path.is_file():
        kept = ", ".join(sorted(found.stem for found in where.glob("*.zip"))) or "nothing"
        raise MisuseError(f"revision {revision} of the knowledge base is not kept in {where}; there is {kept}")
    return path


def load_snapshot(path: Path) -> KnowledgeBase:
    """The base that was kept.

    Raises:
        BaseError: the file is damaged, or this release cannot read what stands in it.
    """
    from knowledge.loader import load_base  # noqa: PLC0415 # it imports this room

    with tempfile.TemporaryDirectory(prefix="vpn-help-base-") as folder:
        try:
            with zipfile.ZipFile(path) as kept:
                if sum(member.file_size for member in kept.infolist()) > _MOST_BYTES:
                    raise BaseError([Fault(message=f"{path.name} is larger than a base can be", code="too-large")])
                about = json.loads(kept.read(_ABOUT))
                kept.extractall(folder)  # zipfile keeps every member inside the folder
        except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
            raise BaseError([Fault(message=f"{path.name} is no snapshot", reason=str(error), code="snapshot")]) from error
        own = Path(folder) / "1"
        return load_base(
            Path(folder) / "0", own=own if own.is_dir() else None, strict=False, today=date.fromisoformat(about["day"])
        )


def _contents(folders: Folders) -> Iterator[tuple[str, bytes]]:
    layers = list(layers_of(folders))
    for number, folder in enumerate(layers):
        for path in source_files(folder):
            yield f"{number}/{path.relative_to(folder).as_posix()}", path.read_bytes()
    if len(layers) > 1 and not source_files(layers[-1]):
        yield f"{len(layers) - 1}/", b""
