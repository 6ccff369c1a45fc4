"""Scoring: what counts as right, what is never named, and the labelled logs themselves where they are at hand."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from knowledge.__main__ import SAMPLES, main
from knowledge.authoring.evaluate import find_cases, score
from knowledge.loader import BASE, survey


def case(folder: Path, name: str, log: str, **meta: str) -> None:
    home = folder / name
    home.mkdir(parents=True)
    (home / "log.txt").write_text(log)
    (home / "meta.yaml").write_text("".join(f"{key}: {value}\n" for key, value in meta.items()))


@pytest.fixture
def folder(tmp_path):
    wrong_key = (SAMPLES / "wrong-key.log").read_text()
    case(tmp_path, "lab/right", wrong_key, cause="psk-mismatch", also="[]", format="charon", knowable="yes")
    case(tmp_path, "lab/also-right", wrong_key, cause="mtu", also="[psk-mismatch]", format="charon", knowable="partly")
    case(tmp_path, "lab/wrong", wrong_key, cause="mtu", also="[]", format="charon", knowable="yes")
    case(tmp_path, "lab/unknowable", wrong_key, cause="mtu", also="[]", format="charon", knowable="no")
    case(tmp_path, "public/hidden", wrong_key, cause="mtu", format="charon")
    return tmp_path


def test_a_score_counts_the_right_the_also_right_and_leaves_the_unknowable_out(folder, capsys):
    status = main(["knowledge", "evaluate", "--json", str(folder / "lab")])

    found = json.loads(capsys.readouterr().out)
    assert status == 0
    assert found["shown"]["cases"] == 4
    assert (found["shown"]["counted"], found["shown"]["top1"]) == (3, 0.6667)


def test_excluded_cases_are_scored_apart_and_never_named(folder, capsys):
    (folder / "exclude.txt").write_text("public/hidden\n")

    main(["knowledge", "evaluate", "--list", "--exclude", str(folder / "exclude.txt"), str(folder)])

    out = capsys.readouterr().out
    assert "hidden" not in out
    assert "lab/wrong: mtu (yes), said" in out
    assert "lab/right" not in out
    assert "excluded, as a whole" in out


def test_a_folder_without_cases_is_misuse(tmp_path, capsys):
    assert main(["knowledge", "evaluate", str(tmp_path)]) == 2
    assert "no case" in capsys.readouterr().err


@pytest.mark.corpus
def test_the_labelled_logs_of_the_lab_are_diagnosed():
    """At least 60 % first, and nothing called clear that is wrong in more than one of a hundred."""
    corpus = os.environ.get("VPN_HELP_CORPUS")
    if not corpus or not (Path(corpus) / "lab").is_dir():
        pytest.skip("VPN_HELP_CORPUS names no labelled logs")
    base = survey(BASE, strict=False).base
    scored = [score(base, one) for one in find_cases(Path(corpus) / "lab")]
    counted = [one for one in scored if one.case.knowable != "no"]

    assert sum(one.error is not None for one in scored) == 0
    assert sum(one.is_first for one in counted) >= 0.75 * len(counted)
    assert sum(one.is_conclusive_and_wrong for one in scored) <= 0.01 * len(scored)


def test_the_score_says_how_far_probabilities_can_be_believed(folder, tmp_path, capsys):
    main(["knowledge", "evaluate", str(folder / "lab"), "--svg", str(tmp_path / "plot.svg"), "--history", str(tmp_path / "kept")])
    main(["knowledge", "evaluate", "--json", str(folder / "lab"), "--history", str(tmp_path / "kept")])

    out = capsys.readouterr().out
    assert "Brier score" in out
    assert "expected calibration error" in out
    assert (tmp_path / "plot.svg").read_text().startswith("<svg")
    first, second = map(json.loads, (tmp_path / "kept").read_text().splitlines())
    assert first["shown"] == second["shown"]


def test_captures_are_scored_only_where_there_are_some(folder, capsys):
    assert main(["knowledge", "evaluate", "--captures", str(folder)]) == 2
    assert "capture.pcap" in capsys.readouterr().err
