"""What two files tell differently is said in the reply, with the line of each, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.messages import LOCALES, Catalogue
from bot.playground.blockkit import check_message
from knowledge import Clock, Difference, Differing, Evidence, Side
from tests.builders import case_with, diagnosis_with

AT = Clock(at=datetime(2026, 11, 23, 14, 2, 11, tzinfo=UTC))
LINES = (
    Evidence(file="client.log", line=9, text="giving up after 5 retransmits"),
    Evidence(file="server.log", line=4, text="generating ID_PROT response 0 [ ID HASH ]"),
)
EVERY = (
    *(Difference(kind=kind, evidence=LINES, clock=AT, seconds=61.0) for kind in Differing if kind is not Differing.OUTCOME),
    *(Difference(kind=Differing.OUTCOME, evidence=LINES, clock=AT, side=side) for side in Side),
)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("difference", EVERY, ids=lambda each: each.sentence)
def test_each_is_said_with_both_lines_wherever_the_diagnosis_is(base, difference, locale):
    case = case_with(diagnosis=replace(diagnosis_with(), differences=(difference,)))
    words = Catalogue(base)

    for message in (
        words.reply(case, locale=locale),
        words.details(case, [], locale=locale),
        words.triage_reply(case, [], locale=locale),
    ):
        assert check_message(message.text, message.blocks) == []
        said = message.text.replace("\u2060", "")
        assert all(line.text in said and f"{line.file}" in said for line in LINES)
        assert ("61 s" if difference.kind is Differing.CLOCKS else "14:02:11 UTC") in said


def test_in_english_it_reads(base):
    case = case_with(diagnosis=replace(diagnosis_with(), differences=EVERY[:1]))

    said = Catalogue(base).reply(case, locale="en").text

    assert (
        "The two logs differ: the client says that no answer came, the server that it answered at 14:02:11 UTC. "
        "What lies between them blocks or loses packets." in said
    )
