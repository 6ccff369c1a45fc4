"""The condition language: what parses, how it prints, what it comes to, and what is said when it is not understood."""

import inspect
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from knowledge.condition import MAX_DEPTH, MAX_LENGTH, Context, Need, NeedKind, Truth, evaluate, explain, names, parse
from knowledge.condition.tree import All, AnyOf, Facts, Not, Sequence
from knowledge.errors import ConditionError, Span
from knowledge.terms import Clock, Evidence, Fact, FactId, FormatId, Platform, Side, Stage

STAGES = {
    FactId(name): Stage(stage)
    for name, stage in {
        "ike.started": "ike",
        "ike.notify": "ike",
        "ike.timeout": "ike",
        "ike.established": "ike",
        "ike.retransmit": "ike",
        "esp.established": "esp",
        "l2tp.started": "l2tp",
        "session.up": "ipcp",
    }.items()
}
START = datetime(2024, 5, 1, 12, tzinfo=UTC)


def fact(ident, order=0, *, at=None, file="client.log", zone=True, times=1, **values):
    return Fact(
        id=FactId(ident),
        evidence=(Evidence(file=file, line=order + 1, text=ident),),
        values=values,
        clock=None if at is None else Clock(at=START + timedelta(seconds=at), zone_known=zone),
        order=order,
        format=FormatId("charon"),
        times=times,
    )


def context(*facts, whole=(), **given):
    covered = frozenset(map(Stage, whole))
    always = frozenset(name for name, stage in STAGES.items() if stage in covered)
    return Context(facts=facts, covered=covered, always=always, stages=STAGES, **given)


def truth(text, *facts, **given):
    return evaluate(parse(text), context(*facts, **given)).truth


def refused(text, **span):
    with pytest.raises(ConditionError) as caught:
        parse(text, **span)
    return str(caught.value)


# --- parse and print ---------------------------------------------------------------------------------------------------------


def test_precedence_is_not_then_and_then_or():
    assert parse("not ike.timeout and esp.established or l2tp.started") == AnyOf(
        of=(
            All(of=(Not(of=Facts(name="ike.timeout")), Facts(name="esp.established"))),
            Facts(name="l2tp.started"),
        )
    )


def test_then_binds_closer_than_not():
    condition = parse("not ike.started then ike.timeout")

    assert isinstance(condition, Not)
    assert isinstance(condition.of, Sequence)


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("ike.notify(name is X and by is peer)", "ike.notify (name is X, by is peer)"),
        ("any of (ike.timeout, ike.notify)", "ike.timeout or ike.notify"),
        ("all of (ike.timeout)", "ike.timeout"),
        ("ike.timeout and (ike.started or side = client)", "ike.timeout and (ike.started or side is client)"),
        ("( ( ike.timeout ) )", "ike.timeout"),
        ("not (ike.started then ike.timeout)", "not (ike.started then ike.timeout)"),
        ("in earlier attempt (session.up)", "in an earlier attempt (session.up)"),
        ("link.connecting.server is not private", "link.connecting.server is public"),
        ("count( ike.retransmit )within 1.5 min>=3", "count(ike.retransmit) within 1.5 min >= 3"),
        ('ike.notify (name is "plain")', "ike.notify (name is plain)"),
        ('auth.message (text is "a \\"b\\" \\\\ c")', 'auth.message (text is "a \\"b\\" \\\\ c")'),
        ("ike.started\n  and\tike.timeout", "ike.started and ike.timeout"),
        ("ike.started (peer is [ip-public-1])", "ike.started (peer is [ip-public-1])"),
    ],
)
def test_a_condition_prints_canonically_and_back(written, printed):
    assert str(parse(written)) == printed
    assert parse(printed) == parse(written)


def test_each_node_knows_where_it_stands():
    source = "    when: ike.started and not ike.notify (name is X)"
    condition = parse(source[10:], span=Span(file="causes/a.yaml", line=12, column=11, source=source))

    places = [(source[node.span.column - 1 :][: node.span.length], node.span.line) for node in condition.walk()]

    assert places == [
        ("ike.started and not ike.notify (name is X)", 12),
        ("ike.started", 12),
        ("not ike.notify (name is X)", 12),
        ("ike.notify (name is X)", 12),
    ]


def test_a_folded_condition_points_into_its_own_line():
    source = "    when: >-\n      ike.started and\n      not ike.notify or\n      esp.established"
    condition = parse(
        "ike.started and not ike.notify or esp.established", span=Span(file="a.yaml", line=7, column=11, source=source)
    )

    assert [(str(node), node.span.line, node.span.column) for node in condition.walk() if not node.parts] == [
        ("ike.started", 8, 7),
        ("ike.notify", 9, 11),
        ("esp.established", 10, 7),
    ]


def test_names_are_listed_once_and_in_order():
    found = names(
        parse(
            "ike.notify (name is X) and ike.* and (answer.prompt in {before, after} or ras.error.code is 789) and not ike.notify"
        )
    )

    assert found.facts == ("ike.notify", "ras.error")
    assert found.families == ("ike.*",)
    assert found.values == (("ike.notify", "name"), ("ras.error", "code"))
    assert found.answers == ("prompt",)
    assert found.choices == (("prompt", "before"), ("prompt", "after"))


# --- what is refused ---------------------------------------------------------------------------------------------------------


def test_a_fault_names_file_line_and_word():
    source = "    when: ike.started nad ike.timeout"

    printed = refused(source[10:], span=Span(file="causes/psk-mismatch.yaml", line=20, column=11, source=source))

    assert printed == (
        "error: cannot understand `nad` here\n"
        "  --> causes/psk-mismatch.yaml:20:23\n"
        "   |\n"
        "20 |     when: ike.started nad ike.timeout\n"
        "   |                       ^^^ expected `and`, `or`, `then`, `without`, or the end\n"
        "help: did you mean `and`?"
    )


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ["error: the condition is empty", "help: write a fact, such as `ike.timeout`"]),
        (
            "ike",
            ["error: `ike` is no fact", "help: `ike.*` is any fact of a family; a value needs a comparison, as in `ike >= 50 s`"],
        ),
        (
            "ike.notify.name",
            ["error: `ike.notify.name` is no fact", "help: a value needs a comparison, as in `ike.notify.name is …`"],
        ),
        ("ike.started and", ["error: the condition ends too early"]),
        ("ike.started && ike.timeout", ["error: cannot understand `&&` here", "help: did you mean `and`?"]),
        ("ike.started != 3", ["error: cannot understand `!=` here", "help: did you mean `is not`?"]),
        ("ike.notify (by si peer)", ["error: cannot understand `si` here", "help: did you mean `is`?"]),
        ("(ike.started", ["error: `(` is never closed"]),
        ("ike.started)", ["error: `)` closes nothing", "help: remove it, or write `(` where it begins"]),
        ('ike.notify (name is "X)', ['error: the quote `"` is never closed', 'help: inside quotes write `\\"` and `\\\\`']),
        (
            "ike.notify (name is in)",
            ["error: cannot understand `in` here", "help: `in` is a word of the language: as a value it needs quotes"],
        ),
        ("platform is windos", ["error: unknown platform `windos`", "help: did you mean `windows`?"]),
        ("stage >= l2pt", ["error: `stage` is compared with a word that has no order", "help: did you mean `l2tp`?"]),
        ("stage is [ip-1]", ["error: unknown stage `[ip-1]`", "help: one of link, ike, esp, l2tp, lcp, auth, ipcp, connected"]),
        ("side >= 3", ["error: `side` cannot be compared with `>=`"]),
        (
            'answer.prompt is "unknown"',
            ["error: not to know is no answer, and never evidence", "help: write `unknown answer.prompt`"],
        ),
        ("answer.prompt >= 3", ["error: an answer is compared with `is` or `in`, not with `>=`"]),
        ("at least 3 of (ike.started, ike.timeout)", ["error: `at least 3 of` can never be so, or always is"]),
        ("not not not not ike.started", ["error: more than 3 of `not`, `seen`, `absent`, `unknown` in a row"]),
        (
            "ike.started within 3 s",
            ["error: cannot understand `within` here", "help: `within` follows `then …`, `without …` or `count(…)`"],
        ),
        ("ike.started then ike.timeout within 3", ["error: cannot understand `3` here"]),
        ("count(ike.retransmit) >= 9999999", ["error: this number is too large to count to"]),
        ("ike.* is 3", ["error: a comparison needs the name of a value"]),
        (
            "ike.started then (ike.timeout and side is client)",
            [
                "error: `then` and `without` join facts, and this is not one",
                "help: join facts (`a then b`, `(a or b) then c`), and the rest with `and`: `a then b and not c`",
            ],
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_advice(text, lines):
    printed = refused(text).splitlines()

    assert [line for line in printed if line.startswith(("error:", "help:"))] == lines


def test_too_long_and_too_deep_is_refused_at_once():
    for text in ("ike.started and " * 1_000_000, "(" * 1_000_000, "not " * 1_000_000, '"' * 500_001, "\u0000" * 100_000):
        begin = time.perf_counter()
        refused(text)
        assert time.perf_counter() - begin < 1.0


def test_the_deepest_condition_that_is_allowed_needs_little_of_the_stack():
    text = "ike.started"
    for _ in range(MAX_DEPTH):
        text = f"not at least 1 of ({text})"
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(500)
    try:
        assert str(parse(text)) == text
    finally:
        sys.setrecursionlimit(limit)


def test_a_full_stack_is_a_fault_of_the_condition_and_nothing_else():
    text = "(" * MAX_DEPTH + "ike.started" + ")" * MAX_DEPTH
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 80)
    try:
        assert "too many brackets" in refused(text)
    finally:
        sys.setrecursionlimit(limit)


def test_the_longest_condition_that_is_allowed_is_understood():
    text = " and ".join(["ike.started"] * (MAX_LENGTH // 16))

    assert len(parse(text).parts) == MAX_LENGTH // 16


# --- three values ------------------------------------------------------------------------------------------------------------


def test_a_truth_is_not_a_bool():
    with pytest.raises(TypeError, match="true, false or unknown"):
        bool(Truth.UNKNOWN)


def test_absence_is_a_fact_only_where_the_log_would_have_shown_it():
    assert truth("not ike.established", fact("ike.started"), whole=["ike"]) is Truth.TRUE
    assert truth("not ike.established", fact("ike.started")) is Truth.UNKNOWN
    assert truth("not ike.established", fact("ike.started"), whole=["esp"]) is Truth.UNKNOWN


def test_a_fact_that_the_format_does_not_always_say_is_never_known_to_be_absent():
    seen = Context(covered=frozenset({Stage.IKE}), always=frozenset({FactId("ike.established")}), stages=STAGES)

    assert evaluate(parse("not ike.established"), seen).truth is Truth.TRUE
    assert evaluate(parse("not ike.notify"), seen).truth is Truth.UNKNOWN


@pytest.mark.parametrize(
    ("value", "comparison", "expected"),
    [
        ("789", "is 789", "TRUE"),
        ("0x315", "is 789", "TRUE"),
        ("0789", "is 789", "TRUE"),
        ("789x", "is 789", "FALSE"),
        ("NO_PROPOSAL", "is no_proposal", "TRUE"),
        ("52.4", ">= 50 s", "TRUE"),
        ("52400 ms", ">= 50 s", "TRUE"),
        ("00:00:49", ">= 50 s", "FALSE"),
        ("1:00", ">= 50 s", "TRUE"),
        ("soon", ">= 50 s", "UNKNOWN"),
        ("5.9.8", "< 5.10.0", "TRUE"),
        ("5.10", "< 5.9.1", "FALSE"),
        ("v5.9.8", ">= 5.9.8", "TRUE"),
        ("9" * 5000, ">= 3", "TRUE"),
        ("0x" + "f" * 5000, ">= 3", "UNKNOWN"),
        ("lcp", ">= l2tp", "TRUE"),
        ("nowhere", ">= l2tp", "UNKNOWN"),
        ("[ip-private-3]", "is private", "TRUE"),
        ("[ip-public-1]", "is private", "FALSE"),
        ("[ip-private-3]/24", "is private", "TRUE"),
        ("192.168.0.0/16", "is private", "TRUE"),
        ("100.64.1.1", "is private", "TRUE"),
        ("8.8.8.8", "is public", "TRUE"),
        ("fd00::1", "is private", "TRUE"),
        ("fe80::1%eth0", "is private", "TRUE"),
        ("vpn.example.com", "is private", "UNKNOWN"),
        ("No such User", 'contains "such user"', "TRUE"),
        ("a", "not in {b, c}", "TRUE"),
        ("B", "not in {b, c}", "FALSE"),
    ],
)
def test_values_compare_as_people_read_them(value, comparison, expected):
    assert truth(f"ike.notify (v {comparison})", fact("ike.notify", v=value), whole=["ike"]) is Truth[expected]


def test_answers_that_were_not_given_and_not_known_are_unknown():
    given = context(answers={"prompt": frozenset({"unknown"}), "nat": frozenset({"client-nat", "server-nat"})})

    assert evaluate(parse("answer.prompt is before"), given).truth is Truth.UNKNOWN
    assert evaluate(parse("answer.error is e789"), given).truth is Truth.UNKNOWN
    assert evaluate(parse("answer.nat is server-nat"), given).truth is Truth.TRUE
    assert evaluate(parse("answer.nat is not server-nat"), given).truth is Truth.FALSE


def test_the_attempt_as_a_whole():
    given = context(platform=Platform.WINDOWS, side=Side.CLIENT, stage=Stage.LCP)

    for text in (
        "platform is windows",
        "side is client",
        "stage is lcp",
        "stage >= l2tp",
        "stage in {lcp, auth}",
        "stage < auth",
    ):
        assert evaluate(parse(text), given).truth is Truth.TRUE


# --- order and time ----------------------------------------------------------------------------------------------------------


def test_facts_are_ordered_by_their_place_and_not_by_the_tuple():
    later, earlier = fact("ike.timeout", 5), fact("ike.started", 1)

    assert truth("ike.started then ike.timeout", later, earlier) is Truth.TRUE
    assert truth("ike.timeout then ike.started", later, earlier, whole=["ike"]) is Truth.FALSE


def test_two_facts_of_one_line_do_not_follow_each_other():
    assert truth("ike.started then ike.timeout", fact("ike.started", 3), fact("ike.timeout", 3), whole=["ike"]) is Truth.FALSE


def test_an_answer_has_no_place_in_time():
    said = Fact(id=FactId("ike.timeout"), evidence=(Evidence(answer="error=e809"),), order=9)

    assert truth("ike.timeout", fact("ike.started"), said) is Truth.TRUE
    assert truth("ike.started then ike.timeout", fact("ike.started"), said, whole=["ike"]) is Truth.UNKNOWN


@pytest.mark.parametrize(
    ("zones", "files", "expected"),
    [
        ((True, True), ("a", "b"), Truth.TRUE),
        ((False, False), ("a", "a"), Truth.TRUE),
        ((False, False), ("a", "b"), Truth.UNKNOWN),
        ((True, False), ("a", "b"), Truth.UNKNOWN),
    ],
)
def test_within_compares_only_clocks_that_can_be_compared(zones, files, expected):
    first = fact("ike.started", 0, at=0, zone=zones[0], file=files[0])
    second = fact("ike.timeout", 1, at=5, zone=zones[1], file=files[1])

    assert truth("ike.started then ike.timeout within 10 s", first, second, whole=["ike"]) is expected


def test_a_line_without_a_clock_does_not_hide_one_with_a_clock():
    lines = fact("ike.started", 0, at=0), fact("ike.started", 1), fact("ike.timeout", 2, at=5)

    assert truth("ike.started then ike.timeout within 10 s", *lines) is Truth.TRUE


def test_a_clock_that_was_set_back_measures_nothing():
    lines = fact("ike.started", 0, at=600), fact("ike.timeout", 1, at=5)

    assert truth("ike.started then ike.timeout within 10 s", *lines, whole=["ike"]) is Truth.UNKNOWN


def test_count_adds_up_what_was_said_several_times():
    lines = [fact("ike.retransmit", order, at=order * 30, times=2) for order in range(3)]

    assert truth("count(ike.retransmit) is 6", *lines, whole=["ike"]) is Truth.TRUE
    assert truth("count(ike.retransmit) within 30 s >= 5", *lines, whole=["ike"]) is Truth.FALSE
    assert truth("count(ike.retransmit) within 1 min >= 6", *lines) is Truth.TRUE


def test_count_without_clocks_is_sure_of_one_line_only():
    lines = fact("ike.retransmit", 0, times=2), fact("ike.retransmit", 1, times=2)

    assert truth("count(ike.retransmit) within 30 s >= 2", *lines) is Truth.TRUE
    assert truth("count(ike.retransmit) within 30 s >= 3", *lines, whole=["ike"]) is Truth.UNKNOWN
    assert truth("count(ike.retransmit) within 30 s >= 5", *lines, whole=["ike"]) is Truth.FALSE


def test_other_attempts_can_only_confirm():
    before = context(fact("session.up"), whole=["ipcp"])
    here = context(fact("ike.timeout"), earlier=(before,))

    assert evaluate(parse("in an earlier attempt (session.up)"), here).truth is Truth.TRUE
    assert evaluate(parse("in a later attempt (session.up)"), here).truth is Truth.UNKNOWN
    assert evaluate(parse("in an earlier attempt (ike.timeout)"), here).truth is Truth.UNKNOWN


# --- what it rests on --------------------------------------------------------------------------------------------------------


def test_a_result_names_the_facts_and_answers_it_rests_on():
    seen = [fact("ike.started", 0), fact("ike.notify", 1, name="X"), fact("ike.notify", 2, name="Y"), fact("ike.timeout", 3)]
    given = context(*seen, answers={"prompt": frozenset({"before"})})

    result = evaluate(parse("ike.notify (name is Y) and answer.prompt is before and (ike.timeout or esp.established)"), given)

    assert result.holds
    assert result.facts == (seen[2], seen[3])
    assert result.answers == ("prompt=before",)


def test_a_sequence_rests_on_one_chain():
    seen = [fact("ike.started", 0), fact("ike.notify", 1), fact("ike.started", 2), fact("ike.timeout", 3)]

    assert evaluate(parse("ike.started then ike.timeout"), context(*seen)).facts == (seen[2], seen[3])


def test_an_unknown_names_what_speaks_for_it_so_far():
    seen = fact("ike.started")

    result = evaluate(parse("ike.started and not ike.established"), context(seen))

    assert (result.truth, result.facts) == (Truth.UNKNOWN, (seen,))


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("ike.started and not ike.established", [("fact", "ike.established")]),
        ("ike.started and answer.prompt is before", [("answer", "prompt")]),
        ("ike.notify (name is X)", [("value", "ike.notify.name")]),
        ("platform is windows or side is client", [("setting", "platform"), ("setting", "side")]),
        ("ike.started then ike.notify within 3 s", [("fact", "ike.started"), ("fact", "ike.notify")]),
        ("count(ike.started) >= 2", [("fact", "ike.started")]),
        ("in another attempt (session.up)", [("attempt", "another")]),
        ("not unknown esp.established", []),
    ],
)
def test_why_not_says_what_would_settle_it(text, needs):
    explained = explain(parse(text), context(fact("ike.started"), fact("ike.notify", 1)))

    assert explained.needs == tuple(Need(kind=NeedKind(kind), name=name) for kind, name in needs)


def test_why_not_needs_a_clock_where_everything_else_was_seen():
    seen = context(fact("ike.started"), fact("ike.timeout", 1), whole=["ike"])

    explained = explain(parse("ike.started then ike.timeout within 3 s"), seen)

    assert explained.needs == (Need(kind=NeedKind.CLOCK, name="ike.started"), Need(kind=NeedKind.CLOCK, name="ike.timeout"))


def test_the_explanation_follows_the_tree_and_shows_near_misses():
    seen = fact("ike.started"), fact("ike.notify", 1, name="X")

    tree = evaluate(parse("ike.started and ike.notify (name is Y)"), context(*seen, whole=["ike"])).explained

    assert [(part.text, str(part.truth), part.near) for part in (tree, *tree.parts)] == [
        ("ike.started and ike.notify (name is Y)", "false", ()),
        ("ike.started", "true", ()),
        ("ike.notify (name is Y)", "false", (seen[1],)),
    ]


def test_the_context_stays_as_it_was():
    seen = context(fact("ike.started"), fact("ike.notify", 1, name="X"))
    before = repr(seen)

    evaluate(parse("ike.notify (name is X) and not esp.established then ike.started"), seen)

    assert repr(seen) == before
