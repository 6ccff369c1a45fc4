"""A base of 1,000 signatures and 500 rules, written once, and a piece of work to compare with."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks.big_base import write_base


@pytest.fixture(scope="session")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the base."""
    return write_base(tmp_path_factory.mktemp("big") / "base")


def cpu(work: Callable[[], object], *, rounds: int = 5) -> float:
    """Seconds of CPU that the fastest of some rounds took: what others do on this machine hardly shows in it."""
    best = float("inf")
    for _ in range(rounds):
        gc.collect()
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


def piece() -> object:
    """A piece of ordinary work, about 20 ms on the machine on which the limits were drawn."""
    words = [f"{number * 7919 % 100_003:x}" for number in range(40_000)]
    together: dict[str, int] = {}
    for word in sorted(words):
        together[word[:3]] = together.get(word[:3], 0) + len(word)
    return together


@pytest.fixture
def unit() -> float:
    """What `piece` takes here and now: limits are multiples of it, measured in the same run."""
    return cpu(piece)
