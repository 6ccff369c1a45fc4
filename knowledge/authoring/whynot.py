"""Show why a rule speaks or keeps silent on a log: each part of its condition, what it rests on, and what would make it speak.

Exit status 0 if the rule speaks, 1 if it keeps silent.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

from knowledge.authoring.advice import advice
from knowledge.authoring.inputs import add_inputs, explained, growing_base, place_of
from knowledge.condition import Context, Explained, Result, Truth, evaluate
from knowledge.condition.misses import changes
from knowledge.errors import MisuseError
from knowledge.loader.faults import nearest
from knowledge.rules import KnowledgeBase, Rule
from knowledge.terms import Fact

#: So many proofs are shown for each part.
_MOST_PROOFS = 3
_WIDTH = 46


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("rule", metavar="RULE", help="the id of the rule")
    add_inputs(parser)


def run(args: argparse.Namespace) -> int:
    """Ask one rule of the files and answers, and show how it comes out."""
    base = growing_base(args.base, args.knowledge)
    rule = find_rule(base, args.rule)
    found, _ = explained(args, base)
    result = evaluate(rule.when, found.context)
    _write(json.dumps(as_data(base, rule, result), ensure_ascii=False) + "\n" if args.json else as_text(base, rule, result))
    return 0 if result.holds else 1


def find_rule(base: KnowledgeBase, name: str) -> Rule:
    """A rule by its id.

    Raises:
        MisuseError: there is none; with the nearest.
    """
    rule = next((rule for rule in base.rules if rule.id == name), None)
    if rule is None:
        advised = nearest(name, [rule.id for rule in base.rules])
        raise MisuseError(f"no rule is called `{name}`" + (f"; {advised}" if advised else ""))
    return rule


def as_text(base: KnowledgeBase, rule: Rule, result: Result) -> str:
    """The tree of reasons, and what would make the rule speak."""
    lines = [
        f"rule {rule.id} {'speaks' if result.holds else 'keeps silent'}: its condition is {result.truth}",
        f"  {rule.span.file}:{rule.span.line}",
        *(f"  {effect.direction} {effect.cause} ({effect.strength})" for effect in rule.effects),
        "",
        *lines_of(result.explained),
    ]
    wanted = wishes(base, rule, result.context)
    if wanted:
        lines += ["", "it would speak if"]
        lines += [f"  {'and ' if number else ''}{wish}" for number, wish in enumerate(wanted)]
    return "\n".join(lines) + "\n"


def wishes(base: KnowledgeBase, rule: Rule, context: Context) -> list[str]:
    """The fewest things that would have to be otherwise, in sentences."""
    return [advice(base, leaf, wanted, context) for leaf, wanted in changes(rule.when, context)]


def lines_of(node: Explained, depth: int = 0) -> Iterator[str]:
    """One line for each part of a condition: its truth, its words, and what it rests on."""
    label = "  " * depth + node.label
    proofs = [] if node.parts else list(_proofs(node))
    first = f"{node.truth!s:<8} {label:<{_WIDTH}}"
    yield (f"{first}  {proofs[0]}" if proofs else first).rstrip()
    for proof in proofs[1:]:
        yield f"{'':<8} {'':<{_WIDTH}}  {proof}"
    for part in node.parts:
        yield from lines_of(part, depth + 1)


def _proofs(node: Explained) -> Iterator[str]:
    yield from (_shown(fact) for fact in node.facts[:_MOST_PROOFS])
    if len(node.facts) > _MOST_PROOFS:
        yield f"… {len(node.facts) - _MOST_PROOFS} more"
    yield from node.answers
    if node.truth is not Truth.TRUE:
        for fact in node.near[:_MOST_PROOFS]:
            values = ", ".join(f"{key}={value}" for key, value in sorted(fact.values.items()))
            yield f"near: {place_of(fact)} {fact.id} {values}"
    if node.needs and not node.near:
        yield "would be settled by: " + ", ".join(map(str, node.needs))


def _shown(fact: Fact) -> str:
    text = (fact.evidence[0].text if fact.evidence else None) or ""
    return f"{place_of(fact)}  {text if len(text) <= 110 else text[:109] + '…'}".rstrip()


def as_data(base: KnowledgeBase, rule: Rule, result: Result) -> dict[str, Any]:
    """The same as data."""
    return {
        "rule": rule.id,
        "file": rule.span.file,
        "line": rule.span.line,
        "speaks": result.holds,
        "truth": str(result.truth),
        "effects": [
            {"cause": effect.cause, "direction": effect.direction, "strength": effect.strength} for effect in rule.effects
        ],
        "condition": _node_data(result.explained),
        "would_speak_if": wishes(base, rule, result.context),
        "knowledge": base.revision,
    }


def _node_data(node: Explained) -> dict[str, Any]:
    return {
        "text": node.text,
        "truth": str(node.truth),
        "facts": [fact_data(fact) for fact in node.facts],
        "answers": list(node.answers),
        "near": [fact_data(fact) for fact in node.near],
        "needs": [{"kind": need.kind, "name": need.name} for need in node.needs],
        "parts": [_node_data(part) for part in node.parts],
    }


def fact_data(fact: Fact) -> dict[str, Any]:
    """A fact as data, with its first proof."""
    proof = fact.evidence[0] if fact.evidence else None
    return {
        "fact": fact.id,
        "values": dict(fact.values),
        "times": fact.times,
        "format": fact.format,
        "file": proof.file if proof else None,
        "member": proof.member if proof else None,
        "line": proof.line if proof else None,
        "text": proof.text if proof else None,
        "answer": proof.answer if proof else None,
    }


def _write(text: str) -> None:
    sys.stdout.write(text)
