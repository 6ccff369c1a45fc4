"""What is wrong with a base although every file of it can be read: one file for each thing that is looked at.

A lint takes what was looked at (`Seen`) and yields faults. Most are warnings: the base works, and something in it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from knowledge.authoring.places import Places
from knowledge.errors import Fault
from knowledge.loader import Folders
from knowledge.loader.folders import Layers, layers_of
from knowledge.rules import KnowledgeBase


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A base, and the folders that it was read from."""

    base: KnowledgeBase
    layers: Layers
    places: Places


Lint = Callable[[Seen], Iterator[Fault]]


def lint(base: KnowledgeBase, folders: Folders, broken: Collection[str] = ()) -> Iterator[Fault]:
    """Everything that the lints find.

    Args:
        base: The base as far as it could be read.
        folders: Its folders, the lowest first.
        broken: Files with errors. What is said of them, or follows from their not being read, is left out: whoever mends
            the error sees it then, and until then it would only hide the error.
    """
    from knowledge.authoring.lints import causes, rules, signatures, texts, vocabulary  # noqa: PLC0415 # they import `Seen`

    layers = layers_of(folders)
    seen = Seen(base=base, layers=layers, places=Places(folders))
    broken = {layers.below(file) for file in broken}
    lints: list[Lint] = [*signatures.LINTS, *texts.LINTS]
    if not _any_in(broken, "facts.yaml", "formats/"):
        lints += [*vocabulary.LINTS, *rules.LINTS]
    if not _any_in(broken, "causes/", "rules/", "questions.yaml"):
        lints += causes.LINTS
    for each in lints:
        for fault in each(seen):
            if fault.span is None or not _is_about(layers.below(fault.span.file), broken):
                yield fault


def _any_in(files: Collection[str], *homes: str) -> bool:
    return any(file.startswith(homes) for file in files)


def _is_about(file: str, broken: Collection[str]) -> bool:
    """Whether a file is one of the broken ones, the samples of one, or the translation of one."""
    parts = file.split("/")
    original = "/".join(parts[2:]) if parts[0] == "texts" else file
    return original in broken or original.removesuffix(".log") + ".yaml" in broken or file in broken
