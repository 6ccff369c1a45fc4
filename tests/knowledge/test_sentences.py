"""A hundred sentences and ten numbers, written by somebody who had not seen the base: what a person types leads somewhere.

It leads somewhere where a right cause stands among the first three, or where the question that comes next separates a right
cause from the leading one: some answer to it is at least twice as likely under the one as under the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml

from knowledge import diagnose, load_base
from knowledge.planning.tables import tables_of
from knowledge.rules import KnowledgeBase
from knowledge.terms import CauseId, Diagnosis, QuestionId, StepKind
from knowledge.understanding import understand

SENTENCES = Path(__file__).parents[1] / "data" / "sentences.yaml"
THRESHOLD = 0.90
#: So many causes are shown to the person.
FIRST = 3
#: An answer separates two causes from this factor on.
FACTOR = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    text: str
    locale: str
    right: tuple[CauseId, ...]


@cache
def typed(kind: str) -> tuple[Typed, ...]:
    rows = yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))[kind]
    return tuple(Typed(text=row["text"], locale=row.get("locale", ""), right=tuple(row["right"])) for row in rows)


@cache
def base() -> KnowledgeBase:
    return load_base(strict=False)


def leads_on(one: Typed) -> bool:
    found = diagnose(base(), text=one.text)
    first = [each.cause for each in found.hypotheses[:FIRST]]
    return any(cause in first for cause in one.right) or asks_well(found, one.right)


def asks_well(found: Diagnosis, right: tuple[CauseId, ...]) -> bool:
    """The question that comes next has an answer that is twice as likely, or half as likely, under a right cause."""
    if found.next.kind is not StepKind.ASK or found.next.id is None or found.best is None:
        return False
    tables = tables_of(base())
    leader = tables.index[found.best.cause]
    columns = tables.asking[QuestionId(found.next.id)].columns
    return any(
        max(column[place], column[leader]) >= FACTOR * min(column[place], column[leader])
        for place in (tables.index[cause] for cause in right if cause in tables.index)
        for column in columns
    )


def missed(rows: tuple[Typed, ...]) -> list[str]:
    return [one.text for one in rows if not leads_on(one)]


@pytest.mark.parametrize("locale", ["en", "pt-BR"])
def test_what_people_type_leads_somewhere(locale):
    rows = tuple(one for one in typed("sentences") if one.locale == locale)

    lost = missed(rows)

    assert len(rows) == 50
    assert len(lost) <= round((1 - THRESHOLD) * len(rows)), lost


def test_a_number_alone_leads_somewhere():
    assert missed(typed("numbers")) == []


@pytest.mark.parametrize("kind", ["sentences", "numbers"])
def test_every_right_cause_is_one_that_the_base_has(kind):
    assert {cause for one in typed(kind) for cause in one.right} <= set(base().causes)


def test_a_number_alone_is_understood():
    assert [one.text for one in typed("numbers") if not understand(base(), one.text).codes] == []
