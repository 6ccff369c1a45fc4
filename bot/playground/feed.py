"""That something changed: a number that grows, and those who wait for it."""

from __future__ import annotations

import asyncio


class Feed:
    """Counts changes and wakes whoever waits. What changed is read from the world itself."""

    def __init__(self) -> None:
        self.revision = 0
        self._changed = asyncio.Event()

    def tell(self) -> None:
        """Something changed."""
        self.revision += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def after(self, revision: int, seconds: float) -> int:
        """The revision, as soon as it is greater than `revision`, at the latest after so many (real) seconds."""
        try:
            async with asyncio.timeout(seconds):
                while self.revision <= revision:
                    await self._changed.wait()
        except TimeoutError:
            pass
        return self.revision
