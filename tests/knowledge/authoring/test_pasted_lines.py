"""Log lines, pasted by somebody who knows no YAML, arrive as they were."""

import random
import re
import shutil
from pathlib import Path

import pytest

from knowledge.authoring.examples import context_of_example
from knowledge.authoring.fix import fix_text
from knowledge.authoring.new.draft import write
from knowledge.authoring.new.insert import scalar
from knowledge.authoring.new.signature import draft_signature
from knowledge.authoring.test import examine
from knowledge.errors import MisuseError
from knowledge.loader import survey
from knowledge.loader.document import parse_document

DATA = Path(__file__).parents[2] / "data"
#: How daemons write, and what people put round it when they copy: `w` is a word, `n` and `s` are numbers.
SHAPES = (
    "Nov 23 20:27:{s:02} gw charon: {n:02}[IKE] peer said {w}, waiting",
    'Nov 23 20:27:{s:02} gw pluto[{n}]: "corp"[1] 198.51.100.{n} #{s}: ERROR: network error report, complainant {w} [errno {n}]',
    "Nov 23 20:27:{s:02} gw pppd[{n}]: rcvd [LCP ConfReq id=0x{n:x} <asyncmap 0x0> <auth chap MS-v2>] # {w}",
    "Nov 23 20:27:{s:02} gw xl2tpd[{n}]: control_finish: {w}: '{w}' is 100% wrong & lost *{n}*",
    "2026-11-23T20:28:58+0000 laptop pppd[{n}]: LCP: {w} timeout\t({n} s)   ",
    "%ASA-4-{n}: Group = {w}, Username = alice, IP = 203.0.113.{s}, Reason: {w}",
    'CoId={{8A-{n}}}: The user "{w}" dialed a connection named C:\\new\\{w}.pbk which has failed. The error code is {n}.',
    "11-23 20:28:{s:02}.626 16712 16712 D mtpd    : Timeout -> {w}",
    "[IKEv1]{w}, IP = 203.0.113.{s}, Automatic NAT Detection Status:     {w}",
    'Nov 23 20:27:{s:02} gw vpnd[{n}]: O usuário "{w}" não conseguiu: ação {n} — «{w}» \U0001f512',
    "Nov 23 20:27:{s:02} gw vpnd[{n}]: 用户 {w} 失败: {n}",
    '"{w}" said {n}: {w} # again',
    "'{w}' is not {w}: {n}%",
    "& {w} &amp; {n}",
    "&{w} {n} times",
    "*{w}* {n}: gone",
    "*{w} gone",
    "!{w} said {n}",
    "@{w}: {n}",
    "`{w}` {n} times",
    "| {w} | {n} |",
    "> quoted {w} {n}",
    "- {w}: {n}",
    "? {w} {n}",
    ": {w} {n}",
    "{{{w}}} {n} # x",
    "[{w}] {n} # x",
    "{w}: {n}: {w}",
    "# {w} {n}",
    "\t{w}\t{n}\t# tab",
    "   {w} {n}   ",
    "~ {w} {n}",
    "0{n}: {w}",
    "a\\n{w}\\t\\x{n:02}",
    "--- {w} {n}",
    "%TAG ! {w} {n}",
    ", {w} ] }} {n}",
    "<13>Nov  3 gw kernel: [{n}.{s}] {w}",
    "<<: {w} {n}",
    "\x0b{w}\x0c {n}\x1c\x1d\x85 {w}\u2028{n}\u2029",
)
WORDS = ("NO_PROPOSAL_CHOSEN", "AUTH FAILED", "peer #2: down", "não", "x: y", "50%", "&amp;", "l2tp*", "it's", 'a "b"')
ROLL = random.Random(20_261_125)
LINES = [shape.format(w=ROLL.choice(WORDS), n=ROLL.randrange(1, 99), s=ROLL.randrange(60)) for _ in range(13) for shape in SHAPES]


@pytest.fixture
def base(tmp_path):
    return Path(shutil.copytree(DATA / "small-base", tmp_path / "base"))


def test_there_are_enough_of_them():
    assert len(LINES) > 500
    assert len(set(LINES)) > 490


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_as_samples_they_arrive_unchanged(base, end):
    log = base / "formats/charon.log"
    log.write_bytes(log.read_bytes() + "".join(f"{line}{end}" for line in ["== giving-up ==", *LINES]).encode())

    (giving_up,) = (each for each in survey(base).base.formats["charon"].signatures if each.id == "giving-up")
    assert giving_up.samples[1:] == tuple(LINES)


def test_in_an_example_of_a_rule_they_arrive_unchanged(base):
    """There they stand in the block behind `log: |`, which YAML leaves as it is but for what no YAML may hold."""
    pasted = [line for line in LINES if line.replace("\t", "").isprintable()]
    file = base / "causes/psk-mismatch.yaml"
    block = "".join(f"        {line}\n" for line in ["an ordinary line", *pasted])
    file.write_text(file.read_text().replace("      log: |\n", f"      log: |\n{block}", 1), encoding="utf-8")

    (rule,) = (rule for rule in survey(base).base.rules if rule.id == "decrypt-failed")
    assert rule.examples[0].log.split("\n")[1 : len(pasted) + 1] == pasted
    assert context_of_example(survey(base).base, rule.examples[0]).facts


def test_as_a_value_none_is_changed_without_a_word():
    """As the value of a key each arrives as it was, or something says so; and what --fix mends is the whole line again."""
    changed, unmended = [], []
    for line in LINES:
        text = f"schema: 1\nsays: {line}\n"
        document, faults = parse_document(text, "a.yaml")
        if document is not None and not faults and isinstance(document.data["says"], str):
            changed += [line] if document.data["says"].strip(" \t") != line.strip(" \t") else []
            continue
        mended, done = fix_text(text, "a.yaml")
        document, faults = parse_document(mended, "a.yaml")
        if document is not None and not faults and document.data["says"] != line.strip(" \t") and done:
            changed.append(line)
        unmended += [line] if faults else []
    assert changed == []
    assert {line[:1] for line in unmended} <= {"\x0b", "\t", "'", '"', "|", ">"}


def test_each_is_a_value_when_it_is_written_for_its_author():
    for line in LINES:
        document, faults = parse_document(f"schema: 1\nsays: {scalar(line)}\n", "a.yaml")
        assert (faults, document.data["says"]) == ([], line)


def test_drafts_of_signatures_find_the_lines_that_they_were_made_of(base):
    drafted = []
    known = survey(base).base
    for number, line in enumerate(LINES[: len(SHAPES) * 2]):
        named = None if re.search(r"(gw|laptop|D) +\w+(\[\d+\])? *:", line) else "appliance"
        try:
            draft = draft_signature(known, base, line, fact="ike.timeout", name=named, ident=f"own-{number}", anyway=True)
        except MisuseError:
            continue  # nothing in it to be known by
        write(draft)
        drafted.append((draft.ident, line))

    tested = examine(base)
    assert len(drafted) > 60
    assert {each.id: each.samples for each in tested.signatures if each.id.startswith("own-")} == {
        ident: (line,) for ident, line in drafted
    }
    assert [str(fault) for fault in tested.faults if fault.severity == "error"] == []
