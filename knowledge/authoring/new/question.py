"""Draft a question that tells a cause from the others: yes, no, and a way out for who does not know."""

from __future__ import annotations

import argparse
from pathlib import Path

from knowledge.authoring.new.draft import Draft, Part
from knowledge.authoring.new.insert import scalar
from knowledge.errors import MisuseError
from knowledge.loader.faults import nearest
from knowledge.rules import KnowledgeBase
from knowledge.terms import UNKNOWN, CauseId, QuestionId


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("id", metavar="ID", help="the question's name: small letters and dashes, such as other-network")
    parser.add_argument(
        "--cause", action="append", default=[], metavar="CAUSE", help="a cause that `yes` speaks for; may be given several times"
    )
    parser.add_argument("--ask", metavar="SENTENCE", help="the question")
    parser.add_argument("--why", metavar="SENTENCE", help="why it is asked")


def draft(base: KnowledgeBase, folder: Path, args: argparse.Namespace) -> Draft:
    """What the command drafts."""
    if QuestionId(args.id) in base.questions:
        raise MisuseError(f"there is a question called `{args.id}`")
    for cause in args.cause:
        if CauseId(cause) not in base.causes:
            advised = nearest(cause, base.causes)
            raise MisuseError(f"no cause is called `{cause}`" + (f"; {advised}" if advised else ""))
    effects = {mark: "{" + ", ".join(f'{cause}: "{mark}"' for cause in args.cause) + "}" for mark in ("++", "--")}
    lines = [
        f"- id: {args.id}",
        f"  ask: {scalar(args.ask or '')}",
        f"  why: {scalar(args.why or '')}",
        "  seconds: 15",
        "  unknown: 0.2",
        "  choices:",
        *_choice("yes", "'Yes'", effects["++"] if args.cause else ""),
        *_choice("no", "'No'", effects["--"] if args.cause else ""),
        *_choice(UNKNOWN, "I don''t know".replace("''", "'"), ""),
    ]
    entry = "\n".join(line.rstrip(" ") for line in lines)
    file = folder / "questions.yaml"
    head = None if file.exists() else "schema: 1\nquestions:\n"
    notes = () if args.cause else ('No answer speaks for a cause yet: `effect: {psk-mismatch: "+"}` under a choice.',)
    return Draft(what="question", ident=args.id, parts=(Part(file=file, key="questions", entry=entry, head=head),), notes=notes)


def _choice(ident: str, says: str, effect: str) -> list[str]:
    lines = [f"    - id: {ident}", f"      says: {says}"]
    return [*lines, f"      effect: {effect}"] if effect else lines
