"""When the bot should not go on alone. Pure: a case in, reasons out; each is said on the card (`[reasons]` in the texts)."""

from __future__ import annotations

from bot.cases import Case
from knowledge import Diagnosis, Fixer, KnowledgeBase, StepKind, Verdict

ASKED_FOR = "asked-for"
OPEN = "open"
FIXER = "fixer"
TRIED_OUT = "tried-out"
FAILED = "failed"
REOPENED = "reopened"
NOTHING_LEFT = "nothing-left"

#: After so many steps that did not help, the next one is a person.
STEPS_BEFORE_A_PERSON = 3


def reasons(case: Case, diagnosis: Diagnosis, base: KnowledgeBase) -> tuple[str, ...]:
    """Why the case goes to the engineers now; empty: it does not. One that is there already needs no reason."""
    if case.on_desk or diagnosis.verdict is Verdict.HEALTHY:
        return ()
    tried_out = len(case.tried) >= STEPS_BEFORE_A_PERSON
    if diagnosis.next.kind is not StepKind.HANDOVER:
        return (TRIED_OUT,) if tried_out else ()
    found: list[str] = []
    cause = base.causes.get(diagnosis.best.cause) if diagnosis.best else None
    if cause is not None and cause.fixer is not Fixer.USER and diagnosis.verdict is not Verdict.OPEN:
        found.append(FIXER)
    if tried_out:
        found.append(TRIED_OUT)
    if diagnosis.verdict is Verdict.OPEN:
        found.append(OPEN)
    return tuple(found) or (NOTHING_LEFT,)
