"""The weekly digest: planned, and made when its time has come. A row of `timers` for each workspace, so it outlives a process.

What is said has the week's own key: made twice, it is said once. A bot that stood still tells of the last week, and of no other.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot import weekly
from bot.escalation import figures
from bot.events import Workspace
from bot.ports import Announce, Clock, Exhibit, Outcome, Timer
from bot.storage import DIGEST, Store
from bot.weekly import WEEK, Rhythm
from bot.wording import Messages

TIMER = "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """The digests of a workspace."""

    store: Store
    clock: Clock
    #: None: none is wanted.
    rhythm: Rhythm | None
    messages: Messages
    locale: str

    async def plan(self, workspace: Workspace) -> None:
        """See that it comes at its next time; one that is due already stays due."""
        at = self.rhythm.after(self.clock.now()) if self.rhythm else None
        await self.store.plan(f"{DIGEST}{workspace.team}", workspace, TIMER, at)

    async def made(self, workspace: Workspace, *, has_desk: bool) -> Outcome:
        """The digest of the week that ended at its last time, and the next time."""
        if self.rhythm is None:
            return Outcome()
        now = self.clock.now()
        timers = (Timer(name=TIMER, at=self.rhythm.after(now)),)
        if not has_desk:
            return Outcome(timers=timers)
        until = self.rhythm.after(now - WEEK)
        rows = [figures.row(case) for case in await self.store.all_cases() if case.workspace.team == workspace.team]
        found = await asyncio.to_thread(weekly.digest, rows, until)
        said = self.messages.digest(found, zone=self.rhythm.zone, locale=self.locale)
        pictures = await asyncio.to_thread(self.messages.digest_pictures, found, zone=self.rhythm.zone, locale=self.locale)
        key = f"digest:{workspace.team}:{until.date()}"
        return Outcome(
            announces=(Announce(key=key, message=said, slot=key),),
            exhibits=tuple(Exhibit(key=f"{key}:{each.name}", under=key, picture=each) for each in pictures),
            timers=timers,
        )
