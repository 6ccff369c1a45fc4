import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.blockkit import Surface, check_blocks, check_message, check_view


def plain(text):
    return {"type": "plain_text", "text": text}


def mrkdwn(text):
    return {"type": "mrkdwn", "text": text}


def section(text="x", **more):
    return {"type": "section", "text": mrkdwn(text), **more}


def button(number=0, **more):
    return {"type": "button", "action_id": f"a{number}", "text": plain("Go"), **more}


def option(number=0):
    return {"text": plain(f"Choice {number}"), "value": f"v{number}"}


def modal(*blocks, **more):
    return {"type": "modal", "title": plain("VPN Help"), "blocks": list(blocks), **more}


def text_input(**more):
    return {"type": "input", "label": plain("What happens?"), "element": {"type": "plain_text_input", "action_id": "t", **more}}


GOOD = [
    [section("x" * 3000)],
    [{"type": "section", "fields": [mrkdwn("x" * 2000)] * 10}],
    [{"type": "header", "text": plain("x" * 150), "level": 2}],
    [{"type": "context", "elements": [mrkdwn("x")] * 10}],
    [{"type": "actions", "elements": [button(n) for n in range(25)]}],
    [{"type": "divider"}] * 50,
    [{"type": "image", "alt_text": "a tunnel", "slack_file": {"id": "F1"}}],
    [{"type": "markdown", "text": "x" * 12_000}],
    [section(accessory={"type": "static_select", "action_id": "s", "options": [option(n) for n in range(100)]})],
    [section(accessory={"type": "overflow", "action_id": "o", "options": [option(n) for n in range(5)]})],
    [section(accessory={"type": "radio_buttons", "action_id": "r", "options": [option()], "initial_option": option()})],
    [
        section(
            accessory=button(
                confirm={"title": plain("x" * 100), "text": mrkdwn("x" * 300), "confirm": plain("Yes"), "deny": plain("No")}
            )
        )
    ],
    [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}] * 20] * 100}],
    [
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "<!channel>", "style": {"code": True}}]},
                {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a ``` b"}]},
                {"type": "rich_text_list", "style": "bullet", "elements": [{"type": "rich_text_section", "elements": []}]},
            ],
        }
    ],
]

BAD = [
    ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ([section("x" * 3001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ([{"type": "section"}], "must define either `text` or `fields` [json-pointer:/blocks/0]"),
    ([{"type": "section", "text": "bare"}], "must provide an object [json-pointer:/blocks/0/text]"),
    (
        [{"type": "section", "fields": [mrkdwn("x" * 2001)]}],
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    ([{"type": "section", "fields": [mrkdwn("x")] * 11}], "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
    ([{"type": "header", "text": mrkdwn("x")}], "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
    ([{"type": "header", "text": plain("x" * 151)}], "must be less than 151 characters [json-pointer:/blocks/0/text/text]"),
    ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ([{"type": "divider", "colour": "red"}], "invalid additional property: colour [json-pointer:/blocks/0]"),
    ([{"type": "marquee"}], "unsupported type: marquee [json-pointer:/blocks/0/type]"),
    ([{"type": "alert", "text": plain("x")}], "unsupported type: alert [json-pointer:/blocks/0/type]"),
    ([{"type": "actions", "elements": []}], "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
    (
        [{"type": "actions", "elements": [button(n) for n in range(26)]}],
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        [{"type": "actions", "elements": [button(), button()]}],
        "action_id already exists in this block: a0 [json-pointer:/blocks/0]",
    ),
    ([section(block_id="b"), section(block_id="b")], "block_id already exists: b [json-pointer:/blocks/1/block_id]"),
    ([section(block_id="b" * 256)], "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
    (
        [section(accessory=button(style="blue"))],
        "must be a valid enum value: primary, danger [json-pointer:/blocks/0/accessory/style]",
    ),
    ([section(accessory=button(value="x" * 2001))], "must be less than 2001 characters [json-pointer:/blocks/0/accessory/value]"),
    (
        [section(accessory=button(text=plain("x" * 76)))],
        "must be less than 76 characters [json-pointer:/blocks/0/accessory/text/text]",
    ),
    ([section(accessory=button(url="javascript:alert(1)"))], "must be a valid URL [json-pointer:/blocks/0/accessory/url]"),
    (
        [section(accessory={"type": "static_select", "action_id": "s", "options": [option(n) for n in range(101)]})],
        "no more than 100 items allowed [json-pointer:/blocks/0/accessory/options]",
    ),
    (
        [section(accessory={"type": "static_select", "action_id": "s"})],
        "must define exactly one of: options, option_groups [json-pointer:/blocks/0/accessory]",
    ),
    (
        [section(accessory={"type": "radio_buttons", "action_id": "r", "options": [option(1)], "initial_option": option(2)})],
        "initial_option must match one of the options [json-pointer:/blocks/0/accessory]",
    ),
    (
        [section(accessory={"type": "checkboxes", "action_id": "c", "options": [option(n) for n in range(11)]})],
        "no more than 10 items allowed [json-pointer:/blocks/0/accessory/options]",
    ),
    (
        [section(accessory={"type": "plain_text_input", "action_id": "t"})],
        "unsupported type: plain_text_input [json-pointer:/blocks/0/accessory/type]",
    ),
    ([{"type": "image", "alt_text": "x"}], "must define exactly one of: image_url, slack_file [json-pointer:/blocks/0]"),
    (
        [{"type": "markdown", "text": "x" * 7000}] * 2,
        "all markdown blocks together must be less than 12001 characters [json-pointer:/blocks/1]",
    ),
    (
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}] * 2,
        "only one table is allowed in a message [json-pointer:/blocks/1]",
    ),
    (
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "a" * 5001}] * 2]}],
        "table cells together must be less than 10001 characters [json-pointer:/blocks/0]",
    ),
    (
        [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}]}],
        "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]",
    ),
    (
        [{"type": "input", "label": plain("Log"), "element": {"type": "file_input", "action_id": "f"}}],
        "unsupported type: file_input [json-pointer:/blocks/0/element/type]",
    ),
    ([7], "must provide an object [json-pointer:/blocks/0]"),
]


@pytest.mark.parametrize("blocks", GOOD)
def test_blocks_within_the_limits_are_taken(blocks):
    assert check_blocks(blocks) == []


@pytest.mark.parametrize(("blocks", "fault"), BAD)
def test_blocks_beyond_a_limit_are_refused_with_the_place(blocks, fault):
    assert check_blocks(blocks) == [fault]


def test_blocks_that_are_no_list_are_refused():
    assert check_blocks({"type": "divider"}) == ["must provide an array [json-pointer:/blocks]"]


def test_a_message_needs_text_beside_its_blocks():
    assert check_message("", [{"type": "divider"}]) == ["missing_text_in_message [json-pointer:/text]"]


def test_a_message_must_stay_short_enough_to_be_edited():
    assert check_message("x" * 4000, []) == []
    assert check_message("x" * 4001, []) == ["must be less than 4001 characters [json-pointer:/text]"]


def test_a_modal_with_an_input_needs_a_submit_button():
    assert check_view(modal(text_input())) == ["missing required field: submit [json-pointer:/view]"]
    assert check_view(modal(text_input(), submit=plain("Send"))) == []


VIEW_FAULTS = [
    (modal(section(), title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
    (modal(), "no fewer than 1 items allowed [json-pointer:/view/blocks]"),
    (modal(*[{"type": "divider"}] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
    (modal(section(), private_metadata="x" * 3001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
    (modal(section(), callback_id="x" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
    (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown [json-pointer:/view/blocks/0/type]"),
    (
        modal(text_input(max_length=3001), submit=plain("Send")),
        "must be between 1 and 3000 [json-pointer:/view/blocks/0/element/max_length]",
    ),
    (
        modal(
            {"type": "input", "label": plain("Log"), "element": {"type": "file_input", "action_id": "f", "max_files": 11}},
            submit=plain("Send"),
        ),
        "must be between 1 and 10 [json-pointer:/view/blocks/0/element/max_files]",
    ),
    (
        modal(
            {
                "type": "input",
                "dispatch_action": True,
                "label": plain("Log"),
                "element": {"type": "file_input", "action_id": "f"},
            },
            submit=plain("Send"),
        ),
        "dispatch_action is not allowed with file_input [json-pointer:/view/blocks/0]",
    ),
    (
        {"type": "home", "blocks": [section()], "submit": plain("Send")},
        "invalid additional property: submit [json-pointer:/view]",
    ),
    ({"type": "sheet", "blocks": [section()]}, "unsupported type: sheet [json-pointer:/view/type]"),
]


@pytest.mark.parametrize(("view", "fault"), VIEW_FAULTS)
def test_a_view_beyond_a_limit_is_refused_with_the_place(view, fault):
    assert check_view(view) == [fault]


def test_an_alert_belongs_in_a_modal_only():
    alert = {"type": "alert", "text": plain("Careful"), "level": "warning"}
    assert check_view(modal(alert)) == []
    assert check_blocks([alert], Surface.HOME) != []


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["section", "actions", "button", "input", "rich_text"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "blocks", "element", "block_id", "options"]) | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_any_json_is_judged_without_an_exception(node):
    assert isinstance(check_blocks([node]), list)
    assert isinstance(check_view(node) if isinstance(node, dict) else [], list)
