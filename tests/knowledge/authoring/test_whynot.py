"""`vpn-help knowledge why-not` and `trace`, on a small base and a log of four lines."""

import argparse
import json
from pathlib import Path

import pytest

from knowledge.authoring import trace, whynot
from knowledge.errors import MisuseError

SMALL = Path(__file__).parents[2] / "data" / "small-base"


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("client.log").write_text(
        "07[IKE] initiating Main Mode IKE_SA corp[1] to 198.51.100.10\n"
        "08[IKE] received INVALID_KE_PAYLOAD error notify\n"
        "09[ENC] invalid HASH_V1 payload length, decryption failed?\n"
        "10[IKE] giving up after 5 retransmits\n"
    )
    return "client.log"


def command(module, *words):
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    return module.run(parser.parse_args([*map(str, words), "--base", str(SMALL)]))


def test_a_rule_that_speaks_exits_with_0(log, capsys):
    assert command(whynot, "decrypt-failed", log) == 0
    assert capsys.readouterr().out == (
        "rule decrypt-failed speaks: its condition is true\n"
        "  causes/psk-mismatch.yaml:11\n"
        "  supports psk-mismatch (strong)\n"
        "\n"
        "true     all of\n"
        "true       ike.decrypt_failed (during is ike)            client.log:3  "
        "09[ENC] invalid HASH_V1 payload length, decryption failed?\n"
        "true       not\n"
        "false        ike.established\n"
    )


def test_a_rule_that_keeps_silent_says_what_was_near_and_what_would_make_it_speak(log, capsys):
    assert command(whynot, "refused-by-peer", log) == 1
    assert capsys.readouterr().out == (
        "rule refused-by-peer keeps silent: its condition is unknown\n"
        "  causes/psk-mismatch.yaml:23\n"
        "  opposes psk-mismatch (moderate)\n"
        "\n"
        "unknown  ike.notify (name is NO_PROPOSAL_CHOSEN, by is peer)  "
        "near: client.log:2 ike.notify by=peer, during=ike, name=INVALID_KE_PAYLOAD, side=client\n"
        "\n"
        "it would speak if\n"
        "  `ike.notify` had name is NO_PROPOSAL_CHOSEN, by is peer: client.log:2 has name = INVALID_KE_PAYLOAD, by = peer\n"
    )


def test_without_a_log_the_sample_of_a_line_is_shown(capsys):
    assert command(whynot, "decrypt-failed", "--answer", "error=e789") == 1

    out = capsys.readouterr().out
    assert "a line said `ike.decrypt_failed (during is ike)`, such as:\n      09[ENC] invalid HASH_V1 payload" in out
    assert "and a log of charon showed the stage ike from start to end, and no `ike.established`\n" in out


def test_why_not_comes_as_data(log, capsys):
    command(whynot, "decrypt-failed", log, "--json")

    found = json.loads(capsys.readouterr().out)
    assert (found["rule"], found["speaks"], found["truth"]) == ("decrypt-failed", True, "true")
    assert [(part["text"], part["truth"]) for part in found["condition"]["parts"]] == [
        ("ike.decrypt_failed (during is ike)", "true"),
        ("not ike.established", "true"),
    ]
    assert found["would_speak_if"] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["decrypt-faild", "client.log"], "did you mean `decrypt-failed`"),
        (["decrypt-failed"], "give me a log file"),
        (["decrypt-failed", "missing.log"], "missing.log: No such file"),
        (["decrypt-failed", "--answer", "error"], "is not QUESTION=CHOICE"),
        (["decrypt-failed", "--answer", "error=e1"], "is no answer to `error`"),
    ],
)
def test_misuse_is_named(log, words, message):
    with pytest.raises(MisuseError, match=message):
        command(whynot, *words)


def test_a_trace_goes_from_line_to_odds(log, capsys):
    assert command(trace, log) == 0

    out = capsys.readouterr().out
    assert out.startswith("client.log: whole, charon, 4 of 4 lines understood, 4 facts\nattempt 0 of 1: ")
    assert (
        "client.log:3  09[ENC] invalid HASH_V1 payload length, decryption failed?\n"
        "    ike.decrypt_failed during=ike payload=HASH_V1 side=client   [decryption-failed]\n"
        "        -> decrypt-failed\n"
    ) in out
    assert "decrypt-failed: The first encrypted message could not be read.\n    supports psk-mismatch strong\n" in out
    assert "decrypt-failed (supports strong)" in out


def test_a_trace_comes_as_data(log, capsys):
    command(trace, log, "--json")

    found = json.loads(capsys.readouterr().out)
    assert [(step["fact"], step["line"], step["signature"], step["rules"]) for step in found["steps"]] == [
        ("ike.started", 1, "initiating", []),
        ("ike.notify", 2, "received-notify", []),
        ("ike.decrypt_failed", 3, "decryption-failed", ["decrypt-failed"]),
        ("ike.timeout", 4, "giving-up", []),
    ]
    assert found["odds"]["causes"][0]["id"] == "psk-mismatch"


def test_a_trace_of_what_is_no_vpn_log_exits_with_1(tmp_path, capsys):
    other = tmp_path / "other.log"
    other.write_text("hello\nworld\n")

    assert command(trace, other) == 1
    assert "no known format" in capsys.readouterr().out
