"""What an engineer sees at a glance: the queue, their own cases, promises that are running out, outages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.cases import Case, CaseState
from bot.escalation import promises
from bot.events import UserId
from bot.places import OfficeHours
from bot.wording import DeskLine, DeskTab, OutageLine


def overview(
    cases: Sequence[Case], user: UserId, now: datetime, office: OfficeHours | None, outages: Sequence[OutageLine] = ()
) -> DeskTab:
    """The desk as one engineer sees it.

    Args:
        cases: what is with the engineers, in any order.
        user: the engineer.
        now: the time.
        office: the hours in which promises run.
        outages: those that are open.
    """
    lines = sorted((_line(case, now, office) for case in cases), key=_oldest)
    return DeskTab(
        queue=tuple(line for line in lines if line.case.state is CaseState.ESCALATED),
        mine=tuple(line for line in lines if line.case.state is CaseState.CLAIMED and line.case.assignee == user),
        breaching=tuple(sorted((line for line in lines if line.promise), key=lambda line: (line.due or now, _oldest(line)))),
        outages=tuple(outages),
        claimed=sum(line.case.state is CaseState.CLAIMED for line in lines),
    )


def _line(case: Case, now: datetime, office: OfficeHours | None) -> DeskLine:
    """With the promise that is broken, or in its last quarter; the first one where both are."""
    kept = case.handling
    schedule = {due.name: due.at for due in promises.schedule(case, office, ())}
    for promise in ("first-response", "resolution"):
        warn, breach = schedule.get(f"{promise}-warn"), schedule.get(f"{promise}-breach")
        over = f"{kept.round}:{promise}" in kept.broken or (breach is not None and breach <= now)
        if over and kept.snoozed_until is None and (promise != "first-response" or kept.answered_at is None):
            return DeskLine(case=case, promise=promise, due=breach, broken=True)
        if breach is not None and (warn is None or warn <= now):
            return DeskLine(case=case, promise=promise, due=breach)
    return DeskLine(case=case)


def _oldest(line: DeskLine) -> tuple[datetime, str]:
    return (line.case.handling.since or line.case.opened_at, line.case.id)
