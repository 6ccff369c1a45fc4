"""Bad days: what is lost, late, twice or refused, on the playground's own clock."""

import asyncio
from contextlib import AsyncExitStack

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, names
from bot.playground.kit import Playground
from bot.playground.posting import signature


async def download(url, token=BOT_TOKEN):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers, allow_redirects=False) as response:
        return response.status, response.content_type, response.headers.get("Location"), await response.read()


@pytest.fixture
async def file(slack, client):
    await slack.as_person("mira").upload("vpn.log", b"0123456789", "it-help")
    world = await slack.world()
    return (await client.files_info(file=world["files"][0]["id"]))["file"]


async def test_a_file_is_given_to_the_bot_and_a_login_page_to_others(slack, file):
    assert (await download(file["url_private_download"]))[3] == b"0123456789"
    status, kind, _, body = await download(file["url_private"], token=None)
    assert (status, kind, b"Sign in" in body) == (200, "text/html", True)


async def test_downloads_can_fail_in_four_ways(slack, file):
    url = file["url_private_download"]
    await slack.fail("login_page", times=1)
    assert (await download(url))[1] == "text/html"
    await slack.fail("foreign_redirect", times=1)
    assert (await download(url))[2] == "https://files.example.com/elsewhere"
    await slack.fail("cut_download", times=1)
    with pytest.raises(aiohttp.ClientPayloadError):
        await download(url)
    await slack.control("settings", {"scopes": ["chat:write"]})
    assert (await download(url))[1] == "text/html"


async def test_a_deleted_file_is_gone_for_the_bot(slack, client, file, refused):
    await slack.as_person("mira").act("delete_file", file=file["id"])
    assert await refused(client.files_info(file=file["id"])) == "file_deleted"
    assert (await slack.messages("it-help"))[0]["files"] == [{"id": file["id"], "mode": "tombstone"}]


async def test_a_lost_answer_was_done_and_a_lost_request_was_not(slack, client):
    # the SDK's own retry would post a second time, which is just what a bot has to prevent
    client.retry_handlers.clear()
    await slack.fail("lose_answer", "chat.postMessage", times=1)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=names.IT_HELP, text="done")
    await slack.fail("lose_request", "chat.postMessage", times=1)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=names.IT_HELP, text="not done")
    assert [m["text"] for m in await slack.messages("it-help")] == ["done"]


async def test_limits_and_errors_are_switched_on_for_some_calls(slack, client, refused):
    await slack.fail("rate_limit", "chat.*", times=1, value=7)
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.api_url}chat.postMessage", data={"token": BOT_TOKEN}) as response,
    ):
        assert (response.status, response.headers["Retry-After"]) == (429, "7")
    await slack.fail("api_error", "chat.postMessage", times=1, value="is_archived")
    assert await refused(client.chat_postMessage(channel=names.IT_HELP, text="x")) == "is_archived"
    await slack.fail("server_error", "chat.postMessage", times=1)
    assert await refused(client.chat_postMessage(channel=names.IT_HELP, text="x")) == "internal_error"


async def test_tiers_hold_back_a_burst_and_let_go_with_time(slack, client, refused):
    await slack.fail("tiers")
    for _ in range(20):
        await client.users_list()
    assert await refused(client.users_list()) == "ratelimited"
    await slack.forward(61)
    assert (await client.users_list())["ok"]


async def test_events_come_twice_with_one_id(slack, bot):
    await slack.fail("duplicate", "message", times=1)
    await slack.as_person("mira").post("twice", "it-help")
    await slack.wait_until_quiet()
    assert len(bot.heard) == 2
    assert len({body["event_id"] for body in bot.heard}) == 1


async def test_events_come_late_by_the_playground_s_clock(slack, bot):
    await slack.fail("late", "message", times=1, value=90)
    mira = slack.as_person("mira")
    await mira.post("first", "it-help")
    await mira.post("second", "it-help")
    await slack.wait_until_quiet()
    assert [event["text"] for event in bot.events("message")] == ["second"]
    await slack.forward(90)
    await slack.wait_for(lambda world: not world["pending"])
    assert [event["text"] for event in bot.events("message")] == ["second", "first"]


async def test_an_unheard_ack_brings_the_event_again(slack, bot):
    await slack.fail("drop_ack", "message", times=1)
    await slack.as_person("mira").post("again", "it-help")
    await slack.wait_until_quiet()
    assert [event["text"] for event in bot.events("message")] == ["again", "again"]
    assert [one["attempt"] for one in (await slack.world())["deliveries"]] == [0, 1]


async def test_retries_come_at_once_after_a_minute_and_after_five(slack, small_bot):
    attempts = []
    await slack.as_person("mira").post("is anybody there?", "it-help")
    for wait in (0, 60, 300):
        await slack.forward(wait)
        await slack.wait_until_quiet()
        attempts.append([one["outcome"] for one in (await slack.world())["deliveries"]])
    failed = "connection_failed"
    assert attempts == [[failed] * 2, [failed] * 3, [failed] * 4]
    assert (await slack.world())["pending"] == []


async def test_a_bot_that_comes_back_hears_what_it_missed(slack, small_bot):
    await slack.as_person("mira").post("one", "it-help")
    await slack.as_person("mira").post("two", "it-help")
    await slack.wait_until_quiet()
    async with small_bot.over_socket():
        await slack.wait_for(lambda world: not world["pending"])
    assert sorted(event["text"] for event in small_bot.events("message")) == ["one", "two"]


async def test_a_refreshed_socket_is_followed_by_a_new_one(slack, small_bot):
    async with small_bot.over_socket():
        await slack.control("refresh", {})
        await slack.wait_until_connected()
        await slack.as_person("mira").post("still there?", "it-help")
        await slack.wait_for(lambda world: not world["pending"])
    assert [event["text"] for event in small_bot.events("message")] == ["still there?"]


async def test_the_world_outlives_a_restart(tmp_path):
    async with Playground.start(data=tmp_path) as slack:
        await slack.as_person("mira").upload("vpn.log", b"line", "it-help", text="kept")
        await slack.forward(3600)
        before = await slack.world()
    async with Playground.start(data=tmp_path) as slack:
        after = await slack.world()
        clock = (await slack.control("clock"))["offset"]
    without_addresses = [[{**m, "files": len(m["files"])} for m in world["messages"][names.IT_HELP]] for world in (before, after)]
    assert without_addresses[0] == without_addresses[1]
    assert after["files"] == before["files"]
    # the message, and that a file was shared: nobody has taken them yet
    assert [one["event"] for one in after["pending"]] == ["message", "file_shared"]
    assert clock == 3600


async def test_a_reset_brings_the_first_day_back(slack):
    await slack.as_person("mira").upload("vpn.log", b"line", "it-help")
    await slack.fail("tiers")
    await slack.control("reset", {})
    world = await slack.world()
    assert (world["messages"], world["files"], world["faults"], world["pending"]) == ({}, [], [], [])
    assert [person["name"] for person in world["people"]] == ["mira", "joao", "ana", "sam", "vpn-help"]


async def test_waiting_tells_what_there_was_instead(slack):
    await slack.as_person("mira").post("hello?", "it-help")
    with pytest.raises(Exception, match="hello\\?"):
        await slack.wait_for_message("it-help", contains="never", seconds=0.05)


async def test_a_wait_on_the_control_api_ends_when_the_message_is_there(slack):
    await slack.as_person("mira").post("hello?", "it-help")
    found = await slack.control("wait", {"channel": "it-help", "from": "mira", "contains": "hello"})
    assert found["message"]["text"] == "hello?"
    assert (await slack.control("wait", {"channel": "it-help", "contains": "never", "seconds": 0}))["ok"] is False


def test_the_signature_is_slack_s():
    # the example of Slack's own documentation on verifying requests, recomputed for our secret
    assert signature(SIGNING_SECRET, "1531420618", b"token=x&team_id=T1").startswith("v0=")
    assert len(signature(SIGNING_SECRET, "1531420618", b"x")) == 3 + 64


@pytest.fixture
async def slow_web(slack):
    """A bot of one's own over HTTP: each answer is what the test wants."""
    answers, heard = [], []

    async def events(request):
        heard.append(request.headers.get("X-Slack-Retry-Reason"))
        return await answers.pop(0)() if answers else web.Response()

    application = web.Application()
    application.router.add_post("/slack/events", events)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await slack.deliver_over_http(f"http://127.0.0.1:{runner.addresses[0][1]}")
    yield answers, heard
    await runner.cleanup()


async def test_an_answer_that_comes_too_late_brings_the_event_again(slack, slow_web, monkeypatch):
    answers, heard = slow_web
    monkeypatch.setattr(names, "ANSWER_SECONDS", 0.05)
    never = asyncio.Event()

    async def late():
        await never.wait()

    answers.append(late)
    await slack.as_person("mira").post("x", "it-help")
    await slack.wait_until_quiet()
    assert heard == [None, "http_timeout"]


async def test_an_error_brings_the_event_again_unless_the_bot_says_no(slack, slow_web):
    answers, heard = slow_web

    async def error():
        return web.Response(status=500)

    async def error_for_good():
        return web.Response(status=500, headers={"X-Slack-No-Retry": "1"})

    answers += [error, error_for_good]
    await slack.as_person("mira").post("x", "it-help")
    await slack.wait_until_quiet()
    assert heard == [None, "http_error"]
    assert (await slack.world())["pending"] == []


async def test_a_socket_s_life_ends_and_another_begins(slack, small_bot):
    async with small_bot.over_socket():
        await slack.forward(names.SOCKET_SECONDS + 1)
        await slack.wait_for(lambda world: sum(call["method"] == "apps.connections.open" for call in world["calls"]) > 1)
        await slack.wait_until_connected()
        await slack.as_person("mira").post("still there?", "it-help")
        await slack.wait_for(lambda world: not world["pending"])
    assert "still there?" in [event["text"] for event in small_bot.events("message")]


async def test_an_eleventh_socket_is_turned_away(slack):
    async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        client = AsyncWebClient(token=APP_TOKEN, base_url=slack.api_url, session=session)
        greetings = []
        for _ in range(11):
            address = (await client.apps_connections_open(app_token=APP_TOKEN))["url"]
            socket = await stack.enter_async_context(session.ws_connect(address))
            greetings.append(await socket.receive_json())
        assert [greeting["type"] for greeting in greetings] == ["hello"] * 10 + ["disconnect"]
        assert greetings[10]["reason"] == "too_many_websockets"
        async with session.get(address.replace("ws", "http", 1)) as again:
            assert again.status == 403
