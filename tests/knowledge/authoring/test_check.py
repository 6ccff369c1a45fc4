"""`vpn-help knowledge check`: every kind of fault, as it is printed."""

import argparse
import json
import re
import shutil
import tempfile
from pathlib import Path

import pytest

from knowledge.authoring.check import add_arguments, check, run
from knowledge.authoring.fix import fix, fix_text
from knowledge.authoring.printing import as_text
from knowledge.errors import MisuseError
from knowledge.loader import BASE, load_base
from knowledge.loader.document import parse_document

DATA = Path(__file__).parents[2] / "data"
#: Each folder lies over the small base, and holds what is printed then.
KINDS = sorted(path.name for path in (DATA / "bad-base").iterdir())


@pytest.fixture
def small_base(tmp_path):
    return Path(shutil.copytree(DATA / "small-base", tmp_path / "base"))


@pytest.fixture
def with_kind(small_base):
    def lay_over(kind):
        shutil.copytree(DATA / "bad-base" / kind, small_base, dirs_exist_ok=True)
        return small_base

    return lay_over


def command(*words):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args([str(word) for word in words]))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_fault_prints_as_expected(kind, with_kind):
    _, faults = check(with_kind(kind))

    assert as_text(faults) == (DATA / "bad-base" / kind / "printed.txt").read_text(encoding="utf-8")


def test_the_small_base_has_no_faults(small_base):
    assert check(small_base)[1] == []


def test_a_sound_base_is_described_and_exits_with_0(small_base, capsys):
    assert command(small_base) == 0
    assert capsys.readouterr().out == "5 facts, 1 format, 5 signatures, 1 cause, 2 rules, 1 question: no faults\n"


def test_warnings_exit_with_0_unless_they_are_errors(with_kind, capsys):
    folder = with_kind("unused-fact")

    assert command(folder) == 0
    assert capsys.readouterr().out.endswith(": 0 errors, 1 warning\n")
    assert command(folder, "--strict") == 1
    assert capsys.readouterr().out.startswith("error: the fact `ike.fragment_lost` is not used\n")
    assert command(folder, "--errors") == 0
    assert capsys.readouterr().out.startswith("6 facts")


def test_errors_exit_with_1_and_come_as_data(with_kind, capsys):
    assert command(with_kind("condition-word"), "--json") == 1

    found = json.loads(capsys.readouterr().out)
    assert found["faults"] == [
        {
            "severity": "error",
            "code": "invalid-condition",
            "message": "cannot understand `adn` here",
            "file": "causes/psk-mismatch.yaml",
            "line": 12,
            "column": 46,
            "length": 3,
            "reason": "expected `and`, `or`, `then`, `without`, or the end",
            "note": None,
            "help": "did you mean `and`?",
        }
    ]


def test_only_shows_one_kind(with_kind, capsys):
    assert command(with_kind("cause-without-anything"), "--only", "cause-without-step") == 0
    assert capsys.readouterr().out.count("warning:") == 1


def test_a_folder_that_is_none_is_misuse(tmp_path):
    with pytest.raises(MisuseError, match="is not a folder"):
        command(tmp_path / "nowhere")


def test_all_faults_of_all_files_are_said_at_once(small_base):
    for kind in ("unknown-fact", "unknown-hole-type", "unknown-cause", "columns"):
        shutil.copytree(DATA / "bad-base" / kind, small_base, dirs_exist_ok=True)

    assert {fault.code for fault in check(small_base)[1]} >= {"unknown-fact", "unknown-hole-type", "unknown-cause", "columns"}


@pytest.mark.parametrize(
    "kind",
    [
        *("tab", "cut-value", "cut-pattern", "colon-in-value", "special-character", "no-schema", "anchor", "yaml-tag", "alias"),
        *("quoted-beginning", "bracketed-beginning", "dash-in-value", "remark-for-value", "quoted-and-cut", "escape"),
    ],
)
def test_what_is_mechanical_is_mended(kind, with_kind, capsys):
    folder = with_kind(kind)

    assert command(folder, "--fix") == (kind in ("cut-pattern", "escape"))  # there the pattern itself is still wrong
    assert capsys.readouterr().out.startswith("mended: ")
    assert fix(folder) == []
    codes = {fault.code for fault in check(folder)[1]}
    assert codes <= {"sample-not-matched"}


def test_mending_keeps_the_whole_value():
    text = 'schema: 1\nsays: it\'s # 1: "one"\nlist:\n  - do: b # c\n'

    mended, done = fix_text(text, "a.yaml")

    assert parse_document(mended, "a.yaml")[0].data == {"schema": "1", "says": 'it\'s # 1: "one"', "list": [{"do": "b # c"}]}
    assert done == ["a.yaml:2:12: put quotes round the value", "a.yaml:4:11: put quotes round the value"]


def test_mending_touches_nothing_else():
    text = "schema: 1\r\n\r\n# a remark\r\nsays:   a # b   \r\nother: [1,  2]\r\n"

    assert fix_text(text, "a.yaml")[0] == "schema: 1\r\n\r\n# a remark\r\nsays:   'a # b'\r\nother: [1,  2]\r\n"


@pytest.mark.parametrize("kind", ["open-quote", "open-bracket", "duplicate-key", "unknown-fact", "condition-word", "encoding"])
def test_what_needs_understanding_is_left_as_it_is(kind, with_kind):
    folder = with_kind(kind)
    before = {path: path.read_bytes() for path in folder.rglob("*.yaml")}

    assert fix(folder) == []
    assert {path: path.read_bytes() for path in folder.rglob("*.yaml")} == before


def test_the_base_that_ships_has_no_errors():
    load_base()
    _, faults = check(BASE)

    assert [str(fault) for fault in faults if fault.severity == "error"] == []


def test_every_kind_of_fault_of_a_base_is_shown_once():
    """A new kind of fault comes with its example: what the loader and the lints can say, `bad-base` shows."""
    code = re.compile(r'code="([a-z-]+)"|_fault\([^()]*?"([a-z]+(?:-[a-z]+)+)",', re.DOTALL)
    package = BASE.parent
    sources = [
        *package.glob("loader/*.py"),
        *package.glob("authoring/lints/*.py"),
        package / "authoring/samples.py",
        package / "logs/patterns.py",
    ]
    known = {name for path in sources for pair in code.findall(path.read_text(encoding="utf-8")) for name in pair if name}
    shown = set()
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(DATA / "small-base", folder, dirs_exist_ok=True)
            shutil.copytree(DATA / "bad-base" / kind, folder, dirs_exist_ok=True)
            shown |= {fault.code for fault in check(Path(folder))[1]}
    elsewhere = {"unreadable", "too-large", "snapshot", "tuning", "tuning-ended", "tuned-twice"}
    assert known - shown - elsewhere == set()
