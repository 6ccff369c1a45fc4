"""Draft a signature from a log line: whose line it is, what varies in it, and the line itself as its sample."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from knowledge.authoring.new.draft import Draft, Part, free_id, from_line, slug
from knowledge.authoring.new.holes import draft_line
from knowledge.authoring.new.insert import scalar
from knowledge.authoring.samples import candidates
from knowledge.errors import MisuseError
from knowledge.loader.faults import nearest
from knowledge.logs.clocks import Clocks
from knowledge.logs.records import HOSTS, Catalogue, Record, catalogue
from knowledge.logs.signatures import match
from knowledge.rules import FactKind, Format, KnowledgeBase
from knowledge.terms import FactId, FormatId

_WHEN = datetime(2024, 1, 1, tzinfo=UTC)
#: So many facts are named that the line may mean.
_MOST_NEAR = 4
#: Words that tell nothing about what a line means.
_IDLE = frozenset(
    [
        "the",
        "and",
        "for",
        "was",
        "were",
        "not",
        "with",
        "this",
        "that",
        "from",
        "has",
        "have",
        "its",
        "are",
        "been",
        "any",
        "all",
        "end",
        "peer",
        "server",
    ]
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("line", metavar="LINE", help="a log line in quotes, FILE:LINE, or - for a line on standard input")
    parser.add_argument("--fact", metavar="FACT", help="what the line says: a word of facts.yaml, such as ike.timeout")
    parser.add_argument("--format", metavar="NAME", help="whose line it is, where the line does not say (charon, pppd, …)")
    parser.add_argument("--id", metavar="ID", help="the signature's name (default: made of the line's words)")
    parser.add_argument("--anyway", action="store_true", help="also if a signature finds the line already")


def draft(base: KnowledgeBase, folder: Path, args: argparse.Namespace) -> Draft:
    """What the command drafts."""
    line = from_line(args.line)
    return draft_signature(base, folder, line, fact=args.fact, name=args.format, ident=args.id, anyway=args.anyway)


def draft_signature(
    base: KnowledgeBase,
    folder: Path,
    line: str,
    *,
    fact: str | None = None,
    name: str | None = None,
    ident: str | None = None,
    anyway: bool = False,
) -> Draft:
    """A signature that finds a line, with the line as its sample.

    Args:
        base: The base.
        folder: Its folder.
        line: A log line as the daemon, or syslog, wrote it.
        fact: What it says; None: left to the author.
        name: Its format; None: as the line shows.
        ident: The signature's id; None: made of the line's words.
        anyway: Also if the line is known already.

    Raises:
        MisuseError: nobody's line, a fact that does not exist, a line that is known, or one that holds too little.
    """
    if fact is not None and FactId(fact) not in base.facts:
        advised = nearest(fact, base.facts)
        raise MisuseError(f"no fact is called `{fact}`" + (f"; {advised}" if advised else "") + "; new words go into facts.yaml")
    known = catalogue(base)
    record = known.record(line, 1, Clocks(_WHEN))
    if not anyway:
        _refuse_known(known, line, record)
    whose = _whose(base, known, record, line, name)
    kind = base.facts.get(FactId(fact)) if fact else None
    pattern = draft_line(whose.message, values=sorted(kind.values) if kind else ())
    taken = {signature.id for source in base.formats.values() for signature in source.signatures}
    ident = ident or free_id(f"{whose.format}-{_words_of(pattern)}", taken)
    near = () if fact else _near(base, whose.message)
    entry = f"- id: {ident}\n  line: {scalar(pattern)}\n  fact: {fact or ''}".rstrip(" ")
    file = folder / "formats" / f"{whose.format}.yaml"
    parts = [Part(file=file, key="signatures", entry=entry, head=None if whose.known else _new_format(whose))]
    parts.append(Part(file=file.with_suffix(".log"), entry=f"== {ident}\n{line}", sample=(ident, line)))
    notes = [f"facts that it may mean: {', '.join(near)}"] if near else []
    if whose.known and whose.program:
        notes.append(f"add `{whose.program}` to `programs` of {whose.format}: the line names it")
    if not whose.known:
        notes.append(f"`{whose.format}` is a new format: see what its title is, and `always`")
    return Draft(what="signature", ident=ident, parts=tuple(parts), notes=tuple(notes))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whose:
    """Whose line it is."""

    format: str
    #: False where the base has no such format.
    known: bool
    #: The line without what this format's lines begin with.
    message: str
    #: The program that is to be added to the format, if one is.
    program: str | None


def _whose(base: KnowledgeBase, known: Catalogue, record: Record, line: str, name: str | None) -> _Whose:
    if name is not None and record.formats and FormatId(name) not in record.formats:
        raise MisuseError(f"`{record.program}` is a program of {', '.join(record.formats)}, not of {name}")
    if name is not None:
        format_ = name
    elif record.formats:
        format_ = record.formats[0]
    else:
        format_ = _by_beginning(known, record) or _by_program(line)
    source: Format | None = base.formats.get(FormatId(format_))
    program = _program(line)
    if source is None:
        named = program or slug(format_)
        return _Whose(format=slug(format_), known=False, message=_message(record.message, line), program=named)
    begun = known.shapes[source.id].begins(record.message)
    stranger = record.program if record.program and not record.formats else None
    return _Whose(format=source.id, known=True, message=begun.message if begun else record.message, program=stranger)


def _by_beginning(known: Catalogue, record: Record) -> str | None:
    shapes = [shape for shape in known.shapes.values() if shape.telling and shape.begins(record.message)]
    return shapes[0].id if len(shapes) == 1 else None


#: The program of a syslog line that the base does not know: `Nov 23 20:27:54 gw vpnd[211]: …`
_TAG = re.compile(r"(?:^|\s)(?P<program>[A-Za-z][\w./-]{1,40}?)(?:\[\d+\])?:\s+(?P<message>\S.*)$")


def _program(line: str) -> str | None:
    found = _TAG.search(line)
    return None if found is None or found["program"].lower() in HOSTS else found["program"].rpartition("/")[2].lower()


def _by_program(line: str) -> str:
    program = _program(line)
    if program is None:
        raise MisuseError("the line does not say whose it is; name the daemon with --format (a new name makes a new format)")
    return program


def _message(message: str, line: str) -> str:
    found = _TAG.search(line)
    return found["message"] if found else message


def _new_format(whose: _Whose) -> str:
    return f"schema: 1\nformat: {whose.format}\ntitle: {whose.format}\nprograms: [{whose.program}]\nsignatures:\n"


def _refuse_known(known: Catalogue, line: str, record: Record) -> None:
    found = match(record, candidates(line, known), known)
    if found:
        best = max(found, key=lambda each: each.pattern.weight)
        says = f"`{best.signature.id}` of {best.format} finds this line already and says `{best.signature.fact}`"
        raise MisuseError(f"{says}; with --anyway I draft another")


def _words_of(pattern: str) -> str:
    bare = re.sub(r"\{[^{}]*\}", " ", pattern)
    return slug(" ".join(re.findall(r"[A-Za-z]{2,}", bare)[:4])) or "line"


def _near(base: KnowledgeBase, message: str) -> tuple[str, ...]:
    """The facts whose words, or whose signatures' words, the line has most of."""
    wanted = _telling(message)
    scores: dict[str, int] = {}
    texts: Mapping[str, list[str]] = _texts(base)
    for fact, said in texts.items():
        scores[fact] = max((len(wanted & _telling(text)) for text in said), default=0)
    best = sorted(scores, key=lambda fact: (-scores[fact], fact))
    return tuple(fact for fact in best[:_MOST_NEAR] if scores[fact] > 0)


def _texts(base: KnowledgeBase) -> Mapping[str, list[str]]:
    texts: dict[str, list[str]] = {fact: [_said(kind)] for fact, kind in base.facts.items()}
    for source in base.formats.values():
        for signature in source.signatures:
            texts.setdefault(signature.fact, []).append(re.sub(r"\{[^{}]*\}", " ", signature.line or ""))
    return texts


def _said(kind: FactKind) -> str:
    return f"{kind.id.replace('.', ' ').replace('_', ' ')} {kind.says()}"


def _telling(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"[a-z]{3,}", text.lower()) if word not in _IDLE)
