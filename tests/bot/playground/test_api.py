"""What Slack would refuse, the Web API refuses; what it takes, it takes in every form."""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import APP_TOKEN, BOT_TOKEN, names


def section(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


async def call(slack, method, *, token=BOT_TOKEN, **request):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.api_url}{method}", headers=headers, **request) as response,
    ):
        return await response.json()


@pytest.mark.parametrize(
    "request_parts",
    [
        {"json": {"channel": names.IT_HELP, "text": "hello"}},
        {"data": {"channel": names.IT_HELP, "text": "hello"}},
        {"params": {"channel": names.IT_HELP, "text": "hello"}},
        {"params": {"channel": names.IT_HELP}, "data": {"text": "hello"}},
    ],
    ids=["json", "form", "query", "both"],
)
async def test_arguments_are_taken_wherever_they_stand(slack, request_parts):
    answer = await call(slack, "chat.postMessage", **request_parts)
    assert (answer["ok"], answer["message"]["text"]) == (True, "hello")


async def test_the_token_is_asked_for_and_its_kind_matters(slack):
    assert (await call(slack, "auth.test", token=""))["error"] == "not_authed"
    assert (await call(slack, "auth.test", token="xoxb-other"))["error"] == "invalid_auth"
    assert (await call(slack, "auth.test", token=APP_TOKEN))["error"] == "not_allowed_token_type"
    assert (await call(slack, "apps.connections.open"))["error"] == "not_allowed_token_type"
    assert (await call(slack, "auth.test", token="", data={"token": BOT_TOKEN}))["user_id"] == names.BOT_USER


async def test_a_missing_scope_is_named(slack):
    await slack.control("settings", {"scopes": ["chat:write"]})
    answer = await call(slack, "users.info", data={"user": names.MIRA})
    assert answer == {"ok": False, "error": "missing_scope", "needed": "users:read", "provided": "chat:write"}


async def test_each_answer_says_which_scopes_the_token_has(slack):
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.api_url}auth.test", data={"token": BOT_TOKEN}) as response,
    ):
        assert "chat:write" in response.headers["x-oauth-scopes"].split(",")


REFUSALS = [
    ("chat.postMessage", {"channel": names.GENERAL, "text": "x"}, "not_in_channel"),
    ("chat.postMessage", {"channel": "C0NOWHERE0", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
    ("chat.postMessage", {"channel": names.IT_HELP}, "no_text"),
    ("chat.postMessage", {"channel": names.IT_HELP, "text": "x", "thread_ts": "1.000001"}, "cannot_reply_to_message"),
    ("chat.postMessage", {"channel": names.IT_HELP, "text": "x", "blocks": [section("")]}, "invalid_blocks"),
    ("chat.postMessage", {"channel": names.IT_HELP, "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
    (
        "chat.postMessage",
        {"channel": names.IT_HELP, "text": "x", "metadata": {"event_type": "a", "event_payload": {"b": "x" * 9000}}},
        "metadata_too_large",
    ),
    ("chat.postMessage", {"channel": names.IT_HELP, "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
    ("chat.update", {"channel": names.IT_HELP, "ts": "1.000001", "text": "x"}, "message_not_found"),
    ("chat.postEphemeral", {"channel": names.VPN_DESK, "user": names.MIRA, "text": "x"}, "user_not_in_channel"),
    ("views.open", {"trigger_id": "1.1.x", "view": {"type": "modal"}}, "invalid_arguments"),
    ("views.update", {"view_id": "V1", "view": {}}, "not_found"),
    ("users.info", {"user": "U0NOBODY00"}, "user_not_found"),
    ("files.info", {"file": "F1"}, "file_not_found"),
    ("conversations.join", {"channel": names.VPN_DESK}, "method_not_supported_for_channel_type"),
    ("conversations.replies", {"channel": names.IT_HELP, "ts": "1.000001"}, "thread_not_found"),
    ("conversations.history", {"channel": names.GENERAL}, "not_in_channel"),
    ("files.getUploadURLExternal", {"filename": "x", "length": 0}, "invalid_arguments"),
    ("reactions.add", {"channel": names.IT_HELP, "timestamp": "1.000001", "name": "eyes"}, "message_not_found"),
    ("chat.unheardOf", {}, "unknown_method"),
]


@pytest.mark.parametrize(("method", "arguments", "error"), REFUSALS)
async def test_what_slack_refuses_is_refused_with_its_word(slack, method, arguments, error):
    assert (await call(slack, method, json=arguments))["error"] == error


async def test_wrong_blocks_are_explained(slack):
    answer = await call(slack, "chat.postMessage", json={"channel": names.IT_HELP, "text": "x", "blocks": [section("x" * 3001)]})
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]


async def test_a_private_channel_without_the_bot_does_not_exist_for_it(slack, client, refused):
    await slack.as_person("ana").act("remove", channel="vpn-desk", user="vpn-help")
    assert await refused(client.chat_postMessage(channel=names.VPN_DESK, text="x")) == "channel_not_found"


async def test_only_own_messages_are_edited_and_deleted(slack, client, refused):
    ts = await slack.as_person("mira").post("mine", "it-help")
    assert await refused(client.chat_update(channel=names.IT_HELP, ts=ts, text="x")) == "cant_update_message"
    assert await refused(client.chat_delete(channel=names.IT_HELP, ts=ts)) == "cant_delete_message"


async def test_an_edit_without_blocks_takes_the_blocks_away_and_keeps_the_metadata(slack, client, refused):
    metadata = {"event_type": "case_update", "event_payload": {"outbox_id": "7"}}
    said = await client.chat_postMessage(channel=names.IT_HELP, text="a", blocks=[section("a")], metadata=metadata)
    await client.chat_update(channel=names.IT_HELP, ts=said["ts"], text="b")

    plain = (await client.conversations_history(channel=names.IT_HELP))["messages"][0]
    full = (await client.conversations_history(channel=names.IT_HELP, include_all_metadata=True))["messages"][0]
    assert ("blocks" in plain, "metadata" in plain, full["metadata"]) == (False, False, metadata)
    assert await refused(client.chat_update(channel=names.IT_HELP, ts=said["ts"], text="x" * 4001)) == "msg_too_long"


async def test_rich_text_stays_rich_text(slack, client, refused):
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]}
    said = await client.chat_postMessage(channel=names.IT_HELP, text="a", blocks=[rich])
    assert (
        await refused(client.chat_update(channel=names.IT_HELP, ts=said["ts"], text="b", blocks=[section("b")]))
        == "block_mismatch"
    )


async def test_a_message_to_a_person_goes_to_the_direct_message(slack, client):
    said = await client.chat_postMessage(channel=names.MIRA, text="hello")
    opened = await client.conversations_open(users=names.MIRA)
    assert said["channel"] == opened["channel"]["id"]


async def test_a_thread_is_read_from_its_parent_on_in_pages(slack, client):
    parent = (await client.chat_postMessage(channel=names.IT_HELP, text="parent"))["ts"]
    for number in range(3):
        await client.chat_postMessage(channel=names.IT_HELP, text=f"reply {number}", thread_ts=parent)

    first = await client.conversations_replies(channel=names.IT_HELP, ts=parent, limit=2)
    rest = await client.conversations_replies(
        channel=names.IT_HELP, ts=parent, limit=2, cursor=first["response_metadata"]["next_cursor"]
    )
    assert [m["text"] for m in [*first["messages"], *rest["messages"]]] == ["parent", "reply 0", "reply 1", "reply 2"]
    assert (first["has_more"], rest["has_more"], first["messages"][0]["reply_count"]) == (True, False, 3)


async def test_a_deleted_parent_leaves_a_placeholder(slack, client):
    parent = (await client.chat_postMessage(channel=names.IT_HELP, text="parent"))["ts"]
    await client.chat_postMessage(channel=names.IT_HELP, text="reply", thread_ts=parent)
    await client.chat_delete(channel=names.IT_HELP, ts=parent)
    messages = (await client.conversations_replies(channel=names.IT_HELP, ts=parent))["messages"]
    assert [m.get("subtype") for m in messages] == ["tombstone", None]


async def test_people_have_a_locale_only_when_it_is_asked_for(slack, client):
    without = (await client.users_info(user=names.JOAO))["user"]
    with_it = (await client.users_info(user=names.JOAO, include_locale=True))["user"]
    assert ("locale" in without, with_it["locale"]) == (False, "pt-BR")


async def test_who_is_who(slack, client):
    assert (await client.usergroups_users_list(usergroup=names.RESPONDERS))["users"] == [names.ANA, names.SAM]
    assert (await client.conversations_members(channel=names.VPN_DESK))["members"] == [names.ANA, names.SAM, names.BOT_USER]
    assert [c["name"] for c in (await client.conversations_list(types="public_channel,private_channel"))["channels"]] == [
        "general",
        "it-help",
        "vpn-desk",
    ]
    assert (await client.conversations_info(channel=names.GENERAL))["channel"]["is_member"] is False
    assert (await client.bots_info())["bot"]["user_id"] == names.BOT_USER
    assert (await client.team_info())["team"]["id"] == names.TEAM


async def test_reactions_are_added_once(slack, client, refused):
    ts = await slack.as_person("mira").post("x", "it-help")
    await client.reactions_add(channel=names.IT_HELP, timestamp=ts, name="eyes")
    assert await refused(client.reactions_add(channel=names.IT_HELP, timestamp=ts, name="eyes")) == "already_reacted"
    await client.reactions_remove(channel=names.IT_HELP, timestamp=ts, name="eyes")
    assert await refused(client.reactions_remove(channel=names.IT_HELP, timestamp=ts, name="eyes")) == "no_reaction"


async def test_the_bot_shows_a_file_in_three_steps(slack, client):
    parent = (await client.chat_postMessage(channel=names.VPN_DESK, text="case"))["ts"]
    done = await client.files_upload_v2(
        channel=names.VPN_DESK, thread_ts=parent, content="line one", filename="vpn.log", initial_comment="the original"
    )
    (message,) = [m for m in await slack.messages("vpn-desk", parent) if m["ts"] != parent]
    assert (message["subtype"], message["text"], message["files"][0]["name"]) == ("file_share", "the original", "vpn.log")
    shares = (await client.files_info(file=done["file"]["id"]))["file"]["shares"]
    assert shares == {"private": {names.VPN_DESK: [{"ts": message["ts"], "team_id": names.TEAM, "thread_ts": parent}]}}


async def test_a_link_to_a_message_leads_to_the_page(slack, client):
    said = await client.chat_postMessage(channel=names.IT_HELP, text="x")
    link = (await client.chat_getPermalink(channel=names.IT_HELP, message_ts=said["ts"]))["permalink"]
    async with aiohttp.ClientSession() as session, session.get(link, allow_redirects=False) as response:
        assert response.headers["Location"] == f"/#/{names.IT_HELP}/?at={said['ts']}"


async def test_a_trigger_lives_three_seconds_and_works_once(slack, small_bot, refused):
    view = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [section("x")]}
    triggers = []

    @small_bot.app.command("/vpn-help")
    async def command(ack, body):
        triggers.append(body["trigger_id"])
        await ack()

    async with small_bot.over_socket():
        await slack.as_person("mira").command("/vpn-help")
        await slack.as_person("mira").command("/vpn-help")
    client = AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url)
    await client.views_open(trigger_id=triggers[0], view=view)
    assert await refused(client.views_open(trigger_id=triggers[0], view=view)) == "exchanged_trigger_id"
    await slack.forward(3.1)
    assert await refused(client.views_open(trigger_id=triggers[1], view=view)) == "expired_trigger_id"
    assert await refused(client.views_open(trigger_id="1.2.abc", view=view)) == "invalid_trigger_id"


async def test_a_view_is_updated_under_its_hash_and_a_modal_stack_ends_at_three(slack, small_bot, refused):
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "x"},
        "blocks": [
            {
                "type": "actions",
                "elements": [{"type": "button", "action_id": "more", "text": {"type": "plain_text", "text": "More"}}],
            }
        ],
    }
    triggers = []

    @small_bot.app.command("/vpn-help")
    async def command(ack, body, client):
        await client.views_open(trigger_id=body["trigger_id"], view=view)
        await ack()

    @small_bot.app.action("more")
    async def more(ack, body):
        triggers.append(body["trigger_id"])
        await ack()

    client = small_bot.client
    async with small_bot.over_http():
        mira = slack.as_person("mira")
        await mira.command("/vpn-help")
        for _ in range(2):
            await (await mira.modal()).press("More")
            await client.views_push(trigger_id=triggers[-1], view=view)
        modal = await mira.modal()
        await modal.press("More")
        assert await refused(client.views_push(trigger_id=triggers[-1], view=view)) == "push_limit_reached"
        assert modal.view["previous_view_id"] != modal.view["root_view_id"]
        updated = await client.views_update(
            view_id=modal.view["id"], hash=modal.view["hash"], view={**view, "private_metadata": "m"}
        )
        assert updated["view"]["private_metadata"] == "m"
        assert await refused(client.views_update(view_id=modal.view["id"], hash=modal.view["hash"], view=view)) == "hash_conflict"
        await modal.close(everything=True)
        assert await refused(client.views_update(view_id=modal.view["id"], view=view)) == "not_found"


async def test_a_response_url_works_five_times_within_half_an_hour(slack, small_bot):
    urls = []

    @small_bot.app.command("/vpn-help")
    async def command(ack, body):
        urls.append(body["response_url"])
        await ack()

    async with small_bot.over_socket():
        await slack.as_person("mira").command("/vpn-help")
        await slack.as_person("mira").command("/vpn-help")
    async with aiohttp.ClientSession() as session:

        async def use(url, **body):
            async with session.post(url, json=body) as response:
                return response.status

        assert [await use(urls[0], text="x") for _ in range(6)] == [200] * 5 + [404]
        assert await use(urls[1]) == 400
        assert await use(urls[1], text="for all", response_type="in_channel") == 200
        await slack.forward(30 * 60 + 1)
        assert await use(urls[1], text="x") == 404
    # the bot is no member there: a response URL speaks all the same
    assert [m["text"] for m in await slack.messages("general")] == ["for all"]
