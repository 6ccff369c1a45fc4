"""A base that was kept is the base that was read, and nothing is kept or believed where that is not safe."""

from __future__ import annotations

import pytest

from knowledge.loader import load_base
from knowledge.loader.cache import keep_base, kept_base

FACTS = 'schema: 1\nfacts:\n  ike.started: {stage: ike, does: begins, says: "began"}\n'


@pytest.fixture
def folder(tmp_path):
    home = tmp_path / "base"
    home.mkdir()
    (home / "facts.yaml").write_text(FACTS)
    return home


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def test_a_kept_base_equals_the_one_that_was_read(folder, cache):
    read = load_base(folder, cache=cache)

    assert kept_base(folder, cache) == read
    assert load_base(folder, cache=cache) == read
    assert cache.stat().st_mode & 0o077 == 0


def test_a_change_of_the_content_is_read_anew(folder, cache):
    load_base(folder, cache=cache)
    (folder / "facts.yaml").write_text(FACTS.replace("began", "has begun"))

    assert kept_base(folder, cache) is None
    assert [fact.says() for fact in load_base(folder, cache=cache).facts.values()] == ["has begun"]


def test_a_directory_that_others_can_enter_is_not_trusted(folder, cache):
    load_base(folder, cache=cache)
    cache.chmod(0o755)

    assert kept_base(folder, cache) is None


def test_a_damaged_file_is_as_good_as_none(folder, cache):
    read = load_base(folder, cache=cache)
    for path in cache.glob("base-*"):
        path.write_bytes(path.read_bytes()[:40])

    assert kept_base(folder, cache) is None
    assert load_base(folder, cache=cache) == read


def test_a_base_with_faults_is_not_kept(folder, cache):
    (folder / "questions.yaml").write_text(
        "schema: 1\nquestions:\n  - id: q\n    ask: A\n    why: B\n    seconds: 1\n    unknown: 0\n"
        "    choices: [{id: c, says: C, effect: {nowhere: '+'}}]\n"
    )
    load_base(folder, strict=False, cache=cache)

    assert not cache.exists()


def test_only_the_latest_are_kept(folder, cache):
    base = load_base(folder)
    for number in range(9):
        (folder / "facts.yaml").write_text(FACTS + f"# {number}\n")
        keep_base(base, folder, cache)

    assert len(list(cache.iterdir())) == 6


def test_where_nothing_can_be_kept_the_base_is_read_all_the_same(folder, tmp_path):
    (tmp_path / "file").write_text("in the way")

    assert load_base(folder, cache=tmp_path / "file").facts
