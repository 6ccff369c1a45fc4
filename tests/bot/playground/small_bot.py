"""An unchanged slack-bolt app, small enough to see through, for the tests of the playground."""

import logging
from contextlib import asynccontextmanager

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET


class SmallBot:
    """Keeps what it hears."""

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
