"""Payloads as Slack sends them, cut to what matters, and the values that come of them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import (
    Action,
    ChannelKind,
    FileDeleted,
    FileShared,
    MessageChanged,
    MessageDeleted,
    MessagePosted,
    MessageRef,
    UploadedFile,
    Workspace,
)
from bot.slack import modals, payloads
from bot.slack.payloads import HomeOpened, Me

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ME = Me(user="U0BOT")
TS = "1764000000.000100"
AT = datetime(2025, 11, 24, 16, 0, 0, 100, tzinfo=UTC)


def envelope(event, **outer):
    return {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event, **outer}


def message(**fields):
    return {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "ts": TS, "text": "hello", **fields}


def read(event, **outer):
    return payloads.event(envelope(event, **outer), ME, NOW)


def test_message_becomes_posted_with_its_words_and_files():
    file = {"id": "F1", "name": "charon.log", "size": 12, "mode": "hosted", "url_private_download": "https://files.slack.com/x"}
    assert read(message(subtype="file_share", text="&lt;log&gt;", files=[file], thread_ts="1.1")) == MessagePosted(
        id=f"message:T1:D1:{TS}",
        workspace=Workspace(team="T1"),
        at=AT,
        user="U1",
        ref=MessageRef(channel="D1", ts=TS),
        kind=ChannelKind.DIRECT,
        thread_ts="1.1",
        text="<log>",
        files=(UploadedFile(id="F1", name="charon.log", size=12, url="https://files.slack.com/x"),),
    )


def test_mention_has_one_id_whichever_way_it_comes():
    said = {"channel": "C1", "user": "U1", "ts": TS, "text": "<@U0BOT> triage"}
    as_mention = read({"type": "app_mention", **said})
    as_message = read({"type": "message", "channel_type": "channel", **said}, event_id="Ev2")
    assert as_mention == as_message
    assert as_mention.mentions_bot
    assert as_mention.text == "triage"


def test_text_of_a_rich_text_block_wins_because_it_is_literal():
    elements = [
        {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U0BOT"}, {"type": "text", "text": " look:"}]},
        {
            "type": "rich_text_preformatted",
            "elements": [{"type": "text", "text": "a & b\n"}, {"type": "link", "url": "http://x"}],
        },
    ]
    said = read(message(text="<@U0BOT> look: ```a &amp; b```", blocks=[{"type": "rich_text", "elements": elements}]))
    assert said.text == "look:\na & b\nhttp://x"


@pytest.mark.parametrize(
    "noise",
    [
        message(user="U0BOT"),
        message(bot_id="B1"),
        message(subtype="bot_message", bot_id="B1"),
        message(subtype="channel_join"),
        message(subtype="message_replied"),
        message(user="USLACKBOT"),
        {"type": "message", "channel": "D1"},
        {"type": "reaction_added", "user": "U1"},
        {"type": "app_home_opened", "user": "U1", "tab": "messages"},
        {"type": "file_shared", "file_id": "F1", "channel_id": "C1", "user_id": "U0BOT"},
        {"type": "message", "subtype": "message_changed", "channel": "D1", "message": message(bot_id="B1"), "ts": "2.2"},
    ],
)
def test_what_is_not_meant_for_us_is_dropped(noise):
    assert read(noise) is None


def test_edit_is_changed_and_an_unfolded_link_is_not():
    before = message()
    after = message(text="hello again", edited={"user": "U1", "ts": "1764000009.000000"})
    change = {"type": "message", "subtype": "message_changed", "channel": "D1", "channel_type": "im", "ts": "1764000009.000001"}
    edited = read({**change, "message": after, "previous_message": before})
    assert isinstance(edited, MessageChanged)
    assert (edited.id, edited.text, edited.ref.ts) == (f"changed:T1:D1:{TS}:1764000009.000000", "hello again", TS)
    assert read({**change, "message": message(attachments=[{}]), "previous_message": before}) is None


def test_an_edit_that_adds_a_file_brings_that_file_once():
    first, second = {"id": "F1", "name": "a.log"}, {"id": "F2", "name": "b.log"}
    before = message(files=[first])
    change = {"type": "message", "subtype": "message_changed", "channel": "D1", "channel_type": "im", "ts": "1764000009.000001"}
    marked = message(files=[first, second], edited={"user": "U1", "ts": "1764000009.000000"})
    added = read({**change, "message": marked, "previous_message": before})
    assert isinstance(added, MessagePosted)
    assert ([file.id for file in added.files], added.text, added.ref.ts) == (["F2"], "", TS)
    assert added.id != read(before).id
    unmarked = read({**change, "message": message(files=[first, second]), "previous_message": before})
    assert unmarked.id != read(before).id
    assert read({**change, "message": before, "previous_message": marked}) is None


def test_deletion_and_tombstone_are_one_deletion():
    deleted = read({"type": "message", "subtype": "message_deleted", "channel": "D1", "deleted_ts": TS, "ts": "1764000009.1"})
    tombstone = {"subtype": "tombstone", "user": "USLACKBOT", "ts": TS}
    buried = read({"type": "message", "subtype": "message_changed", "channel": "D1", "message": tombstone, "ts": "1764000009.2"})
    assert isinstance(deleted, MessageDeleted)
    assert isinstance(buried, MessageDeleted)
    assert deleted.id == buried.id == f"deleted:T1:D1:{TS}"


def test_file_events():
    shared = read({"type": "file_shared", "file_id": "F1", "channel_id": "C1", "user_id": "U1", "event_ts": TS})
    deleted = read({"type": "file_deleted", "file_id": "F1", "event_ts": TS}, event_id="Ev3")
    where = Workspace(team="T1")
    assert shared == FileShared(id="event:T1:Ev1", workspace=where, at=AT, user="U1", file_id="F1", channel="C1")
    assert deleted == FileDeleted(id="event:T1:Ev3", workspace=where, at=AT, file_id="F1")


def test_file_of_a_shared_channel_has_no_url_yet():
    stub = {"id": "F1", "mode": "file_access", "file_access": "check_file_info"}
    assert read(message(files=[stub, {"id": "F2", "mode": "tombstone"}])).files == (
        UploadedFile(id="F1", name="F1", mode="file_access"),
    )


def test_home_tab():
    opened = read({"type": "app_home_opened", "user": "U1", "tab": "home", "event_ts": TS})
    assert isinstance(opened, HomeOpened)
    assert opened.user == "U1"


@pytest.mark.parametrize(
    ("said_of_the_person", "stranger"),
    [
        ({"user_team": "T2"}, True),
        ({"user_team": "T1"}, False),
        ({"team": "T1"}, False),
        ({}, True),
        ({"user_team": "E1"}, False),
    ],
)
def test_stranger_in_a_shared_channel(said_of_the_person, stranger):
    ours = [{"team_id": "T1", "enterprise_id": "E1"}]
    said = read(
        message(channel="C1", channel_type="channel", **said_of_the_person), is_ext_shared_channel=True, authorizations=ours
    )
    assert said.stranger is stranger
    assert said.workspace == Workspace(team="T1", enterprise="E1")


def press(**fields):
    return {
        "type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"}, "trigger_id": "1.2.a",
        "channel": {"id": "D1"}, "message": {"ts": TS}, "response_url": "https://hooks.slack.com/x", **fields,
    }  # fmt: skip


def test_button_becomes_an_action_with_what_it_carries():
    button = {"action_id": "answer:2", "value": '{"v":1,"case":"c1","arg":"prompt=before"}', "action_ts": TS}
    found = payloads.press(press(actions=[button]), NOW)
    taken = found.event
    assert (taken.action, taken.case, taken.argument) == (Action.ANSWER, "c1", "prompt=before")
    assert taken.id == f"action:T1:{TS}:U1:answer:2:{TS}"
    assert taken.ref == MessageRef(channel="D1", ts=TS)
    assert (found.trigger_id, found.response_url) == ("1.2.a", "https://hooks.slack.com/x")


def test_menu_carries_its_option():
    chosen = {"action_id": "answer", "selected_option": {"value": '{"v":1,"case":"c1","arg":"q=a"}'}, "action_ts": TS}
    assert payloads.press(press(actions=[chosen]), NOW).event.argument == "q=a"
    entry = {"action_id": "more", "selected_option": {"value": '{"v":1,"do":"claim","case":"c1"}'}, "action_ts": TS}
    assert payloads.press(press(actions=[entry]), NOW).event.action is Action.CLAIM


@pytest.mark.parametrize("actions", [[], [{"action_id": "docs_link", "action_ts": TS}], "nonsense"])
def test_buttons_of_others_are_no_action(actions):
    assert payloads.press(press(actions=actions), NOW) is None


def test_message_shortcut_is_a_mention_by_who_chose_it():
    body = press(type="message_action", action_ts=TS, channel={"id": "C1"}, message={"ts": "1.1", "user": "U2", "text": "log"})
    found = payloads.shortcut(body, ME, NOW).message
    assert (found.user, found.text, found.mentions_bot, found.ref.ts) == ("U1", "log", True, "1.1")
    assert payloads.shortcut(press(type="shortcut"), ME, NOW).message is None


def view(values, **fields):
    return {
        "type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1"},
        "view": {"id": "V1", "hash": "1764000000.abc", "callback_id": "intake", "state": {"values": values}, **fields},
    }  # fmt: skip


def test_intake_with_every_kind_of_field():
    values = {
        "text": {"text": {"type": "plain_text_input", "value": " it stops "}},
        "platform": {"platform": {"type": "static_select", "selected_option": {"value": "windows"}}},
        "error": {"error": {"type": "plain_text_input", "value": None}},
        "answer-came-up": {"answer:came-up": {"type": "static_select", "selected_option": {"value": "no"}}},
        "files": {"files": {"type": "file_input", "files": [{"id": "F1", "name": "a.log"}]}},
    }
    metadata = modals.Metadata(channel="C1", response_url="https://hooks.slack.com/x").written()
    sent = modals.intake(modals.submission(view(values, private_metadata=metadata), NOW))
    assert sent.id == "view:T1:V1:1764000000.abc"
    assert (sent.text, sent.platform, sent.error, dict(sent.answers)) == ("it stops", "windows", None, {"came-up": "no"})
    assert [file.id for file in sent.files] == ["F1"]
    assert (sent.channel, sent.response_url) == ("C1", "https://hooks.slack.com/x")


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("", ""),
        ("Help", "help"),
        ("ajuda", "help"),
        ("status", "status"),
        ("forget  me!", "forget me"),
        ("esqueça-me", "forget me"),
        ("privacidade", "privacy"),
        ("help me please, 809", ""),
    ],
)
def test_words_of_the_command(typed, word):
    assert modals.command({"user_id": "U1", "team_id": "T1", "text": typed}, NOW).word == word


def test_text_of_the_command_is_what_was_meant():
    body = {"user_id": "U1", "text": "“809”\u00a0at <http://vpn.example.com|vpn.example.com> &amp; \u202ehome"}
    assert modals.command(body, NOW).text == '"809" at vpn.example.com & home'


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["type", "event", "subtype", "channel", "user", "ts", "files", "message", "view", "state", "values", "actions", "id",
         "value", "team", "authorizations", "blocks", "elements", "text", "private_metadata", "hash", "user_id", "action_id"]
    ) | st.text(max_size=5), inner, max_size=6),
    max_leaves=25,
)  # fmt: skip


@given(st.dictionaries(st.text(max_size=6), json_values) | json_values.filter(lambda value: isinstance(value, dict)))
def test_no_payload_raises(body):
    for kind in ("message", "app_mention", "file_shared", "file_deleted", "app_home_opened"):
        inner = body.get("event") if isinstance(body.get("event"), dict) else {}
        payloads.event({**body, "event": {**inner, "type": kind}}, ME, NOW)
    payloads.press(body, NOW)
    payloads.shortcut(body, ME, NOW)
    modals.submission(body, NOW)
    modals.command(body, NOW)
    payloads.profile(body)
