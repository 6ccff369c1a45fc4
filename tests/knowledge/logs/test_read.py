import gzip
import io
import os
import sys
import time
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.logs import Limits, Tokens, read
from knowledge.logs.kept import ROUND, WHOLE
from knowledge.terms import ReadReason, ReadState, Side
from tests.knowledge.logs.bases import BASE, RECEIVED, make_base, make_format

CHARON = """\
Nov 23 20:27:53 anna-pc charon[937]: 00[DMN] Starting IKE charon daemon (strongSwan 5.9.8, Linux 6.1)
Nov 23 20:27:53 anna-pc charon[937]: 07[IKE] initiating Main Mode IKE_SA corp[1] to 198.51.100.10
Nov 23 20:27:53 anna-pc charon[937]: 07[IKE] initiating Main Mode IKE_SA corp[1] to 198.51.100.10
Nov 23 20:27:54 anna-pc charon[937]: 08[IKE] received NO_PROPOSAL_CHOSEN error notify
"""


def told(log):
    return [(fact.id, dict(fact.values)) for fact in log.facts]


def test_a_log_becomes_facts_with_their_evidence(read_text):
    log = read_text(CHARON)
    assert (log.read, log.reasons, log.formats, log.side) == (ReadState.WHOLE, (), ("charon",), Side.CLIENT)
    assert (log.lines, log.understood) == (4, 4)
    assert told(log) == [
        ("host.daemon_started", {"version": "5.9.8", "daemon": "charon"}),
        ("ike.started", {"connection": "corp", "sa": "1", "peer": "[ip-public-1]", "mode": "main", "side": "client"}),
        ("ike.notify", {"name": "NO_PROPOSAL_CHOSEN", "by": "peer"}),
    ]
    started = log.facts[1]
    (proof,) = started.evidence
    assert (proof.file, proof.member, proof.line) == ("a.log", None, 2)
    assert proof.text == "Nov 23 20:27:53 [host-1] charon[937]: 07[IKE] initiating Main Mode IKE_SA corp[1] to [ip-public-1]"
    assert (started.clock.at, started.clock.year_known, started.clock.zone_known) == (
        datetime(2026, 11, 23, 20, 27, 53, tzinfo=UTC),
        False,
        False,
    )
    assert [fact.order for fact in log.facts] == [0, 1, 2]


def test_a_line_that_two_loggers_wrote_is_one_fact(read_text):
    assert [fact.times for fact in read_text(CHARON).facts] == [1, 2, 1]


def test_a_message_that_is_said_to_be_repeated_is_one_fact(read_text):
    text = "Nov 23 20:28:52 h pppd[1]: message repeated 3 times: [ LCP: timeout sending Config-Requests]\n"
    assert [(fact.id, fact.times) for fact in read_text(text).facts] == [("lcp.timeout", 3)]
    text = (
        "Nov 23 20:28:52 h pppd[1]: LCP: timeout sending Config-Requests\nNov 23 20:28:58 --- last message repeated 2 times ---\n"
    )
    assert [(fact.id, fact.times) for fact in read_text(text).facts] == [("lcp.timeout", 3)]


def test_what_another_program_copies_is_not_said_twice(read_text):
    text = CHARON + "Nov 23 20:27:59 anna-pc NetworkManager[5]: initiating Main Mode IKE_SA corp[1] to 198.51.100.10\n"
    assert [(fact.id, fact.times) for fact in read_text(text).facts][1] == ("ike.started", 3)


def test_what_is_said_again_later_is_another_fact(read_text):
    line = "Nov 23 20:28:%02d h charon[1]: 07[ENC] invalid HASH_V1 payload length, decryption failed?\n"
    assert [fact.times for fact in read_text(line % 1 + line % 9).facts] == [1, 1]


def test_several_formats_in_one_file(read_text):
    text = CHARON + (
        "Nov 23 20:28:05 anna-pc xl2tpd[5]: Connecting to host 198.51.100.10, port 1701\n"
        "Nov 23 20:28:05 anna-pc sshd[9]: Connection closed by 203.0.113.7 port 22\n"
        "Nov 23 20:28:05 anna-pc pppd[77]: LCP: timeout sending Config-Requests\n"
    )
    log = read_text(text)
    assert log.formats == ("charon", "pppd", "xl2tpd")
    assert [(fact.format, fact.thread) for fact in log.facts[3:]] == [("xl2tpd", None), ("pppd", "77")]


def test_bare_lines_are_recognised_by_what_they_say(read_text):
    log = read_text("[ENC] invalid HASH_V1 payload length, decryption failed?\n[IKE] received NO_PROPOSAL_CHOSEN error notify\n")
    assert (log.read, log.formats, log.understood) == (ReadState.WHOLE, ("charon",), 2)
    assert [fact.clock for fact in log.facts] == [None, None]


def test_a_line_of_another_program_is_no_proof(read_text):
    log = read_text(CHARON + "Nov 23 20:28:05 anna-pc nginx[9]: upstream: Connection terminated.\n")
    assert "lcp.terminated" not in [fact.id for fact in log.facts]


def test_a_daemon_without_anything_to_say_is_still_known(read_text):
    log = read_text("Nov 23 20:28:05 h charon[9]: 05[CFG] loaded nothing\n")
    assert (log.read, log.formats, log.facts) == (ReadState.WHOLE, ("charon",), ())


def test_threads_and_peers_tie_lines_together(read_text):
    text = (
        "Nov 23 20:28:05 gw charon[9]: 07[NET] received packet: from 198.51.100.7[500] to 203.0.113.1[500] (92 bytes)\n"
        "Nov 23 20:28:05 gw charon[9]: 07[ENC] invalid ID_V1 payload length, decryption failed?\n"
        "Nov 23 20:28:05 gw charon[9]: 08[NET] received packet: from 198.51.100.8[500] to 203.0.113.1[500] (92 bytes)\n"
        "Nov 23 20:28:05 gw charon[9]: 08[IKE] <corp|3> received NO_PROPOSAL_CHOSEN error notify\n"
        "Nov 23 20:28:09 gw charon[9]: 07[IKE] sending retransmit 1 of request message ID 0, seq 3\n"
        "Nov 23 20:28:09 gw charon[9]: 07[NET] sending packet: from 203.0.113.1[500] to 198.51.100.8[500] (92 bytes)\n"
    )
    tokens = Tokens()
    log = read_text(text, tokens=tokens)
    assert [(fact.id, tokens.reveal(fact.values.get("peer", "")), fact.thread) for fact in log.facts] == [
        ("ike.decrypt_failed", None, None),  # the vocabulary lets it carry no peer
        ("ike.notify", "198.51.100.8", "corp|3"),
        ("ike.retransmit", "198.51.100.8", None),
    ]


def test_names_that_are_learned_late_are_masked_early_too(read_text):
    log = read_text(
        "07[IKE] received NO_PROPOSAL_CHOSEN error notify from anna-laptop\nNov 23 20:27:53 anna-laptop charon[937]: 07[IKE] x\n"
    )
    assert "anna-laptop" not in log.text
    assert "anna-laptop" not in log.facts[0].evidence[0].text


def test_tokens_are_the_same_in_all_files_of_a_case(read_text):
    tokens = Tokens()
    first, second = read_text(CHARON, tokens=tokens), read_text("Connecting to host 198.51.100.10, port 1701\n", tokens=tokens)
    assert first.facts[1].values["peer"] == second.facts[0].values["peer"] == "[ip-public-1]"


def test_nothing_of_a_log_is_kept_unmasked(read_text):
    log = read_text(CHARON + 'Nov 23 20:27:55 anna-pc charon[937]: 05[CFG] : PSK "hunter22hunter22"\n')
    assert log.text.count("\n") == 4
    for hidden in ("198.51.100.10", "anna-pc", "hunter22"):
        assert hidden not in repr(log)
    assert {each.kind for each in log.masked} == {"address", "host", "secret"}


def test_archives_name_their_members(read_text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("logs/a.log", CHARON)
        archive.writestr("b.log.gz", gzip.compress(b"Nov 23 20:28:05 h pppd[7]: LCP: timeout sending Config-Requests\n"))
        archive.writestr("c.png", b"\x89PNG\r\n\x1a\n" + bytes(50))
    log = read_text(out.getvalue(), "logs.zip")
    assert (log.read, log.reasons, log.detail) == (ReadState.PARTIAL, (ReadReason.NEEDS_OCR,), "image")
    assert [(fact.evidence[0].file, fact.evidence[0].member, fact.evidence[0].line) for fact in log.facts] == [
        ("logs.zip", "logs/a.log", 1), ("logs.zip", "logs/a.log", 2), ("logs.zip", "logs/a.log", 4), ("logs.zip", "b.log.gz", 1),
    ]  # fmt: skip
    assert "== b.log.gz ==" in log.text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings_make_no_difference(read_text, encoding):
    text = CHARON + "Nov 23 20:28:05 h charon[9]: 05[CFG] não há usuário\n"
    log, plain = read_text(text.encode(encoding)), read_text(text)
    assert told(log) == told(plain)
    assert log.text == plain.text


@pytest.mark.parametrize(
    ("data", "state", "reasons", "detail"),
    [
        (b"", ReadState.REFUSED, (ReadReason.EMPTY,), None),
        (b"\n\n", ReadState.REFUSED, (ReadReason.EMPTY,), None),
        (b"\x30\0\0\0LfLe" + bytes(100), ReadState.REFUSED, (ReadReason.UNSUPPORTED,), "evt"),
        (b"ElfFile\x00" + bytes(100), ReadState.REFUSED, (ReadReason.DAMAGED,), None),
        (b"%PDF-1.7 x", ReadState.REFUSED, (ReadReason.UNSUPPORTED,), "pdf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), ReadState.REFUSED, (ReadReason.NEEDS_OCR,), "image"),
        (bytes(range(256)) * 9, ReadState.REFUSED, (ReadReason.BINARY,), None),
        (b"dear support, it does not work\n", ReadState.UNRECOGNISED, (ReadReason.NO_KNOWN_FORMAT,), None),
        (
            b"Mon Nov 23 20:28:58 2026 TLS Error: TLS key negotiation failed to occur\nOpenVPN 2.5.1 x86_64\n",
            ReadState.UNRECOGNISED, (ReadReason.OTHER_VPN,), "OpenVPN",
        ),
        (
            b"[TUN] [office] Sending handshake initiation to peer 1 (198.51.100.7:51820)\n",
            ReadState.UNRECOGNISED, (ReadReason.OTHER_VPN,), "WireGuard",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(read_text, data, state, reasons, detail):
    log = read_text(data)
    assert (log.read, log.reasons, log.detail, log.facts) == (state, reasons, detail, ())


def test_a_vpn_log_that_mentions_another_vpn_is_still_one(read_text):
    log = read_text(CHARON + "Nov 23 20:28:05 h systemd[1]: Stopped OpenVPN 2.5 service\n")
    assert log.read is ReadState.WHOLE


def test_a_file_that_is_gone_is_not_an_exception(tmp_path):
    log = read(tmp_path / "gone.log", "gone.log", base=BASE)
    assert (log.read, log.reasons) == (ReadState.REFUSED, (ReadReason.DAMAGED,))


def test_windows_events_are_read_in_any_language(read_text):
    text = (
        "Log Name: Application\nSource: RasClient\nDate: 2/6/2024 10:00:30 AM\nEvent ID: 20227\nDescription:\n"
        'CoId={A1B2C3D4-0000-0000-0000-000000000004}: Der Benutzer "CORP\\anna" hat "Work" gewählt. Der Fehlercode lautet 789.\n'
    )
    log = read_text(text)
    assert (log.formats, log.understood) == (("rasclient",), 6)
    (fact,) = log.facts
    assert (fact.id, fact.values["code"], fact.thread) == ("ras.error", "789", "{A1B2C3D4-0000-0000-0000-000000000004}")
    assert fact.clock.at == datetime(2024, 2, 6, 10, 0, 30, tzinfo=UTC)
    assert fact.evidence[0].line == 6
    assert "anna" not in log.text


def test_an_event_is_not_read_twice(read_text):
    line = (
        "CoId={A1B2C3D4-0000-0000-0000-000000000004}: The user x dialed a connection named W which has failed."
        " The error code returned on failure is 809."
    )
    assert [fact.id for fact in read_text(line + "\n").facts] == ["ras.error"]
    text = f"Event ID: 20227\nSource: RasClient\nDescription:\n{line}\n"
    assert [fact.id for fact in read_text(text).facts] == ["ras.error"]


def test_a_program_of_two_formats_belongs_to_the_one_that_reads_more():
    signatures = {"a": ("LCP: timeout sending Config-Requests", "lcp.timeout", {})}
    small = make_format("small", signatures, programs=("pppd",))
    large = make_format("large", {**signatures, "b": ("Connection terminated.", "lcp.terminated", {})}, programs=("pppd",))
    text = "Nov 23 20:28:05 h pppd[7]: LCP: timeout sending Config-Requests\nNov 23 20:28:06 h pppd[7]: Connection terminated.\n"
    log = read(text.encode(), None, base=make_base(small, large), received_at=RECEIVED)
    assert log.formats == ("large",)
    assert {fact.format for fact in log.facts} == {"large"}


def filler(size, *, every=0):
    """A log of another daemon with some lines of ours, of about `size` bytes."""
    noise = "Nov 23 20:28:%02d gw sshd[%d]: Failed password for invalid user from 203.0.113.7 port 22 ssh2\n"
    ours = "Nov 23 20:28:09 gw charon[9]: 07[IKE] sending retransmit %d of request message ID 0, seq 3\n"
    out, index, total = [], 0, 0
    while total < size:
        line = ours % index if every and index % every == 0 else noise % (index % 60, index % 30_000)
        out.append(line)
        total += len(line)
        index += 1
    return "".join(out).encode()


def test_a_large_log_keeps_the_lines_round_each_hit():
    data = filler(WHOLE + 200_000) + CHARON.encode() + filler(2_000_000)
    log = read(data, "big.log", base=BASE, received_at=RECEIVED)
    assert (log.read, log.lines) == (ReadState.WHOLE, data.count(b"\n"))
    kept = log.text.split("\n")
    assert len(kept) <= 2 * ROUND + 10
    assert any("NO_PROPOSAL_CHOSEN" in line for line in kept)
    assert log.facts[-1].evidence[0].line == data[: data.index(b"NO_PROPOSAL")].count(b"\n") + 1


def test_a_very_talkative_log_keeps_its_first_and_last_facts(monkeypatch):
    monkeypatch.setattr("knowledge.logs.signatures.FIRST_HITS", 50)
    line = "Nov 23 20:28:09 gw charon[9]: 07[IKE] sending retransmit %d of request message ID 0, seq 3\n"
    data = "".join(line % number for number in range(21_000)).encode()
    log = read(data, "big.log", base=BASE, received_at=RECEIVED)
    assert (log.read, log.reasons) == (ReadState.PARTIAL, (ReadReason.TRUNCATED,))
    assert [log.facts[0].values["count"], log.facts[-1].values["count"]] == ["0", "20999"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs the system's resource module")
def test_memory_stays_flat(tmp_path):
    import resource  # noqa: PLC0415 - not on every system

    small, large = tmp_path / "small.log", tmp_path / "large.log"
    small.write_bytes(filler(6_000_000, every=1000))
    with large.open("wb") as out:
        for _ in range(10):
            out.write(filler(6_000_000, every=1000))
    read(small, "small.log", base=BASE, received_at=RECEIVED)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    read(large, "large.log", base=BASE, received_at=RECEIVED)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000


def test_a_hundred_lines_are_read_at_once():
    data = (CHARON * 25).encode()
    started = time.perf_counter()
    read(data, "a.log", base=BASE, received_at=RECEIVED)
    assert time.perf_counter() - started < 0.5
    assert "hyperscan" not in sys.modules or os.environ.get("PYTEST_CURRENT_TEST")


@given(st.binary(max_size=3000))
def test_no_bytes_make_reading_raise(data):
    read(data, "x", base=BASE, received_at=RECEIVED)


@given(st.lists(st.sampled_from(CHARON.splitlines()), max_size=8), st.integers(0, 500), st.integers(0, 500))
def test_a_log_cut_anywhere_never_raises_and_gains_no_fact(lines, start, end):
    data = "\n".join(lines).encode()
    whole = read(data, "x", base=BASE, received_at=RECEIVED)
    part = read(data[start : max(start, len(data) - end)], "x", base=BASE, received_at=RECEIVED)
    assert {fact.id for fact in part.facts} <= {fact.id for fact in whole.facts}


def test_limits_are_said(tmp_path):
    path = tmp_path / "a.log"
    path.write_text(CHARON + " " * (1 << 20))
    log = read(path, "a.log", base=BASE, limits=Limits(upload=1 << 20))
    assert (log.read, log.reasons, log.detail) == (ReadState.REFUSED, (ReadReason.TOO_LARGE,), "1")


def test_a_log_that_runs_backwards_is_turned_round(read_text):
    said = (
        "initiating Main Mode IKE_SA corp[1] to x.x.x.x",
        "sending retransmit 1 of request",
        "x",
        "y",
        "received A error notify",
    )
    lines = [f"Nov 23 20:28:0{second} h charon[1]: 07[IKE] {text}\n" for second, text in enumerate(said)]
    forward, backward = read_text("".join(lines)), read_text("".join(reversed(lines)))
    assert [fact.id for fact in backward.facts] == [fact.id for fact in forward.facts]
    assert backward.facts[0].evidence[0].line == 5


def test_logs_put_one_behind_the_other_are_on_one_clock(read_text):
    text = (
        "Nov 23 20:28:01 h charon[1]: 07[IKE] initiating Main Mode IKE_SA corp[1] to x.x.x.x\n"
        "Nov 23 20:30:00 h charon[1]: 07[IKE] received A error notify\n"
        "Nov 23 20:29:00 h xl2tpd[5]: Connecting to host x.x.x.x, port 1701\n"
    )
    assert [(fact.id, fact.order) for fact in read_text(text).facts] == [
        ("ike.started", 0),
        ("l2tp.started", 1),
        ("ike.notify", 2),
    ]


def test_time_alone_goes_past_midnight(read_text):
    text = "23:59:58 pppd[1]: LCP: timeout sending Config-Requests\n00:00:02 pppd[1]: Connection terminated.\n"
    first, second = read_text(text).facts
    assert (second.clock.at - first.clock.at).total_seconds() == 4


@pytest.mark.parametrize(
    ("lines", "start", "end"),
    [
        ((1,), False, True),
        ((1, 4), False, True),
        ((4,), True, True),
        ((1, 5), False, False),
        ((5,), True, False),
        ((0,), False, False),
    ],
)
def test_what_begins_or_ends_in_the_middle_says_so(read_text, lines, start, end):
    every = [*CHARON.splitlines(), "x", "Nov 23 20:28:52 h pppd[1]: LCP: timeout sending Config-Requests"]
    log = read_text("\n".join(every[line if line < 4 else line - (line == 4)] for line in lines))
    assert (log.cut_at_start, log.cut_at_end) == (start, end)
