"""The whole bot beside a playground: real slack-bolt, real SQLite, real workers; nothing is replaced."""

import asyncio
import sqlite3
from contextlib import asynccontextmanager, closing
from importlib.resources import files

import pytest
import pytest_asyncio

from bot.app import opened
from bot.playground import names
from bot.playground.kit import Playground
from bot.settings import Settings


def sample(name):
    """A log that ships with the project (`vpn-help sample NAME`)."""
    return files("knowledge").joinpath("base", "samples", f"{name}.log").read_bytes()


@pytest.fixture(autouse=True)
def _nothing_from_the_environment(monkeypatch):
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def slack():
    async with Playground.start() as playground:
        yield playground


def settings_of(slack, data, **changes):
    fields = {
        "slack_bot_token": names.BOT_TOKEN,
        "slack_app_token": names.APP_TOKEN,
        "slack_api_url": slack.api_url,
        "admin_channel": names.VPN_DESK,
        "watched_channels": (names.IT_HELP,),
        "data": data,
        "port": 0,
        "minute_rate": 2.0,
        **changes,
    }
    return Settings(**fields)


@pytest.fixture
def settings_for(tmp_path):
    def make(slack, **changes):
        return settings_of(slack, tmp_path, **changes)

    return make


@pytest.fixture
def running(slack, settings_for):
    @asynccontextmanager
    async def run(*, clock=None, **changes):
        async with opened(settings_for(slack, **changes), clock=clock):
            await slack.wait_until_connected()
            yield slack

    return run


@pytest.fixture
async def bot(running):
    """The bot over Socket Mode, with a desk and a watched channel."""
    async with running() as slack:
        yield slack


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one_for_all(tmp_path_factory):
    """One bot beside one playground for all tests of a file that wish it, and where its data lie."""
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
            patch.delenv(name, raising=False)
        async with Playground.start() as playground, opened(settings_of(playground, folder)):
            await playground.wait_until_connected()
            yield playground, folder / "vpn-help.db"


@pytest_asyncio.fixture(loop_scope="module")
async def shared_bot(one_for_all):
    """The same as `bot`, without a start for each test: afterwards nothing is left of what was said.

    A file that wants it says `pytestmark = pytest.mark.asyncio(loop_scope="module")`. Tests in it that start a bot of their own
    say `@pytest.mark.asyncio(loop_scope="function")` and come first: a process holds one bot at a time.
    """
    playground, database = one_for_all
    yield playground
    await playground.mend()
    await playground.wait_until_quiet()
    await until_idle(database)
    await playground.control("reset", {})
    await asyncio.to_thread(forget, database)


#: What a case leaves behind.
FORGOTTEN = ["cases", "threads", "slots", "inbox", "outbox", "uploads", "case_keys", "tokens"]
FORGOTTEN += ["timers", "people", "setups", "sightings", "outages"]


def forget(database):
    """In a thread of its own: the bot, which may be writing, shares the test's."""
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        for table in FORGOTTEN:
            connection.execute(f"DELETE FROM {table}")
        connection.commit()


async def until_idle(database, *, seconds=10.0):
    """Until nothing is due: what waits for a later time is forgotten with the rest."""
    due = (
        "SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting' AND not_before <= strftime('%Y-%m-%d %H:%M:%f', 'now'))"
        " + (SELECT count(*) FROM outbox WHERE state = 'sending')"
        " + (SELECT count(*) FROM outbox WHERE state = 'pending' AND not_before <= strftime('%Y-%m-%d %H:%M:%f', 'now'))"
        " + (SELECT count(*) FROM uploads WHERE state = 'received')"
    )
    async with asyncio.timeout(seconds):
        with closing(sqlite3.connect(database, timeout=30)) as connection:
            while connection.execute(due).fetchone()[0]:  # noqa: ASYNC110 - the database rings no bell
                await asyncio.sleep(0.02)
