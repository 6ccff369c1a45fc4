"""A company's own folder over the base: what it writes counts, what it does not write stays, and tunings end by themselves."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest

from knowledge.authoring.check import check
from knowledge.authoring.test import examine
from knowledge.diagnosis import diagnose
from knowledge.errors import BaseError
from knowledge.loader import folders_of, load_base, revision_of, survey
from knowledge.logs import read
from knowledge.rules import KnowledgeBase, Status
from knowledge.terms import CauseId, FactId, FormatId, QuestionId, TuningKind, Verdict

TODAY = date(2026, 11, 25)
BASE = {
    "facts.yaml": """
        schema: 1
        facts:
          ike.started: {stage: ike, does: begins, values: [peer], says: this end began IKE}
          ike.decrypt_failed: {stage: ike, does: fails, values: [payload], says: noise}
    """,
    "causes/psk-mismatch.yaml": """
        schema: 1
        cause: psk-mismatch
        title: The keys differ
        says: The key here is not the one there.
        about: Both ends prove that they know the same key.
        stage: ike
        shows_at: [ike]
        fixer: user
        prior: common
        rules:
          - id: psk-decrypt-failed
            when: ike.decrypt_failed
            supports: decisive
            says: It looks like noise.
            source: https://docs.example.com
        steps:
          - {id: retype, for: [windows, linux], fixer: user, minutes: 4, risk: low, mends: 0.7,
             do: Type it again., verify: Connect., source: https://docs.example.com}
          - {id: ask, fixer: admin, minutes: 9, risk: none, mends: 0.5, do: Ask., verify: Connect., source: https://docs.example.com}
    """,
    "causes/udp-blocked.yaml": """
        schema: 1
        cause: udp-blocked
        title: Blocked
        says: Blocked.
        about: Blocked.
        stage: ike
        shows_at: [ike]
        fixer: network
        prior: common
    """,
    "questions.yaml": """
        schema: 1
        questions:
          - id: error
            ask: Which number?
            why: It tells much.
            seconds: 20
            unknown: 0.25
            choices:
              - {id: e789, says: 789, effect: {psk-mismatch: "++", udp-blocked: "-"}}
              - {id: e809, says: 809, effect: {udp-blocked: "++"}}
    """,
    "words.yaml": """
        schema: 1
        answers:
          error=e789: [error 789]
    """,
    "formats/charon.yaml": """
        schema: 1
        format: charon
        title: A daemon
        platform: linux
        lines: ["{worker:number}[{group:word}] {message:rest}"]
        programs: [charon]
        always: [ike.started]
        signatures:
          - {id: charon-init, line: "initiating to {peer:address}", fact: ike.started}
          - {id: charon-noise, line: "decryption failed", fact: ike.decrypt_failed}
    """,
    "formats/charon.log": """
        == charon-init ==
        07[IKE] initiating to 192.0.2.1
    """,
    "codes/ras.csv": """
        family,code,symbol,meaning,stage,causes,source
        ras,789,ERROR_X,It failed,ike,psk-mismatch,https://docs.example.com
    """,
    "texts/pt-BR/causes/psk-mismatch.yaml": """
        schema: 1
        cause: psk-mismatch
        title: As chaves diferem
        steps:
          retype: {do: Digite de novo.}
          ask: {do: Pergunte.}
    """,
}
LOG = b"07[IKE] initiating to 192.0.2.1\n07[ENC] decryption failed\n"


@pytest.fixture
def write(tmp_path):
    def written(name: str, files: dict[str, str]) -> Path:
        home = tmp_path / name
        for path, text in files.items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_text(dedent(text).lstrip(), encoding="utf-8")
        home.mkdir(exist_ok=True)
        return home

    return written


@pytest.fixture
def layered(write):
    base = write("base", BASE)

    def made(files: dict[str, str], today: date = TODAY) -> KnowledgeBase:
        return load_base(base, own=write("own", files), today=today)

    return made


def cause(body: str) -> dict[str, str]:
    return {"causes/psk-mismatch.yaml": "schema: 1\ncause: psk-mismatch\n" + dedent(body)}


def test_an_empty_folder_changes_nothing_but_the_revision(layered, write):
    both, alone = layered({}), load_base(write("base", BASE))

    assert both.rules == alone.rules
    assert both.causes == alone.causes


def test_what_is_written_counts_and_what_is_not_stays(layered):
    own = cause("""
        prior: rare
        steps:
          - {id: retype, do: Open the portal.}
          - {id: portal, fixer: user, minutes: 1, risk: none, mends: 0.9, do: Click., verify: Connect., source: https://own.example}
    """)

    known = layered(own).causes[CauseId("psk-mismatch")]

    assert known.title() == "The keys differ"
    assert known.prior < 1
    assert [(step.id, step.do(), step.minutes) for step in known.steps] == [
        ("retype", "Open the portal.", 4),
        ("ask", "Ask.", 9),
        ("portal", "Click.", 1),
    ]


def test_a_sentence_that_is_said_otherwise_here_loses_the_translation_of_the_old_one(layered):
    known = layered(cause("steps: [{id: retype, do: Open the portal.}]\n")).causes[CauseId("psk-mismatch")]

    assert known.title("pt-BR") == "As chaves diferem"
    assert [step.do("pt-BR") for step in known.steps] == ["Open the portal.", "Pergunte."]


def test_a_translation_of_ones_own_is_taken(layered):
    own = cause("steps: [{id: retype, do: Open the portal.}]\n")
    own["texts/pt-BR/causes/psk-mismatch.yaml"] = """
        schema: 1
        cause: psk-mismatch
        steps: {retype: {do: Abra o portal.}}
    """

    known = layered(own).causes[CauseId("psk-mismatch")]

    assert known.steps[0].do("pt-BR") == "Abra o portal."


def test_entries_and_keys_can_be_taken_away(layered):
    known = layered(cause("steps:\n  - {id: ask, remove: true}\n  - {id: retype, for: [windows]}\n")).causes[
        CauseId("psk-mismatch")
    ]

    assert [(step.id, sorted(step.platforms)) for step in known.steps] == [("retype", ["windows"])]


def test_what_a_rule_or_an_answer_concludes_is_replaced_whole(layered):
    own = cause("rules: [{id: psk-decrypt-failed, supports: {udp-blocked: weak}}]\n")
    own["questions.yaml"] = """
        schema: 1
        questions:
          - id: error
            choices: [{id: e789, effect: {udp-blocked: "+"}}]
    """

    base = layered(own)

    assert [(effect.cause, effect.strength) for effect in base.rules[0].effects] == [("udp-blocked", "weak")]
    choices = base.questions[QuestionId("error")].choices
    assert [(choice.id, [effect.cause for effect in choice.effects]) for choice in choices] == [
        ("e789", ["udp-blocked"]),
        ("e809", ["udp-blocked"]),
    ]


def test_files_of_every_kind_are_joined(layered):
    base = layered({
        "facts.yaml": "schema: 1\nfacts:\n  own.portal: {stage: link, values: [], says: the portal}\n",
        "causes/portal-down.yaml": BASE["causes/udp-blocked.yaml"].replace("udp-blocked", "portal-down"),
        "rules/ours.yaml": """
            schema: 1
            rules:
              - {id: ours, when: own.portal, supports: {portal-down: strong}, says: Down., source: https://own.example}
        """,
        "words.yaml": "schema: 1\nanswers:\n  error=e789: [our wrong key]\n",
        "formats/charon.yaml": """
            schema: 1
            signatures:
              - {id: charon-portal, line: portal is down, fact: own.portal}
        """,
        "formats/charon.log": "== charon-portal ==\n07[IKE] portal is down\n",
        "formats/ours.yaml": """
            schema: 1
            format: ours
            title: Our appliance
            lines: ["OURS {message:rest}"]
            signatures: [{id: ours-noise, line: no key, fact: ike.decrypt_failed}]
        """,
        "codes/ras.csv": "family,code,symbol,meaning,stage,causes,source\nras,789,E,Ask 4711,ike,udp-blocked,https://own.example\n",
    })  # fmt: skip

    assert FactId("own.portal") in base.facts
    assert [rule.id for rule in base.rules] == ["psk-decrypt-failed", "ours"]
    assert [s.id for s in base.formats[FormatId("charon")].signatures] == ["charon-init", "charon-noise", "charon-portal"]
    assert FormatId("ours") in base.formats
    assert [" ".join(phrase.words) for phrase in base.phrases] == ["error 789", "our wrong key"]
    assert base.codes["ras", "789"].meaning() == "Ask 4711"


def test_a_fault_points_into_the_file_that_it_stands_in(write):
    base, own = (
        write("base", BASE),
        write("own", cause("prior: sometimes\nrules:\n  - {id: psk-decrypt-failed, when: ike.decrypt_faild}\n")),
    )

    with pytest.raises(BaseError) as raised:
        load_base(base, own=own)

    places = {(fault.message, fault.span.file, fault.span.line) for fault in raised.value.faults if fault.span}
    assert ("`sometimes` is not a word for `prior`", str(own / "causes/psk-mismatch.yaml"), 3) in places


def test_a_word_that_nobody_knows_is_shown_with_the_line_of_the_upper_file(write):
    own = write("own", cause("rules:\n  - {id: psk-decrypt-failed, when: ike.decrypt_faild}\n"))

    (fault,) = survey(folders_of(write("base", BASE), own)).errors

    assert fault.span is not None
    assert fault.span.file == str(own / "causes/psk-mismatch.yaml")
    assert "ike.decrypt_faild" in str(fault)


def test_the_revision_names_both_folders(write):
    base, own = write("base", BASE), write("own", cause("prior: rare\n"))
    first = revision_of((base, own))
    (own / "causes/psk-mismatch.yaml").write_text("schema: 1\ncause: psk-mismatch\nprior: usual\n")

    assert len({first, revision_of((base, own)), revision_of(base)}) == 3


# -- tuning

MUTE = "schema: 1\ntuning:\n  - {rule: psk-decrypt-failed, mute: true, reason: our gateway says so daily, until: 2026-12-31}\n"


def diagnosed(base: KnowledgeBase):
    return diagnose(base, [read(LOG, "a.log", base=base)])


def test_a_muted_rule_neither_speaks_nor_weighs_and_the_diagnosis_says_so(layered):
    plain, muted = diagnosed(layered({})), diagnosed(layered({"tuning.yaml": MUTE}))

    assert plain.verdict is Verdict.CONCLUSIVE
    assert plain.tuned == ()
    assert muted.verdict is not Verdict.CONCLUSIVE
    (tuned,) = muted.tuned
    assert (tuned.kind, tuned.rule, tuned.reason, tuned.until) == (
        TuningKind.MUTE,
        "psk-decrypt-failed",
        "our gateway says so daily",
        "2026-12-31",
    )
    assert all(f.rule != "psk-decrypt-failed" for h in muted.hypotheses for f in (*h.supporting, *h.opposing))
    assert all(proof.rule != "psk-decrypt-failed" for h in muted.hypotheses for proof in h.unconfirmed)


def test_a_tuning_that_has_ended_changes_nothing_and_is_warned_about(write):
    base, own = write("base", BASE), write("own", {"tuning.yaml": MUTE})

    found = survey((base, own), today=date(2027, 1, 1))

    assert found.base.tunings == ()
    (fault,) = found.faults
    assert str(fault) == (
        "warning: the tuning of `psk-decrypt-failed` ended on 2026-12-31\n"
        f" --> {own}/tuning.yaml:3:86\n"
        "  |\n"
        "3 |   - {rule: psk-decrypt-failed, mute: true, reason: our gateway says so daily, until: 2026-12-31}\n"
        "  |                                                                                      ^^^^^^^^^^ "
        "it changes nothing any more\n"
        "help: take the entry out, or give it a later day if the reason still holds"
    )
    assert found.base.revision != survey((base, own), today=TODAY).base.revision


def test_a_rule_may_weigh_less_and_a_cause_be_rarer_here(layered):
    base = layered({
        "tuning.yaml": """
            schema: 1
            tuning:
              - {rule: psk-decrypt-failed, strength: weak, reason: half of them are false, until: 2026-12-31}
              - {cause: psk-mismatch, prior: rare, reason: keys come by policy, until: 2026-12-31}
        """
    })  # fmt: skip
    found = diagnosed(base)

    assert [(t.kind, t.before, t.now) for t in found.tuned] == [("level", "decisive", "weak"), ("prior", "common", "rare")]
    assert found.verdict is not Verdict.CONCLUSIVE


def test_a_tuning_that_takes_no_part_is_not_mentioned(layered):
    base = layered({"tuning.yaml": MUTE})

    assert diagnose(base, [read(LOG.splitlines(keepends=True)[0], "a.log", base=base)]).tuned == ()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{rule: nope, mute: true, reason: r, until: 2026-12-31}", "unknown rule `nope`"),
        ("{cause: nope, prior: rare, reason: r, until: 2026-12-31}", "unknown cause `nope`"),
        ("{rule: psk-decrypt-failed, reason: r, until: 2026-12-31}", "a rule is muted or gets another strength"),
        ("{mute: true, reason: r, until: 2026-12-31}", "a tuning is about one rule or one cause"),
        ("{cause: psk-mismatch, mute: true, reason: r, until: 2026-12-31}", "a cause gets another prior"),
        ("{rule: psk-decrypt-failed, mute: true, reason: r, until: soon}", "`until` has the wrong kind of value"),
        ("{rule: psk-decrypt-failed, mute: true, until: 2026-12-31}", "`reason` is missing"),
    ],
)
def test_a_tuning_that_cannot_be_is_said_to_be(write, entry, said):
    own = write("own", {"tuning.yaml": f"schema: 1\ntuning:\n  - {entry}\n"})

    errors = survey((write("base", BASE), own), today=TODAY).errors

    assert [fault.message for fault in errors] == [said]


# -- the life of a rule


def test_an_experimental_rule_is_kept_beside_the_diagnosis_and_counts_for_nothing(layered):
    base = layered(cause("rules: [{id: psk-decrypt-failed, status: experimental}]\n"))
    found = diagnosed(base)

    assert base.rules[0].status is Status.EXPERIMENTAL
    assert found.verdict is not Verdict.CONCLUSIVE
    assert [(f.rule, f.cause, f.strength, f.evidence[0].line) for f in found.experimental] == [
        ("psk-decrypt-failed", "psk-mismatch", "decisive", 2)
    ]


def test_a_deprecated_rule_is_asked_no_more_and_one_under_test_speaks(layered):
    deprecated = diagnosed(layered(cause("rules: [{id: psk-decrypt-failed, status: deprecated}]\n")))
    tested = diagnosed(layered(cause("rules: [{id: psk-decrypt-failed, status: test}]\n")))

    assert (deprecated.verdict is Verdict.CONCLUSIVE, deprecated.experimental) == (False, ())
    assert tested.verdict is Verdict.CONCLUSIVE


# -- the authors' commands over both folders


def test_check_and_test_look_at_both_and_point_into_the_right_one(write):
    own = write(
        "own",
        cause("rules:\n  - {id: ours, when: ike.decrypt_failed, supports: weak, says: Ours., source: https://own.example}\n")
        | {
            "formats/charon.yaml": "schema: 1\nsignatures:\n  - {id: charon-ours, line: our words, fact: ike.decrypt_failed}\n",
            "formats/charon.log": "== charon-ours ==\n07[IKE] other words\n",
        },
    )
    folders = (write("base", BASE), own)

    _, checked = check(folders)
    tested = examine(folders, ["ours", "charon-ours"])

    places = {(fault.code, fault.span.file, fault.span.line) for fault in checked if fault.span}
    assert ("missing-translation", f"{own}/texts/pt-BR/causes/psk-mismatch.yaml", 1) in places
    assert {(fault.code, fault.span.file, fault.span.line) for fault in tested.faults if fault.span} == {
        ("no-example", f"{own}/causes/psk-mismatch.yaml", 4),
        ("no-near-miss", f"{own}/causes/psk-mismatch.yaml", 4),
        ("sample-not-matched", f"{own}/formats/charon.log", 2),
    }
