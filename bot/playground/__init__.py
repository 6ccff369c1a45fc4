"""A local Slack, so that the bot can be tried and tested without one.

Owns the Web API, events, Socket Mode, files, modals, a web page, fault switches and a control API with a test kit. It reads
nothing of the bot: the bot talks to it as it talks to Slack. Loopback only; its tokens work nowhere else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from bot.playground.names import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET

__all__ = ["APP_TOKEN", "BOT_TOKEN", "SIGNING_SECRET", "serve"]


async def serve(
    host: str,
    port: int,
    data_dir: Path,
    bot_url: str | None = None,
    *,
    stop: asyncio.Event | None = None,
    started: Callable[[str], None] | None = None,
) -> None:
    """Run the playground until `stop` is set, or for ever.

    Args:
        host: This machine's own address.
        port: 0 takes a free one.
        data_dir: Where its world is kept; made when it is not there.
        bot_url: Where the bot listens, for signed HTTP events; without it Socket Mode, so that the bot can come and go.
        stop: Ends it.
        started: Called with the page's address (`http://127.0.0.1:8765`) once it listens; the Web API is at `/api/` there.

    Raises:
        ValueError: `host` is not this machine's own.
        OSError: the port is taken.
    """
    from bot.playground.server import running  # noqa: PLC0415 - who only wants the tokens need not load a web server

    async with running(host, port, data_dir, bot_url) as slack:
        if started is not None:
            started(slack.base)
        await (stop or asyncio.Event()).wait()
