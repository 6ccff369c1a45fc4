"""Interactive elements: what people press, choose and type into.

{"type": "button", "action_id": "claim", "text": {"type": "plain_text", "text": "Claim"}, "value": "case-7"}
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.playground.blockkit.checks import (
    Check,
    Report,
    all_of,
    exactly_one,
    flag,
    items,
    kinds,
    number,
    shape,
    string,
    url,
    whole,
    word,
)
from bot.playground.blockkit.objects import (
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH,
    MARKED_OPTION,
    OPTION,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    SLACK_FILE,
    initial_is_offered,
    plain,
)
from bot.playground.blockkit.richtext import RICH_TEXT

_BASE: dict[str, Check] = {"action_id": string(255)}
_FOCUS: dict[str, Check] = {**_BASE, "focus_on_load": flag}
_SELECT: dict[str, Check] = {**_FOCUS, "placeholder": plain(150), "confirm": CONFIRM}
_MULTI: dict[str, Check] = {**_SELECT, "max_selected_items": whole(1, 10_000)}
_TYPED: dict[str, Check] = {**_FOCUS, "placeholder": plain(150), "dispatch_action_config": DISPATCH}

_OFFERED: dict[str, Check] = {"options": items(OPTION, 100), "option_groups": items(OPTION_GROUP, 100)}
_STATIC_RULES = all_of(exactly_one("options", "option_groups"), initial_is_offered)


def _lengths_agree(value: object, path: str, report: Report) -> None:
    if isinstance(value, Mapping):
        least, most = value.get("min_length"), value.get("max_length")
        if isinstance(least, int) and isinstance(most, int) and least > most:
            report.add(path, "min_length must not be greater than max_length")


def _lines_agree(value: object, path: str, report: Report) -> None:
    if isinstance(value, Mapping):
        least, most = value.get("min_lines"), value.get("max_lines")
        if isinstance(least, int) and isinstance(most, int) and least > most:
            report.add(path, "min_lines must not be greater than max_lines")


BUTTON = shape(
    {"text": plain(75)},
    {
        **_BASE,
        "url": url,
        "value": string(2000, 0),
        "style": word("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
        "agent_prompt": string(4000),
        "visible_to_user_ids": items(string(255), 1000),
    },
)

_FEEDBACK_BUTTON = shape({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})

_IMAGE = shape(
    {"alt_text": string(2000)}, {"image_url": url, "slack_file": SLACK_FILE}, also=exactly_one("image_url", "slack_file")
)

ELEMENTS: dict[str, Check] = {
    "button": BUTTON,
    "workflow_button": shape(
        {
            "text": plain(75),
            "workflow": shape({"trigger": shape({"url": url}, {"customizable_input_parameters": items(shape(), 100)})}),
        },
        {**_BASE, "style": word("primary", "danger"), "accessibility_label": string(75)},
    ),
    "image": _IMAGE,
    "overflow": shape({"options": items(OVERFLOW_OPTION, 5)}, {**_BASE, "confirm": CONFIRM}),
    "checkboxes": shape(
        {"options": items(MARKED_OPTION, 10)},
        {**_FOCUS, "initial_options": items(MARKED_OPTION, 10), "confirm": CONFIRM},
        also=initial_is_offered,
    ),
    "radio_buttons": shape(
        {"options": items(MARKED_OPTION, 10)},
        {**_FOCUS, "initial_option": MARKED_OPTION, "confirm": CONFIRM},
        also=initial_is_offered,
    ),
    "static_select": shape({}, {**_SELECT, **_OFFERED, "initial_option": OPTION}, also=_STATIC_RULES),
    "external_select": shape({}, {**_SELECT, "initial_option": OPTION, "min_query_length": whole(0, 100)}),
    "users_select": shape({}, {**_SELECT, "initial_user": string(255)}),
    "conversations_select": shape(
        {},
        {
            **_SELECT,
            "initial_conversation": string(255),
            "default_to_current_conversation": flag,
            "response_url_enabled": flag,
            "filter": CONVERSATION_FILTER,
        },
    ),
    "channels_select": shape({}, {**_SELECT, "initial_channel": string(255), "response_url_enabled": flag}),
    "multi_static_select": shape({}, {**_MULTI, **_OFFERED, "initial_options": items(OPTION, 100)}, also=_STATIC_RULES),
    "multi_external_select": shape({}, {**_MULTI, "initial_options": items(OPTION, 100), "min_query_length": whole(0, 100)}),
    "multi_users_select": shape({}, {**_MULTI, "initial_users": items(string(255), 1000)}),
    "multi_conversations_select": shape(
        {},
        {
            **_MULTI,
            "initial_conversations": items(string(255), 1000),
            "default_to_current_conversation": flag,
            "filter": CONVERSATION_FILTER,
        },
    ),
    "multi_channels_select": shape({}, {**_MULTI, "initial_channels": items(string(255), 1000)}),
    "datepicker": shape({}, {**_SELECT, "initial_date": string(10)}),
    "timepicker": shape({}, {**_SELECT, "initial_time": string(5), "timezone": string(100)}),
    "datetimepicker": shape({}, {**_FOCUS, "initial_date_time": whole(0, 9_999_999_999), "confirm": CONFIRM}),
    "plain_text_input": shape(
        {},
        {
            **_TYPED,
            "initial_value": string(3000, 0),
            "multiline": flag,
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
        },
        also=_lengths_agree,
    ),
    "number_input": shape(
        {"is_decimal_allowed": flag}, {**_TYPED, "initial_value": number, "min_value": number, "max_value": number}
    ),
    "email_text_input": shape({}, {**_TYPED, "initial_value": string(3000, 0)}),
    "url_text_input": shape({}, {**_TYPED, "initial_value": string(3000, 0)}),
    "rich_text_input": shape(
        {},
        {**_TYPED, "initial_value": RICH_TEXT, "min_lines": whole(1, 100), "max_lines": whole(1, 100)},
        also=_lines_agree,
    ),
    "file_input": shape({}, {**_BASE, "filetypes": items(string(50), 100), "max_files": whole(1, 10)}),
    "feedback_buttons": shape({"positive_button": _FEEDBACK_BUTTON, "negative_button": _FEEDBACK_BUTTON}, _BASE),
    "icon_button": shape(
        {"icon": word("trash"), "text": plain(75)},
        {
            **_BASE,
            "value": string(2000),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "visible_to_user_ids": items(string(255), 1000),
        },
    ),
}

_SELECTS = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
_MULTI_SELECTS = tuple(f"multi_{name}" for name in _SELECTS)
_CHOICES = ("checkboxes", "radio_buttons", "datepicker", "timepicker", *_SELECTS)

IN_SECTION = kinds(ELEMENTS, ("button", "workflow_button", "image", "overflow", *_CHOICES, *_MULTI_SELECTS))
IN_ACTIONS = kinds(ELEMENTS, ("button", "workflow_button", "overflow", "datetimepicker", *_CHOICES))
IN_CONTEXT_ACTIONS = kinds(ELEMENTS, ("feedback_buttons", "icon_button"))
IN_CARD = kinds(ELEMENTS, ("button",))

INPUTS = (
    "plain_text_input",
    "number_input",
    "email_text_input",
    "url_text_input",
    "rich_text_input",
    "file_input",
    "datetimepicker",
    *_CHOICES,
    *_MULTI_SELECTS,
)
IN_INPUT = kinds(ELEMENTS, INPUTS)
