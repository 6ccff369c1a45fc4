"""Keeps the radar's picture of the cases, opens outages and joins cases to them. What a case makes of it, its own lane decides.

It looks after a step is committed, in transactions of its own: what a killed process did not come to, the next case's look
finds, because every look judges the row of cases as a whole.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.cases import Case, Origin
from bot.escalation import radar
from bot.escalation.radar import Sighting
from bot.events import CaseId, Workspace
from bot.ports import Clock, World
from bot.storage import Open, Seen, Store
from bot.wording import Message, Messages

logger = logging.getLogger(__name__)

#: The last cases are judged; those before say what is usual.
JUDGED = 60
#: Before so many cases nobody knows what is usual.
WARM = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookout:
    """The radar's eyes and hands."""

    store: Store
    clock: Clock

    async def look(self, case: Case, world: World) -> None:
        """After a step of a case: does it show something new, and do many show the same?"""
        if case.origin is not Origin.REQUEST or case.diagnosis is None or case.is_over or not world.has_desk:
            return
        workspace = case.workspace
        keys = radar.keys_of(
            case, server=await self._server(case, world), site=world.requester.timezone if world.requester else None
        )
        # A case that shows nothing counts as well: it says how usual the others are.
        if not await self.store.outages.see(workspace, Seen(case=case.id, at=case.opened_at, keys=keys)):
            return
        if not keys:
            return
        open_ones = await self.store.outages.open_ones(workspace)
        for outage in open_ones:
            if outage.key in keys:
                joined = await self.store.outages.join(workspace, outage, case.id, self.clock.now())
                await self._announce(workspace, joined, world)
                return
        seen = [Sighting(case=each.case, at=each.at, keys=each.keys) for each in await self.store.outages.seen(workspace)]
        # Judged as of this case, which is the newest news even where it was opened before others.
        seen = [each for each in seen if each.case != case.id] + [each for each in seen if each.case == case.id]
        ended = await self._in_outages(workspace, seen)
        seen = [each for each in seen if each.case not in ended]
        if len(seen) < WARM:
            return
        found = radar.find(seen[:-JUDGED], seen[-JUDGED:], known=[outage.key for outage in open_ones])
        if found is None:
            return
        begun = await self.store.outages.begin(workspace, found.key, found.cases, self.clock.now())
        if begun is not None:
            logger.warning("an outage, it seems: %s, %s cases", begun.key, len(begun.cases))
            await self._announce(workspace, begun, world)

    async def end(self, workspace: Workspace, outage: str, *, mended: bool, messages: Messages, locale: str) -> bool:
        """An engineer says that it is over, or that it was none; whether there was such a one."""
        ended = await self.store.outages.end(workspace, outage, mended=mended, at=self.clock.now())
        if ended is None:
            return False
        await self.store.outages.announce(workspace, ended, _card(ended, messages, locale))
        return True

    async def _announce(self, workspace: Workspace, outage: Open, world: World) -> None:
        await self.store.outages.announce(workspace, outage, _card(outage, world.messages, world.desk_locale))

    async def _in_outages(self, workspace: Workspace, seen: list[Sighting]) -> frozenset[CaseId]:
        """Cases of outages that were found before: they say neither what is usual, nor that there is another one."""
        since = seen[0].at if seen else self.clock.now()
        known = await self.store.outages.found_lately(workspace, since)
        return frozenset(case for outage in known if outage.state != "false" for case in outage.cases)

    async def _server(self, case: Case, world: World) -> str | None:
        """The fingerprint of the server that the chosen attempt wanted to reach."""
        attempts = case.diagnosis.attempts if case.diagnosis else ()
        token = next((attempt.peer for attempt in attempts if attempt.chosen and attempt.peer), None)
        if token is None:
            return None
        names = {each: name for table in world.tokens.values() for name, each in table.items()}
        return await self.store.outages.fingerprint(case.workspace, names[token]) if token in names else None


def _card(outage: Open, messages: Messages, locale: str) -> Message:
    numbers = tuple(case[:8].upper() for case in outage.cases)
    return messages.outage_card(outage.id, outage.key, len(outage.cases), state=outage.state, numbers=numbers, locale=locale)
