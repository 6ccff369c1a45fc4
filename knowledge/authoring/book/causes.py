"""The page of a cause: what it is, how it shows, what tells it from others, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from knowledge.authoring.book.evidence import Proofs, proofs_of
from knowledge.authoring.book.frame import Entry, Page, Reader, anchor_of, source, table
from knowledge.inference.odds import PRIORS
from knowledge.rules import Cause, Effect, Step
from knowledge.terms import Direction

#: Lines of one format that are shown as examples.
_MOST_LINES = 4
#: How far a direction is from speaking for a cause: the order of rules and answers on a page.
_ORDER = {Direction.SUPPORTS: 0, Direction.OPPOSES: 1, Direction.EXCLUDES: 2}
_STRENGTHS = ("decisive", "strong", "moderate", "weak")


def cause_page(reader: Reader, cause: Cause) -> Page:
    """One cause, whole."""
    proofs = proofs_of(reader.base, cause)
    parts = [
        f'<p class="lead">{reader.text(cause.says)}</p>',
        _facts(reader, cause),
        f"<p>{reader.text(cause.about)}</p>",
        _section(reader, "book-shows", _rules(reader, proofs)),
        _section(reader, "book-lines", _lines(reader, proofs)),
        _section(reader, "book-answers", _answers(reader, proofs)),
        _section(reader, "book-numbers", _codes(reader, proofs)),
        _section(reader, "book-steps", "".join(_step(reader, step) for step in cause.steps)),
        _section(reader, "book-get-log", _collects(reader, cause)),
        _section(reader, "book-sources", _list(source(each) for each in cause.sources)),
    ]
    name = page_of(cause)
    shows = (rule.says(reader.locale) for rule in proofs.supporting)
    found = " ".join([cause.id, cause.says(reader.locale), cause.about(reader.locale), *shows])
    entry = Entry(title=cause.title(reader.locale), kind=reader.say("book-cause"), page=name, anchor="", text=found)
    return Page(name=name, title=reader.text(cause.title), body="\n".join(filter(None, parts)), entries=(entry,))


def page_of(cause: Cause) -> str:
    """The file of a cause."""
    return f"cause-{cause.id}.html"


def prior_word(cause: Cause) -> str:
    """The word that its author gave to how common it is."""
    return min(PRIORS, key=lambda word: abs(PRIORS[word] - cause.prior))


def effect_of(reader: Reader, effect: Effect) -> str:
    """What an effect comes to, in words, with a mark that does not need colour."""
    mark = {Direction.SUPPORTS: "+", Direction.OPPOSES: "−", Direction.EXCLUDES: "×"}[effect.direction]
    words = reader.say(f"book-{effect.direction}")
    strength = "" if effect.direction is Direction.EXCLUDES else f", {reader.say(f'word-{effect.strength}')}"
    return f'<span class="effect {effect.direction}"><span aria-hidden="true">{mark}</span> {words}{strength}</span>'


def _section(reader: Reader, key: str, body: str) -> str:
    return f'<section id="{key.removeprefix("book-")}"><h2>{reader.say(key)}</h2>\n{body}</section>' if body else ""


def _list(items: Iterable[str]) -> str:
    inner = "".join(f"<li>{item}</li>" for item in items)
    return f"<ul>{inner}</ul>" if inner else ""


def _facts(reader: Reader, cause: Cause) -> str:
    shown = ", ".join(reader.say(f"stage-{stage}") for stage in sorted(cause.shows_at, key=lambda stage: stage.rank))
    pairs = (
        ("book-strikes", reader.say(f"stage-{cause.stage}")),
        ("book-stops", shown),
        ("book-fixer", reader.say(f"book-fixer-{cause.fixer}")),
        ("book-how-common", reader.say(f"word-{prior_word(cause)}")),
        ("book-id", f"<code>{cause.id}</code>"),
    )
    return (
        '<dl class="facts">' + "".join(f"<div><dt>{reader.say(key)}</dt><dd>{value}</dd></div>" for key, value in pairs) + "</dl>"
    )


def _rules(reader: Reader, proofs: Proofs) -> str:
    rules = sorted(proofs.rules, key=lambda pair: (_ORDER[pair[1].direction], _STRENGTHS.index(pair[1].strength)))
    return "".join(
        f'<article class="rule" id="{rule.id}"><h3>{reader.text(rule.says)}</h3>\n<p>{effect_of(reader, effect)}</p>\n'
        f"<details><summary>{reader.say('book-condition')}</summary><pre><code>{escape(str(rule.when))}</code></pre>\n"
        f'<p class="source">{reader.say("book-rule")} <code>{rule.id}</code>. {source(rule.source)}</p></details></article>\n'
        for rule, effect in rules
    )


def _lines(reader: Reader, proofs: Proofs) -> str:
    out = []
    for found, signatures in proofs.lines:
        samples = list(dict.fromkeys(signature.samples[0] for signature in signatures if signature.samples))
        more = len(samples) - _MOST_LINES
        if samples:
            rest = f'<p><a href="log-{found.id}.html">{reader.say("book-more-lines", count=more)}</a></p>' if more > 0 else ""
            shown = "\n".join(f"<code>{escape(sample)}</code>" for sample in samples[:_MOST_LINES])
            out.append(
                f'<h3><a href="log-{found.id}.html">{escape(found.title)}</a></h3>\n<pre class="log">{shown}</pre>{rest}\n'
            )
    return "".join(out)


def _answers(reader: Reader, proofs: Proofs) -> str:
    answers = sorted(proofs.answers, key=lambda found: (_ORDER[found[2].direction], _STRENGTHS.index(found[2].strength)))
    rows = [
        (
            f'<a href="questions.html#{question.id}">{reader.text(question.ask)}</a>',
            reader.text(choice.says),
            effect_of(reader, effect),
        )
        for question, choice, effect in answers
    ]
    return table(reader.say("book-answers"), map(reader.say, ("book-question", "book-answer", "book-effect")), rows)


def _codes(reader: Reader, proofs: Proofs) -> str:
    rows = [
        (
            f'<a href="codes.html#{anchor_of(code)}">{escape(code.family)}</a> <b>{escape(code.code)}</b>',
            escape(code.symbol),
            reader.text(code.meaning),
        )
        for code in proofs.codes
    ]
    return table(reader.say("book-numbers"), map(reader.say, ("book-number", "book-symbol", "book-meaning")), rows)


def _step(reader: Reader, step: Step) -> str:
    about = [
        reader.platforms(step.platforms),
        reader.say(f"book-fixer-{step.fixer}"),
        reader.say("minutes", count=f"{step.minutes:g}"),
        reader.say(f"book-risk-{step.risk}"),
    ]
    rest = [(key, text) for key, text in (("verify", step.verify), ("undo", step.undo)) if text()]
    more = "".join(f"<dt>{reader.say(key)}</dt><dd>{reader.text(text)}</dd>" for key, text in rest)
    warning = f'<p class="warning">{reader.say("book-cuts-off")}</p>' if step.cuts_off else ""
    return (
        f'<article class="step" id="{step.id}"><h3>{" · ".join(about)}</h3>\n{warning}<p>{reader.text(step.do)}</p>\n'
        f'<dl>{more}</dl><p class="source">{source(step.source)}</p></article>\n'
    )


def _collects(reader: Reader, cause: Cause) -> str:
    fitting = [collect for collect in reader.base.collects.values() if cause.stage in collect.covers]
    return _list(
        f'<a href="collect.html#{collect.id}">{reader.text(collect.title)}</a> ({reader.platforms(collect.platforms)})'
        for collect in fitting
    )
