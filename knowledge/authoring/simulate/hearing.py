"""What the engine believes after some answers: the same engine, without what only a reader of the diagnosis needs."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

from knowledge.diagnosis import PLATFORM_ANSWERS
from knowledge.inference import answered, choices_of, context_of, facts_of_answers, verdict_of, weigh_attempt
from knowledge.rules import KnowledgeBase
from knowledge.terms import OTHER, ChoiceId, Diagnosis, Direction, Hypothesis, NextStep, QuestionId, StepKind

Decision = TypeVar("Decision")

#: So many diagnoses are kept: conversations begin alike.
_KEPT = 200_000


class Hearing:
    """Answers to a diagnosis; the same answers are weighed once."""

    def __init__(self, base: KnowledgeBase) -> None:
        self.base = base
        self._known: dict[frozenset[tuple[QuestionId, ChoiceId]], Diagnosis] = {}
        self._decided: dict[Hashable, Any] = {}

    def diagnosis(self, answers: Mapping[QuestionId, ChoiceId]) -> Diagnosis:
        """What is believed after these answers. Its next step is left open: that is the policy's."""
        key = frozenset(answers.items())
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            found = self._known[key] = self._weighed(answers)
        return found

    def decided(self, key: Hashable, decide: Callable[[], Decision]) -> Decision:
        """What was decided when things stood like this before; else it is decided now."""
        if key not in self._decided:
            if len(self._decided) >= _KEPT:
                self._decided.clear()
            self._decided[key] = decide()
        found: Decision = self._decided[key]
        return found

    def _weighed(self, answers: Mapping[QuestionId, ChoiceId]) -> Diagnosis:
        base = self.base
        given = answered(base, answers)
        platform = PLATFORM_ANSWERS.get(answers.get(QuestionId("platform"), ""))
        context = context_of(base, facts_of_answers(base, given), choices_of(given), platform=platform)
        weighing = weigh_attempt(base, None, context, given)
        hypotheses = tuple(
            Hypothesis(
                cause=share.cause,
                probability=share.probability,
                supporting=tuple(finding for finding in share.findings if finding.direction is Direction.SUPPORTS),
                opposing=tuple(finding for finding in share.findings if finding.direction is not Direction.SUPPORTS),
            )
            for share in weighing.shares
            if share.cause != OTHER
        )
        told = any(share.findings for share in weighing.shares)
        return Diagnosis(
            verdict=verdict_of(hypotheses if told else (), None, base),
            hypotheses=hypotheses if told else (),
            unexplained=weighing.unexplained if told else 1.0,
            stage=None,
            attempts=(),
            next=NextStep(kind=StepKind.NONE),
            revision=base.revision,
            platform=platform,
        )
