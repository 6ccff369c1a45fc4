"""What engineers upload in the desk's thread counts there, and nowhere else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cases import Case, UploadState
from bot.events import Action, FileDeleted, UploadedFile
from bot.ports import Where
from tests.bot.fakes import BEN, DESK, EVE, TEAM
from tests.bot.house import House, catalogue, open_house

LOG = (Path(__file__).parents[3] / "knowledge/base/samples/no-proposal.log").read_bytes()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, messages=catalogue()) as opened:
        yield opened


@pytest.fixture
async def case(house: House) -> Case:
    await house.happens(house.intake_event("error 789"))
    found = await house.only_case()
    await house.happens(house.press(Action.ASK_PERSON, found.id))
    return await house.only_case()


async def bring(house: House, case: Case, file: UploadedFile, *, user: str = BEN) -> None:
    card = await house.thread(case, Where.DESK)
    await house.happens(house.posted(DESK, "from the gateway", user=user, thread=card.ts, files=(file,)))


async def test_a_log_of_an_engineers_is_read_and_weighed_for_the_desk_alone(house: House, case: Case) -> None:
    before = list(house.chat.ever["DUANA"])
    await bring(house, case, house.chat.give("FX", LOG, name="gateway.log"))
    now = await house.only_case()
    assert now.diagnosis == case.diagnosis
    assert now.desk_diagnosis.best.cause == "ike-proposal-mismatch"
    assert house.chat.ever["DUANA"] == before
    said = house.chat.texts(DESK)[-1]
    assert "gateway.log" in said
    assert "Most likely now" in said
    card = house.chat.texts(DESK, thread=None)[0]
    assert "Brought by engineers: gateway.log" in card
    assert "gateway.log, line" in card


async def test_taken_back_it_counts_no_more(house: House, case: Case) -> None:
    await bring(house, case, house.chat.give("FX", LOG, name="gateway.log"))
    await house.happens(FileDeleted(id="gone", workspace=TEAM, at=house.clock.now(), file_id="FX"))
    now = await house.only_case()
    assert ([each.state for each in now.desk_uploads], now.desk_diagnosis) == ([UploadState.DELETED], None)


async def test_what_holds_no_log_is_passed_over_with_a_word_and_strangers_files_without_one(house: House, case: Case) -> None:
    await bring(house, case, house.chat.give("FP", b"hello, lunch?", name="other.log"))
    assert "no VPN log in other.log" in house.chat.texts(DESK)[-1]
    said = house.chat.texts(DESK)
    await bring(house, case, house.chat.give("FN", b"hello, lunch?", name="note.txt"))
    assert house.chat.texts(DESK) == said
    await bring(house, case, house.chat.give("FE", LOG, name="eve.log"), user=EVE)
    assert house.chat.texts(DESK) == said


async def test_the_same_file_from_both_sides_is_read_for_each(house: House, case: Case) -> None:
    await bring(house, case, house.chat.give("FX", LOG, name="gateway.log"))
    await house.happens(house.direct(files=(house.chat.give("FA", LOG, name="mine.log"),)))
    now = await house.only_case()
    assert now.diagnosis.best.cause == "ike-proposal-mismatch"
    assert "gateway.log" not in "".join(house.chat.ever["DUANA"])
