"""The next step: cheap and telling before dear, safe before risky, never twice, and an end."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from knowledge.condition import parse
from knowledge.planning import Costs, Plan, Situation, belief_of, next_step, runbook
from knowledge.planning.tables import tables_of
from knowledge.rules import Cause, Choice, Collect, Effect, KnowledgeBase, Question, Step
from knowledge.terms import (
    OTHER,
    UNKNOWN,
    CauseId,
    ChoiceId,
    Diagnosis,
    Direction,
    Fixer,
    Hypothesis,
    NextStep,
    Platform,
    QuestionId,
    Risk,
    Side,
    Stage,
    StepId,
    StepKind,
    Strength,
    Verdict,
)
from tests.knowledge.steps import SAYS, step


def cause(name: str, *steps: Step, prior: float = 1.0) -> Cause:
    return Cause(
        id=CauseId(name),
        title=SAYS,
        says=SAYS,
        about=SAYS,
        stage=Stage.IKE,
        shows_at=frozenset({Stage.IKE}),
        fixer=Fixer.USER,
        prior=prior,
        steps=steps,
        sources=(),
    )


def question(
    name: str, effects: dict[str, str], *, seconds: float = 10, on=(), when: str | None = None, unknown: float = 0.1
) -> Question:
    strengths = {"++": (Direction.SUPPORTS, Strength.MODERATE), "--": (Direction.OPPOSES, Strength.STRONG)}
    choice = Choice(
        id=ChoiceId("yes"),
        says=SAYS,
        effects=tuple(Effect(cause=CauseId(c), direction=strengths[m][0], strength=strengths[m][1]) for c, m in effects.items()),
    )
    choices = (choice, Choice(id=ChoiceId("no"), says=SAYS, effects=()), Choice(id=UNKNOWN, says=SAYS, effects=()))
    return Question(
        id=QuestionId(name),
        ask=SAYS,
        why=SAYS,
        seconds=seconds,
        unknown=unknown,
        choices=choices,
        platforms=frozenset(on),
        when=parse(when) if when else None,
    )


def base(causes: Iterable[Cause], questions: Iterable[Question] = (), collects: Iterable[Collect] = ()) -> KnowledgeBase:
    return KnowledgeBase(
        revision="test",
        facts={},
        formats={},
        causes={c.id: c for c in causes},
        rules=(),
        questions={q.id: q for q in questions},
        codes={},
        collects={c.id: c for c in collects},
        locales=frozenset({"en"}),
    )


def diagnosis(
    belief: dict[str, float], verdict: Verdict = Verdict.OPEN, *, stage: Stage | None = None, unexplained: float = 0.02
):
    hypotheses = tuple(
        Hypothesis(cause=CauseId(name), probability=share) for name, share in sorted(belief.items(), key=lambda pair: -pair[1])
    )
    return Diagnosis(
        verdict=verdict,
        hypotheses=hypotheses,
        unexplained=unexplained,
        stage=stage,
        attempts=(),
        next=NextStep(kind=StepKind.NONE),
        revision="test",
    )


EVEN = {"alpha": 0.5, "beta": 0.48}
TELLING = question("telling", {"alpha": "++", "beta": "--"})
VAGUE = question("vague", {"gamma": "++"})


def test_the_question_that_tells_the_causes_apart_is_asked_first():
    known = base([cause("alpha", step("a")), cause("beta", step("b"))], [VAGUE, TELLING])

    found = next_step(known, diagnosis(EVEN))

    assert (found.kind, found.id) == (StepKind.ASK, "telling")


def test_a_question_is_not_put_twice_nor_where_it_makes_no_sense():
    known = base([cause("alpha", step("a")), cause("beta", step("b"))], [TELLING])
    windows_only = base(known.causes.values(), [question("telling", {"alpha": "++", "beta": "--"}, on=[Platform.WINDOWS])])
    pointless = base(known.causes.values(), [question("telling", {"alpha": "++", "beta": "--"}, when="platform is windows")])

    for base_, how in (
        (known, {"answers": {QuestionId("telling"): ChoiceId("no")}}),
        (known, {"asked": [QuestionId("telling")]}),
        (windows_only, {"platform": Platform.LINUX}),
        (pointless, {"platform": Platform.LINUX}),
    ):
        assert next_step(base_, diagnosis(EVEN), **how).kind is not StepKind.ASK


def test_a_clear_cause_goes_straight_to_its_fix():
    known = base([cause("alpha", step("a", minutes=4)), cause("beta", step("b"))], [TELLING])

    found = next_step(known, diagnosis({"alpha": 0.95, "beta": 0.03}, Verdict.CONCLUSIVE))

    assert found == NextStep(kind=StepKind.TRY, id="a", minutes=4)


def test_a_step_that_did_not_help_is_not_offered_again_and_then_a_person_takes_over():
    known = base([cause("alpha", step("a"), step("a2", mends=0.4))])
    sure = diagnosis({"alpha": 0.95}, Verdict.CONCLUSIVE)

    assert next_step(known, sure).id == "a"
    assert next_step(known, sure, tried=[StepId("a")]).id == "a2"
    assert next_step(known, sure, tried=[StepId("a"), StepId("a2")]).kind is StepKind.HANDOVER


def test_a_step_for_somebody_else_goes_to_the_desk():
    known = base([cause("alpha", step("a", fixer=Fixer.ADMIN))])

    assert next_step(known, diagnosis({"alpha": 0.95}, Verdict.CONCLUSIVE)).kind is StepKind.HANDOVER


def test_a_risky_step_waits_for_consent_and_comes_after_the_safe_ones():
    known = base([cause("alpha", step("risky", risk=Risk.MEDIUM, minutes=1, mends=0.99), step("safe", minutes=9, mends=0.5))])
    sure = diagnosis({"alpha": 0.95}, Verdict.CONCLUSIVE)

    assert next_step(known, sure).id == "safe"
    assert next_step(known, sure, consent=True).id == "safe"
    assert next_step(known, sure, tried=[StepId("safe")]).kind is StepKind.HANDOVER
    assert next_step(known, sure, tried=[StepId("safe")], consent=True).id == "risky"


def test_the_runbook_orders_by_chance_over_minutes_and_fits_platform_and_reader():
    known = base(
        [
            cause("alpha", step("slow", minutes=30), step("quick", minutes=2), step("mac", on=[Platform.MACOS])),
            cause("beta", step("other", minutes=2), step("gate", fixer=Fixer.ADMIN)),
        ]
    )
    found = diagnosis({"alpha": 0.7, "beta": 0.28})

    assert [s.id for s in runbook(known, found, Platform.WINDOWS)] == ["quick", "other", "slow"]
    assert [s.id for s in runbook(known, found, Platform.WINDOWS, Fixer.ADMIN)] == ["gate", "quick", "other", "slow"]


def test_a_healthy_attempt_asks_whether_it_came_up_and_then_is_done():
    came_up = question("came-up", {})
    known = base([cause("alpha")], [came_up])
    healthy = diagnosis({"healthy": 0.99}, Verdict.HEALTHY, stage=Stage.CONNECTED)

    assert next_step(known, healthy).id == "came-up"
    assert next_step(known, healthy, answers={QuestionId("came-up"): ChoiceId("no")}).kind is StepKind.NONE


def test_a_log_is_asked_for_where_questions_tell_nothing_and_its_stage_is_in_doubt():
    collect = Collect(
        id="log",
        platforms=frozenset({Platform.LINUX}),
        side=Side.CLIENT,
        covers=frozenset({Stage.IKE}),
        minutes=3,
        title=SAYS,
        do=SAYS,
        undo=SAYS,
        secrets=SAYS,
        source="",
    )
    known = base([cause(f"c{n}", step(f"s{n}", minutes=12)) for n in range(6)], collects=[collect])
    doubt = diagnosis({f"c{n}": 0.16 for n in range(6)})

    assert next_step(known, doubt, platform=Platform.LINUX).kind is StepKind.COLLECT
    assert next_step(known, doubt, platform=Platform.LINUX, collected=["log"]).kind is not StepKind.COLLECT
    assert next_step(known, doubt, platform=Platform.IOS).kind is not StepKind.COLLECT


def test_information_is_never_negative_and_none_where_all_answers_say_the_same():
    known = base([cause("alpha"), cause("beta")], [TELLING, VAGUE, question("same", {"alpha": "++", "beta": "++"})])
    tables = tables_of(known)
    even = tables.row({CauseId("alpha"): 0.5, CauseId("beta"): 0.5})

    assert tables.asking[QuestionId("telling")].information(even) > 0.1
    assert tables.asking[QuestionId("vague")].information(even) == pytest.approx(0, abs=1e-6)
    assert tables.asking[QuestionId("same")].information(even) == pytest.approx(0, abs=1e-6)


def test_the_price_falls_with_certainty():
    known = base([cause("alpha", step("a")), cause("beta", step("b"))])
    plan = Plan(known, Situation(answers={}, costs=Costs(queue=60, turn=0, engineer_rate=1, desk_per_bit=8)))

    sure = plan.price(plan.tables.row({CauseId("alpha"): 1.0}))
    even = plan.price(plan.tables.row({CauseId("alpha"): 0.5, CauseId("beta"): 0.5}))

    mending = 5 / 0.8
    assert sure == pytest.approx(5 + 0.2 * (60 + 2 * mending), rel=1e-4)
    assert sure < even


def test_without_any_evidence_the_priors_are_the_belief():
    known = base([cause("alpha", prior=3.0), cause("beta", prior=1.0)])

    assert belief_of(diagnosis({}), known) == pytest.approx({"alpha": 0.97 * 0.75, "beta": 0.97 * 0.25, OTHER: 0.03})
