"""Simulated people: what is wrong with their connection, what they would answer, and how they behave."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.authoring.simulate.worlds import DEVICES, World, may_show, platform_of
from knowledge.rules import KnowledgeBase, Question
from knowledge.terms import UNKNOWN, CauseId, ChoiceId, Platform, QuestionId

_PLATFORM, _ERROR = QuestionId("platform"), QuestionId("error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How somebody behaves."""

    name: str
    #: How often an answer is wrong, and how often it is *I don't know*.
    wrong: float
    ignorant: float
    #: True where somebody does not know as often as the base says for each question.
    as_said: bool = False
    #: Questions of more seconds than this are not answered.
    patience: float = 1000.0
    #: After so many answers nothing comes any more.
    answers: int = 1000
    #: How well steps are done, 1 as they are meant.
    care: float = 1.0
    #: True where a log is promised, looked for, and turns out to be another file. Nobody else here can bring one.
    wrong_file: bool = False


#: Wrong or ignorant one time in ten: the people of the headline.
ORDINARY = Kind(name="ordinary", wrong=0.05, ignorant=0.05)
KINDS = (
    ORDINARY,
    Kind(name="careful", wrong=0.02, ignorant=0.03, care=1.1),
    Kind(name="hasty", wrong=0.12, ignorant=0.08, patience=60, care=0.7),
    Kind(name="wrong 1 in 10", wrong=0.1, ignorant=0.0, as_said=True),
    Kind(name="silent", wrong=0.05, ignorant=0.05, answers=3),
    Kind(name="wrong file", wrong=0.05, ignorant=0.05, wrong_file=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person in trouble."""

    kind: Kind
    cause: CauseId
    platform: Platform
    #: What the person would answer to each question, once and for all.
    answers: Mapping[QuestionId, ChoiceId]
    #: The seed of everything that happens to the person later.
    seed: int


def draw(base: KnowledgeBase, world: World, kind: Kind, seed: int, cause: CauseId | None = None) -> Person:
    """One person, by a seed of its own: policies meet the same one."""
    rng = random.Random(seed)  # noqa: S311 # a simulation is to be repeated
    cause = cause or rng.choices(list(world.causes), list(world.causes.values()))[0]
    device = _device(world, cause, rng)
    truly = {question: _true_answer(world, question, cause, device, rng) for question in world.choices}
    said = {question: _said(base.questions[question], world, kind, truth, rng) for question, truth in truly.items()}
    platform = platform_of(device)
    for question in base.questions.values():
        if question.platforms and platform not in question.platforms and question.id in said:
            said[question.id] = UNKNOWN
    return Person(kind=kind, cause=cause, platform=platform, answers=said, seed=seed)


def _device(world: World, cause: CauseId, rng: random.Random) -> ChoiceId:
    if _PLATFORM not in world.choices:
        return ChoiceId("windows")
    choices, weights = world.choices[_PLATFORM], world.weights[_PLATFORM][cause]
    return rng.choices(choices, [weight * DEVICES.get(choice, 1) for choice, weight in zip(choices, weights, strict=True)])[0]


def _true_answer(world: World, question: QuestionId, cause: CauseId, device: ChoiceId, rng: random.Random) -> ChoiceId:
    choices, weights = world.choices[question], list(world.weights[question][cause])
    if question == _PLATFORM:
        return device
    if question == _ERROR:
        weights = [weight if may_show(device, choice) else 0.0 for choice, weight in zip(choices, weights, strict=True)]
        if not any(weights):
            return UNKNOWN
    return rng.choices(choices, weights)[0]


def _said(asked: Question, world: World, kind: Kind, truth: ChoiceId, rng: random.Random) -> ChoiceId:
    ignorant = asked.unknown if kind.as_said else kind.ignorant
    fate = rng.random()
    if asked.seconds > kind.patience or fate < ignorant:
        return UNKNOWN
    return rng.choice(list(world.choices[asked.id])) if fate < ignorant + kind.wrong else truth
