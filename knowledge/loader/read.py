"""Reading a whole base folder: every file once, every fault kept, nothing given up before the end."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from knowledge.errors import Fault, Severity, Span
from knowledge.loader import schema
from knowledge.loader.build import build_cause, build_collect, build_phrases, build_question, build_rules
from knowledge.loader.document import Document, read_document
from knowledge.loader.faults import M, nearest, validate
from knowledge.loader.formats import build_facts, build_format
from knowledge.loader.found import Survey, revision_of
from knowledge.loader.names import Names, check_condition, condition_at
from knowledge.loader.texts import read_texts
from knowledge.rules import Cause, Code, Collect, Format, KnowledgeBase, Phrase, Question, Rule, Text
from knowledge.terms import CauseId, FormatId, QuestionId
from knowledge.understanding import plain_words

#: `== charon-received-notify ==` above the raw lines of a signature's samples; the closing sign may be left out.
_HEADING = re.compile(r"^==\s+(?P<id>\S+)(?:\s+==)?\s*$")
_CODE_COLUMNS = ("family", "code", "symbol", "meaning", "stage", "causes", "source")


def survey(folder: Path, *, strict: bool = True) -> Survey:
    """Read every file below `folder`; see `knowledge.loader.load_base`."""
    faults: list[Fault] = []
    names = Names(faults=faults, texts=read_texts(folder, faults), severity=Severity.ERROR if strict else Severity.WARNING)
    _facts(folder, names)
    formats = _formats(folder, names)
    causes, rules = _causes(folder, names)
    base = KnowledgeBase(
        revision=revision_of(folder),
        facts=MappingProxyType(names.facts),
        formats=MappingProxyType(formats),
        causes=MappingProxyType(causes),
        rules=tuple(rules),
        questions=MappingProxyType(_questions(folder, names)),
        codes=MappingProxyType(_codes(folder, names)),
        collects=MappingProxyType(_collects(folder, names)),
        sentences=MappingProxyType(_sentences(folder, names)),
        locales=frozenset({"en", *names.texts.locales}),
    )
    phrases, ignored = _words(folder, base, names)
    base = replace(base, phrases=phrases, ignored_words=ignored)
    for rule in base.rules:
        check_condition(rule.when, base, names)
    for question in base.questions.values():
        if question.when:
            check_condition(question.when, base, names)
    faults += _twice(base)
    return Survey(base, tuple(sorted(faults, key=_place)))


def _facts(folder: Path, names: Names) -> None:
    found = _file(schema.FactsFile, folder / "facts.yaml", folder, names)
    if found:
        build_facts(found[1], names)


def _formats(folder: Path, names: Names) -> dict[FormatId, Format]:
    formats: dict[FormatId, Format] = {}
    for document, file, path in _files(schema.FormatFile, folder / "formats", folder, names):
        samples = _samples(path.with_suffix(".log"), folder, {model.id for model in file.signatures}, names)
        formats[FormatId(file.format)] = build_format(document, file, samples, names)
        _same_name(document, "format", file.format, path, names)
    return formats


def _causes(folder: Path, names: Names) -> tuple[dict[CauseId, Cause], list[Rule]]:
    causes: dict[CauseId, Cause] = {}
    rules: list[Rule] = []
    files = list(_files(schema.CauseFile, folder / "causes", folder, names))
    # A cause whose file has a fault is still a cause: its name is known, so that nothing else is blamed.
    names.causes |= {path.stem for path in (folder / "causes").glob("*.yaml")} | {file.cause for _, file, _ in files}
    for document, file, path in files:
        _same_name(document, "cause", file.cause, path, names)
        cause, own = build_cause(document, file, names)
        causes[cause.id] = cause
        rules += own
    for document, spanning, _path in _files(schema.RulesFile, folder / "rules", folder, names):
        rules += build_rules(document, spanning.rules, names, None)
    return causes, rules


def _questions(folder: Path, names: Names) -> dict[QuestionId, Question]:
    found = _file(schema.QuestionsFile, folder / "questions.yaml", folder, names)
    if not found:
        return {}
    document, file = found
    questions = [build_question(document, index, model, names) for index, model in enumerate(file.questions)]
    return {question.id: question for question in questions}


def _collects(folder: Path, names: Names) -> dict[str, Collect]:
    found = _file(schema.CollectFile, folder / "collect.yaml", folder, names)
    return {model.id: build_collect(model, names) for model in found[1].collect} if found else {}


def _codes(folder: Path, names: Names) -> dict[tuple[str, str], Code]:
    codes: dict[tuple[str, str], Code] = {}
    for path in sorted((folder / "codes").glob("*.csv")):
        name = path.relative_to(folder).as_posix()
        lines = path.read_text(encoding="utf-8").splitlines()
        reader = csv.DictReader(lines)
        if tuple(reader.fieldnames or ()) != _CODE_COLUMNS:
            place = Span(file=name, line=1, length=len(lines[0]) if lines else 1, source=lines[0] if lines else "")
            names.faults.append(
                Fault(
                    message="these are not the columns of a code table", span=place, help=",".join(_CODE_COLUMNS), code="columns"
                )
            )
            continue
        for row in reader:
            code = _code(row, Span(file=name, line=reader.line_num, source=lines[reader.line_num - 1]), names)
            if code:
                codes[code.family, code.code] = code
    return codes


def _code(row: Mapping[str, Any], span: Span, names: Names) -> Code | None:
    data = dict(row)
    data["causes"] = [cause for cause in (row["causes"] or "").split(";") if cause]
    data["stage"] = row["stage"] if row["stage"] not in ("", "none") else None
    try:
        model = schema.CodeModel.model_validate(data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            column = ".".join(str(part) for part in detail["loc"])
            names.faults.append(
                Fault(message=f"column `{column}` of this row is wrong", span=span, reason=detail["msg"], code="row")
            )
        return None
    return Code(
        family=model.family,
        code=model.code,
        symbol=model.symbol,
        meaning=names.texts.text(model.meaning, "code", model.family, model.code),
        stage=model.stage,
        causes=tuple(CauseId(cause) for cause in model.causes if names.knows_cause(cause, lambda: span)),
        source=model.source,
    )


def _sentences(folder: Path, names: Names) -> dict[str, Text]:
    found = _file(schema.ReportFile, folder / "report.yaml", folder, names)
    return {key: names.texts.text(says, "report", key) for key, says in found[1].sentences.items()} if found else {}


def _words(folder: Path, base: KnowledgeBase, names: Names) -> tuple[tuple[Phrase, ...], frozenset[str]]:
    found = _file(schema.WordsFile, folder / "words.yaml", folder, names)
    if not found:
        return (), frozenset()
    return build_phrases(*found, base, names), frozenset(plain_words(found[1].ignore))


def _samples(path: Path, folder: Path, signatures: set[str], names: Names) -> dict[str, tuple[str, ...]]:
    """The raw lines under each heading; blank lines separate and are not samples."""
    if not path.exists():
        return {}
    name = path.relative_to(folder).as_posix()
    samples: dict[str, list[str]] = {}
    current: list[str] | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        heading = _HEADING.match(line)
        if heading:
            ident = heading["id"]
            if ident not in signatures:
                names.faults.append(
                    Fault(
                        message=f"no signature is called `{ident}`",
                        span=Span(file=name, line=number, column=heading.start("id") + 1, length=len(ident), source=line),
                        help=nearest(ident, signatures),
                        code="heading-without-signature",
                    )
                )
            current = samples.setdefault(ident, [])
        elif line.strip():
            if current is None:
                current = []
                names.faults.append(
                    Fault(
                        message="this sample stands under no heading",
                        span=Span(file=name, line=number, length=len(line), source=line),
                        help="put `== signature-id ==` above it",
                        code="sample-without-heading",
                    )
                )
            current.append(line)
    return {ident: tuple(lines) for ident, lines in samples.items()}


def _files(model: type[M], home: Path, folder: Path, names: Names) -> Iterator[tuple[Document, M, Path]]:
    for path in sorted(home.glob("*.yaml")):
        found = _file(model, path, folder, names)
        if found:
            yield found[0], found[1], path


def _file(model: type[M], path: Path, folder: Path, names: Names) -> tuple[Document, M] | None:
    """A file that exists and follows its model; None, with the faults kept, where it does not."""
    if not path.exists():
        return None
    document, found = read_document(path, path.relative_to(folder).as_posix())
    names.faults += found
    if document is None:
        return None
    file = validate(model, document, names.faults)
    if file is None:
        _conditions_of(document, names)
        return None
    return document, file


def _conditions_of(document: Document, names: Names) -> None:
    """A file that breaks its schema still has its conditions checked, so that one run shows all."""
    rules = document.data.get("rules") if isinstance(document.data, dict) else None
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        if isinstance(rule, dict) and isinstance(rule.get("when"), str) and rule["when"]:
            condition_at(document, ("rules", index, "when"), rule["when"], names)


def _same_name(document: Document, what: str, ident: str, path: Path, names: Names) -> None:
    if ident != path.stem:
        names.faults.append(
            Fault(
                message=f"{what} `{ident}` stands in the file of another",
                span=document.span((what,)),
                help=f"call the file `{ident}.yaml`, or the {what} `{path.stem}`",
                code="file-name",
            )
        )


def _twice(base: KnowledgeBase) -> Iterator[Fault]:
    """Ids that two things share."""
    seen: dict[str, Span] = {}
    for rule in base.rules:
        first = seen.setdefault(rule.id, rule.span)
        if first is not rule.span:
            yield Fault(
                message=f"two rules are called `{rule.id}`", span=rule.span, reason=f"the other: {first}", code="duplicate-id"
            )
    known: dict[str, Span] = {}
    for format_ in base.formats.values():
        for signature in format_.signatures:
            first = known.setdefault(signature.id, signature.span)
            if first is not signature.span:
                message = f"two signatures are called `{signature.id}`"
                yield Fault(message=message, span=signature.span, reason=f"the other: {first}", code="duplicate-id")


def _place(fault: Fault) -> tuple[str, int, int]:
    return (fault.span.file, fault.span.line, fault.span.column) if fault.span else ("", 0, 0)
