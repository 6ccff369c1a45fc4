"""The other chapters: logs and their lines, questions, numbers, how to get a log, the words of the base."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from html import escape

from knowledge.authoring.book.causes import effect_of, page_of
from knowledge.authoring.book.frame import Entry, Page, Reader, anchor_of, source, table
from knowledge.rules import Code, Effect, Format, Question
from knowledge.terms import STAGES


def formats_page(reader: Reader) -> Page:
    """The logs that the base can read."""
    rows = [
        (
            f'<a href="log-{each.id}.html">{escape(each.title)}</a>',
            reader.platform(each.platform) if each.platform else reader.say("book-everywhere"),
            str(len(each.signatures)),
        )
        for each in sorted(reader.base.formats.values(), key=lambda each: each.title.lower())
    ]
    body = f"<p>{reader.say('book-logs-about')}</p>\n" + table(
        reader.say("book-logs"), map(reader.say, ("book-log", "book-platform", "book-known-lines")), rows
    )
    return Page(name="logs.html", title=reader.say("book-logs"), body=body)


def format_page(reader: Reader, found: Format) -> Page:
    """The lines of one daemon, and what each says."""
    rows = []
    entries = []
    name = f"log-{found.id}.html"
    for each in found.signatures:
        kind = reader.base.facts.get(each.fact)
        says = reader.text(kind.says) if kind else ""
        sample = each.samples[0] if each.samples else each.line or ""
        rows.append(
            (
                f'<code id="{each.id}">{escape(sample)}</code>',
                f'{says}<br><a href="words.html#{each.fact}"><code>{each.fact}</code></a>',
            )
        )
        entries.append(
            Entry(
                title=sample,
                kind=found.title,
                page=name,
                anchor=f"#{each.id}",
                text=f"{each.fact} {kind.says(reader.locale) if kind else ''}",
            )
        )
    body = table(escape(found.title), map(reader.say, ("book-line", "book-line-says")), rows)
    if found.always:
        words = ", ".join(f"<code>{fact}</code>" for fact in sorted(found.always))
        body += f"<h2>{reader.say('book-always')}</h2><p>{reader.say('book-always-about')}</p><p>{words}</p>"
    own = Entry(
        title=found.title, kind=reader.say("book-log"), page=name, anchor="", text=f"{found.id} {' '.join(found.programs)}"
    )
    return Page(name=name, title=escape(found.title), body=body, entries=(own, *entries))


def questions_page(reader: Reader) -> Page:
    """Every question, why it is asked, and what each answer is worth."""
    questions = reader.base.questions.values()
    entries = tuple(
        Entry(
            title=question.ask(reader.locale),
            kind=reader.say("book-question"),
            page="questions.html",
            anchor=f"#{question.id}",
            text=" ".join(
                [question.id, question.why(reader.locale), *(choice.says(reader.locale) for choice in question.choices)]
            ),
        )
        for question in questions
    )
    body = "".join(_question(reader, question) for question in questions)
    return Page(name="questions.html", title=reader.say("book-questions"), body=body, entries=entries)


def _question(reader: Reader, question: Question) -> str:
    rows = [(reader.text(choice.says), _effects(reader, choice.effects)) for choice in question.choices]
    return (
        f'<section id="{question.id}"><h2>{reader.text(question.ask)}</h2>\n<p>{reader.text(question.why)}</p>\n'
        + table(reader.text(question.ask), map(reader.say, ("book-answer", "book-speaks")), rows)
        + "</section>\n"
    )


def _effects(reader: Reader, effects: Iterable[Effect]) -> str:
    """The causes that an answer is about, those with the same effect together."""
    groups: dict[str, list[str]] = defaultdict(list)
    for effect in effects:
        cause = reader.base.causes.get(effect.cause)
        if cause is not None:
            groups[effect_of(reader, effect)].append(f'<a href="{page_of(cause)}">{reader.text(cause.title)}</a>')
    inner = "".join(f"<li>{effect}: {'; '.join(causes)}</li>" for effect, causes in groups.items())
    return f"<ul>{inner}</ul>" if inner else reader.say("book-neutral")


def codes_page(reader: Reader) -> Page:
    """The tables of numbers."""
    families: dict[str, list[Code]] = defaultdict(list)
    for code in reader.base.codes.values():
        families[code.family].append(code)
    links = "".join(f'<li><a href="#{family}">{escape(family)}</a> ({len(codes)})</li>' for family, codes in families.items())
    body = f'<p>{reader.say("book-codes-about")}</p>\n<ul class="columns">{links}</ul>\n'
    entries = []
    for family, codes in families.items():
        head = map(reader.say, ("book-number", "book-symbol", "book-meaning", "book-speaks"))
        rows = table(escape(family), head, (_code(reader, code) for code in codes))
        body += f'<section id="{family}"><h2>{escape(family)}</h2>\n{rows}</section>\n'
        entries += [
            Entry(
                title=f"{code.code} {code.symbol}: {code.meaning(reader.locale)}",
                kind=family,
                page="codes.html",
                anchor=f"#{anchor_of(code)}",
                text="",
            )
            for code in codes
        ]
    return Page(name="codes.html", title=reader.say("book-codes"), body=body, entries=tuple(entries))


def _code(reader: Reader, code: Code) -> tuple[str, str, str, str]:
    causes = [cause for name in code.causes if (cause := reader.base.causes.get(name))]
    links = "; ".join(f'<a href="{page_of(cause)}">{reader.text(cause.title)}</a>' for cause in causes)
    return f'<span id="{anchor_of(code)}">{escape(code.code)}</span>', escape(code.symbol), reader.text(code.meaning), links


def collect_page(reader: Reader) -> Page:
    """How to get a log, and what to mind before it is sent."""
    body = f"<p>{reader.say('book-collect-about')}</p>\n"
    entries = []
    for collect in reader.base.collects.values():
        covers = ", ".join(reader.say(f"stage-{stage}") for stage in STAGES if stage in collect.covers)
        rest = "".join(
            f"<dt>{reader.say(key)}</dt><dd>{value}</dd>"
            for key, value in (
                ("book-covers", covers),
                ("undo", reader.text(collect.undo)),
                ("book-secrets", reader.text(collect.secrets)),
            )
            if value
        )
        about = f"{reader.platforms(collect.platforms)} · {reader.say('minutes', count=f'{collect.minutes:g}')}"
        body += (
            f'<section id="{collect.id}"><h2>{reader.text(collect.title)}</h2><p class="source">{about}</p>\n'
            f'<p>{reader.text(collect.do)}</p>\n<dl>{rest}</dl><p class="source">{source(collect.source)}</p></section>\n'
        )
        entries.append(
            Entry(
                title=collect.title(reader.locale),
                kind=reader.say("book-get-log"),
                page="collect.html",
                anchor=f"#{collect.id}",
                text=collect.do(reader.locale),
            )
        )
    return Page(name="collect.html", title=reader.say("book-collect"), body=body, entries=tuple(entries))


def words_page(reader: Reader) -> Page:
    """The vocabulary between the logs and the rules."""
    body = f"<p>{reader.say('book-words-about')}</p>\n"
    for stage in STAGES:
        kinds = [kind for kind in reader.base.facts.values() if kind.stage is stage]
        rows = [
            (
                f'<code id="{kind.id}">{kind.id}</code>',
                reader.text(kind.says),
                ", ".join(f"<code>{value}</code>" for value in sorted(kind.values)),
            )
            for kind in kinds
        ]
        if rows:
            head = map(reader.say, ("book-word", "book-meaning", "book-values"))
            body += f"<h2>{reader.say(f'stage-{stage}')}</h2>\n" + table(reader.say(f"stage-{stage}"), head, rows)
    entries = tuple(
        Entry(title=kind.id, kind=reader.say("book-word"), page="words.html", anchor=f"#{kind.id}", text=kind.says(reader.locale))
        for kind in reader.base.facts.values()
    )
    return Page(name="words.html", title=reader.say("book-words"), body=body, entries=entries)
