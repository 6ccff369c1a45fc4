"""Fit the few numbers behind the strength words, and one temperature, to labelled logs. Prints what it would set; writes nothing.

Fitted are four factors (decisive, strong, moderate, weak; against is their reciprocal) and the temperature by which all
evidence is stretched or squeezed: never a number of a single rule, and never a prior. The loss is the logarithm of the
probability that the right causes get together. It is cross-validated by source: the views of one laboratory scenario, or the
cases of one public thread, are never on both sides, and the figures that are printed are those of cases that were not fitted.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from knowledge.authoring.calibration import Point, as_lines, calibration_of
from knowledge.authoring.evaluate import Case, base_of, excluded_names, find_cases, is_named
from knowledge.diagnosis import explain
from knowledge.errors import MisuseError
from knowledge.inference.odds import FACTORS, TEMPERATURE, posterior
from knowledge.logs import read
from knowledge.rules import KnowledgeBase
from knowledge.terms import OTHER, CauseId, Direction, Strength

#: Parts of the cross-validation.
FOLDS = 5
#: How far a factor is tried at once, as a power of itself, and the temperatures that are tried.
_STEPS = (0.7, 0.85, 1.0, 1.18, 1.4)
_TEMPERATURES = (0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.1, 1.25, 1.4, 1.6, 1.8, 2.0)
#: Rounds over all numbers; the fit stands still long before.
_ROUNDS = 4
#: What a number costs for leaving the value that its word was given, and the temperature for leaving 1, in nats. Words keep
#: their meaning on little data; and rules were written with these very logs at hand, which flatters them more than any
#: cross-validation can show.
_STAY = 12.0
_WORDS = {Strength.DECISIVE: 500.0, Strength.STRONG: 30.0, Strength.MODERATE: 6.0, Strength.WEAK: 2.0}
#: Below this probability a right cause costs no more: one label that may be wrong does not rule the fit.
_LEAST = 0.002

_SUPPORTS = FACTORS[Direction.SUPPORTS]


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is fitted."""

    logs: Mapping[Strength, float]
    temperature: float = 1.0

    def in_order(self) -> bool:
        """A stronger word never counts less than a weaker one."""
        values = [self.logs[word] for word in (Strength.WEAK, Strength.MODERATE, Strength.STRONG, Strength.DECISIVE)]
        return values[0] > 0 and all(low < high for low, high in pairwise(values))


@dataclass(frozen=True, slots=True)
class Weighed:
    """A case as sums: per cause, what does not change, and how often each word speaks for it less how often against."""

    source: str
    right: frozenset[str]
    fixed: Mapping[CauseId, float]
    words: Mapping[CauseId, Mapping[Strength, int]]

    def probabilities(self, numbers: Numbers) -> dict[CauseId, float]:
        """What the causes would get with these numbers."""
        logs = {
            cause: (fixed + sum(count * numbers.logs[word] for word, count in self.words[cause].items())) / numbers.temperature
            for cause, fixed in self.fixed.items()
        }
        return posterior(logs)

    def loss(self, numbers: Numbers) -> float:
        """Minus the logarithm of what the right causes get."""
        found = self.probabilities(numbers)
        return -math.log(max(sum(found.get(CauseId(cause), 0.0) for cause in self.right), _LEAST))

    def point(self, numbers: Numbers) -> Point:
        """The first cause's probability, and whether it is right."""
        found = self.probabilities(numbers)
        first = max((cause for cause in found if cause != OTHER), key=lambda cause: found[cause])
        return found[first], first in self.right


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="folders of case folders, at any depth")
    parser.add_argument("--exclude", type=Path, metavar="FILE", help="names of cases, one a line, that take no part")
    parser.add_argument("--base", type=Path, metavar="BASE", help="another knowledge base than the one that comes with vpn-help")
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Fit, cross-validate, print."""
    base, hidden = base_of(args.base), excluded_names(args.exclude)
    cases = [case for folder in args.folders for case in find_cases(folder) if not is_named(case, hidden)]
    weighed = [one for case in cases if case.knowable != "no" for one in weighed_of(base, case)]
    if not weighed:
        raise MisuseError("no case that counts is in these folders")
    now = current()
    tuned, points = cross_validated(weighed)
    before, after = calibration_of([one.point(now) for one in weighed]), calibration_of(points)
    if args.json:
        factors = {str(word): round(math.exp(value), 2) for word, value in tuned.logs.items()}
        out = {"cases": len(weighed), "factors": factors, "temperature": tuned.temperature, "brier": round(after.brier, 4)}
        print(json.dumps({**out, "error": round(after.error, 4), "band": round(after.band, 4)}))  # noqa: T201
        return 0
    lines = [
        f"{len(weighed)} cases of {len({one.source for one in weighed})} sources",
        "",
        f"{'word':<12}{'now':>9}{'fitted':>9}",
    ]
    lines += [f"{word:<12}{math.exp(now.logs[word]):>9.1f}{math.exp(tuned.logs[word]):>9.1f}" for word in tuned.logs]
    lines += [f"{'temperature':<12}{now.temperature:>9.2f}{tuned.temperature:>9.2f}", "", "as it is now:", *as_lines(before)]
    lines += ["", f"fitted, each source by the others ({FOLDS} parts):", *as_lines(after)]
    print("\n".join(lines))  # noqa: T201
    return 0


def current() -> Numbers:
    """The numbers that stand in the engine."""
    return Numbers({word: math.log(number) for word, number in _SUPPORTS.items()}, TEMPERATURE)


def weighed_of(base: KnowledgeBase, case: Case) -> Iterator[Weighed]:
    """A case as sums; nothing for a log that shows nothing."""
    shares = explain(base, [read((case.folder / "log.txt").read_bytes(), "log.txt", base=base)]).weighing.shares
    if not any(share.findings for share in shares):
        return
    fixed: dict[CauseId, float] = {}
    words: dict[CauseId, dict[Strength, int]] = {}
    for share in shares:
        fixed[share.cause] = math.log(share.prior) + math.log(share.stage) + math.log(share.unsaid)
        words[share.cause] = dict.fromkeys(Strength, 0)
        for finding in share.findings:
            if finding.factor == 1.0:
                continue
            if finding.direction is Direction.EXCLUDES:
                fixed[share.cause] += math.log(finding.factor)
            else:
                words[share.cause][finding.strength] += 1 if finding.direction is Direction.SUPPORTS else -1
    yield Weighed(source_of(case), case.right, fixed, words)


def source_of(case: Case) -> str:
    """What a case shares with the others of its kind: the scenario's or thread's number, within its folder."""
    folder, _, name = case.name.rpartition("/")
    number = re.match(r"\d+", name)
    return f"{folder}/{number.group() if number else name}"


def fit(cases: Sequence[Weighed]) -> Numbers:
    """The numbers that make the right causes likeliest, one after the other until nothing gets better."""
    best = current()
    least = _cost(cases, best)
    for _ in range(_ROUNDS):
        for tried in _neighbours(best):
            cost = _cost(cases, tried)
            if cost < least:
                best, least = tried, cost
    return best


def cross_validated(cases: Sequence[Weighed]) -> tuple[Numbers, list[Point]]:
    """The numbers fitted to all, and each case's point by numbers fitted to the other sources only."""
    points: list[Point] = []
    for part in range(FOLDS):
        held = [one for one in cases if _fold(one.source) == part]
        if held:
            numbers = fit([one for one in cases if _fold(one.source) != part])
            points += [one.point(numbers) for one in held]
    return fit(cases), points


def _fold(source: str) -> int:
    return zlib.crc32(source.encode()) % FOLDS


def _cost(cases: Sequence[Weighed], numbers: Numbers) -> float:
    if not numbers.in_order():
        return math.inf
    moved = sum(math.log(numbers.logs[word] / math.log(meant)) ** 2 for word, meant in _WORDS.items())
    moved += math.log(numbers.temperature) ** 2
    return sum(one.loss(numbers) for one in cases) + _STAY * moved


def _neighbours(best: Numbers) -> Iterator[Numbers]:
    for word in best.logs:
        for step in _STEPS:
            yield replace(best, logs={**best.logs, word: best.logs[word] * step})
    for temperature in _TEMPERATURES:
        yield replace(best, temperature=temperature)
