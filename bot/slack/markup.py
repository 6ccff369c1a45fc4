"""What people typed, out of Slack's markup: entities are characters again, mentions are names, links are their label.

    <@U0BOT> look: &lt;info&gt; received NO_PROPOSAL_CHOSEN from <http://vpn.example.com|vpn.example.com>
    look: <info> received NO_PROPOSAL_CHOSEN from vpn.example.com

A `rich_text` block, which a person's own client sends beside `text`, is the better source: its text is literal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_MARK = re.compile(r"<([^<>\n]*)>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
#: A fence at a line's ends; single backticks stay, they occur in logs.
_FENCE = re.compile(r"```\n?")
#: Inline elements of a `rich_text`: what stands before, the field that is said, what stands after.
_INLINE: Mapping[Any, tuple[str, str, str]] = {
    "text": ("", "text", ""),
    "link": ("", "text", ""),
    "usergroup": ("@", "usergroup_id", ""),
    "channel": ("#", "channel_id", ""),
    "broadcast": ("@", "range", ""),
    "emoji": (":", "name", ":"),
    "date": ("", "fallback", ""),
}


def plain(text: str, *, without: str | None = None) -> str:
    """Slack's `mrkdwn` as plain text.

    Args:
        text: as Slack delivers it.
        without: a user id whose mentions vanish (the bot's own).

    >>> plain("see &lt;b&gt; at <http://vpn.example.com|vpn.example.com>")
    'see <b> at vpn.example.com'
    >>> plain("<@U1> ask <@U2|ana> in <#C1|help>", without="U1")
    'ask @ana in #help'
    """
    text = _FENCE.sub("", _MARK.sub(lambda mark: _spoken(mark.group(1), without), text))
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text.strip()


def mentions(text: str, user: str | None) -> bool:
    """Whether `text` mentions that user."""
    return bool(user) and re.search(rf"<@{re.escape(str(user))}(\|[^>]*)?>", text) is not None


def from_blocks(blocks: Sequence[Mapping[str, Any]], *, without: str | None = None) -> str:
    """The text of a message's `rich_text` blocks, literal; empty where there are none."""
    parts = [_children(block, without) for block in blocks if block.get("type") == "rich_text"]
    return "\n".join(part for part in parts if part).strip()


#: What stands for somebody, or for something, that only the engineers know.
SOMEONE = "…"
#: A link into Slack itself: a message, a file, a canvas, a channel. It leads where its reader may not go.
_INSIDE = re.compile(r"https?://[\w.-]*\bslack(?:-files)?\.com/\S*|https?://slack-redir\.net/\S*")
_MARKED = re.compile(r"(?<![\w*_~`])([*_~`])(?=\S)(.+?)(?<=\S)\1(?![\w*_~`])")


def neutral(blocks: Sequence[Mapping[str, Any]], text: str) -> str:
    """A message as it may be shown to somebody outside of its conversation: its words, and nothing that is live or internal.

    Who is mentioned (people, groups, channels) becomes an ellipsis, a broadcast vanishes, of a link its words stay (its
    address where it has none), and a link into Slack itself becomes an ellipsis too.

    >>> neutral([], "<@U1|ben> says: *restart* it, see <https://wiki.example.com/x|the page> &amp; <#C1|ops> <!channel>")
    '… says: restart it, see the page & …'
    """
    said = "\n".join(part for part in (_neutral_node(each) for each in blocks if each.get("type") == "rich_text") if part)
    if not said.strip():
        said = _MARK.sub(lambda mark: _neutral_mark(mark[1]), _FENCE.sub("", text))
        said = _MARKED.sub(r"\2", said)
        for entity, character in _ENTITIES:
            said = said.replace(entity, character)
    return re.sub(r"[ \t]+\n", "\n", _INSIDE.sub(SOMEONE, said)).strip()


def _neutral_mark(inside: str) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("!date^"):
        return label
    if target.startswith("!subteam^") or target[:1] in ("@", "#"):
        return SOMEONE
    if target.startswith("!"):
        return ""
    return SOMEONE if _INSIDE.fullmatch(target) else label or target.removeprefix("mailto:")


def _neutral_node(node: Mapping[str, Any]) -> str:  # noqa: PLR0911 - one line for each kind of node
    kind = node.get("type")
    match kind:
        case "user" | "usergroup" | "channel":
            return SOMEONE
        case "broadcast" | "emoji":
            return ""
        case "link":
            inside = _INSIDE.fullmatch(str(node.get("url", "")))
            return SOMEONE if inside else str(node.get("text") or node.get("url", ""))
        case "text" | "date":
            return str(node.get("text") or node.get("fallback") or "")
        case "rich_text_list":
            return "".join(f"- {_neutral_node(each).strip()}\n" for each in _elements(node))
    inner = "".join(_neutral_node(each) for each in _elements(node))
    if kind == "rich_text":
        return inner.strip("\n")
    return inner if inner.endswith("\n") or not inner else inner + "\n"


def _spoken(inside: str, without: str | None) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("!date^"):
        return label
    if target.startswith("!"):
        return label or "@" + target[1:].split("^")[0]
    if target.startswith("@"):
        return "" if target[1:] == without else "@" + (label.removeprefix("@") or target[1:])
    if target.startswith("#"):
        return "#" + (label or target[1:])
    return label or target.removeprefix("mailto:")


def _children(node: Mapping[str, Any], without: str | None) -> str:
    kind = node.get("type")
    if kind == "rich_text_list":
        return "\n".join(_children(child, without) for child in _elements(node))
    inner = "".join(_element(child, without) for child in _elements(node))
    return inner.strip("\n") + "\n" if kind in ("rich_text_preformatted", "rich_text_quote") else inner


def _elements(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    found = node.get("elements")
    for child in found if isinstance(found, list) else ():
        if isinstance(child, Mapping):
            yield child


def _element(node: Mapping[str, Any], without: str | None) -> str:
    kind = node.get("type")
    if kind == "user":
        return "" if node.get("user_id") == without else f"@{node.get('user_id', '')}"
    if kind in _INLINE:
        before, name, after = _INLINE[kind]
        return f"{before}{node.get(name) or node.get('url', '')}{after}"
    return _nested(node, without)


def _nested(node: Mapping[str, Any], without: str | None) -> str:
    """A section, quote or list inside another; consecutive ones stand on lines of their own."""
    inner = _children(node, without)
    return inner if inner.endswith("\n") or not inner else inner + "\n"
