"""What is typed into a view: the state that Slack sends with it, and what Slack's own client refuses before it is sent.

A person gives plain values by `action_id`, `block_id` or label (`{"Error number": "809"}`); the state is Slack's shape
(`state.values[block_id][action_id]`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from bot.playground import names
from bot.playground.blockkit import elements_of
from bot.playground.local import LocalSlack
from bot.playground.payloads import file_json
from bot.playground.records import Json, OpenView

_SINGLE = {
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    **dict.fromkeys(("plain_text_input", "number_input", "email_text_input", "url_text_input"), ("value", "initial_value")),
}
_OPTION = ("static_select", "external_select", "radio_buttons")
_OPTIONS = ("multi_static_select", "multi_external_select", "checkboxes")
_MANY = {
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
}


class UnfitError(Exception):
    """A value that the client would not send; `code` says why (the page has the sentence)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def elements(body: Mapping[str, object]) -> Iterator[tuple[Json, Json]]:
    """All elements of a view or message that hold a value or can be pressed, each with its block."""
    blocks = body.get("blocks")
    for block in blocks if isinstance(blocks, list | tuple) else ():
        for element in elements_of(block):
            if element.get("type") != "image":
                yield block, dict(element)


def _holds_value(element: Json) -> bool:
    kind = element["type"]
    return kind in _SINGLE or kind in _OPTION or kind in _OPTIONS or kind in _MANY or kind == "file_input"


def options_of(element: Json) -> list[Json]:
    """All options that an element offers."""
    return [*element.get("options", ()), *(o for group in element.get("option_groups", ()) for o in group["options"])]


def value_of(slack: LocalSlack, element: Json, given: object) -> Json:
    """One element's part of the state. `given` None: untouched."""
    kind = element["type"]
    if kind in _SINGLE:
        name, first = _SINGLE[kind]
        value = element.get(first) if given is None else given
        return {
            "type": kind,
            name: None if value == "" else value if isinstance(value, dict | int) or value is None else str(value),
        }
    if kind in _OPTION:
        chosen = element.get("initial_option") if given is None else _option(element, given)
        return {"type": kind, "selected_option": chosen}
    if kind in _OPTIONS:
        several = element.get("initial_options", []) if given is None else [_option(element, one) for one in _listed(given)]
        return {"type": kind, "selected_options": [one for one in several if one]}
    if kind in _MANY:
        name, first = _MANY[kind]
        return {"type": kind, name: element.get(first, []) if given is None else _listed(given)}
    if kind == "overflow":
        return {"type": kind, "selected_option": _option(element, given)}
    files = [slack.world.files[str(one)] for one in _listed(given) if str(one) in slack.world.files]
    return {"type": kind, "files": [file_json(slack.world, file, slack.base) for file in files]}


def _listed(given: object) -> list[object]:
    return list(given) if isinstance(given, list | tuple) else [] if given in (None, "") else [given]


def _option(element: Json, given: object) -> Json | None:
    if given in (None, ""):
        return None
    if isinstance(given, dict):
        return given
    if element["type"] in ("external_select", "multi_external_select"):
        return {"text": {"type": "plain_text", "text": str(given)}, "value": str(given)}
    for option in options_of(element):
        if given in (option["value"], option["text"]["text"]):
            return option
    raise UnfitError("not_an_option")


def state_of(slack: LocalSlack, view: OpenView) -> Json:
    """The state of a view: what was typed, else what it began with."""
    return state(slack, view.body, view.typed)


def state(slack: LocalSlack, body: Mapping[str, object], typed: Mapping[str, Json]) -> Json:
    """The state of the elements of a view or message."""
    values: Json = {}
    for block, element in elements(body):
        if _holds_value(element):
            given = typed.get(block["block_id"], {}).get(element["action_id"])
            values.setdefault(block["block_id"], {})[element["action_id"]] = value_of(slack, element, given)
    return values


def fill(view: OpenView, given: Mapping[str, object]) -> tuple[OpenView, list[str]]:
    """A view with values typed into it, and the names that are nowhere in it."""
    typed: Json = {block: dict(values) for block, values in view.typed.items()}
    used: set[str] = set()
    for block, element in elements(view.body):
        label = block.get("label", {}).get("text")
        by_block = given.get(block["block_id"])
        if isinstance(by_block, Mapping) and element["action_id"] in by_block:
            typed.setdefault(block["block_id"], {})[element["action_id"]] = by_block[element["action_id"]]
            used.add(block["block_id"])
            continue
        name = next((n for n in (element["action_id"], block["block_id"], label) if n in given), None)
        if name is not None and not isinstance(given[name], Mapping):
            typed.setdefault(block["block_id"], {})[element["action_id"]] = given[name]
            used.add(name)
    return replace(view, typed=typed), [name for name in given if name not in used]


def faults_of(slack: LocalSlack, view: OpenView) -> dict[str, str]:
    """What the client would refuse to send: block id to the reason's code."""
    found: dict[str, str] = {}
    for block, element in elements(view.body):
        if block.get("type") != "input":
            continue
        try:
            value = value_of(slack, element, view.typed.get(block["block_id"], {}).get(element["action_id"]))
            _check(slack, block, element, value)
        except UnfitError as unfit:
            found[block["block_id"]] = unfit.code
    return found


def _check(slack: LocalSlack, block: Json, element: Json, value: Json) -> None:
    content = next(v for k, v in value.items() if k != "type")
    if content in (None, "", [], {}):
        if not block.get("optional"):
            raise UnfitError("required")
        return
    kind = element["type"]
    if kind == "plain_text_input":
        if len(content) < element.get("min_length", 0):
            raise UnfitError("too_short")
        if len(content) > element.get("max_length", 3000):
            raise UnfitError("too_long")
    elif kind == "number_input":
        _check_number(element, content)
    elif kind == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", content):
        raise UnfitError("not_an_email")
    elif kind == "url_text_input" and not re.fullmatch(r"https?://\S+", content):
        raise UnfitError("not_a_url")
    elif kind == "file_input":
        _check_files(slack, element, content)


def _check_number(element: Json, content: str) -> None:
    try:
        number = float(content)
    except ValueError:
        raise UnfitError("not_a_number") from None
    if not element.get("is_decimal_allowed") and not number.is_integer():
        raise UnfitError("not_a_whole_number")
    if "min_value" in element and number < float(element["min_value"]):
        raise UnfitError("too_small")
    if "max_value" in element and number > float(element["max_value"]):
        raise UnfitError("too_large")


def _check_files(slack: LocalSlack, element: Json, files: list[Json]) -> None:
    if len(files) > element.get("max_files", 10):
        raise UnfitError("too_many_files")
    allowed = [str(one).lower().lstrip(".") for one in element.get("filetypes", ())]
    for one in files:
        file = slack.world.files[one["id"]]
        if file.size > names.MODAL_FILE_BYTES:
            raise UnfitError("file_too_big")
        if allowed and PurePosixPath(file.name).suffix.lower().lstrip(".") not in allowed:
            raise UnfitError("wrong_filetype")
