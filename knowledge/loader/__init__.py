"""The folder `base/` as a `KnowledgeBase`: the only reader of YAML, and the judge of every file in it.

Three steps, one file each: `document` (text to a tree of strings with places), `schema` (strings to types), `build`
(types to the frozen things of `knowledge.rules`, every name checked). `read` walks the folder and keeps every fault.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from knowledge.errors import BaseError
from knowledge.loader.document import read_yaml
from knowledge.loader.read import Survey, revision_of, survey
from knowledge.rules import KnowledgeBase

__all__ = ["BASE", "Survey", "load_base", "read_yaml", "revision_of", "survey"]

#: The base that ships with the package.
BASE = Path(__file__).parent.parent / "base"


def load_base(folder: Path | None = None, *, strict: bool = True) -> KnowledgeBase:
    """The knowledge base in `folder`, or the one that ships with the package.

    Files and folders that do not exist load as empty. With `strict`, a name that nothing defines (a fact, a cause, a
    question) is an error like any other; without, it is left out silently, so that a base can be tried while it grows.

    Raises:
        BaseError: with every fault of every file at once.
    """
    with _without_collector():
        found = survey(folder or BASE, strict=strict)
    if found.errors:
        raise BaseError(found.errors)
    return found.base


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
