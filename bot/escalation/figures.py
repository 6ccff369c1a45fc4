"""A case as one row of figures, for CSV and JSON: ids, times, states, causes; nothing that anybody wrote, and no names. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime

from bot.cases import Case
from knowledge import UNKNOWN

#: Columns, in their order.
COLUMNS = (
    "case", "origin", "locale", "platform", "state", "resolution", "opened_at", "escalated_at", "closed_at", "severity",
    "priority", "reasons", "likely_cause", "probability", "confirmed_cause", "cause_was_right", "questions", "steps_tried",
    "files", "minutes_to_answer", "minutes_to_cause", "minutes_to_close", "promises_broken", "reopened", "reopened_within_week",
    "fix_confirmed", "outage", "duplicate_of", "cause_confirmed_at", "last_reopened_at", "rules", "questions_asked",
    "questions_answered",
)  # fmt: skip


def row(case: Case) -> dict[str, object]:
    """The figures of a case; what is not known is None."""
    kept, best = case.handling, case.diagnosis.best if case.diagnosis else None
    likely = best.cause if best else None
    confirmed = case.confirmed_cause
    return {
        "case": case.id,
        "origin": case.origin.value,
        "locale": case.locale,
        "platform": case.platform.value if case.platform else None,
        "state": case.state.value,
        "resolution": case.resolution.value if case.resolution else None,
        "opened_at": _time(case.opened_at),
        "escalated_at": _time(case.escalated_at),
        "closed_at": _time(case.closed_at),
        "severity": kept.severity.value,
        "priority": kept.priority.value if kept.priority else None,
        "reasons": " ".join(case.escalation_reasons),
        "likely_cause": likely,
        "probability": round(best.probability, 4) if best else None,
        "confirmed_cause": confirmed,
        "cause_was_right": confirmed == likely if confirmed and likely else None,
        "questions": len(case.asked),
        "steps_tried": len(case.tried),
        "files": len(case.uploads),
        "minutes_to_answer": _minutes(case.escalated_at, kept.answered_at),
        "minutes_to_cause": _minutes(case.opened_at, cause_found_at(case)),
        "minutes_to_close": _minutes(case.opened_at, case.closed_at),
        "promises_broken": " ".join(kept.broken),
        "reopened": len(kept.reopened_at),
        "reopened_within_week": kept.reopened_soon,
        "fix_confirmed": kept.fix_confirmed,
        "outage": kept.incident,
        "duplicate_of": kept.merged_into,
        "cause_confirmed_at": _time(cause_found_at(case)),
        "last_reopened_at": _time(kept.reopened_at[-1]) if kept.reopened_at else None,
        "rules": " ".join(_rules(case)),
        "questions_asked": " ".join(case.asked),
        "questions_answered": " ".join(q for q in case.asked if case.answers.get(q, UNKNOWN) != UNKNOWN),
    }


def cause_found_at(case: Case) -> datetime | None:
    """When its cause was named: first by an engineer who confirmed one; None: nobody did."""
    return next((entry.at for entry in case.timeline if entry.what == "cause-confirmed"), None) if case.confirmed_cause else None


def _rules(case: Case) -> list[str]:
    """The rules that spoke for a cause, each as `rule=cause`; not the numbers and answers that speak without one."""
    found = dict.fromkeys(
        f"{finding.rule}={each.cause}"
        for each in (case.diagnosis.hypotheses if case.diagnosis else ())
        for finding in each.supporting
    )
    return sorted(each for each in found if ":" not in each)


def as_csv(cases: Sequence[Case]) -> str:
    """One line for each case under a line of names."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for case in cases:
        writer.writerow({name: "" if value is None else value for name, value in row(case).items()})
    return text.getvalue()


def as_json(cases: Sequence[Case]) -> str:
    """One object a line."""
    return "".join(json.dumps(row(case), ensure_ascii=False) + "\n" for case in cases)


def _time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _minutes(since: datetime | None, until: datetime | None) -> float | None:
    return round((until - since).total_seconds() / 60, 1) if since and until else None
