"""Sentences in other languages: `texts/<locale>/…` beside the English that stands inline, joined by ids.

Where an upper layer says something else in English, the translations of the layers below it no longer count: better the new
sentence in English than the old one in Portuguese.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

from knowledge.errors import Fault
from knowledge.loader import schema
from knowledge.loader.document import Tree, read_document
from knowledge.loader.faults import M, validate
from knowledge.loader.folders import Layers
from knowledge.rules import Text

#: Where a sentence belongs: `("step", "psk-mismatch", "retype-psk", "do")`.
Key = tuple[str, ...]


class Texts:
    """Every translated sentence of a base, by key and locale; `text` joins them with the English."""

    def __init__(self) -> None:
        self.locales: set[str] = set()
        self._by_layer: list[dict[Key, dict[str, str]]] = []
        #: What the layers below each upper one said in English, where both say something.
        self._below: dict[Key, list[tuple[int, str]]] = {}

    def text(self, english: str, *key: str) -> Text:
        """The sentence in every language that has it."""
        others: dict[str, str] = {}
        for layer in self._by_layer[self._first_layer(english, key) :]:
            others.update(layer.get(key, {}))
        return Text(MappingProxyType({"en": english, **others} if others else {"en": english}))

    def begin_layer(self) -> None:
        """What is added from now on stands in the next layer."""
        self._by_layer.append({})

    def add(self, locale: str, key: Key, sentence: str) -> None:
        """Take a translation in; an empty one counts as missing."""
        if sentence:
            self._by_layer[-1].setdefault(key, {})[locale] = sentence

    def said_below(self, layer: int, data: Tree) -> None:
        """Take in what a file said in English before this layer came over it."""
        for key, english in _english(data):
            self.said_once(layer, key, english)

    def said_once(self, layer: int, key: Key, english: str) -> None:
        """Take in one such sentence."""
        self._below.setdefault(key, []).append((layer, english))

    def _first_layer(self, english: str, key: Key) -> int:
        """The layer from which on translations are of this English and not of what stood there before."""
        return max((layer for layer, said in self._below.get(key, ()) if said != english), default=0)


def read_texts(layers: Layers, faults: list[Fault]) -> Texts:
    """All of `texts/` in the layers of a base; what is wrong is added to `faults`."""
    texts = Texts()
    for folder in layers:
        texts.begin_layer()
        root = folder / "texts"
        for home in sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else ():
            locale = home.name
            texts.locales.add(locale)
            for path in sorted(home.rglob("*")):
                if path.suffix not in (".yaml", ".csv"):
                    continue
                for key, sentence in _sentences(path, home, layers.printed(path), faults):
                    texts.add(locale, key, sentence)
    return texts


def _english(data: Tree) -> Iterator[tuple[Key, str]]:
    """The sentences of a file of the base, by the keys under which they are translated. What is no file is no sentence."""
    if not isinstance(data, dict):
        return
    cause = str(data.get("cause", ""))
    for field in ("title", "says", "about"):
        yield ("cause", cause, field), str(data.get(field, ""))
    for rule in _entries(data, "rules"):
        yield ("rule", rule["id"]), str(rule.get("says", ""))
    for step in _entries(data, "steps"):
        for field in ("do", "verify", "undo"):
            yield ("step", cause, step["id"], field), str(step.get(field, ""))
    for question in _entries(data, "questions"):
        for field in ("ask", "why"):
            yield ("question", question["id"], field), str(question.get(field, ""))
        for choice in _entries(question, "choices"):
            yield ("choice", question["id"], choice["id"]), str(choice.get("says", ""))
    for collect in _entries(data, "collect"):
        for field in ("title", "do", "undo", "secrets"):
            yield ("collect", collect["id"], field), str(collect.get(field, ""))
    for fact, kind in _keyed(data, "facts"):
        yield ("fact", fact), str(kind.get("says", "")) if isinstance(kind, dict) else ""
    for sentence, says in _keyed(data, "sentences"):
        yield ("report", sentence), str(says)


def _entries(data: Tree, key: str) -> list[Tree]:
    listed = data.get(key)
    return [entry for entry in listed if isinstance(entry, dict) and "id" in entry] if isinstance(listed, list) else []


def _keyed(data: Tree, key: str) -> list[tuple[str, Tree]]:
    held = data.get(key)
    return list(held.items()) if isinstance(held, dict) else []


def _sentences(path: Path, home: Path, name: str, faults: list[Fault]) -> Iterator[tuple[Key, str]]:
    kind = path.relative_to(home).parts[0]
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
