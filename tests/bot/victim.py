"""A bot to be killed: started as a process of its own by `test_kill.py`, with a chat that writes down what it says.

    python -m tests.bot.victim FOLDER DIES_AT [DATABASE]

It puts one message with a file into its inbox (unless a former life did), and dies by its own `kill -9` at DIES_AT: `post:2`
before the second post, `posted:2` after it (Slack has it, the bot does not know), `download:1`, `edit:1`, or `never`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.bot.fakes import FakeChat, FakeClock
from tests.bot.house import occasion, open_house, with_jobs

LOG = b"Nov 25 09:00:01 host charon: 06[IKE] received NO_PROPOSAL_CHOSEN error notify\n"


class MortalChat(FakeChat):
    """A chat at whose n-th call of a kind the process is killed."""

    def __init__(self, journal: Path, dies_at: str) -> None:
        super().__init__(journal)
        self._kind, _, count = dies_at.partition(":")
        self._left = int(count or 0)

    def reaches(self, kind: str) -> None:
        if kind == self._kind:
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)

    async def post(self, *args, **named):
        self.reaches("post")
        said = await super().post(*args, **named)
        self.reaches("posted")
        return said

    async def edit(self, *args, **named):
        self.reaches("edit")
        return await super().edit(*args, **named)

    async def download(self, *args, **named):
        self.reaches("download")
        return await super().download(*args, **named)


async def live(folder: Path, dies_at: str, at: str | None) -> None:
    chat, clock = MortalChat(folder / "slack.jsonl", dies_at), FakeClock()
    file = chat.give("F1", LOG, name="my.log")
    async with open_house(folder, chat=chat, clock=clock, at=at) as house, with_jobs(house, folder, at=at):
        await house.store.inbox.put(house.direct("error 809", files=(file,)))
        async with asyncio.timeout(180):
            while not answered(chat) or await house.store.outbox.due_lanes(clock.now()):
                clock.move(seconds=1)  # whatever waits for a while has waited long enough
                await asyncio.sleep(0.1)


def answered(chat: FakeChat) -> bool:
    return any(occasion(said.text) == "answer" for said in chat.said)


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None))
