"""When the bot should not go on alone, and what is promised then. Pure; the numbers stand in `policy.toml`.

A case in, reasons out; each is said on the card (`[reasons]` in the texts). How much is broken (severity) follows from
the evidence; how soon it is taken up (priority) is the engineers' choice.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

from bot.cases import Case
from bot.handling import Priority, Severity
from knowledge import Diagnosis, Fixer, KnowledgeBase, StepKind, Verdict

ASKED_FOR = "asked-for"
OPEN = "open"
FIXER = "fixer"
TRIED_OUT = "tried-out"
FAILED = "failed"
REOPENED = "reopened"
NOTHING_LEFT = "nothing-left"
RED_FLAG = "red-flag"
TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What is promised to the person of a case: minutes, of working hours unless `always`."""

    first_response: int
    resolution: int
    #: After so long without a word from who claimed it they are reminded.
    claim_silent: int
    always: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`policy.toml`."""

    steps_that_failed: int
    hours_unsolved: int
    flag_answers: frozenset[str]
    flag_causes: frozenset[str]
    high_answers: frozenset[str]
    high_causes: frozenset[str]
    low_answers: frozenset[str]
    promises: Mapping[Severity, Promise]
    warn_before: float
    claim_grace: int
    stale_after: timedelta


@cache
def rules() -> Rules:
    """The policy that ships; read once."""
    data = tomllib.loads(files("bot.escalation").joinpath("policy.toml").read_text(encoding="utf-8"))
    flags, severity = data["red_flags"], data["severity"]
    return Rules(
        steps_that_failed=data["call"]["steps_that_failed"],
        hours_unsolved=data["call"]["hours_unsolved"],
        flag_answers=frozenset(flags["answers"]),
        flag_causes=frozenset(flags["causes"]),
        high_answers=frozenset(severity["high_answers"]),
        high_causes=frozenset(severity["high_causes"]),
        low_answers=frozenset(severity["low_answers"]),
        promises={level: Promise(**data["promises"][level.value]) for level in Severity},
        warn_before=data["warn"]["before"],
        claim_grace=data["warn"]["claim_grace"],
        stale_after=timedelta(days=data["silence"]["days"]),
    )


def reasons(case: Case, diagnosis: Diagnosis, base: KnowledgeBase, now: datetime | None = None) -> tuple[str, ...]:
    """Why the case goes to the engineers now; empty: it does not. One that is there already needs no reason.

    Args:
        case: the case, with what was asked, answered and tried.
        diagnosis: what its evidence says, with the next step.
        base: who can mend what.
        now: the time; None: time is no reason.
    """
    if case.on_desk or diagnosis.verdict is Verdict.HEALTHY:
        return ()
    law = rules()
    found: list[str] = []
    if _flags(case, diagnosis, law):
        found.append(RED_FLAG)
    if diagnosis.next.kind is StepKind.HANDOVER:
        found += _nothing_else(diagnosis, base)
    if len(case.tried) >= law.steps_that_failed:
        found.append(TRIED_OUT)
    if now is not None and case.tried and now - case.opened_at >= timedelta(hours=law.hours_unsolved):
        found.append(TIME)
    if not found and diagnosis.next.kind is StepKind.HANDOVER:
        found.append(NOTHING_LEFT)
    return tuple(found)


def severity(case: Case) -> Severity:
    """How much is broken, from the answers and the likely cause."""
    law, answers = rules(), _answers(case)
    best = _likely(case.diagnosis) if case.diagnosis else None
    if answers & law.high_answers or best in law.high_causes:
        return Severity.HIGH
    return Severity.LOW if answers & law.low_answers else Severity.NORMAL


def promise(case: Case) -> Promise:
    """What is promised: by the priority that an engineer chose, else by the severity."""
    chosen = {Priority.URGENT: Severity.HIGH, Priority.SOON: Severity.NORMAL, Priority.WHENEVER: Severity.LOW}
    level = chosen[case.handling.priority] if case.handling.priority else case.handling.severity
    return rules().promises[level]


def _flags(case: Case, diagnosis: Diagnosis, law: Rules) -> bool:
    """Whether something in it cannot wait for questions; a word that could as well be wrong needs a cause that agrees."""
    return _likely(diagnosis) in law.flag_causes or (
        bool(_answers(case) & law.flag_answers) and diagnosis.next.kind is not StepKind.ASK
    )


def _nothing_else(diagnosis: Diagnosis, base: KnowledgeBase) -> list[str]:
    if diagnosis.verdict is Verdict.OPEN:
        return [OPEN]
    cause = base.causes.get(diagnosis.best.cause) if diagnosis.best else None
    return [FIXER] if cause is not None and cause.fixer is not Fixer.USER else []


def _likely(diagnosis: Diagnosis) -> str | None:
    sure = diagnosis.verdict in (Verdict.LIKELY, Verdict.CONCLUSIVE)
    return diagnosis.best.cause if sure and diagnosis.best else None


def _answers(case: Case) -> frozenset[str]:
    return frozenset(f"{question}={choice}" for question, choice in case.answers.items())
