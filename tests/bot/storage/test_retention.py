from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.events import Action, MessageRef, ThreadRef
from bot.storage import sweep
from bot.storage.tables import cases, inbox, metadata, tokens
from bot.wording import Message
from tests.bot.fakes import DESK
from tests.bot.house import House, address

LINES = b"Nov 25 09:00:01 anna-pc charon: 06[IKE] received NO_PROPOSAL_CHOSEN error notify\n"
KEEP = timedelta(days=30)


async def count(house: House, table: sa.Table) -> int:
    async with house.store.database.reading() as connection:
        return await connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


async def test_what_is_young_stays(house: House) -> None:
    await house.happens(house.intake_event("I am anna@example.com", files=(house.chat.give("F1", LINES),)))
    house.clock.move(days=6)

    assert await sweep(house.store, house.clock.now(), keep=KEEP) == 0

    assert (await count(house, cases), await count(house, tokens)) == (1, 1)


async def test_tokens_go_first(house: House) -> None:
    await house.happens(house.intake_event("I am anna@example.com"))
    house.clock.move(days=8)

    await sweep(house.store, house.clock.now(), keep=KEEP)

    assert (await count(house, cases), await count(house, tokens)) == (1, 0)


async def test_then_readings_while_the_case_goes_on(house: House) -> None:
    await house.happens(house.intake_event("hello", files=(house.chat.give("F1", LINES),)))
    house.clock.move(days=20)
    await house.happens(house.direct("still broken"))
    house.clock.move(days=11)

    await sweep(house.store, house.clock.now(), keep=KEEP)

    case = await house.only_case()
    assert await house.store.uploads.text(case.uploads[0].id) is None
    assert await house.store.logs(case.id) == {}


async def test_and_in_the_end_everything(house: House) -> None:
    await house.happens(house.intake_event("I am anna@example.com", files=(house.chat.give("F1", LINES),)))
    house.clock.move(days=8)
    await house.settle()  # closed, because nobody said anything
    house.clock.move(days=31)

    assert await sweep(house.store, house.clock.now(), keep=KEEP) == 1

    # What the bot said is being taken back, and holds no words.
    assert [table.name for table in metadata.sorted_tables if await count(house, table)] == ["outbox"]


async def test_that_an_event_was_seen_is_remembered_for_days(house: House) -> None:
    event = house.direct("hello")
    await house.happens(event)
    house.clock.move(days=2)

    await sweep(house.store, house.clock.now(), keep=timedelta(days=1))

    assert not await house.store.inbox.put(event)
    assert await count(house, inbox) == 1


async def test_nothing_that_was_deleted_is_left_in_the_files(house: House, tmp_path: Path) -> None:
    await house.happens(house.intake_event("the gateway is called zanzibar-zulu", files=(house.chat.give("F1", LINES),)))
    database = Path(address(tmp_path).partition("///")[2])
    house.clock.move(days=40)

    await house.settle()
    await sweep(house.store, house.clock.now() + KEEP, keep=KEEP)

    files = [database, database.with_name(database.name + "-wal")]
    assert not any(b"zanzibar" in file.read_bytes() for file in files if file.exists())


async def test_what_the_bot_said_about_a_case_goes_with_it_on_both_sides(house: House) -> None:
    file = house.chat.give("F1", LINES)
    await house.happens(house.intake_event("zanzibar is down", files=(file,)))
    case = await house.only_case()
    await house.happens(house.press(Action.ASK_PERSON, case.id))
    await house.happens(house.direct("zanzibar again"))
    await house.happens(house.press(Action.SHARE_ORIGINAL, case.id, case.uploads[0].id))
    assert any("zanzibar" in text for text in house.chat.texts(DESK))
    house.clock.move(days=8)
    await house.settle()
    house.clock.move(days=31)

    await sweep(house.store, house.clock.now(), keep=KEEP)
    await house.settle()

    assert house.chat.texts("DUANA", thread=None) == []
    assert [said.now for said in house.chat.said if not said.deleted and not said.files] == []
    assert house.chat.deleted_files, "the original that was passed on"


async def test_where_the_bot_spoke_is_known_for_as_long_as_the_case_lives(house: House) -> None:
    await house.happens(house.intake_event("zanzibar is down"))
    for _ in range(3):
        house.clock.move(days=6)
        await house.happens(house.direct("zanzibar is still down"))
        await sweep(house.store, house.clock.now(), keep=timedelta(days=10))

    await house.happens(house.press(Action.FORGET, None))

    assert house.chat.texts("DUANA") == ["forgotten(cases=1)"]


async def test_what_waited_for_an_answer_and_what_was_asked_is_forgotten_with_its_person(house: House) -> None:
    await house.happens(house.intake_event("one"), house.intake_event("two"))
    await house.happens(house.direct("zanzibar belongs to which?"))
    assert any(text.startswith("which_case") for text in house.chat.texts("DUANA"))

    await house.happens(house.press(Action.FORGET, None))

    assert house.chat.texts("DUANA") == ["forgotten(cases=2)"]
    async with house.store.database.reading() as connection:
        payloads = await connection.scalars(sa.select(inbox.c.payload))
        assert not any("zanzibar" in payload for payload in payloads)


async def test_what_is_being_said_while_its_case_is_erased_is_taken_back(house: House) -> None:
    await house.happens(house.intake_event("zanzibar is down"))
    case = await house.only_case()
    said = house.chat.post

    async def slow_post(where: ThreadRef, message: Message, *, key: str) -> MessageRef:
        """The case is erased between Slack's answer and the bot's note of it."""
        ref = await said(where, message, key=key)
        house.chat.post = said
        async with house.store.database.writing() as connection:
            await house.store.erase(connection, case.id)
        return ref

    house.chat.post = slow_post
    await house.happens(house.direct("zanzibar"))
    house.clock.move(seconds=5)
    await house.settle()

    assert not [each for each in house.chat.said if each.thread and not each.deleted and "zanzibar" in each.now]
