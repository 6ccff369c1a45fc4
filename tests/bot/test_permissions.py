from dataclasses import replace

import pytest

from bot.cases import Case, Origin
from bot.events import Action
from bot.permissions import (
    ADMIN_ACTIONS,
    AUDITED,
    DESK_ACTIONS,
    OUTAGE_ACTIONS,
    OWN_ACTIONS,
    REQUESTER_ACTIONS,
    Deed,
    may,
)
from tests.bot.fakes import ANA, BEN, EVE, START, TEAM

CASE = Case(id="c1", workspace=TEAM, requester=ANA, origin=Origin.REQUEST, opened_at=START)
ON_DESK = CASE.escalated(START, ("asked-for",))
SETS = (ADMIN_ACTIONS, DESK_ACTIONS, OUTAGE_ACTIONS, OWN_ACTIONS, REQUESTER_ACTIONS)
EVERYTHING = [deed for deed in (*Action, *Deed) if deed not in OUTAGE_ACTIONS | ADMIN_ACTIONS | {Deed.EXPORT}]
OF_THE_REQUESTER = [deed for deed in EVERYTHING if deed not in DESK_ACTIONS]


@pytest.mark.parametrize("deed", OF_THE_REQUESTER)
def test_a_requester_may_do_everything_with_their_own_case(deed: Action | Deed) -> None:
    assert may(ANA, deed, ON_DESK)


@pytest.mark.parametrize("deed", sorted(DESK_ACTIONS, key=str))
def test_a_requester_may_do_nothing_at_the_desk(deed: Action | Deed) -> None:
    assert may(ANA, deed, ON_DESK).reason == "responders-only"


@pytest.mark.parametrize("deed", sorted(DESK_ACTIONS, key=str))
def test_a_responder_may_work_on_cases_of_the_desk_and_on_no_others(deed: Action | Deed) -> None:
    assert may(BEN, deed, ON_DESK, is_responder=True)
    assert not may(BEN, deed, CASE, is_responder=True)


@pytest.mark.parametrize("deed", [deed for deed in OF_THE_REQUESTER if deed not in OWN_ACTIONS])
def test_nobody_else_may_touch_a_case_in_the_direct_message(deed: Action | Deed) -> None:
    assert may(EVE, deed, ON_DESK).reason == "not-yours"
    assert may(BEN, deed, ON_DESK, is_responder=True).reason == "not-yours"


@pytest.mark.parametrize("deed", EVERYTHING)
def test_a_stranger_may_do_nothing(deed: Action | Deed) -> None:
    assert may(ANA, deed, ON_DESK, is_responder=True, is_stranger=True).reason == "guests-may-not"
    assert not may(None, deed, ON_DESK, is_responder=True)


@pytest.mark.parametrize("origin", [Origin.MENTION, Origin.WATCHED])
def test_in_a_channel_everybody_may_read_along_and_add(origin: Origin) -> None:
    case = replace(CASE, origin=origin)

    assert may(EVE, Deed.WRITE, case)
    assert may(EVE, Action.SHOW_DETAILS, case)
    assert not may(EVE, Action.WORKS_NOW, case)


@pytest.mark.parametrize("deed", [deed for deed in EVERYTHING if deed not in OWN_ACTIONS])
def test_without_a_case_there_is_nothing_to_do(deed: Action | Deed) -> None:
    assert may(ANA, deed, None, is_responder=True).reason == "case-is-gone"


@pytest.mark.parametrize("deed", sorted(OUTAGE_ACTIONS))
def test_only_a_responder_may_end_an_outage(deed: Action) -> None:
    assert may(BEN, deed, None, is_responder=True)
    assert may(ANA, deed, None).reason == "responders-only"
    assert may(BEN, deed, None, is_responder=True, is_stranger=True).reason == "guests-may-not"


@pytest.mark.parametrize("deed", sorted(ADMIN_ACTIONS))
def test_only_an_admin_may_set_up_and_read_the_trail(deed: Action | Deed) -> None:
    assert may(EVE, deed, None, is_admin=True)
    assert may(BEN, deed, None, is_responder=True).reason == "admins-only"
    assert may(EVE, deed, None, is_admin=True, is_stranger=True).reason == "guests-may-not"


@pytest.mark.parametrize("deed", [*Action, *(deed for deed in Deed if deed is not Deed.EXPORT)])
def test_each_deed_stands_in_one_set_and_in_one_only(deed: Action | Deed) -> None:
    assert sum(deed in each for each in SETS) == 1


def test_what_stands_in_no_set_may_be_done_by_nobody() -> None:
    assert not may(ANA, Deed.EXPORT, ON_DESK, is_responder=True, is_admin=True)


#: What only opens a form: the form's sending is an action of its own, and stands in the trail.
OPENS = {Action.OPEN_REPLY, Action.OPEN_DESK_FORM, Action.OPEN_SETUP, Action.OPEN_WATCH, Action.TRY_SETUP}


def test_all_that_an_engineer_or_an_admin_does_stands_in_the_audit_trail() -> None:
    assert (DESK_ACTIONS | OUTAGE_ACTIONS | ADMIN_ACTIONS) - OPENS <= AUDITED
