"""The plots, as SVG with lettering of its own: accuracy against questions, and bars for each kind of people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from knowledge.authoring.simulate.conversations import LONGEST
from knowledge.authoring.simulate.crowd import Found
from knowledge.authoring.simulate.figures import Cases

#: One for each policy: told apart without colour as well, by their dashes.
_COLOURS = ("#1264a3", "#b3261e", "#e0862f", "#2e7d4f", "#6b6b6b")
_DASHES = ("", "", "7 4", "2 3", "9 3 2 3")
_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP, _LEGEND = 380, 240, 48, 54, 36, 150


def accuracy_svg(found: Sequence[Found]) -> str:
    """How often the right cause leads (whole line) after so many questions, one panel for each world."""
    worlds = list(dict.fromkeys(each.world for each in found))
    width = len(worlds) * (_WIDTH + _LEFT) + _GAP + _LEGEND
    parts = _head(width, _TOP + _HEIGHT + 50, "How often the right cause stands first, after so many questions")
    for number, world in enumerate(worlds):
        left = _LEFT + number * (_WIDTH + _LEFT)
        parts += [*_frame(left, f"people from `{world}`", (0, 0.2, 0.4, 0.6, 0.8, 1), 1.0, lambda value: f"{value:g}")]
        for asked in range(0, LONGEST + 1, 2):
            x = left + _WIDTH * asked / LONGEST
            parts.append(f'<text x="{x:.1f}" y="{_TOP + _HEIGHT + 16}" text-anchor="middle">{asked}</text>')
        parts.append(f'<text x="{left + _WIDTH / 2}" y="{_TOP + _HEIGHT + 34}" text-anchor="middle">questions asked</text>')
        for place, each in enumerate(one for one in found if one.world == world):
            points = " ".join(
                f"{left + _WIDTH * asked / LONGEST:.1f},{_TOP + _HEIGHT * (1 - share):.1f}"
                for asked, share in enumerate(each.interviews.first)
            )
            parts.append(_line(f'<polyline points="{points}" fill="none"', place, each.policy))
    return _done(parts, found, width)


def bars_svg(found: Sequence[Found], *, title: str, unit: str, value: Callable[[Cases], float]) -> str:
    """One bar for each policy in each kind of people, one panel for each world."""
    worlds = list(dict.fromkeys(each.world for each in found))
    width = len(worlds) * (_WIDTH + _LEFT) + _GAP + _LEGEND
    most = max((value(one) for each in found for one in each.cases), default=1.0)
    step = next(step for step in (5, 10, 20, 25, 50, 100, 200, 500, 1000, 10_000) if most / step <= 6)
    ticks = [step * number for number in range(int(-(-most // step)) + 1)]
    parts = _head(width, _TOP + _HEIGHT + 50, title)
    for number, world in enumerate(worlds):
        left = _LEFT + number * (_WIDTH + _LEFT)
        parts += _frame(left, f"people from `{world}`", ticks, ticks[-1], lambda tick: f"{tick:g}")
        own = [each for each in found if each.world == world]
        kinds = [one.kind for one in own[0].cases]
        room = _WIDTH / len(kinds)
        for column, kind in enumerate(kinds):
            for place, each in enumerate(own):
                high = _HEIGHT * value(each.of(kind)) / ticks[-1]
                wide = 0.8 * room / len(own)
                x = left + column * room + 0.1 * room + place * wide
                parts.append(
                    f'<rect x="{x:.1f}" y="{_TOP + _HEIGHT - high:.1f}" width="{wide - 1:.1f}" height="{high:.1f}" '
                    f'fill="{_COLOURS[place]}"><title>{escape(each.policy)}, {escape(kind)}: {value(each.of(kind)):.0f} {unit}'
                    "</title></rect>"
                )
            middle = left + (column + 0.5) * room
            for row, word in enumerate(kind.split(" ", 1)):
                parts.append(f'<text x="{middle:.1f}" y="{_TOP + _HEIGHT + 16 + 13 * row}" text-anchor="middle">{word}</text>')
        parts.append(f'<text x="{left - 6}" y="{_TOP - 8}" text-anchor="end">{unit}</text>')
    return _done(parts, found, width, boxes=True)


def _head(width: int, height: int, title: str) -> list[str]:
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" font-family="sans-serif"',
        ' font-size="11">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="20" font-size="14" font-weight="bold">{escape(title)}</text>',
    ]


def _frame(left: float, title: str, ticks: Sequence[float], most: float, say: Callable[[float], str]) -> list[str]:
    parts = [f'<text x="{left + _WIDTH / 2}" y="{_TOP - 10}" text-anchor="middle">{escape(title)}</text>']
    for tick in ticks:
        y = _TOP + _HEIGHT * (1 - tick / most)
        parts.append(f'<path d="M{left} {y:.1f}h{_WIDTH}" stroke="{"#888" if tick == 0 else "#ddd"}"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{say(tick)}</text>')
    return parts


def _line(shape: str, place: int, name: str) -> str:
    return (
        f'{shape} stroke="{_COLOURS[place]}" stroke-width="2" stroke-dasharray="{_DASHES[place]}">'
        f"<title>{escape(name)}</title></{shape[1:].split(' ', 1)[0]}>"
    )


def _done(parts: list[str], found: Sequence[Found], width: int, *, boxes: bool = False) -> str:
    """The legend, and the end."""
    left = width - _LEGEND
    for place, name in enumerate(dict.fromkeys(each.policy for each in found)):
        y = _TOP + 10 + 20 * place
        if boxes:
            parts.append(f'<rect x="{left}" y="{y - 9}" width="12" height="12" fill="{_COLOURS[place]}"/>')
        else:
            parts.append(_line(f'<path d="M{left - 8} {y - 4}h26"', place, name))
        parts.append(f'<text x="{left + 24}" y="{y}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
