"""From many conversations to the few numbers that say which policy is better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from knowledge.authoring.simulate.conversations import LONGEST, Ended, Standing

#: The goals of accuracy, and how sure an interview may want to be before it names a cause.
GOALS = (0.8, 0.9)
SURENESS = tuple(step / 100 for step in range(20, 100, 2))
#: A figure over fewer named causes than this share of all people is chance.
FEWEST_NAMED = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """All interviews of a policy, each stopped as soon as its best cause is at least so likely."""

    sureness: float
    #: The share of people for whom a cause was named, and how often it was right.
    named: float
    accuracy: float
    #: Questions on average: until a cause was named; and over all people, those included for whom none was.
    questions_named: float
    questions_all: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Interviews:
    """How fast a policy learns."""

    policy: str
    people: int
    #: After 0, 1, 2, … questions: how often the right cause leads, and is among the first three.
    first: tuple[float, ...]
    among_three: tuple[float, ...]
    stops: tuple[Stop, ...]

    def to_accuracy(self, goal: float) -> Stop | None:
        """The least sureness at which the named causes are right so often; None where none is."""
        return next((stop for stop in self.stops if stop.accuracy >= goal and stop.named >= FEWEST_NAMED), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """What a policy costs people."""

    policy: str
    kind: str
    people: int
    minutes: float
    desk_minutes: float
    questions: float
    steps: float
    by_person: float
    was_right: float


def interviews_of(policy: str, found: Sequence[Sequence[Standing]]) -> Interviews:
    """The figures of one policy's interviews."""
    return Interviews(
        policy=policy,
        people=len(found),
        first=tuple(fmean(_at(one, number).is_right for one in found) for number in range(LONGEST + 1)),
        among_three=tuple(fmean(_at(one, number).among_three for one in found) for number in range(LONGEST + 1)),
        stops=tuple(_stop(found, sureness) for sureness in SURENESS),
    )


def cases_of(policy: str, kind: str, found: Sequence[Ended]) -> Cases:
    """The figures of one policy's cases."""
    return Cases(
        policy=policy,
        kind=kind,
        people=len(found),
        minutes=fmean(one.minutes for one in found),
        desk_minutes=fmean(one.desk_minutes for one in found),
        questions=fmean(one.questions for one in found),
        steps=fmean(one.steps for one in found),
        by_person=fmean(one.by_person for one in found),
        was_right=fmean(one.was_right for one in found),
    )


def _at(one: Sequence[Standing], number: int) -> Standing:
    return one[min(number, len(one) - 1)]


def _stop(found: Sequence[Sequence[Standing]], sureness: float) -> Stop:
    ends = [next((n for n, stands in enumerate(one) if stands.probability >= sureness), None) for one in found]
    named = [(number, one[number]) for number, one in zip(ends, found, strict=True) if number is not None]
    everybody = [number if number is not None else len(one) - 1 for number, one in zip(ends, found, strict=True)]
    return Stop(
        sureness=sureness,
        named=len(named) / len(found),
        accuracy=fmean(stands.is_right for _, stands in named) if named else 0.0,
        questions_named=fmean(number for number, _ in named) if named else 0.0,
        questions_all=fmean(everybody),
    )
