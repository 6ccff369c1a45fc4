"""What people type, in two languages and with mistakes: understood where it is certain, kept where it is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.loader import load_base
from knowledge.terms import Platform
from knowledge.understanding import understand


@pytest.fixture(scope="module")
def base():
    return load_base(strict=False)


@pytest.mark.parametrize(
    ("text", "platform", "codes", "answers"),
    [
        (
            "não conecta no hotel, erro 809, windows 11",
            Platform.WINDOWS,
            ["809"],
            {"came-up": "never", "network": "guest", "error": "e809"},
        ),
        (
            "nao conceta em casa, error 789 no iphnoe",
            Platform.IOS,
            ["789"],
            {"came-up": "never", "network": "home", "error": "e789"},
        ),
        (
            "my vpn keeps droping at home after windwos update",
            None,
            [],
            {"came-up": "drops", "network": "home", "changed": "windows-updated"},
        ),
        ("conecta mas não acessa nada", None, [], {"came-up": "nothing-reachable"}),
        ("Error 691 on my MacBook, only me", Platform.MACOS, ["691"], {"error": "e691", "others": "only-me"}),
        ("troquei a senha ontem e agora dá erro 691", None, ["691"], {"changed": "password", "error": "e691"}),
        ("0x800B0109 on windows 10", Platform.WINDOWS, ["0x800B0109"], {"error": "e790"}),
        ("agora está funcionando", None, [], {"came-up": "works-now"}),
        ("", None, [], {}),
    ],
)
def test_what_is_said_is_understood(base, text, platform, codes, answers):
    found = understand(base, text)

    assert (found.platform, [code for _, code in found.codes], dict(found.answers)) == (platform, codes, answers)


@pytest.mark.parametrize("text", ["ports 500 and 4500 are open", "server 2019 here", "it is 13:45 now", "call me on 4155"])
def test_numbers_that_are_no_errors_are_not_taken_for_one(base, text):
    assert understand(base, text).codes == ()


def test_a_number_that_is_also_a_year_counts_when_it_is_called_an_error(base):
    assert understand(base, "error 691 with server 2019").codes == (("ras", "691"),)


def test_what_was_not_understood_is_kept_in_its_order_and_nothing_is_guessed(base):
    found = understand(base, "the flux capacitor hums, erro 809")

    assert (found.rest, dict(found.answers), found.platform) == (("flux", "capacitor", "hums"), {"error": "e809"}, None)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("the log says NO_PROPOSAL_CHOSEN", "ike.no_proposal"),
        ("phase 1 up, then NO_PROPOSAL_CHOSEN", "esp.no_proposal"),
        ("certificado vencido no gateway", "ike.certificate_refused"),
        ("o RADIUS simplesmente não responde", "radius.no_reply"),
    ],
)
def test_what_is_quoted_of_a_log_that_was_not_sent_is_a_fact(base, text, fact):
    assert fact in dict(understand(base, text).facts)


def test_a_word_between_is_passed_over_unless_it_turns_the_sense_round(base):
    assert dict(understand(base, "cai quase toda hora").answers) == {"came-up": "drops"}
    assert dict(understand(base, "works but now not").answers) == {}


def test_a_number_is_known_however_its_letters_are_written(base):
    assert understand(base, "0x8007274c").codes == understand(base, "0X8007274C").codes == (("ras", "0x8007274C"),)


def test_a_word_that_only_resembles_a_short_one_is_not_it(base):
    assert understand(base, "mas").platform is None
    assert understand(base, "max").platform is None


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=200))
def test_no_text_makes_it_fail(base, text):
    understand(base, text)
