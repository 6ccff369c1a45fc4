"""A diagnosis, and everything it was made of: kept as one JSON object, and worked out again from it, to the byte.

    record = record_of(diagnosis, logs, answers={"error": "e789"})      what to keep, as plain data
    replay(record, base) == diagnosis                                   with the base of `record["knowledge"]`

Logs stand in it as they were read and redacted: facts with their evidence, no raw bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from knowledge.diagnosis import diagnose
from knowledge.errors import MisuseError
from knowledge.inference import Answers
from knowledge.planning import next_step
from knowledge.rules import KnowledgeBase
from knowledge.terms import ChoiceId, Diagnosis, Log, Platform, QuestionId, StepId
from knowledge.wire import WireError, diagnosis_from_json, log_from_json, to_json

VERSION = 1

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a conversation had behind it when the next step was chosen; the command line has none of it."""

    platform: Platform | None = None
    asked: tuple[QuestionId, ...] = ()
    tried: tuple[StepId, ...] = ()
    collected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a diagnosis was made of, and what it came to."""

    diagnosis: Diagnosis
    logs: tuple[Log, ...] = ()
    answers: Mapping[QuestionId, tuple[ChoiceId, ...]]
    text: str | None = None
    platform: Platform | None = None
    attempt: int | None = None
    #: None: the next step of the diagnosis itself.
    conversation: Asked | None = None
    #: The name under which the file was given, for the JSON of the command line.
    file: str | None = None

    @property
    def revision(self) -> str:
        """The revision of the knowledge base that made it."""
        return self.diagnosis.revision


def record_of(
    diagnosis: Diagnosis,
    logs: Sequence[Log] = (),
    answers: Answers | None = None,
    *,
    text: str | None = None,
    platform: Platform | None = None,
    attempt: int | None = None,
    conversation: Asked | None = None,
    file: str | None = None,
) -> Record:
    """A record of what `diagnose` was given and gave."""
    given = {question: (choice,) if isinstance(choice, str) else tuple(choice) for question, choice in (answers or {}).items()}
    return Record(
        diagnosis=diagnosis,
        # What redaction kept of the text takes no part in a diagnosis, and is most of a log.
        logs=tuple(replace(log, text="") for log in logs),
        answers=given,
        text=text,
        platform=platform,
        attempt=attempt,
        conversation=conversation,
        file=file,
    )


def replay(base: KnowledgeBase, record: Record) -> Diagnosis:
    """The diagnosis, worked out again.

    Raises:
        MisuseError: the base is of another revision, and does not have a question or choice that was answered.
    """
    answers: Answers = record.answers
    found = diagnose(base, record.logs, answers, text=record.text, platform=record.platform, attempt=record.attempt)
    if record.conversation is None:
        return found
    before = record.conversation
    step = next_step(
        base,
        found,
        answers=answers,
        logs=record.logs,
        platform=before.platform or found.platform,
        asked=before.asked,
        tried=before.tried,
        collected=before.collected,
    )
    return replace(found, next=step)


def record_to_json(record: Record) -> Json:
    """A record as plain data."""
    before = record.conversation
    return {
        "v": VERSION,
        "type": "Record",
        "knowledge": record.revision,
        "file": record.file,
        "answers": {question: list(choices) for question, choices in record.answers.items()},
        "text": record.text,
        "platform": record.platform,
        "attempt": record.attempt,
        "conversation": None
        if before is None
        else {
            "platform": before.platform,
            "asked": list(before.asked),
            "tried": list(before.tried),
            "collected": list(before.collected),
        },
        "logs": [to_json(log) for log in record.logs],
        "diagnosis": to_json(record.diagnosis),
    }


def record_from_json(data: Any) -> Record:  # noqa: ANN401 # whatever stood in a file
    """The record that `record_to_json` wrote.

    Raises:
        MisuseError: it is none, or of another version.
    """
    if not isinstance(data, Mapping) or data.get("type") != "Record":
        raise MisuseError("this is no record of a diagnosis; `vpn-help diagnose --record FILE …` writes one")
    if data.get("v") != VERSION:
        raise MisuseError(f"this record is of version {data.get('v')}, and {VERSION} is the one that is read here")
    try:
        before = data["conversation"]
        return Record(
            diagnosis=diagnosis_from_json(data["diagnosis"]),
            logs=tuple(log_from_json(log) for log in data["logs"]),
            answers={QuestionId(question): _choices(choices) for question, choices in data["answers"].items()},
            text=data["text"],
            platform=_platform(data["platform"]),
            attempt=data["attempt"],
            conversation=None
            if before is None
            else Asked(
                platform=_platform(before["platform"]),
                asked=tuple(before["asked"]),
                tried=tuple(before["tried"]),
                collected=tuple(before["collected"]),
            ),
            file=data["file"],
        )
    except (KeyError, TypeError, ValueError, AttributeError, WireError) as error:
        raise MisuseError(f"this record is damaged: {error}") from error


def _choices(choices: Collection[str]) -> tuple[ChoiceId, ...]:
    return tuple(ChoiceId(choice) for choice in choices)


def _platform(word: str | None) -> Platform | None:
    return Platform(word) if word else None
