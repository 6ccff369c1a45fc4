"""Names that point elsewhere: what the base knows, and whether a condition only speaks of that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import yaml

from knowledge.condition import Condition, Mention, mentions, parse
from knowledge.errors import ConditionError, Fault, Severity, Span
from knowledge.loader.document import Document
from knowledge.loader.faults import unknown
from knowledge.loader.texts import Texts
from knowledge.rules import FactKind, KnowledgeBase
from knowledge.terms import FactId, QuestionId

Path = Sequence[str | int]


@dataclass(slots=True, kw_only=True)
class Names:
    """What the base knows by name, and where faults go; filled as files are read."""

    faults: list[Fault]
    texts: Texts
    #: How bad a name is that nothing defines: an error in a finished base, a warning in a growing one.
    severity: Severity
    facts: dict[FactId, FactKind] = field(default_factory=dict)
    causes: set[str] = field(default_factory=set)

    def check_fact(self, name: str, place: Callable[[], Span]) -> None:
        """A fact must be in the vocabulary. `place` is only asked for where it is not."""
        if self.facts and name not in self.facts:  # without a vocabulary the fault is facts.yaml's own
            reason = "facts.yaml has no such word"
            self.faults.append(unknown("fact", name, place(), self.facts, severity=self.severity, reason=reason))

    def knows_cause(self, name: str, place: Callable[[], Span]) -> bool:
        """A cause must have a file; an effect on one that has none is left out."""
        if name in self.causes:
            return True
        self.faults.append(
            unknown("cause", name, place(), self.causes, severity=self.severity, reason="no file in causes/ has it")
        )
        return False


def condition_at(document: Document, path: Path, text: str, names: Names) -> Condition | None:
    """Parse the condition that stands at `path`; a fault in it points at the word in the file."""
    try:
        return parse(text, span=content_span(document, path))
    except ConditionError as error:
        names.faults.append(error.fault)
        return None


def check_condition(condition: Condition, base: KnowledgeBase, names: Names) -> None:
    """Every fact, value, question and choice that a condition names must exist."""
    for mention in mentions(condition):
        known = _known(mention, base)
        if known is None or mention.name in known:
            continue
        where = mention.span or Span(file="condition", line=1)
        what = "value" if mention.kind == "value" else mention.kind.replace("answer", "question")
        reason = f"`{mention.of}` does not carry it" if mention.kind == "value" else _NOBODY[mention.kind]
        names.faults.append(unknown(what, mention.name, where, known, severity=names.severity, reason=reason))


#: Why a name in a condition is unknown.
_NOBODY = {
    "fact": "facts.yaml has no such word",
    "family": "facts.yaml has no such family",
    "answer": "questions.yaml has no such question",
    "choice": "the question has no such choice",
}
#: Values that every fact has.
_ALWAYS_THERE = frozenset({"during", "format", "side", "times"})


def _known(mention: Mention, base: KnowledgeBase) -> Iterable[str] | None:
    """The names among which a mention must be; None where anything goes."""
    match mention.kind:
        case "fact":
            return base.facts.keys() or None
        case "family":
            return {f"{fact.partition('.')[0]}.*" for fact in base.facts} or None
        case "value":
            kind = base.facts.get(FactId(mention.of or ""))
            return kind.values | _ALWAYS_THERE if kind else None
        case "answer":
            return base.questions.keys() or None
        case "choice":
            question = base.questions.get(QuestionId(mention.of or ""))
            return {choice.id for choice in question.choices} if question else None
    return None


def content_span(document: Document, path: Path) -> Span:
    """Where the first character of a scalar's own text stands: behind its quote, or on the first line of its block.

    The source is every line that the scalar fills, so that a word in a folded condition finds its own line.
    """
    span = document.span(path)
    node = document.node(path)
    if not isinstance(node, yaml.ScalarNode):
        return span
    first, last = node.start_mark.line, node.end_mark.line
    column = node.start_mark.column + (1 if node.style in ("'", '"') else 0)
    lines = document.origin(node)[1]
    if node.style in ("|", ">"):
        column = 0
        first = next((n for n in range(first + 1, len(lines)) if lines[n].strip()), first)
    source = "\n".join(lines[first : max(first, last) + 1])
    return Span(file=span.file, line=first + 1, column=column + 1, length=span.length, source=source)
