from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.cases import Case, Origin
from bot.errors import Refused, Unknown, Unreachable
from bot.events import Event
from bot.ports import Outcome, Say, Tell, Where, Whisper
from bot.storage.tables import inbox, outbox
from bot.wording import CASE_LINK, Message
from tests.bot.fakes import ANA, START, TEAM, FakeChannels, FakeMessages
from tests.bot.house import House, open_house


class Stage:
    """A case that says what it is told to."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.lane = ""

    async def says(self, *items: Say | Whisper | Tell, **case: object) -> None:
        event: Event = self.house.direct("…")
        await self.house.store.inbox.put(event)
        async with self.house.store.database.reading() as connection:
            self.lane = await connection.scalar(sa.select(inbox.c.lane).where(inbox.c.event == event.id))
        arrived = await self.house.store.inbox.next(self.lane)
        known = await self.house.store.case(self.lane)
        new = Case(id=self.lane, workspace=TEAM, requester=ANA, origin=Origin.REQUEST, opened_at=START, **case)
        await self.house.store.commit(arrived, Outcome(case=known or new, says=items))

    async def speaks(self) -> None:
        await self.house.drain.speaker.speak(self.lane)

    async def states(self) -> dict[str, str]:
        async with self.house.store.database.reading() as connection:
            return {row.key: row.state for row in await connection.execute(sa.select(outbox.c.key, outbox.c.state))}


@pytest.fixture
async def stage(house: House) -> Stage:
    return Stage(house)


def say(text: str, *, slot: str | None = None, where: Where = Where.REQUESTER) -> Say:
    return Say(key=text, where=where, message=Message(text=text), slot=slot)


CASE, CARD = say("the case", slot="case"), say("the card", slot="card", where=Where.DESK)


async def test_the_case_is_the_parent_of_what_follows(stage: Stage) -> None:
    await stage.says(CASE, say("hello"), CARD, say("for engineers", where=Where.DESK))

    await stage.speaks()

    placed = [(said.channel, said.thread, said.text) for said in stage.house.chat.said]
    parent, card = stage.house.chat.said[0].ts, stage.house.chat.said[2].ts
    assert placed == [
        ("DUANA", None, "the case"),
        ("DUANA", parent, "hello"),
        ("CDESK", None, "the card"),
        ("CDESK", card, "for engineers"),
    ]


async def test_a_slot_is_edited_in_place(stage: Stage) -> None:
    await stage.says(CASE, say("reading", slot="upload:1"))
    await stage.speaks()

    await stage.says(say("read", slot="upload:1"))
    await stage.speaks()

    assert stage.house.chat.texts("DUANA") == ["the case", "read"]


async def test_of_several_edits_only_the_last_is_made(stage: Stage) -> None:
    await stage.says(CASE)
    await stage.speaks()

    await stage.says(*(Say(key=f"e{n}", where=Where.REQUESTER, message=Message(text=f"e{n}"), slot="case") for n in range(4)))
    await stage.speaks()

    assert stage.house.chat.said[0].edits == ["e3"]
    assert (await stage.states())["e0"] == "superseded"


async def test_a_slot_whose_message_was_deleted_is_posted_anew(stage: Stage) -> None:
    await stage.says(CASE, say("first", slot="details"))
    await stage.speaks()
    stage.house.chat.said[1].deleted = True

    await stage.says(say("second", slot="details"))
    await stage.speaks()

    assert stage.house.chat.texts("DUANA") == ["the case", "second"]


async def test_when_slack_is_away_everything_waits_in_its_order(stage: Stage) -> None:
    stage.house.chat.faults["post"] = [Unreachable("ratelimited", retry_after=30)]
    await stage.says(CASE, say("one"), say("two"))

    await stage.speaks()
    await stage.speaks()
    assert stage.house.chat.said == []

    stage.house.clock.move(seconds=31)
    await stage.speaks()
    assert stage.house.chat.texts("DUANA") == ["the case", "one", "two"]


async def test_one_place_that_waits_does_not_hold_the_other(stage: Stage) -> None:
    await stage.says(CASE, CARD)
    await stage.speaks()
    stage.house.chat.faults["post"] = [Unreachable("timeout")]

    await stage.says(say("to the person"), say("to the desk", where=Where.DESK))
    await stage.speaks()

    assert stage.house.chat.texts("CDESK") == ["the card", "to the desk"]
    assert stage.house.chat.texts("DUANA") == ["the case"]


async def test_what_may_have_been_said_is_looked_for_and_not_said_again(stage: Stage) -> None:
    stage.house.chat.loses_answer_of = ["post"]
    await stage.says(CASE, say("after it"))

    await stage.speaks()
    stage.house.clock.move(seconds=5)
    await stage.speaks()

    assert stage.house.chat.texts("DUANA") == ["the case", "after it"]
    assert stage.house.chat.said[1].thread == stage.house.chat.said[0].ts


async def test_what_was_not_said_after_all_is_said(stage: Stage) -> None:
    stage.house.chat.faults["post"] = [Unknown("timeout")]
    await stage.says(CASE)

    await stage.speaks()
    stage.house.clock.move(seconds=5)
    await stage.speaks()

    assert stage.house.chat.texts("DUANA") == ["the case"]


async def test_a_process_that_died_while_speaking_is_looked_after(stage: Stage) -> None:
    await stage.says(CASE)
    row = await stage.house.store.outbox.take(stage.lane, "requester")
    await stage.house.drain.speaker._say(row)  # said, and then killed before it was noted

    await stage.speaks()

    assert stage.house.chat.texts("DUANA") == ["the case"]
    assert await stage.states() == {"the case": "sent"}


async def test_what_slack_refuses_is_told_to_the_case(stage: Stage) -> None:
    await stage.says(CASE)
    await stage.speaks()
    stage.house.chat.faults["post"] = [Refused("is_archived")]

    await stage.says(CARD)
    await stage.speaks()
    await stage.house.settle()

    assert (await stage.states())["the card"] == "failed"
    assert stage.house.chat.texts("DUANA")[-1] == "no_desk(open, contact=Call 4711)"


async def test_without_its_card_a_case_says_nothing_to_the_desk(stage: Stage) -> None:
    await stage.says(CASE, say("into the void", where=Where.DESK))

    await stage.speaks()

    assert stage.house.chat.texts("CDESK") == []


async def test_a_whisper_tells_where_the_case_is(stage: Stage) -> None:
    whisper = Whisper(key="w", user=ANA, message=Message(text=f"see {CASE_LINK}"), response_url="https://hooks.example.com/1")
    await stage.says(whisper, CASE)

    await stage.speaks()

    assert stage.house.chat.whispers == [
        ("https://hooks.example.com/1", f"see https://example.com/DUANA/{stage.house.chat.said[0].ts}")
    ]


async def test_an_old_address_for_whispers_falls_back_to_the_channel(stage: Stage) -> None:
    stage.house.chat.faults["respond"] = [Refused("expired_url")]
    await stage.says(Whisper(key="w", user=ANA, message=Message(text="psst"), channel="C1", response_url="https://x.example.com"))

    await stage.speaks()

    assert stage.house.chat.whispers == [(ANA, "psst")]


async def test_what_fails_by_our_own_fault_is_given_up_after_a_while(stage: Stage) -> None:
    stage.house.chat.faults["post"] = [ValueError("ours")] * 5
    await stage.says(CASE, say("the next"))

    for _ in range(6):
        await stage.speaks()
        stage.house.clock.move(minutes=5)

    assert (await stage.states())["the case"] == "failed"
    assert stage.house.chat.texts("DUANA") == ["the next"]


async def test_a_person_is_told_outside_of_any_case(stage: Stage) -> None:
    await stage.says(Tell(key="t", user=ANA, message=Message(text="which one?")))

    await stage.speaks()

    assert [(said.channel, said.thread) for said in stage.house.chat.said] == [("DUANA", None)]


@pytest.fixture
async def without_desk(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_house(tmp_path, channels=FakeChannels(desk=None), messages=FakeMessages()) as house:
        yield Stage(house)


async def test_without_an_admin_channel_a_card_is_refused(without_desk: Stage) -> None:
    await without_desk.says(CASE, CARD)

    await without_desk.speaks()

    assert (await without_desk.states())["the card"] == "failed"
