"""Every possible next step by what it costs in the end: expected minutes to a working connection, thought two steps ahead.

One step ahead, a question costs its own minutes and then the price of what is believed after each answer. Two steps ahead, the
best second question may follow first: two questions that tell nothing each may decide together, and a step that is cheap to
try may spare a question. The second look is taken for the few that lead after the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import mul

from knowledge.planning.plan import Plan
from knowledge.planning.tables import NEXT_TO_NOTHING, Asking, Row
from knowledge.rules import Cause, Collect, Step
from knowledge.terms import StepKind

#: So many questions with the most information per minute are compared in minutes, …
SHORT_LIST = 8
#: … so many of these two steps ahead, each with so many second questions.
LEADERS, SECONDS = 4, 2
#: An answer less likely than this is not thought further.
RARE = 0.03

#: What a message counts, in minutes, where questions are compared by what they tell for their minutes.
MESSAGE = 1.0

#: How often a log that was asked for comes, and how often it then says which cause of its stages it was.
BROUGHT, TELLS = 0.6, 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A possible next step: what it costs itself, and in the end."""

    kind: StepKind
    id: str
    minutes: float
    #: Expected minutes to a working connection if this is done next and the best after it.
    total: float
    #: For a question, the bits that it tells for each minute, a message counted as one.
    telling: float = 0.0


class Comparison:
    """All that may be done next in one situation."""

    def __init__(self, plan: Plan, askings: Sequence[Asking], collects: Sequence[Collect] = ()) -> None:
        self.plan = plan
        self.askings = askings
        certain = [plan.price(plan.tables.certain(place)) for place in range(len(plan.tables.causes))] if collects else []
        self._fetches = [Fetch(plan, collect, certain) for collect in collects]

    def options(self, row: Row) -> list[Option]:
        """Everything, cheapest in the end first."""
        whole = sum(row)
        found = [Option(kind=StepKind.HANDOVER, id="desk", minutes=self.plan.costs.queue, total=self.plan.hand_over(row) / whole)]
        short = self._short_list(row, self.askings, SHORT_LIST)
        fetches = sorted(self._fetches, key=lambda fetch: fetch.total(row, self.plan.price))
        self._fetches = fetches
        tried = self.plan.best_step(row)
        if tried is not None:
            step, left = tried
            total = (step.minutes + self.plan.costs.turn) * whole + self._without(step, fetches).ahead(left, short)
            found.append(Option(kind=StepKind.TRY, id=step.id, minutes=step.minutes, total=total / whole))
        found += self._asks(row, short)
        for fetch in fetches:
            total = fetch.total(row, lambda left: self.ahead(left, short, fetched=True))
            found.append(Option(kind=StepKind.COLLECT, id=fetch.collect.id, minutes=fetch.collect.minutes, total=total / whole))
        return sorted(found, key=lambda option: (option.total, option.kind, option.id))

    def asked(self, asking: Asking, row: Row, after: Callable[[Row], float]) -> float:
        """What a question costs, with `after` for the price of what is believed then."""
        unknown = asking.question.unknown
        known = sum(after(joint) for joint in asking.joint(row))
        return self._own(asking) * sum(row) + unknown * after(row) + (1 - unknown) * known

    def ahead(self, row: Row, askings: Sequence[Asking], *, fetched: bool = False) -> float:
        """The price of a belief if one more question may be asked, or the best log fetched."""
        price = self.plan.price
        best = price(row)
        for asking in self._short_list(row, askings, SECONDS):
            best = min(best, self.asked(asking, row, price))
        for fetch in () if fetched else self._fetches[:1]:
            best = min(best, fetch.total(row, price))
        return best

    def _without(self, step: Step, fetches: Sequence[Fetch]) -> Comparison:
        """The same once a step has not helped."""
        return Comparison(self.plan.without(step), (), [fetch.collect for fetch in fetches[:1]])

    def _asks(self, row: Row, short: Sequence[Asking]) -> list[Option]:
        whole, least = sum(row), RARE * sum(row)
        near = sorted(((self.asked(each, row, self.plan.price), number) for number, each in enumerate(short)), key=lambda p: p[0])
        options = []
        for rank, (nearly, number) in enumerate(near):
            each = short[number]
            others = [other for other in short if other is not each]

            def after(joint: Row, others: Sequence[Asking] = others) -> float:
                return self.ahead(joint, others) if sum(joint) >= least else self.plan.price(joint)

            total = self.asked(each, row, after) if rank < LEADERS else nearly
            question = each.question
            options.append(
                Option(
                    kind=StepKind.ASK,
                    id=question.id,
                    minutes=question.seconds / 60,
                    total=total / whole,
                    telling=_telling(each, row),
                )
            )
        return options

    def _short_list(self, row: Row, askings: Sequence[Asking], most: int) -> list[Asking]:
        """The questions with the most information for their minutes; those that tell nothing are left out."""
        scored = []
        for number, asking in enumerate(askings):
            telling = _telling(asking, row)
            if telling > 1e-6:
                scored.append((-telling, number))
        scored.sort()
        return [askings[number] for _, number in scored[:most]]

    def _own(self, asking: Asking) -> float:
        return asking.question.seconds / 60 + self.plan.costs.turn


class Fetch:
    """A log that could be fetched. One of the right stages names most causes of these; of the others it says that it got past."""

    def __init__(self, plan: Plan, collect: Collect, certain: Sequence[float]) -> None:
        self.collect = collect
        shows = [_shows(plan.base.causes.get(cause), collect) for cause in plan.tables.causes]
        #: By place, what it costs to mend a cause that the log names, and 1 for the causes of which it says nothing.
        self._named = [cost if shown else 0.0 for cost, shown in zip(certain, shows, strict=True)]
        self._past = [NEXT_TO_NOTHING if shown else 1.0 for shown in shows]
        self._own = collect.minutes * plan.situation.pace + plan.costs.turn
        self._price = plan.price

    def total(self, row: Row, nothing: Callable[[Row], float]) -> float:
        """What it costs in the end, with `nothing` for the price of what is believed if it does not come or tells nothing."""
        tells = BROUGHT * TELLS
        told = sum(map(mul, row, self._named)) + self._price(list(map(mul, row, self._past)))
        return float(self._own * sum(row) + tells * told + (1 - tells) * nothing(row))


def _telling(asking: Asking, row: Row) -> float:
    return asking.information(row) / (asking.question.seconds / 60 + MESSAGE)


def _shows(cause: Cause | None, collect: Collect) -> bool:
    return cause is not None and bool(cause.shows_at & collect.covers)
