"""The manifest against the limits of Slack's schema (version 2), and against what the code uses."""

import re
from pathlib import Path

import pytest
import yaml

from bot.slack.scopes import OPTIONAL, SCOPES

MANIFEST = Path(__file__).resolve().parents[3] / "deploy/manifest.yaml"

#: Every key that the schema knows at the places where we write; it refuses all others.
KNOWN = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings", "functions"},
    "_metadata": {"major_version", "minor_version"},
    "display_information": {"name", "description", "long_description", "background_color"},
    "features": {"app_home", "bot_user", "shortcuts", "slash_commands", "unfurl_domains", "agent_view", "assistant_view"},
    "features.app_home": {"home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"},
    "features.bot_user": {"display_name", "always_online"},
    "oauth_config": {"redirect_urls", "scopes", "pkce_enabled", "token_management_enabled"},
    "oauth_config.scopes": {"bot", "user", "bot_optional", "user_optional"},
    "settings": {
        "event_subscriptions",
        "interactivity",
        "org_deploy_enabled",
        "socket_mode_enabled",
        "token_rotation_enabled",
        "is_hosted",
        "function_runtime",
        "allowed_ip_address_ranges",
        "is_mcp_enabled",
        "incoming_webhooks",
        "siws_links",
    },
    "settings.event_subscriptions": {"request_url", "bot_events", "user_events", "metadata_subscriptions"},
    "settings.interactivity": {"is_enabled", "request_url", "message_menu_options_url"},
}
LISTS = {
    "features.shortcuts": {"name", "type", "callback_id", "description"},
    "features.slash_commands": {"command", "description", "usage_hint", "url", "should_escape"},
}


def read(text):
    return yaml.safe_load(text)


def as_http(text):
    """What an operator makes of it who follows its first lines."""
    text = re.sub(r"# (\S+: \S+)\s+# HTTP", r"\1", text)
    return text.replace("socket_mode_enabled: true", "socket_mode_enabled: false")


@pytest.fixture(params=["socket", "http"])
def manifest(request):
    text = MANIFEST.read_text(encoding="utf-8")
    return read(text if request.param == "socket" else as_http(text))


def at(tree, path):
    for part in filter(None, path.split(".")):
        tree = tree.get(part, {})
    return tree


def test_no_key_is_unknown(manifest):
    unknown = {path: set(at(manifest, path)) - keys for path, keys in KNOWN.items()}
    unknown |= {f"{path}[]": set(item) - keys for path, keys in LISTS.items() for item in at(manifest, path)}
    assert {path: keys for path, keys in unknown.items() if keys} == {}


def test_lengths(manifest):
    shown = manifest["display_information"]
    assert 1 <= len(shown["name"]) <= 35
    assert 1 <= len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    assert re.fullmatch(r"#[0-9a-f]{3}([0-9a-f]{3})?", shown["background_color"])
    assert 1 <= len(manifest["features"]["bot_user"]["display_name"]) <= 80
    for shortcut in manifest["features"]["shortcuts"]:
        assert (len(shortcut["name"]) <= 24, len(shortcut["description"]) <= 150) == (True, True)
        assert shortcut["type"] in ("message", "global")
    for command in manifest["features"]["slash_commands"]:
        assert re.fullmatch(r"/[a-z-]{1,31}", command["command"])
        assert (len(command["description"]) <= 2000, len(command["usage_hint"]) <= 1000) == (True, True)
    assert len(manifest["features"]["shortcuts"]) <= 5
    assert len(manifest["features"]["slash_commands"]) <= 5


def test_people_can_write_to_it_and_it_is_version_two(manifest):
    assert manifest["_metadata"]["major_version"] == 2
    assert manifest["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }
    assert manifest["settings"]["interactivity"]["is_enabled"] is True


def test_scopes_are_those_that_the_code_uses(manifest):
    scopes = manifest["oauth_config"]["scopes"]
    assert (scopes["bot"], scopes["bot_optional"]) == (sorted(SCOPES), sorted(OPTIONAL))


def test_reference_says_what_each_scope_is_for():
    reference = MANIFEST.with_name("README.md").read_text(encoding="utf-8")
    assert [scope for scope in SCOPES if f"`{scope}`" not in reference] == []


def test_each_event_has_the_scope_without_which_it_never_comes(manifest):
    needs = {
        "app_home_opened": None,
        "app_mention": "app_mentions:read",
        "file_deleted": "files:read",
        "file_shared": "files:read",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "message.im": "im:history",
    }
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == sorted(needs)
    assert {scope for scope in needs.values() if scope} <= set(SCOPES)


def test_http_needs_three_addresses_and_socket_mode_none():
    text = MANIFEST.read_text(encoding="utf-8")
    assert "https://" not in str(read(text))
    http = read(as_http(text))
    address = "https://vpn-help.example.com/slack/events"
    assert http["features"]["slash_commands"][0]["url"] == address
    assert http["settings"]["event_subscriptions"]["request_url"] == address
    assert http["settings"]["interactivity"]["request_url"] == address
    assert http["settings"]["socket_mode_enabled"] is False


def test_the_table_of_scopes_has_each_scope_once_with_what_stops_without_it(manifest):
    """Both ways: no scope of the manifest is missing there, and none is named there that is not asked for."""
    reference = MANIFEST.with_name("README.md").read_text(encoding="utf-8")
    table = reference.partition("| feature | scope | without it |")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines()[1:]]
    assert all(len(row) == 3 and all(row) for row in rows), rows
    named = [scope for _, scopes, _ in rows for scope in re.findall(r"`([a-z_]+:[a-z._]+|commands)`", scopes)]
    assert sorted(named) == sorted(manifest["oauth_config"]["scopes"]["bot"])
    optional = {scope for _, scopes, _ in rows if "(optional)" in scopes for scope in re.findall(r"`([^`]+)`", scopes)}
    assert optional == set(manifest["oauth_config"]["scopes"]["bot_optional"])
