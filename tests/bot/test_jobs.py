import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.errors import SettingsError, Unreachable
from bot.jobs import Work, open_jobs
from bot.storage.tables import inbox
from tests.bot.fakes import ANA, FakeChat, FakeClock
from tests.bot.house import House, address, occasion, open_house, until, with_jobs


async def done(house: House) -> int:
    async with house.store.database.reading() as connection:
        return await connection.scalar(sa.select(sa.func.count()).where(inbox.c.state == "done")) or 0


async def handled(house: House, count: int) -> None:
    """Wait until so many events are handled, in the engine's own time."""
    async with asyncio.timeout(30):
        while await done(house) < count:  # noqa: ASYNC110 - the database rings no bell
            await asyncio.sleep(0.02)


async def seen_in_order(house: House) -> list[str]:
    (case,) = await house.cases()
    return list(case.said)


async def test_six_messages_in_a_burst_are_handled_in_their_order(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, with_jobs(house, tmp_path):
        burst = [house.direct(f"message number {n}") for n in range(6)]

        await asyncio.gather(*(house.store.inbox.put(event) for event in burst))
        await handled(house, 6)

        assert await seen_in_order(house) == [f"message number {n}" for n in range(6)]


async def test_a_burst_that_came_before_the_engine_ran_is_handled_when_it_runs(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for n in range(6):
            await house.store.inbox.put(house.direct(f"message number {n}"))
        async with with_jobs(house, tmp_path):
            await handled(house, 6)

        assert await seen_in_order(house) == [f"message number {n}" for n in range(6)]


async def test_a_file_gets_its_receipt_at_once_and_its_answer_after(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, with_jobs(house, tmp_path):
        file = house.chat.give(
            "F1", b"Nov 25 09:00:01 h charon: 06[IKE] received NO_PROPOSAL_CHOSEN error notify\n", name="my.log"
        )

        await house.store.inbox.put(house.direct(files=(file,)))
        await until(lambda: any(occasion(text) == "answer" for text in house.chat.texts("DUANA")))

        assert [occasion(said.text) for said in house.chat.said] == ["case_opened", "receipt", "answer"]
        assert "my.log" in house.chat.said[1].text


async def test_cases_do_not_wait_for_each_other(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        stuck = asyncio.Event()
        began: list[str] = []

        async def drain(lane: str) -> None:
            began.append(lane)
            if len(began) == 1:
                await stuck.wait()
            while arrived := await house.store.inbox.next(lane):
                async with house.store.database.writing() as connection:
                    await house.store.inbox.finish(connection, arrived.number)

        async def nothing(*_: object) -> None:
            return None

        work = Work(drain=drain, read=nothing, clean=nothing)
        async with open_jobs(house.store, work, address=address(tmp_path), clock=house.clock, readers=1, stop_seconds=5):
            await house.store.inbox.put(house.direct("first", user="UANA"))
            await until(lambda: began)
            await house.store.inbox.put(house.direct("second", user="UBEN"))
            await handled(house, 1)
            stuck.set()
            await handled(house, 2)


async def test_what_slack_would_not_take_is_said_later_by_itself(tmp_path: Path) -> None:
    chat, clock = FakeChat(), FakeClock()
    chat.faults["post"] = [Unreachable("ratelimited", retry_after=10)]
    async with open_house(tmp_path, chat=chat, clock=clock) as house, with_jobs(house, tmp_path):
        await house.store.inbox.put(house.direct("hello"))
        await handled(house, 1)
        assert chat.said == []

        def later() -> bool:
            clock.move(seconds=1)
            return bool(chat.said)

        await until(later)


async def test_a_timer_rings_when_the_clock_says_so(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, with_jobs(house, tmp_path):
        await house.store.inbox.put(house.intake_event("hello"))
        await until(lambda: house.chat.said)

        house.clock.move(days=8)
        await until(lambda: any(text.startswith("closed") for text in house.chat.texts("DUANA")))


async def test_stopping_waits_for_what_has_begun(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        begun, finished = asyncio.Event(), False

        async def drain(_lane: str) -> None:
            nonlocal finished
            begun.set()
            await asyncio.sleep(0.5)
            finished = True

        async def nothing(*_: object) -> None:
            return None

        work = Work(drain=drain, read=nothing, clean=nothing)
        async with open_jobs(house.store, work, address=address(tmp_path), clock=house.clock, readers=1, stop_seconds=5):
            await house.store.inbox.put(house.direct("hello"))
            await begun.wait()

        assert finished


async def test_a_second_process_on_the_same_file_is_refused_and_told_why(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, with_jobs(house, tmp_path), open_house(tmp_path) as second:
        with pytest.raises(SettingsError, match="another vpn-help uses"):
            async with second.store.leases.slot(1.0):
                pass


async def test_a_lane_that_was_forgotten_is_found_by_the_sweeper(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, with_jobs(house, tmp_path):
        wakes, house.store.inbox.wakes = house.store.inbox.wakes, None  # the waking is lost
        await house.store.inbox.put(house.direct("hello", user=ANA))
        house.store.inbox.wakes = wakes
        assert await done(house) == 0

        house.clock.at += timedelta(seconds=10)
        await until(lambda: house.chat.said)


async def test_finished_jobs_are_deleted_and_hold_nothing_but_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_house(tmp_path) as house, with_jobs(house, tmp_path) as jobs:
        await house.store.inbox.put(house.direct("a very private sentence"))
        await handled(house, 1)
        await until(lambda: house.chat.said)

        async with house.store.database.reading() as connection:
            rows = list(await connection.execute(sa.text("SELECT * FROM workflow_status")))
        assert rows
        assert not any("private" in str(tuple(row)) for row in rows)

        monkeypatch.setattr("bot.jobs.KEEP_FINISHED", timedelta(seconds=-60))
        async with asyncio.timeout(20):
            while rows:
                await jobs._delete_finished()
                async with house.store.database.reading() as connection:
                    rows = list(await connection.execute(sa.text("SELECT * FROM workflow_status")))
                await asyncio.sleep(0.05)
