"""Score the knowledge base on labelled logs: how often the right cause comes first, and how often a wrong one is called clear.

A case is a folder with `log.txt` and `meta.yaml` (`cause`, `also`: other right answers, `knowable`: yes, partly or no, `format`).
With `--captures` the file `capture.pcap` is read instead of the log, and scored by how much of the fault shows on the wire, too.
*Clear* is a conclusive or healthy verdict; a false alarm is a healthy log that is called broken: likely, or conclusive.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from knowledge.authoring.calibration import Point, as_lines, as_svg, calibration_of
from knowledge.authoring.wire_score import WireCase, wire_lines, wire_totals
from knowledge.diagnosis import diagnose
from knowledge.errors import BaseError, MisuseError
from knowledge.loader import BASE, read_yaml, survey
from knowledge.logs import read
from knowledge.rules import KnowledgeBase
from knowledge.terms import HEALTHY, Verdict

#: What a case's folder holds.
LOG, CAPTURE = "log.txt", "capture.pcap"
_CLEAR = (Verdict.CONCLUSIVE, Verdict.HEALTHY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One labelled log."""

    name: str
    folder: Path
    cause: str
    right: frozenset[str]
    knowable: str
    format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A case and what the engine said about it."""

    case: Case
    #: Causes, best first, with their probability.
    ranked: tuple[tuple[str, float], ...]
    verdict: str
    stage: str | None
    #: Of a capture: whether packets of a VPN are in it, and whether they are of version 2 of IKE.
    has_vpn: bool = True
    is_ikev2: bool = False
    error: str | None = None

    @property
    def is_first(self) -> bool:
        """Whether a right cause stands first."""
        return bool(self.ranked) and self.ranked[0][0] in self.case.right

    @property
    def is_among_three(self) -> bool:
        """Whether a right cause is among the first three."""
        return any(cause in self.case.right for cause, _ in self.ranked[:3])

    @property
    def is_false_alarm(self) -> bool:
        """A healthy log that is called broken."""
        return self.case.cause == HEALTHY and self.verdict in (Verdict.CONCLUSIVE, Verdict.LIKELY) and not self.is_first

    @property
    def is_conclusive_and_wrong(self) -> bool:
        """The one unforgivable error: sure, and wrong."""
        return self.verdict in (Verdict.CONCLUSIVE, Verdict.HEALTHY) and not self.is_first


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="a folder of case folders, at any depth")
    parser.add_argument("--list", action="store_true", help="name the cases that went wrong, and what was said instead")
    parser.add_argument("--only", metavar="WORDS", help="only cases whose name, cause or format holds these words")
    parser.add_argument(
        "--exclude",
        type=Path,
        metavar="FILE",
        help="names of cases, one a line, that are never named and are scored apart, as a whole",
    )
    parser.add_argument("--base", type=Path, metavar="BASE", help="another knowledge base than the one that comes with vpn-help")
    parser.add_argument("--json", action="store_true", help="as one JSON object")
    parser.add_argument("--captures", action="store_true", help="score capture.pcap of each case that has one, not its log")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="write the reliability plot there")
    parser.add_argument("--history", type=Path, metavar="FILE", help="add this score to a file of scores, one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Score and report; 1 where a case could not be read at all."""
    if not args.folder.is_dir():
        raise MisuseError(f"{args.folder} is not a folder")
    base = base_of(args.base)
    hidden = excluded_names(args.exclude)
    file = CAPTURE if args.captures else LOG
    cases = [case for case in find_cases(args.folder, file) if not args.only or _matches(case, args.only)]
    if not cases:
        raise MisuseError(f"no case (a folder with {file} and meta.yaml) is in {args.folder}")
    began = time.perf_counter()
    scored = [score(base, case, file) for case in cases]
    took = time.perf_counter() - began
    shown = [one for one in scored if not is_named(one.case, hidden)]
    apart = [one for one in scored if is_named(one.case, hidden)]
    result = {"revision": base.revision, "seconds": round(took, 2), "shown": _totals(shown), "excluded": _totals(apart)}
    if args.captures:
        result["wire"] = wire_totals(_captures(shown))
    if args.json:
        print(json.dumps(result))  # noqa: T201
    else:
        print("\n".join(_report(base, shown, apart, took, with_list=args.list)))  # noqa: T201
        if args.captures:
            print("\n".join(wire_lines(_captures(shown))))  # noqa: T201
    if args.svg:
        args.svg.write_text(as_svg(calibration_of(_points(shown))), encoding="utf-8")
    if args.history:
        kept = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "folder": args.folder.name, "file": file, **result}
        with args.history.open("a", encoding="utf-8") as history:
            history.write(json.dumps(kept) + "\n")
    return 1 if any(one.error for one in shown) else 0


def find_cases(folder: Path, file: str = LOG) -> Iterator[Case]:
    """The cases below a folder that have this file, in the order of their names."""
    for path in sorted(folder.rglob("meta.yaml")):
        home = path.parent
        if not (home / file).exists():
            continue
        meta = read_yaml(path)
        also = meta.get("also") or []
        cause = str(meta.get("cause", ""))
        yield Case(
            name=f"{home.parent.name}/{home.name}",
            folder=home,
            cause=cause,
            right=frozenset({cause, *(also if isinstance(also, list) else [also])}),
            knowable=_knowable(str(meta.get("knowable", "yes"))),
            format=str(meta.get("format", "?")),
        )


def score(base: KnowledgeBase, case: Case, file: str = LOG) -> Scored:
    """What the engine says about one case."""
    try:
        log = read((case.folder / file).read_bytes(), file, base=base)
        diagnosis = diagnose(base, [log])
    except Exception as error:  # noqa: BLE001 # one log that breaks a reader must not hide the score of the others
        return Scored(case=case, ranked=(), verdict="-", stage=None, error=f"{type(error).__name__}: {error}")
    ranked = tuple((str(hypothesis.cause), hypothesis.probability) for hypothesis in diagnosis.hypotheses)
    return Scored(
        case=case,
        ranked=ranked,
        verdict=diagnosis.verdict,
        stage=diagnosis.stage,
        has_vpn=any(not fact.id.startswith(("link.name", "other.")) for fact in log.facts),
        is_ikev2=any(fact.values.get("mode") == "ikev2" for fact in log.facts),
    )


def _captures(scored: Iterable[Scored]) -> list[WireCase]:
    return [
        WireCase(
            cause=one.case.cause,
            is_first=one.is_first,
            is_among_three=one.is_among_three,
            verdict=one.verdict,
            has_vpn=one.has_vpn,
            is_ikev2=one.is_ikev2,
        )
        for one in scored
    ]


def base_of(folder: Path | None) -> KnowledgeBase:
    """The base as far as it can be read: its authors score it while they write."""
    found = survey(folder or BASE, strict=False)
    for fault in found.errors:
        print(f"{fault}\n", file=sys.stderr)  # noqa: T201
    if not found.base.causes:
        raise BaseError(found.errors)
    return found.base


def _knowable(word: str) -> str:
    return {"false": "no", "true": "yes"}.get(word.lower(), word.lower())


def excluded_names(path: Path | None) -> frozenset[str]:
    """The names in a list of cases, one a line; none without a list."""
    if path is None:
        return frozenset()
    return frozenset(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def is_named(case: Case, names: frozenset[str]) -> bool:
    """Whether a list names a case, by its name or its folder's."""
    return case.name in names or case.folder.name in names


def _matches(case: Case, words: str) -> bool:
    return all(word in f"{case.name} {case.cause} {case.format}" for word in words.split())


def _totals(scored: Sequence[Scored]) -> dict[str, float | int]:
    counted = [one for one in scored if one.case.knowable != "no"]
    number = len(counted) or 1
    measured = calibration_of(_points(scored))
    return {
        "cases": len(scored),
        "counted": len(counted),
        "top1": round(sum(one.is_first for one in counted) / number, 4),
        "top3": round(sum(one.is_among_three for one in counted) / number, 4),
        "conclusive": round(sum(one.verdict in (Verdict.CONCLUSIVE, Verdict.HEALTHY) for one in counted) / number, 4),
        "conclusive_wrong": sum(one.is_conclusive_and_wrong for one in scored),
        "false_alarms": sum(one.is_false_alarm for one in scored),
        **{f"{word}_top1": _rate(scored, word, lambda one: one.is_first) for word in ("yes", "partly")},
        **{f"{word}_top3": _rate(scored, word, lambda one: one.is_among_three) for word in ("yes", "partly")},
        "yes_conclusive_right": _rate(scored, "yes", lambda one: one.is_first and one.verdict in _CLEAR),
        "brier": round(measured.brier, 4),
        "brier_constant": round(measured.constant, 4),
        "calibration_error": round(measured.error, 4),
        "calibration_band": round(measured.band, 4),
        "unreadable": sum(one.error is not None for one in scored),
    }


def _rate(scored: Sequence[Scored], knowable: str, holds: Callable[[Scored], bool]) -> float:
    own = [one for one in scored if one.case.knowable == knowable]
    return round(sum(map(holds, own)) / len(own), 4) if own else 0.0


def _points(scored: Iterable[Scored]) -> list[Point]:
    """Each counted case's first cause: how likely it was called, and whether it is right."""
    return [(one.ranked[0][1], one.is_first) for one in scored if one.ranked and one.case.knowable != "no"]


def _report(
    base: KnowledgeBase, shown: Sequence[Scored], apart: Sequence[Scored], took: float, *, with_list: bool
) -> Iterator[str]:
    if with_list:
        yield from _wrong(shown)
    yield from _table("cause", shown, lambda one: one.case.cause)
    yield from _table("format", shown, lambda one: one.case.format)
    yield _line(f"all ({base.revision}, {took:.1f} s)", shown)
    if apart:
        yield _line("excluded, as a whole", apart)
    yield ""
    total = _totals(shown)
    yield (
        f"knowable yes: top-1 {total['yes_top1']:.2f}, clear and right {total['yes_conclusive_right']:.2f}; "
        f"partly: top-3 {total['partly_top3']:.2f}; false alarms on healthy logs {total['false_alarms']}"
    )
    yield from as_lines(calibration_of(_points(shown)))


def _table(what: str, scored: Sequence[Scored], key: Callable[[Scored], str]) -> Iterator[str]:
    groups: dict[str, list[Scored]] = defaultdict(list)
    for one in scored:
        groups[key(one)].append(one)
    yield f"{'by ' + what:<34}{'counted':>8}{'top-1':>8}{'top-3':>8}{'clear':>8}{'clear, wrong':>14}"
    for name in sorted(groups):
        yield _line(name, groups[name])
    yield ""


def _line(name: str, scored: Sequence[Scored]) -> str:
    total = _totals(scored)
    return (
        f"{name:<34}{total['counted']:>8}{total['top1']:>8.2f}{total['top3']:>8.2f}"
        f"{total['conclusive']:>8.2f}{total['conclusive_wrong']:>14}"
    )


def _wrong(scored: Iterable[Scored]) -> Iterator[str]:
    for one in scored:
        counts = one.case.knowable != "no"
        if one.error is None and not one.is_conclusive_and_wrong and (one.is_first or not counts):
            continue
        said = ", ".join(f"{cause} {probability:.2f}" for cause, probability in one.ranked[:3]) or "nothing"
        mark = "!!" if one.is_conclusive_and_wrong else "  "
        wanted = "/".join([one.case.cause, *sorted(one.case.right - {one.case.cause})])
        yield f"{mark} {one.case.name}: {wanted} ({one.case.knowable}), said {one.error or f'{one.verdict} {one.stage}: {said}'}"
    yield ""
