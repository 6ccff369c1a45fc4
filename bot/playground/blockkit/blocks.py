"""The blocks, each with its limits and the surfaces on which it may stand.

{"type": "section", "text": {"type": "mrkdwn", "text": "*Likely cause:* the pre-shared keys differ"}}
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.playground.blockkit.checks import (
    Check,
    Report,
    Surface,
    anything,
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
from bot.playground.blockkit.elements import ELEMENTS, IN_ACTIONS, IN_CARD, IN_CONTEXT_ACTIONS, IN_INPUT, IN_SECTION
from bot.playground.blockkit.objects import SLACK_FILE, plain, text
from bot.playground.blockkit.richtext import RICH_TEXT

_ID: dict[str, Check] = {"block_id": string(255)}

_MESSAGE_LIMIT = 50
_MARKDOWN_LIMIT = 12_000
_CELLS_LIMIT = 10_000


def _section_says_something(value: object, path: str, report: Report) -> None:
    if isinstance(value, Mapping) and value.get("text") is None and value.get("fields") is None:
        report.add(path, "must define either `text` or `fields`")


def _input_fits(value: object, path: str, report: Report) -> None:
    if not isinstance(value, Mapping) or not isinstance(value.get("element"), Mapping):
        return
    if value["element"].get("type") == "file_input":
        if report.surface is not Surface.MODAL:
            report.add(f"{path}/element/type", "unsupported type: file_input")
        if value.get("dispatch_action"):
            report.add(path, "dispatch_action is not allowed with file_input")


def _count_markdown(value: object, path: str, report: Report) -> None:
    if isinstance(value, Mapping) and isinstance(value.get("text"), str):
        before, report.markdown = report.markdown, report.markdown + len(value["text"])
        if before <= _MARKDOWN_LIMIT < report.markdown:
            report.add(path, f"all markdown blocks together must be less than {_MARKDOWN_LIMIT + 1} characters")


def _characters(node: object) -> int:
    if isinstance(node, Mapping):
        return sum(len(v) if k == "text" and isinstance(v, str) else _characters(v) for k, v in node.items())
    return sum(_characters(one) for one in node) if isinstance(node, list | tuple) else 0


def _count_table(value: object, path: str, report: Report) -> None:
    if not isinstance(value, Mapping):
        return
    report.tables += 1
    if report.tables == 2:
        report.add(path, "only one table is allowed in a message")
    before, report.cells = report.cells, report.cells + _characters(value.get("rows"))
    if before <= _CELLS_LIMIT < report.cells:
        report.add(path, f"table cells together must be less than {_CELLS_LIMIT + 1} characters")


_CELL = kinds(
    {
        "raw_text": shape({"text": string(10_000, 0)}),
        "raw_number": shape({"value": number}, {"text": string(10_000, 0)}),
        "rich_text": RICH_TEXT,
    }
)
_COLUMN = shape({}, {"align": word("left", "center", "right"), "is_wrapped": flag, "is_sortable": flag})
_CARD_TEXTS: dict[str, Check] = {"title": text(150), "subtitle": text(150), "body": text(200), "subtext": text(200)}
_IMAGE_ELEMENT = kinds(ELEMENTS, ("image",))
_URL_SOURCE = shape({"url": url, "text": string(3000)})
_TASK: dict[str, Check] = {
    **_ID,
    "details": RICH_TEXT,
    "output": RICH_TEXT,
    "sources": items(kinds({"url": _URL_SOURCE}), 100, 0),
    "status": word("pending", "in_progress", "complete", "error"),
}
_TASK_CARD = shape({"task_id": string(255), "title": string(3000)}, _TASK)
_CARD = shape(
    {},
    {
        **_ID,
        **_CARD_TEXTS,
        "hero_image": _IMAGE_ELEMENT,
        "icon": _IMAGE_ELEMENT,
        "slack_icon": anything,
        "actions": items(IN_CARD, 3),
    },
)

_PLAIN_BLOCKS: dict[str, Check] = {
    "section": shape(
        {},
        {**_ID, "text": text(3000), "fields": items(text(2000), 10), "accessory": IN_SECTION, "expand": flag},
        also=_section_says_something,
    ),
    "header": shape({"text": plain(150)}, {**_ID, "level": whole(1, 4)}),
    "context": shape(
        {
            "elements": items(
                kinds({**ELEMENTS, "plain_text": plain(3000), "mrkdwn": text(3000)}, ("image", "plain_text", "mrkdwn")), 10
            )
        },
        _ID,
    ),
    "actions": shape({"elements": items(IN_ACTIONS, 25)}, _ID),
    "divider": shape({}, _ID),
    "image": shape(
        {"alt_text": string(2000)},
        {**_ID, "title": plain(2000), "image_url": url, "slack_file": SLACK_FILE},
        also=exactly_one("image_url", "slack_file"),
    ),
    "input": shape(
        {"label": plain(2000), "element": IN_INPUT},
        {**_ID, "hint": plain(2000), "optional": flag, "dispatch_action": flag},
        also=_input_fits,
    ),
    "rich_text": RICH_TEXT,
    "markdown": shape({"text": string(_MARKDOWN_LIMIT)}, _ID, also=_count_markdown),
    "table": shape({"rows": items(items(_CELL, 20), 100)}, {**_ID, "column_settings": items(_COLUMN, 20, 0)}, also=_count_table),
    "data_table": shape(
        {"caption": string(3000), "rows": items(items(_CELL, 20), 101, 2)},
        {**_ID, "page_size": whole(1, 100), "column_settings": items(_COLUMN, 20, 0), "row_header_column_index": whole(0, 19)},
        also=_count_table,
    ),
    "data_visualization": shape({"title": string(50), "chart": anything}, _ID),
    "alert": shape({"text": text(200)}, {**_ID, "level": word("default", "info", "warning", "error", "success")}),
    "context_actions": shape({"elements": items(IN_CONTEXT_ACTIONS, 5)}, _ID),
    "card": _CARD,
    "carousel": shape({"elements": items(kinds({"card": _CARD}), 10)}, _ID),
    "task_card": _TASK_CARD,
    "plan": shape({"title": string(3000)}, {**_ID, "tasks": items(kinds({"task_card": _TASK_CARD}), 100, 0)}),
    "video": shape(
        {"alt_text": string(2000), "title": plain(200), "thumbnail_url": url, "video_url": url},
        {
            **_ID,
            "author_name": string(50),
            "description": plain(200),
            "provider_icon_url": url,
            "provider_name": string(255),
            "title_url": url,
        },
    ),
}

_EVERYWHERE = ("section", "header", "context", "actions", "divider", "image", "input", "rich_text", "video")
_CHILDREN = ("section", "header", "context", "actions", "divider", "image", "rich_text", "markdown", "table")

_BLOCKS: dict[str, Check] = {
    **_PLAIN_BLOCKS,
    "container": shape(
        {"child_blocks": items(kinds(_PLAIN_BLOCKS, _CHILDREN), 10)},
        {
            **_ID,
            "title": plain(150),
            "rich_text_title": RICH_TEXT,
            "subtitle": plain(150),
            "width": anything,
            "icon": anything,
            "is_collapsible": flag,
            "default_collapsed": flag,
            "has_header_divider": flag,
        },
    ),
}

_ALLOWED: dict[Surface, tuple[str, ...]] = {
    Surface.MESSAGE: tuple(name for name in _BLOCKS if name != "alert"),
    Surface.MODAL: (*_EVERYWHERE, "alert"),
    Surface.HOME: _EVERYWHERE,
}


def check_all(value: object, path: str, report: Report) -> None:
    """All blocks of one message or view: each by itself, and the ids over all of them."""
    most = _MESSAGE_LIMIT if report.surface is Surface.MESSAGE else 100
    least = 0 if report.surface is Surface.MESSAGE else 1
    items(kinds(_BLOCKS, _ALLOWED[report.surface]), most, least)(value, path, report)
    if isinstance(value, list | tuple):
        _ids_are_unique(value, path, report)


def _ids_are_unique(blocks: list[object] | tuple[object, ...], path: str, report: Report) -> None:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        if not isinstance(block, Mapping):
            continue
        name = block.get("block_id")
        if isinstance(name, str):
            if name in seen:
                report.add(f"{path}/{index}/block_id", f"block_id already exists: {name}")
            seen.add(name)
        actions: set[str] = set()
        for element in elements_of(block):
            action = element.get("action_id")
            if isinstance(action, str):
                if action in actions:
                    report.add(f"{path}/{index}", f"action_id already exists in this block: {action}")
                actions.add(action)


def elements_of(block: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The elements of a block that have an `action_id` of their own."""
    listed = block.get("elements") if block.get("type") in ("actions", "context_actions") else block.get("actions")
    candidates = [*(listed if isinstance(listed, list | tuple) else ()), block.get("accessory"), block.get("element")]
    return [one for one in candidates if isinstance(one, Mapping)]
