"""Steps to try, in the order of chance over minutes, and what a belief costs in one situation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from knowledge.inference import Answers
from knowledge.rules import KnowledgeBase, Step
from knowledge.terms import HEALTHY, OTHER, CauseId, Diagnosis, Fixer, Log, Platform, QuestionId, Risk, StepId

#: How likely each cause is held to be; sums to 1.
Belief = Mapping[CauseId, float]

#: Minutes until somebody of the desk takes a case, and until it is mended then.
QUEUE_MINUTES = 60.0
#: A step whose chance to mend is below this is not listed.
WORTH_TRYING = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known about the person's side: it decides what may be offered."""

    answers: Answers
    logs: tuple[Log, ...] = ()
    platform: Platform | None = None
    #: Questions that were put already, steps that did not help, logs that were asked for.
    asked: frozenset[QuestionId] = frozenset()
    tried: frozenset[StepId] = frozenset()
    collected: frozenset[str] = frozenset()
    #: True where the person, or the desk, agreed to steps above low risk.
    consent: bool = False
    #: Who reads: the requester is offered only what a requester can do.
    audience: Fixer = Fixer.USER
    queue_minutes: float = QUEUE_MINUTES


def belief_of(diagnosis: Diagnosis, base: KnowledgeBase) -> dict[CauseId, float]:
    """The probabilities of a diagnosis as a belief that sums to 1; `other` has the unexplained share."""
    belief = {hypothesis.cause: hypothesis.probability for hypothesis in diagnosis.hypotheses}
    if not belief:
        return _prior_belief(base)
    belief[OTHER] = diagnosis.unexplained
    total = sum(belief.values())
    return {cause: share / total for cause, share in belief.items()}


def _prior_belief(base: KnowledgeBase) -> dict[CauseId, float]:
    total = sum(cause.prior for cause in base.causes.values() if cause.id != HEALTHY) or 1.0
    return {cause.id: cause.prior / total for cause in base.causes.values() if cause.id != HEALTHY} or {OTHER: 1.0}


class Plan:
    """Steps to try, and what the belief costs, in one situation. Made once for a choice; holds no belief."""

    def __init__(self, base: KnowledgeBase, situation: Situation) -> None:
        self.base = base
        self.situation = situation
        #: By step id: the step, and by cause P(it mends | cause).
        self._steps: dict[StepId, tuple[Step, dict[CauseId, float]]] = {}
        for cause in base.causes.values():
            for step in cause.steps:
                if self._fits(step):
                    known = self._steps.setdefault(step.id, (step, {}))
                    known[1][cause.id] = step.mends

    def ordered(self, belief: Belief) -> Iterator[tuple[Step, float]]:
        """Steps with their chance to mend, best chance over minutes first, risky ones after all safe ones."""
        scored = []
        for step, mends in self._steps.values():
            chance = sum(belief.get(cause, 0.0) * share for cause, share in mends.items())
            if chance >= WORTH_TRYING:
                scored.append((_is_risky(step), self._of_others(step), -chance / step.minutes, step.id, step, chance))
        scored.sort(key=lambda row: row[:4])
        for *_, step, chance in scored:
            yield step, chance

    def best_step(self, belief: Belief) -> Step | None:
        """The step to try first, or None where none is worth its minutes against a hand-over."""
        for step, chance in self.ordered(belief):
            if step.minutes < chance * self.situation.queue_minutes:
                return step
        return None

    def price(self, belief: Belief) -> float:
        """Expected minutes to a working connection under this belief: steps in order, then the hand-over."""
        minutes, left = 0.0, 1.0
        for step, chance in self.ordered(belief):
            share = min(1.0, chance / left) if left > 0 else 0.0
            if step.minutes >= share * self.situation.queue_minutes:
                continue
            minutes += left * step.minutes
            left = max(0.0, left - chance)
        return minutes + left * self.situation.queue_minutes

    def _fits(self, step: Step) -> bool:
        situation = self.situation
        if step.id in situation.tried or (step.risk in (Risk.MEDIUM, Risk.HIGH) and not situation.consent):
            return False
        if situation.audience is Fixer.USER and step.fixer is not Fixer.USER:
            return False
        return not step.platforms or situation.platform is None or situation.platform in step.platforms

    def _of_others(self, step: Step) -> bool:
        return self.situation.audience is not Fixer.USER and step.fixer is not self.situation.audience


def _is_risky(step: Step) -> bool:
    return step.risk in (Risk.MEDIUM, Risk.HIGH)
