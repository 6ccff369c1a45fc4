from dataclasses import replace

import pytest

from bot.cases import Case, Origin
from bot.escalation.policy import reasons
from knowledge import CauseId, Diagnosis, Hypothesis, NextStep, StepKind, Verdict
from tests.bot.fakes import ANA, START, TEAM
from tests.bot.house import base

CASE = Case(id="c1", workspace=TEAM, requester=ANA, origin=Origin.REQUEST, opened_at=START)


def diagnosis(verdict: Verdict, cause: str | None, kind: StepKind) -> Diagnosis:
    ranked = (Hypothesis(cause=CauseId(cause), probability=0.8),) if cause else ()
    return Diagnosis(
        verdict=verdict, hypotheses=ranked, unexplained=0.1, stage=None, attempts=(), next=NextStep(kind=kind), revision="r"
    )


@pytest.mark.parametrize("kind", [StepKind.ASK, StepKind.COLLECT, StepKind.TRY, StepKind.NONE])
def test_as_long_as_there_is_something_to_do_nobody_is_called(kind: StepKind) -> None:
    assert reasons(CASE, diagnosis(Verdict.LIKELY, "psk-mismatch", kind), base()) == ()


@pytest.mark.parametrize(
    ("verdict", "cause", "why"),
    [
        (Verdict.LIKELY, "server-capacity", ("red-flag", "fixer")),
        (Verdict.CONCLUSIVE, "ip-pool-exhausted", ("red-flag", "fixer")),
        (Verdict.CONCLUSIVE, "cert-invalid", ("fixer",)),
        (Verdict.LIKELY, "psk-mismatch", ("nothing-left",)),
        (Verdict.OPEN, "server-capacity", ("open",)),
        (Verdict.OPEN, None, ("open",)),
        (Verdict.HEALTHY, None, ()),
    ],
)
def test_when_there_is_nothing_left_to_do_the_card_says_why(verdict: Verdict, cause: str | None, why: tuple[str, ...]) -> None:
    assert reasons(CASE, diagnosis(verdict, cause, StepKind.HANDOVER), base()) == why


def test_after_three_steps_that_did_not_help_the_next_is_a_person() -> None:
    tried = replace(CASE, tried=("a", "b", "c"))

    assert reasons(tried, diagnosis(Verdict.LIKELY, "psk-mismatch", StepKind.TRY), base()) == ("tried-out",)


def test_a_case_that_is_on_the_desk_is_not_handed_over_again() -> None:
    on_desk = CASE.escalated(START, ("asked-for",))

    assert reasons(on_desk, diagnosis(Verdict.OPEN, None, StepKind.HANDOVER), base()) == ()
