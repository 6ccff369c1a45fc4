"""Who decides what is asked and tried: our planner, the article's order, the leading cause first, and chance."""

from __future__ import annotations

import math
import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from knowledge.inference import factor
from knowledge.planning import MOST_QUESTIONS, USUAL_PLATFORM, Plan, Situation, belief_of, choose, first_question, options
from knowledge.planning.openings import Openings
from knowledge.rules import KnowledgeBase, Question, Step
from knowledge.terms import CauseId, Diagnosis, QuestionId, StepId, StepKind, Verdict

#: KB 325034 in its own order: is there Internet, how long did it take and what did it say, was there a prompt (R1 to R3); key or
#: certificate (K26, K27); a NAT (R4 to R6); name and password (R3); whose gateway it is (R11). Then whatever else can be asked.
ARTICLE_QUESTIONS = (
    "internet", "delay", "error", "prompt", "auth-kind", "clock", "nat", "network", "gateway-kind", "credentials",
)  # fmt: skip
#: What it says to do about, in its own order.
ARTICLE_CAUSES = (
    "no-internet", "cert-missing", "cert-invalid", "psk-missing", "psk-mismatch", "nat-t-unsupported", "server-behind-nat",
    "nat-client-collision", "bad-credentials", "account-restricted", "auth-protocol-mismatch", "encryption-mismatch",
)  # fmt: skip


_PLATFORM = QuestionId("platform")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a policy does next; `id` is a question's or a step's, and None hands over."""

    kind: StepKind
    id: str | None = None


class Policy(Protocol):
    """Decides from a diagnosis and the situation."""

    name: str
    #: Whether it decides differently when things stand the same.
    by_chance: bool

    def question(self, base: KnowledgeBase, diagnosis: Diagnosis, situation: Situation, rng: random.Random) -> QuestionId | None:
        """The next question if one more is put; None where none is left."""

    def act(self, base: KnowledgeBase, diagnosis: Diagnosis, situation: Situation, rng: random.Random) -> Act:
        """Ask, try or hand over."""


class Planner:
    """Ours."""

    name = "planner"
    by_chance = False

    def question(self, base: KnowledgeBase, diagnosis: Diagnosis, situation: Situation, rng: random.Random) -> QuestionId | None:  # noqa: ARG002
        """The question that `options` puts first."""
        found = options(base, diagnosis, situation, limit=len(base.questions))
        first = first_question(found)
        return QuestionId(first.id) if first else None

    def act(self, base: KnowledgeBase, diagnosis: Diagnosis, situation: Situation, rng: random.Random) -> Act:  # noqa: ARG002
        """`next_step`."""
        step = choose(base, diagnosis, situation)
        return Act(kind=step.kind, id=step.id)


class _Scripted(ABC):
    """Asks until a cause is likely or enough was asked, then tries: the same end of the interview for all."""

    name = ""
    by_chance = False

    def question(self, base: KnowledgeBase, diagnosis: Diagnosis, situation: Situation, rng: random.Random) -> QuestionId | None:
        left = self._left(base, diagnosis, situation)
        return self._pick(base, diagnosis, left, rng).id if left else None

    def act(self, base: KnowledgeBase, diagnosis: Diagnosis, situation: Situation, rng: random.Random) -> Act:
        put = len({*situation.answers, *situation.asked})
        settled = diagnosis.verdict in (Verdict.LIKELY, Verdict.CONCLUSIVE) or bool(situation.tried)
        if not settled and put < MOST_QUESTIONS:
            question = self.question(base, diagnosis, situation, rng)
            if question is not None:
                return Act(kind=StepKind.ASK, id=question)
        if situation.platform is None and _PLATFORM not in situation.asked:
            return Act(kind=StepKind.ASK, id=_PLATFORM)
        plan = Plan(base, replace(situation, platform=situation.platform or USUAL_PLATFORM))
        steps = self._steps(plan, diagnosis, situation, rng)
        return Act(kind=StepKind.TRY, id=steps[0]) if steps else Act(kind=StepKind.HANDOVER)

    def _left(self, base: KnowledgeBase, diagnosis: Diagnosis, situation: Situation) -> list[Question]:
        return list(Openings(base, situation, diagnosis).questions())

    @abstractmethod
    def _pick(self, base: KnowledgeBase, diagnosis: Diagnosis, left: Sequence[Question], rng: random.Random) -> Question: ...

    @abstractmethod
    def _steps(self, plan: Plan, diagnosis: Diagnosis, situation: Situation, rng: random.Random) -> list[StepId]: ...


class Article(_Scripted):
    """The order of KB 325034, as a script has it: every question in its turn, whatever was said before."""

    name = "article"

    def _left(self, base: KnowledgeBase, diagnosis: Diagnosis, situation: Situation) -> list[Question]:  # noqa: ARG002
        put = {*situation.answers, *situation.asked}
        return [question for question in base.questions.values() if question.id not in put and len(question.choices) > 1]

    def _pick(self, base: KnowledgeBase, diagnosis: Diagnosis, left: Sequence[Question], rng: random.Random) -> Question:  # noqa: ARG002
        return min(left, key=lambda question: _place(question.id))

    def _steps(self, plan: Plan, diagnosis: Diagnosis, situation: Situation, rng: random.Random) -> list[StepId]:  # noqa: ARG002
        after = situation.answers.get(QuestionId("prompt")) == "after"
        before = ARTICLE_CAUSES.index("bad-credentials")
        causes = ARTICLE_CAUSES[before:] if after else ARTICLE_CAUSES
        leader = [diagnosis.best.cause] if diagnosis.best and diagnosis.verdict is not Verdict.OPEN else []
        return [step for cause in (*leader, *causes) for step in _first(plan, CauseId(cause))]


class Skipping(Article):
    """The same order by somebody with sense: what the answers so far have made pointless is left out."""

    name = "article, skipping"

    def _left(self, base: KnowledgeBase, diagnosis: Diagnosis, situation: Situation) -> list[Question]:
        return _Scripted._left(self, base, diagnosis, situation)


class LeaderFirst(_Scripted):
    """What says most about the cause that leads; and its steps first."""

    name = "likeliest first"

    def _pick(self, base: KnowledgeBase, diagnosis: Diagnosis, left: Sequence[Question], rng: random.Random) -> Question:  # noqa: ARG002
        belief = belief_of(diagnosis, base)
        leader = max(belief, key=lambda cause: (belief[cause], cause))
        return max(left, key=lambda question: (_says(question, leader), question.id))

    def _steps(self, plan: Plan, diagnosis: Diagnosis, situation: Situation, rng: random.Random) -> list[StepId]:  # noqa: ARG002
        belief = belief_of(diagnosis, plan.base, situation.tried)
        ranked = sorted(belief, key=lambda cause: (-belief[cause], cause))
        return [step for cause in ranked for step in _first(plan, cause)]


class Chance(_Scripted):
    """Any question, then any step for one of the five likeliest causes."""

    name = "random"
    by_chance = True

    def _pick(self, base: KnowledgeBase, diagnosis: Diagnosis, left: Sequence[Question], rng: random.Random) -> Question:  # noqa: ARG002
        return rng.choice(left)

    def _steps(self, plan: Plan, diagnosis: Diagnosis, situation: Situation, rng: random.Random) -> list[StepId]:
        belief = belief_of(diagnosis, plan.base, situation.tried)
        likely = sorted(belief, key=lambda cause: (-belief[cause], cause))[:5]
        found = [step for cause in likely for step in _first(plan, cause)]
        rng.shuffle(found)
        return found


POLICIES: tuple[Policy, ...] = (Planner(), Article(), Skipping(), LeaderFirst(), Chance())


def _place(question: str) -> int:
    return ARTICLE_QUESTIONS.index(question) if question in ARTICLE_QUESTIONS else len(ARTICLE_QUESTIONS)


def _says(question: Question, cause: CauseId) -> float:
    """How far the answers to a question could move the odds of a cause."""
    effects = (effect for choice in question.choices for effect in choice.effects if effect.cause == cause)
    return max((abs(math.log(factor(e.direction, e.strength, from_person=True))) for e in effects), default=0.0)


def _first(plan: Plan, cause: CauseId) -> list[StepId]:
    """The steps that the requester may do about a cause, the best first."""
    known = plan.base.causes.get(cause)
    fits: list[Step] = [step for step in known.steps if plan.offers(step)] if known else []
    return [step.id for step in sorted(fits, key=lambda step: -step.mends / step.minutes)]
