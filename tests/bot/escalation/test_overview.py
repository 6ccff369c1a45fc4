from dataclasses import replace
from datetime import timedelta

from bot.cases import CaseState
from bot.escalation.overview import overview
from bot.events import CaseId, UserId
from tests.builders import NOW, case_with

SAM = UserId("USAM")


def at_desk(number, *, hours=0.0, **changes):
    since = NOW - timedelta(hours=hours)
    case = case_with(id=CaseId(f"{number:016d}"), state=CaseState.ESCALATED, escalated_at=since, **changes)
    return replace(case, handling=case.handling.arrived(since, case.handling.severity))


def test_queue_mine_and_somebody_elses() -> None:
    mine = at_desk(1).claimed(SAM)
    theirs = at_desk(2).claimed(UserId("UANA"))
    tab = overview([at_desk(3, hours=1), at_desk(4, hours=1.2), mine, theirs], SAM, NOW, None)
    assert [line.case.id[-1] for line in tab.queue] == ["4", "3"]
    assert [line.case.id[-1] for line in tab.mine] == ["1"]
    assert (tab.claimed, tab.breaching) == (2, ())


def test_a_promise_in_its_last_quarter_and_a_broken_one_and_none_of_a_snoozed_case() -> None:
    soon, over, snoozed = at_desk(1, hours=1.6), at_desk(2, hours=3), at_desk(3, hours=3)
    snoozed = replace(snoozed, handling=snoozed.handling.snoozed(NOW + timedelta(hours=1)))
    said = replace(
        at_desk(4, hours=3), handling=at_desk(4, hours=3).handling.marked("first-response-breach").broke("first-response")
    )
    tab = overview([soon, over, snoozed, said], SAM, NOW, None)
    assert {(line.case.id[-1], line.promise, line.broken) for line in tab.breaching} == {
        ("1", "first-response", False),
        ("2", "first-response", True),
        ("4", "first-response", True),
    }


def test_an_answered_case_has_only_its_solution_to_run_out() -> None:
    answered = at_desk(1, hours=20)
    answered = replace(answered, handling=answered.handling.answered(NOW - timedelta(hours=19)))
    (line,) = overview([answered], SAM, NOW, None).breaching
    assert (line.promise, line.broken, line.due) == ("resolution", False, NOW + timedelta(hours=4))
