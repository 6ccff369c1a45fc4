import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import BOT_TOKEN
from bot.playground.kit import Playground
from tests.bot.playground.small_bot import SmallBot


@pytest.fixture(autouse=True)
def _nothing_from_the_environment(monkeypatch):
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def slack():
    async with Playground.start() as playground:
        yield playground


@pytest.fixture
async def client(slack):
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url, session=session)


@pytest.fixture
async def small_bot(slack):
    async with aiohttp.ClientSession() as session:
        yield SmallBot(slack, session)


@pytest.fixture(params=["socket", "http"])
async def bot(request, small_bot):
    async with small_bot.over_socket() if request.param == "socket" else small_bot.over_http():
        yield small_bot


@pytest.fixture
def refused():
    """The error with which Slack refuses a call."""

    async def call(awaitable):
        with pytest.raises(SlackApiError) as caught:
            await awaitable
        return caught.value.response["error"]

    return call
