from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.storage import sweep
from bot.storage.tables import cases, inbox, metadata, tokens
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

    assert [table.name for table in metadata.sorted_tables if await count(house, table)] == []


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
