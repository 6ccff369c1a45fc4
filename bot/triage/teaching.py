"""*Teach the bot*: an engineer closed a case and confirmed its cause; what in its logs would have told it?

The redacted texts of the stored cases are gone through twice, one case in memory at a time: first to see which lines of this
one are nowhere else, then to try the draft on each. Nothing is changed; what is drafted is handed out as a patch. It is work
of minutes where much is stored, so it has a lane of its own, says how far it is, and begins anew if its process dies.
"""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import knowledge
from bot.cases import Case
from bot.events import TeachAsked
from bot.ports import Attach, Clock, Outcome, Say, Where
from bot.storage import Arrived, Store
from bot.wording import Message, Messages, Taught
from knowledge import CauseId, Change, KnowledgeBase, Lesson, Past, Verdict

#: So often it is said how far it is.
EVERY = timedelta(seconds=3)
#: Lines that a signature is tried of.
LINES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaching:
    """Learns from one case."""

    store: Store
    clock: Clock
    base: KnowledgeBase
    messages: Messages
    locale: str
    #: The company's own folder.
    own: Path | None = None

    async def teach(self, arrived: Arrived, event: TeachAsked) -> None:
        """Learn, and say what came of it."""
        case = await self.store.case(event.case)
        if case is None or case.confirmed_cause is None:
            await self.store.commit(arrived, Outcome())
            return
        work = _Work(self, case, case.confirmed_cause, event.slot, self.clock.now())
        result = await work.result()
        said = self.messages.taught_nothing(case, result, locale=self.locale) if isinstance(result, str) else result[0]
        items: list[Say | Attach] = [Say(key=f"{event.id}/done", where=Where.DESK, message=said, slot=event.slot)]
        if not isinstance(result, str):
            items.append(self._patch(event, result[1].file, result[2]))
        await self.store.say(case, items, done=arrived)

    def _patch(self, event: TeachAsked, name: str, patch: str) -> Attach:
        return Attach(
            key=f"{event.id}/patch",
            where=Where.DESK,
            name=name,
            title=name,
            content=base64.b64encode(patch.encode()).decode(),
            otherwise=self.messages.no_files_here(locale=self.locale),
        )


class _Work:
    """One lesson in the making."""

    def __init__(self, by: Teaching, case: Case, cause: CauseId, slot: str, begun: datetime) -> None:
        self.by, self.case, self.cause, self.slot = by, case, cause, slot
        self._told_at = begun
        self._told = 0

    async def result(self) -> str | tuple[Message, Taught, str]:
        """The message, its figures and the patch; or why there is none."""
        by, case = self.by, self.case
        mine = await self._shapes(case)
        if not mine:
            return "no-text"
        stored = [each for each in await by.store.all_cases() if each.workspace.team == case.workspace.team and each.uploads]
        others = [each for each in stored if each.id != case.id]
        same, other, counts = await self._compare(mine, others)
        found = knowledge.apart(mine, same, other, cases=counts, base=by.base)
        lines = await asyncio.to_thread(list, islice(found, LINES))
        if not lines:
            return "nothing-apart"
        shape_of = {line: shape for shape, line in mine.items()}
        lesson = await asyncio.to_thread(
            knowledge.draft_lesson,
            by.base,
            lines,
            cause=self.cause,
            case=case.id[:8].upper(),
            own=by.own,
            elsewhere=frozenset(line for line in lines if other[shape_of[line]]),
        )
        if lesson is None:
            return "not-drafted"
        changes, untried = await self._try(lesson, stored)
        shape = shape_of[lesson.redacted]
        taught = Taught(
            line=lesson.redacted,
            signature=lesson.signature,
            fact=lesson.fact,
            rule=lesson.rule,
            strength=lesson.strength.value,
            same=(same[shape], counts[0]),
            others=(other[shape], counts[1]),
            tried=changes.total(),
            right=changes[Change.RIGHT],
            changed=changes[Change.CHANGED],
            broken=changes[Change.BROKEN],
            untried=untried,
            faults=lesson.faults,
            file=f"teach-{case.id[:8].upper()}.patch",
        )
        return by.messages.taught(case, taught, locale=by.locale), taught, lesson.patch

    async def _compare(
        self, mine: Mapping[str, str], others: Sequence[Case]
    ) -> tuple[Counter[str], Counter[str], tuple[int, int]]:
        """How many cases with the same cause, and with another, have each line; and how many there are of each.

        A case whose cause nobody knows says neither that a line is usual nor that it is not.
        """
        same, other = Counter[str](), Counter[str]()
        counts = [0, 0]
        for number, each in enumerate(others, start=1):
            theirs = await self._shapes(each)
            known = each.confirmed_cause or _likely(each)
            if theirs and known is not None:
                kind = 0 if each.confirmed_cause == self.cause else 1
                counts[kind] += 1
                (same, other)[kind].update(theirs.keys() & mine.keys())
            await self._progress(number, 2 * len(others))
        return same, other, (counts[0], counts[1])

    async def _try(self, lesson: Lesson, stored: Sequence[Case]) -> tuple[Counter[Change], int]:
        """What the lesson makes of each stored case, this one included; and how many could not be tried."""
        found, untried = Counter[Change](), 0
        for number, each in enumerate(stored, start=1):
            past = await self._past(each)
            if not past.texts:
                untried += 1
            elif await asyncio.to_thread(lesson.concerns, past):
                found[await asyncio.to_thread(knowledge.judge, self.by.base, lesson, past)] += 1
            else:
                found[Change.SAME] += 1  # its one signature finds nothing there, and its one rule asks for nothing else
            await self._progress(len(stored) + number, 2 * len(stored))
        return found, untried

    async def _shapes(self, case: Case) -> dict[str, str]:
        texts = await self.by.store.uploads.texts(case.id)
        return await asyncio.to_thread(knowledge.shapes, "\n".join(text for _, text in texts))

    async def _past(self, case: Case) -> Past:
        names = {upload.id: upload.name for upload in case.uploads}
        return Past(
            cause=case.confirmed_cause,
            texts=tuple((names.get(upload, ""), text) for upload, text in await self.by.store.uploads.texts(case.id)),
            answers=case.answers,
            text="\n".join(case.said) or None,
            platform=case.platform,
            attempt=case.attempt,
        )

    async def _progress(self, done: int, of: int) -> None:
        now = self.by.clock.now()
        if now - self._told_at < EVERY:
            return
        self._told_at, self._told = now, self._told + 1
        said = self.by.messages.teaching(self.case, done=done, of=of, locale=self.by.locale)
        key = f"{self.slot}/{now.isoformat()}"
        await self.by.store.say(self.case, [Say(key=key, where=Where.DESK, message=said, slot=self.slot)])


def _likely(case: Case) -> CauseId | None:
    """What the bot took for the cause by itself, where it was sure enough to say so."""
    found = case.diagnosis
    if found is None or found.best is None or found.verdict not in (Verdict.LIKELY, Verdict.CONCLUSIVE):
        return None
    return found.best.cause
