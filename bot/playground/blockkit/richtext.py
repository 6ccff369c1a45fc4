"""Rich text: the form in which people's own text and log lines are shown, because nothing in it is read as markup.

{"type": "rich_text", "elements": [
    {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "no IKE config found"}]}]}
"""

from __future__ import annotations

from bot.playground.blockkit.checks import Check, anything, flag, items, kinds, shape, string, url, whole, word

_STYLE = shape(
    {}, dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), flag)
)

_INLINE: dict[str, Check] = {
    "text": shape({"text": string(40_000)}, {"style": _STYLE}),
    "link": shape({"url": url}, {"text": string(40_000, 0), "unsafe": flag, "style": _STYLE}),
    "emoji": shape({"name": string(255)}, {"unicode": string(255), "skin_tone": whole(1, 6), "style": _STYLE}),
    "user": shape({"user_id": string(255)}, {"style": _STYLE}),
    "usergroup": shape({"usergroup_id": string(255)}, {"style": _STYLE}),
    "channel": shape({"channel_id": string(255)}, {"style": _STYLE}),
    "broadcast": shape({"range": word("here", "channel", "everyone")}, {"style": _STYLE}),
    "color": shape({"value": string(20)}, {"style": _STYLE}),
    "date": shape(
        {"timestamp": whole(0, 99_999_999_999), "format": string(500)}, {"url": url, "fallback": string(500), "style": _STYLE}
    ),
    "team": shape({"team_id": string(255)}, {"style": _STYLE}),
}

_RUN = items(kinds(_INLINE), 10_000, 0)
_SECTION = shape({"elements": _RUN})

RICH_TEXT_ELEMENTS: dict[str, Check] = {
    "rich_text_section": _SECTION,
    "rich_text_list": shape(
        {"style": word("bullet", "ordered"), "elements": items(kinds({"rich_text_section": _SECTION}), 10_000)},
        {"indent": whole(0, 8), "offset": whole(0, 100_000), "border": whole(0, 1)},
    ),
    "rich_text_preformatted": shape(
        {"elements": items(kinds(_INLINE, ("text", "link")), 10_000, 0)}, {"border": whole(0, 1), "language": anything}
    ),
    "rich_text_quote": shape({"elements": _RUN}, {"border": whole(0, 1)}),
}

#: The block; also what a `rich_text_input` holds from the start, and a task card's details.
RICH_TEXT = kinds({"rich_text": shape({"elements": items(kinds(RICH_TEXT_ELEMENTS), 10_000)}, {"block_id": string(255)})})
