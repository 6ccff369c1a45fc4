import io
import random
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import ReadError
from knowledge.logs.cab import cab_files
from knowledge.logs.unpack import Limits, Part, Refused, unpack
from knowledge.terms import ReadReason

BLOCK = 32_768
STORED, MSZIP, QUANTUM, LZX = 0, 1, 2, 3


def cabinet(files, *, method=MSZIP, folder=0, reserve=None, lie=0):
    """A cabinet of one folder. `reserve`: bytes set aside in head, folder and blocks; `lie` is added to each file's size."""
    raw = b"".join(data for _, data in files)
    blocks, before = [], b""
    for at in range(0, len(raw), BLOCK):
        piece = raw[at : at + BLOCK]
        if method == MSZIP:
            more = {"zdict": before} if before else {}
            deflate = zlib.compressobj(9, zlib.DEFLATED, -15, **more)
            packed, before = b"CK" + deflate.compress(piece) + deflate.flush(), piece
        else:
            packed = piece
        blocks.append(struct.pack("<IHH", 0, len(packed), len(piece)) + bytes(reserve or 0) + packed)
    head = 36 + (4 + reserve if reserve is not None else 0)
    entries, offset = b"", 0
    for name, data in files:
        utf8 = not name.isascii()
        entries += struct.pack("<IIHHHH", len(data) + lie, offset, folder, 0, 0, 0x80 if utf8 else 0x20) + name.encode() + b"\0"
        offset += len(data)
    first = head + 8 + (reserve or 0)
    start = first + len(entries)
    size = start + sum(map(len, blocks))
    out = b"MSCF" + struct.pack("<IIIIIBBHHHHH", 0, size, 0, first, 0, 3, 1, 1, len(files), 0 if reserve is None else 4, 1, 0)
    if reserve is not None:
        out += struct.pack("<HBB", reserve, reserve, reserve) + bytes(reserve)
    return out + struct.pack("<IHH", start, len(blocks), method) + bytes(reserve or 0) + entries + b"".join(blocks)


def members(data, limits=None):
    out = {}
    for part in unpack(data, limits or Limits()):
        if isinstance(part, Refused):
            out[part.member] = (part.reason, part.what)
            continue
        assert isinstance(part, Part)
        try:
            out[part.member] = b"".join(part.chunks)
        except ReadError as error:
            out[part.member] = ReadReason(str(error))
    return out


LINE = b"pluto[1]: hello\n"
LONG = b"".join(b"pluto[%d]: line %d\n" % (n, n * n) for n in range(9_000))


@pytest.mark.parametrize("method", [STORED, MSZIP])
@pytest.mark.parametrize("reserve", [None, 0, 20])
def test_files_come_out_as_they_went_in(method, reserve):
    files = [("a.log", LINE), ("long.log", LONG), ("über.log", LINE)]
    assert members(cabinet(files, method=method, reserve=reserve)) == dict(files)


@pytest.mark.parametrize(("method", "name"), [(LZX, "cab-lzx"), (QUANTUM, "cab-quantum")])
def test_other_methods_are_named(method, name):
    assert members(cabinet([("wfpdiag.xml", LINE)], method=method)) == {"wfpdiag.xml": (ReadReason.UNSUPPORTED, name)}


def test_a_cabinet_in_an_archive_is_opened():
    inner = cabinet([("x/y.log", LINE)])
    assert members(cabinet([("in.cab", inner)])) == {"in.cab/x/y.log": LINE}


def test_a_name_does_not_climb():
    assert list(members(cabinet([("..\\..\\windows\\a.log", LINE)]))) == ["windows/a.log"]


def test_sizes_that_lie():
    assert members(cabinet([("a.log", LINE)], lie=100_000)) == {"a.log": (ReadReason.TRUNCATED, "cab")}
    assert members(cabinet([("long.log", LONG)], lie=100_000)) == {"long.log": ReadReason.TRUNCATED}
    assert members(cabinet([("a.log", LINE)], folder=9)) == {"a.log": (ReadReason.DAMAGED, "cab")}
    assert members(cabinet([("a.log", LINE)], folder=0xFFFE)) == {"a.log": (ReadReason.TRUNCATED, "cab")}


def test_a_bomb_is_stopped():
    bomb = cabinet([("big.log", b"a\n" * (24 << 20))])
    assert members(bomb, Limits(ratio_from=1 << 20, ratio=50))["big.log"] is ReadReason.BOMB


def test_passing_over_counts_as_well():
    taken = []
    files = cab_files(io.BytesIO(cabinet([("a", LONG), ("b", LINE)])), taken.append)
    assert [file.read(1 << 20) for file in files if file.name == "b"] == [LINE]
    assert sum(taken) == len(LONG) + len(LINE)


def test_cut_anywhere():
    data = cabinet([("a.log", LINE), ("long.log", LONG)])
    for cut in range(4, len(data), 100):
        for value in members(data[:cut]).values():
            assert isinstance(value, bytes | ReadReason | tuple)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 20))
def test_changed_bytes_never_break_the_reader(seed, changes):
    noise = random.Random(seed)
    raw = bytearray(cabinet([("a.log", LINE), ("long.log", LONG[:40_000])], reserve=noise.choice([None, 4])))
    for _ in range(changes):
        raw[noise.randrange(8, 120 if noise.random() < 0.7 else len(raw))] = noise.randrange(256)
    members(bytes(raw), Limits(members=20))
