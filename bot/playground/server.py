"""The playground as one web application: the Web API, files, sockets, the control API and the page."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.playground.acts import Acts
from bot.playground.api import WebApi
from bot.playground.control import Control
from bot.playground.events import Outgoing
from bot.playground.guard import add_headers, guard, is_loopback
from bot.playground.hooks import Hooks
from bot.playground.local import LocalSlack
from bot.playground.page import page_routes
from bot.playground.posting import HttpSender
from bot.playground.screen import Screen
from bot.playground.sockets import SocketHub
from bot.playground.transfer import Transfer
from bot.playground.world import World

logger = logging.getLogger(__name__)

_JSON_LIMIT = 8 * 1024 * 1024


@asynccontextmanager
async def running(host: str, port: int, data: Path, bot_url: str | None = None) -> AsyncIterator[LocalSlack]:
    """The playground while it is open; `LocalSlack.base` says where. Port 0 takes a free one.

    Raises:
        ValueError: `host` is not this machine's own.
        OSError: the port is taken.
    """
    if not is_loopback(host):
        raise ValueError(f"the playground listens on this machine only, not on {host}: use 127.0.0.1")
    world = World(data)
    # what this start asks for stands above what an earlier one left in the store
    world.set("bot_url", bot_url)
    world.set("delivery", "http" if bot_url else "socket")
    jar = aiohttp.DummyCookieJar()
    try:
        async with aiohttp.ClientSession(trust_env=False, cookie_jar=jar) as session, _open(world, session, host, port) as slack:
            yield slack
    finally:
        world.close()


@asynccontextmanager
async def _open(world: World, session: aiohttp.ClientSession, host: str, port: int) -> AsyncIterator[LocalSlack]:
    outgoing = Outgoing(world)
    slack = LocalSlack(world=world, base="", emit=outgoing.emit)
    sockets = SocketHub(slack, on_open=outgoing.bot_is_back)
    outgoing.connect(slack, HttpSender(session), sockets)
    stopping = asyncio.Event()
    runner = web.AppRunner(_application(slack, outgoing, sockets, stopping), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    lane: asyncio.Task[None] | None = None
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        slack.base = f"http://{f'[{host}]' if ':' in host else host}:{runner.addresses[0][1]}"
        lane = asyncio.create_task(outgoing.run(), name="events to the bot")
        yield slack
    finally:
        stopping.set()
        world.feed.tell()
        await sockets.close()
        if lane is not None:
            lane.cancel()
            await asyncio.gather(lane, return_exceptions=True)
        await outgoing.close()
        await runner.cleanup()


def _application(slack: LocalSlack, outgoing: Outgoing, sockets: SocketHub, stopping: asyncio.Event) -> web.Application:
    api, hooks, transfer = WebApi(slack), Hooks(slack), Transfer(slack)
    control = Control(
        slack=slack,
        outgoing=outgoing,
        sockets=sockets,
        screen=Screen(slack, outgoing, sockets),
        acts=Acts(slack, outgoing),
        transfer=transfer,
        stopping=stopping,
    )
    application = web.Application(middlewares=[guard], client_max_size=_JSON_LIMIT)
    application.on_response_prepare.append(add_headers)
    application.add_routes(
        [
            web.get("/api/{method}", api.answer),
            web.post("/api/{method}", api.answer),
            web.get("/link/", sockets.accept),
            web.post("/actions/{team}/{hook}", hooks.answer),
            web.post("/upload/v1/{ticket}", transfer.take_from_bot),
            web.get("/files-pri/{key}/download/{name}", transfer.give_to_bot),
            web.get("/files-pri/{key}/{name}", transfer.give_to_bot),
            *control.routes(),
            *page_routes(),
        ]
    )
    return application
