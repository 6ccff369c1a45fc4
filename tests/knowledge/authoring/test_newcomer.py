"""What knowledge/README.md tells a newcomer to do, done."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

import knowledge
from knowledge.__main__ import main
from knowledge.loader import BASE

README = Path(knowledge.__file__).parent / "README.md"
SECTION = re.search(
    r"^## Your first signature in ten minutes\n(.*?)(?=^## )", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)[1]
LOG = re.search(r"```log\n(.*?)```", SECTION, re.DOTALL)[1]
#: Each line of the blocks of commands, and the exit status that it is said to have.
COMMANDS = [
    (line.partition("  #")[0].rstrip(), int(line.partition("exit status ")[2] or 0))
    for block in re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What each command printed, in the order of the section, and the folder that it happened in."""
    folder = tmp_path_factory.mktemp("newcomer")
    patch = pytest.MonkeyPatch()
    patch.chdir(folder)
    (folder / "gw.log").write_text(LOG)
    yield folder, {}
    patch.undo()


@pytest.mark.parametrize(("command", "status"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_each_command_does_what_is_said(told, capsys, command, status):
    folder, said = told
    program, *words = shlex.split(command)
    if program == "cp":
        assert words == ["-r", "knowledge/base", "my-base"]
        shutil.copytree(BASE, folder / "my-base")
        return
    assert program == "vpn-help"
    assert main(words) == status
    said[command] = capsys.readouterr().out


def test_the_draft_looks_as_it_is_shown(told):
    shown = re.search(r"```text\n(.*?)```", SECTION, re.DOTALL)[1]

    assert told[1]["vpn-help knowledge new signature gw.log:2 --base my-base"] == shown


def test_check_test_why_not_and_diagnose_agree(told, capsys):
    _, said = told

    assert (
        "keepalives-lost: silent because of `count(peer.probed) >= 3`"
        in said["vpn-help knowledge test keepalives-lost -v --base my-base"]
    )
    assert "rule keepalives-lost speaks" in said["vpn-help knowledge why-not keepalives-lost gw.log --base my-base"]
    assert re.search(r": 0 errors, \d warnings?$|: no faults$", said["vpn-help knowledge check my-base"].strip())
    assert {*re.findall(r"^\w+: (.*)$", said["vpn-help knowledge check my-base"], re.MULTILINE)} >= {
        "1 sentence not in pt-BR yet"
    }

    assert main(["diagnose", "gw.log", "--answer", "asleep=yes", "--base", "my-base", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["read"], found["formats"], found["stage"]) == ("whole", ["vpnd"], "connected")
    assert found["causes"][0]["id"] == "peer-timeout"
    evidence = found["causes"][0]["for"]
    assert {proof["rule"] for proof in evidence} >= {"keepalives-lost"}
    assert "asleep=yes" in {proof["answer"] for proof in evidence}
    assert "alice" not in json.dumps(found)
