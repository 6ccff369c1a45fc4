"""A rule's examples as evidence: what the engine would ask the rule of, if a person had sent exactly this.

Log lines are read as an upload is. Facts (see `sketch`) are the whole truth: what is not among them did not happen, unless the
example says with `whole: …` how much its log shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from knowledge.attempts import attempts_of
from knowledge.authoring.sketch import SKETCH, Sketch, sketch
from knowledge.condition import Condition, Context, Result, evaluate
from knowledge.condition.misses import missed
from knowledge.diagnosis import PLATFORM_ANSWERS
from knowledge.errors import MisuseError
from knowledge.inference import Answers, answered, choices_of, context_of, facts_of_answers
from knowledge.logs import read
from knowledge.rules import Example, KnowledgeBase, Rule
from knowledge.terms import Attempt, ChoiceId, Fact, Log, Platform, QuestionId, ReadState, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a rule made of one of its examples."""

    rule: Rule
    example: Example
    #: True for a near miss: there the rule must not speak.
    near_miss: bool
    #: None where the example itself is at fault.
    result: Result | None
    #: The one part of the condition that kept the rule from speaking; None where there are several.
    missed: Condition | None = None
    #: Why the example cannot be used.
    problem: str | None = None

    @property
    def as_meant(self) -> bool:
        """Whether the rule spoke where it should, or kept silent where it should."""
        return self.result is not None and self.result.holds is not self.near_miss


def shown(base: KnowledgeBase, rule: Rule) -> Iterator[Shown]:
    """Ask a rule of each of its examples and near misses."""
    for near_miss, examples in ((False, rule.examples), (True, rule.near_misses)):
        for example in examples:
            yield show(base, rule, example, near_miss=near_miss)


def show(base: KnowledgeBase, rule: Rule, example: Example, *, near_miss: bool) -> Shown:
    """Ask a rule of one example."""
    try:
        context = context_of_example(base, example)
    except MisuseError as wrong:
        return Shown(rule=rule, example=example, near_miss=near_miss, result=None, problem=str(wrong))
    result = evaluate(rule.when, context)
    return Shown(rule=rule, example=example, near_miss=near_miss, result=result, missed=missed(rule.when, context))


def context_of_example(base: KnowledgeBase, example: Example) -> Context:
    """What conditions are asked of where an example is all that is known.

    Raises:
        MisuseError: a line of its facts, or an answer, is none.
    """
    drawn = sketch(example.facts, {fact.id: fact.stage for fact in base.facts.values()})
    logs = [read(example.log.encode(), "example.log", base=base)] if example.log else []
    if drawn.facts:
        logs.append(Log(file=SKETCH, read=ReadState.WHOLE, facts=drawn.facts, side=drawn.side))
    found = attempts_of(base, logs)
    given = answered(base, _answers(drawn, example))
    platform = drawn.platform or _platform(_answers(drawn, example), logs)

    def context(attempt: Attempt | None, facts: tuple[Fact, ...]) -> Context:
        asked = context_of(base, facts, choices_of(given), attempt=attempt, platform=platform, side=drawn.side, stage=drawn.stage)
        return _as_drawn(base, drawn, asked) if drawn.facts or drawn.whole else asked

    chosen = found.attempts[found.chosen] if found.chosen is not None else None
    own = context(chosen, (*(chosen.facts if chosen else ()), *found.host, *facts_of_answers(base, given)))
    at = found.chosen or 0
    return replace(
        own,
        side=drawn.side or own.side,
        stage=drawn.stage or own.stage,
        earlier=(*_around(drawn.earlier, own), *(context(attempt, attempt.facts) for attempt in found.attempts[:at])),
        later=(*(context(attempt, attempt.facts) for attempt in found.attempts[at + 1 :]), *_around(drawn.later, own)),
    )


def _as_drawn(base: KnowledgeBase, drawn: Sketch, context: Context) -> Context:
    """Facts that were written down are all there are, in every stage, or in those that the example calls whole.

    What did not happen is known only of what some format is sure to say: of everything else no log could tell, and a rule that
    waits for its absence must not look as if it worked.
    """
    always = frozenset(fact for source in base.formats.values() for fact in source.always)
    return replace(context, covered=drawn.whole or frozenset(Stage), always=always)


def _around(facts: tuple[Fact, ...], own: Context) -> tuple[Context, ...]:
    return (replace(own, facts=facts, earlier=(), later=()),) if facts else ()


def _answers(drawn: Sketch, example: Example) -> Answers:
    answers: dict[QuestionId, tuple[ChoiceId, ...]] = {}
    for question, choice in (*drawn.answers, *example.answers.items()):
        answers[QuestionId(question)] = (*answers.get(QuestionId(question), ()), ChoiceId(choice))
    return answers


def _platform(answers: Answers, logs: list[Log]) -> Platform | None:
    said = [PLATFORM_ANSWERS[choice] for choice in answers.get(QuestionId("platform"), ()) if choice in PLATFORM_ANSWERS]
    return next(iter(said), None) or next((log.platform for log in logs if log.platform), None)
