"""Cabinet files (`.cab`), in which `netsh wfp capture` and Windows' diagnostics pack what they collected.

    head -> folders (each a run of compressed blocks) -> files (each a piece of one folder's unpacked bytes)

Stored and MSZIP folders are unpacked, block by block; LZX and Quantum are named and refused. Whatever the numbers claim, no more
is read than asked for and no more is kept than a block.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from knowledge.errors import ReadError
from knowledge.terms import ReadReason

__all__ = ["CabFile", "cab_files"]

#: Longest block, packed and unpacked, in bytes, by the format's own rules; and the longest name.
_BLOCK, _UNPACKED, _NAME = 65_535, 32_768, 256
#: Folders and files that are believed.
_MOST_FOLDERS, _MOST_FILES = 4_096, 65_535
_STORED, _MSZIP = 0, 1
_METHODS = {2: "quantum", 3: "lzx"}
#: Folder numbers of files that go on from or into another cabinet.
_SPLIT = 0xFFFD


@dataclass(frozen=True, slots=True)
class _Folder:
    start: int
    blocks: int
    method: int


@dataclass(slots=True)
class CabFile:
    """A file in a cabinet."""

    name: str
    size: int
    #: Why it cannot be read, and by what name that reason goes.
    refused: tuple[ReadReason, str] | None
    _unpacking: _Unpacking | None = None
    _left: int = 0

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most `size`; none at its end.

        Raises:
            ReadError: the cabinet is damaged or stops here.
        """
        if self._unpacking is None or self._left <= 0:
            return b""
        piece = self._unpacking.read(min(size if size >= 0 else self._left, self._left))
        if not piece:
            raise ReadError(ReadReason.TRUNCATED)
        self._left -= len(piece)
        return piece


def cab_files(source: IO[bytes], took: Callable[[int], None]) -> Iterator[CabFile]:
    """The files of a cabinet, in its order; each must be read before the next is asked for.

    Args:
        source: the cabinet, at any place; it can be sought in.
        took: told of unpacked bytes, those that are only passed over too; may raise to stop it all.

    Raises:
        ReadError: the head makes no sense.
    """
    cabinet = _Cabinet(source)
    current: tuple[int, _Unpacking] | None = None
    for name, size, offset, folder in cabinet.files():
        if folder >= _SPLIT:
            yield CabFile(name, size, (ReadReason.TRUNCATED, "cab"))
            continue
        if folder >= len(cabinet.folders):
            yield CabFile(name, size, (ReadReason.DAMAGED, "cab"))
            continue
        method = cabinet.folders[folder].method
        if method not in {_STORED, _MSZIP}:
            yield CabFile(name, size, (ReadReason.UNSUPPORTED, f"cab-{_METHODS.get(method, 'unknown')}"))
            continue
        if current is None or current[0] != folder or current[1].at > offset:
            current = (folder, _Unpacking(cabinet, cabinet.folders[folder], took))
        file = CabFile(name, size, None, current[1], size)
        try:
            current[1].skip(offset - current[1].at)
        except ReadError as error:
            file.refused = (ReadReason(str(error)), "cab")
        yield file


class _Cabinet:
    """The head of a cabinet."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        source.seek(0)
        head = source.read(36)
        if len(head) < 36 or not head.startswith(b"MSCF"):
            raise ReadError(ReadReason.DAMAGED)
        self._first_file = struct.unpack_from("<I", head, 16)[0]
        folders, self._count, flags = struct.unpack_from("<HHH", head, 26)
        reserved, folder_reserve, self.block_reserve = 0, 0, 0
        if flags & 4:
            reserved, folder_reserve, self.block_reserve = struct.unpack("<HBB", self._exactly(4))
        source.seek(reserved, 1)
        for _ in range((2 if flags & 1 else 0) + (2 if flags & 2 else 0)):
            self._name()
        self.folders: list[_Folder] = []
        for _ in range(min(folders, _MOST_FOLDERS)):
            start, blocks, method = struct.unpack("<IHH", self._exactly(8))
            source.seek(folder_reserve, 1)
            self.folders.append(_Folder(start, blocks, method & 0x0F))

    def files(self) -> Iterator[tuple[str, int, int, int]]:
        """Name, size, offset in its folder, folder."""
        self.source.seek(self._first_file)
        at = self._first_file
        for _ in range(min(self._count, _MOST_FILES)):
            self.source.seek(at)
            size, offset, folder, _, _, attributes = struct.unpack("<IIHHHH", self._exactly(16))
            raw = self._name()
            at = self.source.tell()
            yield raw.decode("utf-8" if attributes & 0x80 else "cp437", "replace"), size, offset, folder

    def _exactly(self, size: int) -> bytes:
        piece = self.source.read(size)
        if len(piece) < size:
            raise ReadError(ReadReason.TRUNCATED)
        return piece

    def _name(self) -> bytes:
        raw = self.source.read(_NAME + 1)
        end = raw.find(b"\x00")
        if end < 0:
            raise ReadError(ReadReason.DAMAGED)
        self.source.seek(end + 1 - len(raw), 1)
        return raw[:end]


class _Unpacking:
    """The unpacked bytes of a folder, from its beginning."""

    def __init__(self, cabinet: _Cabinet, folder: _Folder, took: Callable[[int], None]) -> None:
        self._cabinet = cabinet
        self._folder = folder
        self._took = took
        self._next = folder.start
        self._blocks = folder.blocks
        self._held = b""
        self._before = b""
        #: How many bytes were read or passed over.
        self.at = 0

    def read(self, size: int) -> bytes:
        """The next bytes, at most `size`, of at most one block; none at the end."""
        if not self._held:
            self._held = self._block()
        piece, self._held = self._held[:size], self._held[size:]
        self.at += len(piece)
        return piece

    def skip(self, size: int) -> None:
        """Pass over bytes."""
        while size > 0:
            piece = self.read(size)
            if not piece:
                raise ReadError(ReadReason.TRUNCATED)
            size -= len(piece)

    def _block(self) -> bytes:
        while self._blocks > 0:
            self._blocks -= 1
            source = self._cabinet.source
            source.seek(self._next)
            head = source.read(8)
            if len(head) < 8:
                raise ReadError(ReadReason.TRUNCATED)
            _, packed, unpacked = struct.unpack("<IHH", head)
            source.seek(self._cabinet.block_reserve, 1)
            data = source.read(packed)
            self._next = source.tell()
            if len(data) < packed:
                raise ReadError(ReadReason.TRUNCATED)
            if unpacked > _UNPACKED:
                raise ReadError(ReadReason.DAMAGED)
            out = data[:unpacked] if self._folder.method == _STORED else self._inflated(data, unpacked)
            self._took(len(out))
            if out:
                return out
        return b""

    def _inflated(self, data: bytes, size: int) -> bytes:
        """One block of MSZIP: deflate, of which the block before is the dictionary."""
        if not data.startswith(b"CK"):
            raise ReadError(ReadReason.DAMAGED)
        inflate = zlib.decompressobj(-15, zdict=self._before) if self._before else zlib.decompressobj(-15)
        try:
            out = inflate.decompress(data[2:], size)
        except zlib.error as error:
            raise ReadError(ReadReason.DAMAGED) from error
        if len(out) < size:
            raise ReadError(ReadReason.DAMAGED)
        self._before = (self._before + out)[-_UNPACKED:]
        return out
