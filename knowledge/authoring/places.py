"""Where things stand in the files of a base, for faults that are found once everything is loaded."""

from __future__ import annotations

from typing import Any

from knowledge.errors import Span
from knowledge.loader import Folders
from knowledge.loader.document import Document
from knowledge.loader.folders import layers_of
from knowledge.loader.layers import read_layered
from knowledge.rules import Rule


class Places:
    """The files of a base, each read when it is first asked for."""

    def __init__(self, folders: Folders) -> None:
        self._layers = layers_of(folders)
        self._documents: dict[str, Document | None] = {}

    def at(self, file: str, *path: str | int, key: bool = False) -> Span | None:
        """The value (or its key) at a path in a file; as near as it gets; None where there is no such file."""
        document = self._document(file)
        return document.span(path, key=key) if document else None

    def of_rule(self, rule: Rule, *path: str | int) -> Span:
        """A value of a rule, by its path below the rule; the rule's id where it has none such."""
        document = self._document(rule.span.file)
        rules = document.data.get("rules", []) if document else []
        index = next((at for at, data in enumerate(rules) if data.get("id") == rule.id), None)
        if document is None or index is None:
            return rule.span
        while path and document.node(("rules", index, *path)) is None:
            path = path[:-1]  # a single example stands without the dash of a list
        return document.span(("rules", index, *path), key=isinstance(path[-1], str)) if path else rule.span

    def data(self, file: str) -> Any:  # noqa: ANN401 # a YAML tree: strings, lists and mappings
        """The content of a file; an empty mapping where there is none."""
        document = self._document(file)
        return document.data if document else {}

    def _document(self, file: str) -> Document | None:
        name = self._layers.below(file)
        if name not in self._documents:
            self._documents[name] = read_layered(self._layers, name, [])[0]
        return self._documents[name]
