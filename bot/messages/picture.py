"""The way of a connection as a picture: stage after stage, how far it came, where it stopped. A small PNG, made here.

    o────o────o────x    .    .    .    .
  link  IKE  IPsec L2TP  LCP  auth  IPCP  up

What it shows is always said in words as well: a passed stage has a tick, the last one a cross, so that no colour is needed
to read it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from bot.messages.canvas import BAD, GOOD, GREY, INK, PALE, PAPER, Canvas
from knowledge import STAGES, Stage, Verdict

#: What stands under each stage: the protocol's own name, the same in every language.
LABELS = {
    Stage.LINK: "link",
    Stage.IKE: "IKE",
    Stage.ESP: "IPsec",
    Stage.L2TP: "L2TP",
    Stage.LCP: "LCP",
    Stage.AUTH: "auth",
    Stage.IPCP: "IPCP",
    Stage.CONNECTED: "up",
}

#: Attempts in one picture, the latest last.
ROWS = 4
_WIDTH, _TOP, _ROW, _FOOT = 750, 14, 62, 46
_TIME = 32
_LEFT, _STEP, _RADIUS = 53, 92, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One attempt."""

    stage: Stage
    verdict: Verdict
    #: Clock time as it stands in the log, `09:00:01`; empty without one.
    time: str = ""
    chosen: bool = True


def draw(rows: Sequence[Row]) -> str:
    """The picture of the latest attempts, as base64 of a PNG."""
    shown = list(rows)[-ROWS:]
    heights = [_ROW + (_TIME if row.time else 0) for row in shown]
    canvas, top = Canvas(_WIDTH, _TOP + sum(heights) + _FOOT), _TOP
    for row, height in zip(shown, heights, strict=True):
        _draw_row(canvas, row, top, top + height - _ROW // 2)
        top += height
    for index, stage in enumerate(STAGES):
        canvas.write(_LEFT + _STEP * index, top + 4, LABELS[stage], INK)
    return base64.b64encode(canvas.png()).decode()


def _draw_row(canvas: Canvas, row: Row, top: int, y: int) -> None:
    reached = STAGES.index(row.stage)
    up = row.stage is Stage.CONNECTED
    if row.time:
        canvas.write(_LEFT + 51, top + 6, row.time, INK if row.chosen else GREY)
    for index in range(len(STAGES)):
        x = _LEFT + _STEP * index
        passed = index < reached or (up and index == reached)
        if index:
            canvas.box(x - _STEP + _RADIUS + 6, y - 2, x - _RADIUS - 6, y + 3, GOOD if index <= reached else PALE)
        if passed:
            canvas.disc(x, y, _RADIUS, GOOD)
            canvas.stroke((x - 9, y + 1), (x - 2, y + 8), 4, PAPER)
            canvas.stroke((x - 2, y + 8), (x + 10, y - 7), 4, PAPER)
        elif index == reached:
            canvas.disc(x, y, _RADIUS, BAD)
            canvas.stroke((x - 8, y - 8), (x + 8, y + 8), 4, PAPER)
            canvas.stroke((x - 8, y + 8), (x + 8, y - 8), 4, PAPER)
        else:
            canvas.disc(x, y, _RADIUS, PALE, ring=3)
