"""What is wrong with this connection? Log and answers in, a `Diagnosis` and the next step out.

    base = load_base()
    log = read(data, "client.log", base=base)
    diagnosis = diagnose(base, [log], {"error": "e789"})
    diagnosis.best.cause, diagnosis.verdict, diagnosis.next

The face of this house: the only names that `bot`, or a user of the library, takes from it. The nouns come with it at once;
everything that works on them is imported when it is first asked for, so that importing the face costs a few milliseconds.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from knowledge.errors import BaseError, Fault, KnowledgeError, MisuseError, ReadError
from knowledge.terms import (
    HEALTHY,
    OTHER,
    STAGES,
    UNKNOWN,
    Attempt,
    AttemptSummary,
    CauseId,
    ChoiceId,
    Clock,
    Diagnosis,
    Difference,
    Differing,
    Direction,
    Evidence,
    Fact,
    FactId,
    Finding,
    Fixer,
    FormatId,
    Hypothesis,
    Log,
    Masked,
    NextStep,
    Platform,
    QuestionId,
    ReadReason,
    ReadState,
    Risk,
    RuleId,
    Side,
    SignatureId,
    Stage,
    StepId,
    StepKind,
    Strength,
    Tuned,
    TuningKind,
    Verdict,
)

if TYPE_CHECKING:
    from knowledge.authoring.teach import Change, Lesson, Past, apart, draft_lesson, judge, shapes
    from knowledge.diagnosis import diagnose, explain
    from knowledge.learning import ENOUGH_CASES, Closed, Learned, Put, learn, learned_from_json, learned_to_json, overlaid, parted
    from knowledge.loader import folders_of, load_base
    from knowledge.loader.snapshots import Stamp, keep_snapshot, load_snapshot, snapshot_path, stamp_of
    from knowledge.logs import read
    from knowledge.logs.redact import Tokens, redact
    from knowledge.logs.unpack import Limits
    from knowledge.planning import next_step, runbook, why
    from knowledge.replaying import Asked, Record, record_of, replay
    from knowledge.report import as_json
    from knowledge.rules import Cause, Choice, Code, Collect, Effect, KnowledgeBase, Question, Rule, Step, Text
    from knowledge.understanding import Understood, understand
    from knowledge.wire import from_json, to_json

#: Where the names are that are imported when they are first asked for.
_LATER = {
    "Change": "authoring.teach",
    "Lesson": "authoring.teach",
    "Past": "authoring.teach",
    "apart": "authoring.teach",
    "draft_lesson": "authoring.teach",
    "judge": "authoring.teach",
    "shapes": "authoring.teach",
    "diagnose": "diagnosis",
    "explain": "diagnosis",
    "ENOUGH_CASES": "learning",
    "Closed": "learning",
    "Learned": "learning",
    "Put": "learning",
    "learn": "learning",
    "learned_from_json": "learning",
    "learned_to_json": "learning",
    "overlaid": "learning",
    "parted": "learning",
    "load_base": "loader",
    "folders_of": "loader",
    "Stamp": "loader.snapshots",
    "keep_snapshot": "loader.snapshots",
    "load_snapshot": "loader.snapshots",
    "snapshot_path": "loader.snapshots",
    "stamp_of": "loader.snapshots",
    "Asked": "replaying",
    "Record": "replaying",
    "record_of": "replaying",
    "replay": "replaying",
    "as_json": "report",
    "read": "logs",
    "Tokens": "logs.redact",
    "redact": "logs.redact",
    "Limits": "logs.unpack",
    "next_step": "planning",
    "runbook": "planning",
    "why": "planning",
    "Cause": "rules",
    "Choice": "rules",
    "Code": "rules",
    "Collect": "rules",
    "Effect": "rules",
    "KnowledgeBase": "rules",
    "Question": "rules",
    "Rule": "rules",
    "Step": "rules",
    "Text": "rules",
    "Understood": "understanding",
    "understand": "understanding",
    "from_json": "wire",
    "to_json": "wire",
}

__all__ = [
    "ENOUGH_CASES",
    "HEALTHY",
    "OTHER",
    "STAGES",
    "UNKNOWN",
    "Asked",
    "Attempt",
    "AttemptSummary",
    "BaseError",
    "Cause",
    "CauseId",
    "Change",
    "Choice",
    "ChoiceId",
    "Clock",
    "Closed",
    "Code",
    "Collect",
    "Diagnosis",
    "Difference",
    "Differing",
    "Direction",
    "Effect",
    "Evidence",
    "Fact",
    "FactId",
    "Fault",
    "Finding",
    "Fixer",
    "FormatId",
    "Hypothesis",
    "KnowledgeBase",
    "KnowledgeError",
    "Learned",
    "Lesson",
    "Limits",
    "Log",
    "Masked",
    "MisuseError",
    "NextStep",
    "Past",
    "Platform",
    "Put",
    "Question",
    "QuestionId",
    "ReadError",
    "ReadReason",
    "ReadState",
    "Record",
    "Risk",
    "Rule",
    "RuleId",
    "Side",
    "SignatureId",
    "Stage",
    "Stamp",
    "Step",
    "StepId",
    "StepKind",
    "Strength",
    "Text",
    "Tokens",
    "Tuned",
    "TuningKind",
    "Understood",
    "Verdict",
    "apart",
    "as_json",
    "diagnose",
    "draft_lesson",
    "explain",
    "folders_of",
    "from_json",
    "judge",
    "keep_snapshot",
    "learn",
    "learned_from_json",
    "learned_to_json",
    "load_base",
    "load_snapshot",
    "next_step",
    "overlaid",
    "parted",
    "read",
    "record_of",
    "redact",
    "replay",
    "runbook",
    "shapes",
    "snapshot_path",
    "stamp_of",
    "to_json",
    "understand",
    "why",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 # whatever the name stands for
    module = _LATER.get(name)
    if module is None:
        raise AttributeError(f"module `knowledge` has no `{name}`")
    value = getattr(import_module(f"knowledge.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
