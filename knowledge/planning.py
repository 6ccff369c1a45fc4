"""The next best step: ask, collect a log, try a fix, or hand over, by the minutes it is expected to take to a connection.

Decision-theoretic troubleshooting (Breese and Heckerman, 1996): steps are tried in the order of P(it mends) over minutes,
until a hand-over costs less than going on; what that plan costs is the price of the present belief. A question or a log is
worth what it takes off that price, and is put where that is more than its own minutes.

Risk is a gate, not a price: a step that weakens security, loses data or needs rights comes only with consent, and after
the safe ones. A step whose fixer is not the requester goes to the desk.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from knowledge.condition import Context, Truth, evaluate
from knowledge.inference import STAGE_QUESTIONS, Answers, answered, choices_of, context_of, factor
from knowledge.rules import Cause, Choice, Collect, KnowledgeBase, Question, Step
from knowledge.terms import (
    HEALTHY,
    OTHER,
    UNKNOWN,
    CauseId,
    Diagnosis,
    Fixer,
    Log,
    NextStep,
    Platform,
    QuestionId,
    ReadState,
    Risk,
    Side,
    StepId,
    StepKind,
    Verdict,
)

Belief = Mapping[CauseId, float]

#: Minutes until somebody of the desk takes a case, and until it is mended then.
QUEUE_MINUTES = 60.0
#: A question, a log or a step must save at least this many minutes of the person's.
WORTH_MINUTES = 0.5
#: A cause below this is no reason to try its steps.
WORTH_TRYING = 0.02
#: How much a log of the right stage tells, as the share of the uncertainty that it takes away.
LOG_TELLS = 0.6
#: So many questions with the most information per second are compared in minutes.
SHORT_LIST = 10
#: A verdict of likely or better goes to the fix at once where its step takes at most this long.
QUICK_MINUTES = 10.0

#: How often people make a choice that speaks for no cause, and one that speaks for causes which nobody believes in.
NEUTRAL_CHOICE, RARE_CHOICE = 0.15, 0.03
#: An effect of at least this much is what a choice is about; less is a by-the-way.
PLAIN = 5.0

#: Questions that a fact in the log has answered.
ANSWERED_BY: Mapping[str, frozenset[str]] = {
    "error": frozenset({"ras.error", "win.ipsec_error"}),
    "nat": frozenset({"ike.nat_detected", "ike.nat_absent"}),
    "updates": frozenset({"host.update_installed"}),
    "clock": frozenset({"host.clock_wrong"}),
}


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


def next_step(
    base: KnowledgeBase,
    diagnosis: Diagnosis,
    *,
    answers: Answers | None = None,
    logs: Iterable[Log] = (),
    platform: Platform | None = None,
    asked: Collection[QuestionId] = (),
    tried: Collection[StepId] = (),
    collected: Collection[str] = (),
    consent: bool = False,
    queue_minutes: float = QUEUE_MINUTES,
) -> NextStep:
    """What to do next about a diagnosis.

    Args:
        base: The knowledge base that made the diagnosis.
        diagnosis: What is believed now.
        answers: What the person answered; these questions are not put again.
        logs: What was read; a question that a log has answered is not put.
        platform: Of the requester's machine; else the diagnosis says it.
        asked: Questions that were put and not answered (skipped, "I don't know").
        tried: Steps that did not help.
        collected: Logs (`Collect.id`) that were asked for already.
        consent: Whether steps above low risk may be offered.
        queue_minutes: How long a hand-over takes.
    """
    situation = Situation(
        answers=answers or {},
        logs=tuple(logs),
        platform=platform or diagnosis.platform,
        asked=frozenset(asked),
        tried=frozenset(tried),
        collected=frozenset(collected),
        consent=consent,
        queue_minutes=queue_minutes,
    )
    belief = belief_of(diagnosis, base)
    if diagnosis.best is not None and diagnosis.best.cause == HEALTHY and diagnosis.verdict is not Verdict.OPEN:
        return _about_healthy(base, situation)
    plan = Plan(base, situation)
    price = plan.price(belief)
    best_try = plan.best_step(belief)
    if diagnosis.verdict in (Verdict.CONCLUSIVE, Verdict.LIKELY):
        if best_try is not None:
            return NextStep(kind=StepKind.TRY, id=best_try.id, minutes=best_try.minutes)
        if diagnosis.verdict is Verdict.CONCLUSIVE:
            return _hand_over(situation)
    options = [(gain, step) for gain, step in _options(plan, belief, price, diagnosis) if gain >= WORTH_MINUTES]
    if options:
        return max(options, key=lambda option: option[0])[1]
    if best_try is not None:
        return NextStep(kind=StepKind.TRY, id=best_try.id, minutes=best_try.minutes)
    return _hand_over(situation)


def runbook(
    base: KnowledgeBase,
    diagnosis: Diagnosis,
    platform: Platform | None = None,
    audience: Fixer = Fixer.USER,
    *,
    tried: Collection[StepId] = (),
    consent: bool = True,
    most: int = 8,
) -> tuple[Step, ...]:
    """The steps for the best causes, in the order in which to do them: chance over minutes, safe ones before risky ones.

    Args:
        base: The knowledge base.
        diagnosis: What is believed.
        platform: Of the machine on which the steps are done; None: any.
        audience: `user` gets what a requester can do; `admin` and `network` get everything, their own first.
        tried: Steps that did not help.
        consent: Whether steps above low risk are listed (after the others).
        most: At most so many.
    """
    situation = Situation(answers={}, platform=platform, tried=frozenset(tried), consent=consent, audience=audience)
    plan = Plan(base, situation)
    return tuple(step for step, _ in plan.ordered(belief_of(diagnosis, base)))[:most]


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


def _options(plan: Plan, belief: Belief, price: float, diagnosis: Diagnosis) -> Iterator[tuple[float, NextStep]]:
    """Questions and logs with the minutes that each saves beyond its own."""
    candidates = [question for question in plan.base.questions.values() if _is_askable(question, plan, diagnosis)]
    scored = sorted(candidates, key=lambda question: -information(question, belief) / question.seconds)
    for question in scored[:SHORT_LIST]:
        minutes = question.seconds / 60
        gain = price - minutes - expected_price(question, belief, plan)
        # An answer that changes no fix still tells the desk what it is about: a small part of the queue's minutes.
        gain += information(question, belief) * _DESK_MINUTES_PER_BIT
        yield gain, NextStep(kind=StepKind.ASK, id=question.id, minutes=round(minutes, 2))
    for collect in plan.base.collects.values():
        if _is_collectable(collect, plan.situation):
            yield (
                _gain_of_log(collect, belief, plan, price),
                NextStep(kind=StepKind.COLLECT, id=collect.id, minutes=collect.minutes),
            )


#: What one bit of certainty saves whoever takes the case over.
_DESK_MINUTES_PER_BIT = 8.0


def information(question: Question, belief: Belief) -> float:
    """Expected bits that the answer takes from the uncertainty over the causes; "I don't know" gives none."""
    before = _entropy(belief.values())
    after = sum(share * _entropy(updated.values()) for share, updated in answers_expected(question, belief))
    return max(0.0, (before - after) * (1 - question.unknown))


def answers_expected(question: Question, belief: Belief) -> Iterator[tuple[float, dict[CauseId, float]]]:
    """Each answer but "I don't know" with its probability and the belief after it."""
    choices = [choice for choice in question.choices if choice.id != UNKNOWN]
    tables = [_factors(choice) for choice in choices]
    usual = [_how_usual(table, belief) for table in tables]
    totals = {cause: sum(u * table.get(cause, 1.0) for u, table in zip(usual, tables, strict=True)) for cause in belief}
    for often, table in zip(usual, tables, strict=True):
        joint = {cause: share * often * table.get(cause, 1.0) / totals[cause] for cause, share in belief.items()}
        chance = sum(joint.values())
        if chance > 0:
            yield chance, {cause: share / chance for cause, share in joint.items()}


def _how_usual(table: Mapping[CauseId, float], belief: Belief) -> float:
    """How often a choice is made at all, before the effect on a cause multiplies it.

    A choice that speaks for likely causes is usual; one that speaks for nothing is there because many people give it.
    """
    if not table:
        return NEUTRAL_CHOICE
    return RARE_CHOICE + sum(
        belief.get(cause, 0.0) * (1.0 if number >= PLAIN else 0.3) for cause, number in table.items() if number > 1
    )


def expected_price(question: Question, belief: Belief, plan: Plan) -> float:
    """What the belief costs on average once the question is answered."""
    known = sum(chance * plan.price(updated) for chance, updated in answers_expected(question, belief))
    return question.unknown * plan.price(belief) + (1 - question.unknown) * known


def _factors(choice: Choice) -> dict[CauseId, float]:
    return {effect.cause: factor(effect.direction, effect.strength, from_person=True) for effect in choice.effects}


def _entropy(shares: Iterable[float]) -> float:
    return -sum(share * math.log2(share) for share in shares if share > 0)


def _is_askable(question: Question, plan: Plan, diagnosis: Diagnosis) -> bool:
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


def _is_collectable(collect: Collect, situation: Situation) -> bool:
    if collect.id in situation.collected or collect.side is not Side.CLIENT:
        return False
    if any(log.read in (ReadState.WHOLE, ReadState.PARTIAL) and log.facts for log in situation.logs):
        return False
    return situation.platform is not None and situation.platform in collect.platforms


def _gain_of_log(collect: Collect, belief: Belief, plan: Plan, price: float) -> float:
    """A log of the right stages settles most of what is open there; elsewhere it says only that it got past."""
    covered = sum(share for cause, share in belief.items() if _shows(plan.base.causes.get(cause), collect))
    sure = sum(share * plan.price({cause: 1.0}) for cause, share in belief.items())
    return covered * LOG_TELLS * (price - sure) - collect.minutes


def _shows(cause: Cause | None, collect: Collect) -> bool:
    return cause is not None and bool(cause.shows_at & collect.covers)


def _about_healthy(base: KnowledgeBase, situation: Situation) -> NextStep:
    """The attempt worked. The person may still have trouble: whether it came up, and then what works, is what to ask."""
    for ident in (QuestionId("came-up"), QuestionId("what-works")):
        question = base.questions.get(ident)
        if question and ident not in situation.answers and ident not in situation.asked:
            return NextStep(kind=StepKind.ASK, id=ident, minutes=round(question.seconds / 60, 2))
    return NextStep(kind=StepKind.NONE)


def _hand_over(situation: Situation) -> NextStep:
    return NextStep(kind=StepKind.HANDOVER, id="desk", minutes=situation.queue_minutes)
