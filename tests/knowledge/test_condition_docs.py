"""Every row of the tables in knowledge/README.md, "The condition language", is what it says."""

import re
from pathlib import Path

import pytest

import knowledge.condition
from knowledge.__main__ import AUTHORING
from knowledge.authoring.sketch import sketch
from knowledge.condition import Truth, evaluate, mentions, parse
from knowledge.condition.words import RESERVED, UNITS
from knowledge.errors import ConditionError, Span
from knowledge.loader import BASE, survey

README = Path(knowledge.condition.__file__).parents[1] / "README.md"
SECTION = re.search(
    r"^## The condition language\n(.*?)(?=^## |\Z)", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)[1]
ROWS = re.findall(r"^\| `([^|`]+)` \| ((?:`[^|`]+` ?)+)\| (true|false|unknown) \|$", SECTION, re.MULTILINE)


@pytest.fixture(scope="module")
def base():
    return survey(BASE, strict=False).base


@pytest.mark.parametrize(("condition", "evidence", "expected"), ROWS, ids=[f"{row[0]} | {row[1]}" for row in ROWS])
def test_each_row_is_what_it_says(base, condition, evidence, expected):
    stages = {kind.id: kind.stage for kind in base.facts.values()}
    context = sketch(re.findall(r"`([^`]+)`", evidence), stages).context()

    result = evaluate(parse(condition), context)

    assert str(result.truth) == expected


def test_no_row_is_written_so_that_it_is_not_run():
    rows = [line for line in SECTION.splitlines() if line.startswith("| `")]

    assert len(rows) == len(ROWS) > 60


def test_every_word_of_the_language_has_an_example():
    shown = {word for condition, _, _ in ROWS for word in re.findall(r"[a-z]+", re.sub(r'"[^"]*"', "", condition))}

    assert RESERVED - shown == set()
    assert {unit for unit in UNITS if f"`{unit}`" not in SECTION} == set()


def test_the_examples_use_only_words_that_the_base_has(base):
    for condition, _, _ in ROWS:
        for mention in mentions(parse(condition)):
            if mention.kind == "fact":
                assert mention.name in base.facts
            if mention.kind == "answer":
                assert mention.name in base.questions
            if mention.kind == "choice":
                assert mention.name in {choice.id for choice in base.questions[mention.of].choices}
            if mention.kind == "value" and mention.of in base.facts:
                assert mention.name in base.facts[mention.of].values | {"during", "times", "side", "format"}


@pytest.mark.parametrize(("word", "table"), [("and", min), ("or", max)])
def test_the_truth_tables_are_those_of_the_code(word, table):
    head, *rows = re.search(rf"^\| {word} \|.*\n\|[-|]+\n((?:\|.*\n)+)", SECTION, re.MULTILINE)[0].splitlines()
    columns = [cell.strip() for cell in head.split("|")[2:-1]]
    for row in rows[1:]:
        left, *cells = (cell.strip() for cell in row.split("|")[1:-1])
        for right, cell in zip(columns, cells, strict=True):
            assert str(table(Truth[left.upper()], Truth[right.upper()])) == cell


def test_the_table_of_not_is_that_of_the_code():
    rows = re.search(r"^\| not \|.*\n\|[-|]+\n((?:\|.*\n)+)", SECTION, re.MULTILINE)[1].splitlines()

    for value, opposite in (re.findall(r"\w+", row) for row in rows):
        assert str(~Truth[value.upper()]) == opposite


def test_the_fault_in_the_handbook_is_what_is_printed():
    shown = re.search(r"```\n(error: .*?)```", SECTION, re.DOTALL)[1].strip()
    source = "    when: ike.decrypt_failed adn not ike.established"
    span = Span(file="causes/psk-mismatch.yaml", line=20, column=11, source=source)

    with pytest.raises(ConditionError) as refused:
        parse(source[10:], span=span)

    assert str(refused.value) == shown


def test_each_command_for_trying_is_one():
    section = README.read_text(encoding="utf-8").split("## Trying what you wrote")[1].split("\n## ")[0]
    commands = re.findall(r"^\| `vpn-help knowledge ([a-z-]+)", section, re.MULTILINE)

    assert commands == ["check", "test", "why-not", "trace", "new", "book", "simulate", "schema"]
    assert set(commands) <= {name for name, _, _ in AUTHORING}
