"""One person meets one policy: an interview to see how fast it learns, and a whole case to see how long it takes to a fix."""

from __future__ import annotations

import random
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass

from knowledge.authoring.simulate.hearing import Hearing
from knowledge.authoring.simulate.people import Person
from knowledge.authoring.simulate.policies import Act, Policy
from knowledge.authoring.simulate.worlds import World
from knowledge.planning import Situation
from knowledge.rules import Cause, KnowledgeBase, Step
from knowledge.terms import UNKNOWN, CauseId, ChoiceId, Diagnosis, QuestionId, StepId, StepKind

#: An interview goes on for so many questions, to see what more of them would have brought.
LONGEST = 16
#: After so many steps that did not help a person takes over, as in the bot.
MOST_STEPS = 3
#: What a message costs beside its seconds, until it is seen and gone back to; and the wait for the desk. Minutes.
TURN, QUEUE = 0.4, 60.0
#: Minutes that the desk looks for the cause: if we named it, if it was among our first three, if we misled it or knew nothing.
DESK_LOOKS = (5.0, 15.0, 30.0)
#: A silent person is asked again after an hour and handed over then.
SILENCE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an interview stands after some questions."""

    probability: float
    is_right: bool
    among_three: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a case went."""

    minutes: float
    desk_minutes: float
    questions: int
    steps: int
    #: True where the person mended it without the desk.
    by_person: bool
    #: True where the right cause led when it was handed over or mended.
    was_right: bool


def interview(hearing: Hearing, policy: Policy, person: Person) -> list[Standing]:
    """Where it stands after 0, 1, 2, … questions, until none is left or `LONGEST`."""
    rng = random.Random(f"{person.seed} and after")  # noqa: S311 # not the numbers that made the person
    answers: dict[QuestionId, ChoiceId] = {}
    asked: set[QuestionId] = set()
    stands = []
    while True:
        diagnosis = hearing.diagnosis(answers)
        stands.append(standing(diagnosis, {person.cause}))
        if len(stands) > LONGEST:
            return stands
        situation = _situation(hearing.base, diagnosis, answers, asked)

        def put(found: Diagnosis = diagnosis, now: Situation = situation) -> QuestionId | None:
            return policy.question(hearing.base, found, now, rng)

        question = put() if policy.by_chance else hearing.decided(("question", policy.name, *_as_key(situation)), put)
        if question is None:
            return stands
        _hear(person, question, answers, asked)


def case(hearing: Hearing, policy: Policy, person: Person, world: World) -> Ended:
    """A whole case, without any log that tells something, to a working connection."""
    return _Case(hearing, policy, person, world).ended()


class _Case:
    """One case while it goes on."""

    def __init__(self, hearing: Hearing, policy: Policy, person: Person, world: World) -> None:
        self._hearing, self._base, self._policy = hearing, hearing.base, policy
        self._person, self._world = person, world
        self._rng = random.Random(f"{person.seed} and after")  # noqa: S311 # not the numbers that made the person
        self._minutes = 0.0
        self._answers: dict[QuestionId, ChoiceId] = {}
        self._asked: set[QuestionId] = set()
        self._tried: list[StepId] = []
        self._collected = set[str]() if person.kind.wrong_file else set(hearing.base.collects)

    def ended(self) -> Ended:
        """How it goes."""
        own = {step.id: step for step in self._base.causes[self._person.cause].steps}
        while True:
            diagnosis = self._hearing.diagnosis(self._answers)
            situation = _situation(self._base, diagnosis, self._answers, self._asked, self._tried, collected=self._collected)
            act = self._act(diagnosis, situation)
            put = len(self._asked) + len(self._answers)
            enough = act.kind is StepKind.TRY and len(self._tried) >= MOST_STEPS
            if act.id is None or enough or put >= self._person.kind.answers:
                return self._handed_over(diagnosis)
            self._minutes += TURN
            if act.kind is StepKind.ASK:
                self._minutes += self._base.questions[QuestionId(act.id)].seconds / 60
                _hear(self._person, QuestionId(act.id), self._answers, self._asked)
            elif act.kind is StepKind.COLLECT:
                self._minutes += self._base.collects[act.id].minutes
                self._collected.add(act.id)
            elif act.kind is StepKind.TRY:
                if self._mends(StepId(act.id), own):
                    return self._end(diagnosis, 0.0, by_person=True)
            else:
                return self._handed_over(diagnosis)

    def _act(self, diagnosis: Diagnosis, situation: Situation) -> Act:
        def decide() -> Act:
            return self._policy.act(self._base, diagnosis, situation, self._rng)

        if self._policy.by_chance:
            return decide()
        return self._hearing.decided(("act", self._policy.name, *_as_key(situation)), decide)

    def _mends(self, ident: StepId, own: Mapping[StepId, Step]) -> bool:
        step = next(step for cause in self._base.causes.values() for step in cause.steps if step.id == ident)
        self._minutes += step.minutes
        self._tried.append(ident)
        fits = ident in own and (not step.platforms or self._person.platform in step.platforms)
        return fits and self._rng.random() < self._world.mends[ident] * self._person.kind.care

    def _handed_over(self, diagnosis: Diagnosis) -> Ended:
        silent = SILENCE if len(self._asked) + len(self._answers) >= self._person.kind.answers else 0.0
        desk = _desk_minutes(diagnosis, self._base.causes[self._person.cause], self._world)
        self._minutes += silent + QUEUE + desk
        return self._end(diagnosis, desk, by_person=False)

    def _end(self, diagnosis: Diagnosis, desk: float, *, by_person: bool) -> Ended:
        return Ended(
            minutes=self._minutes,
            desk_minutes=desk,
            questions=len(self._asked) + len(self._answers),
            steps=len(self._tried),
            by_person=by_person,
            was_right=diagnosis.best is not None and diagnosis.best.cause == self._person.cause,
        )


def standing(diagnosis: Diagnosis, right: Collection[CauseId]) -> Standing:
    """How sure it is, and whether it is right."""
    best = diagnosis.best
    return Standing(
        probability=best.probability if best else 0.0,
        is_right=best is not None and best.cause in right,
        among_three=any(hypothesis.cause in right for hypothesis in diagnosis.hypotheses[:3]),
    )


def _situation(
    base: KnowledgeBase,
    diagnosis: Diagnosis,
    answers: Mapping[QuestionId, ChoiceId],
    asked: Collection[QuestionId],
    tried: Collection[StepId] = (),
    *,
    collected: Collection[str] | None = None,
) -> Situation:
    """What is known of somebody; without `collected`, of somebody who cannot bring a log."""
    return Situation(
        answers=dict(answers),
        platform=diagnosis.platform,
        asked=frozenset(asked),
        tried=frozenset(tried),
        collected=frozenset(base.collects if collected is None else collected),
    )


def _as_key(situation: Situation) -> tuple[Hashable, ...]:
    """What a decision hangs on; the diagnosis follows from the answers."""
    return frozenset(situation.answers.items()), situation.asked, situation.tried, situation.collected


def _hear(person: Person, question: QuestionId, answers: dict[QuestionId, ChoiceId], asked: set[QuestionId]) -> None:
    said = person.answers.get(question, UNKNOWN)
    if said == UNKNOWN:
        asked.add(question)
    else:
        answers[question] = said


def _desk_minutes(diagnosis: Diagnosis, cause: Cause, world: World) -> float:
    """How long an engineer looks for the cause with what we say, and mends it then."""
    ranked = [hypothesis.cause for hypothesis in diagnosis.hypotheses]
    place = ranked.index(cause.id) if cause.id in ranked else len(ranked)
    looks = DESK_LOOKS[0] if place == 0 else DESK_LOOKS[1] if place < 3 else DESK_LOOKS[2]
    return looks + min((step.minutes / world.mends[step.id] for step in cause.steps), default=30.0)
