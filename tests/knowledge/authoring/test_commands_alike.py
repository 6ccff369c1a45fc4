"""What all authors' commands have in common: a help that lets one go on, data for programs, and exit statuses."""

import json
from pathlib import Path

import pytest

from knowledge.__main__ import main

SMALL = str(Path(__file__).parents[2] / "data" / "small-base")
LINE = "10[IKE] giving up after 5 retransmits"
#: Each command on the small base, and its exit status.
GOOD = {
    "check": ([SMALL], 0),
    "test": (["--base", SMALL], 0),
    "why-not": (["decrypt-failed", "{log}", "--base", SMALL], 1),
    "trace": (["{log}", "--base", SMALL], 0),
    "new": (["rule", "psk-mismatch", LINE, "--base", SMALL], 0),
    "book": (["{new}", "--base", SMALL], 0),
    "schema": (["{new}", "--base", SMALL], 0),
}
MISUSED = {
    "check": ["/nowhere"],
    "test": ["no-such-rule", "--base", SMALL],
    "why-not": ["no-such-rule", "{log}", "--base", SMALL],
    "trace": ["/nowhere/a.log", "--base", SMALL],
    "new": ["rule", "no-such-cause", LINE, "--base", SMALL],
    "book": ["{log}", "--base", SMALL],
    "schema": ["{log}", "--base", SMALL],
}


@pytest.fixture
def filled(tmp_path):
    (tmp_path / "a.log").write_text(f"07[IKE] initiating Main Mode IKE_SA corp[1] to 198.51.100.10\n{LINE}\n")

    def fill(words):
        return [word.format(log=tmp_path / "a.log", new=tmp_path / "new") if word[:1] == "{" else word for word in words]

    return fill


@pytest.mark.parametrize("command", [*GOOD, "evaluate", "coverage"])
def test_help_says_what_it_does_and_what_it_takes(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["knowledge", command, "--help"])

    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert len(said.split("options:")[0].split()) > 15
    assert "--json" in said or command == "new"


@pytest.mark.parametrize("what", ["signature", "rule", "cause", "question"])
def test_help_of_a_draft_shows_one(what, capsys):
    with pytest.raises(SystemExit):
        main(["knowledge", "new", what, "--help"])

    assert f"vpn-help knowledge new {what} " in capsys.readouterr().out.split("options:")[0]


@pytest.mark.parametrize("command", GOOD)
def test_each_is_data_for_programs(command, filled, capsys):
    words, status = GOOD[command]

    assert main(["knowledge", command, *filled(words), "--json"]) == status
    assert isinstance(json.loads(capsys.readouterr().out), dict)


@pytest.mark.parametrize("command", MISUSED)
def test_misuse_is_one_sentence_and_exit_status_2(command, filled, capsys):
    assert main(["knowledge", command, *filled(MISUSED[command])]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("vpn-help: ")
    assert "Traceback" not in said.err
