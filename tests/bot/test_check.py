"""`check-config` against a playground: what it finds wrong, what it thinks will pass, and what it says to do."""

import pytest

from bot.check import FAILED, LATER, State, check, report
from bot.playground import names
from bot.playground.kit import Playground
from bot.settings import Settings


@pytest.fixture
async def slack():
    async with Playground.start() as running:
        yield running


@pytest.fixture
def settings(slack, tmp_path):
    def made(**fields):
        values = {
            "slack_bot_token": names.BOT_TOKEN,
            "slack_app_token": names.APP_TOKEN,
            "slack_api_url": slack.api_url,
            "admin_channel": names.VPN_DESK,
            "watched_channels": (names.IT_HELP,),
            "responders": names.RESPONDERS,
            "data": tmp_path / "data",
            "database_url": None,
        }
        return Settings(**{**values, **fields})

    return made


async def said(settings):
    lines, status = report(await check(settings))
    return "\n".join(lines), status


async def test_everything_right_is_ready(settings):
    text, status = await said(settings())
    assert (status, text.splitlines()[-1]) == (0, "Ready.")
    for part in (
        "workspace Playground",
        "Socket Mode can be opened",
        "#vpn-desk, and the bot is in it",
        "#it-help",
        "knowledge base: revision",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"slack_bot_token": "xoxb-another"}, "SLACK_BOT_TOKEN: the token is not valid"),
        ({"slack_app_token": "xapp-another"}, "SLACK_APP_TOKEN: the token is not valid"),
        ({"admin_channel": "C0NOWHERE0"}, "VPN_HELP_ADMIN_CHANNEL C0NOWHERE0: there is no such channel"),
        ({"watched_channels": (names.GENERAL,)}, "VPN_HELP_WATCHED_CHANNELS: the bot is not in #general: type /invite"),
        ({"responders": "S0NOBODY00"}, "VPN_HELP_RESPONDERS: there is no such user group"),
    ],
)
async def test_what_is_wrong_for_good_says_what_to_do(settings, fields, sentence):
    text, status = await said(settings(**fields))
    assert status == FAILED
    assert sentence in text


async def test_missing_scope_says_what_stops_without_it(slack, settings):
    scopes = [scope for scope in names.SCOPES if scope != "files:read"]
    await slack.control("settings", {"scopes": scopes})
    text, status = await said(settings())
    assert status == FAILED
    assert "scope files:read: without it there is no reading uploaded logs" in text


async def test_slack_that_does_not_answer_may_answer_later(slack, settings):
    await slack.fail("server_error", "conversations.info")
    text, status = await said(settings())
    assert status == LATER
    assert "Slack did not answer" in text


async def test_folder_that_cannot_be_written_to(settings, tmp_path):
    (tmp_path / "file").touch()
    text, status = await said(settings(data=tmp_path / "file/inside"))
    assert status == FAILED
    assert "VPN_HELP_DATA" in text


async def test_signing_secret_can_only_be_tried_by_slack(settings):
    results = await check(settings(slack_app_token=None, slack_signing_secret="0" * 32))
    assert [result.what for result in results if result.state is State.REMARK and "SIGNING" in result.what]


async def test_no_tokens_is_the_playground(settings):
    text, status = await said(settings(slack_bot_token=None, slack_app_token=None))
    assert status == 0
    assert "starts the playground" in text
