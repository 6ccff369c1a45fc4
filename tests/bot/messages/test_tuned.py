"""What a local tuning changed about an answer is said with it, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.messages import LOCALES, Catalogue
from bot.playground.blockkit import check_message
from knowledge import CauseId, RuleId, Tuned, TuningKind
from tests.builders import case_with, diagnosis_with

TUNED = (
    Tuned(
        kind=TuningKind.MUTE, reason="our gateway <!channel> says so daily", until="2027-03-31", rule=RuleId("psk-decrypt-failed")
    ),
    Tuned(
        kind=TuningKind.LEVEL,
        reason="half of them are false",
        until="2027-03-31",
        rule=RuleId("psk-proved"),
        now="weak",
        before="decisive, strong",
    ),
    Tuned(
        kind=TuningKind.PRIOR,
        reason="keys come by policy",
        until="2027-03-31",
        cause=CauseId("psk-mismatch"),
        now="rare",
        before="common",
    ),
)


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_different_here_is_said_with_its_reason(base, locale):
    case = case_with(diagnosis=replace(diagnosis_with(), tuned=TUNED))
    words = Catalogue(base)

    for message in (
        words.reply(case, locale=locale),
        words.details(case, [], locale=locale),
        words.triage_reply(case, [], locale=locale),
    ):
        assert check_message(message.text, message.blocks) == []
        assert all(f"{tuned.reason}." in message.text.replace("\u2060", "") for tuned in TUNED[1:])
        assert "<!channel>" not in message.text


def test_in_english_it_reads(base):
    case = case_with(diagnosis=replace(diagnosis_with(), tuned=TUNED[1:]))

    said = Catalogue(base).reply(case, locale="en").text

    assert "Counts as weak here, not as decisive and strong: " in said
    assert "Taken for rare here, not for common: The pre-shared keys of the two ends differ. Reason: keys come by policy." in said
