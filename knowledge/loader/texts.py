"""Sentences in other languages: `texts/<locale>/…` beside the English that stands inline, joined by ids."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

from knowledge.errors import Fault
from knowledge.loader import schema
from knowledge.loader.document import read_document
from knowledge.loader.faults import M, validate
from knowledge.rules import Text

#: Where a sentence belongs: `("step", "psk-mismatch", "retype-psk", "do")`.
Key = tuple[str, ...]


class Texts:
    """Every translated sentence of a base, by key and locale; `text` joins them with the English."""

    def __init__(self) -> None:
        self.locales: set[str] = set()
        self._by_key: dict[Key, dict[str, str]] = {}

    def text(self, english: str, *key: str) -> Text:
        """The sentence in every language that has it."""
        others = self._by_key.get(key)
        return Text(MappingProxyType({"en": english, **others} if others else {"en": english}))

    def add(self, locale: str, key: Key, sentence: str) -> None:
        """Take a translation in; an empty one counts as missing."""
        if sentence:
            self._by_key.setdefault(key, {})[locale] = sentence


def read_texts(folder: Path, faults: list[Fault]) -> Texts:
    """All of `texts/` below a base; what is wrong is added to `faults`."""
    texts = Texts()
    root = folder / "texts"
    for home in sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else ():
        locale = home.name
        texts.locales.add(locale)
        for path in sorted(home.rglob("*")):
            if path.suffix not in (".yaml", ".csv"):
                continue
            for key, sentence in _sentences(path, home, folder, faults):
                texts.add(locale, key, sentence)
    return texts


def _sentences(path: Path, home: Path, folder: Path, faults: list[Fault]) -> Iterator[tuple[Key, str]]:
    kind = path.relative_to(home).parts[0]
    name = path.relative_to(folder).as_posix()
    if kind == "codes" and path.suffix == ".csv":
        yield from _code_texts(path)
    elif kind == "causes":
        yield from _cause_texts(_read(schema.CauseTexts, path, name, faults))
    elif kind == "rules":
        if rules := _read(schema.RulesTexts, path, name, faults):
            yield from ((("rule", rule), says) for rule, says in rules.rules.items())
    elif kind == "facts.yaml":
        if facts := _read(schema.FactsTexts, path, name, faults):
            yield from ((("fact", fact), says) for fact, says in facts.facts.items())
    elif kind == "questions.yaml":
        yield from _question_texts(_read(schema.QuestionsTexts, path, name, faults))
    elif kind == "report.yaml":
        if report := _read(schema.ReportFile, path, name, faults):
            yield from ((("report", sentence), says) for sentence, says in report.sentences.items())
    elif kind == "collect.yaml" and (collects := _read(schema.CollectTexts, path, name, faults)):
        for ident, fields in collects.collect.items():
            yield from ((("collect", ident, field), sentence) for field, sentence in fields.items())


def _read(model: type[M], path: Path, name: str, faults: list[Fault]) -> M | None:
    document, found = read_document(path, name)
    faults += found
    return validate(model, document, faults) if document else None


def _cause_texts(texts: schema.CauseTexts | None) -> Iterator[tuple[Key, str]]:
    if texts is None:
        return
    for field in ("title", "says", "about"):
        yield ("cause", texts.cause, field), getattr(texts, field)
    for rule, says in texts.rules.items():
        yield ("rule", rule), says
    for step, fields in texts.steps.items():
        for what, sentence in fields.items():
            yield ("step", texts.cause, step, what), sentence


def _question_texts(texts: schema.QuestionsTexts | None) -> Iterator[tuple[Key, str]]:
    for ident, question in texts.questions.items() if texts else ():
        yield ("question", ident, "ask"), question.ask
        yield ("question", ident, "why"), question.why
        for choice, says in question.choices.items():
            yield ("choice", ident, choice), says


def _code_texts(path: Path) -> Iterator[tuple[Key, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield ("code", row.get("family") or "", row.get("code") or ""), row.get("meaning") or ""
