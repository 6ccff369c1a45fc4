"""`vpn-help run` without tokens: the playground and the bot, two processes, looked after by a third.

The playground outlives a bot that dies, as Slack would; the bot is started again. Ctrl-C stops the bot first, so that what it
still has to say finds somebody to say it to, and then the playground.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.errors import SettingsError
from bot.playground import names
from bot.settings import Settings, child_environment
from bot.stopping import stop_event

logger = logging.getLogger(__name__)

_START_SECONDS = 20.0
_LONGEST_PAUSE = 30.0  # seconds between two starts of a bot that keeps dying
_LIVED_LONG = 60.0  # seconds after which a death is news again
_SETTINGS_STATUS = 78
#: How often the playground's port is tried while it starts.
_KNOCK_SECONDS = 0.05


async def run_together(settings: Settings) -> int:
    """Run both until somebody stops us, or the playground ends.

    Returns:
        The exit status: 0 after Ctrl-C or SIGTERM, else that of the process that ended.

    Raises:
        SettingsError: the playground's port is taken.
    """
    port = settings.playground_port
    if await _answers(port):
        raise SettingsError(_taken(port))
    stop = stop_event()
    async with _child("playground", {"VPN_HELP_PLAYGROUND_PORT": str(port)}, settings.stop_seconds) as playground:
        if not await _started(playground, port, stop):
            return playground.returncode or 1
        print(f"\n  VPN Help's playground: http://127.0.0.1:{port}/\n  Open it in a browser. Ctrl-C stops it.\n", flush=True)  # noqa: T201 - what the command is for
        return await _watch(settings, playground, stop)


async def run_playground(settings: Settings, *, with_parent: bool = False) -> None:
    """The playground alone, until somebody stops it.

    Raises:
        SettingsError: its port is taken.
    """
    from bot.playground.server import running  # noqa: PLC0415 - the process that looks after both needs none of it

    stop = stop_event(with_parent=with_parent)
    try:
        async with running("127.0.0.1", settings.playground_port, settings.data / "playground") as slack:
            logger.info("the playground answers at %s", slack.base)
            await stop.wait()
    except OSError as error:
        raise SettingsError(_taken(settings.playground_port)) from error


def bot_settings(settings: Settings) -> dict[str, str]:
    """What the bot is told so that it finds the playground instead of Slack.

    Ids and the database are the playground's own, whatever is set for the real Slack: trying things must not touch it.
    """
    return {
        "SLACK_BOT_TOKEN": names.BOT_TOKEN,
        "SLACK_APP_TOKEN": names.APP_TOKEN,
        "VPN_HELP_SLACK_API_URL": f"http://127.0.0.1:{settings.playground_port}/api/",
        "VPN_HELP_ADMIN_CHANNEL": names.VPN_DESK,
        "VPN_HELP_WATCHED_CHANNELS": names.IT_HELP,
        "VPN_HELP_RESPONDERS": names.RESPONDERS,
        "VPN_HELP_DATA": str(settings.data / "playground-bot"),
        "VPN_HELP_DATABASE_URL": "",
    }


async def _watch(settings: Settings, playground: Process, stop: asyncio.Event) -> int:
    """Keep a bot alive beside the playground."""
    pause = 1.0
    while not stop.is_set():
        began = asyncio.get_running_loop().time()
        async with _child("serve", bot_settings(settings), settings.stop_seconds) as bot:
            await _first_of(bot.wait(), playground.wait(), stop.wait())
        if playground.returncode is not None:
            logger.error("the playground ended (status %s)", playground.returncode)
            return playground.returncode or 1
        if stop.is_set():
            break
        if bot.returncode == _SETTINGS_STATUS:
            return _SETTINGS_STATUS
        lived = asyncio.get_running_loop().time() - began
        pause = 1.0 if lived > _LIVED_LONG else min(pause * 2, _LONGEST_PAUSE)
        logger.warning("the bot ended (status %s); starting it again in %g s", bot.returncode, pause)
        await _first_of(stop.wait(), playground.wait(), asyncio.sleep(pause))
    return 0


@asynccontextmanager
async def _child(command: str, environment: Mapping[str, str], stop_seconds: int) -> AsyncIterator[Process]:
    """A command of ours as a process; on leaving it is asked to stop, and after a while made to.

    It has a session of its own, so that Ctrl-C reaches this process alone, which then stops both in order; and the other end
    of its standard input, so that it also goes when this process is killed.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        command,
        "--with-parent",
        env=child_environment(environment),
        stdin=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    logger.info("started: vpn-help %s, process %s", command, process.pid)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(stop_seconds + 5):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()


async def _started(playground: Process, port: int, stop: asyncio.Event) -> bool:
    """Whether the playground came up."""
    try:
        async with asyncio.timeout(_START_SECONDS):
            while playground.returncode is None and not stop.is_set():
                if await _answers(port):
                    return True
                await asyncio.sleep(_KNOCK_SECONDS)
    except TimeoutError:
        logger.error("the playground did not answer on port %s within %g s", port, _START_SECONDS)  # noqa: TRY400 - the time says it all
    return False


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _taken(port: int) -> str:
    return (
        f"VPN_HELP_PLAYGROUND_PORT: something answers on port {port} already, perhaps another playground; "
        "stop that, or set another number"
    )


async def _first_of(*waits: object) -> None:
    """Wait for one of these; the others are left, and taken back."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]  # type: ignore[call-overload]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
