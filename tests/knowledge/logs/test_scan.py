import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.logs import scan
from knowledge.logs.scan import ENGINES, Scanner

INSTALLED = [name for name in ENGINES if scan.installed(name)]
WORDS = ["NO_PROPOSAL_CHOSEN", "PROPOSAL", "Timeout", "time", "ab", "ñandú", "ab ab"]


def expected(needles, text):
    """What a reader without any engine would find."""
    hits, start = [], 0
    for line in text.split(b"\n"):
        found = tuple(index for index, needle in enumerate(needles) if needle and needle.encode() in line)
        if found:
            hits.append((start, start + len(line), found))
        start += len(line) + 1
    return hits


@pytest.mark.parametrize("engine", INSTALLED)
@given(
    lines=st.lists(st.lists(st.sampled_from([*WORDS, " ", "x", ""]), max_size=4).map("".join), max_size=12), large=st.booleans()
)
def test_every_engine_finds_what_plain_reading_finds(engine, lines, large):
    text = "\n".join(lines).encode()
    assert list(Scanner(WORDS, engine=engine).lines(text, large=large)) == expected(WORDS, text)


@given(st.lists(st.text(alphabet="abAB .", max_size=4), max_size=6), st.text(alphabet="abAB .\n", max_size=200))
def test_any_needles_in_any_text(needles, text):
    assert list(Scanner(needles).lines(text.encode())) == expected(needles, text.encode())


def test_the_same_needle_may_be_sought_twice():
    assert list(Scanner(["ab", "cd", "ab"]).lines(b"ab")) == [(0, 2, (0, 2))]


def test_nothing_is_compiled_before_it_is_needed(monkeypatch):
    def fail(needles):
        raise AssertionError(needles)

    monkeypatch.setitem(ENGINES, "hyperscan", fail)
    scanner = Scanner(["ab"])
    assert list(scanner.lines(b"xaby")) == [(0, 4, (0,))]


def test_without_the_fast_engines_the_slow_one_answers(monkeypatch):
    monkeypatch.setattr(scan, "installed", lambda engine: engine == "plain")
    assert list(Scanner(["ab"]).lines(b"x\nab\n", large=True)) == [(2, 4, (0,))]
