"""What a local tuning changed about a diagnosis: said with it, so that nobody wonders why it differs from the base's."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.inference.odds import OTHER_PRIOR, TEMPERATURE
from knowledge.inference.weighing import Share, Weighing
from knowledge.rules import KnowledgeBase, Tuning
from knowledge.terms import Tuned, TuningKind

#: A cause whose prior is tuned is worth a word if it has, or would have had, at least this much.
WORTH_SAYING = 0.05


def tuned_by(base: KnowledgeBase, weighing: Weighing) -> tuple[Tuned, ...]:
    """The tunings that took part: a muted rule that holds, a rule of another strength that spoke, a prior that moves a cause."""
    return tuple(_as_said(tuning) for tuning in _taking_part(base, weighing))


def _taking_part(base: KnowledgeBase, weighing: Weighing) -> Iterator[Tuning]:
    spoke = {finding.rule for share in weighing.shares for finding in share.findings} if base.tunings else set()
    shares = {share.cause: share for share in weighing.shares}
    has_said = any(share.findings for share in weighing.shares) or weighing.attempt is not None
    for tuning in base.tunings:
        match tuning.kind:
            case TuningKind.MUTE:
                takes_part = tuning.rule in weighing.muted
            case TuningKind.LEVEL:
                takes_part = tuning.rule in spoke
            case TuningKind.PRIOR:
                share = shares.get(tuning.cause) if tuning.cause else None
                takes_part = has_said and share is not None and _moves(base, share, tuning, is_log=weighing.attempt is not None)
        if takes_part:
            yield tuning


def _moves(base: KnowledgeBase, share: Share, tuning: Tuning, *, is_log: bool) -> bool:
    if tuning.prior is None:
        return False
    others = sum(cause.prior for cause in base.causes.values() if cause.id != share.cause)
    untuned = (1 - OTHER_PRIOR) * tuning.prior / (others + tuning.prior)
    power = 1 / TEMPERATURE if is_log else 1.0
    odds: float = share.probability / max(1e-12, 1 - share.probability) * (untuned / share.prior) ** power
    return max(share.probability, odds / (1 + odds)) >= WORTH_SAYING


def _as_said(tuning: Tuning) -> Tuned:
    return Tuned(
        kind=tuning.kind,
        reason=tuning.reason,
        until=tuning.until.isoformat(),
        rule=tuning.rule,
        cause=tuning.cause,
        now=tuning.now,
        before=tuning.before,
    )
