"""Slack's failure answers, each provoked: the right sentence for the person, or a second try; never silence, never twice.

`ANSWERS` is what Slack's documentation says that a method may answer, as far as a bot like this can get it. A test here says
with `@provokes` which of them it covers, and `test_every_answer_that_slack_documents_is_provoked` holds the two together: a
method that the bot begins to call, or a code that is added to the table, fails until something covers it.
"""

import re
from collections import defaultdict
from inspect import getsource

import pytest

from bot import jobs
from bot.errors import SettingsError
from bot.playground import names
from bot.playground.kit import all_text
from bot.slack import bolt, chat, home
from bot.storage import lanes, speaking
from bot.triage import drain
from tests.journeys.conftest import sample

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: What any method may answer.
ANY = {"ratelimited", "internal_error", "missing_scope"}
#: Method to the failures that are its own.
ANSWERS = {
    "apps.connections.open": {"invalid_auth", "link_disabled"},
    "auth.test": {"invalid_auth", "account_inactive", "token_revoked"},
    "chat.delete": {"message_not_found", "cant_delete_message"},
    "chat.getPermalink": {"message_not_found", "channel_not_found"},
    "chat.postEphemeral": {"user_not_in_channel", "not_in_channel", "channel_not_found", "is_archived", "invalid_blocks"},
    "chat.postMessage": {
        "not_in_channel",
        "channel_not_found",
        "is_archived",
        "restricted_action",
        "restricted_action_thread_only_channel",
        "cannot_reply_to_message",
        "msg_blocks_too_long",
        "msg_too_long",
        "invalid_blocks",
        "metadata_too_large",
        "messages_tab_disabled",
        "rate_limited",
        "service_unavailable",
        "fatal_error",
    },
    "chat.update": {
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "block_mismatch",
        "streaming_state_conflict",
        "msg_too_long",
        "invalid_blocks",
    },
    "conversations.history": {"channel_not_found", "not_in_channel"},
    "conversations.info": {"channel_not_found"},
    "conversations.members": {"channel_not_found"},
    "conversations.open": {"user_not_found", "user_disabled"},
    "conversations.replies": {"thread_not_found", "not_in_channel", "channel_not_found"},
    "download": {"login page", "another host", "cut short", "file_deleted"},
    "files.completeUploadExternal": {"posting_to_channel_denied", "not_in_channel", "file_not_found"},
    "files.delete": {"file_not_found", "file_deleted"},
    "files.getUploadURLExternal": {"file_uploads_disabled", "file_uploads_except_images_disabled", "storage_limit_reached"},
    "files.info": {"file_deleted", "file_not_found", "access_denied"},
    "respond": {"expired_url", "used_url"},
    "upload": {"server error"},
    "usergroups.users.list": {"no_such_subteam"},
    "users.info": {"user_not_found"},
    "views.open": {"expired_trigger_id", "exchanged_trigger_id", "view_too_large"},
    "views.publish": {"view_too_large", "invalid_arguments"},
}
#: Ways that are no methods of the Web API: nothing is said there in its words.
NO_METHODS = {"download", "respond", "upload"}
PROVOKED = defaultdict(dict)


def provokes(method, *codes):
    """Of a test: it covers these answers of a method; each is one run of it, as `code`."""

    def note(test):
        PROVOKED[method] |= dict.fromkeys(codes, test.__name__)
        return pytest.mark.parametrize("code", codes)(test) if "code" in getsource(test).partition(":\n")[0] else test

    return note


@pytest.fixture
def bot(shared_bot, monkeypatch):
    """One that is impatient: what it tries again it tries at once."""
    for module, name in ((speaking, "LONGEST_WAIT"), (speaking, "LOOK_AFTER"), (drain, "PATIENCE"), (jobs, "SWEEP")):
        monkeypatch.setattr(module, name, 0.05)
    monkeypatch.setattr(home, "PAUSE", 0.05)
    return shared_bot


async def ask(bot, who="mira"):
    person = bot.as_person(who)
    await person.command("/vpn-help error 789")
    await (await person.modal()).submit({"platform": "linux"})
    return person


async def said_once(bot, who="@mira", words="VPN case"):
    await bot.wait_for_message(who, contains=words)
    await bot.wait_until_quiet()
    assert len([post for post in await bot.messages(who) if words in post["text"]]) == 1


async def test_every_answer_that_slack_documents_is_provoked():
    doing = set(re.findall(r'translated\("([\w.]+)"', getsource(chat))) | {"download", "upload", "apps.connections.open"}
    assert doing == set(ANSWERS)
    assert "apps.connections.open" in getsource(bolt)
    wanted = {method: codes if method in NO_METHODS else codes | ANY for method, codes in ANSWERS.items()}
    wanted["apps.connections.open"] -= {"missing_scope"}  # the token has one scope, and is good for nothing else
    wanted["auth.test"] -= {"missing_scope"}  # it needs none
    for free in ("views.open", "views.publish", "chat.getPermalink"):
        wanted[free] -= {"missing_scope"}
    assert {method: codes - set(PROVOKED[method]) for method, codes in wanted.items() if codes - set(PROVOKED[method])} == {}


# -- with a bot of their own; first, because one process holds one bot at a time, and the shared one stays once it is begun


@pytest.mark.asyncio(loop_scope="function")
@provokes("auth.test", "invalid_auth", "account_inactive", "token_revoked")
async def test_a_token_that_is_no_good_stops_the_start(running, slack, code):
    await slack.fail("api_error", "auth.test", value=code)
    with pytest.raises(SettingsError, match=f"SLACK_BOT_TOKEN: Slack says {code}"):
        async with running():
            pass


@pytest.mark.asyncio(loop_scope="function")
@provokes("apps.connections.open", "invalid_auth", "link_disabled")
async def test_an_app_token_that_is_no_good_stops_the_start(running, slack, code):
    await slack.fail("api_error", "apps.connections.open", value=code)
    with pytest.raises(SettingsError, match=f"SLACK_APP_TOKEN: Slack says {code}"):
        async with running():
            pass


@pytest.mark.asyncio(loop_scope="function")
@provokes("auth.test", "ratelimited", "internal_error")
@provokes("apps.connections.open", "ratelimited", "internal_error")
async def test_a_slack_that_is_busy_at_the_start_is_waited_for(running, slack):
    for method, code in (("auth.test", "ratelimited"), ("apps.connections.open", "internal_error")):
        await slack.fail("api_error", method, times=1, value=code)
    async with running() as bot:
        assert {call["error"] for call in await bot.calls() if call["error"]} == {"ratelimited", "internal_error"}


@pytest.mark.asyncio(loop_scope="function")
@provokes("usergroups.users.list", "missing_scope", "ratelimited", "internal_error", "no_such_subteam")
async def test_engineers_of_a_user_group(running, monkeypatch):
    monkeypatch.setattr(chat.Kept, "known", lambda *_: None)
    monkeypatch.setattr(drain, "PATIENCE", 0.05)
    async with running(responders=names.RESPONDERS) as bot:
        card, sam = await at_the_desk(bot), bot.as_person("sam")
        await bot.fail("api_error", "usergroups.users.list", value="no_such_subteam")
        await sam.press("Claim", card)
        await bot.wait_for_whisper("sam", contains="Only the VPN engineers")
        await bot.mend()
        for code in ("ratelimited", "internal_error"):
            await bot.fail("api_error", "usergroups.users.list", times=1, value=code)
        await sam.press("Claim", card)
        await bot.wait_for_message("vpn-desk", contains="has claimed the case", thread_ts=card["ts"])
        # Without the scope the members of the admin channel are the engineers.
        await bot.fail("api_error", "usergroups.users.list", value="missing_scope")
        await sam.press("Give back", channel="vpn-desk")
        await bot.wait_for_message("vpn-desk", contains="gave the case back", thread_ts=card["ts"])


@pytest.mark.asyncio(loop_scope="function")
@provokes("conversations.info", "channel_not_found", "missing_scope", "ratelimited", "internal_error")
async def test_a_channel_that_cannot_be_tried_says_why(running, monkeypatch):
    async with running() as bot:
        sam = bot.as_person("sam")
        for code, words in (
            ("channel_not_found", "I am not in it"),
            ("missing_scope", "I may not read it (missing_scope)"),
            ("ratelimited", "can’t be tried just now (ratelimited)"),
            ("internal_error", "can’t be tried just now (internal_error)"),
        ):
            await bot.mend()
            await bot.fail("api_error", "conversations.info", value=code)
            tab = await sam.home()
            await sam.act("press", view=tab["id"], element="Try them now")
            await bot.wait_for(lambda world, words=words: words in all_text(world["homes"][names.SAM]), words)


@pytest.mark.asyncio(loop_scope="function")
async def test_a_part_of_a_file_that_is_too_large_is_read_and_its_person_is_told(running, tmp_path):
    large = tmp_path / "charon.log"
    large.write_bytes(sample("wrong-key") + b"Nov 25 09:00:00 host app: nothing\n" * 60_000)
    async with running(max_download_mb=1) as bot:
        mira = bot.as_person("mira")
        await mira.upload("charon.log", large)
        await bot.wait_for_message("@mira", contains="larger than I may read")


# -- saying


@provokes("chat.postMessage", "invalid_blocks", "msg_blocks_too_long", "msg_too_long")
async def test_blocks_that_slack_does_not_take_are_said_as_words(bot, code):
    await bot.fail("api_error", "chat.postMessage", times=1, value=code)
    await ask(bot)
    await bot.wait_for_message("@mira", contains="VPN case")


@provokes("chat.postMessage", "ratelimited", "rate_limited", "service_unavailable", "internal_error", "fatal_error")
async def test_what_slack_cannot_do_now_is_done_later_and_once(bot, code):
    await bot.fail("api_error", "chat.postMessage", times=1, value=code)
    await ask(bot)
    await said_once(bot)


@pytest.mark.parametrize("kind", ["lose_answer", "lose_request", "server_error"])
async def test_an_answer_that_is_lost_is_looked_for(bot, kind):
    await bot.fail(kind, "chat.postMessage", times=1)
    await ask(bot)
    await said_once(bot)


@provokes("conversations.history", "missing_scope", "channel_not_found", "not_in_channel")
async def test_what_was_perhaps_said_is_said_again_where_nobody_may_look(bot, code):
    await bot.fail("lose_request", "chat.postMessage", times=1)
    await bot.fail("api_error", "conversations.history", value=code)
    await ask(bot)
    await said_once(bot)


@provokes("conversations.history", "ratelimited", "internal_error")
async def test_looking_for_what_was_perhaps_said_can_wait(bot, code):
    await bot.fail("lose_answer", "chat.postMessage", times=1)
    await bot.fail("api_error", "conversations.history", times=1, value=code)
    await ask(bot)
    await said_once(bot)


@provokes("chat.postMessage", "metadata_too_large", "messages_tab_disabled", "missing_scope")
async def test_what_is_refused_once_holds_up_nothing_behind_it(bot, code):
    mira = await ask(bot)
    await bot.wait_for_message("@mira", contains="Why I ask")
    await bot.fail("api_error", "chat.postMessage", times=1, value=code)
    await mira.post("is anybody there?")
    await mira.post("it is error 691 now")
    await bot.wait_for_message("@mira", contains="error 691")


CLOSED = {
    "not_in_channel": "/invite @VPN Help",
    "channel_not_found": "/invite @VPN Help",
    "is_archived": "is archived",
    "restricted_action": "may not write",
    "restricted_action_thread_only_channel": "does not let me answer",
    "cannot_reply_to_message": "does not let me answer",
}


@provokes("chat.postMessage", *CLOSED)
async def test_a_channel_that_is_closed_to_the_bot_is_explained_in_the_direct_message(bot, code):
    sam = bot.as_person("sam")
    parent = await sam.upload("charon.log", sample("wrong-key"), "vpn-desk")
    await bot.fail("api_error", "chat.postMessage", times=1, value=code)
    await sam.post("@vpn-help triage", "vpn-desk", thread_ts=parent)
    await bot.wait_for_message("@sam", contains=CLOSED[code])


@provokes(
    "chat.update",
    "message_not_found",
    "cant_update_message",
    "edit_window_closed",
    "block_mismatch",
    "streaming_state_conflict",
)
async def test_what_can_be_edited_no_more_is_said_anew(bot, code):
    mira = await ask(bot)
    await bot.wait_for_message("@mira", contains="Why I ask")
    await bot.fail("api_error", "chat.update", value=code)
    await mira.upload("charon.log", sample("wrong-key"))
    await bot.wait_for_message("@mira", contains="I have read")


@provokes("chat.update", "msg_too_long", "invalid_blocks", "ratelimited", "internal_error")
async def test_an_edit_that_does_not_fit_or_not_now_is_made_all_the_same(bot, code):
    mira = await ask(bot)
    opened = await bot.wait_for_message("@mira", contains="VPN case")
    await bot.wait_for_message("@mira", contains="Why I ask")
    await bot.fail("api_error", "chat.update", times=1, value=code)
    await mira.press("Close the case")
    await bot.wait_for_message("@mira", contains="I have closed the case")
    await bot.wait_for(
        lambda world: next(
            (p for p in world["messages"][opened["channel"]] if p["ts"] == opened["ts"] and "Closed" in p["text"]), None
        ),
        "the case’s own message, closed",
    )


@provokes("chat.update", "missing_scope")
async def test_where_nothing_can_be_edited_the_case_goes_on_below(bot, code):
    mira = await ask(bot)
    await bot.wait_for_message("@mira", contains="Why I ask")
    await bot.fail("api_error", "chat.update", value=code)
    await mira.press("Close the case")
    await bot.wait_for_message("@mira", contains="I have closed the case")


@provokes("conversations.open", "ratelimited", "internal_error", "missing_scope")
async def test_the_direct_message_is_found_all_the_same(bot, code):
    await bot.fail("api_error", "conversations.open", times=None if code == "missing_scope" else 1, value=code)
    await ask(bot)
    await said_once(bot)


@provokes("conversations.open", "user_not_found", "user_disabled")
async def test_somebody_who_is_gone_holds_up_nobody(bot, code):
    await bot.fail("api_error", "conversations.open", times=1, value=code)
    await ask(bot)
    await bot.wait_for(lambda world: any(c["error"] == code for c in world["calls"]), "the refusal")
    await ask(bot, "sam")
    await bot.wait_for_message("@sam", contains="VPN case")


# -- whispering


@provokes("respond", "expired_url", "used_url")
async def test_an_address_for_answers_that_is_too_old_is_not_needed(bot, code):
    mira = bot.as_person("mira")
    await bot.fail("hook", value=code)
    await mira.command("/vpn-help status", "it-help")
    await bot.wait_for_whisper("mira", contains="no open VPN case")


@provokes("chat.postEphemeral", "user_not_in_channel", "not_in_channel", "channel_not_found", "is_archived", "missing_scope")
async def test_who_cannot_be_answered_in_a_channel_is_answered_in_the_direct_message(bot, code):
    await bot.fail("hook")
    await bot.fail("api_error", "chat.postEphemeral", times=1, value=code)
    await bot.as_person("mira").command("/vpn-help status")
    await bot.wait_for_message("@mira", contains="no open VPN case")


@provokes("chat.postEphemeral", "invalid_blocks", "ratelimited")
async def test_a_whisper_comes_without_its_blocks_or_later(bot, code):
    await bot.fail("hook")
    await bot.fail("api_error", "chat.postEphemeral", times=1, value=code)
    await bot.as_person("mira").command("/vpn-help status", "it-help")
    await bot.wait_for_whisper("mira", contains="no open VPN case")


@provokes("chat.postEphemeral", "internal_error")
async def test_a_whisper_that_was_perhaps_heard_is_not_all_there_is(bot):
    await bot.fail("hook")
    await bot.fail("api_error", "chat.postEphemeral", value="internal_error")
    await ask(bot)
    await said_once(bot)


@provokes("chat.getPermalink", "message_not_found", "channel_not_found", "ratelimited", "internal_error")
async def test_a_receipt_leads_to_the_case_all_the_same(bot, code):
    await bot.fail("api_error", "chat.getPermalink", times=1, value=code)
    await ask(bot)
    receipt = await bot.wait_for_whisper("mira", contains="Your VPN case is open")
    assert "case-link.invalid" not in str(receipt)
    assert "/archives/" in receipt["text"] or "/app_redirect?" in receipt["text"]


# -- forms and tabs


@provokes("views.open", "expired_trigger_id", "exchanged_trigger_id", "view_too_large", "ratelimited", "internal_error")
async def test_a_modal_that_does_not_open_becomes_a_message_with_a_button(bot, code):
    await bot.fail("api_error", "views.open", times=1, value=code)
    mira = bot.as_person("mira")
    await mira.command("/vpn-help")
    again = await bot.wait_for_whisper("mira", contains="did not work")
    await mira.press("Get VPN help", again)
    assert (await mira.modal()).title == "VPN help"


@pytest.mark.parametrize("element", ["Set up", "Watch a channel"])
async def test_a_form_of_the_home_tab_that_does_not_open_says_so(bot, element):
    sam = bot.as_person("sam")
    tab = await sam.home()
    await bot.fail("api_error", "views.open", times=1, value="expired_trigger_id")
    await sam.act("press", view=tab["id"], element=element)
    await bot.wait_for_message("@sam", contains="say it once more")


@provokes("views.publish", "ratelimited", "internal_error", "view_too_large", "invalid_arguments")
async def test_a_home_tab_that_is_not_taken_is_published_again(bot, code):
    await bot.fail("api_error", "views.publish", times=1, value=code)
    tab = await bot.as_person("mira").home()
    assert "I find out why" in all_text(tab) or "You have no VPN case" in all_text(tab)


# -- who is who


@provokes("users.info", "user_not_found", "missing_scope", "ratelimited", "internal_error")
async def test_without_a_profile_people_are_answered_all_the_same(bot, code, monkeypatch):
    monkeypatch.setattr(chat.Kept, "known", lambda *_: None)
    await bot.fail("api_error", "users.info", value=code)
    await ask(bot)
    await bot.wait_for_message("@mira", contains="VPN case")


async def at_the_desk(bot):
    mira = await ask(bot)
    await mira.press("Ask a person")
    return await bot.wait_for_message("vpn-desk", contains="VPN case")


@provokes("conversations.members", "channel_not_found", "missing_scope")
async def test_while_nobody_can_tell_who_is_an_engineer_nobody_is(bot, code, monkeypatch):
    monkeypatch.setattr(chat.Kept, "known", lambda *_: None)
    card = await at_the_desk(bot)
    await bot.fail("api_error", "conversations.members", value=code)
    await bot.as_person("sam").press("Claim", card)
    await bot.wait_for_whisper("sam", contains="Only the VPN engineers")


@provokes("conversations.members", "ratelimited", "internal_error")
async def test_a_claim_waits_until_slack_says_who_is_an_engineer(bot, code, monkeypatch):
    monkeypatch.setattr(chat.Kept, "known", lambda *_: None)
    card = await at_the_desk(bot)
    await bot.fail("api_error", "conversations.members", times=1, value=code)
    await bot.as_person("sam").press("Claim", card)
    await bot.wait_for_message("vpn-desk", contains="has claimed the case", thread_ts=card["ts"])


# -- reading threads


@provokes("conversations.replies", "missing_scope", "not_in_channel", "channel_not_found", "thread_not_found")
async def test_a_thread_that_cannot_be_read_leaves_the_message_with_the_mention(bot, code):
    sam = bot.as_person("sam")
    parent = await sam.post("a customer cannot connect", "it-help")
    await bot.fail("api_error", "conversations.replies", value=code)
    await sam.post("@vpn-help error 809 on windows", "it-help", thread_ts=parent)
    await bot.wait_for_message("it-help", contains="You said", thread_ts=parent)


@provokes("conversations.replies", "ratelimited", "internal_error")
async def test_a_thread_that_cannot_be_read_now_is_read_later_and_whole(bot, code):
    sam = bot.as_person("sam")
    parent = await sam.upload("charon.log", sample("wrong-key"), "vpn-desk", text="from a customer")
    await bot.fail("api_error", "conversations.replies", times=1, value=code)
    await sam.post("@vpn-help triage", "vpn-desk", thread_ts=parent)
    await bot.wait_for_message("vpn-desk", contains="How I know", thread_ts=parent)


# -- files

GONE = {
    "file_deleted": "It is no longer there. Please upload it again.",
    "file_not_found": "I can't see it. Please upload it again, in this conversation.",
    "access_denied": "Slack does not let me open it. Please upload it again, in this conversation.",
    "missing_scope": "I may not open files in this workspace.",
    "ratelimited": "Slack did not give it to me. Please upload it again in a few minutes.",
    "internal_error": "Slack did not give it to me. Please upload it again in a few minutes.",
}


@provokes("files.info", *GONE)
async def test_a_file_out_of_reach_is_explained(bot, code, monkeypatch):
    """Shared from another company: Slack gives only an id, so that it has to be asked for."""
    monkeypatch.setattr("bot.triage.intake._wait", lambda *_: -60)
    await bot.fail("foreign_file", "charon.log")
    await bot.fail("api_error", "files.info", value=code)
    await bot.as_person("mira").upload("charon.log", sample("wrong-key"))
    said = await bot.wait_for_message("@mira", contains="could not read")
    assert GONE[code] in said["text"]


BROKEN = {
    "login page": ("login_page", "Slack does not let me open it."),
    "another host": ("foreign_redirect", "It lies outside Slack, where I don't follow."),
    "cut short": ("cut_download", "Slack did not give it to me."),
}


@provokes("download", *BROKEN)
async def test_bytes_that_do_not_come_are_explained(bot, code, monkeypatch):
    monkeypatch.setattr("bot.triage.intake._wait", lambda *_: -60)
    kind, words = BROKEN[code]
    await bot.fail(kind, "charon.log")
    await bot.as_person("mira").upload("charon.log", sample("wrong-key"))
    said = await bot.wait_for_message("@mira", contains="could not read")
    assert words in said["text"]


@provokes("download", "file_deleted")
async def test_a_file_that_is_taken_back_is_forgotten(bot):
    mira = bot.as_person("mira")
    await mira.upload("charon.log", sample("wrong-key"))
    await bot.wait_for_message("@mira", contains="charon.log")
    await mira.act("delete_file", file=(await bot.world())["files"][0]["id"])
    await bot.wait_for_message("@mira", contains="charon.log was deleted")


NO_FILES = {
    "files.getUploadURLExternal": ("file_uploads_disabled", "file_uploads_except_images_disabled", "storage_limit_reached"),
    "files.completeUploadExternal": ("posting_to_channel_denied", "not_in_channel", "file_not_found"),
}


async def redact(bot):
    sam = bot.as_person("sam")
    parent = await sam.upload("charon.log", sample("wrong-key"), "vpn-desk")
    await sam.post("@vpn-help redact", "vpn-desk", thread_ts=parent)
    return parent


@provokes("files.getUploadURLExternal", *NO_FILES["files.getUploadURLExternal"], "missing_scope")
async def test_where_slack_takes_no_files_the_words_are_said(bot, code):
    await bot.fail("api_error", "files.getUploadURLExternal", value=code)
    await bot.wait_for_message("vpn-desk", contains="I may not show files here", thread_ts=await redact(bot))


@provokes("files.completeUploadExternal", *NO_FILES["files.completeUploadExternal"], "missing_scope")
async def test_where_a_file_may_not_be_shown_the_words_are_said(bot, code):
    await bot.fail("api_error", "files.completeUploadExternal", value=code)
    await bot.wait_for_message("vpn-desk", contains="I may not show files here", thread_ts=await redact(bot))


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("files.getUploadURLExternal", "api_error"),
        ("files.completeUploadExternal", "api_error"),
        ("files.completeUploadExternal", "lose_answer"),
        ("upload", "cut_upload"),
    ],
)
@provokes("files.getUploadURLExternal", "ratelimited", "internal_error")
@provokes("files.completeUploadExternal", "ratelimited", "internal_error")
@provokes("upload", "server error")
async def test_a_file_that_cannot_be_shown_now_is_shown_later_and_once(bot, method, kind):
    for value in ("ratelimited", "internal_error") if kind == "api_error" else (None,):
        await bot.fail(kind, method, times=1, value=value)
    parent = await redact(bot)

    def shown(world):
        posts = world["messages"].get(names.VPN_DESK, [])
        return [file for post in posts for file in post.get("files") or () if file["name"] == "charon.redacted.txt"]

    await bot.wait_for(shown, "the file")
    await bot.wait_until_quiet()
    assert (len(shown(await bot.world())), bool(parent)) == (1, True)


@provokes("chat.delete", "message_not_found", "cant_delete_message", "missing_scope", "ratelimited", "internal_error")
@provokes("files.delete", "file_not_found", "file_deleted", "missing_scope", "ratelimited", "internal_error")
async def test_forgetting_ends_whatever_slack_says(bot):
    """Of several messages each meets another fault; the person hears that it is done, and no case is left."""
    mira = bot.as_person("mira")
    await mira.command("/vpn-help error 789 at home")
    await (await mira.modal()).submit({"platform": "windows", "files": [("charon.log", sample("wrong-key"))]})
    await bot.wait_for_message("@mira", contains="How I know")
    for method in ("chat.delete", "files.delete"):
        for code in ("ratelimited", "internal_error", "message_not_found", "cant_delete_message", "missing_scope"):
            value = code.replace("message", "file") if method == "files.delete" else code
            await bot.fail("api_error", method, times=1, value=value)
    await mira.command("/vpn-help forget me")
    await mira.press("Delete everything", await bot.wait_for_whisper("mira", contains="This deletes"))
    await bot.wait_for_message("@mira", contains="I have deleted")
    await mira.command("/vpn-help status", "it-help")
    await bot.wait_for_whisper("mira", contains="no open VPN case")


# -- late and closed


async def test_a_file_whose_message_never_comes_is_read_in_a_watched_channel_too(bot, monkeypatch):
    monkeypatch.setattr(lanes, "FILE_WITHOUT_MESSAGE", 0.2)
    await bot.fail("late", "message", value=3600)
    mira = bot.as_person("mira")
    parent = await mira.upload("ppp.log", sample("wrong-password"), "it-help")
    await bot.forward(30)
    await bot.wait_for_message("it-help", contains="How I know", thread_ts=parent, seconds=40)


async def test_a_button_of_a_closed_case_says_so(bot):
    """The question still stands with its buttons, because Slack does not let it be edited."""
    mira = await ask(bot)
    question = await bot.wait_for_message("@mira", contains="Why I ask")
    await bot.fail("api_error", "chat.update", value="missing_scope")
    await mira.press("Close the case")
    closed = await bot.wait_for_message("@mira", contains="I have closed the case")
    await mira.press("I don't know", question)
    await bot.wait_for_message("@mira", contains="This case is closed. Open it again first", newer_than=closed["ts"])
