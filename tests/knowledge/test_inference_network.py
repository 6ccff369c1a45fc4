"""The engine against a Bayesian network that is written down again here, in fractions, and enumerated world by world.

Nothing of `knowledge.inference` takes part in the expected numbers but those that are its definition: what a strength word
counts, the leak, the slip, and the temperature, which raises the odds of every cause to one power.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from knowledge.condition import Truth, evaluate
from knowledge.inference.asking import asking, names_in, needs
from knowledge.inference.odds import FACTORS, OTHER_PRIOR, STAGE_SLIP, TEMPERATURE
from knowledge.rules import Rule, Status, Tuning
from knowledge.terms import CauseId, Direction, Evidence, RuleId, Stage, Strength, TuningKind
from tests.knowledge.test_condition_properties import conditions, few_values, worlds
from tests.knowledge.test_inference import CAUSES, attempt, base, cause, effect, fact, probabilities, rule, weigh

SUPPORTS = {word: Fraction(FACTORS[Direction.SUPPORTS][word]) for word in Strength}
OTHER_SHARE, SLIP = Fraction(OTHER_PRIOR), Fraction(STAGE_SLIP)

quick = settings(max_examples=60, deadline=None)
effects_drawn = st.builds(effect, st.sampled_from(CAUSES), st.sampled_from(Direction), st.sampled_from(Strength))
rules_drawn = st.lists(
    st.tuples(st.integers(0, 4), st.lists(effects_drawn, min_size=1, max_size=3, unique_by=lambda each: each.cause)), max_size=8
).map(lambda drawn: [rule(f"r{at}", f"ike.f{number}", *effects) for at, (number, effects) in enumerate(drawn)])
shown_drawn = st.sets(st.integers(0, 4))


def ratio(direction: Direction, strength: Strength) -> Fraction:
    return Fraction(FACTORS[direction][strength])


def fact_of(one: Rule) -> int:
    return int(str(one.when).removeprefix("ike.f"))


def tables(rules: list[Rule], shown: set[int]) -> list[Mapping[str, Fraction]]:
    """For each fact that is seen, P(seen | cause) up to a constant: of rules on one fact, the strongest alone."""
    found = []
    for number in sorted(shown):
        table: dict[str, tuple[float, Fraction]] = {}
        for one in rules:
            for said in one.effects if fact_of(one) == number else ():
                weight = ratio(said.direction, said.strength)
                size = abs(math.log(weight))
                if said.cause not in table or size > table[said.cause][0] + 1e-12:
                    table[said.cause] = (size, weight)
        found.append({name: weight for name, (_, weight) in table.items()})
    return found


def enumerated(rules: list[Rule], shown: set[int], priors: Mapping[str, Fraction], stage: Stage) -> dict[str, float]:
    """P(cause | what is seen), by summing the joint over every world: a cause, a stage, and each finding seen or not."""
    total = sum(priors.values())
    causes = {name: (1 - OTHER_SHARE) * prior / total for name, prior in priors.items()} | {"other": OTHER_SHARE}
    seen = tables(rules, shown)
    highest = [max([Fraction(1), *table.values()]) for table in seen]
    joint: dict[str, Fraction] = dict.fromkeys(causes, Fraction(0))
    for name, stopped, *findings in product(causes, Stage, *([(True, False)] * len(seen))):
        at = SLIP / 8 + (1 - SLIP) * (stopped is Stage.IKE) if name != "other" else Fraction(1, 8)
        world = causes[name] * at
        for is_seen, table, most in zip(findings, seen, highest, strict=True):
            likely = table.get(name, Fraction(1)) / (2 * most)
            world *= likely if is_seen else 1 - likely
        if stopped is stage and all(findings):
            joint[name] += world
    highest = max(joint.values())
    surer = {name: float(weight / highest) ** (1 / TEMPERATURE) for name, weight in joint.items()}
    return {name: weight / math.fsum(surer.values()) for name, weight in surer.items()}


@quick
@given(rules=rules_drawn, shown=shown_drawn, stage=st.sampled_from(Stage), data=st.data())
def test_the_posterior_is_that_of_the_network(rules, shown, stage, data):
    priors = {name: data.draw(st.sampled_from((Fraction(1, 2), Fraction(3, 2), Fraction(4), Fraction(8)))) for name in CAUSES}
    for one in rules:  # of two equally strong findings on one fact that point apart, either may count
        for other in rules:
            for a, b in product(one.effects, other.effects):
                same_size = abs(math.log(ratio(a.direction, a.strength))) == abs(math.log(ratio(b.direction, b.strength)))
                assume(not (fact_of(one) == fact_of(other) and a.cause == b.cause and same_size and a.direction != b.direction))
    known = base(rules, [cause(name, float(prior)) for name, prior in priors.items()])

    found = probabilities(known, attempt(*(fact(f"ike.f{number}", number) for number in sorted(shown)), stage=stage))

    for name, expected in enumerated(rules, shown, priors, stage).items():
        assert math.isclose(found[CauseId(name)], expected, rel_tol=1e-9, abs_tol=1e-12)


# -- what rests on the same thing counts once


def total_factor(known, tried, name: str) -> float:
    (share,) = [share for share in weigh(known, tried).shares if share.cause == name]
    return math.prod(finding.factor for finding in share.findings)


@quick
@given(strengths=st.lists(st.sampled_from(Strength), min_size=1, max_size=5), way=st.sampled_from(["fact", "line", "exchange"]))
def test_however_many_rules_rest_on_one_thing_the_strongest_counts_alone(strengths, way):
    if way == "fact":
        names, facts = ["ike.f1"] * len(strengths), [fact("ike.f1", 1)]
    elif way == "line":
        names = [f"ike.f{at}" for at in range(len(strengths))]
        facts = [fact(name, 7) for name in names]
    else:  # both ends tell of the same message, each in its own log
        names = ["ike.f1"] * len(strengths)
        facts = [fact("ike.f1", 1, name="X"), replace(fact("ike.f1", 2, name="X"), evidence=(Evidence(file="b.log", line=9),))]
    rules = [rule(f"r{at}", names[at], effect("alpha", strength=each)) for at, each in enumerate(strengths)]

    assert total_factor(base(rules), attempt(*facts), "alpha") == max(SUPPORTS[each] for each in strengths)


@quick
@given(strengths=st.lists(st.sampled_from(Strength), min_size=1, max_size=5))
def test_what_rests_on_different_things_counts_each(strengths):
    rules = [rule(f"r{at}", f"ike.f{at}", effect("alpha", strength=each)) for at, each in enumerate(strengths)]
    facts = [fact(f"ike.f{at}", at) for at in range(len(strengths))]

    assert total_factor(base(rules), attempt(*facts), "alpha") == pytest.approx(math.prod(SUPPORTS[each] for each in strengths))


@quick
@given(rules=rules_drawn, shown=shown_drawn, more=st.integers(0, 4))
def test_a_fact_that_only_speaks_for_a_cause_never_makes_it_less_likely(rules, shown, more):
    only_for = [rule(f"s{at}", f"ike.f{more + 5}", effect("alpha", strength=each)) for at, each in enumerate(Strength)]
    known = base([*rules, *only_for])
    facts = [fact(f"ike.f{number}", number) for number in sorted(shown)]

    before = probabilities(known, attempt(*facts))["alpha"]
    after = probabilities(known, attempt(*facts, fact(f"ike.f{more + 5}", more + 50)))["alpha"]

    assert after >= before


# -- rules that do not speak, and rules that are not asked


@quick
@given(rules=rules_drawn, shown=shown_drawn, status=st.sampled_from([Status.EXPERIMENTAL, Status.DEPRECATED, None]))
def test_a_rule_that_does_not_speak_changes_no_number(rules, shown, status):
    facts = [fact(f"ike.f{number}", number) for number in range(5) if number in shown]
    silent = replace(rule("silent", "ike.f1", effect("alpha", strength=Strength.DECISIVE)), status=status or Status.STABLE)
    known = base([*rules, silent])
    if status is None:
        muted = Tuning(kind=TuningKind.MUTE, reason="r", until=date(2999, 1, 1), rule=RuleId("silent"))
        known = replace(known, tunings=(muted,))

    assert probabilities(known, attempt(*facts)) == probabilities(base(rules), attempt(*facts))
    found = weigh(known, attempt(*facts))
    assert [each.rule for each in found.experimental] == (["silent"] if status is Status.EXPERIMENTAL and 1 in shown else [])
    assert found.muted == ({"silent"} if status is None and 1 in shown else set())


@settings(max_examples=300, deadline=None)
@given(condition=conditions(few_values), world=worlds())
def test_a_rule_that_holds_is_asked(condition, world):
    if evaluate(condition, world).truth is Truth.TRUE:
        wanted = needs(condition)
        assert wanted is None or not wanted.isdisjoint(names_in(world))


@quick
@given(condition=conditions(few_values), world=worlds())
def test_what_must_be_there_for_a_falsehood_is_there(condition, world):
    if evaluate(condition, world).truth is Truth.FALSE:
        wanted = needs(condition, to_be=False)
        assert wanted is None or not wanted.isdisjoint(names_in(world))


def test_rules_are_asked_in_the_order_of_the_base_and_no_others():
    rules = [
        rule("needs-other", "ike.f9", effect("alpha")),
        rule("second", "not ike.f9", effect("alpha")),
        rule("family", "ike.*", effect("alpha")),
        rule("answer", "answer.error is e809", effect("alpha")),
        rule("first", "ike.f1 and ike.f2", effect("alpha")),
    ]
    known = base(rules)
    context = weigh(known, attempt(fact("ike.f1", 1))).context

    assert [each.id for each in asking(known).worth(context)] == ["second", "family", "first"]
