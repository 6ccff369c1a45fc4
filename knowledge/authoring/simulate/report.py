"""What was found, for people: a table for each world, the figures of the goals, and what logs leave open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from knowledge.authoring.simulate.crowd import Crowd, Found
from knowledge.authoring.simulate.figures import GOALS, Stop
from knowledge.authoring.simulate.logs import WithLogs
from knowledge.authoring.simulate.people import KINDS, ORDINARY
from knowledge.rules import KnowledgeBase

#: After so many questions the tables look.
LOOKS = (3, 5, 7, 10, 16)


def report(base: KnowledgeBase, crowd: Crowd, found: Sequence[Found], logs: WithLogs | None, took: float) -> Iterator[str]:
    """The lines of the report."""
    yield f"{crowd.conversations} conversations, seed {crowd.seed}, revision {base.revision}, {took:.0f} s"
    for world in dict.fromkeys(each.world for each in found):
        own = [each for each in found if each.world == world]
        yield ""
        yield f"people from the tables `{world}`, wrong or ignorant 10 % of the time, no log"
        yield from _interviews(own)
        yield ""
        yield from _goals(own)
        yield ""
        yield from _cases(own)
        yield ""
        yield from _kinds(own)
    if logs is not None:
        yield ""
        yield (
            f"with a log ({logs.cases}): {logs.questions:.2f} questions on average, none in {logs.none_asked:.0%}; "
            f"right cause first with the log alone {logs.alone:.3f}, after these questions {logs.after:.3f}, "
            f"after every question {logs.everything:.3f}"
        )


def _interviews(found: Sequence[Found]) -> Iterator[str]:
    yield f"{'right cause first, of the first three':<38}" + "".join(f"{f'{look} asked':>14}" for look in LOOKS)
    for each in found:
        first, three = each.interviews.first, each.interviews.among_three
        yield f"{each.policy:<38}" + "".join(f"{f'{first[look]:.2f}  {three[look]:.2f}':>14}" for look in LOOKS)


def _goals(found: Sequence[Found]) -> Iterator[str]:
    yield (
        f"{'one stop rule for all: as soon as a cause':<42}"
        f"{'is called':>11}{'named for':>11}{'right':>8}{'questions':>11}{'of all':>8}"
    )
    for goal in GOALS:
        for each in found:
            name = f"{each.policy}, to be right {goal:.0%}"
            stop = each.interviews.to_accuracy(goal)
            yield f"{name:<42}" + (_stop(stop) if stop else f"{'never':>11}")


def _stop(stop: Stop) -> str:
    return (
        f"{stop.sureness:>11.2f}{stop.named:>11.0%}{stop.accuracy:>8.2f}{stop.questions_named:>11.1f}{stop.questions_all:>8.1f}"
    )


def _cases(found: Sequence[Found]) -> Iterator[str]:
    yield (
        f"{'to a working connection':<30}{'minutes':>9}{'of the desk':>13}{'questions':>11}{'steps':>7}"
        f"{'handed over':>13}{'right':>8}"
    )
    for each in found:
        one = each.of(ORDINARY.name)
        yield (
            f"{each.policy:<30}{one.minutes:>9.1f}{one.desk_minutes:>13.1f}{one.questions:>11.1f}{one.steps:>7.1f}"
            f"{1 - one.by_person:>13.0%}{one.was_right:>8.2f}"
        )


def _kinds(found: Sequence[Found]) -> Iterator[str]:
    others = [kind.name for kind in KINDS if kind is not ORDINARY and any(each.kind == kind.name for each in found[0].cases)]
    if others:
        yield f"{'minutes, and handed over':<30}" + "".join(f"{name:>16}" for name in others)
    for each in found if others else ():
        cells = (each.of(name) for name in others)
        yield f"{each.policy:<30}" + "".join(f"{f'{one.minutes:.0f}  {1 - one.by_person:.0%}':>16}" for one in cells)
