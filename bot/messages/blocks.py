"""Block Kit, within its limits by construction: what is too long is cut, and says so with an ellipsis.

Text from outside stands only in `rich_text` and `plain_text` elements, in which nothing is live. Limits:
https://docs.slack.dev/reference/block-kit
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.events import Action, CaseId
from bot.messages.literal import clean, cut, escape
from bot.messages.phrases import Phrase
from bot.wording import Block, Message

HEADER = 150
BUTTON = 75
OPTION = 75
OPTIONS = 100
RADIOS = 10
PLACEHOLDER = 150
CONTEXT = 2000
MESSAGE_BLOCKS = 50
#: `chat.update` refuses more.
MESSAGE_TEXT = 4000
#: No published limit for rich text; a message that long is nobody's reading any more.
RICH_TEXT = 3000
PREFORMATTED = 2500


def plain(text: str, limit: int) -> dict[str, Any]:
    """A `plain_text` object, never empty."""
    return {"type": "plain_text", "text": cut(clean(text), limit) or "…", "emoji": False}


def header(text: str) -> Block:
    """A heading."""
    return {"type": "header", "text": plain(text, HEADER)}


def paragraph(phrase: Phrase) -> Block:
    """Running text."""
    return {"type": "rich_text", "elements": [_section(phrase)]}


def bullets(phrases: Iterable[Phrase], *, numbered: bool = False) -> Block:
    """A list."""
    style = "ordered" if numbered else "bullet"
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_list", "style": style, "elements": [_section(phrase) for phrase in phrases]}],
    }


def preformatted(lines: Sequence[str]) -> Block:
    """Lines of a log, as they are."""
    text = cut(clean("\n".join(lines), lines=True), PREFORMATTED) or "…"
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}],
    }


def context(text: str) -> Block:
    """A secondary fact in small type."""
    return {"type": "context", "elements": [plain(text, CONTEXT)]}


def actions(*elements: dict[str, Any]) -> Block:
    """Buttons and menus in a row."""
    return {"type": "actions", "elements": list(elements)}


def carried(case: CaseId | None, argument: str = "", *, do: Action | None = None) -> str:
    """What a button carries: ids only, no proof of any right, and a version for the day this changes."""
    held = {"v": 1, "case": case, "arg": argument, **({"do": do.value} if do else {})}
    return json.dumps(held, separators=(",", ":"))


def button(
    label: str,
    action: Action,
    case: CaseId | None,
    argument: str = "",
    *,
    style: str | None = None,
    confirm: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A button. `style` is primary (once in a message) or danger (with `confirm`)."""
    element: dict[str, Any] = {
        "type": "button",
        "action_id": action.value,
        "text": plain(label, BUTTON),
        "value": carried(case, argument),
    }
    if style:
        element["style"] = style
    if confirm:
        element["confirm"] = confirm
    return element


def confirmation(title: str, text: str, confirm: str, deny: str) -> dict[str, Any]:
    """The dialog that asks once more."""
    return {"title": plain(title, 100), "text": plain(text, 300), "confirm": plain(confirm, 30), "deny": plain(deny, 30)}


def option(label: str, value: str) -> dict[str, Any]:
    """An entry of a menu or a radio button."""
    return {"text": plain(label, OPTION), "value": value}


def choice(action: Action, options: Sequence[dict[str, Any]], placeholder: str) -> dict[str, Any]:
    """One of several: radio buttons up to ten, a menu above."""
    if len(options) <= RADIOS:
        return {"type": "radio_buttons", "action_id": action.value, "options": list(options)}
    return menu(action, options, placeholder)


def menu(action: Action, options: Sequence[dict[str, Any]], placeholder: str) -> dict[str, Any]:
    """A select."""
    return {
        "type": "static_select",
        "action_id": action.value,
        "placeholder": plain(placeholder, PLACEHOLDER),
        "options": list(options[:OPTIONS]),
    }


@dataclass(frozen=True, slots=True)
class Heading:
    """A part of a message: its title."""

    text: str


@dataclass(frozen=True, slots=True)
class Small:
    """A part of a message: a secondary fact."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A part of a message: a list."""

    phrases: Sequence[Phrase]


@dataclass(frozen=True, slots=True)
class Lines:
    """A part of a message: lines of a log."""

    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Controls:
    """A part of a message: buttons and menus. `words` are the choices that a menu holds."""

    elements: Sequence[dict[str, Any]]
    words: Sequence[str] = ()


Part = Phrase | Heading | Small | Bullets | Lines | Controls


def compose(parts: Iterable[Part | None]) -> Message:
    """A whole message. Blocks and `text` come from the same parts, so that screen readers hear what others see."""
    kept = [part for part in parts if part is not None]
    if len(kept) > MESSAGE_BLOCKS:
        kept = [*kept[: MESSAGE_BLOCKS - 2], Small("…"), *(part for part in kept[-1:] if isinstance(part, Controls))]
    return Message(
        text=_whole("\n".join(words for words in map(_words, kept) if words)),
        blocks=tuple(block for block in map(_block, kept) if block is not None),
    )


def whole_text(parts: Iterable[Part | None]) -> str:
    """Everything that parts say, without markup and without a limit."""
    return "\n".join(words for words in (_plain_words(part) for part in parts if part is not None) if words)


def _plain_words(part: Part) -> str:
    if isinstance(part, Phrase):
        return part.plain
    if isinstance(part, Heading | Small):
        return part.text
    if isinstance(part, Bullets):
        return "\n".join(f"- {phrase.plain}" for phrase in part.phrases)
    return "\n".join(part.lines) if isinstance(part, Lines) else ""


def _words(part: Part) -> str:
    if isinstance(part, Phrase):
        return part.escaped
    if isinstance(part, Heading | Small):
        return escape(clean(part.text))
    if isinstance(part, Bullets):
        return "\n".join(f"• {phrase.escaped}" for phrase in part.phrases)
    if isinstance(part, Lines):
        return "\n".join(escape(clean(line)) for line in part.lines)
    return "\n".join(f"• {escape(clean(words))}" for words in part.words)


def _block(part: Part) -> Block | None:
    if isinstance(part, Phrase):
        return paragraph(part)
    if isinstance(part, Heading):
        return header(part.text)
    if isinstance(part, Small):
        return context(part.text)
    if isinstance(part, Bullets):
        return bullets(part.phrases) if part.phrases else None
    if isinstance(part, Lines):
        return preformatted(part.lines)
    return actions(*part.elements) if part.elements else None


def _whole(text: str) -> str:
    """Cut to the limit, never inside an entity or a link."""
    if len(text) <= MESSAGE_TEXT:
        return text
    text = text[: MESSAGE_TEXT - 1]
    for opener, closer in (("&", ";"), ("<", ">")):
        start = text.rfind(opener)
        if start >= 0 and closer not in text[start:]:
            text = text[:start]
    return text.rstrip() + "…"


def _section(phrase: Phrase) -> dict[str, Any]:
    elements: list[dict[str, Any]] = []
    left = RICH_TEXT
    for piece in phrase.pieces:
        text = cut(clean(piece.text, lines=True), left)
        left -= len(text)
        if not text:
            continue
        if piece.url:
            element: dict[str, Any] = {"type": "link", "url": piece.url, "text": text}
        elif piece.at is not None:
            element = {"type": "date", "timestamp": piece.at, "format": "{date_short_pretty} {time}", "fallback": text}
        elif piece.group:
            element = {"type": "usergroup", "usergroup_id": piece.group}
        elif piece.who:
            element = {"type": "user", "user_id": piece.who}
        else:
            element = {"type": "text", "text": text}
        style = {name: True for name, on in (("bold", piece.bold), ("code", piece.code)) if on}
        if style and piece.is_text:
            element["style"] = style
        elements.append(element)
        if left <= 0:
            break
    return {"type": "rich_text_section", "elements": elements or [{"type": "text", "text": "…"}]}
