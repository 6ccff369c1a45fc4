"""From bytes of unknown encoding to UTF-8 bytes, cut at line ends, about one MiB at a time.

UTF-8 passes untouched (only what is matched is ever decoded); UTF-16 and Windows code pages are transcoded as they stream.
What a browser or a chat did to a line on the way (no-break spaces, curly apostrophes, HTML entities) is undone here.
"""

from __future__ import annotations

import codecs
import itertools
from collections.abc import Generator, Iterator
from typing import Protocol

from knowledge.errors import ReadError
from knowledge.logs.magic import SNIFF
from knowledge.terms import ReadReason

#: About how much is read and scanned at once, in bytes.
CHUNK = 1 << 20

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Double-byte code pages, and by which bytes their letters begin.
_EAST = ("gb18030", "cp949", "cp932", "big5")


class Reads(Protocol):
    """Anything with `read`, returning at most `size` bytes, and none at its end."""

    def read(self, size: int, /) -> bytes:
        """The next bytes."""
        ...


def detect(head: bytes) -> tuple[str, int]:
    """The encoding that these first bytes are in, and the length of its mark.

    >>> detect("pluto: é".encode("utf-16"))
    ('utf-16-le', 2)
    >>> detect("usuário".encode("cp1252"))
    ('cp1252', 0)
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    wide = _wide(head)
    if wide:
        return wide, 0
    if _is_utf8(head):
        return "utf-8", 0
    return _code_page(head), 0


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of Latin text is nought."""
    sample = head[: SNIFF & ~1]
    half = len(sample) // 2
    if half < 2:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > half * 0.6 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.6 and odd < half * 0.1:
        return "utf-16-be"
    return None


def _is_utf8(head: bytes) -> bool:
    """True unless more of the high bytes break UTF-8 than keep it: a stray byte in a host name does not make a code page."""
    if head.isascii():
        return True
    decoded = head[:-4].decode("utf-8", "replace") if len(head) >= SNIFF else head.decode("utf-8", "replace")
    broken = decoded.count("�")
    kept = sum(character > "\x7f" for character in decoded) - broken
    return kept >= broken


def _code_page(head: bytes) -> str:
    high = [byte for byte in head if byte > 0x7F]
    letters = sum(byte >= 0xC0 for byte in high)
    pairs = sum(first > 0x80 and second > 0x80 for first, second in itertools.pairwise(head))
    if pairs * 2 > len(high):
        if letters > 0.9 * len(high) and pairs > 0.6 * len(high) and sum(byte >= 0xE0 for byte in high) > 0.6 * len(high):
            return "cp1251"
        for name in _EAST:
            try:
                head[: len(head) - 4 if len(head) > 8 else None].decode(name)
            except UnicodeDecodeError:
                continue
            return name
    return "cp1252"


def lines(source: Reads, head: bytes = b"", *, chunk: int = CHUNK, longest: int | None = None) -> Iterator[bytes]:
    """The text of a stream as UTF-8 chunks that end at line ends (the last one may not).

    A line without end is given in pieces, so that it takes no more memory than others.

    Args:
        source: the stream, of which `head` has been read already.
        head: its first bytes.
        chunk: about how many bytes a piece has.
        longest: bytes of a line at most, of which there may be about one `chunk` more; None: one chunk, and nothing is said.

    Raises:
        ReadError: at the end, `long-lines`: a line longer than `longest` was given in pieces.
    """
    encoding, mark = detect(head)
    raw = _joined(source, head[mark:], chunk)
    text = raw if encoding == "utf-8" else _transcoded(raw, encoding)
    cut = yield from _aligned(_cleaned(text), longest or chunk)
    if cut and longest is not None:
        raise ReadError(ReadReason.LONG_LINES)


def _joined(source: Reads, head: bytes, chunk: int) -> Iterator[bytes]:
    if head:
        yield head
    while piece := source.read(chunk):
        yield piece


def _transcoded(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for piece in pieces:
        yield decoder.decode(piece).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _cleaned(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Undo noughts (a crash leaves runs of them), and line ends of old Macs."""
    old_mac: bool | None = None
    for piece in pieces:
        clean = piece.replace(b"\x00", b"") if b"\x00" in piece else piece
        if old_mac is None:
            old_mac = b"\r" in clean and b"\n" not in clean
        yield clean.replace(b"\r", b"\n") if old_mac else clean


def _aligned(pieces: Iterator[bytes], longest: int) -> Generator[bytes, None, bool]:
    """Whole lines; whether one was cut because it was too long."""
    rest: list[bytes] = []
    size, long = 0, False
    for piece in pieces:
        cut = piece.rfind(b"\n") + 1
        if cut == 0:
            rest.append(piece)
            size += len(piece)
            if size >= longest:
                long = True
                yield _mended(b"".join(rest))
                rest, size = [], 0
            continue
        yield _mended(b"".join([*rest, piece[:cut]]))
        rest = [piece[cut:]] if cut < len(piece) else []
        size = len(piece) - cut
    if rest:
        yield _mended(b"".join(rest))
    return long


_CURLY = ((b"\xc2\xa0", b" "), (b"\xe2\x80\x99", b"'"), (b"\xe2\x80\xaf", b" "), (b"\xef\xbb\xbf", b""))
_ENTITIES = (
    (b"&lt;", b"<"),
    (b"&gt;", b">"),
    (b"&quot;", b'"'),
    (b"&#39;", b"'"),
    (b"&apos;", b"'"),
    (b"&nbsp;", b" "),
    (b"&amp;", b"&"),
)


def _mended(text: bytes) -> bytes:
    """Undo what browsers and chats do. Entities stay in XML, where they belong."""
    if not text.isascii() and (b"\xe2\x80" in text or b"\xc2\xa0" in text or b"\xef\xbb\xbf" in text):
        for odd, plain in _CURLY:
            text = text.replace(odd, plain)
    if b"&" in text and b"<Event" not in text and b"</" not in text and any(entity in text for entity, _ in _ENTITIES):
        for entity, plain in _ENTITIES:
            text = text.replace(entity, plain)
    return text
