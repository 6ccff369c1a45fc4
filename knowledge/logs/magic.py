"""What kind of file this is, by its first bytes. Names lie; bytes less so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from knowledge.terms import ReadReason

#: How many of a stream's first bytes are looked at.
SNIFF = 65_536


class Container(StrEnum):
    """Files that hold other files, or one file made smaller."""

    ZIP = "zip"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    TAR = "tar"
    CAB = "cab"


@dataclass(frozen=True, slots=True)
class Binary:
    """A file that is no text: why it is not read, and what it is called."""

    reason: ReadReason
    name: str


_CONTAINERS = (
    (b"PK\x03\x04", Container.ZIP),
    (b"PK\x05\x06", Container.ZIP),
    (b"\x1f\x8b", Container.GZIP),
    (b"BZh", Container.BZIP2),
    (b"\xfd7zXZ\x00", Container.XZ),
    (b"MSCF\x00\x00\x00\x00", Container.CAB),
)
#: (offset, bytes, reason, name). Some of them have a reader (`readers.py`).
_BINARIES = (
    (0, b"ElfFile\x00", ReadReason.UNSUPPORTED, "evtx"),
    (4, b"LfLe", ReadReason.UNSUPPORTED, "evt"),
    (0, b"\xd4\xc3\xb2\xa1", ReadReason.UNSUPPORTED, "pcap"),
    (0, b"\xa1\xb2\xc3\xd4", ReadReason.UNSUPPORTED, "pcap"),
    (0, b"\x4d\x3c\xb2\xa1", ReadReason.UNSUPPORTED, "pcap"),
    (0, b"\xa1\xb2\x3c\x4d", ReadReason.UNSUPPORTED, "pcap"),
    (0, b"\x0a\x0d\x0d\x0a", ReadReason.UNSUPPORTED, "pcapng"),
    (0, b"GMBU", ReadReason.UNSUPPORTED, "netmon"),
    (0, b"snoop\x00", ReadReason.UNSUPPORTED, "snoop"),
    (0, b"%PDF", ReadReason.UNSUPPORTED, "pdf"),
    (0, b"\x89PNG\r\n", ReadReason.NEEDS_OCR, "image"),
    (0, b"\xff\xd8\xff", ReadReason.NEEDS_OCR, "image"),
    (0, b"GIF8", ReadReason.NEEDS_OCR, "image"),
    (8, b"WEBP", ReadReason.NEEDS_OCR, "image"),
    (0, b"II*\x00", ReadReason.NEEDS_OCR, "image"),
    (0, b"MM\x00*", ReadReason.NEEDS_OCR, "image"),
    (4, b"ftyphei", ReadReason.NEEDS_OCR, "image"),
    (4, b"ftypmif1", ReadReason.NEEDS_OCR, "image"),
    (4, b"ftypavif", ReadReason.NEEDS_OCR, "image"),
    (4, b"ftyp", ReadReason.UNSUPPORTED, "video"),
    (0, b"\x1aE\xdf\xa3", ReadReason.UNSUPPORTED, "video"),
    (0x48, b"\x02\x00\x02\xc0", ReadReason.UNSUPPORTED, "etl"),
    (0x48, b"\x02\x00\x01\xc0", ReadReason.UNSUPPORTED, "etl"),
    (0, b"7z\xbc\xaf\x27\x1c", ReadReason.UNSUPPORTED, "7z"),
    (0, b"Rar!\x1a\x07", ReadReason.UNSUPPORTED, "rar"),
    (0, b"\x28\xb5\x2f\xfd", ReadReason.UNSUPPORTED, "zstd"),
    (0, b"\x04\x22\x4d\x18", ReadReason.UNSUPPORTED, "lz4"),
    (0, b"\x1f\x9d", ReadReason.UNSUPPORTED, "compress"),
    (0, b"LPKSHHRH", ReadReason.UNSUPPORTED, "journal"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ReadReason.UNSUPPORTED, "office"),
    (0, b"MDMP", ReadReason.UNSUPPORTED, "dmp"),
    (0, b"PAGEDU", ReadReason.UNSUPPORTED, "dmp"),
    (0, b"SQLite format 3\x00", ReadReason.BINARY, "sqlite"),
    (0, b"MZ\x90\x00", ReadReason.BINARY, "program"),
    (0, b"\x7fELF", ReadReason.BINARY, "program"),
    (0, b"bplist0", ReadReason.UNSUPPORTED, "plist"),
)


def container(head: bytes) -> Container | None:
    """The container that begins with these bytes, if it is one."""
    for magic, kind in _CONTAINERS:
        if head.startswith(magic):
            return kind
    if head[257:262] == b"ustar":
        return Container.TAR
    return None


def binary(head: bytes) -> Binary | None:
    """The kind of binary file that begins with these bytes; None for what may be text.

    >>> binary(b"ElfFile" + bytes(20))
    Binary(reason=<ReadReason.UNSUPPORTED: 'unsupported'>, name='evtx')
    """
    for offset, magic, reason, name in _BINARIES:
        if head[offset : offset + len(magic)] == magic:
            return Binary(reason, name)
    if head[:2] == b"BM" and head[6:10] == b"\x00\x00\x00\x00" and len(head) > 26:
        return Binary(ReadReason.NEEDS_OCR, "image")
    return None


#: Control characters that logs do hold: tab, line ends, form feed, escape, and what terminals leave behind.
_TEXT = bytes({7, 8, 9, 10, 11, 12, 13, 27})
_CONTROLS = bytes(set(range(32)) - set(_TEXT)) + b"\x7f"


def looks_like_text(head: bytes) -> bool:
    """False where control characters show that this is no text, whatever its encoding (UTF-16 is asked elsewhere)."""
    solid = head.replace(b"\x00", b"")
    if len(solid) * 2 < len(head) and len(solid) < 64:
        return False
    controls = len(solid) - len(solid.translate(None, _CONTROLS))
    return controls * 50 <= len(solid)
