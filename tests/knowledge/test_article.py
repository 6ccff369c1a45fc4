"""The questions, and the rules of KB 325034: what an answer means, with the article's own cases."""

from __future__ import annotations

import re
from functools import cache

import pytest

from knowledge import diagnose, load_base
from knowledge.rules import KnowledgeBase
from knowledge.terms import UNKNOWN, CauseId, ChoiceId, QuestionId, Stage

#: Longest text of a Slack option, in characters.
OPTION = 75


@cache
def base() -> KnowledgeBase:
    return load_base()


def ranked(**answers: str) -> list[tuple[CauseId, float]]:
    """Causes, best first, after these answers (`auth_kind="psk"`)."""
    given = {QuestionId(name.replace("_", "-")): ChoiceId(choice) for name, choice in answers.items()}
    return [(found.cause, found.probability) for found in diagnose(base(), answers=given).hypotheses]


def share(cause: str, **answers: str) -> float:
    return dict(ranked(**answers)).get(CauseId(cause), 0.0)


def shows_before_the_password(cause: CauseId) -> bool:
    return base().causes[cause].stage.rank <= Stage.ESP.rank


def test_every_choice_fits_a_slack_option_in_every_language() -> None:
    texts = {
        (question.id, choice.id, locale): choice.says(locale)
        for question in base().questions.values()
        for choice in question.choices
        for locale in base().locales
    }
    assert {key: len(text) for key, text in texts.items() if len(text) > OPTION} == {}


def test_every_question_can_be_left_open_and_that_is_never_evidence() -> None:
    for question in base().questions.values():
        unknown = [choice for choice in question.choices if choice.id == UNKNOWN]
        assert [choice.effects for choice in unknown] == [()], question.id


def test_no_number_means_two_choices() -> None:
    codes = [code for choice in base().questions[QuestionId("error")].choices for code in choice.codes]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("rule", [1, 2, 3, 4, 5, 6, 9, 10, 11])
def test_the_articles_rules_are_cited(rule: int) -> None:
    cited = [found.id for found in base().rules if re.search(rf"\bR{rule}\b", found.source)]
    assert cited


@pytest.mark.parametrize(("question", "choice"), [("delay", "still-trying"), ("prompt", "saved"), ("prompt", "on-click")])
def test_what_the_article_calls_no_evidence_is_none(question: str, choice: str) -> None:
    found = next(each for each in base().questions[QuestionId(question)].choices if each.id == choice)
    assert found.effects == ()


def test_r1_no_web_page_and_a_minute_of_silence_is_a_missing_internet_connection() -> None:
    assert ranked(internet="no", delay="minute", error="e651")[0][0] == "no-internet"


def test_r1_is_ruled_out_where_a_page_opened() -> None:
    assert share("no-internet", internet="yes", delay="minute") < 0.01


def test_r2_before_the_prompt_it_is_ipsec_or_what_comes_before() -> None:
    found = ranked(prompt="before")
    assert sum(chance for cause, chance in found if shows_before_the_password(cause)) > 0.8


def test_r2_looks_at_the_key_or_at_the_certificate_first() -> None:
    assert ranked(prompt="before", auth_kind="psk")[0][0] == "psk-mismatch"
    found = [cause for cause, _ in ranked(prompt="before", auth_kind="certificate")]
    assert found[0] == "cert-invalid"
    assert "cert-missing" in found[:3]


def test_r3_after_the_prompt_it_is_the_password_and_not_ipsec() -> None:
    found = ranked(prompt="after")
    assert found[0][0] == "bad-credentials"
    assert share("psk-mismatch", prompt="after") < 0.01


@pytest.mark.parametrize("prompt", ["after", "after-prompt-only"])
@pytest.mark.parametrize("error", ["e789", "e809"])
def test_r3_gives_way_to_a_number_that_comes_before_the_password(prompt: str, error: str) -> None:
    found = ranked(prompt=prompt, error=error)
    assert shows_before_the_password(found[0][0])
    assert share("bad-credentials", prompt=prompt, error=error) < 0.01


def test_r4_and_r6_an_old_gateway_behind_a_router_raises_nat_traversal() -> None:
    assert ranked(nat="router-old-gateway", network="home")[0][0] == "nat-t-unsupported"
    assert ranked(gateway_kind="windows-2000", nat="client-nat", prompt="before")[0][0] == "nat-t-unsupported"


def test_r5_what_works_without_a_router_is_not_a_wrong_key() -> None:
    found = ranked(nat="works-without-nat")
    assert found[0][0] == "nat-t-unsupported"
    assert share("psk-mismatch", nat="works-without-nat") < 0.01


def test_r9_a_minute_of_silence_is_no_wrong_password() -> None:
    assert share("bad-credentials", delay="minute") < 0.02


def test_r10_a_modem_in_the_message_is_the_last_thing_to_suspect() -> None:
    assert share("wan-miniport-broken", error="e651") < share("no-internet", error="e651") / 10
    proved = {"error": "e651", "internet": "yes", "elsewhere": "same-error"}
    assert share("wan-miniport-broken", **proved) > share("wan-miniport-broken", error="e651")


def test_a_site_with_a_key_that_is_asked_for_a_certificate_has_no_key_stored() -> None:
    assert ranked(error="e766", auth_kind="psk")[0][0] == "psk-missing"
    assert ranked(error="e766", auth_kind="certificate")[0][0] == "cert-missing"
