"""The whole bot, opened and closed: what stops it from starting, what it does without, and that it closes in order."""

import json
import os
import socket

import aiohttp
import pytest

from bot import settings as environment
from bot.app import opened
from bot.errors import SettingsError
from bot.playground import names
from bot.playground.kit import Playground
from bot.settings import Settings


@pytest.fixture
async def slack():
    async with Playground.start() as running:
        yield running


@pytest.fixture
def settings(slack, tmp_path, monkeypatch):
    for name in list(os.environ):
        if name.startswith(("SLACK_", "VPN_HELP_")) and name != "VPN_HELP_CORPUS":
            monkeypatch.delenv(name)

    def made(**fields):
        values = {
            "slack_bot_token": names.BOT_TOKEN,
            "slack_app_token": names.APP_TOKEN,
            "slack_api_url": slack.api_url,
            "admin_channel": names.VPN_DESK,
            "watched_channels": (names.IT_HELP,),
            "responders": names.RESPONDERS,
            "data": tmp_path / "data",
            "port": 0,
        }
        return Settings(**{**values, **fields})

    return made


def http(**fields):
    return {"slack_app_token": None, "slack_signing_secret": names.SIGNING_SECRET, **fields}


async def get(url):
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize("way", ["socket", "http"])
async def test_case_is_opened_and_answered_either_way(slack, settings, way):
    async with opened(settings(**(http() if way == "http" else {}))) as bot:
        if way == "http":
            await slack.deliver_over_http(f"{bot.address}/slack/events")
        else:
            await slack.wait_until_connected()
        status, said = await get(f"{bot.address}/readyz")
        asked = ["store: ok", "jobs: ok", "knowledge: ok", "slack: ok", *(["socket mode: ok"] if way == "socket" else [])]
        assert (status, said.splitlines()) == (200, asked)
        mira = slack.as_person("mira")
        await mira.command("/vpn-help error 789")
        await mira.submit({"error": "789"})
        await slack.wait_for_message("@mira", contains="VPN case")
        assert "vpn_help_events_IntakeSubmitted_total 1" in (await get(f"{bot.address}/metrics"))[1]
    with pytest.raises(aiohttp.ClientConnectorError):
        await get(f"{bot.address}/healthz")


async def escalated(slack):
    mira = slack.as_person("mira")
    await slack.wait_until_connected()
    await mira.command("/vpn-help error 789")
    await mira.submit({"error": "789"})
    await mira.press("ask_person")
    return await slack.wait_for_message("vpn-desk")


async def test_engineers_get_the_reply_form(slack, settings):
    async with opened(settings()):
        ana = slack.as_person("ana")
        await ana.press("open_reply", await escalated(slack))
        assert "reply" in (await ana.modal()).view["callback_id"]


async def test_nobody_else_gets_the_reply_form(slack, settings):
    async with opened(settings(responders="S0NOBODY00")):
        await slack.as_person("ana").press("open_reply", await escalated(slack))
        await slack.wait_for_whisper("ana", contains="engenh")
        assert (await slack.world())["modals"].get(names.ANA, []) == []


async def test_wrong_tokens_stop_the_start_and_name_their_variable(settings):
    for field in ("slack_bot_token", "slack_app_token"):
        wrong = {"slack_bot_token": "xoxb-wrong", "slack_app_token": "xapp-wrong"}[field]
        with pytest.raises(SettingsError, match=f"{field.upper()}: Slack says invalid_auth"):
            async with opened(settings(**{field: wrong})):
                pass


async def test_slack_that_does_not_answer_is_waited_for(slack, settings):
    await slack.fail("server_error", "auth.test", times=1)
    async with opened(settings()) as bot:
        assert bot.identity.team_name == "Playground"


async def test_taken_port_stops_http_and_not_socket_mode(slack, settings):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SettingsError, match="VPN_HELP_PORT"):
            async with opened(settings(**http(port=port))):
                pass
        async with opened(settings(port=port)) as bot:
            assert bot.address is None


async def test_faulty_knowledge_stops_the_start(settings, tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "base/facts.yaml").write_text("schema: 99\n")
    with pytest.raises((SettingsError, RuntimeError)):
        async with opened(settings(knowledge=tmp_path / "base")):
            pass


async def test_tokens_leave_the_environment(settings, monkeypatch):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-in-the-environment")
    async with opened(settings()):
        assert "SLACK_BOT_TOKEN" not in json.dumps(environment.child_environment({}))
