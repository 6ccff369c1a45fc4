"""`vpn-help knowledge new`: drafts that are ready to finish."""

import argparse
import json
import shutil
from pathlib import Path

import pytest

from knowledge.authoring.check import check
from knowledge.authoring.new import add_arguments, run
from knowledge.authoring.new.holes import draft_line
from knowledge.authoring.new.insert import add_entry, scalar
from knowledge.authoring.test import examine
from knowledge.errors import BaseError, MisuseError
from knowledge.loader import survey
from knowledge.loader.document import parse_document

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def base(tmp_path):
    return Path(shutil.copytree(DATA / "small-base", tmp_path / "base"))


@pytest.fixture
def new(base):
    def command(*words):
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        return run(parser.parse_args([*map(str, words), "--base", str(base)]))

    return command


def left(base):
    return [(fault.span.file, fault.message) for fault in check(base)[1] if fault.severity == "error"]


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("5 retransmits to 198.51.100.7[500]", "{count:number} retransmits to {peer:address}[{port:number}]"),
        ('peer 2001:db8::7 sent "no-config"', "peer {peer:address} sent {sent:quoted}"),
        ("IKE_SA corp[1] established", "IKE_SA {connection:name}[{sa:number}] established"),
        ("session of user anna ended after 30 s", "session of user {user:name} ended after {seconds:number} s"),
        ("SPI c1a2b3c4 of ppp0 is 12 bytes", "SPI {spi:hex} of {device:word} is {size:number} bytes"),
        ("The error code returned on failure is 809.", "The error code returned on failure is {code:number}."),
        ("IKEv1 with AES_CBC_256 and MS-CHAP-V2 failed", "IKEv1 with AES_CBC_256 and MS-CHAP-V2 failed"),
        ("child corp{1} of {id} went away", "child corp{{corp:number}} of {what:rest} went away"),
    ],
)  # fmt: skip
def test_what_varies_becomes_a_hole(message, line):
    assert draft_line(message, values=["count"]) == line


def test_a_hole_takes_a_name_that_the_fact_carries():
    assert draft_line("tunnel 7 closed", values=["tunnel"]) == "tunnel {tunnel:number} closed"


@pytest.mark.parametrize("message", ["12 34", "198.51.100.7", "", '"a"'])
def test_a_line_of_values_only_is_refused(message):
    with pytest.raises(MisuseError, match="too few words"):
        draft_line(message)


def test_a_signature_is_printed_with_its_sample_and_nothing_is_written(base, new, capsys):
    before = {path: path.read_bytes() for path in base.rglob("*") if path.is_file()}

    assert new("signature", "Nov 23 20:27:54 gw charon: 10[IKE] peer 198.51.100.7 went silent", "--fact", "ike.timeout") == 0
    assert capsys.readouterr().out == (
        "# formats/charon.yaml, at the end of `signatures`\n"
        "  - id: charon-peer-went-silent\n"
        "    line: 'peer {peer:address} went silent'\n"
        "    fact: ike.timeout\n"
        "\n"
        "# formats/charon.log\n"
        "== charon-peer-went-silent\n"
        "Nov 23 20:27:54 gw charon: 10[IKE] peer 198.51.100.7 went silent\n"
    )
    assert {path: path.read_bytes() for path in base.rglob("*") if path.is_file()} == before


def test_a_written_signature_finds_its_line(base, new, capsys):
    line = "Nov 23 20:27:54 gw charon: 10[IKE] peer 198.51.100.7 went silent # for 30 s"

    assert new("signature", line, "--fact", "ike.timeout", "--write") == 0
    assert capsys.readouterr().out == (
        "written: formats/charon.yaml:26\nwritten: formats/charon.log:12\n"
        "The signature is complete; try it with: vpn-help knowledge test charon-peer-went-silent-for\n"
    )
    assert check(base)[1] == []
    (tested,) = examine(base, ["charon-peer-went-silent-for"]).signatures
    assert tested.samples == (line,)


def test_a_line_of_a_file(base, new, tmp_path, capsys):
    log = tmp_path / "a.log"
    log.write_bytes("one\r\n10[IKE] we gave up waiting, \tNão responde\r\n".encode())

    assert new("signature", f"{log}:2", "--fact", "ike.timeout", "--format", "charon", "--write") == 0
    assert check(base)[1] == []
    capsys.readouterr()
    with pytest.raises(MisuseError, match="has no line 9"):
        new("signature", f"{log}:9")
    with pytest.raises(MisuseError, match="which line of"):
        new("signature", log)


def test_what_the_author_must_decide_is_a_fault_with_help(base, new, capsys):
    assert new("signature", "Nov 23 20:27:54 gw vpnd[211]: no answer from 198.51.100.7, giving up", "--write") == 0

    said = capsys.readouterr()
    assert said.out == (
        "written: formats/vpnd.yaml:6\n"
        "written: formats/vpnd.log:2\n"
        "\n"
        "error: `fact` is empty\n"
        " --> formats/vpnd.yaml:8:10\n"
        "  |\n"
        "8 |     fact:\n"
        "  |          ^\n"
        "help: decide: a word of facts.yaml: what the line says; a new word is added there first\n"
        "\n"
    )
    assert said.err.startswith("note: facts that it may mean: ike.timeout")
    file = base / "formats/vpnd.yaml"
    file.write_text(file.read_text().replace("fact:", "fact: ike.timeout"))
    assert check(base)[1] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["10[IKE] giving up after 5 retransmits"], "`giving-up` of charon finds this line already"),
        (["Nov 23 20:27:54 gw charon: 10[IKE] x y zebra", "--fact", "ike.timout"], "did you mean `ike.timeout`"),
        (["a line of nobody"], "--format"),
        (["  "], "no line in that"),
    ],
)
def test_a_signature_that_makes_no_sense_is_misuse(new, words, message):
    with pytest.raises(MisuseError, match=message):
        new("signature", *words)


def test_a_rule_from_a_line_lacks_only_what_its_author_decides(base, new, capsys):
    assert new("rule", "psk-mismatch", "10[IKE] giving up after 5 retransmits", "--write") == 0
    assert left(base) == [("causes/psk-mismatch.yaml", f"`{key}` is empty") for key in ("supports", "says", "source")]

    file = base / "causes/psk-mismatch.yaml"
    text = file.read_text()
    for key, value in (("supports", "weak"), ("says", "It was given up."), ("source", "RFC 2409")):
        text = text.replace(f"    {key}:\n", f"    {key}: {value}\n")
    file.write_text(text)
    tested = examine(base, ["ike-timeout"])
    assert [result.as_meant for result in tested.results] == [True, True]
    assert [fault.code for fault in tested.faults] == []
    assert left(base) == []


def test_a_rule_from_a_case_asks_what_happened_not_to_whom(base, new, tmp_path, capsys):
    log = tmp_path / "case.log"
    log.write_text(
        "07[IKE] initiating Main Mode IKE_SA corp[1] to 198.51.100.10\n09[IKE] received NO_PROPOSAL_CHOSEN error notify\n"
    )

    assert new("rule", "psk-mismatch", log, "--supports", "weak", "--says", "No: #1.", "--source", "RFC 2409", "--write") == 0
    [rule] = [rule for rule in survey(base).base.rules if rule.id == "ike-started-ike-notify"]
    assert str(rule.when) == "ike.started (mode is main) and ike.notify (by is peer, name is NO_PROPOSAL_CHOSEN)"
    assert rule.says() == "No: #1."
    assert left(base) == []
    assert examine(base, [rule.id]).faults == ()


def test_a_rule_with_a_condition_of_its_own(base, new, capsys):
    assert new("rule", "psk-mismatch", "--when", "ike.started and not ike.established", "--json") == 0

    drafted = json.loads(capsys.readouterr().out)
    assert (drafted["what"], drafted["written"], drafted["parts"][0]["list"]) == ("rule", False, "rules")
    assert "when: ike.started and not ike.established" in drafted["parts"][0]["entry"]
    assert (
        'example:\n    facts: ["ike.started"]\n  near_miss:\n    facts: ["ike.started", "ike.established"]'
        in drafted["parts"][0]["entry"]
    )
    with pytest.raises(MisuseError, match="cannot be understood"):
        new("rule", "psk-mismatch", "--when", "ike.started adn x")
    with pytest.raises(MisuseError, match="did you mean `psk-mismatch`"):
        new("rule", "psk-mismach", "--when", "ike.started")
    with pytest.raises(MisuseError, match="no signature finds"):
        new("rule", "psk-mismatch", "hello world")


def test_a_cause_is_whole_but_for_its_authors_words(base, new, capsys):
    assert new("cause", "peer-gone", "10[IKE] giving up after 5 retransmits", "--fixer", "network", "--write") == 0

    keys = ["title", "says", "about", "supports", "says", "source", "do", "source"]
    assert left(base) == [("causes/peer-gone.yaml", f"`{key}` is empty") for key in keys]
    with pytest.raises(MisuseError, match="there is a cause called"):
        new("cause", "psk-mismatch")


def test_a_question_is_whole_but_for_its_authors_words(base, new, capsys):
    assert new("question", "other-network", "--cause", "psk-mismatch", "--write") == 0

    assert left(base) == [("questions.yaml", f"`{key}` is empty") for key in ("ask", "why")]
    file = base / "questions.yaml"
    file.write_text(file.read_text().replace("ask:\n", "ask: Does it work elsewhere?\n").replace("why:\n", "why: It tells.\n"))
    asked = survey(base).base.questions["other-network"]
    assert [choice.id for choice in asked.choices] == ["yes", "no", "unknown"]
    assert left(base) == []


def test_an_entry_goes_behind_the_last_one_and_touches_nothing_else(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("schema: 1\nrules:\n    - id: a\n      says: >-\n        one\n        two\n\n    # a remark\nsources: [x]\n")

    assert add_entry(file, "rules", "- id: b\n  says: c\n") == 7
    assert file.read_text() == (
        "schema: 1\nrules:\n    - id: a\n      says: >-\n        one\n        two\n    - id: b\n      says: c\n"
        "\n    # a remark\nsources: [x]\n"
    )


@pytest.mark.parametrize("head", ["schema: 1\n", "schema: 1\nrules:\n", "schema: 1\nrules: []\n"])
def test_a_list_that_is_not_there_yet_begins(tmp_path, head):
    file = tmp_path / "a.yaml"
    file.write_text(head)

    assert add_entry(file, "rules", "- id: b") == 3
    assert parse_document(file.read_text(), "a.yaml")[0].data == {"schema": "1", "rules": [{"id": "b"}]}


def test_what_cannot_be_added_to_is_left_alone(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("rules: [{id: a}]\n")
    with pytest.raises(MisuseError, match="brackets"):
        add_entry(file, "rules", "- id: b")
    file.write_text('rules: "a\n')
    with pytest.raises(BaseError):
        add_entry(file, "rules", "- id: b")


@pytest.mark.parametrize(
    "text",
    [
        *("a", "yes", "1", "", "it's", "a: b", "a #b", "- a", "&a", "*a", "%a", "@a", "!a", "[a", "{a}", "a\tb", '"a"', "a:"),
        *("ação\u2028", "a\\n"),
    ],
)
def test_a_scalar_is_read_as_it_was(text):
    assert parse_document(f"says: {scalar(text)}", "a.yaml")[0].data == {"says": text}
