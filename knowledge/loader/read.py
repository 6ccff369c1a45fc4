"""Reading a whole base folder: every file once, every fault kept, nothing given up before the end."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from knowledge.errors import Fault, Severity, Span
from knowledge.loader import schema
from knowledge.loader.build import build_cause, build_collect, build_phrases, build_question, build_rules
from knowledge.loader.document import Document
from knowledge.loader.faults import M, nearest, validate
from knowledge.loader.folders import Folders, Layers, layers_of
from knowledge.loader.formats import build_facts, build_format
from knowledge.loader.found import Survey, named_by_day, revision_of
from knowledge.loader.layers import read_layered
from knowledge.loader.names import Names, check_condition, condition_at
from knowledge.loader.texts import read_texts
from knowledge.loader.tuning import TUNING, build_tunings, tuned
from knowledge.rules import Cause, Code, Collect, Format, KnowledgeBase, Phrase, Question, Rule, Text
from knowledge.terms import CauseId, FormatId, QuestionId
from knowledge.understanding import plain_words

#: `== charon-received-notify ==` above the raw lines of a signature's samples; the closing sign may be left out.
_HEADING = re.compile(r"^==\s+(?P<id>\S+)(?:\s+==)?\s*$")
#: A raw line ends here, and nowhere else: what YAML or Python also take for an end of line may stand in a log.
_LINE_ENDS = re.compile("\r?\n")
_CODE_COLUMNS = ("family", "code", "symbol", "meaning", "stage", "causes", "source")


@dataclass(frozen=True, slots=True)
class _Reading:
    """The folders that are read, and what is known so far."""

    layers: Layers
    names: Names


def survey(folders: Folders, *, strict: bool = True, today: date | None = None) -> Survey:
    """Read every file of the layers; see `knowledge.loader.load_base`."""
    layers = layers_of(folders)
    faults: list[Fault] = []
    names = Names(faults=faults, texts=read_texts(layers, faults), severity=Severity.ERROR if strict else Severity.WARNING)
    reading = _Reading(layers, names)
    _facts(reading)
    formats = _formats(reading)
    causes, rules = _causes(reading)
    base = KnowledgeBase(
        revision=revision_of(layers.folders),
        facts=MappingProxyType(names.facts),
        formats=MappingProxyType(formats),
        causes=MappingProxyType(causes),
        rules=tuple(rules),
        questions=MappingProxyType(_questions(reading)),
        codes=MappingProxyType(_codes(reading)),
        collects=MappingProxyType(_collects(reading)),
        sentences=MappingProxyType(_sentences(reading)),
        locales=frozenset({"en", *names.texts.locales}),
    )
    phrases, ignored = _words(reading, base)
    base = replace(base, phrases=phrases, ignored_words=ignored)
    for rule in base.rules:
        check_condition(rule.when, base, names)
    for question in base.questions.values():
        if question.when:
            check_condition(question.when, base, names)
    faults += _twice(base)
    base = _tuned(reading, base, today or datetime.now(UTC).date())
    return Survey(base, tuple(sorted(faults, key=_place)))


def _tuned(reading: _Reading, base: KnowledgeBase, today: date) -> KnowledgeBase:
    """The base as `tuning.yaml` changes it today, and named for that."""
    found = _file(schema.TuningFile, TUNING, reading)
    if not found:
        return base
    in_force, ended = build_tunings(*found, base, reading.names, today)
    names = (f"{tuning.kind}:{tuning.rule or tuning.cause}:{tuning.until}" for tuning in ended)
    return replace(tuned(base, in_force), ended=ended, revision=named_by_day(base.revision, names))


def _facts(reading: _Reading) -> None:
    found = _file(schema.FactsFile, "facts.yaml", reading)
    if found:
        build_facts(found[1], reading.names)


def _formats(reading: _Reading) -> dict[FormatId, Format]:
    formats: dict[FormatId, Format] = {}
    for document, file, name in _files(schema.FormatFile, "formats", reading):
        samples = _samples(name.removesuffix(".yaml") + ".log", {model.id for model in file.signatures}, reading)
        formats[FormatId(file.format)] = build_format(document, file, samples, reading.names)
        _same_name(document, "format", file.format, name, reading.names)
    return formats


def _causes(reading: _Reading) -> tuple[dict[CauseId, Cause], list[Rule]]:
    causes: dict[CauseId, Cause] = {}
    rules: list[Rule] = []
    names = reading.names
    files = list(_files(schema.CauseFile, "causes", reading))
    # A cause whose file has a fault is still a cause: its name is known, so that nothing else is blamed.
    names.causes |= {_stem(name) for name in reading.layers.names("causes", ".yaml")} | {file.cause for _, file, _ in files}
    for document, file, name in files:
        _same_name(document, "cause", file.cause, name, names)
        cause, own = build_cause(document, file, names)
        causes[cause.id] = cause
        rules += own
    for document, spanning, _name in _files(schema.RulesFile, "rules", reading):
        rules += build_rules(document, spanning.rules, names, None)
    return causes, rules


def _questions(reading: _Reading) -> dict[QuestionId, Question]:
    found = _file(schema.QuestionsFile, "questions.yaml", reading)
    if not found:
        return {}
    document, file = found
    questions = [build_question(document, index, model, reading.names) for index, model in enumerate(file.questions)]
    return {question.id: question for question in questions}


def _collects(reading: _Reading) -> dict[str, Collect]:
    found = _file(schema.CollectFile, "collect.yaml", reading)
    return {model.id: build_collect(model, reading.names) for model in found[1].collect} if found else {}


def _codes(reading: _Reading) -> dict[tuple[str, str], Code]:
    """The code tables, a row of an upper layer in the place of the lower one's with that family and code."""
    codes: dict[tuple[str, str], Code] = {}
    for layer, folder in enumerate(reading.layers):
        known = dict(codes)
        for path in sorted((folder / "codes").glob("*.csv")):
            for row, span in _rows(path, reading):
                before = known.get((row["family"] or "", row["code"] or ""))
                if before is not None:
                    reading.names.texts.said_once(layer, ("code", before.family, before.code), before.meaning())
                code = _code(row, span, reading.names)
                if code:
                    codes[code.family, code.code] = code
    return codes


def _rows(path: Path, reading: _Reading) -> Iterator[tuple[Mapping[str, Any], Span]]:
    name = reading.layers.printed(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    reader = csv.DictReader(lines)
    if tuple(reader.fieldnames or ()) != _CODE_COLUMNS:
        place = Span(file=name, line=1, length=len(lines[0]) if lines else 1, source=lines[0] if lines else "")
        reading.names.faults.append(
            Fault(message="these are not the columns of a code table", span=place, help=",".join(_CODE_COLUMNS), code="columns")
        )
        return
    for row in reader:
        yield row, Span(file=name, line=reader.line_num, source=lines[reader.line_num - 1])


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


def _sentences(reading: _Reading) -> dict[str, Text]:
    found = _file(schema.ReportFile, "report.yaml", reading)
    texts = reading.names.texts
    return {key: texts.text(says, "report", key) for key, says in found[1].sentences.items()} if found else {}


def _words(reading: _Reading, base: KnowledgeBase) -> tuple[tuple[Phrase, ...], frozenset[str]]:
    found = _file(schema.WordsFile, "words.yaml", reading)
    if not found:
        return (), frozenset()
    return build_phrases(*found, base, reading.names), frozenset(plain_words(found[1].ignore))


def _samples(name: str, signatures: set[str], reading: _Reading) -> dict[str, tuple[str, ...]]:
    """The samples of a format; what an upper layer shows for a signature takes the place of the lower one's."""
    samples: dict[str, tuple[str, ...]] = {}
    for path in reading.layers.holding(name):
        samples.update(_samples_in(path, reading.layers.printed(path), signatures, reading.names))
    return samples


def _samples_in(path: Path, name: str, signatures: set[str], names: Names) -> dict[str, tuple[str, ...]]:
    """The raw lines under each heading; blank lines separate and are not samples."""
    samples: dict[str, list[str]] = {}
    current: list[str] | None = None
    for number, line in enumerate(_raw_lines(path), 1):
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


def _raw_lines(path: Path) -> list[str]:
    """The lines of a file of samples, unchanged but for a mark of the encoding before the first."""
    return _LINE_ENDS.split(path.read_bytes().decode("utf-8-sig", "replace"))


def _files(model: type[M], home: str, reading: _Reading) -> Iterator[tuple[Document, M, str]]:
    for name in reading.layers.names(home, ".yaml"):
        found = _file(model, name, reading)
        if found:
            yield found[0], found[1], name


def _file(model: type[M], name: str, reading: _Reading) -> tuple[Document, M] | None:
    """A file that exists and follows its model; None, with the faults kept, where it does not."""
    names = reading.names
    document, below = read_layered(reading.layers, name, names.faults)
    if document is None:
        return None
    for layer, data in below:
        names.texts.said_below(layer, data)
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


def _stem(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(".yaml")


def _same_name(document: Document, what: str, ident: str, name: str, names: Names) -> None:
    if ident != _stem(name):
        names.faults.append(
            Fault(
                message=f"{what} `{ident}` stands in the file of another",
                span=document.span((what,)),
                help=f"call the file `{ident}.yaml`, or the {what} `{_stem(name)}`",
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
