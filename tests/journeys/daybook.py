"""Who has which trouble on the day at the desk, what is done about it, and how it must stand in the evening."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.conftest import sample

ROOT = Path(__file__).resolve().parents[2]
LOGS = sorted((ROOT / "tests/data/logs/causes").glob("*.log"))
#: A step of the clock, in minutes, and how many of them make a day from 8 o'clock on.
STEP, STEPS = 15, 44
#: The outage begins at this minute, and is mended at that one.
BREAKS, MENDED = 330, 450
#: What nobody but engineers may see.
INTERNAL = "INTERNAL"


@dataclass(slots=True, kw_only=True)
class Trouble:
    """One person's case, and what is to become of it."""

    number: int
    kind: str
    begins: int
    who: str = ""
    engineer: int = 0
    log: bytes | None = None
    #: As people say it, once it is known.
    name: str = ""
    replies: list[str] = field(default_factory=list)
    internal: int = 0

    @property
    def words(self) -> str:
        """Words of this person's alone."""
        return f"word{self.number}w"

    @property
    def handle(self) -> str:
        return f"req{self.number}"


#: What becomes of a case, by kind: minutes after its beginning, and what is done then.
PLANS: dict[str, tuple[tuple[int, str], ...]] = {
    "mended-by-itself": ((0, "open_with_log"), (15, "works_now")),
    "answered": (
        (0, "open"),
        (0, "ask"),
        (15, "claim"),
        (30, "talk"),
        (30, "reply"),
        (45, "write"),
        (60, "resolve"),
        (90, "works_now"),
    ),
    "forgotten": ((0, "open"), (0, "ask"), (15, "claim"), (30, "talk")),
    "nobody": ((0, "open"), (0, "ask"), (30, "write")),
    "snoozed": ((0, "open"), (0, "ask"), (15, "claim"), (15, "snooze"), (270, "reply")),
    "handed-on": ((0, "open"), (0, "ask"), (15, "claim"), (30, "hand_on"), (45, "reply")),
    "reopened": ((0, "open"), (0, "ask"), (15, "claim"), (30, "reply"), (45, "resolve"), (75, "still_broken")),
    "cancelled": ((0, "open"), (15, "cancel")),
    "quiet": ((0, "open"),),
    "edited": ((0, "open"), (0, "ask"), (15, "claim"), (30, "edit"), (45, "reply")),
    "merged": ((0, "open"), (0, "ask"), (15, "merge")),
    "outage": ((0, "open_with_log"), (0, "read"), (MENDED, "works_now")),
}
#: In which state each kind is in the evening.
ENDS: dict[str, set[str]] = {
    "mended-by-itself": {"closed"},
    "answered": {"closed"},
    "forgotten": {"escalated"},
    "nobody": {"escalated"},
    "snoozed": {"claimed"},
    "handed-on": {"claimed"},
    "reopened": {"claimed", "escalated"},  # nobody answers after that: late in the day the claim expires
    "cancelled": {"closed"},
    "quiet": {"waiting"},
    "edited": {"claimed"},
    "merged": {"resolved"},
    "outage": {"closed"},
}
#: How often each kind comes among twenty.
MIX = (
    *("mended-by-itself",) * 3,
    *("answered",) * 4,
    *("forgotten", "nobody", "snoozed", "handed-on", "reopened", "cancelled", "quiet", "edited", "merged"),
    *("outage",) * 4,
)


def troubles(count: int, engineers: int, seed: int = 7) -> list[Trouble]:
    """The day's cases, in the order in which they begin."""
    rng = random.Random(seed)
    kinds = [MIX[number % len(MIX)] for number in range(count)]
    found = []
    for number, kind in enumerate(kinds):
        # Who is forgotten, snoozed or never claimed needs the day to show it.
        latest = {"outage": MENDED - 75, "forgotten": 210, "nobody": 240, "snoozed": 240}.get(kind, 480)
        begins = rng.randrange(BREAKS if kind == "outage" else 15, latest)
        found.append(
            Trouble(
                number=number, kind=kind, begins=begins // STEP * STEP, engineer=rng.randrange(engineers), log=_log(kind, rng)
            )
        )
    return sorted(found, key=lambda each: (each.begins, each.number))


def _log(kind: str, rng: random.Random) -> bytes | None:
    if kind == "outage":
        return sample("no-answer")
    return rng.choice(LOGS).read_bytes() if kind == "mended-by-itself" else None
