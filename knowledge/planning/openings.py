"""What may be asked, and which logs may be asked for: nothing twice, and nothing that a log has answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from knowledge.condition import Truth, evaluate
from knowledge.inference import STAGE_QUESTIONS, answered, choices_of, context_of
from knowledge.planning.plan import Situation
from knowledge.rules import Collect, KnowledgeBase, Question
from knowledge.terms import Diagnosis, QuestionId, ReadState, Side

#: Questions that a fact in the log has answered.
ANSWERED_BY: Mapping[str, frozenset[str]] = {
    "error": frozenset({"ras.error", "win.ipsec_error"}),
    "nat": frozenset({"ike.nat_detected", "ike.nat_absent"}),
    "updates": frozenset({"host.update_installed"}),
    "clock": frozenset({"host.clock_wrong"}),
}


class Openings:
    """What is open in one situation, after one diagnosis."""

    def __init__(self, base: KnowledgeBase, situation: Situation, diagnosis: Diagnosis) -> None:
        self._base = base
        self._situation = situation
        self._diagnosis = diagnosis
        facts = tuple(fact for log in situation.logs for fact in log.facts)
        self._said = {fact.id for fact in facts}
        given = choices_of(answered(base, situation.answers))
        self._closed = {*situation.answers, *situation.asked, *_told(diagnosis)}
        self._context = context_of(base, facts, given, platform=situation.platform, stage=diagnosis.stage)

    def questions(self) -> Iterator[Question]:
        """Questions that make sense here and are still open."""
        return (question for question in self._base.questions.values() if self._is_open(question))

    def collects(self) -> Iterator[Collect]:
        """Logs that the requester can get, as long as there is none."""
        situation = self._situation
        if any(log.read in (ReadState.WHOLE, ReadState.PARTIAL) and log.facts for log in situation.logs):
            return
        for collect in self._base.collects.values():
            fits = situation.platform is not None and situation.platform in collect.platforms
            if fits and collect.side is Side.CLIENT and collect.id not in situation.collected:
                yield collect

    def _is_open(self, question: Question) -> bool:
        platform = self._situation.platform
        if question.id in self._closed or len(question.choices) < 2:
            return False
        if question.platforms and platform is not None and platform not in question.platforms:
            return False
        if (question.id == "platform" and platform is not None) or self._log_tells(question.id):
            return False
        if ANSWERED_BY.get(question.id, frozenset()) & self._said:
            return False
        # Where it is not known whether a question makes sense, another comes first that tells.
        return question.when is None or evaluate(question.when, self._context).truth is Truth.TRUE

    def _log_tells(self, question: QuestionId) -> bool:
        """Whether a log that shows the attempt says more than the answer would.

        It says how far the attempt came and, where it has clocks, how long it took; a client's says the error as well.
        """
        diagnosis = self._diagnosis
        if diagnosis.stage is None:
            return False
        if question in STAGE_QUESTIONS or question == "came-up":
            return True
        if question == "delay":
            return any(attempt.chosen and attempt.start and attempt.end for attempt in diagnosis.attempts)
        return question == "error" and diagnosis.side is Side.CLIENT


def _told(diagnosis: Diagnosis) -> set[QuestionId]:
    """Questions that the person's words have answered already: they stand among the proofs."""
    findings = (f for hypothesis in diagnosis.hypotheses for f in (*hypothesis.supporting, *hypothesis.opposing))
    return {QuestionId(proof.answer.partition("=")[0]) for finding in findings for proof in finding.evidence if proof.answer}
