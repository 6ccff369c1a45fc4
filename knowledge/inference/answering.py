"""How often people give each answer, under each cause: what makes marks into probabilities that sum to one.

A mark says how an answer moves the odds; it does not say that a cause which half of the answers speak for is not surprised by
one of them, nor that a cause which most answers speak against has few left. Per question, with `u` for how usual an answer is:

    fits(answer, cause)   = factor(mark) / total(cause)              total(cause) = sum of u x factor over all answers
    P(answer | cause)     = u(answer) x (e + (1 - e) x fits)         e = how often an answer is a mistake, and says nothing

The odds are multiplied by the mark's factor where the finding is counted, and by the rest of it as what was not said (`unsaid`).
Planning asks the same table what an answer would do, so that both believe the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from knowledge.inference.candidates import CODE_FACTS, STAGE_QUESTIONS, Answered
from knowledge.inference.odds import factor, priors
from knowledge.rules import Choice, KnowledgeBase, Question
from knowledge.terms import UNKNOWN, CauseId, Fact

#: How often people make a choice that speaks for no cause, and one that speaks for causes which nobody expects, before the
#: prior of the causes that it speaks for is added. Weights: they are divided by their sum. Where every choice speaks for or
#: against something, the neutral weight is that of the people whom none of them fits.
NEUTRAL_CHOICE, RARE_CHOICE = 0.15, 0.03
#: Choices that say that the question cannot be answered here (KB 325034 K11, K14): they prove no more than *I don't know*.
NO_ANSWERS = frozenset({("prompt", "saved"), ("prompt", "on-click"), ("delay", "still-trying")})
#: How often an answer is a mistake.
MISTAKEN = 0.18
#: A factor of at least this is what a choice is about; less is by the way, and adds this share of the cause's prior.
ABOUT, BY_THE_WAY = 5.0, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTable:
    """One question: its choices but *I don't know*, how usual each is, and P(choice | cause)."""

    choices: tuple[Choice, ...]
    #: How often each is chosen where the cause does not matter; the rest, to 1, finds no choice that fits.
    usual: tuple[float, ...]
    #: By choice, the factors that differ from 1.
    factors: tuple[Mapping[CauseId, float], ...]
    #: By cause, the mean of the factor over all answers that tell something; 1 where a cause is not here.
    totals: Mapping[CauseId, float]
    #: The places of the choices that tell nothing (`NO_ANSWERS`): they are made as often under any cause.
    mute: frozenset[int] = frozenset()

    def odds(self, index: int, cause: CauseId) -> float:
        """How many times as often as usual the choice at `index` is made under a cause."""
        if index in self.mute:
            return 1.0
        return MISTAKEN + (1 - MISTAKEN) * self.factors[index].get(cause, 1.0) / self.totals.get(cause, 1.0)

    def unfit(self, cause: CauseId) -> float:
        """P(no choice fits | cause), among those who know."""
        return (1 - sum(self.usual)) * (MISTAKEN + (1 - MISTAKEN) / self.totals.get(cause, 1.0))

    def likelihood(self, index: int, cause: CauseId) -> float:
        """P(the choice at `index` | cause), among those who know."""
        return self.usual[index] * self.odds(index, cause)


def answer_table(question: Question, prior: Mapping[CauseId, float]) -> AnswerTable:
    """The table of a question, given how likely each cause is before anything is known."""
    choices = tuple(choice for choice in question.choices if choice.id != UNKNOWN)
    factors = tuple(
        {effect.cause: factor(effect.direction, effect.strength, from_person=True) for effect in choice.effects}
        for choice in choices
    )
    weights = [_weight(choice, table, prior) for choice, table in zip(choices, factors, strict=True)]
    somebody_else = NEUTRAL_CHOICE if all(factors) and any(choice.usual is None for choice in choices) else 0.0
    whole = sum(weights) + somebody_else
    usual = tuple(weight / whole for weight in weights)
    mute = frozenset(place for place, choice in enumerate(choices) if (question.id, choice.id) in NO_ANSWERS)
    telling = 1.0 - sum(usual[place] for place in mute)
    totals: dict[CauseId, float] = {}
    for place, (often, table) in enumerate(zip(usual, factors, strict=True)):
        for cause, number in table.items() if place not in mute else ():
            totals[cause] = totals.get(cause, 1.0) + often / telling * (number - 1.0)
    return AnswerTable(choices=choices, usual=usual, factors=factors, totals=totals, mute=mute)


def unsaid(base: KnowledgeBase, given: Iterable[Answered], facts: Collection[Fact], *, stage_seen: bool) -> dict[CauseId, float]:
    """By how much the odds of each cause change for the answers that were *not* given; 1 where a cause is not named.

    An answer that a log has given too, or whose place in the attempt a log shows, counts as the log's and not here.
    """
    logged = {fact.values.get("code") for fact in facts if fact.id in CODE_FACTS and fact.format is not None}
    prior = priors(base.causes.values())
    found: dict[CauseId, float] = {}
    for answer in given:
        if logged.intersection(answer.choice.codes) or (stage_seen and answer.question.id in STAGE_QUESTIONS):
            continue
        table = answer_table(answer.question, prior)
        index = table.choices.index(answer.choice)
        for cause in table.totals if index not in table.mute else ():
            found[cause] = found.get(cause, 1.0) * table.odds(index, cause) / table.factors[index].get(cause, 1.0)
    return found


def _weight(choice: Choice, table: Mapping[CauseId, float], prior: Mapping[CauseId, float]) -> float:
    """How usual a choice is, as its author or experience says.

    Else it is guessed: one that speaks for likely causes is usual, and one that speaks for none is there because many give it.
    """
    if choice.usual is not None:
        return choice.usual / 100
    if not table:
        return NEUTRAL_CHOICE
    named = (prior.get(cause, 0.0) * (1.0 if number >= ABOUT else BY_THE_WAY) for cause, number in table.items() if number > 1)
    return RARE_CHOICE + sum(named)
