"""Many people meet every policy, on all cores: who they are hangs on the seed alone, not on how the work is shared out."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from knowledge.authoring.simulate.conversations import Ended, Standing, case, interview
from knowledge.authoring.simulate.cores import on_all_cores
from knowledge.authoring.simulate.figures import Cases, Interviews, cases_of, interviews_of
from knowledge.authoring.simulate.hearing import Hearing
from knowledge.authoring.simulate.people import KINDS, ORDINARY, draw
from knowledge.authoring.simulate.policies import POLICIES
from knowledge.authoring.simulate.worlds import World, from_marks, perturbed
from knowledge.rules import KnowledgeBase

WORLDS = {"marks": from_marks, "perturbed": perturbed}
#: The share of people who are ordinary; the other kinds share the rest.
MOSTLY = 0.5
#: So many people are one piece of work.
CHUNK = 25

#: Is told how many of how many of what are done.
Tell = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """How many people of each kind every policy meets in every world."""

    people: tuple[tuple[str, int], ...]
    seed: int

    @property
    def conversations(self) -> int:
        """How many cases that makes."""
        return sum(number for _, number in self.people) * len(POLICIES) * len(WORLDS)

    @staticmethod
    def of(conversations: int, seed: int) -> Crowd:
        """So many conversations, or the few more that come out even."""
        each = -(-conversations // (len(POLICIES) * len(WORLDS)))
        ordinary = max(1, round(MOSTLY * each))
        others = -(-(each - ordinary) // (len(KINDS) - 1))
        return Crowd(people=tuple((kind.name, ordinary if kind is ORDINARY else others) for kind in KINDS), seed=seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one policy came to in one world: its interviews with ordinary people, and its cases by kind."""

    world: str
    policy: str
    interviews: Interviews
    cases: tuple[Cases, ...]

    def of(self, kind: str) -> Cases:
        """The cases of one kind of people."""
        return next(each for each in self.cases if each.kind == kind)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some people who meet one policy."""

    world: str
    policy: int
    kind: int
    seeds: range


@dataclass(frozen=True, slots=True)
class _Room:
    """What a process works with."""

    hearing: Hearing
    worlds: dict[str, World]


def meet(base: KnowledgeBase, crowd: Crowd, *, workers: int | None = None, tell: Tell | None = None) -> list[Found]:
    """Everybody meets every policy in every world.

    Args:
        base: The knowledge base.
        crowd: Who.
        workers: So many processes; None: one for each core.
        tell: Is told how far it is.
    """
    worlds = {name: make(base, random.Random(crowd.seed)) for name, make in WORLDS.items()}  # noqa: S311 # to be repeated
    room = _Room(Hearing(base), worlds)
    stands: dict[tuple[str, int], list[list[Standing]]] = defaultdict(list)
    ended: dict[tuple[str, int, int], list[Ended]] = defaultdict(list)
    done = 0
    for piece, (interviews, cases) in on_all_cores(_work, room, list(_pieces(crowd)), workers):
        stands[piece.world, piece.policy] += interviews
        ended[piece.world, piece.policy, piece.kind] += cases
        done += len(cases)
        if tell is not None:
            tell(done, crowd.conversations, "conversations")
    return [
        Found(
            world=world,
            policy=policy.name,
            interviews=interviews_of(policy.name, stands[world, number]),
            cases=tuple(
                cases_of(policy.name, kind.name, ended[world, number, place])
                for place, kind in enumerate(KINDS)
                if ended[world, number, place]
            ),
        )
        for world in WORLDS
        for number, policy in enumerate(POLICIES)
    ]


def _pieces(crowd: Crowd) -> Iterator[_Piece]:
    """The same people meet every policy; those who meet one policy stay together, because their conversations begin alike."""
    numbers = dict(crowd.people)
    for world in WORLDS:
        for policy in range(len(POLICIES)):
            first = crowd.seed * 1_000_000
            for place, kind in enumerate(KINDS):
                last = first + numbers[kind.name]
                for start in range(first, last, CHUNK):
                    yield _Piece(world, policy, place, range(start, min(start + CHUNK, last)))
                first = last


def _work(room: _Room, piece: _Piece) -> tuple[list[list[Standing]], list[Ended]]:
    world, policy, kind = room.worlds[piece.world], POLICIES[piece.policy], KINDS[piece.kind]
    people = [draw(room.hearing.base, world, kind, seed) for seed in piece.seeds]
    stands = [interview(room.hearing, policy, person) for person in people] if kind is ORDINARY else []
    return stands, [case(room.hearing, policy, person, world) for person in people]
