"""How often each answer is given: probabilities that sum to one, and a posterior that is Bayes' over them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.inference import answer_table, answered, context_of, priors, unsaid, weigh_attempt
from knowledge.inference.odds import MARKS
from knowledge.loader import load_base
from knowledge.rules import Cause, Choice, Effect, KnowledgeBase, Question, Text
from knowledge.terms import OTHER, UNKNOWN, CauseId, ChoiceId, Evidence, Fact, FactId, Fixer, FormatId, QuestionId, Stage

SAYS = Text({"en": "…"})
NAMES = ("alpha", "beta", "gamma")


def cause(name: str) -> Cause:
    return Cause(
        id=CauseId(name), title=SAYS, says=SAYS, about=SAYS, stage=Stage.IKE, shows_at=frozenset({Stage.IKE}), fixer=Fixer.USER,
        prior=1.0, steps=(), sources=(),
    )  # fmt: skip


def question(name: str, choices: list[dict[str, str]], *, codes: tuple[str, ...] = ()) -> Question:
    made = [
        Choice(
            id=ChoiceId(f"c{number}"),
            says=SAYS,
            effects=tuple(Effect(cause=CauseId(c), direction=MARKS[m][0], strength=MARKS[m][1]) for c, m in marks.items()),
            codes=codes if number == 0 else (),
        )
        for number, marks in enumerate(choices)
    ]
    return Question(
        id=QuestionId(name), ask=SAYS, why=SAYS, seconds=10, unknown=0.1,
        choices=(*made, Choice(id=UNKNOWN, says=SAYS, effects=())),
    )  # fmt: skip


def base(*questions: Question) -> KnowledgeBase:
    return KnowledgeBase(
        revision="test", facts={}, formats={}, causes={CauseId(name): cause(name) for name in NAMES}, rules=(),
        questions={q.id: q for q in questions}, codes={}, collects={}, locales=frozenset({"en"}),
    )  # fmt: skip


CHOICES = st.lists(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(sorted(MARKS))), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(CHOICES)
def test_under_every_cause_the_answers_sum_to_one_with_those_whom_none_fits(choices):
    table = answer_table(question("q", choices), {CauseId(name): 1 / 3 for name in NAMES})

    for name in (*NAMES, OTHER):
        shares = [table.likelihood(index, CauseId(name)) for index in range(len(choices))]
        assert all(share > 0 for share in shares)
        assert sum(shares) + table.unfit(CauseId(name)) == pytest.approx(1)


@settings(max_examples=60, deadline=None)
@given(CHOICES, CHOICES)
def test_the_posterior_after_answers_is_that_of_their_probabilities(first, second):
    known = base(question("q", first), question("p", second))
    given_ = answered(known, {QuestionId("q"): ChoiceId("c0"), QuestionId("p"): ChoiceId("c0")})
    prior = priors(known.causes.values())
    tables = [answer_table(q, prior) for q in known.questions.values()]

    weighing = weigh_attempt(known, None, context_of(known, (), {}), given_)

    joint = {c: share * tables[0].likelihood(0, c) * tables[1].likelihood(0, c) for c, share in prior.items()}
    whole = sum(joint.values())
    assert {share.cause: share.probability for share in weighing.shares} == pytest.approx(
        {c: weight / whole for c, weight in joint.items()}
    )


def test_an_answer_that_the_log_gave_too_counts_as_the_log_s():
    known = base(question("error", [{"alpha": "++"}, {"beta": "++"}, {}], codes=("809",)))
    given_ = answered(known, {QuestionId("error"): ChoiceId("c0")})
    code = Fact(
        id=FactId("ras.error"), values={"code": "809"}, format=FormatId("rasclient"), evidence=(Evidence(file="log", line=3),)
    )

    assert unsaid(known, given_, (), stage_seen=False).keys() == {"alpha", "beta"}
    assert unsaid(known, given_, (code,), stage_seen=False) == {}


def test_no_answer_of_the_base_is_impossible_under_any_cause():
    known = load_base(strict=False)
    prior = priors(known.causes.values())

    for asked in known.questions.values():
        table = answer_table(asked, prior)
        for index in range(len(table.choices)):
            assert all(table.likelihood(index, cause) > 1e-5 for cause in known.causes)
