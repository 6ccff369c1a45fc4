"""The next best step: ask, collect a log, try a fix, or hand over, by the minutes it is expected to take to a connection.

Decision-theoretic troubleshooting (Breese and Heckerman, 1996): steps are tried in the order of P(it mends) over minutes,
until a hand-over costs less than going on; what that course costs is the price of the present belief (`plan`). A question or a
log costs its own minutes and then the price of what is believed after it (`worth`), and so everything is compared in one
currency. The person's minutes and the engineer's are two numbers with a rate between them (`Costs`).

Risk is a gate, not a price: a step that weakens security, loses data or needs rights comes only with consent, and after
the safe ones. A step whose fixer is not the requester goes to the desk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from knowledge.inference import Answers
from knowledge.planning.openings import Openings
from knowledge.planning.plan import QUEUE_MINUTES, Costs, Plan, Situation, belief_of
from knowledge.planning.reasons import Reasons, WouldChange, reasons_of
from knowledge.planning.together import share_a_modal
from knowledge.planning.worth import Comparison, Option
from knowledge.rules import KnowledgeBase, Question, Step
from knowledge.terms import HEALTHY, Diagnosis, Fixer, Log, NextStep, Platform, QuestionId, StepId, StepKind, Verdict

__all__ = [
    "Comparison",
    "Costs",
    "Option",
    "Plan",
    "Reasons",
    "Situation",
    "WouldChange",
    "awaiting_consent",
    "batch",
    "belief_of",
    "next_step",
    "options",
    "runbook",
    "why",
]

#: A question or a log must save at least this many minutes against what else could be done.
WORTH_MINUTES = 0.25
#: A question may spare the log: it goes first where it is dearer in the end by no more than this share of the log's minutes.
LOG_SPARED = 0.5
#: What a device runs as long as nobody has said; a step for it is not offered before that is asked.
USUAL_PLATFORM = Platform.WINDOWS
#: What requesters have.
_REQUESTERS = frozenset({Platform.WINDOWS, Platform.MACOS, Platform.IOS, Platform.ANDROID, Platform.LINUX})
#: Questions whose totals differ by less than this factor cost the same, as far as two steps can see.
NEAR = 1.05
#: So many questions are put to one person; then what is known has to do.
MOST_QUESTIONS = 12


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
    engineer_rate: float = 1.0,
    pace: float = 1.0,
    limit: int = MOST_QUESTIONS,
) -> NextStep:
    """What to do next about a diagnosis.

    Args:
        base: The knowledge base that made the diagnosis.
        diagnosis: What is believed now.
        answers: What the person answered; these questions are not put again.
        logs: What was read; a question that a log has answered is not put.
        platform: Of the requester's machine; else the diagnosis says it.
        asked: Questions that were put and not answered (skipped, "I don't know").
        tried: Steps that did not help; they speak against their causes.
        collected: Logs (`Collect.id`) that were asked for already.
        consent: Whether steps above low risk may be offered.
        queue_minutes: How long it takes until somebody of the desk has a case.
        engineer_rate: How many of the person's minutes one minute of an engineer is worth.
        pace: How many times the usual minutes this person needs to bring a log: below 1 for who knows the way.
        limit: After so many questions, answered or not, none is put any more.
    """
    situation = Situation(
        answers=answers or {},
        logs=tuple(logs),
        platform=platform or diagnosis.platform,
        asked=frozenset(asked),
        tried=frozenset(tried),
        collected=frozenset(collected),
        consent=consent,
        pace=pace,
        costs=Costs(queue=queue_minutes, engineer_rate=engineer_rate),
    )
    return choose(base, diagnosis, situation, limit=limit)


def choose(base: KnowledgeBase, diagnosis: Diagnosis, situation: Situation, *, limit: int = MOST_QUESTIONS) -> NextStep:
    """`next_step` about a situation."""
    if is_healthy(diagnosis):
        return _about_healthy(base, situation)
    if diagnosis.verdict is Verdict.CONCLUSIVE and not situation.tried:
        plan = _plan(base, situation)
        first = plan.best_step(plan.tables.row(belief_of(diagnosis, base)))
        step = _try(first[0]) if first else _hand_over(situation)
    else:
        best = _best(options(base, diagnosis, situation, limit=limit))
        step = NextStep(kind=best.kind, id=best.id, minutes=round(best.minutes, 2))
    return _platform_first(base, situation, step)


def options(
    base: KnowledgeBase, diagnosis: Diagnosis, situation: Situation, *, limit: int = MOST_QUESTIONS
) -> tuple[Option, ...]:
    """Everything that may be done next, with what it costs in the end; cheapest first, and never empty."""
    plan = _plan(base, situation)
    openings = Openings(base, situation, diagnosis)
    put = len({*situation.answers, *situation.asked})
    questions = [plan.tables.asking[question.id] for question in openings.questions()] if put < limit else []
    row = plan.tables.row(belief_of(diagnosis, base, situation.tried))
    return tuple(Comparison(plan, questions, tuple(openings.collects())).options(row))


def why(
    base: KnowledgeBase,
    diagnosis: Diagnosis,
    question: QuestionId,
    *,
    answers: Answers | None = None,
    logs: Iterable[Log] = (),
    platform: Platform | None = None,
    tried: Collection[StepId] = (),
    consent: bool = False,
) -> Reasons:
    """Why a question is asked, and what each answer would change about the leading causes.

    Raises:
        MisuseError: a question that the base does not have.
    """
    situation = Situation(
        answers=answers or {},
        logs=tuple(logs),
        platform=platform or diagnosis.platform,
        tried=frozenset(tried),
        consent=consent,
    )
    return reasons_of(_plan(base, situation), belief_of(diagnosis, base, tried), question)


def batch(
    base: KnowledgeBase,
    diagnosis: Diagnosis,
    *,
    answers: Answers | None = None,
    logs: Iterable[Log] = (),
    platform: Platform | None = None,
    asked: Collection[QuestionId] = (),
    tried: Collection[StepId] = (),
    most: int = 3,
) -> tuple[Question, ...]:
    """The questions that are worth putting together now, in one modal, the best first; empty where none is next.

    Each is cheap, makes sense whatever the others bring, and is still worth its seconds once these are answered.
    """
    situation = Situation(
        answers=answers or {},
        logs=tuple(logs),
        platform=platform or diagnosis.platform,
        asked=frozenset(asked),
        tried=frozenset(tried),
    )
    step = choose(base, diagnosis, situation)
    if step.kind is not StepKind.ASK or step.id is None:
        return ()
    plan = _plan(base, situation)
    openings = Openings(base, situation, diagnosis)
    row = plan.tables.row(belief_of(diagnosis, base, tried))
    return share_a_modal(plan, row, QuestionId(step.id), tuple(openings.questions()), most)


def awaiting_consent(base: KnowledgeBase, diagnosis: Diagnosis, situation: Situation) -> Step | None:
    """The step above low risk that would come next if the person, or the desk, agreed to it; None where no such step would."""
    agreed = choose(base, diagnosis, replace(situation, consent=True))
    if situation.consent or agreed.kind is not StepKind.TRY:
        return None
    step = next((step for cause in base.causes.values() for step in cause.steps if step.id == agreed.id), None)
    return step if step is not None and choose(base, diagnosis, situation).id != step.id else None


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
    row = plan.tables.row(belief_of(diagnosis, base, tried))
    return tuple(step for step, _ in plan.ordered(row))[:most]


def is_healthy(diagnosis: Diagnosis) -> bool:
    """Whether the attempt that it is about worked."""
    return diagnosis.best is not None and diagnosis.best.cause == HEALTHY and diagnosis.verdict is not Verdict.OPEN


def _plan(base: KnowledgeBase, situation: Situation) -> Plan:
    """What is thought through; as long as nobody has said what the device runs, it is taken for what most run."""
    return Plan(base, situation if situation.platform else replace(situation, platform=USUAL_PLATFORM))


def _platform_first(base: KnowledgeBase, situation: Situation, step: NextStep) -> NextStep:
    """A step that differs from system to system waits until the system is known, as long as that can be asked."""
    ident = QuestionId("platform")
    question = base.questions.get(ident)
    if step.kind is not StepKind.TRY or situation.platform or question is None:
        return step
    if ident in situation.answers or ident in situation.asked or _fits_all(base, step):
        return step
    return NextStep(kind=StepKind.ASK, id=ident, minutes=round(question.seconds / 60, 2))


def _fits_all(base: KnowledgeBase, chosen: NextStep) -> bool:
    found = next((step for cause in base.causes.values() for step in cause.steps if step.id == chosen.id), None)
    return found is None or not found.platforms or found.platforms >= _REQUESTERS


def _best(found: Sequence[Option]) -> Option:
    """The cheapest in the end; but what only tells something must pay for itself, and a question may spare a log."""
    act = next(option for option in found if option.kind in (StepKind.TRY, StepKind.HANDOVER))
    best = found[0]
    if act.total - best.total < WORTH_MINUTES:
        return act
    question = first_question(found)
    if best.kind is StepKind.COLLECT and question is not None:
        may_spare = min(LOG_SPARED * best.minutes, act.total - best.total - WORTH_MINUTES)
        return question if question.total - best.total <= may_spare else best
    return question if best.kind is StepKind.ASK and question is not None else best


def first_question(found: Sequence[Option]) -> Option | None:
    """Of the questions that cost nearly the least in the end the one that tells most for its minutes."""
    questions = [option for option in found if option.kind is StepKind.ASK]
    if not questions:
        return None
    return max((option for option in questions if option.total <= NEAR * questions[0].total), key=lambda option: option.telling)


def _about_healthy(base: KnowledgeBase, situation: Situation) -> NextStep:
    """The attempt worked. The person may still have trouble: whether it came up, and then what works, is what to ask."""
    for ident in (QuestionId("came-up"), QuestionId("what-works")):
        question = base.questions.get(ident)
        if question and ident not in situation.answers and ident not in situation.asked:
            return NextStep(kind=StepKind.ASK, id=ident, minutes=round(question.seconds / 60, 2))
    return NextStep(kind=StepKind.NONE)


def _try(step: Step) -> NextStep:
    return NextStep(kind=StepKind.TRY, id=step.id, minutes=step.minutes)


def _hand_over(situation: Situation) -> NextStep:
    return NextStep(kind=StepKind.HANDOVER, id="desk", minutes=situation.costs.queue)
