"""The folder `base/` as a `KnowledgeBase`: the only reader of YAML, and the judge of every file in it.

Three steps, one file each: `document` (text to a tree of strings with places), `schema` (strings to types), `build`
(types to the frozen things of `knowledge.rules`, every name checked). `read` walks the folder and keeps every fault; `cache`
keeps the result for the next start, and is why these three are imported only when something is to be read.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.errors import BaseError
from knowledge.loader.folders import Folders
from knowledge.loader.found import Survey, revision_of
from knowledge.rules import KnowledgeBase

__all__ = ["BASE", "Folders", "Survey", "folders_of", "load_base", "read_yaml", "revision_of", "survey"]

#: The base that ships with the package.
BASE = Path(__file__).parent.parent / "base"


def load_base(
    folder: Path | None = None,
    *,
    own: Path | None = None,
    strict: bool = True,
    cache: Path | None = None,
    today: date | None = None,
) -> KnowledgeBase:
    """The knowledge base in `folder`, or the one that ships with the package, and over it what a company adds.

    Files and folders that do not exist load as empty. With `strict`, a name that nothing defines (a fact, a cause, a
    question) is an error like any other; without, it is left out silently, so that a base can be tried while it grows.

    Args:
        folder: Where the base is.
        own: A folder that lies over it, file by file (`layers`).
        strict: See above.
        cache: A private directory in which read bases are kept for the next start (`cache.cache_folder`); None: none.
        today: The day by which tunings end; None: it is today.

    Raises:
        BaseError: with every fault of every file at once.
    """
    from knowledge.loader.cache import keep_base, kept_base  # noqa: PLC0415 # only a start needs it

    folders = folders_of(folder, own)
    with _without_collector():
        kept = kept_base(folders, cache, today) if cache is not None else None
        if kept is not None:
            return kept
        found = survey(folders, strict=strict, today=today)
    if found.errors:
        raise BaseError(found.errors)
    if cache is not None and not found.faults:
        keep_base(found.base, folders, cache, today)
    return found.base


def folders_of(folder: Path | None = None, own: Path | None = None) -> Folders:
    """The folders of a base, the lowest first: the one that ships with the package, or `folder`; over it `own`."""
    lowest = folder or BASE
    return (lowest, own.absolute()) if own is not None else lowest


def survey(folders: Folders, *, strict: bool = True, today: date | None = None) -> Survey:
    """A base as far as it can be built, with every fault; see `load_base`."""
    from knowledge.loader.read import survey  # noqa: PLC0415 # 100 ms that a kept base does not need

    return survey(folders, strict=strict, today=today)


def read_yaml(path: Path) -> Any:  # noqa: ANN401 # strings, lists and mappings of such
    """The content of any small YAML file, every scalar as text; see `document.read_yaml`."""
    from knowledge.loader.document import read_yaml  # noqa: PLC0415 # as above

    return read_yaml(path)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Nothing that a load makes is garbage, and the collector would look at all of it again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
