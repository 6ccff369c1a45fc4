"""The command line: the contract's JSON, readable text in both languages, exit statuses, and what is never imported."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from knowledge import __main__ as commands
from knowledge.__main__ import SAMPLES, main
from knowledge.loader import load_base

KEYS = ["file", "read", "formats", "stage", "attempts", "verdict", "unexplained", "causes", "next", "knowledge"]
WRONG_KEY = str(SAMPLES / "wrong-key.log")
HEALTHY = str(SAMPLES / "healthy.log")


@pytest.fixture(scope="module")
def base():
    return load_base(strict=False)


@pytest.fixture(autouse=True)
def _one_base(base, monkeypatch):
    """The base is read once for all of these tests: its reading is tested elsewhere."""
    monkeypatch.setattr(commands, "load_base", lambda folder=None, **_: base)


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    status = main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def objects(output: str) -> list[dict]:
    return [json.loads(line) for line in output.splitlines()]


def test_json_is_one_object_a_file_in_their_order_with_the_keys_of_the_contract(capsys):
    status, out, err = run(capsys, "diagnose", "--json", WRONG_KEY, HEALTHY)

    first, second = objects(out)
    assert (status, err) == (0, "")
    assert [first["file"], second["file"]] == [WRONG_KEY, HEALTHY]
    assert list(first) == KEYS
    assert (first["read"], first["formats"], first["stage"]) == ("whole", ["charon"], "ike")
    assert (first["causes"][0]["id"], second["causes"][0]["id"]) == ("psk-mismatch", "healthy")
    assert (second["verdict"], second["stage"]) == ("healthy", "connected")
    assert [attempt["chosen"] for attempt in first["attempts"]] == [True]
    assert list(first["attempts"][0]) == ["start", "end", "stage", "peer", "verdict", "chosen"]
    assert list(first["causes"][0]) == ["id", "probability", "for", "against", "unconfirmed"]
    assert list(first["next"]) == ["kind", "id", "minutes"]


def test_json_evidence_names_rule_file_and_line_and_shows_no_address(capsys):
    _, out, _ = run(capsys, "diagnose", "--json", WRONG_KEY)

    (found,) = objects(out)
    proof = next(each for each in found["causes"][0]["for"] if "decryption failed" in (each["text"] or ""))
    assert list(proof) == ["rule", "file", "member", "line", "text", "answer"]
    lines = Path(WRONG_KEY).read_text().splitlines()
    assert "decryption failed" in lines[proof["line"] - 1]
    assert "198.51.100.20" not in out
    assert "other" not in [cause["id"] for cause in found["causes"]]
    assert abs(sum(cause["probability"] for cause in found["causes"]) + found["unexplained"] - 1) < 0.05


def test_together_is_one_object_with_the_files(capsys):
    _, out, _ = run(capsys, "diagnose", "--json", "--together", WRONG_KEY, HEALTHY)

    (found,) = objects(out)
    assert (found["file"], found["files"]) == (None, [WRONG_KEY, HEALTHY])
    assert len(found["attempts"]) == 2


def _from_the_client() -> str:
    said = """
        20:53:32 anna-pc charon: 07[CFG] received stroke: initiate 'office'
        20:53:32 anna-pc charon: 09[IKE] initiating Main Mode IKE_SA office[1] to 198.51.100.7
        20:53:33 anna-pc charon: 12[IKE] IKE_SA office[1] established between 203.0.113.4[203.0.113.4]...198.51.100.7[gw]
        20:53:33 anna-pc charon: 12[ENC] generating QUICK_MODE request 4004004 [ HASH SA No ID ID ]
        20:53:33 anna-pc charon: 13[IKE] CHILD_SA office{1} established with SPIs c98bd7a9_i c874c229_o
        20:53:34 anna-pc xl2tpd[99]: Connecting to host 198.51.100.7, port 1701
        20:53:34 anna-pc xl2tpd[99]: Connection established to 198.51.100.7, 1701.  Local: 268, Remote: 489 (ref=0/0).
        20:53:34 anna-pc xl2tpd[99]: Calling on tunnel 268
        20:53:34 anna-pc xl2tpd[99]: control_finish: Connection closed to 198.51.100.7, serial 1 (No available IP address)
    """
    return "".join(f"Nov 23 {line.strip()}\n" for line in said.strip().splitlines())


def _of_a_client(peer: str, number: int, second: int) -> str:
    said = f"""
        charon: 05[ENC] parsed ID_PROT request 0 [ SA V V V V V ]
        charon: 05[IKE] {peer} is initiating a Main Mode IKE_SA
        charon: 07[IKE] IKE_SA L2TP[{number}] established between 198.51.100.7[198.51.100.7]...{peer}[{peer}]
        charon: 09[ENC] parsed QUICK_MODE request 411{number} [ HASH SA No ID ID ]
        charon: 10[IKE] CHILD_SA L2TP{{{number}}} established with SPIs c070b238_i c2323631_o
        xl2tpd[67]: Connection established to {peer}, 1701.  Local: 47{number}, Remote: 63{number}.
    """
    return "".join(f"Nov 23 20:53:{second} gw {line.strip()}\n" for line in said.strip().splitlines())


def test_who_holds_the_last_address_does_not_make_the_other_client_healthy(capsys, tmp_path):
    held = """Nov 23 20:53:29 gw xl2tpd[67]: Call established with 203.0.113.77, PID: 81, Local: 13, Remote: 44, Serial: 1
Nov 23 20:53:29 gw pppd[81]: pppd 2.4.9 started by root, uid 0
Nov 23 20:53:30 gw pppd[81]: local  IP address 10.10.10.1
Nov 23 20:53:30 gw pppd[81]: remote IP address 10.10.10.100
"""
    refused = "Nov 23 20:53:34 gw xl2tpd[67]: control_finish: Out of IP addresses on tunnel 632!\n"
    client, server = tmp_path / "client.log", tmp_path / "server.log"
    client.write_text(_from_the_client())
    server.write_text(_of_a_client("203.0.113.77", 1, 28) + held + _of_a_client("203.0.113.4", 2, 33) + refused)

    for files in ((client, server), (server, client)):
        _, out, _ = run(capsys, "diagnose", "--json", "--together", *map(str, files))
        (found,) = objects(out)
        assert (found["causes"][0]["id"], found["stage"]) == ("ip-pool-exhausted", "l2tp")
        assert [(attempt["stage"], attempt["chosen"]) for attempt in found["attempts"]] == [("connected", False), ("l2tp", True)]


def test_text_alone_is_one_object_whose_file_is_null(capsys):
    status, out, _ = run(capsys, "diagnose", "--json", "--text", "não conecta no hotel, erro 809, windows 11")

    (found,) = objects(out)
    assert (status, list(found)) == (0, KEYS)
    assert (found["file"], found["stage"], found["attempts"]) == (None, None, [])
    assert found["causes"][0]["id"] == "udp-blocked"
    answers = {proof["answer"] for proof in found["causes"][0]["for"]}
    assert {"error=e809", "network=guest"} <= answers


def test_answers_change_the_ranking_and_may_be_given_several_times(capsys):
    _, out, _ = run(capsys, "diagnose", "--json", "--answer", "error=e691", "--answer", "prompt=after")

    (found,) = objects(out)
    assert found["causes"][0]["id"] == "bad-credentials"


def test_standard_input_is_a_file_called_dash(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(WRONG_KEY).read_bytes())))

    _, out, _ = run(capsys, "diagnose", "--json", "-")

    assert objects(out)[0]["file"] == "-"


def test_a_file_that_is_no_log_is_said_on_stderr_and_by_the_status(capsys, tmp_path):
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear all,\nthe canteen is closed on Friday.\n")

    status, out, err = run(capsys, "diagnose", "--json", str(letter), WRONG_KEY)

    first, second = objects(out)
    assert (status, first["read"], first["causes"], first["verdict"]) == (1, "unrecognised", [], "open")
    assert second["causes"][0]["id"] == "psk-mismatch"
    assert str(letter) in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["diagnose"], "give me a log file"),
        (["diagnose", "/does/not/exist.log"], "No such file"),
        (["diagnose", "--answer", "error"], "is not QUESTION=CHOICE"),
        (["diagnose", "--answer", "eror=e809"], "no question is called `eror`"),
        (["diagnose", "--answer", "error=e999"], "`e999` is no answer to `error`"),
        (["diagnose", "--attempt", "7", WRONG_KEY], "there is no attempt 7"),
        (["sample", "nope"], "no sample is called `nope`"),
        (["explain", "--cause", "nope", WRONG_KEY], "no cause is called `nope`"),
    ],
)
def test_misuse_is_two_with_a_message(capsys, arguments, message):
    status, out, err = run(capsys, *arguments)

    assert (status, out) == (2, "")
    assert message in err


def test_the_report_says_cause_proof_and_next_step_in_both_languages(capsys):
    _, english, _ = run(capsys, "diagnose", WRONG_KEY)
    _, portuguese, _ = run(capsys, "diagnose", "--locale", "pt-BR", WRONG_KEY)

    assert "[psk-mismatch]" in english
    assert "How I know:" in english
    assert "decryption failed?" in english
    assert "What to do next" in english
    assert "Como eu sei:" in portuguese
    assert "O que fazer agora" in portuguese
    assert "\x1b" not in english + portuguese


def test_every_sample_is_listed_with_a_sentence_and_diagnosed_as_its_name_says(capsys):
    _, listed, _ = run(capsys, "sample")
    names = [line.split()[0] for line in listed.splitlines()]
    assert names == sorted(path.stem for path in SAMPLES.glob("*.log"))
    assert all(len(line.split()) > 3 for line in listed.splitlines())

    expected = {
        "healthy": "healthy",
        "l2tp-silent": "l2tp-no-response",
        "no-answer": "udp-blocked",
        "no-proposal": "ike-proposal-mismatch",
        "windows-809": "udp-blocked",
        "wrong-key": "psk-mismatch",
        "wrong-password": "bad-credentials",
    }
    _, out, _ = run(capsys, "diagnose", "--json", *(str(SAMPLES / f"{name}.log") for name in names))
    assert {name: found["causes"][0]["id"] for name, found in zip(names, objects(out), strict=True)} == expected


def test_sample_prints_the_log_itself(capsys):
    _, out, _ = run(capsys, "sample", "wrong-key")

    assert out == Path(WRONG_KEY).read_text()


def test_explain_shows_every_factor_and_they_multiply_to_the_odds(capsys):
    _, text, _ = run(capsys, "explain", "--cause", "psk-mismatch", WRONG_KEY)
    _, out, _ = run(capsys, "explain", "--json", WRONG_KEY)

    assert "psk-decrypt-failed" in text
    (found,) = objects(out)
    weights = {}
    for cause in found["causes"]:
        weight = cause["prior"] * cause["stage"]
        for finding in cause["findings"]:
            weight *= finding["factor"]
        weights[cause["id"]] = weight ** (1 / found["temperature"])
    total = sum(weights.values())
    assert {cause["id"]: cause["probability"] for cause in found["causes"]} == pytest.approx(
        {ident: weight / total for ident, weight in weights.items()}, rel=1e-9
    )


@pytest.mark.parametrize(
    "arguments", [["--help"], ["diagnose", "--help"], ["knowledge", "--help"], ["knowledge", "evaluate", "--help"]]
)
def test_help_is_there(capsys, arguments):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)

    assert stopped.value.code == 0
    assert "usage: vpn-help" in capsys.readouterr().out


def test_a_diagnosis_imports_nothing_of_slack_jobs_or_storage():
    script = (
        "import sys; from knowledge.__main__ import main; "
        f"main(['diagnose', '--json', {WRONG_KEY!r}]); "
        "print(sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)

    loaded = set(json.loads(done.stderr.replace("'", '"')))
    assert loaded.isdisjoint(
        {"bot", "slack_bolt", "slack_sdk", "dbos", "sqlalchemy", "aiohttp", "jinja2", "alembic", "cryptography"}
    )
