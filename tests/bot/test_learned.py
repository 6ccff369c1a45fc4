"""What closed cases taught: an admin uses it, the next diagnosis says so, is worked out again with it, and it is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import knowledge
from bot.cases import Case, CaseState, Origin
from bot.errors import SettingsError
from bot.events import Action, ActionTaken, CaseId, UserId
from bot.learned import base_here, closed, kept, kept_learned
from bot.messages import Catalogue
from bot.messages.home import Admins
from bot.messages.lessons import Lessons
from bot.places import Setup
from bot.playground.blockkit import check_view
from bot.replaying import replay
from bot.settings import Settings
from knowledge import ENOUGH_CASES, UNKNOWN, CauseId, QuestionId, learn, parted
from knowledge.loader import BASE
from tests.bot.fakes import ANA, BEN, START, TEAM, FakeClock
from tests.bot.house import open_house

UDP, NAT = CauseId("udp-blocked"), QuestionId("nat")


def past(number: int) -> Case:
    return Case(
        id=CaseId(f"{number:016x}"),
        workspace=TEAM,
        requester=UserId("UPAST"),
        origin=Origin.REQUEST,
        opened_at=START,
        state=CaseState.CLOSED,
        confirmed_cause=UDP,
        asked=(NAT, QuestionId("delay")),
        answers={NAT: UNKNOWN},
    )


@pytest.fixture
async def house(tmp_path: Path):
    async with open_house(tmp_path) as opened:
        async with opened.store.database.writing() as connection:
            for number in range(ENOUGH_CASES):
                await opened.store._save(connection, past(number))
        knowledge.keep_snapshot(opened.drain.knowledge.base, BASE, tmp_path / "knowledge", date(2026, 11, 25))
        yield opened


def press(action: Action, user: UserId, name: str) -> ActionTaken:
    return ActionTaken(id=name, workspace=TEAM, at=START, user=user, action=action)


async def revision(house, name: str) -> str:
    user = UserId(name)
    await house.happens(house.intake_event("erro 809, windows 11", user=user, platform="windows"))
    return (await house.only_case(user)).diagnosis.revision


async def test_it_is_used_from_the_next_case_on_and_taken_back(house):
    base = house.drain.knowledge.base
    before = await revision(house, "U1")
    await house.happens(press(Action.USE_LEARNED, BEN, "use"))
    used = await revision(house, "U2")
    await house.happens(press(Action.STOP_LEARNED, BEN, "stop"))

    assert before == await revision(house, "U3") == base.revision
    assert parted(used) == (base.revision, (await house.drain.lessons(TEAM)).mark)


async def test_only_admins_use_it(house):
    await house.happens(press(Action.USE_LEARNED, ANA, "use"))

    assert not (await house.store.people.setups()).get(TEAM.team, Setup()).learned


async def test_a_case_is_worked_out_again_with_what_was_in_use(house, tmp_path):
    await house.happens(press(Action.USE_LEARNED, BEN, "use"))
    await revision(house, "U2")
    case = await house.only_case(UserId("U2"))

    assert (await replay(Settings(data=tmp_path), FakeClock(), case.id)).is_same
    await house.happens(press(Action.STOP_LEARNED, BEN, "stop"))
    with pytest.raises(SettingsError, match="not in use any more"):
        await replay(Settings(data=tmp_path), FakeClock(), case.id)


async def test_what_is_not_closed_or_not_confirmed_teaches_nothing(house):
    cases = [past(1), replace(past(2), state=CaseState.CLAIMED), replace(past(3), confirmed_cause=None)]
    (one,) = closed(cases)

    assert one.cause == UDP
    assert [put.choice for put in one.put] == [UNKNOWN, None]


async def test_what_is_kept_can_be_read_again_and_what_cannot_changes_nothing(house):
    base, learned = house.drain.knowledge.base, await house.drain.lessons(TEAM)

    assert kept_learned(kept(learned)).mark == learned.mark
    assert kept(learn(base, [])) == ""
    assert base_here(base, "") is base
    assert base_here(base, "{damaged") is base


@pytest.mark.parametrize("locale", ["en", "pt-BR"])
async def test_the_home_tab_shows_it(house, locale):
    words, now = Catalogue(house.drain.knowledge.base), await house.drain.lessons(TEAM)
    none = learn(house.drain.knowledge.base, [])
    for lessons, actions in (
        (Lessons(now=none, enough=ENOUGH_CASES), set()),
        (Lessons(now=now, enough=ENOUGH_CASES), {Action.USE_LEARNED}),
        (Lessons(now=now, enough=ENOUGH_CASES, used=now), {Action.STOP_LEARNED}),
        (Lessons(now=replace(now, cases=99), enough=ENOUGH_CASES, used=now), {Action.USE_LEARNED, Action.STOP_LEARNED}),
    ):
        view = words.home([], days=30, locale=locale, admins=Admins(setup=Setup(admin_channel="C1"), lessons=lessons))
        pressed = {each["action_id"] for block in view["blocks"] if block["type"] == "actions" for each in block["elements"]}

        assert check_view(view) == []
        assert {each for each in (Action.USE_LEARNED, Action.STOP_LEARNED) if any(each in name for name in pressed)} == actions
