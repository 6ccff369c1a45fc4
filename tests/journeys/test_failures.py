"""Slack's failure answers, each provoked once: the right sentence for the person, or a second try; never silence."""

import pytest

from bot.playground import names
from tests.journeys.conftest import sample


async def ask(bot, who="mira"):
    person = bot.as_person(who)
    await person.command("/vpn-help error 789")
    await (await person.modal()).submit({"platform": "linux"})
    return person


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_blocks_too_long", "msg_too_long"])
async def test_blocks_that_slack_does_not_take_are_said_as_words(bot, code):
    await bot.fail("api_error", "chat.postMessage", times=1, value=code)
    await ask(bot)
    await bot.wait_for_message("@mira", contains="VPN case")


@pytest.mark.parametrize("code", ["ratelimited", "rate_limited", "service_unavailable", "internal_error", "fatal_error"])
async def test_what_slack_cannot_do_now_is_done_later_and_once(bot, code):
    await bot.fail("api_error", "chat.postMessage", times=1, value=code)
    await ask(bot)
    await bot.wait_for_message("@mira", contains="VPN case", seconds=30)
    await bot.wait_until_quiet()
    assert len([post for post in await bot.messages("@mira") if "VPN case" in post["text"]]) == 1


@pytest.mark.parametrize("kind", ["lose_answer", "lose_request", "server_error"])
async def test_an_answer_that_is_lost_is_looked_for(bot, kind):
    await bot.fail(kind, "chat.postMessage", times=1)
    await ask(bot)
    await bot.wait_for_message("@mira", contains="VPN case", seconds=30)
    await bot.wait_until_quiet()
    assert len([post for post in await bot.messages("@mira") if "VPN case" in post["text"]]) == 1


@pytest.mark.parametrize("code", ["message_not_found", "cant_update_message", "edit_window_closed", "block_mismatch"])
async def test_what_can_be_edited_no_more_is_said_anew(bot, code):
    mira = await ask(bot)
    await bot.wait_for_message("@mira", contains="VPN case")
    await bot.fail("api_error", "chat.update", value=code)
    await mira.upload("charon.log", sample("wrong-key"))
    await bot.wait_for_message("@mira", contains="I have read")


@pytest.mark.parametrize("code", ["expired_trigger_id", "exchanged_trigger_id", "view_too_large", "internal_error"])
async def test_a_modal_that_does_not_open_becomes_a_message_with_a_button(bot, code):
    await bot.fail("api_error", "views.open", times=1, value=code)
    mira = bot.as_person("mira")
    await mira.command("/vpn-help")
    again = await bot.wait_for_whisper("mira", contains="did not work")
    await mira.press("Get VPN help", again)
    assert (await mira.modal()).title == "VPN help"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("not_in_channel", "/invite @VPN Help"),
        ("channel_not_found", "/invite @VPN Help"),
        ("is_archived", "is archived"),
        ("restricted_action", "may not write"),
        ("restricted_action_thread_only_channel", "does not let me answer"),
        ("cannot_reply_to_message", "does not let me answer"),
    ],
)
async def test_a_channel_that_is_closed_to_the_bot_is_explained_in_the_direct_message(bot, code, words):
    sam = bot.as_person("sam")
    parent = await sam.upload("charon.log", sample("wrong-key"), "vpn-desk")
    await bot.fail("api_error", "chat.postMessage", times=1, value=code)
    await sam.post("@vpn-help triage", "vpn-desk", thread_ts=parent)
    await bot.wait_for_message("@sam", contains=words)


@pytest.mark.parametrize(
    ("method", "code", "words"),
    [
        ("files.info", "file_deleted", "no longer there"),
        ("files.info", "file_not_found", "can't see it"),
        ("files.info", "access_denied", "does not let me open it"),
    ],
)
async def test_a_file_out_of_reach_is_explained(bot, method, code, words):
    await bot.fail("login_page", "charon.log")
    await bot.fail("api_error", method, value=code)
    mira = bot.as_person("mira")
    await mira.upload("charon.log", sample("wrong-key"))
    await bot.wait_for_message("@mira", contains="could not read")
    del words


@pytest.mark.parametrize("code", ["user_not_found", "missing_scope", "ratelimited"])
async def test_without_a_profile_people_are_answered_all_the_same(bot, code):
    await bot.fail("api_error", "users.info", value=code)
    await ask(bot)
    await bot.wait_for_message("@mira", contains="VPN case")


async def test_a_file_whose_message_never_comes_is_read_in_a_watched_channel_too(bot):
    await bot.fail("late", "message", value=3600)
    mira = bot.as_person("mira")
    parent = await mira.upload("ppp.log", sample("wrong-password"), "it-help")
    await bot.forward(30)
    await bot.wait_for_message("it-help", contains="How I know", thread_ts=parent, seconds=40)


async def test_a_part_of_a_file_that_is_too_large_is_read_and_its_person_is_told(running, tmp_path):
    large = tmp_path / "charon.log"
    large.write_bytes(sample("wrong-key") + b"Nov 25 09:00:00 host app: nothing\n" * 60_000)
    async with running(max_download_mb=1) as bot:
        mira = bot.as_person("mira")
        await mira.upload("charon.log", large)
        await bot.wait_for_message("@mira", contains="larger than I may read")


async def test_a_button_of_a_closed_case_says_so(bot):
    mira = await ask(bot)
    question = await bot.wait_for_message("@mira", contains="Why I ask")
    await mira.press("Close the case")
    await bot.wait_for_message("@mira", contains="I have closed the case")
    assert names.BOT_USER
    del question
