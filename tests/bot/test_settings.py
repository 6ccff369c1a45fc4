"""What the environment says, and how a fault in it is told."""

import os
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot import settings
from bot.errors import SettingsError
from bot.settings import Mode

ROOT = Path(__file__).resolve().parents[2]
BOT, APP, SECRET = "xoxb-1-secret", "xapp-1-secret", "0123456789abcdef"


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    for name in list(os.environ):
        if name.startswith(("SLACK_", "VPN_HELP_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return monkeypatch


def load(environment, **variables):
    for name, value in variables.items():
        environment.setenv(name, value)
    return settings.load()


def fault(environment, **variables):
    with pytest.raises(SettingsError) as caught:
        load(environment, **variables)
    return str(caught.value)


def test_nothing_set_is_the_playground_with_its_data_at_home(environment, tmp_path):
    found = load(environment)
    assert found.mode is Mode.PLAYGROUND
    assert found.data == tmp_path / ".local/share/vpn-help"
    assert found.database == f"sqlite+aiosqlite:///{tmp_path}/.local/share/vpn-help/vpn-help.db"
    assert (found.host, found.retention_days, found.token_days) == ("127.0.0.1", 30, 7)


@pytest.mark.parametrize(
    ("variables", "mode"),
    [
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}, Mode.SOCKET),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SECRET}, Mode.HTTP),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "SLACK_SIGNING_SECRET": SECRET}, Mode.SOCKET),
        ({"SLACK_BOT_TOKEN": ""}, Mode.PLAYGROUND),
    ],
)
def test_mode_follows_from_what_is_set(environment, variables, mode):
    assert load(environment, **variables).mode is mode


def test_all_three_say_which_one_is_used(environment):
    found = load(environment, SLACK_BOT_TOKEN=BOT, SLACK_APP_TOKEN=APP, SLACK_SIGNING_SECRET=SECRET)
    assert "using Socket Mode" in found.remarks()[0]


def test_missing_admin_channel_is_said(environment):
    assert any("VPN_HELP_ADMIN_CHANNEL is not set" in line for line in load(environment).remarks())
    assert load(environment, VPN_HELP_ADMIN_CHANNEL="C0123ABCD").remarks() == ()


def test_lists_are_typed_with_commas_or_spaces(environment):
    assert load(environment, VPN_HELP_WATCHED_CHANNELS="C01, C02 C03").watched_channels == ("C01", "C02", "C03")


def test_typo_is_an_error_with_the_nearest_name(environment):
    said = fault(environment, VPN_HELP_ADMIN_CHANEL="C0123ABCD")
    assert said == "VPN_HELP_ADMIN_CHANEL: there is no such setting; did you mean VPN_HELP_ADMIN_CHANNEL?"


def test_every_fault_is_told_at_once(environment):
    said = fault(environment, VPN_HELP_PORT="many", SLACK_APP_TOKEN="xoxb-wrong", VPN_HELP_ADMIN_CHANNEL="#help")
    assert sorted(re.findall(r"^[A-Z_]+", said, re.MULTILINE)) == ["SLACK_APP_TOKEN", "VPN_HELP_ADMIN_CHANNEL", "VPN_HELP_PORT"]


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"SLACK_APP_TOKEN": APP}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": BOT}, "SLACK_APP_TOKEN"),
        ({"VPN_HELP_SLACK_API_URL": "http://slack.example.com/api/"}, "VPN_HELP_SLACK_API_URL"),
        ({"VPN_HELP_LOG_LEVEL": "LOUD"}, "VPN_HELP_LOG_LEVEL"),
        ({"VPN_HELP_KNOWLEDGE": "/nowhere/at/all"}, "VPN_HELP_KNOWLEDGE"),
        ({"VPN_HELP_RETENTION_DAYS": "0"}, "VPN_HELP_RETENTION_DAYS"),
        ({"VPN_HELP_RESPONDERS": "C0123ABCD"}, "VPN_HELP_RESPONDERS"),
    ],
)
def test_fault_names_its_variable(environment, variables, named):
    assert fault(environment, **variables).startswith(f"{named}: ")


def test_no_secret_is_ever_printed(environment):
    found = load(environment, SLACK_BOT_TOKEN=BOT, SLACK_SIGNING_SECRET=SECRET, VPN_HELP_DATABASE_URL="postgresql://u:pw@db/x")
    shown = f"{found!r} {found}"
    assert not [secret for secret in (BOT, SECRET, "pw@db") if secret in shown]
    assert "hunter2" not in fault(environment, SLACK_BOT_TOKEN="hunter2")


def test_settings_do_not_change(environment):
    with pytest.raises(ValidationError):
        load(environment).port = 1


def test_local_api_gets_its_slash(environment):
    assert load(environment, VPN_HELP_SLACK_API_URL="http://127.0.0.1:8765/api").slack_api_url == "http://127.0.0.1:8765/api/"


def test_slack_variables_are_taken_out(environment):
    load(environment, SLACK_BOT_TOKEN=BOT, SLACK_SIGNING_SECRET=SECRET, SLACK_CLIENT_ID="1", VPN_HELP_DATABASE_URL="sqlite:///x")
    settings.hide_slack_variables()
    assert [name for name in os.environ if name.startswith("SLACK_") or name.endswith("DATABASE_URL")] == []


def test_environment_is_empty_and_then_as_it_was():
    before = dict(os.environ)
    with settings.empty_environment():
        assert dict(os.environ) == {}
    assert dict(os.environ) == before


def test_each_setting_has_its_heading_in_the_reference():
    headings = re.findall(r"^#+ `([A-Z_]+)`$", (ROOT / "deploy/README.md").read_text(), re.MULTILINE)
    assert sorted(headings) == sorted(settings.variables())


def test_only_the_settings_read_the_environment():
    readers = [path for path in (ROOT / "bot").rglob("*.py") if re.search(r"\bos\.(environ|getenv)\b", path.read_text())]
    assert [path.relative_to(ROOT).as_posix() for path in readers] == ["bot/settings.py"]
