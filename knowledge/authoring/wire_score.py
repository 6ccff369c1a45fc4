"""How good captures alone are, where the fault shows on the wire, and how honest the answer is where it does not.

What shows is `on_the_wire.yaml`, reviewed row by row against the protocols: a score must not decide what it is measured by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from knowledge.loader import read_yaml
from knowledge.terms import Verdict

__all__ = ["OnTheWire", "Shows", "WireCase", "on_the_wire", "wire_lines", "wire_totals"]

#: What is settled before the first packet of a VPN, and in the clear.
_BEFORE = frozenset({"dns-failure"})


class Shows(StrEnum):
    """How much of a cause a capture can show."""

    SHOWN = "shown"
    SHARED = "shared"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTheWire:
    """One row of the table."""

    shows: Shows
    ikev2: Shows
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WireCase:
    """A capture that was scored: what it holds, and what was said."""

    cause: str
    #: The right cause stands first, or among the first three.
    is_first: bool
    is_among_three: bool
    verdict: str
    #: Whether a packet of a VPN is in it, and of which version of IKE.
    has_vpn: bool
    is_ikev2: bool

    @property
    def is_honest(self) -> bool:
        """Right, or open."""
        return self.is_first or self.verdict == Verdict.OPEN


def on_the_wire() -> Mapping[str, OnTheWire]:
    """The table: what a capture can show of each cause."""
    rows = read_yaml(Path(__file__).parent / "on_the_wire.yaml")["causes"]
    return {cause: _row(row) for cause, row in rows.items()}


def _row(row: Mapping[str, str]) -> OnTheWire:
    return OnTheWire(shows=Shows(row["shows"]), ikev2=Shows(row.get("ikev2", row["shows"])), why=row["why"])


def shows(case: WireCase, table: Mapping[str, OnTheWire]) -> Shows:
    """How much of its cause this capture can show; an unknown cause is hidden."""
    row = table.get(case.cause)
    if row is None or (not case.has_vpn and case.cause not in _BEFORE):
        return Shows.HIDDEN
    return row.ikev2 if case.is_ikev2 else row.shows


def wire_totals(cases: Sequence[WireCase]) -> dict[str, float | int]:
    """The figures, by how much shows; shares are 0 where there is no such case."""
    groups = _grouped(cases)
    shown, shared, hidden = (groups[kind] for kind in Shows)
    return {
        "shown": len(shown),
        "shown_top1": _share([case.is_first for case in shown]),
        "shared": len(shared),
        "shared_top3": _share([case.is_among_three for case in shared]),
        "shared_honest": _share([case.is_honest for case in shared]),
        "hidden": len(hidden),
        "hidden_honest": _share([case.is_honest for case in hidden]),
    }


def wire_lines(cases: Sequence[WireCase]) -> Iterator[str]:
    """The same for people."""
    total = wire_totals(cases)
    yield (
        f"on the wire: shown in {total['shown']}, top-1 {total['shown_top1']:.2f}; a shared symptom in {total['shared']}, "
        f"top-3 {total['shared_top3']:.2f}, right or open {total['shared_honest']:.2f}; "
        f"hidden in {total['hidden']}, right or open {total['hidden_honest']:.2f}"
    )


def _grouped(cases: Sequence[WireCase]) -> Mapping[Shows, list[WireCase]]:
    table = on_the_wire()
    groups: dict[Shows, list[WireCase]] = defaultdict(list)
    for case in cases:
        groups[shows(case, table)].append(case)
    return groups


def _share(holds: Sequence[bool]) -> float:
    return round(sum(holds) / len(holds), 4) if holds else 0.0
