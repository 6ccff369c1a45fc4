import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import ReadError
from knowledge.logs.encodings import detect, lines

TEXT = "pluto: não há usuário\r\nüber façade – ok\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_any_unicode_is_read(encoding):
    assert b"".join(lines(io.BytesIO(), TEXT.encode(encoding))).decode() == TEXT


def test_code_pages_are_read():
    assert b"".join(lines(io.BytesIO(), "usuário não\n".encode("cp1252"))).decode() == "usuário não\n"
    assert b"".join(lines(io.BytesIO(), "код ошибки\n".encode("cp1251") * 9)).decode() == "код ошибки\n" * 9
    assert (
        b"".join(lines(io.BytesIO(), "失败后返回的错误代码为 809。\n".encode("gbk"))).decode() == "失败后返回的错误代码为 809。\n"
    )


def test_one_odd_byte_does_not_make_a_code_page():
    head = "usuário é não\n".encode() * 3 + b"host \xff name\n"
    assert detect(head) == ("utf-8", 0)


def test_what_browsers_and_chats_do_is_undone():
    raw = "couldn’t find\u00a0the &quot;key&quot; for &lt;peer&gt;\n".encode()
    assert b"".join(lines(io.BytesIO(), raw)) == b'couldn\'t find the "key" for <peer>\n'


def test_entities_stay_in_xml():
    raw = b"<Event><Data>a &lt; b</Data></Event>\n"
    assert b"".join(lines(io.BytesIO(), raw)) == raw


def test_line_ends_of_old_macs_are_line_ends():
    assert b"".join(lines(io.BytesIO(), b"one\rtwo\r")) == b"one\ntwo\n"


def test_runs_of_noughts_are_dropped():
    assert b"".join(lines(io.BytesIO(), b"one\n" + bytes(50) + b"two\n")) == b"one\ntwo\n"


@given(st.lists(st.text(alphabet="abcé😀 ", max_size=20), max_size=20), st.integers(1, 30), st.sampled_from(["utf-8", "utf-16"]))
def test_chunks_hold_whole_lines_and_all_of_the_text(parts, chunk, encoding):
    text = "".join(part + "\n" for part in parts)
    raw = text.encode(encoding)
    pieces = list(lines(io.BytesIO(raw[4:]), raw[:4], chunk=chunk))
    if detect(raw[:4])[0].startswith(encoding):
        assert b"".join(pieces).decode() == text


@given(st.lists(st.integers(0, 40), max_size=10), st.integers(50, 60))
def test_every_chunk_ends_at_a_line_end(lengths, chunk):
    text = b"".join(b"x" * length + b"\n" for length in lengths) + b"rest"
    pieces = list(lines(io.BytesIO(text), chunk=chunk))
    assert b"".join(pieces) == text
    assert all(piece.endswith(b"\n") for piece in pieces[:-1])


def test_a_line_without_end_is_cut():
    pieces = list(lines(io.BytesIO(b"x" * 1000), chunk=100))
    assert b"".join(pieces) == b"x" * 1000
    assert max(len(piece) for piece in pieces) <= 200


def test_a_line_that_is_too_long_is_read_in_pieces_and_said():
    text = b"a\n" + b"x" * 1000 + b"\nb\n"
    pieces = []
    with pytest.raises(ReadError, match="long-lines"):
        pieces.extend(lines(io.BytesIO(text), chunk=100, longest=300))
    assert b"".join(pieces) == text
    assert b"".join(lines(io.BytesIO(text), chunk=100, longest=2000)) == text


@given(st.binary(max_size=500))
def test_no_bytes_make_it_raise(data):
    list(lines(io.BytesIO(data[5:]), data[:5], chunk=7))
