"""Facts and formats: the vocabulary, and the lines that assert it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from knowledge.errors import BaseError, Fault
from knowledge.loader import schema
from knowledge.loader.document import Document
from knowledge.loader.names import Names, Path, content_span
from knowledge.logs.patterns import compile_line, compile_regex
from knowledge.rules import Does, FactKind, Format, Signature
from knowledge.terms import FactId, FormatId, SignatureId


def build_facts(file: schema.FactsFile, names: Names) -> None:
    """The vocabulary."""
    for ident, model in file.facts.items():
        kind = FactKind(
            id=FactId(ident),
            stage=model.stage,
            does=Does(model.does) if model.does else None,
            host=model.scope == "host",
            values=frozenset(model.values),
            says=names.texts.text(model.says, "fact", ident),
        )
        names.facts[kind.id] = kind


def build_format(document: Document, file: schema.FormatFile, samples: Mapping[str, tuple[str, ...]], names: Names) -> Format:
    """A daemon's lines and signatures."""
    signatures = []
    for index, model in enumerate(file.signatures):
        path = ("signatures", index)
        names.check_fact(model.fact, partial(document.span, (*path, "fact")))
        if (model.line is None) == (model.regex is None):
            names.faults.append(
                Fault(
                    message=f"signature `{model.id}` needs a `line` or a `regex`, and only one of them",
                    span=document.span((*path, "id")),
                    code="line-or-regex",
                )
            )
        _check_pattern(document, path, model, names)
        signatures.append(
            Signature(
                id=SignatureId(model.id),
                format=FormatId(file.format),
                line=model.line,
                regex=model.regex,
                fact=FactId(model.fact),
                constants=MappingProxyType(dict(model.constants)),
                samples=samples.get(model.id, ()),
                span=document.span(path),
            )
        )
    for index, line in enumerate(file.lines):
        try:
            compile_line(line, span=content_span(document, ("lines", index)))
        except BaseError as error:
            names.faults += error.faults
    for fact in sorted(file.always):
        names.check_fact(fact, partial(document.span, ("always",)))
    return Format(
        id=FormatId(file.format),
        title=file.title,
        platform=file.platform,
        lines=file.lines,
        thread=file.thread or None,
        programs=file.programs,
        always=frozenset(FactId(fact) for fact in file.always),
        signatures=tuple(signatures),
    )


def _check_pattern(document: Document, path: Path, model: schema.SignatureModel, names: Names) -> None:
    """A pattern that cannot be compiled points at its hole."""
    try:
        if model.line is not None:
            compile_line(model.line, span=None, general=False)
        elif model.regex is not None:
            compile_regex(model.regex, span=None)
    except BaseError:
        _pattern_faults(document, path, model, names)


def _pattern_faults(document: Document, path: Path, model: schema.SignatureModel, names: Names) -> None:
    """Compile once more with the place, which costs time that only a faulty pattern is worth."""
    try:
        if model.line is not None:
            compile_line(model.line, span=content_span(document, (*path, "line")), general=False)
        else:
            compile_regex(model.regex or "", span=content_span(document, (*path, "regex")))
    except BaseError as error:
        names.faults += error.faults
