"""The bot as a process that can be killed, on a clock that a test moves: `python -m tests.journeys.desk_bot FOLDER API-URL`.

Only the clock is not the true one: it runs as far ahead of the wall clock as FOLDER/clock says.
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bot import jobs
from bot.app import opened
from bot.logger import start_logging
from bot.playground import names
from bot.settings import Settings

#: Who is called when nobody claims a case, and after how many minutes.
CHAIN = ("S0VPNTEAM0@30", "U0SAM00000@90")
OFFICE = "08:00-18:00 Mon-Fri UTC"


class FileClock:
    """Reads anew how far it is ahead, each time it is asked."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time() + float(self._file.read_text()), UTC)


def settings(folder: Path, api_url: str) -> Settings:
    return Settings(
        slack_bot_token=names.BOT_TOKEN,
        slack_app_token=names.APP_TOKEN,
        slack_api_url=api_url,
        admin_channel=names.VPN_DESK,
        responders=names.RESPONDERS,
        office_hours=OFFICE,
        chain=CHAIN,
        data=folder,
        port=0,
    )


async def live(folder: Path, api_url: str) -> None:
    jobs.SWEEP, jobs.POLL = 0.1, 0.02  # the day is short
    async with opened(settings(folder, api_url), clock=FileClock(folder / "clock")):
        await asyncio.Event().wait()


if __name__ == "__main__":
    start_logging("WARNING")
    asyncio.run(live(Path(sys.argv[1]), sys.argv[2]))
