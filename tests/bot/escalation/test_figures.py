import csv
import io
import json
from datetime import timedelta

from bot.cases import CaseState, Resolution
from bot.escalation.figures import COLUMNS, as_csv, as_json, row
from knowledge import CauseId
from tests.builders import NOW, case_with


def test_both_forms_hold_the_same_and_no_words_of_anybody() -> None:
    case = case_with(words="my SECRET words", name="=cmd|SECRET.log", escalated_at=NOW, assignee="UBEN")
    rows = list(csv.DictReader(io.StringIO(as_csv([case, case]))))
    (first, _) = (json.loads(line) for line in as_json([case, case]).splitlines())
    assert tuple(first) == COLUMNS == tuple(rows[0])
    assert rows[0]["likely_cause"] == first["likely_cause"] == "psk-mismatch"
    said = as_csv([case]) + as_json([case])
    assert not any(word in said for word in ("SECRET", "U1", "UBEN", "decryption"))


def test_times_and_whether_the_cause_was_right() -> None:
    closed = case_with(confirmed_cause=CauseId("mtu")).closed(NOW + timedelta(hours=2), Resolution.FIXED)
    found = row(closed)
    assert (found["minutes_to_close"], found["cause_was_right"], found["state"]) == (120.0, False, CaseState.CLOSED)
    assert row(case_with())["cause_was_right"] is None
