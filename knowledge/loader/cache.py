"""A base that was read once, kept for the next start: 25 ms instead of 300, and nothing of YAML or pydantic is imported.

The file is named by a hash over the base's content and over the code that made it, so that it is never out of date; it lies
in a directory that only its owner can enter, because unpickling trusts whoever wrote it. All of it is optional: whatever goes
wrong, the base is read from its files.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from knowledge.loader.folders import Folders, layers_of
from knowledge.loader.found import revision_of
from knowledge.rules import KnowledgeBase

#: So many bases are kept.
_MOST = 6
#: The code whose change makes a kept base worthless.
_CODE = ("terms.py", "errors.py", "rules.py", "understanding.py", "condition", "inference", "loader", "logs/patterns.py")


def cache_folder() -> Path | None:
    """Where bases are kept on this system; None where nobody has a home."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    caches = home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"
    return caches / "vpn-help"


def kept_base(folders: Folders, where: Path, today: date | None = None) -> KnowledgeBase | None:
    """The base of these folders as it was kept, if it was."""
    try:
        if not _is_private(where):
            return None
        with (where / _name(folders, today)).open("rb") as stream:
            base = pickle.load(stream)  # noqa: S301 # the directory is ours alone
    except (OSError, pickle.UnpicklingError, AttributeError, ImportError, EOFError, TypeError, ValueError, IndexError):
        return None
    return base if isinstance(base, KnowledgeBase) else None


def keep_base(base: KnowledgeBase, folders: Folders, where: Path, today: date | None = None) -> None:
    """Keep a base for the next start; silently does nothing where that is not possible."""
    try:
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_private(where):
            return
        handle, name = tempfile.mkstemp(dir=where, prefix=".new-")
        with os.fdopen(handle, "wb") as stream:
            _Pickler(stream, protocol=pickle.HIGHEST_PROTOCOL).dump(base)
        Path(name).replace(where / _name(folders, today))
        for old in sorted(where.glob("base-*"), key=lambda path: path.stat().st_mtime, reverse=True)[_MOST:]:
            old.unlink(missing_ok=True)
    except (OSError, pickle.PicklingError, TypeError):
        return


def _name(folders: Folders, today: date | None) -> str:
    layers = layers_of(folders)
    places = "\0".join(map(str, layers))
    # Tunings end: what is tuned is only good for a day.
    day = str(today or datetime.now(UTC).date()) if layers.holding("tuning.yaml") else ""
    digest = hashlib.sha256(f"{sys.version}\0{places}\0{day}\0{revision_of(folders)}".encode())
    package = Path(__file__).parent.parent
    for part in _CODE:
        path = package / part
        for code in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            known = code.stat()
            digest.update(f"{code.name}\0{known.st_size}\0{known.st_mtime_ns}\0".encode())
    return f"base-{digest.hexdigest()[:32]}"


def _is_private(where: Path) -> bool:
    """Whether the directory is our own, and closed to everybody else."""
    known = where.lstat()
    if not stat.S_ISDIR(known.st_mode):
        return False
    if not hasattr(os, "getuid"):
        return True
    return known.st_uid == os.getuid() and not known.st_mode & 0o077


def _proxy(content: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(content)


class _Pickler(pickle.Pickler):
    """Knows read-only mappings, which pickle does not."""

    def reducer_override(self, value: object) -> Any:  # noqa: ANN401 # as pickle has it
        if type(value) is MappingProxyType:
            return _proxy, (dict(value),)
        return NotImplemented
