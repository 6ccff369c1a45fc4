"""The playground's own time: it runs as the wall clock does, and can be moved forward.

Retries, triggers, response URLs and rate limits live by it, so a test of what happens after five minutes takes none. It
never goes back: a message's `ts` is an id, and ids must grow.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime


class Clock:
    """Time with an offset. `move` wakes everybody who sleeps by it."""

    def __init__(self, offset: float = 0.0) -> None:
        self._offset = offset
        self._moved = asyncio.Event()

    @property
    def offset(self) -> float:
        """How far it is ahead of the wall clock, in seconds."""
        return self._offset

    def seconds(self) -> float:
        """Unix seconds."""
        return time.time() + self._offset

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def move(self, seconds: float) -> None:
        """Go forward.

        Raises:
            ValueError: backwards was asked.
        """
        if seconds < 0:
            raise ValueError("the clock goes forward only")
        self._offset += seconds
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep_until(self, at: float) -> None:
        """Come back when it is `at` (Unix seconds) here."""
        while (left := at - self.seconds()) > 0:
            moved = self._moved
            try:
                async with asyncio.timeout(left):
                    await moved.wait()
            except TimeoutError:
                continue
