"""What is wrong with a base although every file of it can be read: one file for each thing that is looked at.

A lint takes what was looked at (`Seen`) and yields faults. Most are warnings: the base works, and something in it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from knowledge.authoring.places import Places
from knowledge.errors import Fault
from knowledge.rules import KnowledgeBase


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A base, and the folder that it was read from."""

    base: KnowledgeBase
    folder: Path
    places: Places


Lint = Callable[[Seen], Iterator[Fault]]


def lint(base: KnowledgeBase, folder: Path) -> Iterator[Fault]:
    """Everything that the lints find."""
    from knowledge.authoring.lints import causes, rules, signatures, texts, vocabulary  # noqa: PLC0415 # they import `Seen`

    seen = Seen(base=base, folder=folder, places=Places(folder))
    lints: tuple[Lint, ...] = (*vocabulary.LINTS, *signatures.LINTS, *rules.LINTS, *causes.LINTS, *texts.LINTS)
    for each in lints:
        yield from each(seen)
