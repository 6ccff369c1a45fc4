from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cases import Case, CaseState
from bot.errors import Refused
from bot.events import Action, MessageChanged, MessageDeleted
from bot.ports import Where
from bot.triage.drain import Policy
from tests.bot.fakes import ANA, BEN, DESK, EVE, TEAM, FakeChannels, FakeChat
from tests.bot.house import House, open_house


@pytest.fixture
async def case(house: House) -> Case:
    """A case whose person has asked for help."""
    await house.happens(house.intake_event("it does not work"))
    case = await house.only_case()
    await house.happens(house.press(Action.ASK_PERSON, case.id))
    return await house.only_case()


def desk(house: House) -> list[str]:
    return house.chat.texts(DESK)


async def test_asking_for_a_person_brings_one_card_to_the_desk(house: House, case: Case) -> None:
    await house.happens(house.press(Action.ASK_PERSON, case.id))

    assert [text.partition("(")[0] for text in desk(house)] == ["card"]
    assert (case.state, case.escalation_reasons) == (CaseState.ESCALATED, ("asked-for",))


async def test_a_claim_shows_on_the_card_and_tells_the_requester_no_name(house: House, case: Case) -> None:
    await house.happens(house.press(Action.CLAIM, case.id, user=BEN))

    assert (await house.only_case()).assignee == BEN
    assert desk(house)[0] == "card(claimed, requester=Ana)"
    assert house.chat.texts("DUANA")[-1] == "taken(claimed)"


async def test_who_is_no_engineer_may_not_claim(house: House, case: Case) -> None:
    await house.happens(house.press(Action.CLAIM, case.id, user=EVE))

    assert (await house.only_case()).state is CaseState.ESCALATED
    assert house.chat.texts("DUEVE") == ["user_error(responders-only, {})"]


async def test_a_second_claim_is_refused_where_it_was_pressed(house: House, case: Case) -> None:
    house.chat.responders = frozenset({BEN, EVE})
    card = await house.thread(case, Where.DESK)
    await house.happens(house.press(Action.CLAIM, case.id, user=BEN, ref=card))

    await house.happens(house.press(Action.CLAIM, case.id, user=EVE, ref=card))

    assert house.chat.whispers == [(EVE, "user_error(already-claimed, {'assignee': 'UBEN'})")]


async def test_a_double_click_claims_once(house: House, case: Case) -> None:
    await house.happens(*(house.press(Action.CLAIM, case.id, user=BEN) for _ in range(2)))

    assert sum("claimed, who=UBEN" in text for text in desk(house)) == 1


async def test_what_the_requester_writes_appears_redacted_at_the_desk(house: House, case: Case) -> None:
    said = house.direct("I am anna@example.com, the password is hunter2hunter2")
    await house.happens(said)
    edited = MessageChanged(
        id="e1", workspace=TEAM, at=house.clock.now(), user=ANA, ref=said.ref, kind=said.kind, text="I am bob@example.com"
    )
    await house.happens(edited)
    await house.happens(MessageDeleted(id="e2", workspace=TEAM, at=house.clock.now(), user=ANA, ref=said.ref))

    assert desk(house)[1:] == [
        "relay_to_desk(escalated, I am [mail-1], the password is [secret], requester=Ana, files=[], change=new)",
        "relay_to_desk(escalated, I am [mail-2], requester=Ana, files=[], change=edited)",
        "relay_to_desk(escalated, requester=Ana, files=[], change=deleted)",
    ]


async def test_only_a_reply_crosses_the_wall(house: House, case: Case) -> None:
    before = house.chat.texts("DUANA")
    card = await house.thread(case, Where.DESK)

    await house.happens(
        house.posted(DESK, "he has no idea", user=BEN, thread=card.ts),
        house.posted(DESK, "@bot details of this fool", user=BEN, thread=card.ts, mention=True),
        house.reply(case.id, "Please restart the client.", user=BEN),
    )

    assert house.chat.texts("DUANA")[len(before) :] == ["relay_to_requester(escalated, Please restart the client.)"]
    assert any(text.startswith("details(") for text in desk(house))


async def test_a_reply_by_somebody_else_does_not_cross(house: House, case: Case) -> None:
    before = house.chat.texts("DUANA")

    await house.happens(house.reply(case.id, "I am the boss", user=EVE))

    assert house.chat.texts("DUANA") == before


async def test_a_reply_that_cannot_be_delivered_is_told_to_the_desk(house: House, case: Case) -> None:
    house.chat.faults["post"] = [Refused("messages_tab_disabled")]

    await house.happens(house.reply(case.id, "hello?", user=BEN))

    assert desk(house)[-1] == "desk_news(escalated, reply-failed, who=None, text=messages_tab_disabled)"


async def test_the_confirmed_cause_is_kept(house: House, case: Case) -> None:
    await house.happens(house.press(Action.CONFIRM_CAUSE, case.id, "psk-mismatch", user=BEN))
    await house.happens(house.press(Action.CONFIRM_CAUSE, case.id, "no-such-cause", user=BEN))

    assert (await house.only_case()).confirmed_cause == "psk-mismatch"


async def test_a_case_closes_when_its_person_says_that_it_works(house: House, case: Case) -> None:
    await house.happens(house.press(Action.RESOLVE, case.id, user=BEN))
    assert (await house.only_case()).state is CaseState.RESOLVED

    await house.happens(house.press(Action.WORKS_NOW, case.id))

    assert ((await house.only_case()).state, (await house.only_case()).resolution) == (CaseState.CLOSED, "fixed")
    assert desk(house)[0].startswith("card(closed")


async def test_a_case_that_is_not_mended_after_all_comes_back_to_who_had_it(house: House, case: Case) -> None:
    await house.happens(house.press(Action.CLAIM, case.id, user=BEN), house.press(Action.RESOLVE, case.id, user=BEN))

    await house.happens(house.press(Action.STILL_BROKEN, case.id))

    again = await house.only_case()
    assert (again.state, again.assignee) == (CaseState.CLAIMED, BEN)


async def test_an_original_is_passed_on_by_its_owner_once(house: House, case: Case) -> None:
    file = house.chat.give("F1", b"Nov 25 nothing known\n", name="my.log")
    await house.happens(house.direct(files=(file,)))
    upload = (await house.only_case()).uploads[0]

    await house.happens(house.press(Action.SHARE_ORIGINAL, case.id, upload.id, user=BEN))
    assert not any(said.files for said in house.chat.said)
    await house.happens(*(house.press(Action.SHARE_ORIGINAL, case.id, upload.id) for _ in range(2)))

    assert [(said.channel, said.files) for said in house.chat.said if said.files] == [(DESK, ["my.log"])]


async def test_when_the_admin_channel_is_gone_the_person_learns_whom_to_call(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.happens(house.intake_event("it does not work"))
        case = await house.only_case()
        house.chat.faults["post"] = [None, Refused("channel_not_found")]

        await house.happens(house.press(Action.ASK_PERSON, case.id))

        assert house.chat.texts("DUANA")[-2:] == ["handed_over(escalated)", "no_desk(escalated, contact=Call 4711)"]


@pytest.fixture
async def without_desk(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, channels=FakeChannels(desk=None), policy=Policy(contact="Call 4711")) as house:
        yield house


async def test_without_an_admin_channel_the_contact_is_given_and_the_case_kept(without_desk: House) -> None:
    await without_desk.happens(without_desk.intake_event("it does not work"))
    case = await without_desk.only_case()

    await without_desk.happens(without_desk.press(Action.ASK_PERSON, case.id))

    assert without_desk.chat.texts("DUANA")[-1].endswith("contact=Call 4711)")
    assert not (await without_desk.only_case()).is_over


async def test_responders_may_be_a_group_instead_of_the_channel(tmp_path: Path) -> None:
    class GroupChat(FakeChat):
        async def members(self, channel: str) -> frozenset[str]:
            raise AssertionError("the channel is not asked")

    async with open_house(tmp_path, chat=GroupChat(), policy=Policy(responders="S1")) as house:
        await house.happens(house.intake_event("help"))
        case = await house.only_case()
        await house.happens(house.press(Action.ASK_PERSON, case.id), house.press(Action.CLAIM, case.id, user=BEN))

        assert (await house.only_case()).assignee == BEN
