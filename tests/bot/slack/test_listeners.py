"""Signed requests over real HTTP through Bolt and the listeners: what is kept, what Slack hears, what people see."""

import json
import logging
import time

import pytest

from bot.errors import OutsideError, UserError
from bot.events import ActionTaken, IntakeSubmitted, MessagePosted, ReplySubmitted, WordGiven

TS = "1764000000.000100"


def button(action, case="c1", argument=""):
    return {"action_id": action, "value": json.dumps({"v": 1, "case": case, "arg": argument}), "action_ts": TS}


# -- the command


async def test_command_opens_the_first_modal_with_the_words_in_it(slack, api, kept):
    assert await slack.command("error 809 at the hotel") == (200, "")
    (opened,) = api.said("views.open")
    view = json.loads(opened["view"]) if isinstance(opened["view"], str) else opened["view"]
    assert opened["trigger_id"] == "1.2.a"
    assert view["callback_id"] == "intake"
    assert json.loads(view["private_metadata"]) == {
        "v": 1,
        "channel": "C1",
        "response_url": "https://hooks.slack.com/commands/T1/1/x",
    }
    (words,) = [block["element"]["initial_value"] for block in view["blocks"] if block.get("block_id") == "text"]
    assert words == "error 809 at the hotel"
    assert kept.events == []


async def test_modal_speaks_the_persons_language(slack, api):
    api.answers["users.info"] = {"user": {"id": "U1", "locale": "pt-BR"}}
    await slack.command()
    (opened,) = api.said("views.open")
    assert "Cancelar" in json.dumps(opened["view"], ensure_ascii=False)


async def test_modal_opens_in_english_where_slack_does_not_say_the_language(slack, api):
    api.answers["users.info"] = {"error": "user_not_found"}
    assert await slack.command() == (200, "")
    assert len(api.said("views.open")) == 1


async def test_modal_that_does_not_open_becomes_a_message_with_a_button(slack, api):
    api.answers["views.open"] = {"error": "expired_trigger_id"}
    status, said = await slack.command()
    assert (status, said["response_type"]) == (200, "ephemeral")
    assert [
        element["action_id"] for block in said["blocks"] for element in block.get("elements", ()) if "action_id" in element
    ] == ["open_intake"]


async def test_help_is_answered_at_once(slack, api, kept):
    status, said = await slack.command("help")
    assert status == 200
    assert "/vpn-help" in said["text"]
    assert (api.said("views.open"), kept.events) == ([], [])


async def test_other_words_are_kept(slack, kept):
    assert await slack.command("forget me") == (200, "")
    (event,) = kept.events
    assert isinstance(event, WordGiven)
    assert (event.word, event.user, event.channel) == ("forget me", "U1", "C1")
    assert event.response_url == "https://hooks.slack.com/commands/T1/1/x"


# -- events


async def test_event_is_kept_before_it_is_acknowledged(slack, kept):
    status, _ = await slack.event(type="message", channel="D1", channel_type="im", user="U1", ts=TS, text="hello")
    assert status == 200
    assert [type(event) for event in kept.events] == [MessagePosted]


async def test_event_that_cannot_be_kept_is_not_acknowledged(slack, kept):
    kept.broken = OutsideError("disk-full")
    status, _ = await slack.event(type="message", channel="D1", channel_type="im", user="U1", ts=TS, text="hello")
    assert status == 500


@pytest.mark.parametrize(
    "event",
    [
        {"type": "member_joined_channel", "user": "U0BOT", "channel": "C1"},
        {"type": "message", "subtype": "channel_topic", "user": "U1", "channel": "C1", "ts": TS},
        {"type": "message", "bot_id": "B2", "subtype": "bot_message", "channel": "C1", "ts": TS},
        {"type": "something_new"},
    ],
)
async def test_every_event_is_acknowledged_even_if_it_is_none_of_ours(slack, kept, event):
    assert (await slack.event(**event))[0] == 200
    assert kept.events == []


async def test_home_tab_is_published(slack, api):
    await slack.event(type="app_home_opened", user="U1", tab="home", event_ts=TS)
    (published,) = api.said("views.publish")
    assert published["user_id"] == "U1"


async def test_home_tab_that_fails_is_not_brought_again(slack, api):
    api.answers["views.publish"] = {"error": "internal_error"}
    assert (await slack.event(type="app_home_opened", user="U1", tab="home", event_ts=TS))[0] == 200


# -- shortcuts


async def test_global_shortcut_opens_the_modal_and_falls_back_to_the_direct_message(slack, api):
    await slack.interaction(type="shortcut", callback_id="vpn_help_global", action_ts=TS)
    assert len(api.said("views.open")) == 1
    api.answers |= {"views.open": {"error": "expired_trigger_id"}, "conversations.open": {"channel": {"id": "D1"}}}
    await slack.interaction(type="shortcut", callback_id="vpn_help_global", action_ts=TS)
    assert [said["channel"] for said in api.said("chat.postMessage")] == ["D1"]


async def test_message_shortcut_is_a_mention(slack, kept):
    message = {"type": "message", "user": "U2", "ts": TS, "text": "my log", "files": [{"id": "F1", "name": "a.log"}]}
    await slack.interaction(
        type="message_action", callback_id="vpn_help_message", action_ts="1.5", channel={"id": "C1"}, message=message
    )
    (event,) = kept.events
    assert (event.user, event.mentions_bot, event.files[0].id) == ("U1", True, "F1")


# -- buttons


async def press(slack, action, **fields):
    return await slack.interaction(
        type="block_actions", channel={"id": "D1"}, message={"ts": TS}, actions=[button(action)],
        response_url=fields.pop("response_url", ""), **fields,
    )  # fmt: skip


async def test_button_is_kept(slack, kept):
    assert await press(slack, "works_now") == (200, "")
    (event,) = kept.events
    assert isinstance(event, ActionTaken)
    assert event.case == "c1"


async def test_link_button_is_acknowledged(slack, kept):
    actions = [{"action_id": "docs", "url": "https://example.com", "action_ts": TS}]
    assert await slack.interaction(type="block_actions", channel={"id": "D1"}, message={"ts": TS}, actions=actions) == (200, "")
    assert kept.events == []


async def test_start_button_opens_the_modal(slack, api, kept):
    await press(slack, "open_intake")
    assert len(api.said("views.open")) == 1
    assert kept.events == []


async def test_stranger_gets_no_modal(slack, api):
    url = f"{api.origin}/api/hook"
    assert await press(slack, "open_intake", user={"id": "U9", "team_id": "T9"}, response_url=url) == (200, "")
    assert api.said("views.open") == []
    assert "Guests" in api.said("hook")[0]["text"]


async def test_button_that_fails_says_a_reference_that_the_log_has(slack, api, kept, caplog):
    kept.broken = RuntimeError("secret detail")
    assert await press(slack, "works_now", response_url=f"{api.origin}/api/hook") == (200, "")
    (said,) = api.said("hook")
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    name = record.getMessage().split("reference ")[1][:8]
    assert name in said["text"]
    assert "secret detail" not in json.dumps(said)


# -- modals


def view(callback, values, metadata):
    states = {block: {block: {"type": "plain_text_input", "value": value}} for block, value in values.items()}
    return {
        "id": "V1",
        "type": "modal",
        "hash": "1764000000.abc",
        "callback_id": callback,
        "private_metadata": json.dumps({"v": 1, **metadata}),
        "state": {"values": states},
        "blocks": [{"type": "input", "block_id": block} for block in values],
    }


async def test_intake_is_kept_before_the_modal_closes(slack, kept):
    sent = view("intake", {"text": "809"}, {"channel": "C1"})
    assert await slack.interaction(type="view_submission", view=sent) == (200, "")
    (event,) = kept.events
    assert isinstance(event, IntakeSubmitted)
    assert (event.text, event.channel) == ("809", "C1")


async def test_intake_that_cannot_be_kept_stays_open_with_what_was_typed(slack, kept):
    kept.broken = OutsideError("disk-full")
    status, said = await slack.interaction(type="view_submission", view=view("intake", {"text": "809"}, {}))
    assert (status, said["response_action"], list(said["errors"])) == (200, "errors", ["text"])


async def test_closed_modal_is_acknowledged(slack, kept):
    assert (await slack.interaction(type="view_closed", view=view("intake", {}, {})))[0] == 200
    assert kept.events == []


async def reply(slack, text, metadata):
    sent = view("reply", {"text": text}, metadata)
    sent["state"]["values"] = {"reply": {"text": {"type": "plain_text_input", "value": text}}}
    return await slack.interaction(type="view_submission", view=sent)


async def test_reply_is_previewed_and_then_sent(slack, kept):
    status, first = await reply(slack, "Please restart it.", {"case": "c1"})
    assert (status, first["response_action"]) == (200, "update")
    assert "Please restart it." in json.dumps(first["view"]["blocks"])
    assert kept.events == []
    metadata = json.loads(first["view"]["private_metadata"])
    assert await reply(slack, "Please restart it.", metadata) == (200, "")
    (event,) = kept.events
    assert isinstance(event, ReplySubmitted)
    assert (event.case, event.text) == ("c1", "Please restart it.")


async def test_reply_that_was_changed_after_the_preview_is_previewed_again(slack, kept):
    _, first = await reply(slack, "Please restart it.", {"case": "c1"})
    metadata = json.loads(first["view"]["private_metadata"])
    _, second = await reply(slack, "Please restart the router.", metadata)
    assert second["response_action"] == "update"
    assert kept.events == []


async def test_empty_reply_is_an_error_at_its_field(slack, kept):
    _, said = await reply(slack, "   ", {"case": "c1"})
    assert list(said["errors"]) == ["reply"]
    assert kept.events == []


async def test_reply_to_a_case_that_is_gone_says_so(slack):
    _, said = await reply(slack, "hello", {"case": "c9"})
    assert "deleted" in next(iter(said["errors"].values()))


async def test_reply_form_opens_only_for_who_may(slack, api, kept):
    await press(slack, "open_reply")
    (opened,) = api.said("views.open")
    assert '"callback_id": "reply"' in json.dumps(opened["view"]) or '"callback_id":"reply"' in opened["view"]

    async def nobody(action):
        raise UserError("responders-only")

    object.__setattr__(slack.door, "allow", nobody)
    await press(slack, "open_reply", response_url=f"{api.origin}/api/hook")
    assert len(api.said("views.open")) == 1
    assert "engineers" in api.said("hook")[0]["text"]


# -- whose request it is


BODY = b"command=%2Fvpn-help&user_id=U1&text=my+password+is+hunter2"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Request-Timestamp": "9" * 5000, "X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Request-Timestamp": "-1", "X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Request-Timestamp": "1764000000", "X-Slack-Signature": "v0=ü"},
        {"X-Slack-Request-Timestamp": "1764000000", "X-Slack-Signature": "v0=" + "0" * 64},
    ],
)
async def test_request_that_is_not_slacks_is_refused_and_its_body_is_not_logged(slack, kept, caplog, headers):
    caplog.set_level(logging.INFO)
    status, body = await slack.post(BODY, headers=headers)
    assert (status, body) == (401, "")
    assert kept.events == []
    assert "hunter2" not in caplog.text
    assert "refused a request" in caplog.text


async def test_old_and_wrongly_keyed_signatures_are_refused(slack, sign):
    assert (await slack.post(BODY, headers=sign(BODY, at=time.time() - 400)))[0] == 401
    assert (await slack.post(BODY, headers=sign(BODY, secret="another")))[0] == 401
    assert (await slack.post(BODY + b"x", headers=sign(BODY)))[0] == 401


@pytest.mark.parametrize("body", [b"{", b"[1]", b"payload=%7B", b"payload=[]"])
async def test_unreadable_requests_are_refused_whoever_sends_them(slack, sign, body):
    assert (await slack.post(body, headers={}, content_type="application/json"))[0] == 401
    assert (await slack.post(body, content_type="application/json"))[0] == 400


async def test_bytes_that_are_no_text_are_nobody_slack_knows(slack, sign):
    assert (await slack.post(b"\xff\xfe", headers=sign(b"\xff\xfe")))[0] == 401


async def test_signed_nonsense_is_an_error_without_a_trace(slack):
    status, said = await slack.interaction(type="view_submission", view={"id": "V1", "callback_id": "intake"})
    assert status == 500
    assert "Traceback" not in str(said)


async def test_url_check_is_answered(slack):
    body = json.dumps({"type": "url_verification", "challenge": "abc"})
    assert await slack.post(body, content_type="application/json") == (200, {"challenge": "abc"})
