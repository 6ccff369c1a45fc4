"""Evidence in a few words: how rules' examples and the handbook of the condition language write what a log says.

ike.notify name=NO_PROPOSAL_CHOSEN by=peer at=12    a fact, its values, and its second
prompt=before                                       an answer
platform: windows   side: client   stage: ike       what is true of the attempt
whole: ike esp                                      the log shows these stages from start to end
earlier: session.up      later: ike.started         a fact of another attempt
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from knowledge.condition import Context, answered
from knowledge.errors import MisuseError
from knowledge.terms import Clock, Evidence, Fact, FactId, FormatId, Platform, Side, Stage

#: When a sketch happens: `at` counts from here.
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
#: The file and the format that a sketched fact comes from.
SKETCH = "example"

_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*(?=\s|$)")
_PAIR = re.compile(r'\s*([a-z][a-z0-9_]*)=(?:"((?:[^"\\]|\\.)*)"|(\S+))')
_ANSWER = re.compile(r"([a-z][a-z0-9-]*)=([a-z0-9][a-z0-9-]*)")
_LABELLED = re.compile(r"(platform|side|stage|whole|earlier|later):\s*(.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """Evidence, as far as it was written down."""

    facts: tuple[Fact, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    platform: Platform | None = None
    side: Side | None = None
    stage: Stage | None = None
    whole: frozenset[Stage] = frozenset()
    earlier: tuple[Fact, ...] = ()
    later: tuple[Fact, ...] = ()
    #: The stage of every fact of the vocabulary.
    stages: Mapping[FactId, Stage] = field(default_factory=lambda: MappingProxyType({}))

    def context(self) -> Context:
        """What a condition is asked of: in a whole stage every fact of the vocabulary would have been said."""
        always = frozenset(fact for fact, stage in self.stages.items() if stage in self.whole)
        around = {
            side: (Context(facts=facts, stages=self.stages),) if facts else ()
            for side, facts in (("earlier", self.earlier), ("later", self.later))
        }
        return Context(
            facts=self.facts,
            answers=answered(self.answers),
            platform=self.platform,
            side=self.side,
            stage=self.stage,
            covered=self.whole,
            always=always,
            stages=self.stages,
            **around,
        )


def sketch(items: Iterable[str], stages: Mapping[FactId, Stage]) -> Sketch:
    """Read evidence that was written in a few words, one thing an item.

    Args:
        items: See the module's head.
        stages: The stage of every fact of the vocabulary.

    Raises:
        MisuseError: an item is none of the forms, or names what does not exist.

    >>> found = sketch(["ike.retransmit count=3 at=10", "prompt=before", "whole: ike"], {FactId("ike.retransmit"): Stage.IKE})
    >>> found.facts[0].values["count"], found.answers, sorted(found.whole)
    ('3', (('prompt', 'before'),), [<Stage.IKE: 'ike'>])
    """
    facts: dict[str, list[Fact]] = {"here": [], "earlier": [], "later": []}
    answers: list[tuple[str, str]] = []
    given: dict[str, str] = {}
    for order, item in enumerate(map(str.strip, items)):
        labelled = _LABELLED.fullmatch(item)
        if labelled and labelled[1] in facts:
            facts[labelled[1]].append(fact(labelled[2], order=order, known=stages))
        elif labelled:
            given[labelled[1]] = labelled[2]
        elif _NAME.match(item):
            facts["here"].append(fact(item, order=order, known=stages))
        elif answer := _ANSWER.fullmatch(item):
            answers.append((answer[1], answer[2]))
        else:
            raise MisuseError(f"`{item}` is neither a fact (`ike.timeout`), an answer (`prompt=before`) nor `platform: …`")
    try:
        return Sketch(
            facts=tuple(facts["here"]),
            answers=tuple(answers),
            platform=Platform(given["platform"]) if "platform" in given else None,
            side=Side(given["side"]) if "side" in given else None,
            stage=Stage(given["stage"]) if "stage" in given else None,
            whole=frozenset(map(Stage, given.get("whole", "").split())),
            earlier=tuple(facts["earlier"]),
            later=tuple(facts["later"]),
            stages=stages,
        )
    except ValueError as unknown:
        raise MisuseError(str(unknown)) from unknown


def fact(text: str, *, order: int = 0, known: Mapping[FactId, Stage] | None = None) -> Fact:
    """One fact from `name key=value …`; `at` is its second, `times` how often it was said in a row.

    Raises:
        MisuseError: it is not written like that, or the vocabulary does not know it.

    >>> fact('l2tp.refused text="no such user" times=2').values["text"]
    'no such user'
    """
    name = _NAME.match(text)
    if name is None:
        raise MisuseError(f"`{text}` does not begin with a fact such as `ike.timeout`")
    if known is not None and name[0] not in known:
        raise MisuseError(f"`{name[0]}` is not in the vocabulary (facts.yaml)")
    values: dict[str, str] = {}
    at = name.end()
    while pair := _PAIR.match(text, at):
        values[pair[1]] = re.sub(r"\\(.)", r"\1", pair[2]) if pair[2] is not None else pair[3]
        at = pair.end()
    if text[at:].strip():
        raise MisuseError(f"`{text}` goes on with `{text[at:].strip()}`, where `key=value` was expected")
    try:
        seconds, times = values.pop("at", None), int(values.pop("times", "1"))
        clock = Clock(at=BEGIN + timedelta(seconds=float(seconds))) if seconds is not None else None
    except (ValueError, OverflowError) as wrong:
        raise MisuseError(f"`at` and `times` are numbers: `{text}`") from wrong
    return Fact(
        id=FactId(name[0]),
        evidence=(Evidence(file=SKETCH, line=order + 1, text=text),),
        values=MappingProxyType(values),
        clock=clock,
        order=order,
        format=FormatId(SKETCH),
        times=times,
    )
