"""The questions, and the rules of KB 325034: what an answer means, with the article's own cases."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from knowledge import diagnose, load_base
from knowledge.__main__ import main
from knowledge.authoring.coverage import coverage_of
from knowledge.loader import BASE
from knowledge.logs import read
from knowledge.rules import KnowledgeBase
from knowledge.terms import UNKNOWN, CauseId, ChoiceId, Diagnosis, Fixer, Platform, QuestionId, Stage

LOGS = Path(__file__).parents[1] / "data" / "logs"

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


# The systems that the article names, each shown working. `base/article.yaml` lists these tests.


def diagnosed(log: str, **answers: str) -> Diagnosis:
    given = {QuestionId(name.replace("_", "-")): ChoiceId(choice) for name, choice in answers.items()}
    return diagnose(base(), [read(log.encode(), "log.txt", base=base())] if log else [], answers=given)


def collected(platform: Platform) -> dict[str, str]:
    return {ident: each.do("en") for ident, each in base().collects.items() if platform in each.platforms}


def test_windows_10_tells_by_its_number_and_its_events() -> None:
    event = "CoId={8B1C7E0E-3C2F-4E0B-9D6C-111111111111}: The user mira dialed a connection named Corp which has failed."
    found = diagnosed(f"{event} The error code returned on failure is 691.\n")
    assert (found.hypotheses[0].cause, found.platform) == ("bad-credentials", Platform.WINDOWS)
    assert "windows-events" in collected(Platform.WINDOWS)


def test_windows_me_that_connects_automatically_proves_nothing() -> None:
    without = ranked(platform="windows-98", delay="minute")
    assert ranked(platform="windows-98", delay="minute", prompt="saved") == without


def test_the_legacy_client_is_told_where_its_utility_is() -> None:
    steps = [step for cause in base().causes.values() for step in cause.steps if Platform.WINDOWS_LEGACY in step.platforms]
    assert any("configuration utility" in step.do("en") for step in steps)
    logs = collected(Platform.WINDOWS_LEGACY)
    assert "Isakmp.log" in logs["legacy-isakmp"]
    assert "configuration utility" in logs["legacy-isakmp"]
    assert "Ppplog.txt" in logs["legacy-ppplog"]
    for choice in ("windows-98", "windows-2000", "windows-xp"):
        assert diagnosed("", platform=choice, error="e678").platform is Platform.WINDOWS_LEGACY


def test_isakmp_log_shows_a_wrong_key() -> None:
    found = diagnosed((LOGS / "isakmp-wrong-key-client.log").read_text(encoding="utf-8"))
    assert found.hypotheses[0].cause == "psk-mismatch"
    assert found.stage is Stage.IKE


def test_ppplog_shows_a_wrong_password() -> None:
    found = diagnosed((LOGS / "ppplog-wrong-password-client.log").read_text(encoding="utf-8"))
    assert found.hypotheses[0].cause == "bad-credentials"
    assert found.stage is Stage.AUTH


def test_windows_2000_server_without_the_update_cannot_pass_a_router() -> None:
    assert ranked(gateway_kind="windows-2000", nat="client-nat")[0][0] == "nat-t-unsupported"


@pytest.mark.parametrize("kind", ["windows-2000-updated", "windows-2003"])
def test_a_server_with_nat_traversal_passes_a_router(kind: str) -> None:
    unlikely = share("nat-t-unsupported", gateway_kind=kind, nat="client-nat")
    assert unlikely < share("nat-t-unsupported", gateway_kind="windows-2000", nat="client-nat") / 20


def test_windows_2000_server_with_the_update_passes_a_router() -> None:
    test_a_server_with_nat_traversal_passes_a_router("windows-2000-updated")


def test_windows_server_2003_passes_a_router() -> None:
    test_a_server_with_nat_traversal_passes_a_router("windows-2003")


def test_a_third_party_gateway_has_to_be_asked() -> None:
    found = dict(ranked(gateway_kind="third-party", nat="router-old-gateway", prompt="before"))
    assert found[CauseId("nat-t-unsupported")] > 0.05
    asked = next(step for step in base().causes[CauseId("nat-t-unsupported")].steps if step.id == "nat-t-gateway")
    assert asked.fixer is Fixer.ADMIN


def test_a_home_router_raises_what_address_translation_breaks() -> None:
    assert share("nat-t-unsupported", network="home") > share("nat-t-unsupported", network="guest")
    assert share("nat-client-collision", network="home") > share("nat-client-collision", network="guest")


def test_the_old_clients_settings_are_fixed_so_the_gateway_adapts() -> None:
    assert share("ike-proposal-mismatch", platform="windows-98", prompt="before") > share(
        "ike-proposal-mismatch", platform="windows", prompt="before"
    )
    legacy = next(step for step in base().causes[CauseId("ike-proposal-mismatch")].steps if step.id == "proposal-legacy")
    assert "3DES" in legacy.do("en")


def test_every_claim_of_the_article_is_carried() -> None:
    claims, _ = coverage_of(base(), BASE / "article.yaml")
    assert [claim.id for claim in claims if not claim.is_carried or not claim.says] == []
    assert [claim.id for claim in claims] == [f"K{number}" for number in range(1, 52)]


def test_every_system_of_the_article_is_shown_by_a_test_that_exists() -> None:
    _, systems = coverage_of(base(), BASE / "article.yaml")
    assert [system.id for system in systems if not callable(globals().get(system.test))] == []
    assert len(systems) >= 11


def test_coverage_prints_all_and_fails_where_something_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["knowledge", "coverage"]) == 0
    assert "51 of 51 claims carried" in capsys.readouterr().out
    file = tmp_path / "article.yaml"
    file.write_text("schema: 1\nclaims:\n  K1: {says: 'x', by: ['rule:no-such-rule']}\nsystems: {}\n")
    claims, _ = coverage_of(base(), file)
    assert claims[0].missing == ("rule:no-such-rule",)


@pytest.mark.parametrize(("choice", "platform"), [("android-12", Platform.ANDROID), ("windows-98", Platform.WINDOWS_LEGACY)])
def test_the_answer_to_platform_is_the_platform_however_it_is_given(choice: str, platform: Platform) -> None:
    one = ChoiceId(choice)
    for given in (one, (one,)):
        assert diagnose(base(), answers={QuestionId("platform"): given}).platform is platform
