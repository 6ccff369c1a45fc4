import json
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.terms import (
    Attempt,
    AttemptSummary,
    Clock,
    Diagnosis,
    Direction,
    Evidence,
    Fact,
    Finding,
    Hypothesis,
    Log,
    Masked,
    NextStep,
    Platform,
    ReadReason,
    ReadState,
    Side,
    Stage,
    StepKind,
    Strength,
    Verdict,
)
from knowledge.wire import VERSION, WireError, diagnosis_from_json, facts_from_json, from_json, log_from_json, to_json

TEXTS = st.text(max_size=12)
MAYBE = st.none() | TEXTS
TIMES = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
CLOCKS = st.builds(Clock, at=TIMES, year_known=st.booleans(), zone_known=st.booleans())
EVIDENCE = st.builds(Evidence, rule=MAYBE, file=MAYBE, member=MAYBE, line=st.none() | st.integers(1), text=MAYBE, answer=MAYBE)
PROOFS = st.lists(EVIDENCE, max_size=2).map(tuple)
FACTS = st.builds(
    Fact,
    id=TEXTS,
    evidence=PROOFS,
    values=st.dictionaries(TEXTS, TEXTS, max_size=3).map(MappingProxyType),
    clock=st.none() | CLOCKS,
    order=st.integers(0, 1000),
    format=MAYBE,
    thread=MAYBE,
    times=st.integers(1, 9),
)
STAGES = st.sampled_from(Stage)
LOGS = st.builds(
    Log,
    file=MAYBE,
    read=st.sampled_from(ReadState),
    reasons=st.lists(st.sampled_from(ReadReason), max_size=3).map(tuple),
    detail=MAYBE,
    formats=st.lists(TEXTS, max_size=2).map(tuple),
    side=st.none() | st.sampled_from(Side),
    platform=st.none() | st.sampled_from(Platform),
    facts=st.lists(FACTS, max_size=3).map(tuple),
    lines=st.integers(0),
    understood=st.integers(0),
    cut_at_start=st.booleans(),
    cut_at_end=st.booleans(),
    text=TEXTS,
    masked=st.lists(st.builds(Masked, kind=TEXTS, count=st.integers(1)), max_size=2).map(tuple),
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
FINDINGS = st.builds(
    Finding,
    rule=TEXTS,
    cause=TEXTS,
    direction=st.sampled_from(Direction),
    strength=st.sampled_from(Strength),
    evidence=PROOFS,
    factor=NUMBERS,
)
MANY = st.lists(FINDINGS, max_size=2).map(tuple)
HYPOTHESES = st.builds(Hypothesis, cause=TEXTS, probability=NUMBERS, supporting=MANY, opposing=MANY, unconfirmed=PROOFS)
SUMMARIES = st.builds(
    AttemptSummary,
    stage=STAGES,
    verdict=st.sampled_from(Verdict),
    chosen=st.booleans(),
    start=st.none() | CLOCKS,
    end=st.none() | CLOCKS,
    peer=MAYBE,
)
DIAGNOSES = st.builds(
    Diagnosis,
    verdict=st.sampled_from(Verdict),
    hypotheses=st.lists(HYPOTHESES, max_size=2).map(tuple),
    unexplained=NUMBERS,
    stage=st.none() | STAGES,
    attempts=st.lists(SUMMARIES, max_size=2).map(tuple),
    next=st.builds(NextStep, kind=st.sampled_from(StepKind), id=MAYBE, minutes=NUMBERS),
    revision=TEXTS,
    side=st.none() | st.sampled_from(Side),
    platform=st.none() | st.sampled_from(Platform),
)
ATTEMPTS = st.builds(
    Attempt,
    facts=st.lists(FACTS, max_size=2).map(tuple),
    stage=STAGES,
    start=st.none() | CLOCKS,
    end=st.none() | CLOCKS,
    peer=MAYBE,
    ended=st.booleans(),
    covered=st.frozensets(STAGES),
    side=st.none() | st.sampled_from(Side),
)


def through_text(value):
    return json.loads(json.dumps(to_json(value)))


@given(LOGS)
def test_a_log_comes_back_as_it_was(log):
    assert log_from_json(through_text(log)) == log


@given(DIAGNOSES)
def test_a_diagnosis_comes_back_as_it_was(diagnosis):
    assert diagnosis_from_json(through_text(diagnosis)) == diagnosis


@given(st.one_of(ATTEMPTS, FACTS, EVIDENCE, CLOCKS))
def test_any_noun_comes_back_as_it_was(value):
    assert from_json(through_text(value)) == value


@given(st.lists(FACTS, max_size=3))
def test_facts_come_back_as_they_were(facts):
    assert list(facts_from_json([through_text(fact) for fact in facts])) == facts


def test_the_shape_is_stable():
    log = Log(
        file="a.log",
        read=ReadState.WHOLE,
        formats=("charon",),
        side=Side.CLIENT,
        facts=(
            Fact(
                id="ike.started",
                evidence=(Evidence(file="a.log", line=2, text="x"),),
                values={"peer": "[ip-public-1]"},
                clock=Clock(at=datetime(2026, 11, 23, 21, tzinfo=timezone(timedelta(hours=1))), year_known=False),
            ),
        ),
        lines=3,
    )
    assert to_json(log) == {
        "v": VERSION,
        "type": "Log",
        "file": "a.log",
        "read": "whole",
        "formats": ["charon"],
        "side": "client",
        "facts": [
            {
                "id": "ike.started",
                "evidence": [{"file": "a.log", "line": 2, "text": "x"}],
                "values": {"peer": "[ip-public-1]"},
                "clock": {"at": "2026-11-23T20:00:00+00:00", "year_known": False},
            }
        ],
        "lines": 3,
    }


def test_a_field_of_a_later_version_is_passed_over():
    data = to_json(Clock(at=datetime(2026, 1, 1, tzinfo=UTC)))
    assert from_json({**data, "colour": "blue"}) == Clock(at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "object"),
        ({}, "version None"),
        ({"v": 99, "type": "Log"}, "version 99"),
        ({"v": 1, "type": "Nothing"}, "no noun called 'Nothing'"),
        ({"v": 1, "type": "Log", "file": None}, "read"),
        ({"v": 1, "type": "Log", "file": None, "read": "sideways"}, "'sideways' is no ReadState"),
        ({"v": 1, "type": "Log", "file": None, "read": "whole", "lines": "3"}, "an? int"),
        ({"v": 1, "type": "Log", "file": None, "read": "whole", "facts": {}}, "a list"),
        ({"v": 1, "type": "Clock", "at": "2026-01-01T00:00:00"}, "no zone"),
        ({"v": 1, "type": "Clock", "at": 7}, "no time"),
        ({"v": 1, "type": "Fact", "id": "x", "evidence": [], "values": {"a": 1}}, "texts"),
    ],
)
def test_damaged_data_is_an_error_with_its_reason(data, said):
    with pytest.raises(WireError, match=said):
        from_json(data)


def test_the_type_is_checked():
    clock = to_json(Clock(at=datetime(2026, 1, 1, tzinfo=UTC)))
    with pytest.raises(WireError, match="a Log was expected, not a Clock"):
        log_from_json(clock)
    with pytest.raises(WireError, match="no noun"):
        to_json("text")
