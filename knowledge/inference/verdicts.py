"""What a ranking is worth, by the contract of the design: conclusive, likely, healthy, or open."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.inference.candidates import failures
from knowledge.rules import KnowledgeBase
from knowledge.terms import HEALTHY, Attempt, Finding, Hypothesis, Stage, Strength, Verdict

CONCLUSIVE = 0.9
LIKELY = 0.6
#: A likely cause is at least this many times as likely as the next.
LEAD = 2.0

_HEAVY = (Strength.DECISIVE, Strength.STRONG)


def verdict_of(hypotheses: Sequence[Hypothesis], attempt: Attempt | None, base: KnowledgeBase) -> Verdict:
    """The verdict over a ranking, best first, about the attempt that it is about (None: only answers)."""
    if not hypotheses:
        return Verdict.OPEN
    best = hypotheses[0]
    came_up = attempt is not None and attempt.stage is Stage.CONNECTED and not failures(attempt, base)
    if best.cause == HEALTHY:
        # What only went well so far is no connection that worked.
        return Verdict.HEALTHY if came_up and best.probability >= LIKELY else Verdict.OPEN
    if best.probability >= CONCLUSIVE and attempt is not None and attempt.ended and is_proved(best):
        return Verdict.CONCLUSIVE
    second = hypotheses[1].probability if len(hypotheses) > 1 else 0.0
    if best.probability >= LIKELY and best.probability >= LEAD * second:
        return Verdict.LIKELY
    return Verdict.OPEN


def is_proved(hypothesis: Hypothesis) -> bool:
    """One decisive or two strong findings of different origin, and none strong against.

    Findings that rest on the same line or exchange count once already: two that count are of different origin.
    """
    counted = [finding for finding in hypothesis.supporting if _counts(finding)]
    decisive = any(finding.strength is Strength.DECISIVE for finding in counted)
    strong = sum(finding.strength in _HEAVY for finding in counted)
    against = any(_counts(finding) and finding.strength in _HEAVY for finding in hypothesis.opposing)
    return (decisive or strong >= 2) and not against


def _counts(finding: Finding) -> bool:
    return finding.factor != 1.0
