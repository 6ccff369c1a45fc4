"""The loader: what stands in the files arrives unchanged, and whatever is wrong is said with its place, all at once."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import BaseError, Severity
from knowledge.loader import load_base, read_yaml, survey
from knowledge.loader.document import parse_document
from knowledge.terms import CauseId, Direction, FactId, Fixer, Platform, QuestionId, Risk, Side, Stage, Strength

FACTS = """\
schema: 1
facts:
  ike.started: {stage: ike, does: begins, values: [peer], says: "this end began IKE"}
  ike.decrypt_failed: {stage: ike, values: [payload], says: "noise"}
  host.component_missing: {stage: l2tp, scope: host, values: [what], says: "something is missing"}
"""
CAUSE = """\
schema: 1
cause: psk-mismatch
title: The keys differ
says: The key here is not the one there.
about: >-
  Both ends prove that they know
  the same key.
stage: ike
shows_at: [ike]
fixer: user
prior: common
rules:
  - id: psk-decrypt-failed
    when: ike.decrypt_failed and ike.started
    supports: strong
    says: It looks like noise.
    source: https://docs.example.com
    example:
      log: |
        07[IKE] initiating # 1
        \tand a tab
    near_miss:
      facts: ["ike.started"]
      answers: {error: e789}
steps:
  - id: retype
    for: [windows, linux]
    fixer: user
    minutes: 4
    risk: low
    mends: 0.7
    offline: no
    phone: true
    do: Type it again.
    verify: Connect.
    source: https://docs.example.com
sources: [https://docs.example.com]
"""
QUESTIONS = """\
schema: 1
questions:
  - id: error
    ask: Which number?
    why: It tells much.
    seconds: 20
    unknown: 0.25
    platforms: [windows]
    when: not ike.started
    choices:
      - id: e789
        says: 789
        codes: [789, 0x800B0109, 0123]
        effect: {psk-mismatch: "++"}
      - id: "no"
        says: no
        effect: {psk-mismatch: "---"}
      - {id: unknown, says: I don't know}
"""
COLLECT = """\
schema: 1
collect:
  - id: charon-log
    for: [linux]
    side: client
    covers: [ike, esp]
    minutes: 3
    title: The log
    do: Copy it.
    source: https://docs.example.com
"""
FORMAT = """\
schema: 1
format: charon
title: A daemon
platform: linux
lines: ["{worker:number}[{group:word}] {message:rest}"]
programs: [charon]
always: [ike.started]
signatures:
  - id: charon-init
    line: "initiating to {peer:address}"
    fact: ike.started
    with: {side: client}
"""
SAMPLES = """\
== charon-init ==
07[IKE] initiating to 192.0.2.1 # not a comment: 'quotes', "more" and \\ too

08[IKE] initiating to 192.0.2.2
"""
CODES = """\
family,code,symbol,meaning,stage,causes,source
ras,789,ERROR_X,"It, too",ike,psk-mismatch,https://docs.example.com
ras,600,PENDING,Waiting,none,,https://docs.example.com
"""
GOOD = {
    "facts.yaml": FACTS,
    "causes/psk-mismatch.yaml": CAUSE,
    "questions.yaml": QUESTIONS,
    "collect.yaml": COLLECT,
    "formats/charon.yaml": FORMAT,
    "formats/charon.log": SAMPLES,
    "codes/ras.csv": CODES,
    "texts/pt-BR/causes/psk-mismatch.yaml": (
        "schema: 1\ncause: psk-mismatch\ntitle: As chaves diferem\nrules:\n  psk-decrypt-failed: Parece ruído.\n"
        "steps:\n  retype:\n    do: Digite de novo.\n"
    ),
    "texts/pt-BR/questions.yaml": "schema: 1\nquestions:\n  error:\n    ask: Qual número?\n    choices: {e789: Setecentos}\n",
    "texts/pt-BR/facts.yaml": "schema: 1\nfacts: {ike.started: começou}\n",
    "texts/pt-BR/codes/ras.csv": "family,code,meaning\nras,789,Também\n",
    "rules/spanning.yaml": (
        "schema: 1\nrules:\n  - id: spans\n    when: ike.started\n    supports: {psk-mismatch: weak}\n"
        "    says: S\n    source: s\n"
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, GOOD)


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def faults(folder: Path, name: str, text: str) -> str:
    """Everything that is printed about a base in which one file has been replaced."""
    write(folder, {name: text})
    return "\n\n".join(str(fault) for fault in survey(folder).faults)


def test_a_whole_base_arrives_with_its_types_and_both_languages(folder):
    base = load_base(folder)

    cause = base.causes[CauseId("psk-mismatch")]
    assert (cause.title(), cause.title("pt-BR")) == ("The keys differ", "As chaves diferem")
    assert cause.about() == "Both ends prove that they know the same key."
    assert (cause.stage, cause.shows_at, cause.fixer) == (Stage.IKE, {Stage.IKE}, Fixer.USER)
    (step,) = cause.steps
    assert (step.platforms, step.minutes, step.risk, step.mends) == ({Platform.WINDOWS, Platform.LINUX}, 4.0, Risk.LOW, 0.7)
    assert (step.offline, step.phone, step.cuts_off, step.do("pt-BR")) == (False, True, False, "Digite de novo.")
    assert [rule.id for rule in base.rules] == ["psk-decrypt-failed", "spans"]
    rule = base.rules[0]
    assert [(e.cause, e.direction, e.strength) for e in rule.effects] == [("psk-mismatch", Direction.SUPPORTS, Strength.STRONG)]
    assert (rule.span.file, rule.span.line, rule.says("pt-BR")) == ("causes/psk-mismatch.yaml", 13, "Parece ruído.")
    assert rule.examples[0].log == "07[IKE] initiating # 1\n\tand a tab\n"
    assert rule.near_misses[0].answers == {"error": "e789"}


def test_questions_codes_collects_formats_and_facts_arrive(folder):
    base = load_base(folder)

    question = base.questions[QuestionId("error")]
    assert (question.seconds, question.unknown, question.platforms) == (20.0, 0.25, {Platform.WINDOWS})
    assert [choice.id for choice in question.choices] == ["e789", "no", "unknown"]
    assert question.choices[0].codes == ("789", "0x800B0109", "0123")
    assert question.choices[1].effects[0].direction is Direction.EXCLUDES
    assert question.choices[0].says("pt-BR") == "Setecentos"
    assert base.codes["ras", "789"].meaning("pt-BR") == "Também"
    assert (base.codes["ras", "600"].stage, base.codes["ras", "600"].causes) == (None, ())
    assert (base.collects["charon-log"].side, base.collects["charon-log"].covers) == (Side.CLIENT, {Stage.IKE, Stage.ESP})
    (signature,) = next(iter(base.formats.values())).signatures
    assert signature.samples == (
        """07[IKE] initiating to 192.0.2.1 # not a comment: 'quotes', "more" and \\ too""",
        "08[IKE] initiating to 192.0.2.2",
    )
    assert base.facts[FactId("host.component_missing")].host
    assert base.facts[FactId("ike.started")].says("pt-BR") == "começou"
    assert base.locales == {"en", "pt-BR"}


def test_an_empty_folder_is_an_empty_base(tmp_path):
    base = load_base(tmp_path)

    assert (dict(base.causes), base.rules, dict(base.questions), dict(base.codes)) == ({}, (), {}, {})


def test_the_revision_names_the_content(folder, tmp_path_factory):
    before = load_base(folder).revision
    same = load_base(write(tmp_path_factory.mktemp("copy"), GOOD)).revision
    write(folder, {"facts.yaml": FACTS + "# a remark\n"})

    assert (len(before), same) == (12, before)
    assert load_base(folder).revision != before


def test_all_faults_of_all_files_come_at_once(folder):
    write(folder, {"facts.yaml": "schema: 2\nfacts: {}\n", "collect.yaml": "a: [\n", "causes/x.yaml": "cause: x\n"})

    with pytest.raises(BaseError) as raised:
        load_base(folder)

    files = {fault.span.file for fault in raised.value.faults if fault.span}
    assert {"facts.yaml", "collect.yaml", "causes/x.yaml"} <= files


def test_names_that_nothing_defines_are_errors_only_in_a_finished_base(folder):
    write(folder, {"causes/psk-mismatch.yaml": CAUSE.replace("ike.decrypt_failed and", "ike.decript_failed and")})

    with pytest.raises(BaseError, match=r"unknown fact `ike\.decript_failed`"):
        load_base(folder)
    assert load_base(folder, strict=False).rules[0].id == "psk-decrypt-failed"
    assert [fault.severity for fault in survey(folder, strict=False).faults] == [Severity.WARNING]


def replaced(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("name", "text", "printed"),
    [
        (
            "causes/psk-mismatch.yaml",
            replaced(CAUSE, "fixer: user", "fixr: user"),
            """\
            error: `fixer` is missing
             --> causes/psk-mismatch.yaml:1:1
              |
            1 | schema: 1
              | ^^^^^^^^^
            help: add `fixer:`

            error: unknown key `fixr`
              --> causes/psk-mismatch.yaml:10:1
               |
            10 | fixr: user
               | ^^^^
            help: did you mean `fixer`?""",
        ),
        (
            "causes/psk-mismatch.yaml",
            replaced(CAUSE, "stage: ike", "stage: ikee"),
            """\
            error: `ikee` is not a word for `stage`
             --> causes/psk-mismatch.yaml:8:8
              |
            8 | stage: ikee
              |        ^^^^ one of link, ike, esp, l2tp, lcp, auth, ipcp, connected
            help: did you mean `ike`?""",
        ),
        (
            "causes/psk-mismatch.yaml",
            replaced(CAUSE, "minutes: 4", "minutes: four"),
            """\
            error: `minutes` has the wrong kind of value
              --> causes/psk-mismatch.yaml:29:14
               |
            29 |     minutes: four
               |              ^^^^ this must be a number""",
        ),
        (
            "causes/psk-mismatch.yaml",
            replaced(CAUSE, "title: The keys differ", "title: The keys differ\ntitle: Again"),
            """\
            error: `title` stands here twice
             --> causes/psk-mismatch.yaml:4:1
              |
            4 | title: Again
              | ^^^^^ the first is on line 3
            help: keep one of the two; YAML would silently take the last""",
        ),
        (
            "causes/psk-mismatch.yaml",
            replaced(CAUSE, "The key here is", "The key #2 is fine but key #1"),
            """\
            error: the value of `says` is cut here
             --> causes/psk-mismatch.yaml:4:15
              |
            4 | says: The key #2 is fine but key #1 not the one there.
              |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ YAML takes ` #` and the rest of the line for a remark
            help: put quotes round the whole value, or move the remark to a line of its own""",
        ),
        (
            "facts.yaml",
            "schema: 1\nfacts:\n\tike.started: {stage: ike, says: x}\n",
            """\
            error: a tab stands in the indentation
             --> facts.yaml:3:1
              |
            3 | \tike.started: {stage: ike, says: x}
              | ^ YAML indents with spaces only
            help: use spaces""",
        ),
        (
            "causes/psk-mismatch.yaml",
            replaced(CAUSE, "says: It looks like noise.", "says: It looks: like noise."),
            """\
            error: this is not YAML
              --> causes/psk-mismatch.yaml:16:19
               |
            16 |     says: It looks: like noise.
               |                   ^ mapping values are not allowed in this context
            help: a value that holds `: ` needs quotes round it""",
        ),
        (
            "questions.yaml",
            replaced(QUESTIONS, "{psk-mismatch: \"++\"}", "{psk-mismach: \"++\"}"),
            """\
            error: unknown cause `psk-mismach`
              --> questions.yaml:14:18
               |
            14 |         effect: {psk-mismach: "++"}
               |                  ^^^^^^^^^^^ no file in causes/ has it
            help: did you mean `psk-mismatch`?""",
        ),
        (
            "causes/psk-mismatch.yaml",
            replaced(CAUSE, "supports: strong", "supports: strog"),
            """\
            error: `strog` is not a strength
              --> causes/psk-mismatch.yaml:15:15
               |
            15 |     supports: strog
               |               ^^^^^ one of decisive, strong, moderate, weak
            help: did you mean `strong`?""",
        ),
        (
            "causes/psk-mismatch.yaml",
            replaced(CAUSE, "    supports: strong\n", ""),
            """\
            error: rule `psk-decrypt-failed` concludes nothing
              --> causes/psk-mismatch.yaml:13:9
               |
            13 |   - id: psk-decrypt-failed
               |         ^^^^^^^^^^^^^^^^^^
            help: add `supports:`, `opposes:` or `excludes:` with a strength""",
        ),
        (
            "formats/charon.yaml",
            replaced(FORMAT, "{peer:address}", "{peer:adress}"),
            """\
            error: there is no type of hole called `adress`
              --> formats/charon.yaml:10:26
               |
            10 |     line: "initiating to {peer:adress}"
               |                          ^^^^^^^^^^^^^
            help: did you mean `address`?""",
        ),
        (
            "formats/charon.log",
            SAMPLES.replace("charon-init ==", "charon-inti =="),
            """\
            error: no signature is called `charon-inti`
             --> formats/charon.log:1:4
              |
            1 | == charon-inti ==
              |    ^^^^^^^^^^^
            help: did you mean `charon-init`?""",
        ),
        (
            "causes/psk-mismatch.yaml",
            CAUSE.replace("schema: 1\n", ""),
            """\
            error: the file does not say which schema it follows
             --> causes/psk-mismatch.yaml:1:1
              |
            1 | cause: psk-mismatch
              | ^^^^^^^^^^^^^^^^^^^
            help: begin the file with `schema: 1`""",
        ),
    ],
)  # fmt: skip
def test_a_fault_prints_its_place_and_what_to_do(folder, name, text, printed):
    assert faults(folder, name, text) == dedent(printed)


def test_a_condition_in_a_folded_scalar_is_pointed_at_on_its_own_line(folder):
    text = replaced(CAUSE, "when: ike.decrypt_failed and ike.started", "when: >-\n      ike.decrypt_failed\n      and ike.startd")

    printed = faults(folder, "causes/psk-mismatch.yaml", text)

    assert printed == dedent(
        """\
        error: unknown fact `ike.startd`
          --> causes/psk-mismatch.yaml:16:11
           |
        16 |       and ike.startd
           |           ^^^^^^^^^^ facts.yaml has no such word
        help: did you mean `ike.started`?"""
    )


def test_a_condition_that_cannot_be_parsed_points_at_the_word(folder):
    text = replaced(CAUSE, "ike.decrypt_failed and ike.started", "ike.decrypt_failed adn ike.started")

    printed = faults(folder, "causes/psk-mismatch.yaml", text)

    assert "--> causes/psk-mismatch.yaml:14:30" in printed
    assert "did you mean `and`?" in printed


def test_a_remark_behind_a_word_or_number_is_no_cut_value():
    _, found = parse_document("schema: 1\nrisk: low   # none\noffline: true # yes\nlist: [a, b] # both\n", "x.yaml")

    assert found == []


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60))
def test_whatever_the_text_the_reader_answers_with_a_document_or_faults(text):
    document, found = parse_document(text, "x.yaml")

    assert (document is not None) or found


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40))
def test_quoted_values_arrive_unchanged(value):
    quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    document, found = parse_document(f"says: {quoted}\n", "x.yaml")

    assert (document.data if document else None, found) == ({"says": value}, [])


def test_scalars_that_yaml_would_change_stay_what_they_are(tmp_path):
    write(tmp_path, {"meta.yaml": "knowable: no\nat: 13:45\ncode: 0123\nhex: 0x80072746\nnothing: ~\nday: 2024-01-01\n"})

    assert read_yaml(tmp_path / "meta.yaml") == {
        "knowable": "no", "at": "13:45", "code": "0123", "hex": "0x80072746", "nothing": "~", "day": "2024-01-01",
    }  # fmt: skip
