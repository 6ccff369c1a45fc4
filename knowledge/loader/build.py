"""From validated files to the frozen things of `knowledge.rules`, checking every name that points elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from types import MappingProxyType

from knowledge.errors import Fault, Span
from knowledge.inference import MARKS, PRIORS
from knowledge.loader import schema
from knowledge.loader.document import Document
from knowledge.loader.faults import empty, nearest, unknown
from knowledge.loader.names import Names, Path, condition_at
from knowledge.rules import (
    Cause,
    Choice,
    Collect,
    Effect,
    Example,
    KnowledgeBase,
    Phrase,
    Question,
    Rule,
    Step,
    Text,
)
from knowledge.terms import (
    OTHER,
    CauseId,
    ChoiceId,
    Direction,
    FactId,
    QuestionId,
    RuleId,
    StepId,
    Strength,
)
from knowledge.understanding import plain_words


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
                status=model.status,
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
        choices.append(Choice(id=ChoiceId(choice.id), says=says, effects=effects, codes=choice.codes, usual=choice.usual))
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
    for fact, texts in file.facts.items():
        if fact not in base.facts:
            where = partial(document.span, ("facts", fact), key=True)
            names.faults.append(unknown("fact", fact, where(), base.facts, severity=names.severity))
        phrases += [Phrase(words=plain_words(text), fact=FactId(fact)) for text in texts]
    return tuple(phrases)


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
    if strength == "":
        names.faults.append(empty(direction, where(), Strength))
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
