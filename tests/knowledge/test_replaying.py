"""A diagnosis is worked out again to the byte: by the same base, by its snapshot, and in another process with other hashes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from knowledge.__main__ import main
from knowledge.diagnosis import diagnose
from knowledge.errors import BaseError, MisuseError
from knowledge.loader import BASE, load_base
from knowledge.loader.snapshots import MOST, keep_snapshot, load_snapshot, snapshot_path, stamp_of
from knowledge.logs import read
from knowledge.replaying import Asked, record_from_json, record_of, record_to_json, replay
from knowledge.terms import ChoiceId, QuestionId

DAY = date(2026, 11, 25)
TUNING = "schema: 1\ntuning:\n  - {cause: psk-mismatch, prior: rare, reason: keys come by policy, until: 2026-12-31}\n"


@pytest.fixture(scope="module")
def base():
    return load_base(strict=False)


@pytest.fixture
def log() -> Path:
    return BASE / "samples" / "wrong-key.log"


def run(arguments: list[str], capsys) -> tuple[int, str, str]:
    status = main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_a_recorded_diagnosis_comes_out_the_same(tmp_path, capsys, log):
    kept = tmp_path / "record.json"
    given = ["--platform", "windows", "--answer", "network=home", "--text", "erro 789", str(log)]
    _, before, _ = run(["diagnose", "--json", "--record", str(kept), *given], capsys)

    status, again, said = run(["knowledge", "replay", str(kept)], capsys)

    assert (status, said) == (0, "")
    assert again == before


def test_a_base_that_changed_since_is_named_with_what_reads_differently(tmp_path, capsys, log):
    kept, own = tmp_path / "record.json", tmp_path / "own"
    own.mkdir()
    (own / "tuning.yaml").write_text(TUNING.replace("2026", "2999"))
    run(["diagnose", "--json", "--record", str(kept), str(log)], capsys)

    status, _, said = run(["knowledge", "replay", "--knowledge", str(own), str(kept)], capsys)

    assert status == 1
    assert said.startswith("made with revision ")
    assert "cause psk-mismatch: " in said


def test_a_snapshot_answers_as_the_base_did_though_its_files_have_changed(tmp_path, log):
    own, where = tmp_path / "own", tmp_path / "kept"
    own.mkdir()
    (own / "tuning.yaml").write_text(TUNING)
    base = load_base(own=own, strict=False, today=DAY)
    found = diagnose(base, [read(log, log.name, base=base)])
    keep_snapshot(base, (BASE, own), where, DAY)
    (own / "tuning.yaml").write_text(TUNING.replace("rare", "uncommon"))

    again = load_snapshot(snapshot_path(where, base.revision))

    assert again.revision == base.revision
    assert diagnose(again, [read(log, log.name, base=again)]) == found
    assert where.stat().st_mode & 0o077 == 0
    assert snapshot_path(where, base.revision).stat().st_size < 1_000_000


def test_a_record_survives_json_with_all_that_a_conversation_had_behind_it(base, log):
    logs = [read(log, log.name, base=base)]
    answers = {QuestionId("network"): ChoiceId("home")}
    found = diagnose(base, logs, answers)
    tried = tuple(step.id for step in base.causes[found.hypotheses[0].cause].steps)
    record = record_of(found, logs, answers, conversation=Asked(tried=tried), file="a.log")

    again = record_from_json(json.loads(json.dumps(record_to_json(record))))

    assert again == record
    assert replay(base, again).hypotheses == found.hypotheses
    assert replay(base, again).next != found.next


def test_hashes_of_another_process_change_nothing(log):
    lines = {
        subprocess.run(
            [sys.executable, "-m", "knowledge", "diagnose", "--json", "--answer", "network=home", str(log)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(lines) == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"type": "Record", "v": 9}', '{"type": "Record", "v": 1, "logs": []}'])
def test_what_is_no_record_is_misuse(tmp_path, capsys, text):
    (tmp_path / "r.json").write_text(text)

    status, out, said = run(["knowledge", "replay", str(tmp_path / "r.json")], capsys)

    assert (status, out) == (2, "")
    assert said.startswith("vpn-help: ")


def test_a_snapshot_that_is_damaged_or_gone_is_said_to_be(tmp_path):
    (tmp_path / "0123456789ab.zip").write_bytes(b"PK no")

    with pytest.raises(BaseError, match="is no snapshot"):
        load_snapshot(tmp_path / "0123456789ab.zip")
    with pytest.raises(MisuseError, match="revision ffff of the knowledge base is not kept"):
        snapshot_path(tmp_path, "ffff")
    with pytest.raises(MisuseError):
        snapshot_path(tmp_path, "../0123456789ab")


def test_a_bounded_number_is_kept_those_used_last(tmp_path):
    folder, where = tmp_path / "base", tmp_path / "kept"
    folder.mkdir()
    for number in range(MOST + 3):
        (folder / "facts.yaml").write_text(f'schema: 1\nfacts:\n  a.b: {{stage: ike, says: "{number}"}}\n')
        base = load_base(folder)
        path = keep_snapshot(base, folder, where)
        os.utime(path, (number, number))

    assert len(list(where.glob("*.zip"))) == MOST
    assert (where / f"{base.revision}.zip").exists()


def test_a_stamp_changes_with_a_file_and_with_the_day_only_where_tunings_may_end(tmp_path):
    (tmp_path / "facts.yaml").write_text("schema: 1\n")
    first = stamp_of(tmp_path, DAY)

    assert stamp_of(tmp_path, date(2027, 1, 1)) == first
    (tmp_path / "tuning.yaml").write_text(TUNING)
    second = stamp_of(tmp_path, DAY)
    assert second != first
    assert stamp_of(tmp_path, date(2027, 1, 1)) != second
