"""Whole logs of our own, read through the door with the base that ships: format, side, and every fact in its order."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.loader import load_base
from knowledge.logs import read
from knowledge.rules import KnowledgeBase
from knowledge.terms import Log

HOME = Path(__file__).parents[2] / "data" / "logs"
LOGS = sorted(path.stem for path in HOME.glob("*.log"))
RECEIVED = datetime(2023, 11, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    """The base that ships."""
    return load_base()


def _read(name: str, base: KnowledgeBase) -> Log:
    return read(HOME / f"{name}.log", f"{name}.log", base=base, received_at=RECEIVED)


def _told(log: Log) -> list[str]:
    """The reading in the form of a `.facts` file: one line a fact, with the values that tell and never a token's number."""
    told = [f"formats {' '.join(log.formats)}", f"side {log.side or 'unknown'}"]
    for fact in log.facts:
        values = " ".join(f"{name}={value}" for name, value in sorted(fact.values.items()) if name in TELLING)
        told.append(f"{fact.id} {values}".strip())
    return told


#: Values that rules ask for. Names and addresses are tokens, and have tests of their own.
TELLING = frozenset(
    [
        *("by", "code", "daemon", "direction", "errno", "kind", "message", "mode", "name", "of", "payload", "port", "protocol"),
        *("received", "reason", "sent", "service", "side", "state", "text", "type", "what", "where", "why"),
    ]
)


@pytest.mark.parametrize("name", LOGS)
def test_a_log_says_what_it_says(name: str, base: KnowledgeBase) -> None:
    expected = (HOME / f"{name}.facts").read_text(encoding="utf-8").splitlines()
    assert _told(_read(name, base)) == expected


@pytest.mark.parametrize("name", LOGS)
def test_nothing_is_left_unread_and_nothing_personal_is_kept(name: str, base: KnowledgeBase) -> None:
    log = _read(name, base)
    assert log.read == "whole"
    kept = log.text + "".join(f"{fact.values} {fact.evidence[0].text}" for fact in log.facts)
    assert not [secret for secret in ("bruna", "203.0.113.20", "198.51.100.10", "vpn.example.com") if secret in kept]
