"""Sentences that a language lacks, and translations of what does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.authoring.lints import Lint, Seen
from knowledge.authoring.printing import counted
from knowledge.errors import Fault, Severity, Span
from knowledge.rules import Cause, KnowledgeBase, Question, Text

#: The file of a text below `texts/<locale>/`, and its path there.
_Place = tuple[str, tuple[str, ...]]

#: So many of the missing sentences are named.
_MOST_NAMED = 8


def texts_of(base: KnowledgeBase) -> Iterator[tuple[_Place, Text]]:
    """Every sentence of a base with the place of its translation."""
    for fact in base.facts.values():
        yield ("facts.yaml", ("facts", fact.id)), fact.says
    for cause in base.causes.values():
        yield from _texts_of_cause(cause)
    for rule in base.rules:
        yield (rule.span.file, ("rules", rule.id)), rule.says
    for question in base.questions.values():
        yield from _texts_of_question(question)
    for collect in base.collects.values():
        for field in ("title", "do", "undo", "secrets"):
            yield ("collect.yaml", ("collect", collect.id, field)), getattr(collect, field)
    for key, sentence in base.sentences.items():
        yield ("report.yaml", ("sentences", key)), sentence
    for code in base.codes.values():
        yield (f"codes/{code.family}.csv", (code.code, "meaning")), code.meaning


def _texts_of_cause(cause: Cause) -> Iterator[tuple[_Place, Text]]:
    file = f"causes/{cause.id}.yaml"
    for field in ("title", "says", "about"):
        yield (file, (field,)), getattr(cause, field)
    for step in cause.steps:
        for field in ("do", "verify", "undo"):
            yield (file, ("steps", step.id, field)), getattr(step, field)


def _texts_of_question(question: Question) -> Iterator[tuple[_Place, Text]]:
    for field in ("ask", "why"):
        yield ("questions.yaml", ("questions", question.id, field)), getattr(question, field)
    for choice in question.choices:
        yield ("questions.yaml", ("questions", question.id, "choices", choice.id)), choice.says


def missing_translations(seen: Seen) -> Iterator[Fault]:
    """Sentences that are there in English only; one fault for each file of a language."""
    for locale in sorted(seen.base.locales - {"en"}):
        missing: dict[str, list[str]] = {}
        for (file, path), text in texts_of(seen.base):
            if text() and locale not in text.by_locale:
                missing.setdefault(file, []).append(" ".join(path))
        for file, names in missing.items():
            more = len(names) - _MOST_NAMED
            yield Fault(
                message=f"{counted(len(names), 'sentence')} not in {locale} yet",
                span=Span(file=seen.layers.beside(file, f"texts/{locale}"), line=1),
                note=f"{', '.join(names[:_MOST_NAMED])}{f' and {more} more' if more > 0 else ''}",
                help="translate them; until then they are said in English",
                severity=Severity.WARNING,
                code="missing-translation",
            )


def orphans(seen: Seen) -> Iterator[Fault]:
    """Translations of what does not exist (any more)."""
    known: dict[str, set[tuple[str, ...]]] = {}
    for (file, path), _ in texts_of(seen.base):
        known.setdefault(seen.layers.below(file), set()).add(path)
    for locale in sorted(seen.base.locales - {"en"}):
        files = {path.relative_to(folder).as_posix() for folder in seen.layers for path in _texts_in(folder, locale)}
        for name in sorted(files):
            for found in _sentences(seen.places.data(name)):
                if found not in known.get(name.removeprefix(f"texts/{locale}/"), set()):
                    yield Fault(
                        message=f"this translates `{' '.join(found)}`, which does not exist",
                        span=seen.places.at(name, *found, key=True),
                        help="take it out, or mend the id",
                        severity=Severity.WARNING,
                        code="orphan-translation",
                    )


def _texts_in(folder: Path, locale: str) -> Iterator[Path]:
    return (folder / "texts" / locale).rglob("*.yaml")


def _sentences(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:  # noqa: ANN401 # a YAML tree
    """The path of every sentence of a file of translations; what names the file itself is none."""
    if isinstance(data, dict):
        for key, value in data.items():
            if path or key not in ("schema", "cause"):
                yield from _sentences(value, (*path, key))
    elif path:
        yield path


LINTS: tuple[Lint, ...] = (missing_translations, orphans)
