"""Causes that nothing can find, ask about or mend; things without a reference."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.authoring.lints import Lint, Seen
from knowledge.authoring.printing import counted
from knowledge.errors import Fault, Severity
from knowledge.rules import Cause
from knowledge.terms import HEALTHY, Direction


def causes_without(seen: Seen) -> Iterator[Fault]:
    """Causes that no rule, no question or no step is about."""
    by_rule = {effect.cause for rule in seen.base.rules for effect in rule.effects if effect.direction is Direction.SUPPORTS}
    by_answer = {
        effect.cause
        for question in seen.base.questions.values()
        for choice in question.choices
        for effect in choice.effects
        if effect.direction is Direction.SUPPORTS
    }
    for cause in seen.base.causes.values():
        if cause.id not in by_rule:
            yield _without(seen, cause, "rule", "nothing in a log supports it", "add a rule that supports it")
        if cause.id == HEALTHY:
            continue
        if cause.id not in by_answer:
            yield _without(
                seen, cause, "question", "no answer makes it more likely", "give a choice in questions.yaml an effect on it"
            )
        if not cause.steps:
            yield _without(seen, cause, "step", "nobody is told what to do about it", "add `steps:`")


def _without(seen: Seen, cause: Cause, what: str, reason: str, advice: str) -> Fault:
    return Fault(
        message=f"cause `{cause.id}` has no {what}",
        span=seen.places.at(f"causes/{cause.id}.yaml", "cause"),
        reason=reason,
        help=advice,
        severity=Severity.WARNING,
        code=f"cause-without-{what}",
    )


def references(seen: Seen) -> Iterator[Fault]:
    """Causes and codes of which nobody says where they come from. Rules and steps cannot be written without."""
    for cause in seen.base.causes.values():
        if not cause.sources and cause.id != HEALTHY:
            yield Fault(
                message=f"cause `{cause.id}` has no reference",
                span=seen.places.at(f"causes/{cause.id}.yaml", "cause"),
                help="add `sources:` with the pages that describe it",
                severity=Severity.WARNING,
                code="no-reference",
            )
    unsourced: dict[str, list[str]] = {}
    for code in seen.base.codes.values():
        if not code.source:
            unsourced.setdefault(code.family, []).append(code.code)
    for family, codes in unsourced.items():
        yield Fault(
            message=f"{counted(len(codes), 'code')} of `{family}` without a reference",
            note=", ".join(codes),
            help="fill in the column `source`",
            severity=Severity.WARNING,
            code="no-reference",
        )


def unreachable_stage(seen: Seen) -> Iterator[Fault]:
    """A cause's own stage is one at which an attempt with it is seen to stop, or later ones are."""
    for cause in seen.base.causes.values():
        if cause.shows_at and all(stage.rank < cause.stage.rank for stage in cause.shows_at):
            yield Fault(
                message=f"cause `{cause.id}` shows only before its own stage",
                span=seen.places.at(f"causes/{cause.id}.yaml", "shows_at"),
                reason=f"its stage is {cause.stage}",
                help="add the stage to `shows_at`",
                severity=Severity.WARNING,
                code="stage-not-shown",
            )


LINTS: tuple[Lint, ...] = (causes_without, references, unreachable_stage)
