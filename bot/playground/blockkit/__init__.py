"""Block Kit as Slack checks it: all limits of blocks, elements and views, with Slack's own words for what is wrong.

The playground refuses with it what Slack would refuse; the tests of `bot/messages/` ask it whether a message could be sent.
It knows nothing of the rest of the playground and imports nothing of it.

    >>> check_message("hello", [{"type": "divider", "colour": "red"}])
    ['invalid additional property: colour [json-pointer:/blocks/0]']
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.playground.blockkit.blocks import check_all, elements_of
from bot.playground.blockkit.checks import Report, Surface
from bot.playground.blockkit.views import VIEW

__all__ = ["TEXT_LIMIT", "UPDATE_TEXT_LIMIT", "Surface", "check_blocks", "check_message", "check_view", "elements_of"]

#: Slack cuts a message's text here.
TEXT_LIMIT = 40_000
#: `chat.update` refuses a longer text; what may be edited later has to keep to it from the start.
UPDATE_TEXT_LIMIT = 4_000


def check_blocks(blocks: object, surface: Surface = Surface.MESSAGE) -> list[str]:
    """What is wrong with the blocks of a message or a view; an empty list when Slack would take them."""
    report = Report(surface=surface)
    check_all(blocks, "/blocks", report)
    return report.found


def check_message(text: str | None, blocks: Sequence[Mapping[str, Any]] = ()) -> list[str]:
    """What is wrong with a message: Slack's rules, and two of good manners.

    `text` must be there beside blocks (screen readers and notifications say it and not the blocks), and must be short
    enough that the message can be edited later.
    """
    found = check_blocks(list(blocks))
    if not text or not text.strip():
        found.append("missing_text_in_message [json-pointer:/text]")
    elif len(text) > UPDATE_TEXT_LIMIT:
        found.append(f"must be less than {UPDATE_TEXT_LIMIT + 1} characters [json-pointer:/text]")
    return found


def check_view(view: Mapping[str, Any]) -> list[str]:
    """What is wrong with a modal or a home tab."""
    report = Report(surface=Surface.HOME if isinstance(view, Mapping) and view.get("type") == "home" else Surface.MODAL)
    VIEW(view, "/view", report)
    return report.found
