"""Draft a signature, a rule, a cause or a question, ready to finish.

Prints the entry, or puts it into the right file with --write. What only you can decide is left empty, and `vpn-help knowledge
check` names each such place with what belongs there. Exit status 0; 2 where the draft cannot be made, with the reason.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from types import ModuleType

from knowledge.authoring.check import check
from knowledge.authoring.new import cause, question, rule, signature
from knowledge.authoring.new.draft import Draft, as_text, write
from knowledge.authoring.printing import as_json, in_order
from knowledge.authoring.printing import as_text as faults_text
from knowledge.errors import Fault, Severity
from knowledge.loader import BASE, survey

_KINDS: dict[str, tuple[ModuleType, str]] = {
    "signature": (signature, 'vpn-help knowledge new signature "giving up after 5 retransmits" --fact ike.timeout --write'),
    "rule": (rule, "vpn-help knowledge new rule psk-mismatch client.log:27 --supports strong --write"),
    "cause": (cause, 'vpn-help knowledge new cause clock-wrong --title "The clock is wrong" --stage ike --fixer user --write'),
    "question": (question, "vpn-help knowledge new question other-network --cause udp-blocked --write"),
}
#: How to see that a draft works.
_TRY = {
    "signature": "vpn-help knowledge test {}",
    "rule": "vpn-help knowledge test {}",
    "cause": "vpn-help knowledge check",
    "question": "vpn-help diagnose --answer {}=yes",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    kinds = parser.add_subparsers(title="what", metavar="WHAT", required=True)
    for name, (module, example) in _KINDS.items():
        says = (module.__doc__ or "").split("\n\n")[0]
        kind = kinds.add_parser(
            name,
            help=says,
            description=f"{says}\n\n  {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(kind)
        kind.add_argument("--write", action="store_true", help="put it into the files, and say what is left to decide")
        kind.add_argument("--base", type=Path, metavar="DIR", help="the base (default: the one of vpn-help)")
        kind.add_argument("--json", action="store_true", help="as one JSON object")
        kind.set_defaults(module=module)


def run(args: argparse.Namespace) -> int:
    """Draft, and print or write."""
    folder = args.base or BASE
    found = survey(folder, strict=False)
    drafted: Draft = args.module.draft(found.base, folder, args)
    places = write(drafted) if args.write else []
    left = _left(folder, drafted) if args.write else []
    if args.json:
        sys.stdout.write(json.dumps(_data(drafted, folder, left, written=args.write), ensure_ascii=False) + "\n")
        return 0
    if args.write:
        for path, line in places:
            sys.stdout.write(f"written: {path.relative_to(folder).as_posix()}:{line}\n")
        sys.stdout.write("\n" + faults_text(left) if left else "")
        sys.stdout.write(
            "" if left else f"The {drafted.what} is complete; try it with: vpn-help knowledge test {drafted.ident}\n"
        )
    else:
        sys.stdout.write(as_text(drafted, folder))
    for note in drafted.notes:
        print(f"note: {note}", file=sys.stderr)  # noqa: T201 # a command of the terminal
    return 0


def _left(folder: Path, drafted: Draft) -> list[Fault]:
    """What `check` says about the files that were written: what the author must decide, errors first."""
    files = {part.file.relative_to(folder).as_posix() for part in drafted.parts}
    faults = [fault for fault in check(folder)[1] if fault.span and fault.span.file in files]
    return sorted(in_order(faults), key=lambda fault: fault.severity is not Severity.ERROR)


def _data(drafted: Draft, folder: Path, left: list[Fault], *, written: bool) -> dict[str, object]:
    return {
        "what": drafted.what,
        "id": drafted.ident,
        "written": written,
        "parts": [
            {"file": part.file.relative_to(folder).as_posix(), "list": part.key, "entry": part.entry} for part in drafted.parts
        ],
        "notes": list(drafted.notes),
        "left": [as_json(fault) for fault in left],
    }
