"""From a file or bytes to text streams with member names: archives opened, encodings read, bombs refused.

    journal.zip
      ├── client.log                 -> Part(member="client.log")
      └── server.tar.xz
            └── var/log/auth.log.1.gz -> Part(member="server.tar.xz/var/log/auth.log.1.gz")

Everything streams: a part's chunks must be read before the next part is asked for. Memory stays flat whatever the size.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Protocol, cast

from knowledge.errors import ReadError
from knowledge.logs import encodings, magic
from knowledge.logs.cab import cab_files
from knowledge.logs.magic import Container
from knowledge.logs.readers import Numbered, reader_of
from knowledge.logs.wfp import looks_like_wfp
from knowledge.terms import ReadReason

__all__ = ["Limits", "Part", "Refused", "unpack"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of an upload is read at most."""

    #: Bytes of the upload itself.
    upload: int = 1 << 30
    #: Bytes of all its texts together, unpacked.
    size: int = 1 << 30
    #: Unpacked bytes for one packed byte, once `ratio_from` bytes are unpacked.
    ratio: int = 300
    ratio_from: int = 32 << 20
    #: Files in all archives together.
    members: int = 500
    #: Archives within archives; `x.tar.gz` is two.
    nesting: int = 6
    #: Bytes of an archive inside an archive that must be kept aside to be opened.
    aside: int = 256 << 20
    #: Bytes of a line; what is longer is read in pieces.
    line: int = 2 << 20

    def told(self, reason: ReadReason) -> str | None:
        """The number that a reason is about, as people read it: MiB, times, files, levels; None: it is about none."""
        numbers = {
            ReadReason.TOO_LARGE: self.size >> 20,
            ReadReason.BOMB: self.ratio,
            ReadReason.TOO_MANY_MEMBERS: self.members,
            ReadReason.TOO_DEEP: self.nesting,
            ReadReason.LONG_LINES: self.line >> 20,
        }
        return str(numbers[reason]) if reason in numbers else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A text. Reading `chunks` to the end may raise `ReadError` with a reason; what came before it counts."""

    #: The path inside the archive; None for the upload itself.
    member: str | None
    #: UTF-8, whole lines, about one MiB each.
    chunks: Iterator[bytes]
    #: What each line is called in a binary file (packet or event number), filled as chunks are read; None: as it stands.
    numbers: Sequence[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file that was not read, and why. `what` names its kind or the limit."""

    member: str | None
    reason: ReadReason
    what: str | None = None


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def unpack(source: Path | bytes, limits: Limits = Limits()) -> Iterator[Part | Refused]:
    """The texts of an upload, in the archive's order.

    Raises:
        OSError: the file itself cannot be opened.
    """
    if isinstance(source, bytes):
        yield from _Opening(limits, len(source)).open(io.BytesIO(source), None, 0)
        return
    size = source.stat().st_size
    if size > limits.upload:
        yield Refused(member=None, reason=ReadReason.TOO_LARGE, what=str(limits.upload >> 20))
        return
    with source.open("rb") as stream:
        yield from _Opening(limits, size).open(stream, None, 0)


class _Opening:
    """One upload being opened: what has been counted so far."""

    def __init__(self, limits: Limits, packed: int) -> None:
        self.limits = limits
        self.packed = max(packed, 1)
        self.unpacked = 0
        self.members = 0

    def open(self, stream: IO[bytes] | _Stream, member: str | None, depth: int) -> Iterator[Part | Refused]:
        head = _head(stream)
        if not head:
            yield Refused(member=member, reason=ReadReason.EMPTY)
            return
        kind = magic.container(head)
        if kind is not None:
            if depth >= self.limits.nesting:
                yield Refused(member=member, reason=ReadReason.TOO_DEEP, what=str(self.limits.nesting))
                return
            yield from self._contained(kind, _Rewound(head, stream), member, depth + 1)
            return
        found = magic.binary(head) or _markup(head)
        if found is not None:
            yield _binary(found, _Rewound(head, stream), member)
            return
        if not _is_text(head):
            yield Refused(member=member, reason=ReadReason.BINARY)
            return
        if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe") and len(head) < magic.SNIFF:
            yield Refused(member=member, reason=ReadReason.EMPTY)
            return
        yield Part(member=member, chunks=encodings.lines(stream, head, longest=self.limits.line))

    def _contained(self, kind: Container, stream: _Rewound, member: str | None, depth: int) -> Iterator[Part | Refused]:
        try:
            match kind:
                case Container.ZIP:
                    yield from self._zip(stream, member, depth)
                case Container.TAR:
                    yield from self._tar(stream, member, depth)
                case Container.CAB:
                    yield from self._cab(stream, member, depth)
                case _:
                    yield from self.open(_Counted(self, _decompressed(kind, stream)), member, depth)
        except ReadError as error:
            reason = ReadReason(str(error))
            yield Refused(member=member, reason=reason, what=self.limits.told(reason) or kind)
        except (
            OSError,
            EOFError,
            ValueError,
            RuntimeError,
            NotImplementedError,
            zlib.error,
            lzma.LZMAError,
            tarfile.TarError,
        ) as error:
            yield Refused(member=member, reason=_reason(error), what=kind)
        except zipfile.BadZipFile:
            yield Refused(member=member, reason=ReadReason.DAMAGED, what=kind)

    def _zip(self, stream: _Rewound, member: str | None, depth: int) -> Iterator[Part | Refused]:
        with stream.seekable_from_start() or _aside(stream, self.limits.aside) as seekable, zipfile.ZipFile(seekable) as archive:
            names = {info.filename for info in archive.infolist()[:64]}
            if "[Content_Types].xml" in names or "mimetype" in names:
                yield Refused(member=member, reason=ReadReason.UNSUPPORTED, what="office")
                return
            for info in archive.infolist():
                if info.filename.endswith("/") or _is_clutter(info.filename):
                    continue
                inner = _path(member, info.filename)
                if not self._count():
                    yield Refused(member=inner, reason=ReadReason.TOO_MANY_MEMBERS, what=str(self.limits.members))
                    return
                if info.flag_bits & 0x1:
                    yield Refused(member=inner, reason=ReadReason.ENCRYPTED)
                    continue
                try:
                    with archive.open(info) as opened:
                        yield from self.open(_Counted(self, opened), inner, depth)
                except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, zlib.error) as error:
                    yield Refused(member=inner, reason=_reason(error), what=Container.ZIP)

    def _tar(self, stream: _Rewound, member: str | None, depth: int) -> Iterator[Part | Refused]:
        with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r|") as archive:
            for info in archive:
                if not info.isfile() or _is_clutter(info.name):
                    continue
                inner = _path(member, info.name)
                if not self._count():
                    yield Refused(member=inner, reason=ReadReason.TOO_MANY_MEMBERS, what=str(self.limits.members))
                    return
                opened = archive.extractfile(info)
                if opened is not None:
                    yield from self.open(_Counted(self, opened), inner, depth)

    def _cab(self, stream: _Rewound, member: str | None, depth: int) -> Iterator[Part | Refused]:
        with stream.seekable_from_start() or _aside(stream, self.limits.aside) as seekable:
            for file in cab_files(seekable, self.took):
                inner = _path(member, file.name)
                if not self._count():
                    yield Refused(member=inner, reason=ReadReason.TOO_MANY_MEMBERS, what=str(self.limits.members))
                    return
                if file.refused is not None:
                    yield Refused(member=inner, reason=file.refused[0], what=file.refused[1])
                    continue
                try:
                    yield from self.open(file, inner, depth)
                except ReadError as error:
                    reason = ReadReason(str(error))
                    yield Refused(member=inner, reason=reason, what=self.limits.told(reason) or Container.CAB)

    def _count(self) -> bool:
        self.members += 1
        return self.members <= self.limits.members

    def took(self, size: int) -> None:
        """Count unpacked bytes.

        Raises:
            ReadError: there are too many of them, or too many for so small an upload.
        """
        self.unpacked += size
        if self.unpacked > self.limits.ratio_from and self.unpacked > self.packed * self.limits.ratio:
            raise ReadError(ReadReason.BOMB)
        if self.unpacked > self.limits.size:
            raise ReadError(ReadReason.TOO_LARGE)


def _markup(head: bytes) -> magic.Binary | None:
    """XML that is read by its elements, and not line by line."""
    if b"<" not in head[:64]:
        return None
    encoding, mark = encodings.detect(head)
    known = looks_like_wfp(head[mark:].decode(encoding, "replace"))
    return magic.Binary(ReadReason.UNSUPPORTED, "wfp") if known else None


def _binary(found: magic.Binary, stream: _Rewound, member: str | None) -> Part | Refused:
    """A binary file as the lines that its reader makes of it, if it has one."""
    reader = reader_of(found.name)
    if reader is None:
        return Refused(member=member, reason=found.reason, what=found.name)
    lines = Numbered(reader, stream)
    return Part(member=member, chunks=iter(lines), numbers=lines.numbers)


class _Counted:
    """A stream of an archive: what it gives is counted, and what breaks in it is named."""

    def __init__(self, opening: _Opening, stream: _Stream) -> None:
        self._opening = opening
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        try:
            piece = self._stream.read(min(size, encodings.CHUNK) if size >= 0 else encodings.CHUNK)
        except (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zlib.error, lzma.LZMAError) as error:
            raise ReadError(_reason(error)) from error
        except (zipfile.BadZipFile, tarfile.TarError) as error:
            raise ReadError(ReadReason.DAMAGED) from error
        self._opening.took(len(piece))
        return piece


class _Rewound:
    """A stream put back to its beginning."""

    def __init__(self, head: bytes, stream: _Stream) -> None:
        self._head = head
        self._stream = stream

    def seekable_from_start(self) -> IO[bytes] | None:
        """The stream itself, at its beginning, where it is a file that can be sought in (the upload itself)."""
        if not isinstance(self._stream, io.BufferedReader | io.BytesIO):
            return None
        self._stream.seek(0)
        return self._stream

    def read(self, size: int = -1, /) -> bytes:
        if not self._head:
            return self._stream.read(size)
        if size < 0:
            size = len(self._head)
        piece, self._head = self._head[:size], self._head[size:]
        return piece


class _Xz:
    """xz with a bound on memory, which `lzma.LZMAFile` has not."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream
        self._inner = lzma.LZMADecompressor(memlimit=96 << 20)

    def read(self, size: int, /) -> bytes:
        while True:
            if self._inner.eof:
                left = self._inner.unused_data or self._stream.read(encodings.CHUNK)
                if not left.strip(b"\x00"):
                    return b""
                self._inner = lzma.LZMADecompressor(memlimit=96 << 20)
                piece = self._inner.decompress(left, size)
            else:
                more = self._stream.read(encodings.CHUNK) if self._inner.needs_input else b""
                if self._inner.needs_input and not more:
                    raise EOFError
                piece = self._inner.decompress(more, size)
            if piece:
                return piece


def _decompressed(kind: Container, stream: _Rewound) -> _Stream:
    if kind is Container.GZIP:
        return cast("_Stream", gzip.GzipFile(fileobj=_Readable(stream), mode="rb"))
    if kind is Container.BZIP2:
        return bz2.BZ2File(cast("IO[bytes]", _Readable(stream)))
    return _Xz(stream)


class _Readable(io.RawIOBase):
    """What `gzip` and `bz2` ask of a stream."""

    def __init__(self, stream: _Rewound) -> None:
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        return self._stream.read(size if size > 0 else encodings.CHUNK)

    def readable(self) -> bool:
        return True


def _aside(stream: _Rewound, limit: int) -> IO[bytes]:
    """A copy of the stream that can be sought in, in memory while small."""
    copy = cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=16 << 20))  # noqa: SIM115 - the caller closes it
    size = 0
    while piece := stream.read(encodings.CHUNK):
        size += len(piece)
        if size > limit:
            copy.close()
            raise ReadError(ReadReason.TOO_LARGE)
        copy.write(piece)
    copy.seek(0)
    return copy


def _head(stream: _Stream) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while size < magic.SNIFF and (piece := stream.read(magic.SNIFF - size)):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def _is_text(head: bytes) -> bool:
    encoding, mark = encodings.detect(head)
    if encoding.startswith(("utf-16", "utf-32")):
        text = head[mark:].decode(encoding, "replace")
        odd = sum(character == "�" or (character < " " and character not in "\t\r\n\x0b\x0c\x1b\x00") for character in text)
        return odd * 20 <= len(text)
    return magic.looks_like_text(head)


def _path(member: str | None, name: str) -> str:
    """The member's name, without what would climb out of a folder; it is shown, never opened."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in {"/", "..", "."}]
    shown = "".join(character for character in "/".join(parts) if character.isprintable())[-200:] or "?"
    return f"{member}/{shown}" if member else shown


def _is_clutter(name: str) -> bool:
    """What a Mac or Windows puts into every archive."""
    last = name.rpartition("/")[2]
    return name.startswith("__MACOSX/") or last.startswith("._") or last in {".DS_Store", "Thumbs.db", "desktop.ini"}


def _reason(error: BaseException) -> ReadReason:
    if isinstance(error, RuntimeError) and "password" in str(error).lower():
        return ReadReason.ENCRYPTED
    if isinstance(error, NotImplementedError):
        return ReadReason.UNSUPPORTED
    if isinstance(error, lzma.LZMAError) and "memory" in str(error).lower():
        return ReadReason.BOMB
    return ReadReason.DAMAGED
