"""The first page: the picture of all causes, and the same as a list; and the page that asks for the language."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from knowledge.authoring.book.causes import page_of, prior_word
from knowledge.authoring.book.frame import OWN_NAMES, Page, Reader
from knowledge.authoring.book.picture import picture
from knowledge.rules import KnowledgeBase, Text
from knowledge.terms import STAGES


def index_page(reader: Reader) -> Page:
    """The picture and the list."""
    body = f'<p class="lead">{reader.say("book-about")}</p>\n{picture(reader)}\n'
    for stage in STAGES:
        causes = sorted((cause for cause in reader.base.causes.values() if cause.stage is stage), key=lambda cause: -cause.prior)
        items = "".join(
            f'<li><a href="{page_of(cause)}">{reader.text(cause.title)}</a> '
            f'<span class="source">{reader.say(f"word-{prior_word(cause)}")}</span><br>{reader.text(cause.says)}</li>\n'
            for cause in causes
        )
        if items:
            name = reader.say(f"stage-{stage}")
            body += f'<section id="stage-{stage}"><h2>{name}</h2>\n<ul class="causes">{items}</ul></section>\n'
    return Page(name="index.html", title=reader.say("book-causes"), body=body)


def languages_page(base: KnowledgeBase, sentences: Mapping[str, Text]) -> str:
    """Where the folder is opened: one link for each language."""
    links = "".join(
        f'<li lang="{locale}"><a href="{locale}/index.html" hreflang="{locale}">{OWN_NAMES.get(locale, locale)}</a>: '
        f"{escape(sentences['book-about'](locale))}</li>\n"
        for locale in sorted(base.locales)
    )
    title = escape(sentences["book-title"]("en"))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="book.css">
</head>
<body>
<main id="main">
<h1>{title}</h1>
<ul class="causes">
{links}</ul>
</main>
</body>
</html>
"""
