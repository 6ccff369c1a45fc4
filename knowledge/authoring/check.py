"""Find every fault in the knowledge base: what cannot be read, and what can be read and does not work.

Errors keep the base from being used; warnings are things that somebody should look at. With --fix, what can be mended without
understanding it (tabs, values that need quotes, a missing schema line) is mended. Exit status 1 where there are errors.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from knowledge.authoring.fix import fix
from knowledge.authoring.lints import lint
from knowledge.authoring.printing import as_json, as_text, counted, errors, in_order, total
from knowledge.errors import Fault, MisuseError, Severity
from knowledge.loader import BASE, Folders, folders_of, survey
from knowledge.rules import KnowledgeBase


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="the base (default: the one of vpn-help)")
    parser.add_argument("--knowledge", type=Path, metavar="DIR", help="your company's own folder over the base")
    parser.add_argument("--fix", action="store_true", help="mend what can be mended without understanding it")
    parser.add_argument("--errors", action="store_true", help="only errors")
    parser.add_argument("--strict", action="store_true", help="warnings are errors")
    parser.add_argument(
        "--only", metavar="CODE", action="append", default=[], help="only this kind of fault; may be given several times"
    )
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Look at everything and report; 1 where there are errors."""
    for folder in (args.folder, args.knowledge):
        if folder is not None and not folder.is_dir():
            raise MisuseError(f"{folder} is not a folder")
    mended = fix(args.knowledge or args.folder or BASE) if args.fix else []
    base, faults = check(folders_of(args.folder, args.knowledge))
    faults = [_with_severity(fault, strict=args.strict) for fault in faults if not args.only or fault.code in args.only]
    shown = errors(faults) if args.errors else faults
    if args.json:
        data = {"knowledge": base.revision, "mended": mended, "faults": [as_json(fault) for fault in shown]}
        sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(f"mended: {line}\n" for line in mended) + ("\n" if mended else ""))
        sys.stdout.write(as_text(shown) + _summary(base, faults) + "\n")
    return 1 if errors(faults) else 0


def check(folders: Folders) -> tuple[KnowledgeBase, list[Fault]]:
    """A base as far as it can be read, and everything that is wrong with it, in the order of its files."""
    found = survey(folders)
    broken = {fault.span.file for fault in found.errors if fault.span}
    return found.base, in_order((*found.faults, *lint(found.base, folders, broken)))


def _with_severity(fault: Fault, *, strict: bool) -> Fault:
    return replace(fault, severity=Severity.ERROR) if strict else fault


def _summary(base: KnowledgeBase, faults: Sequence[Fault]) -> str:
    signatures = sum(len(source.signatures) for source in base.formats.values())
    size = ", ".join(
        (
            counted(len(base.facts), "fact"),
            counted(len(base.formats), "format"),
            counted(signatures, "signature"),
            counted(len(base.causes), "cause"),
            counted(len(base.rules), "rule"),
            counted(len(base.questions), "question"),
        )
    )
    return f"{size}: {total(faults) if faults else 'no faults'}"
