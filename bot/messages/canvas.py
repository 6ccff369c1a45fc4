"""A sheet of dots to draw on, a small lettering, and the file that becomes of it: a PNG, made here.

By hand, because a drawing library would be the largest dependency of the house for a few circles and bars.
"""

from __future__ import annotations

import struct
import unicodedata
import zlib
from collections.abc import Iterator

Colour = tuple[int, int, int]
PAPER: Colour = (255, 255, 255)
INK: Colour = (29, 28, 29)
GREY: Colour = (112, 112, 112)
PALE: Colour = (221, 221, 221)
GOOD: Colour = (0, 122, 90)
BAD: Colour = (200, 30, 60)
BLUE: Colour = (29, 99, 168)

#: Dots of the sheet for one dot of a letter, where nothing else is said.
SCALE = 3
#: Five columns of eight dots each, lowest bit on top; the eighth is below the line. What is not here is drawn as its letter
#: without accents, or as a space.
FONT = {
    " ": "0000000000",
    "!": "00005f0000",
    '"': "0007000700",
    "#": "147f147f14",
    "$": "242a7f2a12",
    "%": "2313086462",
    "&": "3649562050",
    "'": "0000070000",
    "(": "001c224100",
    ")": "0041221c00",
    "*": "2a1c7f1c2a",
    "+": "08083e0808",
    ",": "0080603000",
    "-": "0808080808",
    ".": "0060600000",
    "/": "2010080402",
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
    ":": "0036360000",
    ";": "0056360000",
    "<": "0814224100",
    "=": "1414141414",
    ">": "0041221408",
    "?": "0201510906",
    "@": "3e415d594e",
    "A": "7c1211127c",
    "B": "7f49494936",
    "C": "3e41414122",
    "D": "7f4141413e",
    "E": "7f49494941",
    "F": "7f09090901",
    "G": "3e41494932",
    "H": "7f0808087f",
    "I": "00417f4100",
    "J": "2040413f01",
    "K": "7f08142241",
    "L": "7f40404040",
    "M": "7f020c027f",
    "N": "7f0408107f",
    "O": "3e4141413e",
    "P": "7f09090906",
    "Q": "3e4151215e",
    "R": "7f09192946",
    "S": "2649494932",
    "T": "01017f0101",
    "U": "3f4040403f",
    "V": "1f2040201f",
    "W": "3f4038403f",
    "X": "6314081463",
    "Y": "0708700807",
    "Z": "6151494543",
    "[": "007f414100",
    "]": "0041417f00",
    "_": "4040404040",
    "a": "2054545478",
    "b": "7f48444438",
    "c": "3844444420",
    "d": "384444487f",
    "e": "3854545418",
    "f": "087e090102",
    "g": "18a4a4a47c",
    "h": "7f08040478",
    "i": "00447d4000",
    "j": "4080847d00",
    "k": "7f10284400",
    "l": "00417f4000",
    "m": "7c04180478",
    "n": "7c08040478",
    "o": "3844444438",
    "p": "fc24242418",
    "q": "18242424fc",
    "r": "7c08040408",
    "s": "4854545420",
    "t": "043f444020",
    "u": "3c4040207c",
    "v": "1c2040201c",
    "w": "3c4030403c",
    "x": "4428102844",
    "y": "1ca0a0a07c",
    "z": "4464544c44",
    "×": "4428102844",
    "·": "0000180000",
    "º": "0029292e00",
    "–": "0808080808",
    "’": "0000070000",
    "“": "0007000700",
    "”": "0007000700",
    "…": "4000400040",
    "→": "08082a1c08",
}
#: Accents over a letter: dots added to its columns; of an i its own dot goes.
_ACCENTS = {
    "\u0301": "0000020100",
    "\u0300": "0001020000",
    "\u0302": "0002010200",
    "\u0303": "0201020100",
    "\u0308": "0001000100",
    "\u0327": "0000800000",
}
_DOTLESS = {"i": "00447c4000", "j": "2040443c00"}


def glyph(letter: str) -> bytes:
    """The five columns of a letter.

    >>> glyph("~") == glyph(" ")
    True
    """
    if letter in FONT:
        return bytes.fromhex(FONT[letter])
    parts = unicodedata.normalize("NFD", letter)
    plain, marks = parts[0], parts[1:]
    columns = bytes.fromhex(FONT.get(plain, FONT[" "]))
    if not marks or plain.isupper():
        return columns
    columns = bytes.fromhex(_DOTLESS[plain]) if plain in _DOTLESS and marks[0] != "\u0327" else columns
    accent = bytes.fromhex(_ACCENTS.get(marks[0], "0000000000"))
    return bytes(column | added for column, added in zip(columns, accent, strict=True))


class Canvas:
    """Dots of three bytes."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._rows = [bytearray(bytes(PAPER) * width) for _ in range(height)]

    def dot(self, x: int, y: int, colour: Colour, share: float = 1.0) -> None:
        """One dot, mixed with what is there."""
        if not (0 <= x < self.width and 0 <= y < self.height) or share <= 0:
            return
        row, place = self._rows[y], 3 * x
        for index in range(3):
            row[place + index] = round(row[place + index] * (1 - share) + colour[index] * share)

    def box(self, left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
        """A filled rectangle, as far as it lies on the sheet."""
        left, right = max(0, left), min(self.width, right)
        if right <= left:
            return
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
        self.letter(x - (len(text) * 6 - 1) * SCALE // 2, y, text, colour)

    def letter(self, left: int, y: int, text: str, colour: Colour, *, scale: int = SCALE) -> None:
        """Words from `left` on."""
        for index, letter in enumerate(text):
            for column, dots in enumerate(glyph(letter)):
                for line in range(8):
                    if dots >> line & 1:
                        at = left + (index * 6 + column) * scale
                        self.box(at, y + line * scale, at + scale, y + (line + 1) * scale, colour)

    def png(self) -> bytes:
        """The picture as a file."""
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        data = zlib.compress(b"".join(b"\x00" + bytes(row) for row in self._rows), 9)
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunks((b"IHDR", head), (b"IDAT", data), (b"IEND", b"")))


def _chunks(*parts: tuple[bytes, bytes]) -> Iterator[bytes]:
    for kind, data in parts:
        yield struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
