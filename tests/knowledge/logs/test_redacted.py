"""What is kept of a log says what the log said: verdict(raw) is verdict(redacted), for every sample that ships."""

import re
from datetime import UTC, datetime
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.diagnosis import diagnose
from knowledge.loader import load_base
from knowledge.logs import Tokens, read, redact
from tests.knowledge.logs import capture_writer as captures
from tests.knowledge.logs.test_packets import clear

RECEIVED = datetime(2026, 11, 24, tzinfo=UTC)
BASE = load_base()
SAMPLES = [(each.id, sample) for kind in BASE.formats.values() for each in kind.signatures for sample in each.samples]


def of(data):
    return read(data, None, base=BASE, received_at=RECEIVED)


def said(log):
    """What a log says; which number a token has depends on the order of the names only."""
    number = re.compile(r"-\d+\]")
    return [(fact.id, {name: number.sub("]", value) for name, value in fact.values.items()}) for fact in log.facts]


def judged(log):
    found = diagnose(BASE, [log])
    return (
        found.verdict,
        found.stage,
        [(each.cause, round(each.probability, 6)) for each in found.hypotheses],
        len(found.attempts),
    )


def same(data):
    log = of(data)
    again = of(log.text.encode())
    return said(again) == said(log) and judged(again) == judged(log)


@pytest.mark.parametrize("kind", sorted(BASE.formats))
def test_a_sample_of_a_signature_says_the_same_redacted(kind):
    differ = [
        each.id
        for each in BASE.formats[kind].signatures
        for sample in each.samples
        if said(log := of(sample.encode())) != said(of(log.text.encode()))
    ]
    assert differ == []


@pytest.mark.parametrize(
    "name", sorted(path.name for path in files("knowledge").joinpath("base", "samples").iterdir() if path.name.endswith(".log"))
)
def test_a_shipped_log_is_judged_the_same_redacted(name):
    assert same(files("knowledge").joinpath("base", "samples", name).read_bytes())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([sample for _, sample in SAMPLES]), min_size=1, max_size=12))
def test_any_samples_together_are_judged_the_same_redacted(samples):
    assert same("\n".join(samples).encode())


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("packet from 203.0.113.20:500: sending", "packet from [ip-public-1]:500: sending"),
        ("The user alice could not be authenticated because", "The user [user-1] could not be authenticated because"),
        ("IP = 203.0.113.20, Reason: User Requested", "IP = [ip-public-1], Reason: User Requested"),
        ("My Connections\\office - Deleting IKE SA", "My Connections\\office - Deleting IKE SA"),
        ("C2 23 04 01 00 0D 45 3D 36 39 31 20 52 3D 31 00 |.#....E=691 R=1.|", "C2 23 04 [secret] |E=691 R=1|"),
    ],
)
def test_what_a_diagnosis_needs_stays(raw, kept):
    assert redact(raw, Tokens())[0] == kept


#: An address as people write it, of the sorts that redaction leaves: loopback, any, masks.
QUAD = re.compile(r"(?<![\d.])(?!127\.|0\.0\.0\.0|255\.)\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
HARDWARE = re.compile(r"(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:])")


@pytest.mark.parametrize("write", [captures.pcap, captures.pcapng])
@pytest.mark.parametrize("talk", [clear, lambda: captures.Talk().up().esp_out(2).esp_back(1)], ids=["clear", "ipsec"])
def test_what_is_kept_of_a_capture_shows_no_address(write, talk):
    log = of(write(talk().packets))
    shown = [log.text, *(each.text or "" for fact in log.facts for each in fact.evidence)]
    shown += [value for fact in log.facts for value in fact.values.values()]
    assert log.facts
    assert any("[ip-" in text for text in shown)
    assert [found for text in shown for found in (*QUAD.findall(text), *HARDWARE.findall(text))] == []
