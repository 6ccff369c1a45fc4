"""What people are told to do: whole, in both languages, for everybody whom it concerns, and never dangerous without saying so."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from knowledge import load_base
from knowledge.rules import Cause, KnowledgeBase, Step
from knowledge.terms import Fixer, Platform, Risk

REQUESTERS = frozenset(
    {Platform.WINDOWS, Platform.WINDOWS_LEGACY, Platform.MACOS, Platform.IOS, Platform.ANDROID, Platform.LINUX}
)
#: Causes that the mechanism forbids outside Windows, or that have nobody to act at the far end.
WINDOWS_ONLY = frozenset({"server-behind-nat", "wan-miniport-broken", "windows-update-regression"})
NO_ADMIN = frozenset({"healthy", "no-internet"})
#: Steps above a low risk, by what a careful engineer would look at before the next release.
REVIEWED = Path(__file__).parents[1] / "data" / "risky-steps.txt"
COMMAND = re.compile(r"(?<![`\w])(sudo |netsh |systemctl |journalctl -|reg add|reg delete|Get-[A-Z]\w+|Set-[A-Z]\w+ -|modprobe )")


@cache
def base() -> KnowledgeBase:
    """The base that ships."""
    return load_base()


def steps() -> list[tuple[Cause, Step]]:
    return [(cause, step) for cause in base().causes.values() for step in cause.steps]


@pytest.mark.parametrize("cause", sorted(base().causes))
def test_every_requester_has_a_step_where_the_cause_can_be_theirs(cause: str) -> None:
    found = next(each for each in base().causes.values() if each.id == cause)
    served = {platform for step in found.steps if step.fixer is not Fixer.ADMIN for platform in step.platforms}
    wanted = {Platform.WINDOWS} if cause in WINDOWS_ONLY else REQUESTERS
    assert wanted - served == set()


def test_every_cause_that_has_a_far_end_has_a_step_for_who_runs_it() -> None:
    without = {str(c.id) for c in base().causes.values() if not any(step.fixer is not Fixer.USER for step in c.steps)}
    assert without - NO_ADMIN == set()


def test_every_step_is_whole_in_every_language() -> None:
    for _, step in steps():
        assert step.minutes > 0, step.id
        assert step.source, step.id
        assert 0 < step.mends <= 1, step.id
        for locale in base().locales:
            assert step.do(locale).strip(), (step.id, locale)
            assert step.verify(locale).strip(), (step.id, locale)
        if step.risk is not Risk.NONE:
            assert step.undo("en").strip(), step.id


def test_commands_stand_between_backticks_alike_in_every_language() -> None:
    texts = [(step.id, part) for _, step in steps() for part in (step.do, step.verify, step.undo)]
    texts += [(each.id, part) for each in base().collects.values() for part in (each.do, each.undo)]
    for ident, part in texts:
        marked = {locale: len(re.findall(r"`[^`]+`", part(locale))) for locale in base().locales}
        assert len(set(marked.values())) == 1, (ident, marked)
        for locale in base().locales:
            assert part(locale).count("`") % 2 == 0, (ident, locale)
            assert not COMMAND.search(re.sub(r"`[^`]*`", "", part(locale))), (ident, locale, part(locale))


def test_the_steps_that_may_break_something_are_those_that_were_reviewed() -> None:
    risky = sorted(f"{step.risk} {step.id}" for _, step in steps() if step.risk not in (Risk.NONE, Risk.LOW))
    assert risky == REVIEWED.read_text(encoding="utf-8").splitlines()


def test_a_risky_step_can_be_undone_and_is_never_the_only_thing_a_requester_can_do() -> None:
    for cause, step in steps():
        if step.risk in (Risk.NONE, Risk.LOW):
            continue
        assert step.undo("en").strip(), step.id
        if step.fixer is Fixer.USER:
            safe = [other for other in cause.steps if other.risk in (Risk.NONE, Risk.LOW)]
            assert safe, step.id


def test_no_two_steps_share_an_id() -> None:
    assert [ident for ident, count in Counter(step.id for _, step in steps()).items() if count > 1] == []


def test_numbers_of_every_table_are_explained_in_every_language() -> None:
    families = Counter(family for family, _ in base().codes)
    assert families["ras"] > 300
    assert families["win_ipsec"] >= 127
    assert families["nps_reason"] >= 93
    assert {"ikev1_notify", "ikev2_notify", "l2tp_msg", "l2tp_cdn", "l2tp_stopccn", "l2tp_error", "ppp_lcp_code"} <= set(families)
    assert {"ppp_protocol", "pppd_exit", "mschap", "icmp", "errno_linux", "winsock", "radius_terminate_cause"} <= set(families)
    for key, code in base().codes.items():
        assert all(code.meaning(locale).strip() for locale in base().locales), key
