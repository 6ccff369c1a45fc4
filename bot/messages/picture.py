"""The way of a connection as a picture: stage after stage, how far it came, where it stopped. A small PNG, made here.

    o────o────o────x    .    .    .    .
  link  IKE  IPsec L2TP  LCP  auth  IPCP  up

Drawn by hand, because a drawing library would be the largest dependency of the house for eight circles. What it shows is
always said in words as well: a passed stage has a tick, the last one a cross, so that no colour is needed to read it.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
_SCALE = 3

Colour = tuple[int, int, int]
_PAPER: Colour = (255, 255, 255)
_INK: Colour = (29, 28, 29)
_GREY: Colour = (134, 134, 134)
_PALE: Colour = (221, 221, 221)
_GOOD: Colour = (0, 122, 90)
_BAD: Colour = (200, 30, 60)

#: Five columns of seven dots each, lowest bit on top; only what the labels and times need.
_FONT = {
    " ": "0000000000",
    ":": "0036360000",
    "0": "3e5149453e",
    "1": "00427f4000",
    "2": "4261514946",
    "3": "2141454b31",
    "4": "1814127f10",
    "5": "2745454539",
    "6": "3c4a494930",
    "7": "0171090503",
    "8": "3649494936",
    "9": "064949291e",
    "C": "3e41414122",
    "E": "7f49494941",
    "I": "00417f4100",
    "K": "7f08142241",
    "L": "7f40404040",
    "P": "7f09090906",
    "T": "01017f0101",
    "a": "2054545478",
    "c": "3844444420",
    "e": "3854545418",
    "h": "7f08040478",
    "i": "00447d4000",
    "k": "7f10284400",
    "l": "00417f4000",
    "n": "7c08040478",
    "p": "7c14141408",
    "s": "4854545420",
    "t": "043f444020",
    "u": "3c4040207c",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One attempt."""

    stage: Stage
    verdict: Verdict
    #: Clock time as it stands in the log, `09:00:01`; empty without one.
    time: str = ""
    chosen: bool = True


class _Canvas:
    """Dots of three bytes."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._rows = [bytearray(bytes(_PAPER) * width) for _ in range(height)]

    def dot(self, x: int, y: int, colour: Colour, share: float = 1.0) -> None:
        """One dot, mixed with what is there."""
        if not (0 <= x < self.width and 0 <= y < self.height) or share <= 0:
            return
        row, place = self._rows[y], 3 * x
        for index in range(3):
            row[place + index] = round(row[place + index] * (1 - share) + colour[index] * share)

    def box(self, left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
        """A filled rectangle."""
        for y in range(max(0, top), min(self.height, bottom)):
            self._rows[y][3 * left : 3 * right] = bytes(colour) * (right - left)

    def disc(self, x: int, y: int, radius: float, colour: Colour, *, ring: float = 0.0) -> None:
        """A filled circle, or with `ring` only its rim of that width; smooth at its edge."""
        reach = int(radius) + 2
        for dy in range(-reach, reach + 1):
            for dx in range(-reach, reach + 1):
                away = (dx * dx + dy * dy) ** 0.5
                share = min(1.0, max(0.0, radius - away + 0.5))
                if ring:
                    share = min(share, max(0.0, away - (radius - ring) + 0.5))
                self.dot(x + dx, y + dy, colour, share)

    def stroke(self, start: tuple[float, float], end: tuple[float, float], width: float, colour: Colour) -> None:
        """A line with round ends."""
        (from_x, from_y), (to_x, to_y) = start, end
        left, right = int(min(from_x, to_x) - width) - 1, int(max(from_x, to_x) + width) + 2
        top, bottom = int(min(from_y, to_y) - width) - 1, int(max(from_y, to_y) + width) + 2
        along_x, along_y = to_x - from_x, to_y - from_y
        length = along_x * along_x + along_y * along_y or 1.0
        for y in range(top, bottom):
            for x in range(left, right):
                place = min(1.0, max(0.0, ((x - from_x) * along_x + (y - from_y) * along_y) / length))
                away = ((x - from_x - place * along_x) ** 2 + (y - from_y - place * along_y) ** 2) ** 0.5
                self.dot(x, y, colour, min(1.0, max(0.0, width / 2 - away + 0.5)))

    def write(self, x: int, y: int, text: str, colour: Colour) -> None:
        """A word, its middle at `x`."""
        left = x - (len(text) * 6 - 1) * _SCALE // 2
        for index, letter in enumerate(text):
            columns = bytes.fromhex(_FONT.get(letter, _FONT[" "]))
            for column, dots in enumerate(columns):
                for line in range(7):
                    if dots >> line & 1:
                        at = left + (index * 6 + column) * _SCALE
                        self.box(at, y + line * _SCALE, at + _SCALE, y + (line + 1) * _SCALE, colour)

    def png(self) -> bytes:
        """The picture as a file."""
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        data = zlib.compress(b"".join(b"\x00" + bytes(row) for row in self._rows), 9)
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunks((b"IHDR", head), (b"IDAT", data), (b"IEND", b"")))


def draw(rows: Sequence[Row]) -> str:
    """The picture of the latest attempts, as base64 of a PNG."""
    shown = list(rows)[-ROWS:]
    heights = [_ROW + (_TIME if row.time else 0) for row in shown]
    canvas, top = _Canvas(_WIDTH, _TOP + sum(heights) + _FOOT), _TOP
    for row, height in zip(shown, heights, strict=True):
        _draw_row(canvas, row, top, top + height - _ROW // 2)
        top += height
    for index, stage in enumerate(STAGES):
        canvas.write(_LEFT + _STEP * index, top + 4, LABELS[stage], _INK)
    return base64.b64encode(canvas.png()).decode()


def _draw_row(canvas: _Canvas, row: Row, top: int, y: int) -> None:
    reached = STAGES.index(row.stage)
    up = row.stage is Stage.CONNECTED
    if row.time:
        canvas.write(_LEFT + 51, top + 6, row.time, _INK if row.chosen else _GREY)
    for index in range(len(STAGES)):
        x = _LEFT + _STEP * index
        passed = index < reached or (up and index == reached)
        if index:
            canvas.box(x - _STEP + _RADIUS + 6, y - 2, x - _RADIUS - 6, y + 3, _GOOD if index <= reached else _PALE)
        if passed:
            canvas.disc(x, y, _RADIUS, _GOOD)
            canvas.stroke((x - 9, y + 1), (x - 2, y + 8), 4, _PAPER)
            canvas.stroke((x - 2, y + 8), (x + 10, y - 7), 4, _PAPER)
        elif index == reached:
            canvas.disc(x, y, _RADIUS, _BAD)
            canvas.stroke((x - 8, y - 8), (x + 8, y + 8), 4, _PAPER)
            canvas.stroke((x - 8, y + 8), (x + 8, y - 8), 4, _PAPER)
        else:
            canvas.disc(x, y, _RADIUS, _PALE, ring=3)


def _chunks(*parts: tuple[bytes, bytes]) -> Iterator[bytes]:
    for kind, data in parts:
        yield struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
