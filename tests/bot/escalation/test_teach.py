"""*Teach the bot*, over the real store and the base that ships."""

from pathlib import Path

import pytest

from bot.cases import Case
from bot.events import Action, UserId
from knowledge import CauseId
from tests.bot.fakes import BEN, DESK, EVE
from tests.bot.house import House, base, catalogue, open_house

LOG = (Path(__file__).parents[3] / "knowledge/base/samples/no-answer.log").read_text(encoding="utf-8")
#: Its beginning: nothing has gone wrong yet.
BEGUN = "\n".join(LOG.splitlines()[:7]) + "\n"
LINE = "Mar 12 10:31:5{} gw charon: 06[IKE] licence for peer 198.51.100.7 user anna exhausted, dropping after 3 tries\n"
CAUSE = CauseId("server-capacity")


async def a_case(house: House, user: str, log: str, *, cause: str | None) -> Case:
    who = UserId(user)
    file = house.chat.give(f"F{user}", log.encode(), name="vpn.log")
    await house.happens(house.intake_event("", user=who, files=(file,)))
    case = (await house.cases(who))[0]
    await house.happens(house.press(Action.ASK_PERSON, case.id, user=who))
    await house.happens(house.press(Action.RESOLVE, case.id, f"fixed {cause}" if cause else "fixed", user=BEN))
    return (await house.cases(who))[0]


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What was shown as a file, by name."""
    shown: dict[str, str] = {}
    from tests.bot.fakes import FakeChat  # noqa: PLC0415 - only its upload is looked into

    upload = FakeChat.upload

    async def kept(self: FakeChat, where: object, path: Path, **how: str) -> str:
        shown[how["name"]] = path.read_text(encoding="utf-8", errors="replace")  # noqa: ASYNC240 - a small file of a test
        return await upload(self, where, path, **how)

    monkeypatch.setattr(FakeChat, "upload", kept)
    return shown


async def test_the_line_that_sets_a_case_apart_becomes_a_patch_tried_on_all(tmp_path: Path, files: dict[str, str]) -> None:
    async with open_house(tmp_path, messages=catalogue()) as house:
        for number in range(2):
            await a_case(house, f"UO{number}", LOG.replace("10:3", f"1{number}:3"), cause="server-unreachable")
        await a_case(house, "US1", BEGUN + LINE.format(7), cause=CAUSE)
        case = await a_case(house, "US2", BEGUN + LINE.format(8), cause=CAUSE)
        await house.happens(house.press(Action.TEACH, case.id, user=BEN))
        said = house.chat.texts(DESK)[-2]
        assert "2 more right, 0 changed, 0 broken, of 4 stored cases" in said
        assert "1 of 1 other cases with this cause have it, and 0 of 2 others" in said
        (patch,) = (text for name, text in files.items() if name.endswith(".patch"))
        assert "+++ b/causes/server-capacity.yaml" in patch
        assert "licence for peer {peer:address} user {user:name} exhausted, dropping after {count:number} tries" in patch
        assert not any(word in patch for word in ("anna", "198.51.100.7", "[ip", "[host"))


async def test_it_is_only_for_engineers_and_only_of_a_case_with_a_confirmed_cause(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        case = await a_case(house, "US1", LOG, cause=None)
        before = house.chat.texts(DESK)
        await house.happens(house.press(Action.TEACH, case.id, user=BEN, ref=None), house.press(Action.TEACH, case.id, user=EVE))
        assert house.chat.texts(DESK) == before


async def test_a_case_without_anything_new_says_so(tmp_path: Path) -> None:
    async with open_house(tmp_path, messages=catalogue()) as house:
        case = await a_case(house, "US1", LOG, cause="server-unreachable")
        await house.happens(house.press(Action.TEACH, case.id, user=BEN))
        assert "no line that sets this case apart" in house.chat.texts(DESK)[-1]


def test_the_base_has_what_these_tests_speak_of() -> None:
    assert {CAUSE, "server-unreachable"} <= set(base().causes)
