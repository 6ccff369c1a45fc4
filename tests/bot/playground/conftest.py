import logging
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from bot.playground.kit import Playground


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


class SmallBot:
    """An unchanged slack-bolt app that keeps what it hears."""

    def __init__(self, slack, session):
        self.slack = slack
        self.heard = []
        client = AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url, session=session)
        self.app = AsyncApp(
            client=client, signing_secret=SIGNING_SECRET, process_before_response=True, raise_error_for_unhandled_request=False
        )
        self.client = client
        logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)

        @self.app.event({"type": "message"})
        async def message(body):
            self.heard.append(body)

        for name in ("app_mention", "file_shared", "file_deleted"):
            self.app.event(name)(message)

    def events(self, kind):
        return [body["event"] for body in self.heard if body["event"]["type"] == kind]

    @asynccontextmanager
    async def over_socket(self):
        web_client = AsyncWebClient(token=APP_TOKEN, base_url=self.slack.api_url)
        handler = AsyncSocketModeHandler(self.app, APP_TOKEN, web_client=web_client, ping_interval=0.5)
        await handler.connect_async()
        await self.slack.wait_until_connected()
        try:
            yield self
        finally:
            await handler.close_async()

    @asynccontextmanager
    async def over_http(self):
        async def events(request):
            return await to_aiohttp_response(await self.app.async_dispatch(await to_bolt_request(request)))

        application = web.Application()
        application.router.add_post("/slack/events", events)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        await self.slack.deliver_over_http(f"http://127.0.0.1:{runner.addresses[0][1]}")
        try:
            yield self
        finally:
            await runner.cleanup()


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
