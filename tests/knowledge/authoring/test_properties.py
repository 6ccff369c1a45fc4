"""Whatever an author types: nothing raises but the house's own errors, and what is drafted works."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.authoring.fix import fix_text
from knowledge.authoring.new.holes import draft_line
from knowledge.authoring.new.insert import add_entry, scalar
from knowledge.errors import MisuseError
from knowledge.loader.document import parse_document
from knowledge.logs import compile_line

#: What a YAML file is made of, and what breaks it.
PIECES = st.sampled_from([
    *("schema: 1\n", "says: ", "list:\n", "  - ", "\t", " # ", ": ", "'", '"', "&a ", "*a ", "!t ", "[", "]", "{", "}", "|\n"),
    *(">-\n", "---\n", "...\n", "%TAG ", "? ", "<<: ", "@", "`", "a", "1", "ação", "\u2028", "\x85", "\x00", "\x0b", "\ufeff"),
    *("\\n", "\r\n", "\n", "  "),
])  # fmt: skip
YAML = st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(max_size=80))
WORDS = st.sampled_from([
    *("peer", "198.51.100.7", "[500]", "2001:db8::1", "said", '"no"', "'x'", "0x1f", "c1a2b3c4", "12", "ms", "user anna", "{a}"),
    *("{a:word}", "{", "}", "#3", "\t", "  ", "IKE_SA corp[1]", "for 30 s", "100%", "ppp0", "não", "用户", "\u2028", "\x0b"),
    *("timeout", "lost"),
])  # fmt: skip
LINES = st.one_of(st.lists(WORDS, max_size=14).map(" ".join), st.lists(WORDS, max_size=14).map("".join), st.text(max_size=60))


@settings(deadline=None)
@given(YAML)
def test_no_text_raises_and_every_fault_is_in_it(text):
    document, faults = parse_document(text, "a.yaml")

    assert document is not None or faults
    for fault in faults:
        assert str(fault).startswith("error: ")
        assert fault.span is None or 1 <= fault.span.line <= text.count("\n") + len(text) + 1


@settings(deadline=None)
@given(YAML)
def test_mending_never_raises_never_adds_a_fault_and_is_done_after_once(text):
    mended, done = fix_text(text, "a.yaml")

    if not done:
        assert mended == text
    again, more = fix_text(mended, "a.yaml")
    assert (again, more) == (mended, [])


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_that_can_be_in_yaml_is_a_scalar(text):
    if any(0xD800 <= ord(character) < 0xE000 for character in text):
        return
    document, faults = parse_document(f"schema: 1\nsays: {scalar(text)}\n", "a.yaml")

    assert faults == []
    assert document.data["says"] == text


@settings(deadline=None)
@given(LINES)
def test_a_drafted_pattern_matches_the_line_that_it_was_drafted_from(line):
    try:
        pattern = draft_line(line)
    except MisuseError:
        return
    assert compile_line(pattern, general=False).match(line.strip()[:600]) is not None


@settings(deadline=None, max_examples=50)
@given(
    entries=st.lists(st.text("abc: #'\"&\n", min_size=1, max_size=12), min_size=1, max_size=5),
    tail=st.sampled_from(["", "\n\n", "other: [x]\n"]),
)
def test_entries_arrive_in_their_order_and_nothing_else_changes(tmp_path_factory, entries, tail):
    file = tmp_path_factory.mktemp("add") / "a.yaml"
    file.write_text("schema: 1\nlist:\n  - id: first # a remark\n" + tail)
    for text in entries:
        add_entry(file, "list", f"- id: {scalar(text)}")

    document, faults = parse_document(file.read_text(), "a.yaml")
    assert faults == []
    assert [entry["id"] for entry in document.data["list"]] == ["first", *entries]
    assert ("other" in document.data) == tail.startswith("other")
    assert "# a remark" in file.read_text()


@pytest.mark.parametrize("sign", ["[", "{", "- ", "? ", "&a ", '"', "!", "|", "#"])
def test_a_sign_many_times_over_does_not_hang(sign):
    parse_document(sign * 2_000, "a.yaml")
    fix_text(f"says: {sign * 200}", "a.yaml")
