"""Whole logs of our own, at least one for each cause that a log can show: each is named first, none is called healthy wrongly.

A file is named `<cause>--<what>.log`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge import diagnose, load_base
from knowledge.logs import read
from knowledge.rules import KnowledgeBase
from knowledge.terms import HEALTHY, Verdict

HOME = Path(__file__).parents[1] / "data" / "logs" / "causes"
LOGS = sorted(path.stem for path in HOME.glob("*.log"))


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    """The base that ships."""
    return load_base()


@pytest.mark.parametrize("name", LOGS)
def test_the_cause_stands_first(name: str, base: KnowledgeBase) -> None:
    wanted, _, what = name.partition("--")
    found = diagnose(base, [read((HOME / f"{name}.log").read_bytes(), f"{what}.log", base=base)])
    assert [each.cause for each in found.hypotheses[:1]] == [wanted]
    assert (found.verdict is Verdict.HEALTHY) == (wanted == HEALTHY)


def test_every_cause_has_a_log_that_shows_it(base: KnowledgeBase) -> None:
    shown = {name.partition("--")[0] for name in LOGS}
    assert set(map(str, base.causes)) - shown == set()
