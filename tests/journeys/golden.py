"""The messages of a journey as a person can read them, one file for each journey and language.

`pytest tests/journeys --renew-golden` writes them anew; look at the difference before you commit it.
"""

from __future__ import annotations

import re
from pathlib import Path

from bot.playground import names

FOLDER = Path(__file__).parent / "golden"
_CHANGING = (
    (re.compile(r"<!date\^\d+\^[^|>]*\|[^>]*>"), "<time>"),
    (re.compile(r"https?://[^\s|>]+"), "<link>"),
    (re.compile(r"\b[0-9A-F]{8}\b"), "CASE0001"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "revision"),
)


def transcript(world, channel_id, whispers=()):
    """Everything that stands in a channel, with what can be pressed."""
    people = {person["id"]: person["name"] for person in world["people"]}
    lines = []
    for post in sorted(world["messages"].get(channel_id, []), key=lambda each: each["ts"]):
        inset = "  " if post.get("thread_ts") not in (None, post["ts"]) else ""
        lines.append(f"{inset}{people[post['user']]}:")
        lines += [f"{inset}  {line}" for line in post["text"].splitlines()]
        lines += [f"{inset}  ({file['name']})" for file in post.get("files") or ()]
        pressed = [*_controls(post.get("blocks", []))]
        lines += [f"{inset}  [ {' | '.join(pressed)} ]"] if pressed else []
    for hidden in whispers:
        lines += [f"only {people[hidden['to']]}:", *(f"  {line}" for line in hidden["text"].splitlines())]
    return steady("\n".join(lines) + "\n")


def steady(text):
    """Without what is another each time."""
    for pattern, shown in _CHANGING:
        text = pattern.sub(shown, text)
    return text


def view(tab):
    """A home tab as it reads from above."""
    lines = []
    for block in tab["blocks"]:
        lines += [line for text in _said(block) for line in text.splitlines()]
        pressed = [*_controls(block)]
        lines += [f"  [ {' | '.join(pressed)} ]"] if pressed else []
    return "\n".join(lines) + "\n"


def _said(node):
    """The words of a block that are none of its controls."""
    if isinstance(node, list):
        for one in node:
            yield from _said(one)
    elif isinstance(node, dict) and node.get("type") == "rich_text_section":
        yield "".join(_word(part) for part in node["elements"])
    elif isinstance(node, dict) and node.get("type") not in ("button", "static_select", "radio_buttons", "overflow"):
        if isinstance(node.get("text"), str):
            yield node["text"]
        for value in node.values():
            yield from _said(value)


def check(name, language, text, *, renew):
    """The same as last time, or written anew."""
    path = FOLDER / language / f"{name}.txt"
    if renew:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"{path} is missing: run with --renew-golden"
    assert text == path.read_text(encoding="utf-8")


def direct(world, user):
    """The direct message of somebody with the bot."""
    return next(one["id"] for one in world["channels"] if one["type"] == "im" and set(one["members"]) == {user, names.BOT_USER})


def _controls(node):
    if isinstance(node, dict):
        kind, text = node.get("type"), node.get("text")
        if kind == "button":
            yield text["text"]
        elif kind in ("static_select", "radio_buttons"):
            yield " / ".join(option["text"]["text"] for option in node["options"][:8])
        else:
            for value in node.values():
                yield from _controls(value)
    elif isinstance(node, list):
        for one in node:
            yield from _controls(one)


def _word(part):
    if part["type"] == "user":
        return f"<@{part['user_id']}>"
    return "<time>" if part["type"] == "date" else part.get("text") or part.get("url") or ""
