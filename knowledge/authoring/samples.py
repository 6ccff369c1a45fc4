"""Whether each signature finds its own samples, and who else takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from knowledge.errors import BaseError, Fault, Severity, Span
from knowledge.loader import Folders
from knowledge.loader.folders import Layers, layers_of
from knowledge.logs import compile_line, compile_signature
from knowledge.logs.clocks import Clocks
from knowledge.logs.records import Catalogue, Record, catalogue
from knowledge.logs.signatures import Match, match
from knowledge.rules import Does, KnowledgeBase, Signature

#: The year that samples without one are read in; which it is does not matter.
_WHEN = datetime(2024, 1, 1, tzinfo=UTC)


def sample_faults(base: KnowledgeBase, folders: Folders, only: Iterable[str] = ()) -> Iterator[Fault]:
    """Signatures without samples, samples that their signature does not find, and samples that another one takes.

    Args:
        base: The base.
        folders: Its folders, for the places of samples.
        only: Signatures to look at; none: all.
    """
    wanted = frozenset(only)
    known = catalogue(base)
    for source in base.formats.values():
        places = _Places(layers_of(folders), f"formats/{source.id}.log")
        for signature in source.signatures:
            if wanted and signature.id not in wanted:
                continue
            if not _compiles(signature):
                continue  # `check` has said why
            if not signature.samples:
                yield Fault(
                    message=f"signature `{signature.id}` has no sample",
                    span=signature.span,
                    help=f"put a real line under `== {signature.id}` in {places.name}",
                    code="no-sample",
                )
            for sample in signature.samples:
                fault = _judge(signature, sample, known, places)
                if fault:
                    yield fault


def _judge(signature: Signature, sample: str, known: Catalogue, places: _Places) -> Fault | None:
    record = known.record(sample, 1, Clocks(_WHEN))
    found = [each for each in match(record, candidates(sample, known), known) if each.format == signature.format]
    own = next((each for each in found if each.signature is signature), None)
    if own is None:
        return _unmatched(signature, sample, record, known, places)
    against = next((each for each in found if _contradict(known, own, each)), None)
    if against is not None:
        return Fault(
            message=f"signature `{against.signature.id}` takes this sample of `{signature.id}` for the opposite",
            span=places.of(signature.id, sample),
            reason=f"one says `{signature.fact}`, the other `{against.signature.fact}`",
            note=f"its pattern is `{against.signature.line or against.signature.regex}`",
            help="give the other pattern more of its own line",
            severity=Severity.WARNING,
            code="sample-of-the-opposite",
        )
    rivals = [each for each in found if each.signature.fact == signature.fact and _told(each) > _told(own)]
    if rivals:
        best = max(rivals, key=_told)
        return Fault(
            message=f"signature `{best.signature.id}` takes this sample of `{signature.id}`",
            span=places.of(signature.id, sample),
            reason="both assert the same fact, and the other tells more",
            help="make the two lines differ, or keep one of the signatures",
            severity=Severity.WARNING,
            code="shadowed-sample",
        )
    return None


def _contradict(known: Catalogue, own: Match, other: Match) -> bool:
    """Whether one says that a stage was passed, and the other that the connection failed in it."""
    kinds = [known.kinds.get(each.signature.fact) for each in (own, other)]
    does = {kind.does for kind in kinds if kind}
    return does == {Does.PASSES, Does.FAILS} and len({kind.stage for kind in kinds if kind}) == 1


def _unmatched(signature: Signature, sample: str, record: Record, known: Catalogue, places: _Places) -> Fault:
    span = places.of(signature.id, sample)
    code = "sample-not-matched"
    if record.formats and signature.format not in record.formats:
        return Fault(
            message=f"the sample of `{signature.id}` is a line of another format",
            span=span,
            reason=f"`{record.program}` is a program of {', '.join(record.formats)}",
            help="move the signature there, or add the program to `programs`",
            code=code,
        )
    shape = known.shapes[signature.format]
    begun = shape.begins(record.message)
    message = begun.message if begun else record.message
    agreed = how_far(signature.line, message) if signature.line else ""
    return Fault(
        message=f"signature `{signature.id}` does not match its sample",
        span=replace(span, column=max(0, sample.find(message)) + len(agreed) + 1),
        reason="the pattern agrees as far as here" if agreed else "no part of the pattern is found in it",
        note=f"the pattern is `{signature.line or signature.regex}`, and the message `{message}`",
        help="mend the pattern, or the sample",
        code=code,
    )


def how_far(line: str, message: str) -> str:
    """The beginning of a message up to which a pattern with holes agrees with it.

    >>> how_far("received {name:word} error notify from {peer:address}", "received X error notify by 192.0.2.1")
    'received X error notify '
    """
    agreed = ""
    for end in range(1, len(line) + 1):
        part = line[:end]
        if part.count("{") != part.count("}"):
            continue
        try:
            found = compile_line(part).regex.search(message)
        except BaseError:
            continue
        if found:
            agreed = message[: found.end()]
    return agreed


def candidates(sample: str, known: Catalogue) -> list[int]:
    """The signatures that may find a line, as indices of the catalogue."""
    return sorted({*known.needleless, *(index for _, _, hits in known.lines(sample.encode()) for index in hits)})


def _told(each: Match) -> tuple[int, int]:
    """How much a match tells, as the reader weighs it."""
    return len({**each.signature.constants, **each.values}), each.pattern.weight


def _compiles(signature: Signature) -> bool:
    try:
        compile_signature(signature)
    except BaseError:
        return False
    return True


class _Places:
    """Where samples stand in the file of their format."""

    def __init__(self, layers: Layers, name: str) -> None:
        self.name = name
        #: By heading: the file, its lines, and where the heading stands; an upper layer's takes the place of the lower one's.
        self._headings: dict[str, tuple[str, list[str], int]] = {}
        for path in layers.holding(name):
            self.name = layers.printed(path)
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            for number, line in enumerate(lines):
                if line.startswith("== "):
                    self._headings[line.strip().strip("=").strip()] = (self.name, lines, number)

    def of(self, signature: str, sample: str) -> Span:
        """The place of a sample, below the heading of its signature."""
        file, lines, begin = self._headings.get(signature, (self.name, [], 0))
        number = next((at for at in range(begin, len(lines)) if lines[at] == sample), begin)
        return Span(file=file, line=number + 1, source=sample)
