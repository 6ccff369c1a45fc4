"""What becomes due, and when: pure, so every hour of a week can be tried."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.cases import Case, CaseState, Origin, Resolution
from bot.escalation import policy
from bot.escalation.hours import after, between
from bot.escalation.promises import due, is_meant, next_at, schedule
from bot.handling import Handling, Priority, Severity
from bot.places import Call, OfficeHours
from tests.bot.fakes import ANA, BEN, START, TEAM

OFFICE = OfficeHours(begins="09:00", ends="17:00", zone="America/Sao_Paulo")
CHAIN = (Call(who="S1", minutes=15), Call(who="U7", minutes=30), Call(who="https://pager.example.com/x", minutes=60))


def at_desk(**changes: object) -> Case:
    case = Case(id="c1", workspace=TEAM, requester=ANA, origin=Origin.REQUEST, opened_at=START).escalated(START, ("open",))
    return replace(case, handling=Handling().arrived(START, Severity.NORMAL), **changes)


def names(case: Case, **later: float) -> set[str]:
    return {each.name for each in due(case, START + timedelta(**later), None, CHAIN)}


def test_the_chain_is_told_one_after_another_until_somebody_claims() -> None:
    case = at_desk()
    assert [each.who for each in schedule(case, None, CHAIN) if each.name.startswith("call-")] == [c.who for c in CHAIN]
    assert names(case, minutes=20) == {"call-1"}
    assert not any(name.startswith("call-") for name in names(case.claimed(BEN), hours=2))


def test_who_answered_is_not_called_and_who_is_asked_again_is() -> None:
    answered = replace(at_desk(), handling=at_desk().handling.answered(START + timedelta(minutes=5)))
    assert names(answered, hours=2) == set()
    asked = replace(answered, handling=answered.handling.spoken_to(START + timedelta(hours=1)))
    assert "call-1" in names(asked, hours=2)


def test_a_claim_is_reminded_of_and_then_ends_unless_there_is_a_sign_of_life() -> None:
    case = at_desk().claimed(BEN)
    assert "claim-remind" in names(case, minutes=185)
    assert "claim-expire" not in names(case, minutes=185)
    assert "claim-expire" in names(case, minutes=245)
    alive = replace(case, handling=case.handling.worked_on(START + timedelta(minutes=180)))
    assert not any(name.startswith("claim-") for name in names(alive, minutes=245))


def test_a_warning_comes_before_each_breach() -> None:
    times = {each.name: each.at for each in schedule(at_desk(), OFFICE, ())}
    assert times["first-response-warn"] < times["first-response-breach"]
    assert times["resolution-warn"] < times["resolution-breach"]


def test_nothing_is_due_for_a_case_that_is_over_or_was_forgotten_for_months() -> None:
    for state in (CaseState.RESOLVED, CaseState.CLOSED, CaseState.OPEN, CaseState.WAITING):
        assert schedule(replace(at_desk(), state=state), None, CHAIN) == ()
    assert names(at_desk(), days=90) == set()
    assert next_at(at_desk(), START + timedelta(days=90), None, CHAIN) is None


def test_a_snooze_silences_everything_but_its_own_end() -> None:
    case = replace(at_desk(), handling=at_desk().handling.snoozed(START + timedelta(hours=4)))
    assert names(case, hours=3) == set()
    assert names(case, hours=4) == {"snooze-end"}
    assert not is_meant(case, "call-1")
    assert not is_meant(replace(case, state=CaseState.CLOSED), "snooze-end")


def test_priority_beats_severity_and_never_changes_it() -> None:
    case = at_desk()
    urgent = replace(case, handling=replace(case.handling, priority=Priority.URGENT))
    assert policy.promise(urgent) == policy.rules().promises[Severity.HIGH]
    assert urgent.handling.severity is Severity.NORMAL


def test_what_is_meant_is_asked_of_the_case_as_it_is_now() -> None:
    case = at_desk()
    assert is_meant(case, "call-2")
    assert not is_meant(case.claimed(BEN), "call-2")
    assert not is_meant(case.closed(START, Resolution.FIXED), "first-response-breach")
    assert not is_meant(replace(case, handling=case.handling.answered(START)), "first-response-warn")


TIMES = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


@given(start=TIMES, minutes=st.integers(1, 5000))
def test_working_time_is_measured_as_it_is_counted_off(start: datetime, minutes: int) -> None:
    end = after(start, minutes, OFFICE)
    assert end > start
    assert between(start, end, OFFICE) == timedelta(minutes=minutes)
    assert OFFICE.is_open(end - timedelta(seconds=1))


@given(start=TIMES, one=st.integers(0, 3000), two=st.integers(0, 3000))
def test_working_time_adds_up(start: datetime, one: int, two: int) -> None:
    both = after(start, one + two, OFFICE)
    assert between(start, both, OFFICE) == timedelta(minutes=one + two)
    assert after(start, one, OFFICE) <= both
