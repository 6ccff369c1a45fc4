"""`vpn-help knowledge test`: samples, examples and near misses."""

import argparse
import json
import shutil
from pathlib import Path

import pytest

from knowledge.authoring.printing import as_text
from knowledge.authoring.test import add_arguments, examine, run
from knowledge.errors import MisuseError
from knowledge.loader import BASE

DATA = Path(__file__).parents[2] / "data"
CAUSE = "causes/psk-mismatch.yaml"


@pytest.fixture
def small_base(tmp_path):
    return Path(shutil.copytree(DATA / "small-base", tmp_path / "base"))


@pytest.fixture
def changed(small_base):
    def change(*pairs, file=CAUSE):
        text = (small_base / file).read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        (small_base / file).write_text(text, encoding="utf-8")
        return small_base

    return change


def command(*words):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args([str(word) for word in words]))


def faults(folder):
    return as_text(examine(folder).faults)


def test_a_sound_base_passes_and_names_what_each_near_miss_missed(small_base, capsys):
    assert command("-v", "--base", small_base) == 0
    assert capsys.readouterr().out == (
        "decrypt-failed: silent because of `ike.established`\n"
        "refused-by-peer: silent because of `ike.notify (name is NO_PROPOSAL_CHOSEN, by is peer)`\n"
        "5 signatures with 5 samples; 2 rules with 2 examples and 2 near misses: all as they should be\n"
    )


def test_an_example_on_which_the_rule_keeps_silent_shows_the_whole_tree(changed):
    folder = changed(("        09[ENC] invalid HASH_V1 payload length, decryption failed?\n", ""))

    assert faults(folder) == (
        "error: rule `decrypt-failed` keeps silent on its example\n"
        "  --> causes/psk-mismatch.yaml:16:5\n"
        "   |\n"
        "16 |     example:\n"
        "   |     ^^^^^^^ `ike.decrypt_failed (during is ike)` does not come out as it must\n"
        "note: this is how it comes out:\n"
        "  unknown  all of\n"
        "  unknown    ike.decrypt_failed (during is ike)            would be settled by: fact ike.decrypt_failed\n"
        "  true       not\n"
        "  false        ike.established\n"
        "help: mend the condition, or the example\n"
        "\n"
    )


def test_a_near_miss_on_which_the_rule_speaks_is_an_error(changed):
    folder = changed(('"ike.decrypt_failed payload=HASH_V1", "ike.established"]', '"ike.decrypt_failed payload=HASH_V1"]'))

    assert faults(folder) == (
        "error: rule `decrypt-failed` speaks on its near miss\n"
        "  --> causes/psk-mismatch.yaml:21:5\n"
        "   |\n"
        "21 |     near_miss:\n"
        "   |     ^^^^^^^^^ the whole condition holds there\n"
        "help: change one thing in it, so that one part of the condition does not hold\n"
        "\n"
    )


def test_a_near_miss_that_misses_twice_is_not_near(changed):
    folder = changed(('"ike.decrypt_failed payload=HASH_V1", "ike.established"]', '"ike.established"]'))

    assert faults(folder).startswith("warning: rule `decrypt-failed` has a near miss that is not near\n")


def test_rules_without_example_or_near_miss_are_errors(changed):
    folder = changed(
        ('    near_miss:\n      facts: ["ike.started", "ike.decrypt_failed payload=HASH_V1", "ike.established"]\n', ""),
        ('    example:\n      facts: ["ike.started", "ike.notify name=NO_PROPOSAL_CHOSEN by=peer"]\n', ""),
    )

    assert [(fault.code, str(fault.severity)) for fault in examine(folder).faults] == [
        ("no-near-miss", "error"),
        ("no-example", "error"),
    ]


def test_an_example_that_cannot_be_used_says_why(changed):
    folder = changed(('"ike.notify name=NO_PROPOSAL_CHOSEN by=peer"', '"ike.notified by=peer"'))

    assert "reason" not in faults(folder)
    assert "`ike.notified` is not in the vocabulary (facts.yaml)" in faults(folder)


def test_examples_may_be_answers(changed):
    folder = changed(
        ("when: ike.notify (name is NO_PROPOSAL_CHOSEN, by is peer)", "when: answer.error is e789"),
        ('facts: ["ike.started", "ike.notify name=NO_PROPOSAL_CHOSEN by=peer"]', "answers: {error: e789}"),
        ('facts: ["ike.started", "ike.notify name=NO_PROPOSAL_CHOSEN by=local"]', 'facts: ["error=unknown"]'),
    )

    assert faults(folder) == ""


def test_a_sample_that_is_not_matched_fails(changed, capsys):
    folder = changed(("giving up after 5 retransmits", "giving up after 5 attempts"), file="formats/charon.log")

    assert command("--base", folder) == 1
    assert capsys.readouterr().out.endswith(": 1 error, 0 warnings\n")


def test_one_rule_or_signature_can_be_run_alone(small_base, capsys):
    assert command("giving-up", "decrypt-failed", "--base", small_base) == 0
    assert capsys.readouterr().out.startswith("1 signature with 1 sample; 1 rule with 1 example and 1 near miss")


def test_an_unknown_name_is_misuse_and_names_the_nearest(small_base):
    with pytest.raises(MisuseError, match="did you mean `decrypt-failed`"):
        command("decrypt-fail", "--base", small_base)


def test_the_results_come_as_data(small_base, capsys):
    command("decrypt-failed", "--base", small_base, "--json")

    assert json.loads(capsys.readouterr().out)["rules"] == [
        {
            "id": "decrypt-failed",
            "examples": [{"as_meant": True, "truth": "true", "missed": None, "problem": None}],
            "near_misses": [{"as_meant": True, "truth": "false", "missed": "ike.established", "problem": None}],
        }
    ]


def test_the_base_that_ships_passes():
    assert [str(fault) for fault in examine(BASE).faults if fault.severity == "error"] == []
