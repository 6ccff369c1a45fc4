"""What can be said of a condition before anything is known."""

import pytest

from knowledge.condition import Context, Truth, parse
from knowledge.condition.logic import always_holds, can_hold, entails
from knowledge.condition.misses import changes, missed
from knowledge.condition.tree import Facts
from knowledge.terms import Evidence, Fact, FactId, FormatId, Stage


@pytest.mark.parametrize(
    ("text", "can", "always"),
    [
        ("ike.started", True, False),
        ("ike.started and not ike.started", False, False),
        ("ike.started or not ike.started", True, True),
        ("ike.notify (name is X) and not ike.notify", False, False),
        ("ike.notify and not ike.notify (name is X)", True, False),
        ("ike.notify (name is X) and not ike.*", False, False),
        ("ike.started then ike.timeout and not ike.timeout", False, False),
        ("count(ike.retransmit) >= 3 and not count(ike.retransmit) >= 2", False, False),
        ("platform is windows and platform is linux", False, False),
        ("platform is windows and not platform in {windows, linux}", False, False),
        ("stage >= lcp and stage < l2tp", False, False),
        ("stage >= lcp or stage < lcp", True, True),
        ("answer.prompt is before and answer.prompt is after", False, False),
        ("answer.nat is client-nat and answer.nat is server-nat", True, False),
        ("unknown ike.started and seen ike.started", False, False),
        ("unknown ike.started and not ike.started", False, False),
        ("at least 2 of (ike.started, ike.timeout, not ike.started)", True, False),
    ],
)
def test_what_cannot_hold_and_what_always_does(text, can, always):
    condition = parse(text)

    assert can_hold(condition, several={"nat"}) is can
    assert always_holds(condition, several={"nat"}) is always


def test_a_fact_that_nothing_asserts_cannot_hold():
    def possible(leaf):
        return (Truth.FALSE, Truth.UNKNOWN) if leaf == Facts(name="ike.timeout") else tuple(Truth)

    assert can_hold(parse("ike.timeout and esp.started"), possible) is False
    assert can_hold(parse("ike.timeout or esp.started"), possible) is True
    assert can_hold(parse("not ike.timeout"), possible) is True


def test_a_fact_that_no_format_always_says_cannot_be_absent():
    def possible(leaf):
        return (Truth.TRUE, Truth.UNKNOWN)

    assert can_hold(parse("not ike.timeout and esp.started"), possible) is False
    assert can_hold(parse("not seen ike.timeout and esp.started"), possible) is True


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("ike.notify (name is X, by is peer)", "ike.notify (name in {X, Y})", True),
        ("ike.notify (name in {X, Y})", "ike.notify (name is X)", False),
        ("ike.started and esp.started", "ike.started", True),
        ("ike.started", "ike.started or esp.started", True),
        ("ike.started", "esp.started", False),
        ("last ike.notify (name is X)", "ike.notify", True),
        ("ike.retransmit (count >= 3)", "ike.retransmit (count >= 3)", True),
        ("ike.started then (ike.timeout or ike.no_proposal)", "ike.*", True),
        ("stage is esp", "stage >= ike", True),
    ],
)
def test_what_follows_from_what(one, other, expected):
    assert entails(parse(one), parse(other)) is expected


def test_too_many_leaves_are_not_judged():
    assert can_hold(parse(" and ".join(f"ike.f{number}" for number in range(30)))) is None


@pytest.fixture
def seen():
    return Context(
        facts=(Fact(id=FactId("ike.started"), evidence=(Evidence(line=1),), format=FormatId("charon")),),
        covered=frozenset({Stage.IKE}),
        always=frozenset({FactId("ike.timeout")}),
        stages={FactId("ike.timeout"): Stage.IKE},
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ike.started and ike.timeout", "ike.timeout"),
        ("ike.started and (ike.timeout or esp.started)", "ike.timeout or esp.started"),
        ("ike.timeout and esp.started", None),
        ("ike.started", None),
        ("ike.notify and not ike.started", None),
        ("not ike.started", "ike.started"),
        ("ike.started and not (ike.timeout or ike.started)", "ike.started"),
        ("ike.started and not seen (ike.timeout or ike.started)", "ike.started"),
        ("at least 2 of (ike.started, ike.timeout, esp.started)", "at least 2 of (ike.started, ike.timeout, esp.started)"),
        ("at least 3 of (ike.started, ike.timeout, esp.started)", None),
        ("ike.started and absent ike.started", "ike.started"),
        ("not seen (esp.started or ike.started)", "ike.started"),
        ("ike.started and unknown ike.started", "unknown ike.started"),
    ],
)
def test_a_near_miss_names_the_one_part_that_kept_it_from_holding(text, expected, seen):
    found = missed(parse(text), seen)

    assert (str(found) if found else None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ike.started", []),
        ("ike.started and ike.timeout and esp.started", ["ike.timeout true", "esp.started true"]),
        ("ike.started and (ike.timeout and esp.started or ike.notify)", ["ike.notify true"]),
        ("not ike.started", ["ike.started false"]),
        ("not seen (ike.started or ike.timeout)", ["ike.started false"]),
        ("not seen (ike.started or esp.started)", ["ike.started false"]),
        ("absent ike.started", ["ike.started false"]),
        ("unknown ike.started", ["unknown ike.started true"]),
        ("at least 2 of (ike.started, ike.timeout, esp.started)", ["ike.timeout true"]),
        ("not at least 1 of (ike.started, ike.timeout)", ["ike.started false"]),
        ("ike.started then ike.timeout or ike.timeout", ["ike.started then ike.timeout true"]),
    ],
)
def test_the_least_that_would_have_to_change(text, expected, seen):
    assert [f"{leaf} {value}" for leaf, value in changes(parse(text), seen)] == expected


def test_what_is_too_large_to_try_out_is_still_known_not_to_hold_where_a_part_cannot():
    text = " and ".join(f"ike.f{number}" for number in range(30))

    assert can_hold(parse(text), lambda leaf: [Truth.FALSE] if str(leaf) == "ike.f7" else list(Truth)) is False
    assert (
        can_hold(parse(text.replace("and", "or")), lambda leaf: [Truth.FALSE] if str(leaf) == "ike.f7" else list(Truth)) is None
    )
