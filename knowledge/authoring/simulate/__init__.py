"""Try the interview on simulated people: how many questions it needs, how often it is right, how long it takes to a fix.

People are drawn from tables that are not the planner's own: the planner's, spoilt (a third of the entries says nothing, a tenth
the opposite), and a second set straight from the marks of the questions, with numbers of its own. The same people meet our
planner, the order of KB 325034, that order with what is pointless left out, the leading cause first, and chance. With labelled
logs (`--logs`) it also says how many questions a log leaves open.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from knowledge.authoring.evaluate import base_of
from knowledge.authoring.simulate.crowd import Crowd, Found, meet
from knowledge.authoring.simulate.logs import with_logs
from knowledge.authoring.simulate.plots import accuracy_svg, bars_svg
from knowledge.authoring.simulate.report import report
from knowledge.errors import MisuseError

#: A run that takes longer than so many seconds says how far it is, that often.
PATIENCE = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--conversations", type=int, default=10_000, metavar="N", help="how many in all (default: 10000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the same seed gives the same people (default: 1)")
    parser.add_argument("--logs", type=Path, metavar="DIR", help="labelled logs, as `knowledge evaluate` takes them")
    parser.add_argument("--svg", type=Path, metavar="DIR", help="write the plots there: accuracy.svg, minutes.svg, handovers.svg")
    parser.add_argument("--base", type=Path, metavar="BASE", help="another knowledge base than the one that comes with vpn-help")
    parser.add_argument("--workers", type=int, metavar="N", help="processes (default: one for each core)")
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Simulate and report."""
    if args.logs is not None and not args.logs.is_dir():
        raise MisuseError(f"{args.logs} is not a folder")
    if args.conversations < 1:
        raise MisuseError("at least one conversation is needed")
    base = base_of(args.base)
    crowd = Crowd.of(args.conversations, args.seed)
    progress = _Progress()
    found = meet(base, crowd, workers=args.workers, tell=progress)
    logs = with_logs(base, args.logs, args.seed, workers=args.workers, tell=progress) if args.logs else None
    took = time.perf_counter() - progress.began
    if args.json:
        whole = {"revision": base.revision, "seconds": round(took, 1), "conversations": crowd.conversations, "seed": args.seed}
        print(json.dumps({**whole, "found": [asdict(each) for each in found], "logs": asdict(logs) if logs else None}))  # noqa: T201
    else:
        print("\n".join(report(base, crowd, found, logs, took)))  # noqa: T201
    if args.svg:
        _draw(args.svg, found)
    return 0


def _draw(where: Path, found: list[Found]) -> None:
    where.mkdir(parents=True, exist_ok=True)
    (where / "accuracy.svg").write_text(accuracy_svg(found), encoding="utf-8")
    for name, title, unit, value in (
        ("minutes", "Minutes to a working connection", "min", lambda one: one.minutes),
        ("handovers", "Handed over to the desk", "%", lambda one: 100 * (1 - one.by_person)),
    ):
        (where / f"{name}.svg").write_text(bars_svg(found, title=title, unit=unit, value=value), encoding="utf-8")


class _Progress:
    """Says how far it is on stderr, as long as it goes on."""

    def __init__(self) -> None:
        self.began = self._said = time.perf_counter()

    def __call__(self, done: int, whole: int, what: str) -> None:
        now = time.perf_counter()
        if now - self._said >= PATIENCE:
            self._said = now
            print(f"{done} of {whole} {what}, {now - self.began:.0f} s", file=sys.stderr, flush=True)  # noqa: T201
