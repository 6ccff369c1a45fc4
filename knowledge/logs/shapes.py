r"""Regular expressions tried only on the lines that have the shape of what they look for.

A key in hex or a hardware address stands on few lines, and to look for it on all of them takes most of the time of masking.
So each byte of a text is replaced by its kind, and a plain search finds the shape::

    from 00:0c:29:ab:cd:ef port 3      the text
    h____hh:hh:hh:hh:hh:hh______h      the kinds of its characters, and `hh:hh:hh:hh:hh:hh` is the shape
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable

__all__ = ["BASE64", "BLANKS", "COLONS", "Shaped"]

Replacement = str | Callable[[re.Match[str]], str]


def _kinds(*kinds: tuple[str, str]) -> bytes:
    """A table for `bytes.translate`: each kind's letter for its characters, line ends as they are, `_` for all others."""
    table = bytearray(b"_" * 256)
    table[ord("\n")] = ord("\n")
    for letter, characters in kinds:
        for each in characters:
            table[ord(each)] = ord(letter)
    return bytes(table)


#: Hexadecimal digits, and what stands between them: dots, and colons or dashes.
COLONS = _kinds(("h", string.hexdigits), (":", ":-"), (".", "."))
#: Hexadecimal digits and blanks.
BLANKS = _kinds(("h", string.hexdigits), (" ", " \t"))
#: Letters and digits of base64.
BASE64 = _kinds(("b", string.ascii_letters + string.digits + "+/"))


class Shaped:
    r"""A pattern within one line, and the shapes of which every match of it holds one.

    >>> shaped = Shaped(re.compile(r"\b[0-9a-f]{8,}\b"), BASE64, b"b" * 8)
    >>> shaped.sub("[key]", "first 12345678\nsecond\nthird 123456789")
    'first [key]\nsecond\nthird [key]'
    """

    def __init__(self, pattern: re.Pattern[str], kinds: bytes, *shapes: bytes) -> None:
        """Take shapes in the letters of `kinds`, as regular expressions."""
        self._pattern = pattern
        self._kinds = kinds
        self._shapes = tuple(re.compile(shape) for shape in shapes)

    def sub(self, by: Replacement, text: str) -> str:
        """The text with every match replaced."""
        kinds = text.encode("latin-1", "replace").translate(self._kinds)  # one byte for each character
        shapes = [shape for shape in self._shapes if shape.search(kinds) is not None]
        if not shapes:
            return text
        if len(shapes) > 1:
            return self._pattern.sub(by, text)
        pieces: list[str] = []
        at = 0
        for found in shapes[0].finditer(kinds):
            if found.start() < at:
                continue
            start = kinds.rfind(b"\n", 0, found.start()) + 1
            end = kinds.find(b"\n", found.end())
            end = len(text) if end < 0 else end
            pieces += text[at:start], self._pattern.sub(by, text[start:end])
            at = end
        return "".join(pieces) + text[at:]
