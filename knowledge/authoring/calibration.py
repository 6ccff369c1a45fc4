"""Whether a probability means what it says: the Brier score, the calibration error with its chance band, and a picture.

A *point* is a pair: how likely the engine called its first cause, and whether that cause was right.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, bool]

#: Bins of equal count for the calibration error.
BINS = 5
#: Resamplings behind the band, and the seed that makes them the same each time.
RESAMPLINGS, SEED = 2000, 325034
#: The share of a perfectly calibrated answer's errors that lies below the band's edge.
BAND = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How well probabilities fit what came true, over some points."""

    points: int
    hit_rate: float
    #: Mean squared distance between probability and outcome; lower is better.
    brier: float
    #: The Brier score of a constant equal to the hit rate.
    constant: float
    #: Expected calibration error over `BINS` bins of equal count.
    error: float
    #: What 95 of 100 perfectly calibrated answers would stay below, at these probabilities.
    band: float
    #: For each bin: mean probability, share that was right, number of points.
    bins: tuple[tuple[float, float, int], ...]

    @property
    def gain(self) -> float:
        """By which share the Brier score is better than the constant's; 0 where the constant makes no error."""
        return 1 - self.brier / self.constant if self.constant else 0.0


def calibration_of(points: Sequence[Point]) -> Calibration:
    """Measure points; no points make zeros.

    >>> calibration_of([(1.0, True), (0.0, False)]).brier
    0.0
    """
    if not points:
        return Calibration(points=0, hit_rate=0.0, brier=0.0, constant=0.0, error=0.0, band=0.0, bins=())
    ordered = sorted(points)
    number = len(ordered)
    hit_rate = sum(right for _, right in ordered) / number
    return Calibration(
        points=number,
        hit_rate=hit_rate,
        brier=sum((probability - right) ** 2 for probability, right in ordered) / number,
        constant=hit_rate * (1 - hit_rate),
        error=_error(ordered),
        band=_band([probability for probability, _ in ordered]),
        bins=tuple((_mean([p for p, _ in part]), _mean([float(r) for _, r in part]), len(part)) for part in _parts(ordered)),
    )


def as_lines(found: Calibration) -> list[str]:
    """The figures, for people."""
    if not found.points:
        return ["calibration: nothing to measure"]
    inside = "inside" if found.error <= found.band else "outside"
    return [
        f"Brier score {found.brier:.4f}; a constant equal to the hit rate {found.constant:.4f}; better by {found.gain:.0%}",
        f"expected calibration error {found.error:.3f}, {inside} the 95 % band of a perfect answer ({found.band:.3f})",
    ]


def as_svg(found: Calibration) -> str:
    """The reliability plot: said against came true, one dot for each bin, its area by the number of cases."""
    size, margin = 320, 44
    span = size - 2 * margin

    def place(x: float, y: float) -> tuple[float, float]:
        return round(margin + x * span, 1), round(size - margin - y * span, 1)

    said = f"error {found.error:.3f} (band {found.band:.3f}), {found.points} cases"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" font-family="sans-serif"',
        ' font-size="11">',
        "<title>Reliability: how likely it was called, and how often it was right</title>",
        f'<rect width="{size}" height="{size}" fill="#fff"/>',
    ]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = place(tick, tick)
        parts += [
            f'<path d="M{margin} {y}H{size - margin}M{x} {margin}V{size - margin}" stroke="#ddd"/>',
            f'<text x="{x}" y="{size - margin + 14}" text-anchor="middle">{tick:g}</text>',
            f'<text x="{margin - 6}" y="{y + 4}" text-anchor="end">{tick:g}</text>',
        ]
    (x0, y0), (x1, y1) = place(0, 0), place(1, 1)
    parts.append(f'<path d="M{x0} {y0}L{x1} {y1}" stroke="#888" stroke-dasharray="4 3"/>')
    for called, came, count in found.bins:
        x, y = place(called, came)
        radius = round(3 + 9 * (count / found.points) ** 0.5, 1)
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="{radius}" fill="#1264a3" fill-opacity=".75">'
            f"<title>called {called:.2f}, right {came:.2f}, {count} cases</title></circle>"
        )
    parts += [
        f'<text x="{size / 2}" y="{size - 10}" text-anchor="middle">how likely it was called</text>',
        f'<text transform="translate(12 {size / 2}) rotate(-90)" text-anchor="middle">how often it was right</text>',
        f'<text x="{size / 2}" y="20" text-anchor="middle">{said}</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _parts(ordered: Sequence[Point]) -> list[Sequence[Point]]:
    """Bins of equal count, as far as the number divides."""
    number = len(ordered)
    edges = [round(index * number / BINS) for index in range(BINS + 1)]
    return [ordered[low:high] for low, high in pairwise(edges) if high > low]


def _error(ordered: Sequence[Point]) -> float:
    return sum(abs(sum(p for p, _ in part) - sum(r for _, r in part)) for part in _parts(ordered)) / len(ordered)


def _band(probabilities: Sequence[float]) -> float:
    """The edge below which the errors of answers lie that come true exactly as often as they say."""
    chance = random.Random(SEED)  # noqa: S311 # a measure, no secret
    errors = sorted(_error([(p, chance.random() < p) for p in probabilities]) for _ in range(RESAMPLINGS))
    return errors[int(BAND * (RESAMPLINGS - 1))]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
