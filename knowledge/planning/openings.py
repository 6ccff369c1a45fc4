"""What may be asked, and which logs may be asked for: nothing twice, and nothing that a log has answered."""

from __future__ import annotations

from collections.abc import Mapping

from knowledge.condition import Context, Truth, evaluate
from knowledge.inference import STAGE_QUESTIONS, answered, choices_of, context_of
from knowledge.planning.plan import Belief, Plan, Situation
from knowledge.rules import Cause, Collect, Question
from knowledge.terms import Diagnosis, QuestionId, ReadState, Side

#: How much a log of the right stage tells, as the share of the uncertainty that it takes away.
LOG_TELLS = 0.6

#: Questions that a fact in the log has answered.
ANSWERED_BY: Mapping[str, frozenset[str]] = {
    "error": frozenset({"ras.error", "win.ipsec_error"}),
    "nat": frozenset({"ike.nat_detected", "ike.nat_absent"}),
    "updates": frozenset({"host.update_installed"}),
    "clock": frozenset({"host.clock_wrong"}),
}


def is_askable(question: Question, plan: Plan, diagnosis: Diagnosis) -> bool:
    """Whether a question makes sense here and is still open."""
    situation = plan.situation
    if question.id in situation.answers or question.id in situation.asked or len(question.choices) < 2:
        return False
    if question.platforms and situation.platform is not None and situation.platform not in question.platforms:
        return False
    if question.id == "platform" and situation.platform is not None:
        return False
    if question.id in _told(diagnosis) or _log_tells(question.id, diagnosis):
        return False
    said = {fact.id for log in situation.logs for fact in log.facts}
    if ANSWERED_BY.get(question.id, frozenset()) & said:
        return False
    return question.when is None or evaluate(question.when, _context(plan, diagnosis)).truth is not Truth.FALSE


def _told(diagnosis: Diagnosis) -> set[str]:
    """Questions that the person's words have answered already: they stand among the proofs."""
    findings = (f for hypothesis in diagnosis.hypotheses for f in (*hypothesis.supporting, *hypothesis.opposing))
    return {proof.answer.partition("=")[0] for finding in findings for proof in finding.evidence if proof.answer}


def _log_tells(question: QuestionId, diagnosis: Diagnosis) -> bool:
    """Whether a log that shows the attempt says more than the answer would.

    It says how far the attempt came and, where it has clocks, how long it took; a client's says the error as well.
    """
    if diagnosis.stage is None:
        return False
    if question in STAGE_QUESTIONS or question == "came-up":
        return True
    if question == "delay":
        return any(attempt.chosen and attempt.start and attempt.end for attempt in diagnosis.attempts)
    return question == "error" and diagnosis.side is Side.CLIENT


def _context(plan: Plan, diagnosis: Diagnosis) -> Context:
    situation = plan.situation
    facts = tuple(fact for log in situation.logs for fact in log.facts)
    answers = choices_of(answered(plan.base, situation.answers))
    return context_of(plan.base, facts, answers, platform=situation.platform, stage=diagnosis.stage)


def is_collectable(collect: Collect, situation: Situation) -> bool:
    """Whether the requester can get this log, and there is none yet."""
    if collect.id in situation.collected or collect.side is not Side.CLIENT:
        return False
    if any(log.read in (ReadState.WHOLE, ReadState.PARTIAL) and log.facts for log in situation.logs):
        return False
    return situation.platform is not None and situation.platform in collect.platforms


def gain_of_log(collect: Collect, belief: Belief, plan: Plan, price: float) -> float:
    """A log of the right stages settles most of what is open there; elsewhere it says only that it got past."""
    covered = sum(share for cause, share in belief.items() if _shows(plan.base.causes.get(cause), collect))
    sure = sum(share * plan.price({cause: 1.0}) for cause, share in belief.items())
    return covered * LOG_TELLS * (price - sure) - collect.minutes


def _shows(cause: Cause | None, collect: Collect) -> bool:
    return cause is not None and bool(cause.shows_at & collect.covers)
