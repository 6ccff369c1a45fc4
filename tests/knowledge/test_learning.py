"""What closed cases teach: nothing from a few, much from many, never that something is impossible; and it can be taken back."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import MisuseError
from knowledge.inference import answer_table, priors
from knowledge.learning import (
    ENOUGH_CASES,
    FLOOR,
    Closed,
    Put,
    learn,
    learned_from_json,
    learned_to_json,
    overlaid,
    parted,
)
from knowledge.loader import load_base
from knowledge.terms import HEALTHY, OTHER, UNKNOWN, CauseId, ChoiceId, QuestionId

PROMPT, NAT = QuestionId("prompt"), QuestionId("nat")
PSK, UDP = CauseId("psk-mismatch"), CauseId("udp-blocked")


@pytest.fixture(scope="module")
def base():
    return load_base(strict=False)


def cases(*pairs, put=()):
    return [Closed(cause=CauseId(cause), put=tuple(put)) for cause, number in pairs for _ in range(number)]


def share(base, cause):
    return priors(base.causes.values())[CauseId(cause)]


def test_a_few_cases_teach_nothing(base):
    learned = learn(base, cases((PSK, ENOUGH_CASES - 1)))

    assert not learned.is_enough
    assert overlaid(base, learned) is base


def test_what_comes_often_is_held_for_likelier_and_the_rest_keep_their_proportions(base):
    here = overlaid(base, learn(base, cases((UDP, 60))))

    assert share(here, UDP) > 2 * share(base, UDP)
    assert share(here, PSK) < share(base, PSK)
    assert share(here, PSK) / share(here, "dns-failure") == pytest.approx(share(base, PSK) / share(base, "dns-failure"), rel=1e-3)
    assert share(here, HEALTHY) == pytest.approx(share(base, HEALTHY), rel=1e-3)
    assert here.causes[UDP].steps == base.causes[UDP].steps


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from([PSK, UDP, "mtu", "dns-failure", "healthy", "gone"]), st.integers(1, 3000)))
def test_nothing_becomes_impossible_and_it_sums_to_one(base, seen):
    here = overlaid(base, learn(base, cases(*seen.items())))
    before, after = priors(base.causes.values()), priors(here.causes.values())

    assert sum(after.values()) == pytest.approx(1)
    assert after[OTHER] == pytest.approx(before[OTHER])
    for cause in base.causes:
        assert after[cause] >= 0.999 * FLOOR * before[cause]


def test_a_question_that_nobody_can_answer_gets_dearer(base):
    put = [Put(question=NAT, choice=UNKNOWN), Put(question=PROMPT, choice=ChoiceId("before"))]
    learned = learn(base, cases((PSK, 80), put=put))
    nat, prompt = (next(each for each in learned.questions if each.question == question) for question in (NAT, PROMPT))

    assert (nat.asked, nat.not_known, nat.given_up, nat.gain) == (80, 80, 0, 0)
    assert nat.unknown > 0.8 > nat.before
    assert prompt.gain > 0.5
    here = overlaid(base, learned)
    assert here.questions[NAT].unknown == nat.unknown
    assert here.questions[PROMPT].unknown < base.questions[PROMPT].unknown


def test_a_question_at_which_people_give_up_counts_as_one_that_brings_nothing(base):
    learned = learn(base, cases((PSK, 60), put=[Put(question=NAT)]))

    (nat,) = learned.questions
    assert (nat.given_up, nat.gain) == (60, 0)
    assert nat.unknown > base.questions[NAT].unknown


def test_an_answer_that_misled_is_a_loss(base):
    learned = learn(base, cases((PSK, 60), put=[Put(question=PROMPT, choice=ChoiceId("after"))]))

    assert learned.questions[0].gain < 0


def test_an_answer_that_comes_more_often_than_expected_is_more_usual_here(base):
    learned = learn(base, cases((PSK, 80), put=[Put(question=QuestionId("network"), choice=ChoiceId("guest"))]))
    here = overlaid(base, learned)

    def usual(base_):
        question = base_.questions[QuestionId("network")]
        return dict(
            zip((c.id for c in question.choices), answer_table(question, priors(base_.causes.values())).usual, strict=False)
        )

    assert usual(here)["guest"] > usual(base)["guest"]
    assert usual(here)["home"] < usual(base)["home"]


def test_numbers_drawn_from_the_base_teach_next_to_nothing(base):
    rng = random.Random(4)
    shares = {cause: often for cause, often in priors(base.causes.values()).items() if cause not in (HEALTHY, OTHER)}
    drawn = rng.choices(list(shares), list(shares.values()), k=2000)
    here = overlaid(base, learn(base, [Closed(cause=cause) for cause in drawn]))

    assert all(0.6 < share(here, cause) / often < 1.6 for cause, often in shares.items())


def test_what_was_learned_is_kept_and_names_the_diagnoses_made_with_it(base):
    learned = learn(base, cases((PSK, 60), put=[Put(question=PROMPT, choice=ChoiceId("before"))]))
    again = learned_from_json(learned_to_json(learned))
    here = overlaid(base, again)

    assert again.mark == learned.mark
    assert parted(here.revision) == (base.revision, learned.mark)
    assert overlaid(base, learned).causes[PSK].prior == pytest.approx(here.causes[PSK].prior, rel=1e-3)
    with pytest.raises(MisuseError):
        learned_from_json({"type": "Learned", "v": 1})
