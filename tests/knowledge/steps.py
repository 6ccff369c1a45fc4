"""Steps as the tests of the planner need them: a test names only what it is about."""

from knowledge.rules import Step, Text
from knowledge.terms import Fixer, Risk, StepId

SAYS = Text({"en": "…"})


def step(name: str, *, minutes: float = 5, mends: float = 0.8, risk: Risk = Risk.LOW, fixer: Fixer = Fixer.USER, on=()) -> Step:
    return Step(
        id=StepId(name),
        platforms=frozenset(on),
        fixer=fixer,
        minutes=minutes,
        risk=risk,
        mends=mends,
        cuts_off=False,
        offline=False,
        phone=False,
        do=SAYS,
        verify=SAYS,
        undo=SAYS,
        source="",
    )
