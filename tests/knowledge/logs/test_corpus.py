"""Labelled logs of real daemons and of people, in the directory that VPN_HELP_CORPUS names."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.attempts import attempts_of
from knowledge.diagnosis import diagnose
from knowledge.loader import load_base
from knowledge.logs import Tokens, read, redact
from knowledge.terms import ReadState
from knowledge.wire import log_from_json, to_json

HOME = os.environ.get("VPN_HELP_CORPUS")
RECEIVED = datetime(2026, 11, 24, tzinfo=UTC)
#: The labels' words for formats, and ours.
FORMATS = {
    "charon": {"charon"},
    "pluto": {"pluto"},
    "xl2tpd": {"xl2tpd"},
    "pppd": {"pppd"},
    "macos-ppp": {"macos-ppp"},
    "mikrotik": {"mikrotik"},
    "android": {"android", "racoon"},
    "fortigate": {"fortigate"},
    "cisco-asa": {"cisco-asa"},
    "accel-ppp": {"accel-ppp"},
    "pfsense": {"charon"},
    "nps": {"nps"},
    "ras-trace": {"ras-trace", "remoteaccess"},
    "rasclient-event": {"rasclient"},
    "remoteaccess-event": {"remoteaccess"},
    "ipsec-up-terminal": {"charon"},
    "ipsec-auto-terminal": {"pluto"},
    "syslog-mixed": {"charon", "pluto", "xl2tpd", "pppd", "netifd"},
    "journal-mixed": {"charon", "pluto", "xl2tpd", "pppd"},
    "journal-mixed-networkmanager": {"networkmanager"},
    "nm-l2tp-journal": {"networkmanager", "charon", "pluto", "pppd", "xl2tpd"},
    "sonicwall": {"sonicwall"},
    "meraki": {"meraki"},
    "cisco-ios": {"cisco-ios"},
    "racoon": {"racoon"},
}

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not HOME, reason="VPN_HELP_CORPUS names no directory of labelled logs")]


def cases():
    if not HOME:
        return []
    return [path.parent for path in sorted(Path(HOME).glob("*/*/log.txt"))]


def label(case, key):
    found = re.search(rf"^{key}: (\S+)", (case / "meta.yaml").read_text(encoding="utf-8"), re.MULTILINE)
    return found.group(1) if found else None


@pytest.fixture(scope="module")
def base():
    return load_base()


@pytest.fixture(scope="module")
def logs(base):
    return {case: read(case / "log.txt", case.name, base=base, tokens=Tokens(), received_at=RECEIVED) for case in cases()}


def test_every_log_is_read(logs):
    assert [case.name for case, log in logs.items() if log.read not in {ReadState.WHOLE, ReadState.PARTIAL}] == []


def test_the_labelled_format_is_found(logs):
    missed = [
        case.name
        for case, log in logs.items()
        # `other` is any program that the labels have no word for.
        if not ((FORMATS.get(label(case, "format")) or set(log.formats)) & set(log.formats))
    ]
    assert len(missed) <= len(logs) // 50, missed


@pytest.mark.parametrize("part", range(4))
def test_every_capture_is_read_and_shows_no_address(base, part):
    quad = re.compile(r"(?<![\d.])(?!127\.|0\.0\.0\.0|255\.)\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
    for path in sorted(Path(HOME).glob("*/*/capture.pcap"))[part::16]:
        log = read(path, path.parent.name, base=base, tokens=Tokens(), received_at=RECEIVED)
        assert log.read in {ReadState.WHOLE, ReadState.PARTIAL}, path
        assert any(name.startswith("capture") for name in log.formats), path
        assert not quad.findall(log.text), path


def test_connections_that_came_up_are_seen_to(logs, base):
    """The labelled ones with pppd's own words; what only shows IPsec ends there."""
    for case, log in logs.items():
        if label(case, "cause") != "healthy" or "pppd" not in log.formats:
            continue
        found = attempts_of(base, [log])
        assert found.attempts[found.chosen].stage == "connected", case.name


def test_no_address_is_left_and_masking_again_changes_nothing(logs):
    quad = re.compile(r"(?<![\d.])(?!127\.|0\.0\.0\.0|255\.)\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
    for case, log in logs.items():
        assert not [each for each in quad.findall(log.text) if all(int(part) < 256 for part in each.split("."))], case.name
        assert redact(log.text, Tokens())[0] == log.text, case.name


def said(log):
    """What a log says; which number a token has depends on the order of the names only."""
    number = re.compile(r"-\d+\]")
    return [(fact.id, {name: number.sub("]", value) for name, value in fact.values.items()}) for fact in log.facts]


def judged(base, log):
    found = diagnose(base, [log])
    return (
        found.verdict,
        found.stage,
        [(each.cause, round(each.probability, 6)) for each in found.hypotheses],
        len(found.attempts),
    )


def test_a_redacted_log_says_the_same(logs, base):
    """What is kept is enough to read a log again: the same facts come out of it, and the same verdict."""
    for case, log in logs.items():
        again = read(log.text.encode(), case.name, base=base, received_at=RECEIVED)
        assert said(again) == said(log), case.name
        assert judged(base, again) == judged(base, log), case.name


def test_a_log_survives_the_wire(logs):
    for log in logs.values():
        assert log_from_json(to_json(log)) == log


def test_a_log_cut_anywhere_is_read(logs, base):
    for case, log in list(logs.items())[::9]:
        data = (case / "log.txt").read_bytes()
        ends = [index for index, byte in enumerate(data) if byte == 10][:: max(1, log.lines // 12)]
        for end in (*ends, *range(len(data) // 3, len(data), max(1, len(data) // 7))):
            attempts_of(base, [read(data[:end], case.name, base=base, received_at=RECEIVED)])
