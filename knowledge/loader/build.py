"""From validated files to the frozen things of `knowledge.rules`, checking every name that points elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

import yaml

from knowledge.condition import Condition, Mention, mentions, parse
from knowledge.errors import BaseError, ConditionError, Fault, Severity, Span
from knowledge.inference import MARKS, PRIORS
from knowledge.loader import schema
from knowledge.loader.document import Document
from knowledge.loader.faults import nearest, unknown
from knowledge.loader.texts import Texts
from knowledge.logs.patterns import compile_line, compile_regex
from knowledge.rules import (
    Cause,
    Choice,
    Collect,
    Does,
    Effect,
    Example,
    FactKind,
    Format,
    KnowledgeBase,
    Phrase,
    Question,
    Rule,
    Signature,
    Step,
    Text,
)
from knowledge.terms import (
    OTHER,
    CauseId,
    ChoiceId,
    Direction,
    FactId,
    FormatId,
    QuestionId,
    RuleId,
    SignatureId,
    StepId,
    Strength,
)
from knowledge.understanding import plain_words

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


def build_cause(document: Document, file: schema.CauseFile, names: Names) -> tuple[Cause, list[Rule]]:
    """A cause and its rules."""
    cause = CauseId(file.cause)

    def text(english: str, name: str) -> Text:
        return names.texts.text(english, "cause", cause, name)

    built = Cause(
        id=cause,
        title=text(file.title, "title"),
        says=text(file.says, "says"),
        about=text(file.about, "about"),
        stage=file.stage,
        shows_at=frozenset(file.shows_at),
        fixer=file.fixer,
        prior=PRIORS[file.prior],
        steps=tuple(_step(model, cause, names) for model in file.steps),
        sources=file.sources,
    )
    return built, build_rules(document, file.rules, names, cause)


def build_rules(document: Document, models: Iterable[schema.RuleModel], names: Names, cause: CauseId | None) -> list[Rule]:
    """Rules of a cause file, or (`cause` None) of a file that spans causes. A rule that says nothing is left out."""
    rules = []
    for index, model in enumerate(models):
        path: Path = ("rules", index)
        when = condition_at(document, (*path, "when"), model.when, names)
        effects = _effects(document, path, model, names, cause)
        if when is None or not effects:
            continue
        rules.append(
            Rule(
                id=RuleId(model.id),
                when=when,
                effects=effects,
                says=names.texts.text(model.says, "rule", model.id),
                source=model.source,
                span=document.span((*path, "id")),
                group=model.group or None,
                examples=tuple(_example(example) for example in model.example),
                near_misses=tuple(_example(example) for example in model.near_miss),
            )
        )
    return rules


def build_question(document: Document, index: int, model: schema.QuestionModel, names: Names) -> Question:
    """A question with its choices."""
    path: Path = ("questions", index)
    choices = []
    for number, choice in enumerate(model.choices):
        place = (*path, "choices", number, "effect")
        effects = tuple(
            Effect(cause=CauseId(cause), direction=MARKS[mark][0], strength=MARKS[mark][1])
            for cause, mark in choice.effect.items()
            if names.knows_cause(cause, partial(document.span, (*place, cause), key=True))
        )
        says = names.texts.text(choice.says, "choice", model.id, choice.id)
        choices.append(Choice(id=ChoiceId(choice.id), says=says, effects=effects, codes=choice.codes))
    return Question(
        id=QuestionId(model.id),
        ask=names.texts.text(model.ask, "question", model.id, "ask"),
        why=names.texts.text(model.why, "question", model.id, "why"),
        seconds=model.seconds,
        unknown=model.unknown,
        choices=tuple(choices),
        several=model.several,
        platforms=model.platforms,
        when=condition_at(document, (*path, "when"), model.when, names) if model.when else None,
    )


def build_collect(model: schema.CollectModel, names: Names) -> Collect:
    """How to get a log."""

    def text(english: str, name: str) -> Text:
        return names.texts.text(english, "collect", model.id, name)

    return Collect(
        id=model.id,
        platforms=model.platforms,
        side=model.side,
        covers=model.covers,
        minutes=model.minutes,
        title=text(model.title, "title"),
        do=text(model.do, "do"),
        undo=text(model.undo, "undo"),
        secrets=text(model.secrets, "secrets"),
        source=model.source,
    )


def build_phrases(document: Document, file: schema.WordsFile, base: KnowledgeBase, names: Names) -> tuple[Phrase, ...]:
    """What people write, as plain words."""
    phrases = [Phrase(words=plain_words(text), platform=platform) for platform, texts in file.platforms.items() for text in texts]
    for answer, texts in file.answers.items():
        question_id, _, choice_id = answer.partition("=")
        question = base.questions.get(QuestionId(question_id))
        where = partial(document.span, ("answers", answer), key=True)
        if question is None:
            names.faults.append(unknown("question", question_id, where(), base.questions, severity=names.severity))
        elif choice_id not in (known := {choice.id for choice in question.choices}):
            names.faults.append(unknown("choice", choice_id, where(), known, severity=names.severity))
        else:
            phrases += [Phrase(words=plain_words(text), question=question.id, choice=ChoiceId(choice_id)) for text in texts]
    return tuple(phrases)


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
    if node.style in ("|", ">"):
        column = 0
        first = next((n for n in range(first + 1, len(document.lines)) if document.lines[n].strip()), first)
    source = "\n".join(document.lines[first : max(first, last) + 1])
    return Span(file=span.file, line=first + 1, column=column + 1, length=span.length, source=source)


def _effects(document: Document, path: Path, model: schema.RuleModel, names: Names, cause: CauseId | None) -> tuple[Effect, ...]:
    effects: list[Effect] = []
    given = False
    for direction, word in ((Direction.SUPPORTS, "supports"), (Direction.OPPOSES, "opposes"), (Direction.EXCLUDES, "excludes")):
        value = getattr(model, word)
        if value is None:
            continue
        given = True
        place = (*path, word)
        pairs = {str(cause): value} if isinstance(value, str) and cause else value
        if not isinstance(pairs, dict):
            names.faults.append(
                Fault(
                    message=f"`{word}` must say which causes",
                    span=document.span(place),
                    reason="a map of causes to strengths, as in {psk-mismatch: strong}",
                    code="wrong-type",
                )
            )
            continue
        for name, strength in pairs.items():
            where = partial(document.span, (*place, name), key=True) if isinstance(value, dict) else partial(document.span, place)
            effect = _effect(name, strength, direction, where, names)
            if effect:
                effects.append(effect)
    if not given:
        names.faults.append(
            Fault(
                message=f"rule `{model.id}` concludes nothing",
                span=document.span((*path, "id")),
                help="add `supports:`, `opposes:` or `excludes:` with a strength",
                code="no-effect",
            )
        )
    return tuple(effects)


def _effect(name: str, strength: object, direction: Direction, where: Callable[[], Span], names: Names) -> Effect | None:
    if name == OTHER or not names.knows_cause(name, where):
        return None
    if not isinstance(strength, str) or strength not in tuple(Strength):
        names.faults.append(
            Fault(
                message=f"`{strength}` is not a strength",
                span=where(),
                reason="one of decisive, strong, moderate, weak",
                help=nearest(str(strength), tuple(Strength)),
                code="unknown-word",
            )
        )
        return None
    return Effect(cause=CauseId(name), direction=direction, strength=Strength(strength))


def _step(model: schema.StepModel, cause: CauseId, names: Names) -> Step:
    def text(english: str, name: str) -> Text:
        return names.texts.text(english, "step", cause, model.id, name)

    return Step(
        id=StepId(model.id),
        platforms=model.platforms,
        fixer=model.fixer,
        minutes=model.minutes,
        risk=model.risk,
        mends=model.mends,
        cuts_off=model.cuts_off,
        offline=model.offline,
        phone=model.phone,
        do=text(model.do, "do"),
        verify=text(model.verify, "verify"),
        undo=text(model.undo, "undo"),
        source=model.source,
    )


def _example(model: schema.ExampleModel) -> Example:
    answers = {QuestionId(question): ChoiceId(choice) for question, choice in model.answers.items()}
    return Example(log=model.log, facts=model.facts, answers=MappingProxyType(answers))
