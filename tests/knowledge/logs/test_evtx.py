import random
from datetime import UTC, datetime

import evtx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import load_base
from knowledge.logs import read
from knowledge.terms import ReadReason, ReadState
from tests.knowledge.logs.evtx_writer import CHUNK, HEAD, Event, write

GUID = "{7A2C5B1E-1111-4222-8333-444455556666}"
AT = datetime(2026, 11, 23, 20, 28, 52, tzinfo=UTC)
AUDIT = "Microsoft-Windows-Security-Auditing"


@pytest.fixture(scope="module")
def known():
    return load_base()


def dialled(code="809", **more):
    return Event(provider="RasClient", number=20227, data=(GUID, "bob", "Work VPN", code), at=AT, **more)


def facts_of(log):
    return {
        (fact.id, *((key, value) for key, value in fact.values.items() if key in {"code", "message", "side", "why"}))
        for fact in log.facts
    }


def test_the_library_reads_back_what_the_writer_wrote(tmp_path):
    path = tmp_path / "a.evtx"
    path.write_bytes(write([dialled(), Event(provider="RemoteAccess", number=20271, data=("NA", "x"), binary=b"\xb3\x02\0\0")]))
    records = list(evtx.PyEvtxParser(str(path), validate_checksums=True).records())
    assert [record["event_record_id"] for record in records] == [1, 2]
    assert "<Data>809</Data>" in records[0]["data"]
    assert "<Binary>B3020000</Binary>" in records[1]["data"]


def test_an_event_is_a_proof_under_its_own_number(known):
    log = read(write([dialled()], first=4711), "System.evtx", base=known)
    assert (log.read, log.formats) == (ReadState.WHOLE, ("rasclient",))
    (fact,) = [fact for fact in log.facts if fact.id == "ras.error"]
    (proof,) = fact.evidence
    assert (fact.values["code"], fact.thread, fact.clock.at, fact.clock.zone_known) == ("809", GUID, AT, True)
    assert proof.line == 4711
    assert proof.text.endswith("which has failed. The error code returned on failure is 809.")


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Event(provider="RasClient", number=20223, data=(GUID, "x", "WAN Miniport (L2TP)")), "ras.link_up"),
        (Event(provider="RasClient", number=20225, data=(GUID, "x", "Work")), "session.up"),
        (Event(provider="RemoteAccess", number=20271, data=("NA", "x", "198.51.100.7", "?", "0x10")), "nps.reason"),
        (Event(provider="RemoteAccess", number=20255, data=(GUID, "VPN2-127", "x", "?"), binary=b"\xb3\x02\0\0"), "ras.error"),
        (Event(provider=AUDIT, number=4653, named={"State": "%%8202", "Role": "%%8205", "FailureReason": "?"}), "ike.sent"),
        (Event(provider=AUDIT, number=4653, named={"FailureReason": "Negotiation timed out"}), "win.ipsec_error"),
        (Event(provider=AUDIT, number=4654, named={"FailureReason": "Policy match error"}), "win.ipsec_error"),
        (Event(provider=AUDIT, number=6273, named={"ReasonCode": "16", "Reason": "?"}), "nps.reason"),
    ],
)
def test_codes_come_from_the_data_whatever_the_language(known, event, expected):
    log = read(write([event]), "a.evtx", base=known)
    assert expected in {fact.id for fact in log.facts}
    assert log.read is ReadState.WHOLE


def test_events_of_others_are_left_alone(known):
    logon = Event(provider=AUDIT, number=4624, named={"TargetUserName": "carla.dias", "IpAddress": "203.0.113.80"})
    service = Event(provider="Service Control Manager", number=7036, data=("Print Spooler", "running"))
    log = read(write([logon, dialled(), service]), "Security.evtx", base=known)
    assert log.lines == 1
    assert "4624" not in log.text
    assert "Spooler" not in log.text


def test_no_name_remains(known):
    log = read(write([dialled(), dialled(computer="lena-laptop")]), "a.evtx", base=known)
    said = log.text + "".join(proof.text or "" for fact in log.facts for proof in fact.evidence)
    assert "bob" not in said
    assert "lena" not in said
    again = read(log.text.encode(), "a.txt", base=known)
    assert facts_of(again) == facts_of(log)


def test_many_chunks_are_read_one_by_one(known):
    events = [dialled(str(600 + place % 300), computer="PC" + "X" * 200) for place in range(400)]
    data = write(events)
    assert len(data) > HEAD + 3 * CHUNK
    log = read(data, "a.evtx", base=known)
    assert log.lines == 400
    assert max(proof.line for fact in log.facts for proof in fact.evidence) == 400


def test_a_damaged_chunk_costs_only_itself(known):
    events = [dialled(computer="PC" + "X" * 400) for _ in range(200)]
    data = bytearray(write(events))
    data[HEAD + 512 : HEAD + CHUNK] = random.Random(7).randbytes(CHUNK - 512)
    log = read(bytes(data), "a.evtx", base=known)
    assert (log.read, log.reasons) == (ReadState.PARTIAL, (ReadReason.DAMAGED,))
    assert any(fact.id == "ras.error" for fact in log.facts)


def test_a_file_that_stops_gives_the_events_before(known):
    data = write([dialled(computer="PC" + "X" * 400) for _ in range(30)])
    log = read(data[: HEAD + 20_000], "a.evtx", base=known)
    assert log.read is ReadState.PARTIAL
    assert ReadReason.TRUNCATED in log.reasons
    assert 1 <= sum(fact.id == "ras.error" for fact in log.facts) < 30


def test_a_head_that_lies_is_not_asked(known):
    data = bytearray(write([dialled()]))
    data[8:HEAD] = b"\xff" * (HEAD - 8)
    assert any(fact.id == "ras.error" for fact in read(bytes(data), "a.evtx", base=known).facts)


def test_cut_at_every_hundred_bytes(known):
    data = write([dialled(computer="PC" + "X" * 100) for _ in range(12)])
    end = HEAD + 512 + 12 * 1400
    for cut in range(0, end, 100):
        log = read(data[:cut], "a.evtx", base=known)
        assert log.read in set(ReadState)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_changed_bytes_never_break_the_reader(known, data):
    raw = bytearray(write([dialled(), Event(provider=AUDIT, number=4653, named={"State": "%%8202"})]))
    for _ in range(data.draw(st.integers(1, 30))):
        place = data.draw(st.integers(0, HEAD + 4_000))
        raw[place] = data.draw(st.integers(0, 255))
    log = read(bytes(raw), "a.evtx", base=known)
    assert log.read in set(ReadState)
