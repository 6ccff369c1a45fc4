"""What holds of every condition, whatever it says and whatever is known."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from knowledge.condition import Context, Truth, evaluate, explain, names, parse
from knowledge.condition.logic import can_hold, entails, leaves
from knowledge.condition.tree import (
    All,
    Answer,
    AnyOf,
    Asked,
    Asks,
    AtLeast,
    Count,
    Edge,
    Facts,
    Given,
    InAttempt,
    Joint,
    Link,
    Not,
    Reach,
    Sequence,
    Setting,
)
from knowledge.condition.words import Comparison, Duration, Op
from knowledge.condition.words import Test as ValueTest
from knowledge.errors import ConditionError
from knowledge.terms import Clock, Evidence, Fact, FactId, FormatId, Platform, Side, Stage

WORDS = ["ike.started", "ike.timeout", "esp.up", "l2tp.started"]
KINDS = {
    FactId("ike.started"): Stage.IKE,
    FactId("ike.timeout"): Stage.IKE,
    FactId("esp.up"): Stage.ESP,
    FactId("l2tp.started"): Stage.L2TP,
}
START = datetime(2024, 5, 1, tzinfo=UTC)
quick = settings(max_examples=80, deadline=None)

# --- conditions --------------------------------------------------------------------------------------------------------------

any_value = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=12)
few_values = st.sampled_from(["x", "y", "3", "7"])
durations = st.builds(Duration, amount=st.sampled_from(["1", "2.5", "30"]), unit=st.sampled_from(["s", "ms", "min"]))


def comparisons(values):
    return st.one_of(
        st.builds(Comparison, op=st.sampled_from([Op.IS, Op.IS_NOT]), values=st.tuples(values)),
        st.builds(Comparison, op=st.sampled_from([Op.IN, Op.NOT_IN]), values=st.lists(values, min_size=1, max_size=3).map(tuple)),
        st.builds(Comparison, op=st.just(Op.CONTAINS), values=st.tuples(values)),
        st.sampled_from([Op.PRIVATE, Op.PUBLIC]).map(lambda op: Comparison(op=op)),
        st.builds(
            Comparison,
            op=st.sampled_from([Op.MORE, Op.LESS, Op.AT_LEAST, Op.AT_MOST]),
            values=st.tuples(st.sampled_from(["3", "-7", "2.5"])),
            unit=st.sampled_from([None, "s", "min"]),
        ),
    )


def facts_of(values):
    tests = st.builds(ValueTest, key=st.sampled_from(["a", "b"]), comparison=comparisons(values))
    ids = st.sampled_from([*WORDS, "ike.*", "other.*"])
    return st.one_of(
        st.builds(Facts, name=ids, tests=st.lists(tests, max_size=2).map(tuple)),
        st.builds(Facts, name=st.sampled_from([*WORDS, "ike.*", "*"]), tests=st.tuples(tests), by_value=st.just(True)),
    )


def conditions(values, *, positive=False):
    """Trees as the parser makes them; `positive`: only what more facts can never undo."""
    atoms = facts_of(values)
    events = atoms if positive else st.one_of(atoms, st.builds(Edge, last=st.booleans(), of=atoms))
    events = st.one_of(events, st.lists(events, min_size=2, max_size=2).map(lambda parts: AnyOf(of=tuple(parts))))
    joints = st.just(Joint.THEN) if positive else st.sampled_from(Joint)
    links = st.lists(st.builds(Link, joint=joints, event=events, within=st.none() | durations), min_size=1, max_size=2).map(tuple)
    ops = [Op.MORE, Op.AT_LEAST] if positive else [Op.MORE, Op.AT_LEAST, Op.IS, Op.LESS, Op.AT_MOST]
    choice = st.sampled_from([Op.IS, Op.IN])
    leaves = st.one_of(
        atoms,
        st.builds(Sequence, start=events, links=links),
        st.builds(Count, of=atoms, op=st.sampled_from(ops), number=st.integers(0, 4), within=st.none() | durations),
        st.builds(
            Answer,
            question=st.sampled_from(["prompt", "other-software"]),
            comparison=st.none() | st.builds(Comparison, op=choice, values=st.tuples(st.sampled_from(["before", "after"]))),
        ),
        st.sampled_from(["windows", "linux"]).map(
            lambda name: Given(setting=Setting.PLATFORM, comparison=Comparison(op=Op.IS, values=(name,)))
        ),
        st.sampled_from(["ike", "lcp"]).map(
            lambda name: Given(setting=Setting.STAGE, comparison=Comparison(op=Op.AT_LEAST, values=(name,)))
        ),
    )

    def grow(inner):
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        grown = [
            several.map(lambda parts: All(of=parts)),
            several.map(lambda parts: AnyOf(of=parts)),
            several.flatmap(lambda parts: st.builds(AtLeast, number=st.integers(1, len(parts)), of=st.just(parts))),
        ]
        if not positive:
            once = inner.filter(lambda node: not isinstance(node, Not | Asks))
            grown += [
                st.builds(Not, of=once),
                st.builds(Asks, word=st.sampled_from(Asked), of=once),
                st.builds(InAttempt, reach=st.sampled_from(Reach), of=inner),
            ]
        return st.one_of(grown)

    return st.recursive(leaves, grow, max_leaves=5)


def uses(condition, *kinds):
    return any(isinstance(node, kinds) for node in condition.walk())


# --- what is known -----------------------------------------------------------------------------------------------------------


@st.composite
def worlds(draw):
    """An attempt that was seen whole, on one clock that runs forwards."""
    facts = []
    moment = 0.0
    for order in range(draw(st.integers(0, 6))):
        moment += draw(st.sampled_from([0.0, 1.0, 2.0, 40.0]))
        facts.append(
            Fact(
                id=FactId(draw(st.sampled_from(WORDS))),
                evidence=(Evidence(file="client.log", line=order + 1),),
                values={"a": draw(few_values), "b": draw(few_values)},
                clock=Clock(at=START + timedelta(seconds=moment)),
                order=order,
                format=FormatId("charon"),
                times=draw(st.sampled_from([1, 1, 2])),
            )
        )
    answers = draw(st.dictionaries(st.sampled_from(["prompt", "other-software"]), st.just(frozenset({"before"}))))
    return Context(
        facts=tuple(facts),
        answers=answers,
        platform=draw(st.sampled_from([Platform.WINDOWS, Platform.LINUX])),
        side=Side.CLIENT,
        stage=draw(st.sampled_from([Stage.IKE, Stage.LCP])),
        covered=frozenset(Stage),
        always=frozenset(KINDS),
        stages=KINDS,
    )


@st.composite
def views(draw, world):
    """The same attempt through a worse log: some words are not always said, some lines, values, clocks and answers are lost."""
    always = frozenset(draw(st.sets(st.sampled_from(sorted(KINDS)))))
    facts = []
    for fact in world.facts:
        if fact.id not in always and draw(st.booleans()):
            continue
        lost = draw(st.sets(st.sampled_from(["a", "b", "clock"]), max_size=1))
        facts.append(
            replace(
                fact,
                values={key: value for key, value in fact.values.items() if key not in lost},
                clock=None if "clock" in lost else fact.clock,
            )
        )
    # Who does anything in a stage in which something is always said leaves a trace: else `ike.*` could not be known to be absent.
    left = {fact.id.partition(".")[0] for fact in facts}
    silent = {name.partition(".")[0] for name in always} - left
    facts += [fact for fact in world.facts if fact.id.partition(".")[0] in silent]
    return replace(
        world,
        facts=tuple(facts),
        always=always,
        answers={question: choice for question, choice in world.answers.items() if draw(st.booleans())},
        platform=draw(st.sampled_from([world.platform, None])),
        stage=draw(st.sampled_from([world.stage, None])),
    )


# --- properties --------------------------------------------------------------------------------------------------------------


@quick
@given(conditions(any_value))
def test_any_tree_prints_and_parses_back(condition):
    assert parse(str(condition)) == condition


@quick
@given(st.data())
def test_knowing_less_never_turns_a_truth_into_its_opposite(data):
    condition = data.draw(conditions(few_values).filter(lambda node: not uses(node, Asks, Edge, InAttempt)))
    world = data.draw(worlds())
    view = data.draw(views(world))

    seen = evaluate(condition, view).truth

    if seen is not Truth.UNKNOWN:
        assert evaluate(condition, world).truth is seen


@quick
@given(conditions(few_values), worlds(), st.integers(0, 6))
def test_an_unrelated_fact_changes_nothing(condition, world, order):
    assume(not any(isinstance(node, Facts) and node.name in ("*", "other.*") for node in condition.walk()))
    unrelated = Fact(
        id=FactId("other.vpn"), evidence=(Evidence(line=99),), values={"a": "x", "b": "3"}, order=order, format=FormatId("x")
    )

    with_it = evaluate(condition, replace(world, facts=(*world.facts, unrelated)))

    assert (with_it.truth, with_it.facts) == (evaluate(condition, world).truth, evaluate(condition, world).facts)


@quick
@given(st.data())
def test_the_order_in_which_facts_are_handed_over_changes_nothing(data):
    condition = data.draw(conditions(few_values))
    world = data.draw(worlds())
    shuffled = replace(world, facts=tuple(data.draw(st.permutations(world.facts))))

    assert evaluate(condition, shuffled).truth is evaluate(condition, world).truth


@quick
@given(st.data())
def test_without_an_order_word_the_order_of_the_lines_changes_nothing(data):
    condition = data.draw(conditions(few_values).filter(lambda node: not uses(node, Sequence, Edge)))
    world = data.draw(worlds())
    orders = data.draw(st.permutations(range(len(world.facts))))
    moved = tuple(replace(fact, order=order) for fact, order in zip(world.facts, orders, strict=True))

    assert evaluate(condition, replace(world, facts=moved)).truth is evaluate(condition, world).truth


@quick
@given(conditions(few_values), worlds())
def test_the_same_evidence_twice_changes_nothing(condition, world):
    twice = replace(world, facts=(*world.facts, *(replace(fact) for fact in world.facts)))

    assert evaluate(condition, twice).truth is evaluate(condition, world).truth


@quick
@given(st.data())
def test_what_says_only_yes_is_never_undone_by_more_facts(data):
    condition = data.draw(conditions(few_values, positive=True))
    world = data.draw(worlds())
    kept = data.draw(st.sets(st.sampled_from(range(len(world.facts))))) if world.facts else set()
    fewer = replace(world, facts=tuple(fact for order, fact in enumerate(world.facts) if order in kept), always=frozenset())

    if evaluate(condition, fewer).truth is Truth.TRUE:
        assert evaluate(condition, world).truth is Truth.TRUE


@quick
@given(st.data())
def test_what_is_true_rests_on_facts_that_alone_keep_it_from_being_false(data):
    condition = data.draw(conditions(few_values, positive=True))
    world = data.draw(worlds())
    result = evaluate(condition, world)
    assume(result.truth is Truth.TRUE)

    assert evaluate(condition, replace(world, facts=result.facts)).truth is Truth.TRUE


@quick
@given(st.data())
def test_an_unknown_names_what_would_settle_it_and_the_tree_agrees_with_the_result(data):
    condition = data.draw(conditions(few_values))
    view = data.draw(views(data.draw(worlds())))

    explained = explain(condition, view)

    assert explained.truth is evaluate(condition, view).truth
    assert bool(explained.needs) is (explained.truth is Truth.UNKNOWN)


@quick
@given(conditions(few_values))
def test_the_names_of_a_condition_stand_in_its_text(condition):
    found = names(condition)
    for name in (*found.facts, *found.answers, *found.settings, *(value for _, value in found.values)):
        assert name in str(condition)


@quick
@given(conditions(few_values), worlds())
def test_what_cannot_hold_never_does(condition, world):
    several = {"prompt", "other-software"}
    holds = evaluate(condition, world).holds

    if can_hold(condition, several=several) is False:
        assert not holds


@quick
@given(conditions(few_values), conditions(few_values), worlds())
def test_what_follows_holds_wherever_the_other_does(one, other, world):
    if entails(one, other, several={"prompt", "other-software"}) and evaluate(one, world).holds:
        assert evaluate(other, world).holds


@quick
@given(conditions(few_values))
def test_leaves_are_in_the_tree(condition):
    nodes = list(condition.walk())

    assert all(leaf in nodes or isinstance(leaf, InAttempt) for leaf in leaves(condition))


pieces = st.sampled_from(
    [
        "ike.started",
        "ike.*",
        "(",
        ")",
        "{",
        "}",
        ",",
        "and",
        "or",
        "not",
        "then",
        "within",
        "3 s",
        "is",
        "in",
        "count",
        "first",
        '"',
        '"a b"',
        "answer.prompt",
        "platform",
        "stage",
        ">=",
        "7",
        "any of",
        "at least 2 of",
        "without later",
        "[ip-1]",
        "\u00a0",
        "\\",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(pieces, max_size=12).map(" ".join)))
def test_no_text_raises_anything_but_the_error_of_the_language(text):
    try:
        condition = parse(text)
    except ConditionError:
        pass
    else:
        assert parse(str(condition)) == condition
        evaluate(condition, Context())


@pytest.mark.parametrize(
    "sign", ["(", ")", "{", "not ", '"', "a.b then ", "at least 1 of (", "\\", "[", "a.b (a is ", "\u202e", "0x"]
)
def test_repeating_a_sign_does_not_hang(sign):
    for times in (1, 9, 300, 3000, 200_000):
        with pytest.raises(ConditionError):
            parse(sign * times)
