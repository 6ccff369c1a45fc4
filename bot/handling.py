"""How the engineers are getting on with a case: what is owed to its person, who was told, what they decided. Pure values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.events import CaseId, UserId
from knowledge import CauseId, Diagnosis, Hypothesis

#: Who opens a case again within this time after its end tells that the mend did not hold.
SOON = timedelta(days=7)


class Severity(StrEnum):
    """How much is broken. It follows from the evidence, never from a wish."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Priority(StrEnum):
    """How soon it is to be taken up. The engineers choose it; without a choice the severity decides."""

    URGENT = "urgent"
    SOON = "soon"
    WHENEVER = "whenever"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """The desk's own notes on a case. None of it is ever shown to the requester."""

    severity: Severity = Severity.NORMAL
    priority: Priority | None = None
    #: Counts how often the case came to the desk: each time all promises begin anew.
    round: int = 0
    #: When it came to the desk this time.
    since: datetime | None = None
    #: Since when it is nobody's.
    queued_at: datetime | None = None
    #: Since when the desk owes its person a word; None: it is the requester's turn.
    owed_since: datetime | None = None
    #: When a responder first answered its person, in this round.
    answered_at: datetime | None = None
    #: Until when nobody wants to hear of it.
    snoozed_until: datetime | None = None
    #: What was reminded of, warned of, and who was called, in this round: `claim-remind`, `call-1`.
    done: tuple[str, ...] = ()
    #: Promises that were not kept, each with its round: `1:first-response`.
    broken: tuple[str, ...] = ()
    #: A cause that an engineer is sure of, before it is confirmed.
    pinned: CauseId | None = None
    #: Causes that an engineer excluded.
    ruled_out: tuple[CauseId, ...] = ()
    #: The case of which this is a duplicate.
    merged_into: CaseId | None = None
    #: Cases that are duplicates of this one.
    duplicates: tuple[CaseId, ...] = ()
    #: The outage that it belongs to.
    incident: str | None = None
    resolved_by: UserId | None = None
    resolved_at: datetime | None = None
    #: Whether the requester said that the mend holds.
    fix_confirmed: bool = False
    #: When it was opened again after it was over.
    reopened_at: tuple[datetime, ...] = ()
    #: How often that was within a week of its end: the mend did not hold.
    reopened_soon: int = 0

    def arrived(self, at: datetime, severity: Severity) -> Handling:
        """The case comes to the desk, for the first time or again: every promise begins anew."""
        return replace(
            self,
            severity=severity,
            round=self.round + 1,
            since=at,
            queued_at=at,
            owed_since=at,
            answered_at=None,
            snoozed_until=None,
            done=(),
            resolved_at=None,
            fix_confirmed=False,
        )

    def marked(self, *what: str) -> Handling:
        """With things done, each once."""
        return replace(self, done=(*self.done, *(each for each in what if each not in self.done)))

    def broke(self, promise: str) -> Handling:
        """With a promise that was not kept."""
        said = f"{self.round}:{promise}"
        return self if said in self.broken else replace(self, broken=(*self.broken, said))

    def worked_on(self, at: datetime) -> Handling:
        """An engineer gave a sign of life in the case: the claim is good for a while again."""
        kept = tuple(each for each in self.done if not each.startswith("claim-"))
        return replace(self, owed_since=at if self.owed_since else None, done=kept)

    def answered(self, at: datetime) -> Handling:
        """A responder wrote to the requester, whose turn it is now."""
        kept = tuple(each for each in self.done if not each.startswith("claim-"))
        return replace(self, owed_since=None, answered_at=self.answered_at or at, done=kept)

    def spoken_to(self, at: datetime) -> Handling:
        """The requester wrote: the desk owes a word, and whoever snoozed it hears of it."""
        kept = self.awake(at) if self.snoozed_until else self
        return replace(kept, owed_since=kept.owed_since or at)

    def awake(self, at: datetime) -> Handling:
        """The snooze is over: what it held back begins anew, so that nobody is called for the time in which all slept."""
        kept = tuple(each for each in self.done if not each.startswith(("claim-", "call-", "snooze-")))
        return replace(self, snoozed_until=None, queued_at=at, owed_since=at if self.owed_since else None, done=kept)

    def given_back(self, at: datetime) -> Handling:
        """Nobody has it any more: the chain of calls begins anew."""
        kept = tuple(each for each in self.done if not each.startswith(("claim-", "call-")))
        return replace(self, queued_at=at, done=kept)

    def snoozed(self, until: datetime) -> Handling:
        """Nobody wants to hear of it before then."""
        kept = tuple(each for each in self.done if each != "snooze-end")
        return replace(self, snoozed_until=until, done=kept)

    def ruling_out(self, cause: CauseId) -> Handling:
        """With a cause excluded, or, the second time, not any more."""
        if cause in self.ruled_out:
            return replace(self, ruled_out=tuple(c for c in self.ruled_out if c != cause))
        return replace(self, ruled_out=(*self.ruled_out, cause), pinned=None if self.pinned == cause else self.pinned)

    def pinning(self, cause: CauseId) -> Handling:
        """With a cause that an engineer is sure of; the second time, not any more."""
        pinned = None if self.pinned == cause else cause
        return replace(self, pinned=pinned, ruled_out=tuple(c for c in self.ruled_out if c != cause))

    def came_back(self, at: datetime, ended: datetime | None) -> Handling:
        """Opened again after it was over; counted apart where that was soon."""
        soon = ended is not None and at - ended <= SOON
        return replace(self, reopened_at=(*self.reopened_at, at), reopened_soon=self.reopened_soon + soon)

    def over(self, diagnosis: Diagnosis) -> Diagnosis:
        """What the engineers read of a diagnosis: without what they ruled out, and what they are sure of first.

        The share of what was ruled out goes to the others in proportion, as if it had been evidence. What the engine found by
        itself stays as it was on the case, for figures and for being worked out again.
        """
        left = [each for each in diagnosis.hypotheses if each.cause not in self.ruled_out]
        gone = sum(each.probability for each in diagnosis.hypotheses if each.cause in self.ruled_out)
        share = 1 / (1 - gone) if 0 < gone < 1 else 1.0
        left = [replace(each, probability=min(1.0, each.probability * share)) for each in left]
        if self.pinned is not None:
            known = [each for each in left if each.cause == self.pinned]
            first = known or [Hypothesis(cause=self.pinned, probability=0.0)]
            left = [*first, *(each for each in left if each.cause != self.pinned)]
        return replace(diagnosis, hypotheses=tuple(left), unexplained=min(1.0, diagnosis.unexplained * share))
