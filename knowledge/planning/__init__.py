"""The next best step: ask, collect a log, try a fix, or hand over, by the minutes it is expected to take to a connection.

Decision-theoretic troubleshooting (Breese and Heckerman, 1996): steps are tried in the order of P(it mends) over minutes,
until a hand-over costs less than going on; what that plan costs is the price of the present belief. A question or a log is
worth what it takes off that price, and is put where that is more than its own minutes.

Risk is a gate, not a price: a step that weakens security, loses data or needs rights comes only with consent, and after
the safe ones. A step whose fixer is not the requester goes to the desk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from knowledge.inference import Answers
from knowledge.planning.openings import gain_of_log, is_askable, is_collectable
from knowledge.planning.plan import QUEUE_MINUTES, Belief, Plan, Situation, belief_of
from knowledge.planning.worth import expected_price, information
from knowledge.rules import KnowledgeBase, Step
from knowledge.terms import HEALTHY, Diagnosis, Fixer, Log, NextStep, Platform, QuestionId, StepId, StepKind, Verdict

__all__ = ["Plan", "Situation", "belief_of", "information", "next_step", "runbook"]

#: A question, a log or a step must save at least this many minutes of the person's.
WORTH_MINUTES = 0.5
#: So many questions with the most information per second are compared in minutes.
SHORT_LIST = 10
#: What one bit of certainty saves whoever takes the case over.
DESK_MINUTES_PER_BIT = 8.0


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


def _options(plan: Plan, belief: Belief, price: float, diagnosis: Diagnosis) -> Iterator[tuple[float, NextStep]]:
    """Questions and logs with the minutes that each saves beyond its own."""
    candidates = [question for question in plan.base.questions.values() if is_askable(question, plan, diagnosis)]
    scored = sorted(candidates, key=lambda question: -information(question, belief) / question.seconds)
    for question in scored[:SHORT_LIST]:
        minutes = question.seconds / 60
        gain = price - minutes - expected_price(question, belief, plan)
        # An answer that changes no fix still tells the desk what it is about: a small part of the queue's minutes.
        gain += information(question, belief) * DESK_MINUTES_PER_BIT
        yield gain, NextStep(kind=StepKind.ASK, id=question.id, minutes=round(minutes, 2))
    for collect in plan.base.collects.values():
        if is_collectable(collect, plan.situation):
            yield (
                gain_of_log(collect, belief, plan, price),
                NextStep(kind=StepKind.COLLECT, id=collect.id, minutes=collect.minutes),
            )


def _about_healthy(base: KnowledgeBase, situation: Situation) -> NextStep:
    """The attempt worked. The person may still have trouble: whether it came up, and then what works, is what to ask."""
    for ident in (QuestionId("came-up"), QuestionId("what-works")):
        question = base.questions.get(ident)
        if question and ident not in situation.answers and ident not in situation.asked:
            return NextStep(kind=StepKind.ASK, id=ident, minutes=round(question.seconds / 60, 2))
    return NextStep(kind=StepKind.NONE)


def _hand_over(situation: Situation) -> NextStep:
    return NextStep(kind=StepKind.HANDOVER, id="desk", minutes=situation.queue_minutes)
