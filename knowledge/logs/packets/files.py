"""Capture files to frames: pcap and pcapng, streamed, whatever their lengths claim.

A file that stops in the middle, or whose lengths make no sense, gives what stands before that place and then says which of
the two it is. Memory is one frame's.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.errors import ReadError
from knowledge.logs.encodings import Reads
from knowledge.terms import ReadReason

__all__ = ["Frame", "frames"]

#: Bytes read at once.
_PIECE = 1 << 18
#: Longest frame and longest block that are believed, in bytes. No network has frames like the first.
_LONGEST_FRAME, _LONGEST_BLOCK = 1 << 20, 1 << 26
#: Interfaces of one section of a pcapng file that are remembered.
_MOST_INTERFACES = 1024

_SECOND = 1_000_000
#: First four bytes of a pcap file: byte order, and units of its clock in a second; and whether records are 8 bytes longer.
_PCAP = {
    b"\xd4\xc3\xb2\xa1": ("<", 1_000_000, 0),
    b"\xa1\xb2\xc3\xd4": (">", 1_000_000, 0),
    b"\x4d\x3c\xb2\xa1": ("<", 1_000_000_000, 0),
    b"\xa1\xb2\x3c\x4d": (">", 1_000_000_000, 0),
    b"\x34\xcd\xb2\xa1": ("<", 1_000_000, 8),
    b"\xa1\xb2\xcd\x34": (">", 1_000_000, 8),
}
_SECTION, _INTERFACE, _OLD, _SIMPLE, _ENHANCED = 0x0A0D0D0A, 1, 2, 3, 6


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame as it was captured, perhaps cut."""

    #: From 1, as Wireshark numbers them.
    number: int
    #: Microseconds since 1970, UTC; None where the file has no clock.
    at: int | None
    #: The link type (tcpdump.org's list).
    link: int
    data: bytes


def frames(stream: Reads) -> Iterator[Frame]:
    """The frames of a capture file, in its order.

    Raises:
        ReadError: `truncated` or `damaged`, after the frames before that place.
    """
    source = _Bytes(stream)
    magic = source.take(4)
    if magic in _PCAP:
        yield from _pcap(source, *_PCAP[magic])
    elif magic == b"\x0a\x0d\x0d\x0a":
        yield from _Blocks(source).frames()
    else:
        raise ReadError(ReadReason.DAMAGED)


class _Bytes:
    """A stream of which any number of bytes can be taken or skipped."""

    def __init__(self, stream: Reads) -> None:
        self._stream = stream
        self._held = b""
        self._at = 0

    def take(self, size: int) -> bytes:
        """The next bytes; fewer only where the stream ends."""
        if len(self._held) - self._at < size:
            self._fill(size)
        piece = self._held[self._at : self._at + size]
        self._at += len(piece)
        return piece

    def exactly(self, size: int) -> bytes:
        """The next bytes.

        Raises:
            ReadError: the stream ends before.
        """
        piece = self.take(size)
        if len(piece) < size:
            raise ReadError(ReadReason.TRUNCATED)
        return piece

    def skip(self, size: int) -> None:
        """Pass over bytes.

        Raises:
            ReadError: the stream ends before.
        """
        while size > 0:
            size -= len(self.exactly(min(size, _PIECE)))

    def _fill(self, size: int) -> None:
        pieces = [self._held[self._at :]]
        held = len(pieces[0])
        while held < size and (piece := self._stream.read(max(_PIECE, size - held))):
            pieces.append(piece)
            held += len(piece)
        self._held, self._at = b"".join(pieces), 0


def _pcap(source: _Bytes, order: str, unit: int, longer: int) -> Iterator[Frame]:
    head = struct.unpack(f"{order}HHiIII", source.exactly(20))
    link = head[5] & 0xFFFF
    record = struct.Struct(f"{order}IIII")
    number = 0
    while header := source.take(record.size):
        if len(header) < record.size:
            raise ReadError(ReadReason.TRUNCATED)
        seconds, fraction, held, _original = record.unpack(header)
        if held > _LONGEST_FRAME or fraction >= 2 * unit:
            raise ReadError(ReadReason.DAMAGED)
        source.skip(longer)
        number += 1
        yield Frame(number, seconds * _SECOND + fraction * _SECOND // unit, link, source.exactly(held))


@dataclass(frozen=True, slots=True)
class _Interface:
    link: int
    #: Units of its clock in a second.
    unit: int
    #: Microseconds to add.
    shift: int


class _Blocks:
    """The blocks of a pcapng file."""

    def __init__(self, source: _Bytes) -> None:
        self._source = source
        self._order = "<"
        self._interfaces: list[_Interface] = []
        self._number = 0

    def frames(self) -> Iterator[Frame]:
        kind = _SECTION
        while True:
            if kind == _SECTION:
                self._section()
            else:
                yield from self._block(kind, self._size(self._source.exactly(4)))
            header = self._source.take(4)
            if not header:
                return
            if len(header) < 4:
                raise ReadError(ReadReason.TRUNCATED)
            kind = _SECTION if header == b"\x0a\x0d\x0d\x0a" else struct.unpack(f"{self._order}I", header)[0]

    def _section(self) -> None:
        size, mark = self._source.exactly(4), self._source.exactly(4)
        if mark not in {b"\x4d\x3c\x2b\x1a", b"\x1a\x2b\x3c\x4d"}:
            raise ReadError(ReadReason.DAMAGED)
        self._order = "<" if mark == b"\x4d\x3c\x2b\x1a" else ">"
        self._interfaces = []
        self._source.skip(self._size(size) - 12)

    def _size(self, raw: bytes) -> int:
        size: int = struct.unpack(f"{self._order}I", raw)[0]
        if size < 12 or size > _LONGEST_BLOCK:
            raise ReadError(ReadReason.DAMAGED)
        return (size + 3) & ~3

    def _block(self, kind: int, size: int) -> Iterator[Frame]:
        if kind not in {_INTERFACE, _ENHANCED, _SIMPLE, _OLD} or size > 2 * _LONGEST_FRAME:
            self._source.skip(size - 8)  # names, statistics, keys for decryption: nothing that is wanted here
            return
        body = self._source.exactly(size - 8)[:-4]
        try:
            if kind == _INTERFACE:
                self._interface(body)
            else:
                yield self._frame(kind, body)
        except (struct.error, IndexError):
            raise ReadError(ReadReason.DAMAGED) from None

    def _interface(self, body: bytes) -> None:
        link: int = struct.unpack_from(f"{self._order}H", body)[0]
        unit, shift, at = 1_000_000, 0, 8
        while at + 4 <= len(body):
            option, length = struct.unpack_from(f"{self._order}HH", body, at)
            value = body[at + 4 : at + 4 + length]
            if option == 9 and value:
                power = value[0] & 0x7F
                unit = 2**power if value[0] & 0x80 else 10 ** min(power, 18)
            elif option == 14 and len(value) == 8:
                shift = struct.unpack(f"{self._order}q", value)[0] * _SECOND
            at += 4 + ((length + 3) & ~3)
        if len(self._interfaces) >= _MOST_INTERFACES:
            raise ReadError(ReadReason.DAMAGED)
        self._interfaces.append(_Interface(link, unit, shift))

    def _frame(self, kind: int, body: bytes) -> Frame:
        self._number += 1
        if kind == _SIMPLE:
            return Frame(self._number, None, self._interfaces[0].link, body[4:])
        if kind == _ENHANCED:
            index, high, low, held, _original = struct.unpack_from(f"{self._order}IIIII", body)
        else:
            index, _drops, high, low, held, _original = struct.unpack_from(f"{self._order}HHIIII", body)
        interface = self._interfaces[index]
        at = ((high << 32) + low) * _SECOND // interface.unit + interface.shift
        return Frame(self._number, at, interface.link, body[20 : 20 + held])
