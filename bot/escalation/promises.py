"""What becomes due at the desk, and when: reminders, warnings, calls, the end of a claim or a snooze. Pure.

Nothing here is a plan made long ago: each time the clock rings, what is due is found anew from the case as it is now. So
nothing is said of a case that was claimed, answered, snoozed or closed in the meantime, and what was due months ago (the
bot stood still) is passed over.

    came to the desk ─► call-1 ─► call-2 …                  until somebody claims or answers
                     ├► first-response-warn ─► …-breach     until somebody answers
                     └► resolution-warn ─► …-breach         until it is resolved
    claimed, a word owed ─► claim-remind ─► claim-expire    each sign of life of an engineer begins anew
    snoozed ─► snooze-end
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cases import Case, CaseState
from bot.escalation import policy
from bot.escalation.hours import after
from bot.places import Call, OfficeHours


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that is to be said at a time, unless the case changes before."""

    name: str
    at: datetime
    #: For a call: who.
    who: str = ""


WATCHED = frozenset({CaseState.ESCALATED, CaseState.CLAIMED})


def schedule(case: Case, office: OfficeHours | None, chain: Sequence[Call]) -> tuple[Due, ...]:
    """Everything that is still to come, as the case is now; earliest first."""
    kept = case.handling
    if case.state not in WATCHED or kept.since is None:
        return ()
    if kept.snoozed_until is not None:
        return (Due(name="snooze-end", at=kept.snoozed_until),)
    found = [due for due in _all(case, office, chain) if due.name not in kept.done]
    return tuple(sorted(found, key=lambda due: due.at))


def due(case: Case, now: datetime, office: OfficeHours | None, chain: Sequence[Call]) -> tuple[Due, ...]:
    """What is due now; what was due too long ago is left out."""
    oldest = now - policy.rules().stale_after
    return tuple(each for each in schedule(case, office, chain) if oldest <= each.at <= now)


def next_at(case: Case, now: datetime, office: OfficeHours | None, chain: Sequence[Call]) -> datetime | None:
    """When the clock is to ring next: at once for what a snooze held back; None: nothing is to come."""
    oldest = now - policy.rules().stale_after
    return next((max(each.at, now) for each in schedule(case, office, chain) if each.at >= oldest), None)


def is_meant(case: Case, name: str) -> bool:
    """Whether something that was due is still to be said, as the case is now: asked at the moment of sending."""
    kept = case.handling
    if case.state not in WATCHED or (kept.snoozed_until is not None and name != "snooze-end"):
        return False
    if name.startswith("call-"):
        return case.state is CaseState.ESCALATED and kept.owed_since is not None
    if name.startswith("claim-remind"):
        return case.state is CaseState.CLAIMED and kept.owed_since is not None
    if name.startswith("first-response"):
        return kept.answered_at is None
    return True


def _all(case: Case, office: OfficeHours | None, chain: Sequence[Call]) -> Iterator[Due]:
    kept, promise, law = case.handling, policy.promise(case), policy.rules()
    hours = None if promise.always else office
    if kept.since is None:
        return
    if case.state is CaseState.ESCALATED and kept.owed_since is not None:
        since = max(kept.queued_at or kept.since, kept.owed_since)
        for number, call in enumerate(chain, start=1):
            yield Due(name=f"call-{number}", at=after(since, call.minutes, hours), who=call.who)
    if kept.answered_at is None:
        yield from _promise("first-response", kept.since, promise.first_response, hours)
    yield from _promise("resolution", kept.since, promise.resolution, hours)
    if case.state is CaseState.CLAIMED and kept.owed_since is not None:
        yield Due(name="claim-remind", at=after(kept.owed_since, promise.claim_silent, hours))
        yield Due(name="claim-expire", at=after(kept.owed_since, promise.claim_silent + law.claim_grace, hours))


def _promise(name: str, since: datetime, minutes: int, hours: OfficeHours | None) -> Iterator[Due]:
    yield Due(name=f"{name}-warn", at=after(since, minutes * (1 - policy.rules().warn_before), hours))
    yield Due(name=f"{name}-breach", at=after(since, minutes, hours))
