"""Calibration: what is measured, and that a fit is the same each time and never sees what it is judged by."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.__main__ import SAMPLES, main
from knowledge.authoring.calibrate import source_of
from knowledge.authoring.calibration import as_svg, calibration_of
from knowledge.authoring.evaluate import Case


def test_an_answer_that_is_always_sure_and_right_is_perfect():
    found = calibration_of([(1.0, True)] * 20)
    assert (found.brier, found.error, found.band) == (0.0, 0.0, 0.0)


def test_an_answer_that_is_always_sure_and_wrong_is_not():
    found = calibration_of([(1.0, False)] * 20)
    assert (found.brier, found.error) == (1.0, 1.0)
    assert found.error > found.band


def test_a_constant_at_the_hit_rate_gains_nothing():
    found = calibration_of([(0.5, True), (0.5, False)] * 10)
    assert found.gain == pytest.approx(0.0)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_scores_stay_between_nothing_and_one(points):
    found = calibration_of(points)
    assert 0 <= found.brier <= 1
    assert -1e-9 <= found.error <= 1
    assert sum(count for *_, count in found.bins) == len(points)
    assert as_svg(found).count("<circle") == len(found.bins)


@pytest.mark.parametrize(
    ("name", "source"),
    [("lab/012-wrong-key-client", "lab/012"), ("lab/012-wrong-key-server", "lab/012"), ("public/x", "public/x")],
)
def test_the_views_of_one_scenario_are_one_source(name, source, tmp_path):
    case = Case(name=name, folder=tmp_path, cause="mtu", right=frozenset(), knowable="yes", format="charon")
    assert source_of(case) == source


def test_a_fit_is_the_same_each_time_and_writes_nothing(tmp_path, capsys):
    for number in range(1, 7):
        home = tmp_path / "lab" / f"{number:03}-case"
        home.mkdir(parents=True)
        (home / "log.txt").write_text((SAMPLES / "wrong-key.log").read_text())
        (home / "meta.yaml").write_text("cause: psk-mismatch\nknowable: yes\nformat: charon\n")
    before = sorted(tmp_path.rglob("*"))

    results = []
    for _ in range(2):
        assert main(["knowledge", "calibrate", "--json", str(tmp_path)]) == 0
        results.append(json.loads(capsys.readouterr().out))

    assert results[0] == results[1]
    assert results[0]["cases"] == 6
    assert sorted(tmp_path.rglob("*")) == before
