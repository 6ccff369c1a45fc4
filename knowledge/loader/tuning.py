"""`tuning.yaml`: what a company changes about the base for a while, without touching the base.

    tuning:
      - rule: psk-decrypt-failed
        mute: true                      # or `strength: weak`
        reason: our gateway writes this at every renewal
        until: 2027-03-31
      - {cause: udp-blocked, prior: rare, reason: nobody works from hotels, until: 2027-06-30}

An entry whose day is over is a warning, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from knowledge.errors import Fault, Severity
from knowledge.inference import PRIORS
from knowledge.loader import schema
from knowledge.loader.document import Document
from knowledge.loader.faults import unknown
from knowledge.loader.names import Names, Path
from knowledge.rules import KnowledgeBase, Rule, Tuning
from knowledge.terms import CauseId, RuleId, Strength, TuningKind

TUNING = "tuning.yaml"


def build_tunings(
    document: Document, file: schema.TuningFile, base: KnowledgeBase, names: Names, today: date
) -> tuple[tuple[Tuning, ...], tuple[Tuning, ...]]:
    """The entries that are in force today, and those that have ended."""
    in_force: dict[str, Tuning] = {}
    ended = []
    for index, model in enumerate(file.tuning):
        path: Path = ("tuning", index)
        tuning = _tuning(document, path, model, base, names)
        if tuning is None:
            continue
        if model.until < today:
            ended.append(tuning)
            names.faults.append(_ended(document, path, model))
        elif (other := in_force.setdefault(tuning.rule or f"cause:{tuning.cause}", tuning)) is not tuning:
            message = f"`{other.rule or other.cause}` is tuned twice"
            names.faults.append(Fault(message=message, span=document.span(path), help="keep one of the two", code="tuned-twice"))
    return tuple(in_force.values()), tuple(ended)


def tuned(base: KnowledgeBase, tunings: Iterable[Tuning]) -> KnowledgeBase:
    """The base with these changes made; a muted rule stays in it, so that it can be said that it would have spoken."""
    tunings = tuple(tunings)
    levels = {tuning.rule: Strength(tuning.now or "") for tuning in tunings if tuning.kind is TuningKind.LEVEL}
    priors = {tuning.cause: PRIORS[tuning.now or ""] for tuning in tunings if tuning.kind is TuningKind.PRIOR}
    causes = {ident: replace(cause, prior=priors.get(ident, cause.prior)) for ident, cause in base.causes.items()}
    rules = tuple(_levelled(rule, levels[rule.id]) if rule.id in levels else rule for rule in base.rules)
    return replace(base, causes=MappingProxyType(causes), rules=rules, tunings=tunings)


def _levelled(rule: Rule, strength: Strength) -> Rule:
    return replace(rule, effects=tuple(replace(effect, strength=strength) for effect in rule.effects))


def _tuning(document: Document, path: Path, model: schema.TuningModel, base: KnowledgeBase, names: Names) -> Tuning | None:
    faults = list(_shape(document, path, model))
    names.faults += faults
    if faults:
        return None
    if model.cause is not None:
        cause = base.causes.get(CauseId(model.cause))
        if cause is None:
            where = document.span((*path, "cause"))
            names.faults.append(unknown("cause", model.cause, where, base.causes, severity=names.severity))
            return None
        before = next((word for word, prior in PRIORS.items() if prior == cause.prior), None)
        return Tuning(
            kind=TuningKind.PRIOR,
            reason=model.reason,
            until=model.until,
            cause=cause.id,
            now=model.prior,
            before=before,
            prior=cause.prior,
        )
    rule = next((rule for rule in base.rules if rule.id == model.rule), None)
    if rule is None:
        where = document.span((*path, "rule"))
        ids = [rule.id for rule in base.rules]
        names.faults.append(unknown("rule", model.rule or "", where, ids, severity=names.severity))
        return None
    strengths = dict.fromkeys(effect.strength for effect in rule.effects)
    return Tuning(
        kind=TuningKind.MUTE if model.mute else TuningKind.LEVEL,
        reason=model.reason,
        until=model.until,
        rule=RuleId(rule.id),
        now=model.strength,
        before=", ".join(strengths),
    )


def _shape(document: Document, path: Path, model: schema.TuningModel) -> Iterator[Fault]:
    """An entry is about a rule or a cause, and changes one thing of it."""
    if (model.rule is None) == (model.cause is None):
        yield Fault(
            message="a tuning is about one rule or one cause",
            span=document.span(path),
            help="write `rule:` or `cause:`, and only one of them",
            code="tuning",
        )
    elif model.rule is not None and (model.mute == (model.strength is not None) or model.prior is not None):
        yield Fault(
            message="a rule is muted or gets another strength",
            span=document.span((*path, "rule")),
            help="write `mute: true`, or `strength:` with one of decisive, strong, moderate, weak",
            code="tuning",
        )
    elif model.cause is not None and (model.prior is None or model.mute or model.strength is not None):
        yield Fault(
            message="a cause gets another prior",
            span=document.span((*path, "cause")),
            help="write `prior:` with one of " + ", ".join(PRIORS),
            code="tuning",
        )


def _ended(document: Document, path: Path, model: schema.TuningModel) -> Fault:
    return Fault(
        message=f"the tuning of `{model.rule or model.cause}` ended on {model.until}",
        span=document.span((*path, "until")),
        reason="it changes nothing any more",
        help="take the entry out, or give it a later day if the reason still holds",
        severity=Severity.WARNING,
        code="tuning-ended",
    )
