"""With a log: how many questions it leaves open, and whether the few that are asked find what all of them would."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from knowledge.authoring.evaluate import Case, find_cases
from knowledge.authoring.simulate.cores import on_all_cores
from knowledge.authoring.simulate.crowd import Tell
from knowledge.authoring.simulate.people import ORDINARY, draw
from knowledge.authoring.simulate.worlds import World, from_marks
from knowledge.diagnosis import diagnose
from knowledge.errors import MisuseError
from knowledge.logs import read
from knowledge.planning import MOST_QUESTIONS, Situation, next_step
from knowledge.planning.openings import Openings
from knowledge.rules import KnowledgeBase
from knowledge.terms import HEALTHY, UNKNOWN, CauseId, ChoiceId, Diagnosis, Log, QuestionId, StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class WithLogs:
    """Cases that came with a log; every share is of these."""

    cases: int
    #: Questions that are asked on average, and the share of cases in which none is.
    questions: float
    none_asked: float
    #: How often the right cause leads: with the log alone, after our questions, after every question that makes sense.
    alone: float
    after: float
    everything: float


@dataclass(frozen=True, slots=True)
class _Went:
    questions: int
    alone: bool
    after: bool
    everything: bool


@dataclass(frozen=True, slots=True)
class _Room:
    base: KnowledgeBase
    world: World
    seed: int


def with_logs(base: KnowledgeBase, folder: Path, seed: int, *, workers: int | None, tell: Tell) -> WithLogs:
    """Ordinary people who each bring one of these logs; cases that no log can tell, and healthy ones, are left out.

    Raises:
        MisuseError: there is no such case in the folder.
    """
    cases = [case for case in find_cases(folder) if case.knowable != "no" and case.cause in base.causes and case.cause != HEALTHY]
    if not cases:
        raise MisuseError(f"no case (a folder with log.txt and meta.yaml) is in {folder}")
    room = _Room(base, from_marks(base, random.Random(seed)), seed)  # noqa: S311 # to be repeated
    went = []
    for _, one in on_all_cores(_work, room, list(enumerate(cases)), workers):
        went.append(one)
        tell(len(went), len(cases), "logs")
    return WithLogs(
        cases=len(went),
        questions=fmean(one.questions for one in went),
        none_asked=fmean(one.questions == 0 for one in went),
        alone=fmean(one.alone for one in went),
        after=fmean(one.after for one in went),
        everything=fmean(one.everything for one in went),
    )


def _work(room: _Room, piece: tuple[int, Case]) -> _Went:
    number, case = piece
    log = read((case.folder / "log.txt").read_bytes(), "log.txt", base=room.base)
    person = draw(room.base, room.world, ORDINARY, room.seed * 1_000_000 + number, CauseId(case.cause))
    alone = diagnose(room.base, [log])
    asked, after = _asked(room.base, log, person.answers)
    return _Went(
        questions=asked,
        alone=_is_right(alone, case),
        after=_is_right(after, case),
        everything=_is_right(_all_asked(room.base, log, alone, person.answers), case),
    )


def _asked(base: KnowledgeBase, log: Log, would_say: Mapping[QuestionId, ChoiceId]) -> tuple[int, Diagnosis]:
    """Ask as long as a question is the next step."""
    answers: dict[QuestionId, ChoiceId] = {}
    asked: set[QuestionId] = set()
    while True:
        diagnosis = diagnose(base, [log], answers)
        step = next_step(base, diagnosis, answers=answers, logs=[log], asked=asked)
        if step.kind is not StepKind.ASK or step.id is None:
            return len(answers) + len(asked), diagnosis
        _hear(QuestionId(step.id), would_say, answers, asked)


def _all_asked(base: KnowledgeBase, log: Log, diagnosis: Diagnosis, would_say: Mapping[QuestionId, ChoiceId]) -> Diagnosis:
    """Ask everything that makes sense, to the limit."""
    answers: dict[QuestionId, ChoiceId] = {}
    asked: set[QuestionId] = set()
    while len(answers) + len(asked) < MOST_QUESTIONS:
        situation = Situation(answers=answers, logs=(log,), platform=diagnosis.platform, asked=frozenset(asked))
        question = next(Openings(base, situation, diagnosis).questions(), None)
        if question is None:
            break
        _hear(question.id, would_say, answers, asked)
    return diagnose(base, [log], answers)


def _hear(
    question: QuestionId, would_say: Mapping[QuestionId, ChoiceId], answers: dict[QuestionId, ChoiceId], asked: set[QuestionId]
) -> None:
    said = would_say.get(question, UNKNOWN)
    if said == UNKNOWN:
        asked.add(question)
    else:
        answers[question] = said


def _is_right(diagnosis: Diagnosis, case: Case) -> bool:
    return diagnosis.best is not None and diagnosis.best.cause in case.right
