"""The whole bot beside a playground: real slack-bolt, real SQLite, real workers; nothing is replaced."""

from contextlib import asynccontextmanager
from importlib.resources import files

import pytest

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


@pytest.fixture
def settings_for(tmp_path):
    def make(slack, **changes):
        fields = {
            "slack_bot_token": names.BOT_TOKEN,
            "slack_app_token": names.APP_TOKEN,
            "slack_api_url": slack.api_url,
            "admin_channel": names.VPN_DESK,
            "watched_channels": (names.IT_HELP,),
            "data": tmp_path,
            "port": 0,
            "minute_rate": 2.0,
            **changes,
        }
        return Settings(**fields)

    return make


@pytest.fixture
def running(slack, settings_for):
    @asynccontextmanager
    async def run(**changes):
        async with opened(settings_for(slack, **changes)):
            await slack.wait_until_connected()
            yield slack

    return run


@pytest.fixture
async def bot(running):
    """The bot over Socket Mode, with a desk and a watched channel."""
    async with running() as slack:
        yield slack
