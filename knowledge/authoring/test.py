"""Run the samples of every signature, and the examples and near misses of every rule.

A signature must match its samples. A rule must speak on each of its examples and keep silent on each near miss; a near miss is
near if one part of the condition alone kept the rule silent, and that part is named. Exit status 1 where anything fails or is
missing.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.authoring.examples import Shown, shown
from knowledge.authoring.places import Places
from knowledge.authoring.printing import as_json, as_text, counted, errors, in_order, total
from knowledge.authoring.samples import sample_faults
from knowledge.authoring.whynot import lines_of
from knowledge.errors import Fault, MisuseError, Severity
from knowledge.loader import Folders, folders_of, survey
from knowledge.loader.faults import nearest
from knowledge.rules import KnowledgeBase, Rule, Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What was run, and what came out."""

    base: KnowledgeBase
    signatures: tuple[Signature, ...]
    rules: tuple[Rule, ...]
    results: tuple[Shown, ...]
    faults: tuple[Fault, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("names", nargs="*", metavar="ID", help="only these rules and signatures (default: all)")
    parser.add_argument("-v", "--verbose", action="store_true", help="show for each near miss what kept the rule silent")
    parser.add_argument("--base", type=Path, metavar="DIR", help="another knowledge base than the one that comes with vpn-help")
    parser.add_argument("--knowledge", type=Path, metavar="DIR", help="your company's own folder over the base")
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Run everything and report; 1 where something fails."""
    tested = examine(folders_of(args.base, args.knowledge), args.names)
    if args.json:
        sys.stdout.write(json.dumps(_data(tested), ensure_ascii=False) + "\n")
    else:
        if args.verbose:
            sys.stdout.write("".join(f"{_silent(result)}\n" for result in tested.results if result.near_miss and result.as_meant))
        sys.stdout.write(as_text(tested.faults) + _summary(tested) + "\n")
    return 1 if errors(tested.faults) else 0


def examine(folders: Folders, names: Sequence[str] = ()) -> Tested:
    """Run the samples and examples of a base.

    Args:
        folders: The base, and what lies over it.
        names: Rules and signatures to run; none: all.

    Raises:
        MisuseError: a name is neither a rule nor a signature.
    """
    found = survey(folders, strict=False)
    every = [signature for source in found.base.formats.values() for signature in source.signatures]
    _refuse_unknown(names, [*(rule.id for rule in found.base.rules), *(signature.id for signature in every)])
    rules = [rule for rule in found.base.rules if not names or rule.id in names]
    signatures = [signature for signature in every if not names or signature.id in names]
    results = [result for rule in rules for result in shown(found.base, rule)]
    faults = [] if names else list(found.errors)
    if signatures:
        faults += sample_faults(found.base, folders, [signature.id for signature in signatures])
    faults += rule_faults(rules, results, Places(folders))
    return Tested(
        base=found.base,
        signatures=tuple(signatures),
        rules=tuple(rules),
        results=tuple(results),
        faults=tuple(in_order(faults)),
    )


def rule_faults(rules: Sequence[Rule], results: Sequence[Shown], places: Places) -> Iterator[Fault]:
    """What the examples of rules show to be wrong, and rules that show nothing."""
    for rule in rules:
        if not rule.examples:
            yield _without(rule, "example", "log lines, facts or answers with which it speaks")
        if not rule.near_misses:
            yield _without(rule, "near_miss", "evidence that differs in one thing, so that it keeps silent")
    for result in results:
        fault = _judged(result, places)
        if fault:
            yield fault


def _refuse_unknown(names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            advice = nearest(name, known)
            raise MisuseError(f"no rule and no signature is called `{name}`" + (f"; {advice}" if advice else ""))


def _without(rule: Rule, key: str, what: str) -> Fault:
    noun = key.replace("_", " ")
    return Fault(
        message=f"rule `{rule.id}` has no {noun}",
        span=rule.span,
        help=f"add `{key}:` with {what}",
        code=f"no-{noun.replace(' ', '-')}",
    )


def _judged(result: Shown, places: Places) -> Fault | None:
    span = places.of_rule(result.rule, "near_miss" if result.near_miss else "example", _number(result))
    rule = result.rule.id
    if result.problem is not None:
        return Fault(
            message=f"rule `{rule}` has an example that cannot be used", span=span, reason=result.problem, code="bad-example"
        )
    if not result.as_meant and result.near_miss:
        return Fault(
            message=f"rule `{rule}` speaks on its near miss",
            span=span,
            reason="the whole condition holds there",
            help="change one thing in it, so that one part of the condition does not hold",
            code="near-miss-speaks",
        )
    if not result.as_meant:
        tree = [f"  {line}" for line in lines_of(result.result.explained)] if result.result else []
        return Fault(
            message=f"rule `{rule}` keeps silent on its example",
            span=span,
            reason=f"`{result.missed}` does not come out as it must"
            if result.missed
            else "several parts of the condition do not hold",
            note="\n".join(["this is how it comes out:", *tree]),
            help="mend the condition, or the example",
            code="example-silent",
        )
    if result.near_miss and result.missed is None:
        return Fault(
            message=f"rule `{rule}` has a near miss that is not near",
            span=span,
            reason="more than one part of the condition kept the rule silent",
            help="take its example, and change one thing",
            severity=Severity.WARNING,
            code="far-miss",
        )
    return None


def _number(result: Shown) -> int:
    examples = result.rule.near_misses if result.near_miss else result.rule.examples
    return next(number for number, example in enumerate(examples) if example is result.example)


def _silent(result: Shown) -> str:
    if result.missed is None:
        return f"{result.rule.id}: silent for more than one reason"
    return f"{result.rule.id}: silent because of `{result.missed}`"


def _summary(tested: Tested) -> str:
    samples = sum(len(signature.samples) for signature in tested.signatures)
    near = sum(result.near_miss for result in tested.results)
    signatures = f"{counted(len(tested.signatures), 'signature')} with {counted(samples, 'sample')}"
    examples = f"{counted(len(tested.results) - near, 'example')} and {counted(near, 'near miss', 'near misses')}"
    outcome = total(tested.faults) if tested.faults else "all as they should be"
    return f"{signatures}; {counted(len(tested.rules), 'rule')} with {examples}: {outcome}"


def _data(tested: Tested) -> dict[str, Any]:
    return {
        "knowledge": tested.base.revision,
        "signatures": len(tested.signatures),
        "samples": sum(len(signature.samples) for signature in tested.signatures),
        "rules": [
            {
                "id": rule.id,
                "examples": [_result_data(result) for result in tested.results if result.rule is rule and not result.near_miss],
                "near_misses": [_result_data(result) for result in tested.results if result.rule is rule and result.near_miss],
            }
            for rule in tested.rules
        ],
        "faults": [as_json(fault) for fault in tested.faults],
    }


def _result_data(result: Shown) -> dict[str, Any]:
    return {
        "as_meant": result.as_meant,
        "truth": str(result.result.truth) if result.result else None,
        "missed": str(result.missed) if result.missed else None,
        "problem": result.problem,
    }
