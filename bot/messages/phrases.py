"""The bot's own sentences: one file per language in `texts/`, read with Jinja.

    [reply]
    likely = "The likely cause: *{{ cause }}*"

A sentence may hold `*bold*`, `` `code` `` and line ends; the values that fill it are literal, whatever they hold. A
missing value or an unknown key is an error, not a gap. The third language is one more file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.lists import format_list
from jinja2 import Environment, StrictUndefined

from bot.messages.literal import CLOSE, OPEN, clean, escape, literal

#: Spoken languages, the first of them where a person's own is not among them.
LOCALES = ("en", "pt-BR")

#: Inside the marks: what kind of value it is (a link, a time), and its parts.
_LINK, _TIME, _WHO, _GROUP, _PART = "\ue002", "\ue003", "\ue005", "\ue006", "\ue004"
_TOKENS = re.compile(rf"{OPEN}(?P<value>[^{CLOSE}]*){CLOSE}|\*(?P<bold>[^*\n]+)\*|`(?P<code>[^`\n]+)`")


def spoken(locale: str) -> str:
    """The language of `LOCALES` nearest to a BCP 47 tag.

    >>> spoken("pt-BR"), spoken("pt-PT"), spoken("en-GB"), spoken("de-DE")
    ('pt-BR', 'pt-BR', 'en', 'en')
    """
    if locale in LOCALES:
        return locale
    language = re.split("[-_]", locale, maxsplit=1)[0].lower()
    return next((known for known in LOCALES if known.startswith(language)), LOCALES[0])


@dataclass(frozen=True, slots=True)
class Link:
    """A value for a template: a link that the bot itself made. Never an address from outside."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Person:
    """A value for a template: a person by their id, shown by name. Mentions only whom the bot itself names."""

    id: str


@dataclass(frozen=True, slots=True)
class Group:
    """A value for a template: a user group by its id, all of whose people are told."""

    id: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text in one style; or, with `url`, a link; with `at`, a time in each reader's own zone; with `who`, a person."""

    text: str
    bold: bool = False
    code: bool = False
    url: str | None = None
    at: int | None = None
    who: str | None = None
    group: str | None = None

    @property
    def is_text(self) -> bool:
        """True for a run of text."""
        return self.url is None and self.at is None and self.who is None and self.group is None


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence that is filled in and ready to be put into a block."""

    pieces: tuple[Piece, ...]

    @property
    def plain(self) -> str:
        """Without markup: for labels, headers and options, where nothing is live."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def escaped(self) -> str:
        """For a message's top-level `text`."""
        return "".join(_escaped(piece) for piece in self.pieces)

    @classmethod
    def of(cls, text: str) -> Phrase:
        """Text from outside, as it is."""
        return cls((Piece(text),))

    @classmethod
    def authored(cls, text: str) -> Phrase:
        """A sentence of the knowledge base: its authors mark commands as `` `code` ``."""
        return cls(tuple(_pieces(text)))


class Phrases:
    """The sentences of one language."""

    def __init__(self, locale: str) -> None:
        self.locale = spoken(locale)
        self._babel = Locale.parse(self.locale, sep="-")
        self._templates = _templates(self.locale)

    def __call__(self, key: str, /, **values: object) -> Phrase:
        """The sentence `table.key`, filled in.

        Raises:
            KeyError: there is no such sentence.
            jinja2.UndefinedError: a value is missing.
        """
        table, _, name = key.partition(".")
        return Phrase(tuple(_pieces(self._templates[table][name].render(values).strip())))

    def plain(self, key: str, /, **values: object) -> str:
        """The sentence without markup."""
        return self(key, **values).plain

    def has(self, key: str) -> bool:
        """Whether there is such a sentence."""
        table, _, name = key.partition(".")
        return name in self._templates.get(table, {})

    def together(self, items: list[str], *, style: str = "standard") -> str:
        """A list in words: "a, b and c"."""
        return format_list(items, style=style, locale=self._babel)  # type: ignore[arg-type]  # babel wants a Literal


def _finalize(value: object) -> object:
    """Every value of a template is literal."""
    if isinstance(value, Phrase):
        return "".join(f"`{literal(piece.text)}`" if piece.code else literal(piece.text) for piece in value.pieces)
    if isinstance(value, Link):
        return f"{OPEN}{_LINK}{value.url}{_PART}{clean(value.text)}{CLOSE}"
    if isinstance(value, Person):
        return f"{OPEN}{_WHO}{clean(value.id)}{_PART}@{clean(value.id)}{CLOSE}"
    if isinstance(value, Group):
        return f"{OPEN}{_GROUP}{clean(value.id)}{_PART}@{clean(value.id)}{CLOSE}"
    if isinstance(value, datetime):
        return f"{OPEN}{_TIME}{int(value.timestamp())}{_PART}{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC{CLOSE}"
    return literal(str(value)) if value is not None else ""


def _escaped(piece: Piece) -> str:
    if piece.url:
        return f"<{piece.url}|{escape(piece.text)}>"
    if piece.at is not None:
        return f"<!date^{piece.at}^{{date_short_pretty}} {{time}}|{escape(piece.text)}>"
    if piece.group:
        return f"<!subteam^{piece.group}>"
    if piece.who:
        return f"<@{piece.who}>"
    return escape(piece.text)


def _value(value: str) -> Piece:
    if value[:1] not in (_LINK, _TIME, _WHO, _GROUP):
        return Piece(value)
    first, _, text = value[1:].partition(_PART)
    if value[0] == _GROUP:
        return Piece(text, group=first)
    if value[0] == _LINK:
        return Piece(text, url=first)
    return Piece(text, at=int(first)) if value[0] == _TIME else Piece(text, who=first)


@cache
def _templates(locale: str) -> Mapping[str, Mapping[str, Any]]:
    # No HTML is made here; `_finalize` is what keeps every value literal.
    environment = Environment(autoescape=False, undefined=StrictUndefined, finalize=_finalize)  # noqa: S701
    tables = tomllib.loads(files("bot.messages").joinpath("texts", f"{locale}.toml").read_text(encoding="utf-8"))
    return {table: {key: environment.from_string(text) for key, text in rows.items()} for table, rows in tables.items()}


def _pieces(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    position = 0

    def add(piece: Piece) -> None:
        if not piece.text:
            return
        last = pieces[-1] if pieces else None
        if last and last.is_text and replace(last, text="") == replace(piece, text=""):
            pieces[-1] = replace(last, text=last.text + piece.text)
        else:
            pieces.append(piece)

    for match in _TOKENS.finditer(text):
        add(Piece(text[position : match.start()]))
        if match["value"] is not None:
            add(_value(match["value"]))
        elif match["bold"] is not None:
            add(Piece(_unmarked(match["bold"]), bold=True))
        else:
            add(Piece(_unmarked(match["code"]), code=True))
        position = match.end()
    add(Piece(text[position:]))
    return pieces


def _unmarked(text: str) -> str:
    return text.replace(OPEN, "").replace(CLOSE, "")
