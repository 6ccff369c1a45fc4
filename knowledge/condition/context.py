"""What a condition is asked of: the facts of one attempt, what its log would have shown, and what people answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from knowledge.terms import ChoiceId, Fact, FactId, Platform, QuestionId, Side, Stage

#: Facts by what they carry.
Groups = Mapping[tuple[str | None, ...], tuple[Fact, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything that a condition may read. Frozen: evaluation changes nothing, so one context serves every rule.

    The order of `facts` does not matter: they are put in the order of `Fact.order`.
    """

    #: The facts of the attempt and those of the host.
    facts: tuple[Fact, ...] = ()
    #: What people chose, several choices where a question allows that. `unknown` is no answer and counts as none.
    answers: Mapping[QuestionId, frozenset[ChoiceId]] = field(default_factory=lambda: MappingProxyType({}))
    platform: Platform | None = None
    side: Side | None = None
    #: Where the attempt stopped.
    stage: Stage | None = None
    #: Stages that the log shows from start to end.
    covered: frozenset[Stage] = frozenset()
    #: What the formats that are present always say (`Format.always`): within a covered stage the absence of these is a fact.
    always: frozenset[FactId] = frozenset()
    #: The stage of every fact of the vocabulary (`KnowledgeBase.facts`, `id` to `stage`).
    stages: Mapping[FactId, Stage] = field(default_factory=lambda: MappingProxyType({}))
    #: Other attempts in the same reading, in their order, for `in an earlier attempt (…)` and its like. Theirs are not read.
    earlier: tuple[Context, ...] = ()
    later: tuple[Context, ...] = ()
    _by_name: dict[str, tuple[Fact, ...]] = field(init=False, repr=False, compare=False)
    _covers: dict[str, bool] = field(init=False, repr=False, compare=False)
    _grouped: dict[tuple[str, tuple[str, ...]], Groups] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name: dict[str, list[Fact]] = {"*": []}
        for fact in sorted(self.facts, key=lambda fact: fact.order):
            for name in (fact.id, family_of(fact.id), "*"):
                by_name.setdefault(name, []).append(fact)
        object.__setattr__(self, "_by_name", {name: tuple(facts) for name, facts in by_name.items()})
        object.__setattr__(self, "_covers", {})
        object.__setattr__(self, "_grouped", {})

    def named(self, name: str) -> tuple[Fact, ...]:
        """The facts with that name, of that family (`ike.*`), or all (`*`), in their order."""
        return self._by_name.get(name, ())

    def grouped(self, name: str, keys: tuple[str, ...]) -> Groups:
        """The facts of a name by what they carry under `keys` (None where they carry nothing)."""
        groups = self._grouped.get((name, keys))
        if groups is None:
            lists: dict[tuple[str | None, ...], list[Fact]] = {}
            for fact in self.named(name):
                lists.setdefault(tuple(fact_value(fact, key) for key in keys), []).append(fact)
            groups = self._grouped[name, keys] = {values: tuple(facts) for values, facts in lists.items()}
        return groups

    def covers(self, name: str) -> bool:
        """Whether the absence of a fact, or of a whole family, is a fact too.

        A fact is covered if the log shows its stage from start to end in a format that always says it. A family is
        covered if all of its stages are, and something of each is always said: who does anything there cannot help
        leaving a trace.

        >>> context = Context(
        ...     covered=frozenset({Stage.IKE}),
        ...     always=frozenset({FactId("ike.established")}),
        ...     stages={FactId("ike.established"): Stage.IKE, FactId("ike.fragment"): Stage.IKE},
        ... )
        >>> context.covers("ike.established"), context.covers("ike.fragment"), context.covers("ike.*")
        (True, False, True)
        """
        known = self._covers.get(name)
        if known is None:
            known = self._covers[name] = self._family_covered(name) if name.endswith("*") else self._fact_covered(name)
        return known

    def _fact_covered(self, name: str) -> bool:
        return name in self.always and self.stages.get(FactId(name)) in self.covered

    def _family_covered(self, family: str) -> bool:
        members = {fact: stage for fact, stage in self.stages.items() if family_of(fact) == family}
        said = {stage for fact, stage in members.items() if fact in self.always}
        stages = set(members.values())
        return bool(stages) and stages <= self.covered and stages <= said


def fact_value(fact: Fact, key: str) -> str | None:
    """A value of a fact; `times` and `format` are kept beside the others."""
    if key == "times":
        return str(fact.times)
    return fact.format if key == "format" else fact.values.get(key)


def family_of(name: str) -> str:
    """The family of a fact: `ike.*` for `ike.timeout`."""
    return f"{name.partition('.')[0]}.*"


def answered(pairs: Iterable[tuple[str, str]]) -> Mapping[QuestionId, frozenset[ChoiceId]]:
    """Answers as a context takes them, from pairs of question and choice.

    >>> sorted(answered([("error", "e789"), ("nat", "home"), ("nat", "carrier")])["nat"])
    ['carrier', 'home']
    """
    together: dict[QuestionId, set[ChoiceId]] = {}
    for question, choice in pairs:
        together.setdefault(QuestionId(question), set()).add(ChoiceId(choice))
    return {question: frozenset(choices) for question, choices in together.items()}
