"""Every number behind a diagnosis is there, and they multiply to what was said."""

from __future__ import annotations

import math

import pytest

from knowledge.diagnosis import explain
from knowledge.explaining import explanation_json, explanation_text
from knowledge.loader import BASE, load_base
from knowledge.logs import read
from knowledge.terms import ChoiceId, QuestionId


@pytest.fixture(scope="module")
def base():
    return load_base(strict=False)


@pytest.mark.parametrize("sample", sorted(path.stem for path in (BASE / "samples").glob("*.log")))
def test_the_factors_multiply_to_the_probabilities(base, sample):
    found = explain(base, [read(BASE / "samples" / f"{sample}.log", f"{sample}.log", base=base)])
    data = explanation_json(found)

    assert_multiplies(data)
    best = next(cause for cause in data["causes"] if cause["id"] == found.diagnosis.hypotheses[0].cause)
    assert best["probability"] == found.diagnosis.hypotheses[0].probability


def test_answers_and_what_was_not_answered_are_in_the_product(base):
    answers = {QuestionId("error"): ChoiceId("e789"), QuestionId("network"): ChoiceId("home")}

    assert_multiplies(explanation_json(explain(base, [], answers, text="windows 11")))


def assert_multiplies(data) -> None:
    products = {
        cause["id"]: (cause["prior"] * cause["stage"] * cause["unsaid"] * math.prod(each["factor"] for each in cause["findings"]))
        ** (1 / data["temperature"])
        for cause in data["causes"]
    }
    whole = math.fsum(products.values())
    assert "other" in products
    for cause in data["causes"]:
        assert math.isclose(cause["probability"], products[cause["id"]] / whole, rel_tol=1e-9)
    assert math.isclose(sum(cause["probability"] for cause in data["causes"]), 1.0, rel_tol=1e-9)


def test_the_text_names_each_factor_with_its_proof(base):
    found = explain(base, [read(BASE / "samples" / "wrong-key.log", "wrong-key.log", base=base)])

    text = explanation_text(base, found, "psk-mismatch")

    assert text.startswith(f"verdict conclusive, stage ike, knowledge {base.revision}\n")
    for part in ("prior", "P(the reading stops at that stage | cause)", "supports decisive", "wrong-key.log:"):
        assert part in text
