"""Text from outside, and what is done so that it stays text.

A name, a file's name, a line of a log or a sentence that somebody typed may hold `<!channel>`, `*`, three backticks, a
link, or characters that turn the writing direction round. In blocks such text only ever stands in `rich_text` and
`plain_text` elements, where nothing is live. In a message's top-level `text`, which Slack reads as mrkdwn, it goes
through `escape`.
"""

from __future__ import annotations

import re
import unicodedata

#: Marks round a value that a template filled in, so that the markup of authored text is not looked for inside it.
OPEN, CLOSE = "\ue000", "\ue001"

_MARKS = re.compile(f"[{OPEN}{CLOSE}]")
#: Bidi overrides and isolates, zero-width characters but for the joiner of emoji, and the byte order mark.
_INVISIBLE = re.compile("[\u200b\u200c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_MARKUP = re.compile(r"([*_~`])")
#: Invisible, breaks no line, and keeps the character before it from pairing as markup.
_WORD_JOINER = "\u2060"


def clean(text: str, *, lines: bool = False) -> str:
    r"""Without control, bidi and zero-width characters; line ends only where `lines` allows them.

    >>> clean("a\x07b\u202ec\nd")
    'abc d'
    """
    text = _MARKS.sub("", _INVISIBLE.sub("", text))
    if lines:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return "".join(c if c in "\n\t" or unicodedata.category(c)[0] != "C" else "" for c in text)
    return "".join(" " if c in "\n\r\t" else c for c in text if c in "\n\r\t" or unicodedata.category(c)[0] != "C")


def literal(text: str) -> str:
    """A value for a template, marked so that it stays literal."""
    return f"{OPEN}{clean(text)}{CLOSE}"


def escape(text: str) -> str:
    r"""For a message's top-level `text`: what Slack would read as a mention, a link or markup is only text.

    >>> escape("<!channel> & *you*") == "&lt;!channel&gt; &amp; \u2060*you\u2060*"
    True
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub(rf"{_WORD_JOINER}\1", text)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, and an ellipsis where something is missing.

    >>> cut("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= limit else text[: max(0, limit - 1)].rstrip() + "…"
