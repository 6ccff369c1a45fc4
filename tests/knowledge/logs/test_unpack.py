import bz2
import gzip
import io
import itertools
import lzma
import os
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import ReadError
from knowledge.logs.unpack import Limits, Part, Refused, unpack
from knowledge.terms import ReadReason

LINE = b"pluto[1]: hello\n"


def texts(source, limits=None):
    """What each member holds, or why it was refused."""
    out = {}
    for part in unpack(source, limits or Limits()):
        if isinstance(part, Refused):
            out[part.member] = (part.reason, part.what)
            continue
        try:
            out[part.member] = b"".join(part.chunks)
        except ReadError as error:
            out[part.member] = ReadReason(str(error))
    return out


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(members, mode="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize(
    "packed",
    [
        LINE,
        gzip.compress(LINE),
        bz2.compress(LINE),
        lzma.compress(LINE),
        gzip.compress(gzip.compress(LINE)),
        gzip.compress(LINE) + gzip.compress(b""),
    ],
    ids=["plain", "gzip", "bzip2", "xz", "gzip twice", "gzip in two parts"],
)  # fmt: skip
def test_one_text_has_no_member_name(packed, tmp_path):
    assert texts(packed) == {None: LINE}
    path = tmp_path / "upload"
    path.write_bytes(packed)
    assert texts(path) == {None: LINE}


def test_archives_in_archives_give_their_paths():
    inner = tarred({"var/log/auth.log.1.gz": gzip.compress(LINE), "b.log": b"b\n"}, mode="w:xz")
    assert texts(zipped({"a.log": b"a\n", "server.tar.xz": inner, "folder/": b""})) == {
        "a.log": b"a\n",
        "server.tar.xz/var/log/auth.log.1.gz": LINE,
        "server.tar.xz/b.log": b"b\n",
    }


def test_a_zip_on_disk_is_read_where_it_is(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"a.log": LINE}))
    assert texts(path) == {"a.log": LINE}


def test_clutter_of_systems_is_passed_over():
    assert texts(zipped({"__MACOSX/._a.log": b"x", ".DS_Store": b"x", "a.log": LINE})) == {"a.log": LINE}


def test_a_path_that_climbs_is_only_a_name():
    assert list(texts(zipped({"../../etc/passwd": LINE, "..\\..\\x": LINE}))) == ["etc/passwd", "x"]


def test_a_member_without_a_name_breaks_nothing():
    """Found by the fuzz harness: `ZipInfo.is_dir` looks at a name's last letter."""
    assert list(unpack(zipped({"qq": b"x\n", "a.log": b"y\n"}).replace(b"qq", b"\0q")))


def test_links_and_devices_of_a_tar_are_passed_over():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert texts(out.getvalue()) == {}


@pytest.mark.parametrize(
    ("head", "reason", "what"),
    [
        (b"\x30\0\0\0LfLe" + bytes(200), ReadReason.UNSUPPORTED, "evt"),
        (b"%PDF-1.7\n", ReadReason.UNSUPPORTED, "pdf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), ReadReason.NEEDS_OCR, "image"),
        (b"\xff\xd8\xff\xe0" + bytes(20), ReadReason.NEEDS_OCR, "image"),
        (bytes(0x48) + b"\x02\x00\x02\xc0" + bytes(100), ReadReason.UNSUPPORTED, "etl"),
        (b"MSCF" + bytes(20), ReadReason.DAMAGED, "cab"),
        (b"", ReadReason.EMPTY, None),
        (b"\n \r\n", ReadReason.EMPTY, None),
        (bytes(100_000), ReadReason.BINARY, None),
        (bytes(range(256)) * 40, ReadReason.BINARY, None),
    ],
)
def test_what_is_no_text_is_named(head, reason, what):
    assert texts(head) == {None: (reason, what)}


def test_random_bytes_are_binary():
    assert texts(os.urandom(20_000))[None][0] is ReadReason.BINARY


def test_a_word_document_is_named():
    assert texts(zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})) == {
        None: (ReadReason.UNSUPPORTED, "office")
    }


def test_an_encrypted_member_is_named():
    data = bytearray(zipped({"a.log": LINE}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert texts(bytes(data)) == {"a.log": (ReadReason.ENCRYPTED, None)}


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "xz"])
def test_a_cut_archive_gives_what_it_holds(pack):
    text = b"".join(b"pluto[%d]: hello %d\n" % (i, i * 7919) for i in range(120_000))
    packed = pack(text)
    (part,) = itertools.islice(unpack(packed[: len(packed) * 2 // 3]), 1)
    got = []
    with pytest.raises(ReadError, match="damaged"):
        got.extend(iter(lambda: next(part.chunks), None))
    assert text.startswith(b"".join(got))


@pytest.mark.parametrize("data", [b"PK\x03\x04" + b"x" * 50, b"\x1f\x8b\x08junk", b"BZh9junk", b"\xfd7zXZ\x00junk"])
def test_a_broken_archive_is_damaged(data):
    (said,) = texts(data).values()
    assert said[0] is ReadReason.DAMAGED


def test_a_bomb_is_refused_early():
    bomb = gzip.compress(bytes(8 << 20) + LINE)
    limits = Limits(ratio=20, ratio_from=1 << 20)
    assert list(texts(bomb, limits).values()) in ([(ReadReason.BOMB, "gzip")], [ReadReason.BOMB], [(ReadReason.BINARY, None)])
    many = zipped({f"{i}.log": b"a" * (1 << 20) for i in range(40)})
    assert ReadReason.BOMB in [
        said if isinstance(said, ReadReason) else said[0] for said in texts(many, limits).values() if said[:1] != b"a"
    ]


def test_too_much_text_stops_the_reading():
    said = texts(gzip.compress(b"pluto hello\n" * 200_000), Limits(size=1 << 20))
    assert said == {None: ReadReason.TOO_LARGE}


def test_an_upload_that_is_too_large_is_not_opened(tmp_path):
    path = tmp_path / "a.log"
    path.write_bytes(b"\0" * (1 << 20) + LINE)
    assert texts(path, Limits(upload=1 << 20)) == {None: (ReadReason.TOO_LARGE, "1")}


def test_archives_nest_to_a_limit():
    data = LINE
    for _ in range(4):
        data = zipped({"x": data})
    assert texts(data, Limits(nesting=4)) == {"x/x/x/x": LINE}
    assert texts(data, Limits(nesting=3)) == {"x/x/x": (ReadReason.TOO_DEEP, "3")}


def test_members_are_counted():
    said = texts(zipped({f"{i}.log": LINE for i in range(5)}), Limits(members=3))
    assert list(said.values()) == [LINE, LINE, LINE, (ReadReason.TOO_MANY_MEMBERS, "3")]


def test_parts_come_as_they_are_read():
    parts = unpack(tarred({"a": LINE, "b": LINE}))
    first = next(parts)
    assert isinstance(first, Part)
    assert list(first.chunks) == [LINE]
    assert list(next(parts).chunks) == [LINE]


@given(st.binary(max_size=2000))
def test_no_bytes_make_it_raise(data):
    for prefix in (b"", b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"BZh9", b"\xfd7zXZ\x00\x00"):
        texts(prefix + data)


@given(st.binary(min_size=1, max_size=300), st.integers(0, 400))
def test_no_damage_to_an_archive_makes_it_raise(noise, where):
    data = bytearray(zipped({"a.log": LINE * 20, "b/c.log": LINE}))
    data[where : where + len(noise)] = noise
    texts(bytes(data))
    tar = bytearray(tarred({"a": LINE}))
    tar[where : where + len(noise)] = noise
    texts(bytes(tar))
