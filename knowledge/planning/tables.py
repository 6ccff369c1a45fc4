"""A base as numbers in rows: P(answer | cause) of every question over all causes in one order. Made once for a base, and kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import mul

from knowledge.inference import answer_table, priors
from knowledge.rules import Choice, KnowledgeBase, Question
from knowledge.terms import OTHER, CauseId, QuestionId

#: A weight for each cause, in the order of `Tables.causes`; a belief where they sum to 1, else a share of one.
Row = Sequence[float]

#: What is believed of a cause that nothing speaks of: rows hold no zero, so that their logarithms exist.
NEXT_TO_NOTHING = 1e-9
#: So many bases are kept as tables: the one that runs, and one that is being tried.
_KEPT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One question as numbers."""

    question: Question
    #: The answers but *I don't know*; None last stands for the people whom no choice fits.
    choices: tuple[Choice | None, ...]
    #: By answer, P(answer | cause) over all causes.
    columns: tuple[Row, ...]
    #: Over all causes, the sum of P log2 P over the answers: how sure a cause is of its answer.
    sureness: Row

    def joint(self, belief: Row) -> Iterator[list[float]]:
        """For each answer, P(answer and cause) over all causes; they sum to `belief`."""
        for column in self.columns:
            yield list(map(mul, belief, column))

    def information(self, belief: Row) -> float:
        """Expected bits that the answer takes from the uncertainty over the causes; *I don't know* gives none."""
        whole = sum(belief)
        chances = [sum(map(mul, belief, column)) / whole for column in self.columns]
        spread = -sum(chance * math.log2(chance) for chance in chances if chance > 0)
        bits = spread + sum(map(mul, belief, self.sureness)) / whole
        return float(max(0.0, bits * (1 - self.question.unknown)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """All causes of a base in one order, `other` last, and its questions over them."""

    causes: tuple[CauseId, ...]
    index: Mapping[CauseId, int]
    asking: Mapping[QuestionId, Asking]

    def row(self, belief: Mapping[CauseId, float]) -> list[float]:
        """A belief in the order of the causes; a cause that the base does not have belongs to `other`."""
        row = [NEXT_TO_NOTHING] * len(self.causes)
        for cause, share in belief.items():
            row[self.index.get(cause, -1)] += share
        return row

    def certain(self, place: int) -> list[float]:
        """The row of somebody who knows the cause."""
        row = [NEXT_TO_NOTHING] * len(self.causes)
        row[place] = 1.0
        return row

    def belief(self, row: Row) -> dict[CauseId, float]:
        """A row as a belief that sums to 1."""
        whole = sum(row) or 1.0
        return {cause: share / whole for cause, share in zip(self.causes, row, strict=True)}


def tables_of(base: KnowledgeBase) -> Tables:
    """The tables of a base; made when it is first asked for."""
    known = _made.get(id(base))
    if known is not None and known[0] is base:
        return known[1]
    while len(_made) >= _KEPT:
        del _made[next(iter(_made))]
    made = _make(base)
    _made[id(base)] = base, made
    return made


_made: dict[int, tuple[KnowledgeBase, Tables]] = {}


def _make(base: KnowledgeBase) -> Tables:
    causes = (*(cause for cause in base.causes if cause != OTHER), OTHER)
    prior = priors(base.causes.values())
    return Tables(
        causes=causes,
        index={cause: place for place, cause in enumerate(causes)},
        asking={question.id: asking_of(question, causes, prior) for question in base.questions.values()},
    )


def asking_of(question: Question, causes: Sequence[CauseId], prior: Mapping[CauseId, float]) -> Asking:
    """A question as numbers over these causes."""
    table = answer_table(question, prior)
    choices: list[Choice | None] = list(table.choices)
    columns: list[Row] = [tuple(table.likelihood(index, cause) for cause in causes) for index in range(len(choices))]
    if columns and sum(table.usual) < 1 - 1e-9:
        columns.append(tuple(table.unfit(cause) for cause in causes))
        choices.append(None)
    sureness = tuple(sum(share * math.log2(share) for share in shares if share > 0) for shares in zip(*columns, strict=True))
    return Asking(question=question, choices=tuple(choices), columns=tuple(columns), sureness=sureness)
