"""The whole bot with a company's own folder: a bad change is told to the engineers once, a good one is in use at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import opened
from bot.playground import names
from bot.playground.kit import Playground
from bot.settings import Settings

SAYS = "schema: 1\ncause: psk-mismatch\ntitle: Our own word for two keys that differ\n"


@pytest.fixture
async def slack():
    async with Playground.start() as running:
        yield running


async def test_a_running_bot_takes_up_what_changes(slack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.knowing.LOOK", 0.2)
    own = tmp_path / "own" / "causes"
    own.mkdir(parents=True)
    settings = Settings(
        slack_bot_token=names.BOT_TOKEN,
        slack_app_token=names.APP_TOKEN,
        slack_api_url=slack.api_url,
        admin_channel=names.VPN_DESK,
        data=tmp_path / "data",
        knowledge=tmp_path / "own",
        port=0,
    )
    log = (Path(__file__).parents[2] / "knowledge/base/samples/wrong-key.log").read_bytes()
    async with opened(settings):
        (own / "psk-mismatch.yaml").write_text(SAYS.replace("schema: 1", "schema: 7"))
        told = await slack.wait_for_message(names.VPN_DESK, contains="schema")
        assert "vpn-help knowledge check" in told["text"]

        (own / "psk-mismatch.yaml").write_text(SAYS)
        await slack.wait_for_message(names.VPN_DESK, contains="is in use")
        await slack.wait_until_connected()
        await slack.as_person("mira").upload("client.log", log)

        await slack.wait_for_message("@mira", contains="Our own word for two keys")
    assert len(list((tmp_path / "data" / "knowledge").glob("*.zip"))) == 2
