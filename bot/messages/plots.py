"""Plots for the digest: bars for what is counted, small columns for what goes on week by week. Each is a PNG as base64.

    The pre-shared keys of the two ends differ        Confirmed fixes         Opened again
    ██████████████░░░░  7                                 86 %  90 %
                                                      ▒▒  ▒▒▒  ███
Every number stands beside its bar in figures, so that no colour and no measuring is needed to read it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from bot.messages.canvas import BLUE, GREY, INK, PALE, Canvas, Colour
from bot.messages.literal import cut

_WIDTH, _EDGE, _TITLE = 750, 16, 46
_ROW, _BAR = 54, 18
_LABEL = 2
_LETTER = 6 * _LABEL
#: The part of a bar that is not of the good kind.
_LIGHT: Colour = (165, 200, 232)
_COLUMNS, _PANEL, _TALL = 2, 190, 96


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What is counted under a name; `dark` is the part of it that is of the good kind, None: it has no kinds."""

    label: str
    value: int
    text: str
    dark: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One measure, week by week: its value, and the value as it is written; None: there was nothing to measure."""

    label: str
    values: Sequence[float | None]
    texts: Sequence[str]


def bars(title: str, rows: Sequence[Bar]) -> str:
    """Horizontal bars, one under another."""
    canvas = Canvas(_WIDTH, _TITLE + _ROW * len(rows) + _EDGE)
    canvas.letter(_EDGE, 14, cut(title, 40), INK)
    most = max((row.value for row in rows), default=1) or 1
    for index, row in enumerate(rows):
        top = _TITLE + 8 + _ROW * index
        canvas.letter(_EDGE, top, cut(row.label, (_WIDTH - 2 * _EDGE) // _LETTER), INK, scale=_LABEL)
        room = _WIDTH - 3 * _EDGE - _LETTER * max(len(each.text) for each in rows)
        length = max(3, round(room * row.value / most))
        top += 20
        canvas.box(_EDGE, top, _EDGE + length, top + _BAR, BLUE if row.dark is None else _LIGHT)
        if row.dark:
            canvas.box(_EDGE, top, _EDGE + max(3, round(length * row.dark)), top + _BAR, BLUE)
        canvas.letter(_EDGE + length + 10, top + 2, row.text, INK, scale=_LABEL)
    return _file(canvas)


def panels(title: str, rows: Sequence[Panel], weeks: Sequence[str]) -> str:
    """Small columns for each measure, the last week dark; `weeks` names them."""
    lines = -(-len(rows) // _COLUMNS)
    canvas = Canvas(_WIDTH, _TITLE + _PANEL * lines + _EDGE)
    canvas.letter(_EDGE, 14, cut(title, 40), INK)
    width = (_WIDTH - _EDGE) // _COLUMNS
    for index, row in enumerate(rows):
        _panel(canvas, row, weeks, left=_EDGE + width * (index % _COLUMNS), top=_TITLE + 12 + _PANEL * (index // _COLUMNS))
    return _file(canvas)


def _panel(canvas: Canvas, row: Panel, weeks: Sequence[str], *, left: int, top: int) -> None:
    width = (_WIDTH - _EDGE) // _COLUMNS - _EDGE
    canvas.letter(left, top, cut(row.label, width // _LETTER), INK, scale=_LABEL)
    most = max((value for value in row.values if value is not None), default=0) or 1
    step, floor = width // len(row.values), top + 44 + _TALL
    for index, (value, text, week) in enumerate(zip(row.values, row.texts, weeks, strict=True)):
        middle, last = left + step * index + step // 2, index == len(row.values) - 1
        ink = INK if last else GREY
        tall = max(2, round(_TALL * value / most)) if value is not None else 0
        if value is not None:
            canvas.box(middle - 24, floor - tall, middle + 24, floor, BLUE if last else _LIGHT)
        canvas.letter(middle - len(text) * _LETTER // 2, floor - tall - 18, text, ink, scale=_LABEL)
        canvas.letter(middle - len(week) * _LETTER // 2, floor + 6, week, ink, scale=_LABEL)
    canvas.box(left, floor, left + width, floor + 2, PALE)


def _file(canvas: Canvas) -> str:
    return base64.b64encode(canvas.png()).decode()
