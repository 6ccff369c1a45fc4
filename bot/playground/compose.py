r"""What a person typed, as Slack keeps it: escaped and marked up in `text`, literal in a rich-text block.

typed   @VPN Help it says <809> & stops, see https://example.com
text    <@U0VPNHELP0> it says &lt;809&gt; &amp; stops, see <https://example.com>
"""

from __future__ import annotations

import re

from bot.playground.records import Json
from bot.playground.world import World

_FENCE = re.compile(r"```(.*?)```", re.DOTALL)
_TOKEN = re.compile(r"(?P<url>https?://[^\s<>|`]+[^\s<>|`.,;:!?)\]'\"])|(?P<at>@[\w.\-]+)|(?P<hash>#[\w\-]+)|`(?P<code>[^`\n]+)`")
_BROADCASTS = {"@channel": "channel", "@here": "here", "@everyone": "everyone"}


def escape(text: str) -> str:
    """The three characters that mean something in Slack's markup.

    >>> escape("a < b & c")
    'a &lt; b &amp; c'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def compose(world: World, typed: str) -> tuple[str, tuple[Json, ...]]:
    """The `text` and the `blocks` of what a person typed in a message."""
    elements: list[Json] = []
    text, place = "", 0
    for fence in _FENCE.finditer(typed):
        text += _inline(world, typed[place : fence.start()], elements)
        body = fence[1].strip("\n")
        if body:
            elements.append({"type": "rich_text_preformatted", "elements": [{"type": "text", "text": body}]})
        text += f"```{escape(fence[1])}```"
        place = fence.end()
    text += _inline(world, typed[place:], elements)
    if not elements:
        return text, ()
    return text, ({"type": "rich_text", "block_id": "typed", "elements": elements},)


def command_text(world: World, typed: str) -> str:
    """The `text` of a slash command whose `should_escape` is on."""
    return _inline(world, typed, [], named=True)


def _inline(world: World, typed: str, elements: list[Json], *, named: bool = False) -> str:
    run: list[Json] = []
    out, place = "", 0
    for token in _TOKEN.finditer(typed):
        marked, element = _token(world, token, named=named)
        if element is None:
            continue
        before = typed[place : token.start()]
        out += escape(before) + marked
        if before:
            run.append({"type": "text", "text": before})
        run.append(element)
        place = token.end()
    rest = typed[place:]
    out += escape(rest)
    if rest:
        run.append({"type": "text", "text": rest})
    if any(one.get("text", "x").strip() or one["type"] != "text" for one in run):
        elements.append({"type": "rich_text_section", "elements": run})
    return out


def _token(world: World, token: re.Match[str], *, named: bool) -> tuple[str, Json | None]:
    """A token marked up, and as an element; None: it is ordinary text after all."""
    if token["url"]:
        return f"<{escape(token['url'])}>", {"type": "link", "url": token["url"]}
    if token["code"]:
        return f"`{escape(token['code'])}`", {"type": "text", "text": token["code"], "style": {"code": True}}
    if token["hash"]:
        return _channel(world, token["hash"])
    return _mention(world, token["at"], named=named)


def _channel(world: World, typed: str) -> tuple[str, Json | None]:
    channel = world.channel_named(typed)
    if channel is None or not channel.name:
        return "", None
    shown = "" if channel.type == "group" else channel.name
    return f"<#{channel.id}|{shown}>", {"type": "channel", "channel_id": channel.id}


def _mention(world: World, typed: str, *, named: bool) -> tuple[str, Json | None]:
    if typed in _BROADCASTS:
        return f"<!{_BROADCASTS[typed]}>", {"type": "broadcast", "range": _BROADCASTS[typed]}
    person = world.person_named(typed)
    if person is None:
        return "", None
    return (f"<@{person.id}|{person.handle}>" if named else f"<@{person.id}>"), {"type": "user", "user_id": person.id}
