"""Follow a log from line to attempt, to fact, to rule, to odds.

Each line that asserts something is shown with its signature, its facts and the rules that rest on them; then the causes, with the
factor of every finding. Exit status 1 where a file was not understood.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from knowledge.authoring.inputs import add_inputs, explained, growing_base, place_of
from knowledge.authoring.whynot import fact_data
from knowledge.condition import Truth, evaluate
from knowledge.diagnosis import Explanation
from knowledge.explaining import explanation_json, explanation_text
from knowledge.logs.clocks import Clocks
from knowledge.logs.records import Catalogue, catalogue
from knowledge.logs.signatures import match
from knowledge.rules import KnowledgeBase, Rule, Status
from knowledge.terms import Clock, Fact, Log, ReadState

_WHEN = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One fact on its way: where it comes from, and what became of it."""

    fact: Fact
    #: The signature that found its line; None for an answer, or where a reader of its own asserts it.
    signature: str | None
    #: The rules that speak and rest on it.
    rules: tuple[Rule, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_inputs(parser)


def run(args: argparse.Namespace) -> int:
    """Trace the files and answers, all together."""
    base = growing_base(args.base, args.knowledge)
    found, logs = explained(args, base)
    steps = list(steps_of(base, found))
    if args.json:
        sys.stdout.write(json.dumps(_data(found, logs, steps), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(base, found, logs, steps)) + "\n")
    return 1 if any(log.read in (ReadState.UNRECOGNISED, ReadState.REFUSED) for log in logs) else 0


def steps_of(base: KnowledgeBase, found: Explanation) -> Iterator[Step]:
    """Every fact of the chosen attempt, of the host and of the answers, in their order."""
    rules: dict[int, list[Rule]] = {}
    for rule in base.rules:
        if rule.status is Status.DEPRECATED:
            continue
        result = evaluate(rule.when, found.context)
        if result.truth is Truth.TRUE:
            for fact in result.facts:
                rules.setdefault(id(fact), []).append(rule)
    known = catalogue(base)
    for fact in sorted(found.context.facts, key=lambda fact: fact.order):
        yield Step(fact=fact, signature=signature_of(fact, known), rules=tuple(rules.get(id(fact), ())))


def signature_of(fact: Fact, known: Catalogue) -> str | None:
    """The signature that finds the fact's line: of several, the one that tells most, as the reader chooses.

    It is looked for in the redacted line, in which a hole that held a name may hold a token now.
    """
    text = next((proof.text for proof in fact.evidence if proof.text), None)
    if text is None or fact.format is None:
        return None
    hits = {index for _, _, indices in known.lines(text.encode()) for index in indices}
    found = match(known.record(text, 1, Clocks(_WHEN)), sorted({*hits, *known.needleless}), known)
    own = [each for each in found if each.signature.fact == fact.id and each.format == fact.format]
    best = max(own, key=lambda each: (len({**each.signature.constants, **each.values}), each.pattern.weight), default=None)
    return best.signature.id if best else None


def _lines(base: KnowledgeBase, found: Explanation, logs: Sequence[Log], steps: Sequence[Step]) -> Iterator[str]:
    for log in logs:
        formats = ", ".join(log.formats) or "no known format"
        yield f"{log.file}: {log.read}, {formats}, {log.understood} of {log.lines} lines understood, {len(log.facts)} facts"
    yield from _attempts(found)
    yield ""
    for _, group in groupby(steps, key=lambda step: place_of(step.fact)):
        yield from _line(list(group))
    yield ""
    yield from _rules(base, steps)
    yield ""
    yield explanation_text(base, found).rstrip()


def _attempts(found: Explanation) -> Iterator[str]:
    attempts = found.diagnosis.attempts
    for number, attempt in enumerate(attempts):
        times = f"{_time(attempt.start)} to {_time(attempt.end)}"
        chosen = "  <- traced below" if attempt.chosen else ""
        yield f"attempt {number} of {len(attempts)}: {times}, stopped at {attempt.stage}, {attempt.verdict}{chosen}"
    covered = ", ".join(stage for stage in sorted(found.context.covered, key=lambda stage: stage.rank)) or "no stage"
    yield f"seen from start to end: {covered}"


def _time(clock: Clock | None) -> str:
    return f"{clock.at:%Y-%m-%d %H:%M:%S}" if clock else "?"


def _line(steps: Sequence[Step]) -> Iterator[str]:
    """A line, and below it each fact that it asserts."""
    first = steps[0].fact
    proof = first.evidence[0] if first.evidence else None
    yield f"{place_of(first)}  {proof.text if proof and proof.text else ''}".rstrip()
    for step in steps:
        values = " ".join(f"{key}={value}" for key, value in sorted(step.fact.values.items()))
        times = f" (said {step.fact.times} times)" if step.fact.times > 1 else ""
        source = f"   [{step.signature}]" if step.signature else ""
        yield f"    {step.fact.id} {values}{times}{source}".rstrip()
        for rule in step.rules:
            yield f"        -> {rule.id}" + (" (experimental: it does not speak)" if rule.status is Status.EXPERIMENTAL else "")


def _rules(base: KnowledgeBase, steps: Sequence[Step]) -> Iterator[str]:
    """The rules that speak, with what they say."""
    speaking = dict.fromkeys(rule.id for step in steps for rule in step.rules)
    for rule in base.rules:
        if rule.id in speaking:
            effects = ", ".join(f"{effect.direction} {effect.cause} {effect.strength}" for effect in rule.effects)
            yield f"{rule.id}: {rule.says()}"
            yield f"    {effects}"
    if not speaking:
        yield "no rule speaks on these facts"


def _data(found: Explanation, logs: Sequence[Log], steps: Sequence[Step]) -> dict[str, Any]:
    return {
        "files": [
            {
                "file": log.file,
                "read": log.read,
                "formats": list(log.formats),
                "lines": log.lines,
                "understood": log.understood,
                "facts": len(log.facts),
            }
            for log in logs
        ],
        "attempts": [
            {"stage": attempt.stage, "verdict": attempt.verdict, "chosen": attempt.chosen} for attempt in found.diagnosis.attempts
        ],
        "covered": sorted(found.context.covered),
        "steps": [
            {**fact_data(step.fact), "signature": step.signature, "rules": [rule.id for rule in step.rules]} for step in steps
        ],
        "odds": explanation_json(found),
    }
