"""The small objects that blocks and elements are made of: texts, options, confirmations.

{"type": "mrkdwn", "text": "*The key is wrong*"}
{"text": {"type": "plain_text", "text": "Windows"}, "value": "windows"}
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.playground.blockkit.checks import Check, Report, flag, items, kinds, shape, string, url, word


def text(most: int = 3000, least: int = 1) -> Check:
    """A text object of either kind."""
    return kinds(_texts(most, least))


def plain(most: int = 3000, least: int = 1) -> Check:
    """A text object that must be `plain_text`."""
    return kinds(_texts(most, least), ("plain_text",))


def _texts(most: int, least: int) -> dict[str, Check]:
    return {
        "plain_text": shape({"text": string(most, least)}, {"emoji": flag}),
        "mrkdwn": shape({"text": string(most, least)}, {"verbatim": flag}),
    }


CONFIRM = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)}, {"style": word("primary", "danger")}
)

#: An option of a select or an overflow menu: its text is plain.
OPTION = shape({"text": plain(75), "value": string(150)}, {"description": plain(75)})
OVERFLOW_OPTION = shape({"text": plain(75), "value": string(150)}, {"description": plain(75), "url": url})
#: An option of checkboxes or radio buttons: its text may be marked up.
MARKED_OPTION = shape({"text": text(75), "value": string(150)}, {"description": text(75)})

OPTION_GROUP = shape({"label": plain(75), "options": items(OPTION, 100)})

CONVERSATION_FILTER = shape(
    {},
    {
        "include": items(word("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)

DISPATCH = shape({}, {"trigger_actions_on": items(word("on_enter_pressed", "on_character_entered"), 2)})

SLACK_FILE = shape({}, {"id": string(255), "url": url})


def options_of(element: Mapping[str, object]) -> list[object]:
    """All options of an element, whether they stand in groups or not."""
    found: list[object] = []
    plain_options, groups = element.get("options"), element.get("option_groups")
    if isinstance(plain_options, list | tuple):
        found.extend(plain_options)
    if isinstance(groups, list | tuple):
        for group in groups:
            inner = group.get("options") if isinstance(group, Mapping) else None
            found.extend(inner if isinstance(inner, list | tuple) else ())
    return found


def initial_is_offered(value: object, path: str, report: Report) -> None:
    """What is chosen from the start must be one of the options."""
    if not isinstance(value, Mapping):
        return
    offered = [option.get("value") for option in options_of(value) if isinstance(option, Mapping)]
    first, several = value.get("initial_option"), value.get("initial_options")
    chosen = [first] if isinstance(first, Mapping) else list(several) if isinstance(several, list | tuple) else []
    for option in chosen:
        if isinstance(option, Mapping) and option.get("value") not in offered:
            report.add(path, "initial_option must match one of the options")
