"""The engine: the posterior is what the numbers say, evidence counts once, and only what is proved is called conclusive."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.condition import parse
from knowledge.errors import MisuseError, Span
from knowledge.inference import (
    FACTORS,
    Answers,
    answered,
    choices_of,
    context_of,
    facts_of_answers,
    hypotheses_of,
    verdict_of,
    weigh_attempt,
)
from knowledge.inference.odds import HANGS, OTHER_PRIOR, STAGE_SLIP, TEMPERATURE
from knowledge.rules import Cause, Choice, Does, Effect, FactKind, Format, KnowledgeBase, Question, Rule, Signature, Text
from knowledge.terms import (
    HEALTHY,
    OTHER,
    STAGES,
    Attempt,
    CauseId,
    ChoiceId,
    Direction,
    Evidence,
    Fact,
    FactId,
    Fixer,
    FormatId,
    QuestionId,
    RuleId,
    SignatureId,
    Stage,
    Strength,
    Verdict,
)

SAYS = Text({"en": "…"})
CAUSES = ("alpha", "beta", "gamma", "delta")


def cause(name: str, prior: float = 1.0, stage: Stage = Stage.IKE, shows_at: Iterable[Stage] = (Stage.IKE,)) -> Cause:
    return Cause(
        id=CauseId(name), title=SAYS, says=SAYS, about=SAYS, stage=stage, shows_at=frozenset(shows_at), fixer=Fixer.USER,
        prior=prior, steps=(), sources=(),
    )  # fmt: skip


def effect(name: str, direction: Direction = Direction.SUPPORTS, strength: Strength = Strength.STRONG) -> Effect:
    return Effect(cause=CauseId(name), direction=direction, strength=strength)


def rule(name: str, when: str, *effects: Effect, group: str | None = None) -> Rule:
    return Rule(
        id=RuleId(name), when=parse(when), effects=effects, says=SAYS, source="test", span=Span(file="test", line=1), group=group
    )


def base(
    rules: Iterable[Rule] = (),
    causes: Iterable[Cause] = (),
    questions: Iterable[Question] = (),
    does: Mapping[str, Does] | None = None,
) -> KnowledgeBase:
    names = [f"ike.f{number}" for number in range(12)] + ["ras.error", "session.up", "ike.started"]
    does = {"session.up": Does.PASSES, "ike.started": Does.BEGINS, **(does or {})}
    facts = {
        FactId(name): FactKind(
            id=FactId(name), stage=Stage.IKE, does=does.get(name), host=False, values=frozenset({"code", "name"}), says=SAYS
        )
        for name in names
    }
    known = tuple(causes) or tuple(cause(name) for name in CAUSES)
    return KnowledgeBase(
        revision="test", facts=facts, formats={}, causes={c.id: c for c in known}, rules=tuple(rules),
        questions={q.id: q for q in questions}, codes={}, collects={}, locales=frozenset({"en"}),
    )  # fmt: skip


def fact(name: str, line: int, /, **values: str) -> Fact:
    proof = Evidence(file="a.log", line=line, text=name)
    return Fact(id=FactId(name), evidence=(proof,), values=values, order=line, format=FormatId("charon"))


def attempt(*facts: Fact, stage: Stage = Stage.IKE, ended: bool = True) -> Attempt:
    return Attempt(facts=facts, stage=stage, ended=ended, covered=frozenset())


def weigh(known: KnowledgeBase, tried: Attempt | None, answers: Answers | None = None):
    given_ = answered(known, answers or {})
    facts = (*(tried.facts if tried else ()), *facts_of_answers(known, given_))
    return weigh_attempt(known, tried, context_of(known, facts, choices_of(given_), attempt=tried), given_)


def probabilities(known: KnowledgeBase, tried: Attempt | None, answers: Answers | None = None) -> dict[str, float]:
    return {share.cause: share.probability for share in weigh(known, tried, answers).shares}


effects_drawn = st.builds(effect, st.sampled_from(CAUSES), st.sampled_from(Direction), st.sampled_from(Strength))
rules_drawn = st.lists(st.lists(effects_drawn, min_size=1, max_size=3), max_size=10).map(
    lambda lists: [rule(f"r{number}", f"ike.f{number}", *_one_each(effects)) for number, effects in enumerate(lists)]
)


def _one_each(effects: list[Effect]) -> list[Effect]:
    return list({e.cause: e for e in effects}.values())


@settings(max_examples=60, deadline=None)
@given(
    rules=rules_drawn,
    shown=st.sets(st.integers(0, 9)),
    stage=st.sampled_from(STAGES),
    ended=st.booleans(),
    priors=st.lists(st.sampled_from((0.5, 1.5, 4.0, 8.0)), min_size=4, max_size=4),
)
def test_posterior_equals_an_enumeration_of_the_same_network(rules, shown, stage, ended, priors):
    causes = [cause(name, prior) for name, prior in zip(CAUSES, priors, strict=True)]
    tried = attempt(*(fact(f"ike.f{number}", number) for number in sorted(shown)), stage=stage, ended=ended)

    found = probabilities(base(rules, causes), tried)

    def stops(table: list[float]) -> float:
        here, further = table[STAGES.index(stage)], sum(table[STAGES.index(stage) :])
        sure = 1 if ended else HANGS if shown else 0
        return sure * here + (1 - sure) * further

    joint = {OTHER: OTHER_PRIOR * stops([1 / 8] * 8)}
    for name, prior in zip(CAUSES, priors, strict=True):
        table = [STAGE_SLIP / 8 + (1 - STAGE_SLIP) * (s is Stage.IKE) for s in STAGES]
        weight = (1 - OTHER_PRIOR) * prior / sum(priors)
        weight *= stops(table)
        for one in rules:
            number = int(one.id[1:])
            for said in one.effects:
                if number in shown and said.cause == name:
                    weight *= FACTORS[said.direction][said.strength]
        joint[CauseId(name)] = weight
    joint = {name: weight ** (1 / TEMPERATURE) for name, weight in joint.items()}
    total = sum(joint.values())
    for name, weight in joint.items():
        assert math.isclose(found[name], weight / total, rel_tol=1e-9, abs_tol=1e-12)
    assert math.isclose(sum(found.values()), 1.0, rel_tol=1e-9)


@settings(max_examples=40, deadline=None)
@given(rules=rules_drawn, shown=st.sets(st.integers(0, 9)), order=st.randoms(use_true_random=False))
def test_an_unrelated_fact_the_same_evidence_twice_and_another_order_change_nothing(rules, shown, order):
    known = base(rules)
    facts = [fact(f"ike.f{number}", number) for number in sorted(shown)]
    plain = probabilities(known, attempt(*facts))

    unrelated = probabilities(known, attempt(*facts, fact("ike.f11", 99)))
    twice = probabilities(known, attempt(*facts, *facts))
    again = probabilities(known, attempt(*facts, *(replace(f, order=f.order + 50) for f in facts)))
    mixed = list(facts)
    order.shuffle(mixed)
    shuffled = probabilities(base(sorted(rules, key=lambda _: order.random())), attempt(*mixed))

    for other in (unrelated, twice, again, shuffled):
        assert other == pytest.approx(plain, rel=1e-9)


def test_findings_on_the_same_line_count_once_by_the_strongest():
    rules = [rule("strong", "ike.f1", effect("alpha")), rule("weak", "ike.f1", effect("alpha", strength=Strength.WEAK))]

    (share,) = [s for s in weigh(base(rules), attempt(fact("ike.f1", 1))).shares if s.cause == "alpha"]

    assert [(f.rule, f.factor) for f in share.findings] == [
        ("strong", FACTORS[Direction.SUPPORTS][Strength.STRONG]),
        ("weak", 1.0),
    ]


def test_two_facts_of_one_line_are_one_piece_of_evidence():
    rules = [rule("one", "ike.f1", effect("alpha")), rule("two", "ike.f2", effect("alpha"))]

    same = probabilities(base(rules), attempt(fact("ike.f1", 7), fact("ike.f2", 7)))
    apart = probabilities(base(rules), attempt(fact("ike.f1", 7), fact("ike.f2", 8)))

    assert same["alpha"] < apart["alpha"]


def test_the_same_exchange_told_by_both_ends_counts_once():
    rules = [rule("one", "ike.f1 (name is X)", effect("alpha")), rule("two", "count(ike.f1) >= 2", effect("alpha"))]
    here, there = fact("ike.f1", 1, name="X"), replace(fact("ike.f1", 2, name="X"), evidence=(Evidence(file="b.log", line=9),))

    (share,) = [s for s in weigh(base(rules), attempt(here, there)).shares if s.cause == "alpha"]

    assert sorted(f.factor for f in share.findings) == [1.0, FACTORS[Direction.SUPPORTS][Strength.STRONG]]


def test_context_that_rules_share_does_not_make_them_one():
    rules = [rule("one", "ike.started and ike.f1", effect("alpha")), rule("two", "ike.started and ike.f2", effect("alpha"))]

    (share,) = [
        s for s in weigh(base(rules), attempt(fact("ike.started", 1), fact("ike.f1", 2), fact("ike.f2", 3))).shares
        if s.cause == "alpha"
    ]  # fmt: skip

    assert [f.factor for f in share.findings] == [
        FACTORS[Direction.SUPPORTS][Strength.STRONG],
        FACTORS[Direction.SUPPORTS][Strength.STRONG],
    ]


def test_rules_of_one_group_count_once():
    rules = [rule("one", "ike.f1", effect("alpha"), group="g"), rule("two", "ike.f2", effect("alpha"), group="g")]

    (share,) = [s for s in weigh(base(rules), attempt(fact("ike.f1", 1), fact("ike.f2", 2))).shares if s.cause == "alpha"]

    assert sorted(f.factor for f in share.findings) == [1.0, FACTORS[Direction.SUPPORTS][Strength.STRONG]]


def error_question() -> Question:
    choice = Choice(
        id=ChoiceId("e809"),
        says=SAYS,
        codes=("809",),
        effects=(effect("alpha", strength=Strength.MODERATE), effect("beta", Direction.EXCLUDES, Strength.STRONG)),
    )
    return Question(id=QuestionId("error"), ask=SAYS, why=SAYS, seconds=10, unknown=0.1, choices=(choice,))


def test_an_answer_and_a_log_that_say_the_same_are_one_finding_with_two_proofs():
    known = base(questions=[error_question()])
    tried = attempt(fact("ras.error", 3, code="809"))

    log_only = weigh(known, tried)
    both = weigh(known, tried, {QuestionId("error"): ChoiceId("e809")})

    assert {s.cause: s.probability for s in both.shares} == pytest.approx({s.cause: s.probability for s in log_only.shares})
    (finding,) = next(s for s in both.shares if s.cause == "alpha").findings
    assert [(proof.line, proof.answer) for proof in finding.evidence] == [(3, None), (None, "error=e809")]


def test_an_answer_asserts_the_fact_that_the_log_would_have_shown():
    rules = [rule("number", "ras.error.code is 809", effect("gamma"))]
    known = base(rules, questions=[error_question()])

    (share,) = [s for s in weigh(known, None, {QuestionId("error"): ChoiceId("e809")}).shares if s.cause == "gamma"]

    assert [f.rule for f in share.findings] == ["number"]


def test_an_answer_alone_never_makes_a_cause_less_likely_than_by_fifty():
    known = base(questions=[error_question()])

    (share,) = [s for s in weigh(known, None, {QuestionId("error"): ChoiceId("e809")}).shares if s.cause == "beta"]

    assert [f.factor for f in share.findings] == [1 / 50]


def test_unknown_is_no_evidence_and_an_unknown_name_is_misuse():
    known = base(questions=[error_question()])

    assert answered(known, {QuestionId("error"): ChoiceId("unknown")}) == ()
    with pytest.raises(MisuseError, match="no question is called `nope`; there is error"):
        answered(known, {QuestionId("nope"): ChoiceId("x")})
    with pytest.raises(MisuseError, match="`x` is no answer to `error`; there is e809, unknown"):
        answered(known, {QuestionId("error"): ChoiceId("x")})


def test_a_rule_with_an_unknown_condition_stands_under_unconfirmed():
    rules = [rule("half", "ike.f1 and ike.f2", effect("alpha")), rule("asks", "answer.error is e809", effect("alpha"))]
    known = base(rules, questions=[error_question()])

    found = hypotheses_of(weigh(known, attempt(fact("ike.f1", 1))), known)

    alpha = next(h for h in found if h.cause == "alpha")
    assert [(proof.rule, proof.answer) for proof in alpha.unconfirmed] == [("half", None), ("asks", "error")]
    assert alpha.supporting == ()


def test_nothing_known_gives_no_ranking():
    known = base()

    assert hypotheses_of(weigh(known, None), known) == ()


def verdict(known: KnowledgeBase, tried: Attempt) -> Verdict:
    return verdict_of(hypotheses_of(weigh(known, tried), known), tried, known)


DECISIVE = rule("sure", "ike.f1", effect("alpha", strength=Strength.DECISIVE))
AGAINST = rule("against", "ike.f2", effect("alpha", Direction.OPPOSES, Strength.STRONG))
FIRST = rule("one", "ike.f3", effect("alpha"))
SECOND = rule("two", "ike.f4", effect("alpha"))


@pytest.mark.parametrize(
    ("facts", "ended", "expected"),
    [
        (["ike.f1"], True, Verdict.CONCLUSIVE),
        (["ike.f1"], False, Verdict.LIKELY),
        (["ike.f1", "ike.f2"], True, Verdict.LIKELY),
        (["ike.f3", "ike.f4"], True, Verdict.CONCLUSIVE),
        (["ike.f3"], True, Verdict.LIKELY),
        ([], True, Verdict.OPEN),
    ],
)
def test_verdicts_by_the_contract(facts, ended, expected):
    known = base([DECISIVE, AGAINST, FIRST, SECOND])

    assert verdict(known, attempt(*(fact(name, n) for n, name in enumerate(facts)), ended=ended)) is expected


def test_an_attempt_that_came_up_is_healthy_unless_something_in_it_failed():
    causes = [cause("alpha"), cause(HEALTHY, stage=Stage.CONNECTED, shows_at=[Stage.CONNECTED])]
    known = base(causes=causes, does={"ike.f1": Does.FAILS})
    up = fact("session.up", 1)

    assert verdict(known, attempt(up, stage=Stage.CONNECTED)) is Verdict.HEALTHY
    assert verdict(known, attempt(up, fact("ike.f1", 2), stage=Stage.CONNECTED)) is not Verdict.HEALTHY


def test_a_log_of_ipsec_alone_ends_where_ipsec_is_up_and_that_is_no_failure():
    causes = [
        cause("alpha", stage=Stage.L2TP, shows_at=[Stage.L2TP]),
        cause(HEALTHY, stage=Stage.CONNECTED, shows_at=[Stage.CONNECTED]),
    ]
    known = base(causes=causes, does={"ike.f1": Does.PASSES})
    signature = Signature(
        id=SignatureId("s"),
        format=FormatId("charon"),
        line="up",
        regex=None,
        fact=FactId("ike.f1"),
        constants={},
        samples=(),
        span=Span(file="t", line=1),
    )
    format_ = Format(
        id=FormatId("charon"),
        title="",
        platform=None,
        lines=(),
        thread=None,
        programs=frozenset(),
        always=frozenset(),
        signatures=(signature,),
    )
    ipsec_only = replace(known, formats={FormatId("charon"): format_})
    up = attempt(fact("ike.f1", 1), stage=Stage.L2TP, ended=False)

    assert probabilities(ipsec_only, up)[HEALTHY] > probabilities(ipsec_only, up)["alpha"]
    assert probabilities(known, up)[HEALTHY] < probabilities(known, up)["alpha"]


def test_the_log_is_believed_about_the_stage_that_an_answer_also_tells():
    prompt = Question(
        id=QuestionId("prompt"), ask=SAYS, why=SAYS, seconds=10, unknown=0.1,
        choices=(Choice(id=ChoiceId("before"), says=SAYS, effects=(effect("alpha", strength=Strength.MODERATE),)),),
    )  # fmt: skip
    known = base(questions=[prompt])
    answer: Mapping[QuestionId, ChoiceId] = MappingProxyType({QuestionId("prompt"): ChoiceId("before")})

    assert probabilities(known, attempt(), answer) == pytest.approx(probabilities(known, attempt()))
    assert probabilities(known, None, answer)["alpha"] > probabilities(known, None)["alpha"]
