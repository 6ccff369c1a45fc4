"""The command line as a newcomer meets it: help everywhere, sentences instead of traces, exit statuses that scripts can use."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import SETTINGS, main

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = (
    "diagnose", "explain", "sample", "knowledge", "run", "serve", "playground", "check-config", "export", "learned", "audit",
    "migrate",
)  # fmt: skip


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    for name in list(os.environ):
        if name.startswith(("SLACK_", "VPN_HELP_")) and name != "VPN_HELP_CORPUS":
            monkeypatch.delenv(name)
    monkeypatch.setenv("VPN_HELP_DATA", str(tmp_path / "data"))
    return monkeypatch


def vpn_help(*arguments, **environment):
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_without_a_command_the_help_is_shown(capsys):
    assert main([]) == 2
    shown = capsys.readouterr().out
    assert [command for command in COMMANDS if command not in shown] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_a_help_that_lets_one_go_on(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    assert len(shown.splitlines()) > 5


def test_unknown_command_is_misuse(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["diagnoze"])
    assert ended.value.code == 2
    assert "diagnose" in capsys.readouterr().err


def test_settings_that_cannot_work_have_a_status_and_a_sentence():
    status, _, said = vpn_help("serve", VPN_HELP_ADMIN_CHANEL="C0123ABCD")
    assert status == SETTINGS
    assert "did you mean VPN_HELP_ADMIN_CHANNEL?" in said
    assert "Traceback" not in said


def test_serving_without_tokens_says_what_to_do():
    status, _, said = vpn_help("serve")
    assert status == SETTINGS
    assert "vpn-help run" in said


def test_check_config_without_tokens_is_ready_for_the_playground():
    status, said, _ = vpn_help("check-config")
    assert status == 0
    assert said.splitlines()[-1] == "Ready."


def test_migrate_makes_the_database(tmp_path):
    status, said, _ = vpn_help("migrate")
    assert (status, said.strip()) == (0, "The database is at this version.")
    assert (tmp_path / "data/vpn-help.db").exists()


def test_diagnose_is_mounted():
    status, said, _ = vpn_help("diagnose", "--json", "--text", "error 789")
    assert status == 0
    assert json.loads(said)["file"] is None


def test_commands_of_the_reference_exist():
    documented = set(re.findall(r"vpn-help ([a-z][a-z-]+)", (ROOT / "deploy/README.md").read_text(encoding="utf-8")))
    assert documented - set(COMMANDS) == set()


def test_export_prints_its_columns_even_without_cases():
    status, said, _ = vpn_help("export")
    assert (status, said.partition(",")[0]) == (0, "case")
    assert vpn_help("export", "--form", "json")[:2] == (0, "")
