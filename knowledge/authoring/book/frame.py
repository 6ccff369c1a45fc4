"""What every page of the handbook has: its frame, its sentences in one language, and what the search finds on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape

from knowledge.rules import Code, KnowledgeBase, Text
from knowledge.terms import Platform

#: What platforms call themselves, in every language.
_NAMES = {
    Platform.WINDOWS: "Windows",
    Platform.WINDOWS_LEGACY: "Windows 98–XP",
    Platform.WINDOWS_SERVER: "Windows Server",
    Platform.MACOS: "macOS",
    Platform.IOS: "iPhone, iPad",
    Platform.ANDROID: "Android",
    Platform.LINUX: "Linux",
}
#: The pages that are always at hand: file, sentence.
CHAPTERS = (
    ("index.html", "book-causes"),
    ("logs.html", "book-logs"),
    ("questions.html", "book-questions"),
    ("codes.html", "book-codes"),
    ("collect.html", "book-collect"),
    ("words.html", "book-words"),
)
#: What a language calls itself.
OWN_NAMES = {"en": "English", "pt-BR": "Português (Brasil)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A base in the language of whoever reads it."""

    base: KnowledgeBase
    locale: str
    #: The sentences of the pages themselves.
    sentences: Mapping[str, Text]

    def say(self, key: str, **values: object) -> str:
        """A sentence of the page, escaped, with what belongs in it."""
        text = self.sentences.get(key)
        sentence = text(self.locale) if text else key
        for name, value in values.items():
            sentence = sentence.replace(f"{{{name}}}", str(value))
        return escape(sentence)

    def text(self, text: Text) -> str:
        """A sentence of the base, escaped."""
        return escape(text(self.locale))

    def platform(self, platform: Platform) -> str:
        """What a platform is called."""
        return _NAMES.get(platform) or self.say("book-gateway")

    def platforms(self, platforms: Iterable[Platform]) -> str:
        """Several, in their own order; none: all."""
        chosen = set(platforms)
        return ", ".join(self.platform(each) for each in Platform if each in chosen) or self.say("book-everywhere")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that the search finds."""

    title: str
    #: What kind of thing it is, in words.
    kind: str
    page: str
    #: The place on the page: empty, or `#` and an id.
    anchor: str
    #: What it is found by, beside its title.
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page, without its frame."""

    name: str
    title: str
    #: HTML.
    body: str
    entries: tuple[Entry, ...] = field(default=())


def frame(reader: Reader, page: Page) -> str:
    """A whole page."""
    say = reader.say
    others = "".join(
        f'<a href="../{locale}/{page.name}" lang="{locale}" hreflang="{locale}">{OWN_NAMES.get(locale, locale)}</a>'
        for locale in sorted(reader.base.locales)
        if locale != reader.locale
    )
    chapters = "".join(f'<li><a href="{name}"{current_of(page.name, name)}>{say(key)}</a></li>' for name, key in CHAPTERS)
    return f"""<!DOCTYPE html>
<html lang="{reader.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{page.title} – {say("book-title")}</title>
<link rel="stylesheet" href="../book.css">
<script defer src="search.js"></script>
<script defer src="../book.js"></script>
</head>
<body>
<a class="skip" href="#main">{say("book-skip")}</a>
<header>
<p class="name"><a href="index.html">{say("book-title")}</a></p>
<div class="search" role="search">
<label for="q">{say("book-search")}</label>
<input id="q" type="search" autocomplete="off" spellcheck="false" placeholder="{say("book-search-hint")}"
 data-none="{say("book-search-none")}" data-some="{say("book-search-some")}">
<p id="found" role="status"></p>
<ol id="hits"></ol>
</div>
<nav aria-label="{say("book-chapters")}"><ul>{chapters}</ul></nav>
<p class="languages">{others}</p>
</header>
<main id="main">
<h1>{page.title}</h1>
{page.body}
</main>
<footer><p>{say("book-footer", revision=reader.base.revision)}</p></footer>
</body>
</html>
"""


def current_of(page: str, chapter: str) -> str:
    """The mark of the chapter that a page belongs to."""
    own = {"cause": "index.html", "log": "logs.html"}.get(page.partition("-")[0], page)
    return ' aria-current="page"' if page == chapter else ' aria-current="true"' if own == chapter else ""


def table(caption: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of HTML cells; the first cell of a row is its heading. Empty without rows."""
    body = "".join(
        "<tr>"
        + "".join(f'<th scope="row">{cell}</th>' if not at else f"<td>{cell}</td>" for at, cell in enumerate(row))
        + "</tr>\n"
        for row in rows
    )
    if not body:
        return ""
    heads = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{caption}"><table><caption>{caption}</caption>'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n"
    )


def source(text: str) -> str:
    """Who says so: links where they are ones.

    >>> source("RFC 2409, https://example.com/a?b=1&c=2")
    'RFC 2409, <a href="https://example.com/a?b=1&amp;c=2">https://example.com/a?b=1&amp;c=2</a>'
    """
    parts = []
    for word in text.split(" "):
        bare = word.rstrip(",;)")
        if bare.startswith(("https://", "http://")):
            parts.append(f'<a href="{escape(bare)}">{escape(bare)}</a>{escape(word[len(bare) :])}')
        else:
            parts.append(escape(word))
    return " ".join(parts)


def anchor_of(code: Code) -> str:
    """The place of a number on its page."""
    return f"{code.family}-{''.join(each if each.isalnum() else '-' for each in code.code)}"
