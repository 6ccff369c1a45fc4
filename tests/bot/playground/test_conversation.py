"""Whole turns of talk between people and an unchanged slack-bolt app, over both ways in which Slack delivers."""

import pytest

from bot.playground.kit import ActRefusedError

MODAL = {
    "type": "modal",
    "callback_id": "intake",
    "title": {"type": "plain_text", "text": "VPN Help"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "symptom",
            "label": {"type": "plain_text", "text": "What happens?"},
            "element": {"type": "plain_text_input", "action_id": "text", "max_length": 20},
        },
        {
            "type": "input",
            "block_id": "platform",
            "optional": True,
            "label": {"type": "plain_text", "text": "System"},
            "element": {
                "type": "static_select",
                "action_id": "choice",
                "options": [{"text": {"type": "plain_text", "text": "Windows 11"}, "value": "windows"}],
            },
        },
        {
            "type": "input",
            "block_id": "log",
            "optional": True,
            "label": {"type": "plain_text", "text": "Log"},
            "element": {"type": "file_input", "action_id": "files", "max_files": 2},
        },
    ],
}


def button(text, action_id="go", **more):
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": text}, **more}


async def test_a_command_opens_a_modal_whose_submission_reaches_the_bot(slack, bot):
    submitted = []

    @bot.app.command("/vpn-help")
    async def command(ack, body, client):
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        await ack()

    @bot.app.view("intake")
    async def intake(ack, body):
        submitted.append(body["view"]["state"]["values"])
        await ack()

    mira = slack.as_person("mira")
    await mira.command("/vpn-help it fails")
    modal = await mira.modal(title="VPN Help")
    await modal.submit({"What happens?": "Error 809", "System": "Windows 11", "files": ("charon.log", b"no IKE config found")})

    values = submitted[0]
    assert values["symptom"]["text"] == {"type": "plain_text_input", "value": "Error 809"}
    assert values["platform"]["choice"]["selected_option"]["value"] == "windows"
    assert [file["name"] for file in values["log"]["files"]["files"]] == ["charon.log"]
    assert (await slack.world())["modals"] == {}
    info = await bot.client.files_info(file=values["log"]["files"]["files"][0]["id"])
    assert info["file"]["size"] == 19


async def test_a_modal_is_held_back_by_the_client_and_by_the_bot(slack, bot):
    @bot.app.command("/vpn-help")
    async def command(ack, body, client):
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        await ack()

    @bot.app.view("intake")
    async def intake(ack):
        await ack(response_action="errors", errors={"symptom": "Say a little more."})

    mira = slack.as_person("mira")
    await mira.command("/vpn-help")
    modal = await mira.modal()
    with pytest.raises(ActRefusedError) as empty:
        await modal.submit()
    with pytest.raises(ActRefusedError) as long:
        await modal.submit({"What happens?": "x" * 21})
    with pytest.raises(ActRefusedError) as faulty:
        await modal.submit({"What happens?": "bad"})

    assert (empty.value.code, empty.value.errors) == ("client_errors", {"symptom": "required"})
    assert long.value.errors == {"symptom": "too_long"}
    assert (faulty.value.code, faulty.value.errors) == ("app_errors", {"symptom": "Say a little more."})
    assert (await mira.modal()).title == "VPN Help"


async def test_a_submission_can_replace_cover_and_clear_modals(slack, bot):
    answers = iter(
        [
            {"response_action": "update", "view": {**MODAL, "title": {"type": "plain_text", "text": "Second"}}},
            {"response_action": "push", "view": {**MODAL, "title": {"type": "plain_text", "text": "Third"}}},
            {"response_action": "clear"},
        ]
    )

    @bot.app.command("/vpn-help")
    async def command(ack, body, client):
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        await ack()

    @bot.app.view("intake")
    async def intake(ack):
        await ack(**next(answers))

    mira = slack.as_person("mira")
    await mira.command("/vpn-help")
    seen = []
    for _ in range(3):
        await (await mira.modal()).submit({"symptom": "x"})
        stack = (await slack.world())["modals"].values()
        seen.append([[view["title"]["text"] for view in one] for one in stack])

    assert seen == [[["Second"]], [["Second", "Third"]], []]


async def test_a_button_in_a_message_is_pressed_and_the_message_is_edited(slack, bot):
    pressed = []

    @bot.app.action("go")
    async def go(ack, body, client):
        pressed.append(body)
        await ack()
        message = body["container"]
        await client.chat_update(channel=message["channel_id"], ts=message["message_ts"], text="Done", blocks=[])

    said = await bot.client.chat_postMessage(
        channel=(await slack.world())["people"][0]["id"],
        text="Ready?",
        blocks=[{"type": "actions", "elements": [button("Go", value="case-7")]}],
    )
    await slack.as_person("mira").press("Go")

    message = await slack.wait_for_message("@mira", contains="Done")
    assert message["ts"] == said["ts"]
    assert "blocks" not in message
    assert pressed[0]["actions"][0]["value"] == "case-7"
    assert pressed[0]["message"]["ts"] == said["ts"]


async def test_an_ephemeral_answer_is_replaced_through_its_response_url(slack, bot):
    @bot.app.command("/vpn-help")
    async def command(ack):
        await ack(text="Shall I?", blocks=[{"type": "actions", "elements": [button("Go")]}])

    @bot.app.action("go")
    async def go(ack, body, respond):
        assert "message" not in body
        await ack()
        await respond(text="Gone ahead.", replace_original=True)

    mira = slack.as_person("mira")
    await mira.command("/vpn-help")
    await slack.wait_for_whisper("mira", contains="Shall I?")
    await mira.press("Go", channel="general")
    await slack.wait_for_whisper("mira", contains="Gone ahead.")

    whispers = (await slack.world())["whispers"]
    assert [one["text"] for one in whispers] == ["Gone ahead."]


async def test_an_upload_in_a_channel_comes_as_a_message_and_as_a_shared_file(slack, bot):
    await slack.as_person("mira").upload("vpn.log", b"line", "it-help", text="see <this> & that, @vpn-help")
    await slack.wait_until_quiet()

    (message,) = bot.events("message")
    assert message["subtype"] == "file_share"
    assert message["text"] == "see &lt;this&gt; &amp; that, <@U0VPNHELP0>"
    assert [file["name"] for file in message["files"]] == ["vpn.log"]
    assert [event["file_id"] for event in bot.events("file_shared")] == [message["files"][0]["id"]]
    assert len(bot.events("app_mention")) == 1
    assert len({body["event_id"] for body in bot.heard}) == 3


async def test_a_burst_arrives_whole_and_over_http_in_its_order(slack, bot):
    joao = slack.as_person("joao")
    for number in range(6):
        await joao.post(f"message {number}")
    await slack.wait_until_quiet()

    heard = [event["text"] for event in bot.events("message")]
    # over a socket slack-bolt runs each envelope in a task of its own, and they may overtake one another
    over_http = (await slack.world())["delivery"] == "http"
    assert (heard if over_http else sorted(heard)) == [f"message {number}" for number in range(6)]


async def test_edits_and_deletions_are_told(slack, bot):
    mira = slack.as_person("mira")
    first = await mira.post("helo", "it-help")
    await slack.wait_until_quiet()
    await mira.edit("it-help", first, "hello")
    await slack.wait_until_quiet()
    await mira.delete("it-help", first)
    await slack.wait_until_quiet()

    events = bot.events("message")
    assert [event.get("subtype") for event in events] == [None, "message_changed", "message_deleted"]
    assert events[1]["message"]["text"] == "hello"
    assert events[1]["previous_message"]["text"] == "helo"
    assert events[2]["deleted_ts"] == first


async def test_what_the_bot_may_not_see_is_not_told(slack, bot):
    await slack.as_person("mira").post("not for the bot", "general")
    await slack.as_person("ana").post("seen", "vpn-desk")
    await slack.wait_until_quiet()

    assert [event["text"] for event in bot.events("message")] == ["seen"]


async def test_opening_the_home_tab_brings_what_the_bot_publishes(slack, bot):
    @bot.app.event("app_home_opened")
    async def opened(event, client):
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "Your cases"}}]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    home = await slack.as_person("mira").home()

    assert home["blocks"][0]["text"]["text"] == "Your cases"


async def test_a_shortcut_on_a_message_carries_the_message(slack, bot):
    heard = []

    @bot.app.shortcut("vpn_help_message")
    async def shortcut(ack, body):
        heard.append(body)
        await ack()

    ts = await slack.as_person("joao").post("it does not connect", "it-help")
    await slack.as_person("mira").shortcut("vpn_help_message", channel="it-help", ts=ts)

    assert heard[0]["message"]["text"] == "it does not connect"
    assert heard[0]["user"]["name"] == "mira"


async def test_closing_a_modal_is_told_when_the_bot_asked_for_it(slack, bot):
    closed = []

    @bot.app.command("/vpn-help")
    async def command(ack, body, client):
        await client.views_open(trigger_id=body["trigger_id"], view={**MODAL, "notify_on_close": True})
        await ack()

    @bot.app.view_closed("intake")
    async def intake(ack, body):
        closed.append(body["is_cleared"])
        await ack()

    mira = slack.as_person("mira")
    await mira.command("/vpn-help")
    await (await mira.modal()).close()
    await mira.command("/vpn-help")
    await (await mira.modal()).close(everything=True)

    assert closed == [False, True]


async def test_a_silent_command_is_told_to_the_person(slack, small_bot):
    with pytest.raises(ActRefusedError) as caught:
        await slack.as_person("joao").command("/vpn-help")

    assert caught.value.code == "dispatch_failed"
    whisper = await slack.wait_for_whisper("joao")
    assert whisper["text"].startswith("/vpn-help falhou: não foi possível falar com o app")


async def test_commands_are_refused_in_threads_and_when_unknown(slack):
    mira = slack.as_person("mira")
    ts = await mira.post("a thread", "it-help")
    with pytest.raises(ActRefusedError, match="command_in_thread"):
        await mira.act("command", channel="it-help", text="/vpn-help", thread_ts=ts)
    with pytest.raises(ActRefusedError, match="unknown_command"):
        await mira.command("/vpnhelp")


async def test_an_entry_of_a_menu_is_chosen_by_its_words(slack, bot):
    chosen = []

    @bot.app.action("cause")
    async def cause(ack, body):
        chosen.append(body["actions"][0]["selected_option"]["value"])
        await ack()

    options = [{"text": {"type": "plain_text", "text": "Wrong key"}, "value": "psk"}]
    menus = [{"type": "static_select", "action_id": "cause", "options": options}]
    blocks = [{"type": "actions", "elements": menus}, {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}]
    blocks[1]["accessory"] = {"type": "overflow", "action_id": "cause", "options": [{**options[0], "value": "more"}]}
    await bot.client.chat_postMessage(channel="C0VPNDESK0", text="Case", blocks=blocks)
    ana = slack.as_person("ana")
    await ana.press("Wrong key", channel="vpn-desk")
    await ana.press("cause", channel="vpn-desk", value="psk")

    assert chosen == ["psk", "psk"]
