"""Draft a cause: its whole file, with one rule from a log line and one step, and the same sentences to translate."""

from __future__ import annotations

import argparse
from pathlib import Path

from knowledge.authoring.new.draft import Draft, Part
from knowledge.authoring.new.insert import scalar
from knowledge.authoring.new.rule import facts_in, rule_entry
from knowledge.errors import MisuseError
from knowledge.rules import KnowledgeBase
from knowledge.terms import CauseId, Fixer, Stage


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("id", metavar="ID", help="the cause's name: small letters and dashes, such as psk-mismatch")
    parser.add_argument("lines", nargs="*", metavar="LINE", help="log lines that show it: in quotes, FILE:LINE, or a whole FILE")
    parser.add_argument("--title", metavar="WORDS", help="its name for people, in a few words")
    parser.add_argument("--stage", choices=tuple(Stage), metavar="S", help=f"where it strikes: {', '.join(Stage)}")
    parser.add_argument("--fixer", choices=tuple(Fixer), metavar="F", help=f"who can mend it: {', '.join(Fixer)}")


def draft(base: KnowledgeBase, folder: Path, args: argparse.Namespace) -> Draft:
    """What the command drafts."""
    if CauseId(args.id) in base.causes:
        raise MisuseError(f"there is a cause called `{args.id}`; add to it with: vpn-help knowledge new rule {args.id} …")
    facts = facts_in(base, args.lines)
    kinds = [base.facts[fact.id] for fact in facts if fact.id in base.facts]
    stage = args.stage or (kinds[-1].stage if kinds else None)
    head = [
        "schema: 1",
        f"cause: {args.id}",
        f"title: {scalar(args.title or '')}",
        "says:",
        "about:",
        f"stage: {stage or ''}",
        f"shows_at: [{stage or ''}]",
        f"fixer: {args.fixer or ''}",
        "prior: uncommon",
    ]
    text = "\n".join(line.rstrip(" ") for line in head)
    if facts:
        entry, _ = rule_entry(base, facts, ident=f"{args.id}-seen")
        text += "\nrules:\n" + "\n".join(f"  {line}" for line in entry.split("\n"))
    text += "\n" + _STEP.format(id=args.id, fixer=args.fixer or "").rstrip() + "\nsources: []\n"
    text = "\n".join(line.rstrip(" ") for line in text.split("\n"))
    notes = ("Then make some answer speak for it: a choice in questions.yaml, or vpn-help knowledge new question.",)
    return Draft(what="cause", ident=args.id, parts=(Part(file=folder / "causes" / f"{args.id}.yaml", entry=text),), notes=notes)


_STEP = """\
steps:
  - id: {id}-mend
    for: []
    fixer: {fixer}
    minutes: 10
    risk: low
    mends: 0.5
    do:
    verify: Connect again.
    source:
"""
