from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.cases import Case, Origin
from bot.errors import SettingsError
from bot.events import Action
from bot.ports import Outcome, Say, Timer, Where
from bot.storage import Conflict, TokenTable, open_store
from bot.storage.engine import sync_address
from bot.storage.tables import cases, inbox, metadata, outbox, timers, tokens, uploads
from bot.wording import Message
from tests.bot.fakes import ANA, START, TEAM, FakeChannels, FakeClock
from tests.bot.house import House

WORKSPACED = [table for table in metadata.sorted_tables if table.name != "executors"]


def case_of(lane: str) -> Case:
    return Case(id=lane, workspace=TEAM, requester=ANA, origin=Origin.REQUEST, opened_at=START)


def say(key: str) -> Say:
    return Say(key=key, where=Where.REQUESTER, message=Message(text=key))


async def count(house: House, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    async with house.store.database.reading() as connection:
        return await connection.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0


async def arrived(house: House, text: str = "hello"):
    event = house.direct(text)
    await house.store.inbox.put(event)
    async with house.store.database.reading() as connection:
        lane = await connection.scalar(sa.select(inbox.c.lane).where(inbox.c.event == event.id))
    return await house.store.inbox.next(lane)


async def test_the_migrations_make_the_tables(house: House) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        return [d for d in compare_metadata(MigrationContext.configure(connection), metadata) if "alembic" not in str(d)]

    async with house.store.database.reading() as connection:
        assert await connection.run_sync(differences) == []


def test_every_record_says_whose_it_is() -> None:
    assert [table.name for table in WORKSPACED if not {"enterprise", "team"} <= set(table.c.keys())] == []


async def test_sqlite_survives_a_power_cut(house: House) -> None:
    async with house.store.database.engine.connect() as connection:
        journal = await connection.scalar(sa.text("PRAGMA journal_mode"))
        synchronous = await connection.scalar(sa.text("PRAGMA synchronous"))

    assert (journal, synchronous) == ("wal", 2)


async def test_a_case_its_messages_and_its_event_are_written_together(house: House) -> None:
    event = await arrived(house)

    await house.store.commit(event, Outcome(case=case_of(event.lane), says=(say("a"), say("b"))))

    assert (await house.store.case(event.lane)).version == 1
    assert await count(house, outbox) == 2
    assert await count(house, inbox, inbox.c.state == "done") == 1


async def test_nothing_is_written_when_somebody_was_quicker(house: House) -> None:
    first = await arrived(house)
    await house.store.commit(first, Outcome(case=case_of(first.lane)))
    old = await house.store.case(first.lane)
    second = await arrived(house)
    await house.store.commit(second, Outcome(case=old.noted(START, "newer")))
    third = await arrived(house)

    with pytest.raises(Conflict):
        await house.store.commit(third, Outcome(case=old.noted(START, "older"), says=(say("never"),)))

    assert [entry.what for entry in (await house.store.case(first.lane)).timeline] == ["newer"]
    assert await count(house, outbox) == 0
    assert await count(house, inbox, inbox.c.state == "waiting") == 1


async def test_nothing_is_written_when_the_tokens_were_changed(house: House) -> None:
    event = await arrived(house)
    table = TokenTable(table={"user": {"anna": "[user-1]"}}, version=0)
    await house.store.commit(event, Outcome(case=case_of(event.lane)), table)
    event = await arrived(house)

    with pytest.raises(Conflict):
        await house.store.commit(event, Outcome(case=await house.store.case(event.lane)), table)


async def test_a_message_is_never_said_twice_under_one_key(house: House) -> None:
    event = await arrived(house)

    await house.store.commit(event, Outcome(case=case_of(event.lane), says=(say("same"), say("same"))))
    await house.settle()

    assert [said.text for said in house.chat.said] == ["same"]


async def test_a_timer_rings_once_at_its_time(house: House) -> None:
    event = await arrived(house)
    later = START + timedelta(hours=1)
    await house.store.commit(event, Outcome(case=case_of(event.lane), timers=(Timer(name="t", at=later),)))

    assert await house.store.ring(later - timedelta(seconds=1)) == 0
    assert await house.store.ring(later) == 1
    assert await house.store.ring(later) == 0
    assert await count(house, inbox, inbox.c.kind == "TimerRang") == 1


async def test_a_timer_can_be_moved_and_taken_back(house: House) -> None:
    event = await arrived(house)
    await house.store.commit(event, Outcome(case=case_of(event.lane), timers=(Timer(name="t", at=START),)))
    event = await arrived(house)
    moved = (Timer(name="t", at=START + timedelta(days=1)), Timer(name="u", at=START), Timer(name="u", at=None))
    await house.store.commit(event, Outcome(case=await house.store.case(event.lane), timers=moved))

    assert await count(house, timers) == 1
    assert await house.store.ring(START + timedelta(hours=1)) == 0


async def test_an_erased_case_leaves_only_the_ids_of_its_events(house: House) -> None:
    file = house.chat.give("F1", b"Nov 25 09:00:00 anna-pc pppd[1]: rcvd [LCP ConfReq]\n", name="anna.log")
    await house.happens(house.intake_event("my name is anna@example.com", files=(file,)))
    case = await house.only_case()
    await house.happens(house.press(Action.ASK_PERSON, case.id))

    await house.happens(house.press(Action.FORGET, None))

    for table in metadata.sorted_tables:
        if table.name in ("inbox", "outbox", "executors", "slots", "audit"):
            continue
        assert await count(house, table) == 0, table.name
    async with house.store.database.reading() as connection:
        kept = list(await connection.execute(sa.select(inbox).where(inbox.c.lane == case.id)))
        said = list(await connection.execute(sa.select(outbox).where(outbox.c.case_id.is_not(None))))
    assert {(row.payload, row.user, row.channel, row.ts) for row in kept} == {("", None, None, None)}
    assert said == []


async def test_two_languages_of_addresses_mean_one_database() -> None:
    assert sync_address("postgresql+psycopg://u:p@h/d") == "postgresql://u:p@h/d"


@pytest.mark.parametrize("address", ["mysql://u@h/d", "sqlite://", "sqlite:///:memory:", "nonsense"])
async def test_an_address_that_cannot_work_is_a_fault_of_the_settings(address: str) -> None:
    with pytest.raises(SettingsError, match="VPN_HELP_DATABASE_URL"):
        async with open_store(address, clock=FakeClock(), channels=FakeChannels()):
            pass


async def test_the_store_opens_again_with_what_was_there(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'again.db'}"
    async with open_store(address, clock=FakeClock(), channels=FakeChannels()) as store:
        await store.inbox.put(House(store, None, FakeClock(), None, None).direct("kept"))

    async with open_store(address, clock=FakeClock(), channels=FakeChannels()) as store:
        assert len(await store.inbox.waiting_lanes(START, older_than=timedelta())) == 1


async def test_names_are_locked_with_the_cases_key(house: House) -> None:
    await house.happens(house.intake_event("write to anna@example.com"))
    case = await house.only_case()

    table = await house.store.uploads.tokens(case.id)
    async with house.store.database.reading() as connection:
        locked = await connection.scalar(sa.select(tokens.c.locked))

    assert table.table == {"mail": {"anna@example.com": "[mail-1]"}}
    assert b"anna" not in locked


async def test_names_are_gone_after_their_days(house: House) -> None:
    await house.happens(house.intake_event("write to anna@example.com"))
    case = await house.only_case()

    house.clock.move(days=8)

    assert (await house.store.uploads.tokens(case.id)).table == {}


async def test_no_table_holds_what_redaction_took_out(house: House) -> None:
    text = b"Nov 25 09:00:00 anna-pc charon: 05[IKE] initiating Main Mode IKE_SA corp[1] to 203.0.113.9\n"
    file = house.chat.give("F1", text + b'Nov 25 09:00:01 anna-pc pluto: PSK "hunter2hunter2"\n')
    await house.happens(house.intake_event("psk = hunter2hunter2, I am anna@example.com", files=(file,)))

    async with house.store.database.reading() as connection:
        for table in (cases, uploads, inbox, outbox, tokens):
            for row in await connection.execute(sa.select(table)):
                for secret in ("hunter2", "203.0.113.9", "anna@example.com", "anna-pc"):
                    assert secret not in str(tuple(row)), (table.name, secret)
