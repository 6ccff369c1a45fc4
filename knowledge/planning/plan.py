"""What a belief costs: steps to try in the order of chance over minutes, then the hand-over, all in minutes to a connection.

Everything here is linear in the belief: a row may be the share of one answer, and the prices of all answers add up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from math import log2
from operator import mul

from knowledge.inference import Answers, priors
from knowledge.planning.tables import Row, Tables, tables_of
from knowledge.rules import Cause, KnowledgeBase, Step
from knowledge.terms import HEALTHY, OTHER, CauseId, ChoiceId, Diagnosis, Fixer, Log, Platform, QuestionId, Risk, StepId

#: How likely each cause is held to be; sums to 1.
Belief = Mapping[CauseId, float]

#: Minutes until somebody of the desk takes a case.
QUEUE_MINUTES = 60.0
#: A step whose chance to mend is below this is not listed in a runbook, and no risky step waits for it.
WORTH_TRYING = 0.02
#: So many steps are thought through in one plan; what comes after them is the hand-over.
MOST_STEPS = 8
#: The answer that forbids steps above low risk whatever was agreed to.
_NO_RIGHTS = (QuestionId("rights"), ChoiceId("no-administrator"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What time is worth, in minutes of the person who waits for a connection."""

    #: Until somebody of the desk takes a case.
    queue: float = QUEUE_MINUTES
    #: How many of the person's minutes one minute of an engineer is worth.
    engineer_rate: float = 1.0
    #: What an engineer needs for each bit of uncertainty that is handed over.
    desk_per_bit: float = 5.0
    #: What an engineer needs to mend what nobody has described.
    desk_repair: float = 30.0
    #: One more message: it has to be seen, read, and gone back to.
    turn: float = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known about the person's side: it decides what may be offered."""

    answers: Answers
    logs: tuple[Log, ...] = ()
    platform: Platform | None = None
    #: Questions that were put already, steps that did not help, logs that were asked for.
    asked: frozenset[QuestionId] = frozenset()
    tried: frozenset[StepId] = frozenset()
    collected: frozenset[str] = frozenset()
    #: True where the person, or the desk, agreed to steps above low risk.
    consent: bool = False
    #: Who reads: the requester is offered only what a requester can do.
    audience: Fixer = Fixer.USER
    #: How many times the usual minutes this person needs to bring a log.
    pace: float = 1.0
    costs: Costs = field(default_factory=Costs)

    @property
    def may_risk(self) -> bool:
        """Whether steps above low risk may be offered: agreed to, and within this person's rights."""
        given = self.answers.get(_NO_RIGHTS[0], ())
        return self.consent and _NO_RIGHTS[1] not in ((given,) if isinstance(given, str) else given)


def belief_of(diagnosis: Diagnosis, base: KnowledgeBase, tried: Collection[StepId] = ()) -> dict[CauseId, float]:
    """The probabilities of a diagnosis as a belief that sums to 1; `other` has the unexplained share.

    A step that was tried and did not help speaks against its cause: by as much as it would have mended it.
    """
    belief = {hypothesis.cause: hypothesis.probability for hypothesis in diagnosis.hypotheses}
    if belief:
        belief[OTHER] = diagnosis.unexplained
    else:
        belief = {cause: share for cause, share in priors(base.causes.values()).items() if cause != HEALTHY}
    for cause in base.causes.values() if tried else ():
        for step in cause.steps:
            if step.id in tried and cause.id in belief:
                belief[cause.id] *= 1 - step.mends
    total = sum(belief.values())
    return {cause: share / total for cause, share in belief.items()} if total else {OTHER: 1.0}


@dataclass(frozen=True, slots=True)
class _Try:
    """A step as numbers: what it costs, and the causes that it may mend, by their place in a row."""

    step: Step
    minutes: float
    mends: tuple[tuple[int, float], ...]
    risky: bool

    @property
    def pace(self) -> float:
        """Chance over minutes, where it is the likeliest of its causes."""
        return max(share for _, share in self.mends) / self.minutes

    def chance(self, row: Row) -> float:
        return sum(row[place] * share for place, share in self.mends)


class Plan:
    """Steps to try, and what a belief costs, in one situation. Made once for a choice; holds no belief."""

    def __init__(self, base: KnowledgeBase, situation: Situation) -> None:
        self.base = base
        self.situation = situation
        self.costs = situation.costs
        self.tables: Tables = tables_of(base)
        found: dict[StepId, tuple[Step, list[tuple[int, float]]]] = {}
        for cause in base.causes.values():
            for step in cause.steps:
                if self.offers(step):
                    found.setdefault(step.id, (step, []))[1].append((self.tables.index[cause.id], step.mends))
        turn = self.costs.turn
        self._tries = [_Try(step, step.minutes + turn, tuple(mends), is_risky(step)) for step, mends in found.values()]
        self._chances = _after_each_other(self._tries)
        self._repair = [self._repaired(base.causes.get(cause)) for cause in self.tables.causes]

    def without(self, step: Step) -> Plan:
        """The same once a step has not helped."""
        other = copy(self)
        other._tries = [each for each in self._tries if each.step is not step]
        other._chances = _after_each_other(other._tries)
        return other

    def hand_over(self, row: Row) -> float:
        """What handing over costs: the queue, and an engineer who looks for what is still open and then mends it."""
        return self._handed(sum(row), _spread(row), sum(map(mul, row, self._repair)))

    def price(self, row: Row) -> float:
        """Expected minutes to a working connection: the best steps in their order, then the hand-over."""
        return self._course(row)[0]

    def best_step(self, row: Row) -> tuple[Step, list[float]] | None:
        """The step to try first and what is left of the belief if it fails; None where a hand-over costs less."""
        first = self._course(row)[1]
        if first is None:
            return None
        left = list(row)
        for place, share in first.mends:
            left[place] *= 1 - share
        return first.step, left

    def ordered(self, row: Row) -> Iterator[tuple[Step, float]]:
        """All steps with their chance to mend, best chance over minutes first, risky ones after all safe ones."""
        scored = []
        for each in self._tries:
            chance = each.chance(row)
            if chance >= WORTH_TRYING:
                scored.append((each.risky, self._of_others(each.step), -chance / each.minutes, each.step.id, each.step, chance))
        scored.sort(key=lambda known: known[:4])
        for *_, step, chance in scored:
            yield step, chance

    def _course(self, row: Row) -> tuple[float, _Try | None]:
        """What the best course costs, and its first step.

        Steps are taken by chance over minutes; the course ends after the one with which all in all costs least. `mass`,
        `spread` and `repair` are what is left of the row after the steps so far, kept up with what each of them changes.
        """
        mass, spread, repair = sum(row), _spread(row), sum(map(mul, row, self._repair))
        best: float = self._handed(mass, spread, repair)
        first: _Try | None = None
        if mass <= 0:
            return 0.0, None
        # A step pays where it saves enough of what is left; more than nine tenths are never tried away.
        least = 0.1 * mass * mass / best
        likely = [(-row[place] * ratio, number) for place, ratio, number in self._chances if row[place] * ratio > least]
        likely.sort()
        order = [self._tries[number] for _, number in likely[:MOST_STEPS]]
        order.sort(key=_is_risky)
        if order and order[-1].risky:
            order = [*self._safe_left_out(row, order), *order]
        spent, changed = 0.0, dict[int, float]()
        for each in order:
            spent += each.minutes * mass
            for place, share in each.mends:
                was = changed.get(place, row[place])
                left = was * (1 - share)
                mass += left - was
                repair += (left - was) * self._repair[place]
                spread += _surprise(left) - _surprise(was)
                changed[place] = left
            total = spent + self._handed(mass, spread, repair)
            if total < best:
                best, first = total, order[0]
        return best, first

    def _safe_left_out(self, row: Row, order: Sequence[_Try]) -> list[_Try]:
        """Safe steps with a chance that do not pay by themselves: they come before a risky one all the same."""
        least = WORTH_TRYING * sum(row)
        left = [each for each in self._tries if not each.risky and each not in order and each.chance(row) >= least]
        return sorted(left, key=lambda each: -each.chance(row) / each.minutes)

    def _handed(self, mass: float, spread: float, repair: float) -> float:
        costs = self.costs
        bits = _surprise(mass) - spread
        return mass * costs.queue + (1 + costs.engineer_rate) * (costs.desk_per_bit * bits + repair)

    def offers(self, step: Step) -> bool:
        """Whether a step may be offered in this situation."""
        situation = self.situation
        if step.id in situation.tried or (is_risky(step) and not situation.may_risk):
            return False
        if situation.audience is Fixer.USER and step.fixer is not Fixer.USER:
            return False
        return not step.platforms or situation.platform is None or situation.platform in step.platforms

    def _of_others(self, step: Step) -> bool:
        return self.situation.audience is not Fixer.USER and step.fixer is not self.situation.audience

    def _repaired(self, cause: Cause | None) -> float:
        """How many minutes an engineer needs for a cause that is known: its best step, until one helps."""
        steps = cause.steps if cause else ()
        return min((step.minutes / step.mends for step in steps if step.mends > 0), default=self.costs.desk_repair)


def is_risky(step: Step) -> bool:
    """Whether a step waits for consent."""
    return step.risk in (Risk.MEDIUM, Risk.HIGH)


def _is_risky(each: _Try) -> bool:
    return each.risky


def _after_each_other(tries: Sequence[_Try]) -> list[tuple[int, float, int]]:
    """Each step's main cause, by its place; chance over minutes, once better steps for it have failed; and the step's number."""
    found: list[tuple[int, float, int]] = []
    left: dict[int, float] = {}
    in_order = sorted(range(len(tries)), key=lambda number: (tries[number].risky, -tries[number].pace))
    for number in in_order:
        each = tries[number]
        place, share = max(each.mends, key=lambda known: known[1])
        found.append((place, left.get(place, 1.0) * share / each.minutes, number))
        for other, mended in each.mends:
            left[other] = left.get(other, 1.0) * (1 - mended)
    return found


def _spread(row: Row) -> float:
    """The sum of x log2 x: the uncertainty of a row is that of its sum less this."""
    return float(sum(map(mul, row, map(log2, row))))


def _surprise(share: float) -> float:
    return share * log2(share) if share > 0 else 0.0
