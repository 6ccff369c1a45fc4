"""How long things take with a base of 1,000 signatures and 500 rules, in multiples of a piece of work in the same run.

By hand, on a quiet machine (two cores of 2026, Python 3.11; the piece: 15 ms), and what is asked:

    read, checked and usable, cold, no scanner's database   0.39 s; a new process to its first diagnosis 0.53 s         (1 s)
    from the cache                                          19 ms; a new process to its first diagnosis 0.25 s          (100 ms)
    the scanner                                             2 ms for small texts, 18 ms for large ones: so none is
                                                            compiled in the background                                  (3 s)
    1,000 facts against 500 rules, and the posterior        3.5 to 7 ms where 20 to 100 kinds of facts are seen;
                                                            9.8 ms where all 400 kinds are, and 280 rules speak         (10 ms)
    1,000 facts to a diagnosis, attempts, next step         17 ms

The limits below are about twice that, so that they catch what grew and not a busy machine.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.diagnosis import diagnose
from knowledge.inference import context_of, hypotheses_of, weigh_attempt
from knowledge.loader import load_base
from knowledge.loader.cache import kept_base
from knowledge.logs import read
from knowledge.logs.scan import Scanner, installed
from knowledge.rules import KnowledgeBase
from knowledge.terms import Attempt, Fact, FormatId, Log, ReadState, Side, Stage
from tests.benchmarks.big_base import RULES, SIGNATURES, facts_seen, line_of
from tests.benchmarks.conftest import cpu

LINES = "".join(f"{line_of(number * 7 % SIGNATURES)}\n" for number in range(100)).encode()


@pytest.fixture(scope="module")
def base(big: Path) -> KnowledgeBase:
    return load_base(big)


def weigh(base: KnowledgeBase, facts: tuple[Fact, ...]) -> None:
    tried = Attempt(facts=facts, stage=Stage.IKE, ended=True, covered=frozenset({Stage.LINK, Stage.IKE}))
    hypotheses_of(weigh_attempt(base, tried, context_of(base, facts, {}, attempt=tried)), base)


def test_a_base_is_read_and_checked(big, unit):
    base = load_base(big)

    assert (sum(len(each.signatures) for each in base.formats.values()), len(base.rules)) == (SIGNATURES, RULES)
    assert cpu(lambda: load_base(big), rounds=3) < 50 * unit


def test_a_base_comes_out_of_the_cache(big, tmp_path, unit):
    load_base(big, cache=tmp_path / "cache")

    assert kept_base(big, tmp_path / "cache") is not None
    assert cpu(lambda: load_base(big, cache=tmp_path / "cache")) < 4 * unit


def test_a_small_log_needs_no_database(big, unit):
    def first() -> None:
        base = load_base(big)
        assert len(read(LINES, "small.log", base=base).facts) >= 100

    assert cpu(first, rounds=2) < 65 * unit


@pytest.mark.parametrize("engine", ["ahocorasick_rs", "hyperscan"])
def test_the_scanner_is_ready_at_once(unit, engine):
    if not installed(engine):
        pytest.fail(f"{engine} belongs to the dependencies of this platform")
    needles = [line_of(number)[:30] + str(number) for number in range(SIGNATURES)]

    assert cpu(lambda: list(Scanner(needles, engine=engine).lines(b"x\n"))) < 3 * unit


@pytest.mark.parametrize("kinds", [20, 40, 100, 400])
def test_a_thousand_facts_are_weighed(base, unit, kinds):
    facts = facts_seen(1000, kinds)

    assert cpu(lambda: weigh(base, facts)) < (0.9 if kinds <= 100 else 1.3) * unit


def test_weighing_grows_with_the_facts_and_no_faster(base):
    small, large = facts_seen(2_000, 40), facts_seen(8_000, 40)

    assert cpu(lambda: weigh(base, large)) < 4 * 2 * cpu(lambda: weigh(base, small))


def test_rules_that_cannot_hold_cost_next_to_nothing(base):
    none, some = facts_seen(1, 1), facts_seen(200, 200)

    assert cpu(lambda: weigh(base, none)) < 0.7 * cpu(lambda: weigh(base, some))


def test_a_whole_diagnosis(base, unit):
    log = Log(file="a.log", read=ReadState.WHOLE, formats=(FormatId("daemon0"),), side=Side.CLIENT, facts=facts_seen(1000, 40))

    assert diagnose(base, [log]).hypotheses
    assert cpu(lambda: diagnose(base, [log]), rounds=3) < 4 * unit
