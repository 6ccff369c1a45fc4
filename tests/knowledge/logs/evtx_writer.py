"""Writes Windows event files: as much of the format as events of a VPN need. No public file with such events exists.

    write([Event(provider="RasClient", number=20227, data=("{…}", "anna", "Work", "809"))])

Layout: a header of 4096 bytes, then chunks of 65536, each with its records; a record is binary XML: a template, given where it is
used first, and the values for its holes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

CHUNK, HEAD, CHUNK_HEAD = 65_536, 4_096, 512
_STRING, _UINT16, _UINT64, _BINARY, _FILETIME, _STRINGS = 0x01, 0x06, 0x0A, 0x0E, 0x11, 0x81
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Event:
    provider: str
    number: int
    at: datetime = datetime(2026, 11, 23, 20, 28, 52, tzinfo=UTC)
    computer: str = "PC-17"
    #: Data without names.
    data: Sequence[str] = ()
    #: Data with names.
    named: Mapping[str, str] = field(default_factory=dict)
    #: What `<Binary>` holds.
    binary: bytes = b""
    #: Data as one array, as classic providers log it.
    as_array: bool = True


def write(events: Sequence[Event], *, first: int = 1) -> bytes:
    """The file; events that do not fit into one chunk go on in the next."""
    chunks: list[bytes] = []
    waiting = list(enumerate(events, first))
    while waiting:
        chunk = _Chunk(len(chunks))
        while waiting and chunk.add(waiting[0][1], waiting[0][0]):
            waiting.pop(0)
        chunks.append(chunk.bytes())
    head = bytearray(HEAD)
    struct.pack_into(
        "<8sQQQIHHHH", head, 0, b"ElfFile\0", 0, max(0, len(chunks) - 1), first + len(events), 128, 1, 3, HEAD, len(chunks)
    )
    struct.pack_into("<I", head, 124, zlib.crc32(head[:120]))
    return bytes(head) + b"".join(chunks)


class _Chunk:
    def __init__(self, place: int) -> None:
        self.place = place
        self.body = bytearray()
        self.numbers: list[int] = []
        self.last = CHUNK_HEAD

    def add(self, event: Event, number: int) -> bool:
        at = CHUNK_HEAD + len(self.body)
        xml = _Fragment(at + 24).record(event, number)
        size = 24 + len(xml) + 4
        size += -size % 8
        if at + size > CHUNK:
            if not self.numbers:
                raise ValueError("an event is larger than a chunk")
            return False
        record = struct.pack("<4sIQQ", b"\x2a\x2a\0\0", size, number, _filetime(event.at)) + xml
        self.body += record.ljust(size - 4, b"\0") + struct.pack("<I", size)
        self.numbers.append(number)
        self.last = at
        return True

    def bytes(self) -> bytes:
        head = bytearray(CHUNK_HEAD)
        free = CHUNK_HEAD + len(self.body)
        struct.pack_into(
            "<8sQQQQIIII",
            head,
            0,
            b"ElfChnk\0",
            self.numbers[0],
            self.numbers[-1],
            self.numbers[0],
            self.numbers[-1],
            128,
            self.last,
            free,
            zlib.crc32(bytes(self.body)),
        )
        struct.pack_into("<I", head, 124, zlib.crc32(bytes(head[:120]) + bytes(head[128:])))
        return bytes(head + self.body).ljust(CHUNK, b"\0")


class _Fragment:
    """Binary XML that begins at a place in its chunk: names are given where they stand, so places count."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.out = bytearray()
        self.values: list[tuple[int, bytes]] = []

    @property
    def here(self) -> int:
        return self.at + len(self.out)

    def record(self, event: Event, number: int) -> bytes:
        self.out += b"\x0f\x01\x01\x00" + b"\x0c\x01" + struct.pack("<II", number, self.here + 14)
        self.out += struct.pack("<I", 0) + struct.pack("<I", number) + bytes(12)
        size_at = len(self.out)
        self.out += bytes(4)
        begin = len(self.out)
        self.out += b"\x0f\x01\x01\x00"
        self._event(event, number)
        self.out += b"\x00"
        struct.pack_into("<I", self.out, size_at, len(self.out) - begin)
        self.out += struct.pack("<I", len(self.values))
        self.out += b"".join(struct.pack("<HBB", len(value), kind, 0) for kind, value in self.values)
        self.out += b"".join(value for _, value in self.values)
        return bytes(self.out)

    def _event(self, event: Event, number: int) -> None:
        with_data = bool(event.data or event.named or event.binary)
        self._open("Event", {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"})
        self._open("System")
        self._open("Provider", {"Name": event.provider}, empty=True)
        self._leaf("EventID", _UINT16, struct.pack("<H", event.number))
        self._open("TimeCreated", {"SystemTime": (_FILETIME, struct.pack("<Q", _filetime(event.at)))}, empty=True)
        self._leaf("EventRecordID", _UINT64, struct.pack("<Q", number))
        self._leaf("Computer", _STRING, _text(event.computer))
        self._close()
        if with_data:
            self._open("EventData")
            if event.as_array and event.data:
                self._leaf("Data", _STRINGS, b"".join(_text(value) + b"\0\0" for value in event.data))
            else:
                for value in event.data:
                    self._leaf("Data", _STRING, _text(value))
            for name, value in event.named.items():
                self._leaf("Data", _STRING, _text(value), {"Name": name})
            if event.binary:
                self._leaf("Binary", _BINARY, event.binary)
            self._close()
        self._close()

    def _open(self, name: str, attributes: Mapping[str, str | tuple[int, bytes]] | None = None, *, empty: bool = False) -> None:
        self.out += b"\x41" if attributes else b"\x01"
        self.out += struct.pack("<HI", 0xFFFF, 0)
        self._name(name)
        if attributes:
            size_at = len(self.out)
            self.out += bytes(4)
            begin = len(self.out)
            for place, (key, value) in enumerate(attributes.items()):
                self.out += b"\x46" if place < len(attributes) - 1 else b"\x06"
                self._name(key)
                if isinstance(value, str):
                    self.out += b"\x05\x01" + struct.pack("<H", len(value)) + _text(value)
                else:
                    self._hole(*value)
            struct.pack_into("<I", self.out, size_at, len(self.out) - begin)
        self.out += b"\x03" if empty else b"\x02"

    def _close(self) -> None:
        self.out += b"\x04"

    def _leaf(self, name: str, kind: int, value: bytes, attributes: Mapping[str, str] | None = None) -> None:
        self._open(name, attributes)
        self._hole(kind, value)
        self._close()

    def _hole(self, kind: int, value: bytes) -> None:
        self.out += struct.pack("<BHB", 0x0D, len(self.values), kind)
        self.values.append((kind, value))

    def _name(self, name: str) -> None:
        self.out += struct.pack("<I", self.here + 4)
        self.out += struct.pack("<IHH", 0, _hash(name), len(name)) + _text(name) + b"\0\0"


def _text(value: str) -> bytes:
    return value.encode("utf-16-le")


def _hash(name: str) -> int:
    value = 0
    for character in name:
        value = value * 65_599 + ord(character)
    return value & 0xFFFF


def _filetime(at: datetime) -> int:
    return int((at - _EPOCH).total_seconds()) * 10_000_000
