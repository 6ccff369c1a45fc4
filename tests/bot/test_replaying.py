"""A case's diagnosis is worked out again from the store and a snapshot, to the byte; and what is gone is said to be gone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import knowledge
from bot.cases import CaseState
from bot.errors import SettingsError
from bot.events import Action, FileDeleted
from bot.replaying import replay
from bot.settings import Settings
from knowledge import ChoiceId
from knowledge.loader import BASE
from tests.bot.fakes import ANA, TEAM, FakeClock
from tests.bot.house import House, open_house
from tests.bot.triage.test_conversation import PROPOSAL


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    return Settings(data=tmp_path)


@pytest.fixture
async def house(tmp_path: Path):
    async with open_house(tmp_path) as opened:
        keep(opened, tmp_path)
        yield opened


def keep(house: House, folder: Path) -> None:
    knowledge.keep_snapshot(house.drain.knowledge.base, BASE, folder / "knowledge", date(2026, 11, 25))


async def test_a_case_with_a_log_words_and_answers_comes_out_the_same(house, settings):
    file = house.chat.give("F1", PROPOSAL, name="my.log")
    await house.happens(
        house.intake_event("windows 11, at home", platform="windows", answers={"came-up": "never"}, files=(file,))
    )
    case = await house.only_case()

    done = await replay(settings, FakeClock(), case.id[:8].upper())

    assert done.is_same
    assert done.revision == house.drain.knowledge.base.revision
    data = json.loads(done.now)
    assert data["causes"][0]["id"] == "ike-proposal-mismatch"
    assert data["next"]["id"] == case.diagnosis.next.id
    assert data["files"] == ["my.log"]


async def test_what_was_said_after_the_diagnosis_takes_no_part(house, settings):
    await house.happens(house.intake_event("it does not work"))
    case = await house.only_case()
    done = await replay(settings, FakeClock(), case.id)
    question = case.open_question
    choice = house.drain.knowledge.base.questions[question].choices[0].id
    later = replace(case, answers={question: ChoiceId(choice)}, platform="linux", state=CaseState.ESCALATED)

    assert later.as_diagnosed().answers == {}
    assert done.is_same


async def test_steps_that_did_not_help_are_behind_the_next_one(house, settings):
    file = house.chat.give("F1", PROPOSAL, name="my.log")
    await house.happens(house.intake_event("windows 11", files=(file,)))
    case = await house.only_case()
    for _ in range(2):
        step = case.diagnosis.next.id or ""
        await house.happens(house.press(Action.STILL_BROKEN, case.id, step))
        case = await house.only_case()

    assert (await replay(settings, FakeClock(), case.id)).is_same


async def test_what_is_not_kept_any_more_is_said(house, settings, tmp_path):
    file = house.chat.give("F1", PROPOSAL, name="my.log")
    await house.happens(house.intake_event("help", files=(file,)))
    case = await house.only_case()
    with pytest.raises(SettingsError, match="no case has the number FFFFFFFF"):
        await replay(settings, FakeClock(), "FFFFFFFF")

    kept = tmp_path / "knowledge" / f"{case.diagnosis.revision}.zip"
    kept.rename(tmp_path / "away.zip")
    with pytest.raises(SettingsError, match="is not kept in"):
        await replay(settings, FakeClock(), case.id)

    (tmp_path / "away.zip").rename(kept)
    deleted = FileDeleted(id="gone", workspace=TEAM, at=house.clock.now(), user=ANA, file_id="F1")
    await house.happens(deleted)
    assert (await replay(settings, FakeClock(), case.id)).is_same  # it was worked out anew without the file
