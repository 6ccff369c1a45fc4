import gzip
import random
import struct
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import diagnose, load_base
from knowledge.logs import read
from knowledge.terms import ReadReason, ReadState, Side, Stage, Verdict
from tests.knowledge.logs.capture_writer import (
    CLIENT,
    ROUTER,
    SERVER,
    Talk,
    association,
    chain,
    dns,
    ethernet,
    icmp,
    ike,
    ip,
    l2tp,
    pcap,
    pcapng,
    ppp,
    sealed,
    udp,
)


@pytest.fixture(scope="module")
def known():
    return load_base()


@pytest.fixture(scope="module")
def read_talk(known):
    def reading(talk):
        return read(pcap(talk.packets), "capture.pcap", base=known)

    return reading


def ids(log):
    return {fact.id for fact in log.facts}


def one(log, name):
    return next(fact for fact in log.facts if fact.id == name)


def verdict_of(known, log):
    said = diagnose(known, [log])
    return said.verdict, said.hypotheses[0].cause, said.stage


NO_PROPOSAL = ike(*chain((11, struct.pack(">IBBH", 1, 1, 0, 14))), exchange=5, number=9)


# The files


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("write", "more"), [(pcap, {}), (pcap, {"nano": True}), (pcapng, {}), (pcapng, {"resolution": 9})])
def test_every_kind_of_file_tells_the_same(known, write, more, order):
    talk = Talk().first().back(NO_PROPOSAL)
    log = read(write(talk.packets, order=order, **more), "x", base=known)
    assert (log.read, log.reasons, log.formats, log.side) == (ReadState.WHOLE, (), ("capture",), Side.CLIENT)
    fact = one(log, "ike.notify")
    values = dict(fact.values)
    assert values.pop("peer").startswith("[ip-public-")
    assert values == {"version": "1", "name": "NO_PROPOSAL_CHOSEN", "by": "peer", "side": "client"}
    assert fact.clock.zone_known
    assert fact.clock.at.replace(microsecond=0) == datetime(2026, 11, 23, 20, 28, 52, tzinfo=UTC)
    assert fact.evidence[0].line == 3
    assert "received IKEv1 notify NO_PROPOSAL_CHOSEN" in fact.evidence[0].text
    assert CLIENT not in log.text
    assert SERVER not in log.text


def frames_as(link, packet):
    head = {0: b"\2\0\0\0", 101: b"", 113: bytes(14) + b"\x08\0", 228: b"", 276: b"\x08\0" + bytes(18), 9: b"\xff\x03\0\x21"}
    return head[link] + packet


@pytest.mark.parametrize("link", [0, 9, 101, 113, 228, 276])
def test_links_other_than_ethernet(known, link):
    packets = [(at, frames_as(link, frame[14:])) for at, frame in Talk().first().packets]
    assert "ike.reply" in ids(read(pcap(packets, link=link), "x", base=known))


def test_tags_and_the_other_family(known):
    tagged = [(0, ethernet(ip(CLIENT, SERVER, 17, Talk().first().packets[0][1][34:]), vlan=True))]
    assert "ike.started" in ids(read(pcap(tagged), "x", base=known))
    log = read(pcap(Talk("2001:db8::7", "2001:db8::1").first().packets), "x", base=known)
    assert one(log, "ike.reply").values["peer"].startswith("[ip6-")


def test_an_unknown_link_is_said(known):
    log = read(pcap([(0, bytes(80))], link=189), "x", base=known)
    assert (log.read, log.reasons) == (ReadState.PARTIAL, (ReadReason.UNSUPPORTED,))


def test_a_capture_without_a_vpn_is_recognised(known):
    log = read(pcap([(0, udp(CLIENT, SERVER, 5353, b"x" * 40))]), "x", base=known)
    assert (log.read, log.formats, log.facts) == (ReadState.WHOLE, ("capture",), ())


def test_a_packed_capture_is_opened(known):
    assert "ike.notify" in ids(read(gzip.compress(pcap(Talk().first().back(NO_PROPOSAL).packets)), "x.gz", base=known))


# IKE


def test_a_connection_that_comes_up(read_talk, known):
    talk = Talk().up()
    for number in range(1, 9):
        talk.esp_out(number).esp_back(number)
    log = read_talk(talk)
    expected = {
        "ike.started",
        "ike.proposal_selected",
        "ike.nat_absent",
        "ike.established",
        "esp.started",
        "esp.established",
        "esp.traffic",
    }
    assert expected <= ids(log)
    assert [fact.values["message"] for fact in log.facts if fact.id == "ike.reply"] == ["main-2", "main-4", "main-6", "quick-2"]
    verdict, _, stage = verdict_of(known, log)
    assert (verdict, stage) == (Verdict.OPEN, Stage.L2TP)  # what went on inside IPsec is not to be seen


def test_the_servers_wire_tells_it_from_the_other_side(read_talk):
    log = read_talk(Talk(at_server=True).first().second())
    assert log.side is Side.SERVER
    assert one(log, "ike.request_received").values["peer"] == one(log, "ike.reply").values["peer"]
    assert [fact.values["message"] for fact in log.facts if fact.id == "ike.sent"] == ["main-2", "main-4"]


def test_no_answer(read_talk, known):
    talk = Talk()
    first = ike(*chain((1, association())), responder=bytes(8))
    for seconds in (0, 1, 2, 4, 8, 16):
        talk.wait(seconds).out(first)
    log = read_talk(talk)
    assert [fact.values["count"] for fact in log.facts if fact.id == "ike.retransmit"] == ["1", "2", "3", "4", "5"]
    assert one(log, "ike.timeout").values["message"] == "main-1"
    assert verdict_of(known, log)[1] in {"udp-blocked", "server-unreachable"}


def test_two_tries_in_a_second_are_no_giving_up(read_talk):
    first = ike(*chain((1, association())), responder=bytes(8))
    assert "ike.timeout" not in ids(read_talk(Talk().out(first).wait(1).out(first)))


@pytest.mark.parametrize(
    ("kind", "code", "said", "cause"),
    [
        (3, 3, "port", "server-unreachable"),
        (3, 1, "host", "server-unreachable"),
        (3, 13, "admin", None),
        (11, 0, "hops", "server-unreachable"),
    ],
)
def test_the_network_refuses(read_talk, known, kind, code, said, cause):
    first = ike(*chain((1, association())), responder=bytes(8))
    talk = Talk().out(first)
    talk.add(icmp(ROUTER, CLIENT, kind, code, talk.packets[0][1]))
    for seconds in (1, 2, 4, 8, 16):
        talk.wait(seconds).out(first)
    log = read_talk(talk)
    assert dict(one(log, "link.icmp_refused").values)["kind"] == said
    assert one(log, "link.icmp_refused").values["port"] == "500"
    assert cause is None or verdict_of(known, log)[1] == cause


def test_a_nat_is_found_by_its_hashes(read_talk):
    log = read_talk(Talk("192.168.1.23").first().second(seen="203.0.113.9").third(4500))
    assert one(log, "ike.nat_detected").values["where"] == "local"
    assert "ike.port_not_followed" not in ids(log)


def test_a_wrong_key_behind_a_nat(read_talk, known):
    talk = Talk("192.168.1.23").first().second(seen="203.0.113.9")
    for place, seconds in enumerate((0, 4, 7, 13)):
        talk.wait(seconds).out(sealed(108, seed=5), 4500).back(sealed(92, exchange=5, first=8, number=place + 9, seed=20 + place))
    log = read_talk(talk)
    assert {"ike.port_not_followed", "ike.refused_sealed", "ike.timeout"} <= ids(log)
    verdict, cause, stage = verdict_of(known, log)
    assert (verdict, cause, stage) == (Verdict.LIKELY, "psk-mismatch", Stage.IKE)


def test_an_identity_that_the_server_does_not_know(read_talk, known):
    log = read_talk(Talk().first().second().out(sealed(108, seed=5)).back(sealed(108, exchange=5, first=8, number=9, seed=20)))
    refused = one(log, "ike.refused_sealed")
    assert (refused.values["after"], refused.values["kind"], refused.values["by"]) == ("main-5", "long", "peer")
    assert verdict_of(known, log)[1] == "ike-identity-mismatch"


def test_what_goes_on_is_no_refusal(read_talk):
    talk = Talk().first().second().third().out(sealed(92, exchange=5, first=8, number=3, seed=40)).phase_2()
    assert "ike.refused_sealed" not in ids(read_talk(talk))


def test_phase_2_refused(read_talk, known):
    talk = Talk().first().second().third().out(sealed(236, exchange=32, first=8, number=77, seed=7))
    log = read_talk(talk.back(sealed(92, exchange=5, first=8, number=3, seed=40)))
    assert "esp.refused_sealed" in ids(log)
    verdict, cause, stage = verdict_of(known, log)
    assert (verdict, stage) == (Verdict.OPEN, Stage.ESP)
    assert cause in {"esp-proposal-mismatch", "traffic-selector-mismatch"}


def test_certificates_are_known_by_their_size(read_talk, known):
    talk = Talk().first(method=3).second()
    large = sealed(2828, seed=5)
    for seconds in (0, 4, 7, 13, 23):
        talk.wait(seconds).out(large)
    log = read_talk(talk)
    assert one(log, "ike.certificate_sent").values == {"size": "2828", "by": "local", "side": "client"}
    assert verdict_of(known, log)[1] == "ike-fragmentation"


def test_version_2(read_talk):
    first = ike(*chain((33, bytes(40)), (34, bytes(60))), exchange=34, flags=8, responder=bytes(8), version=0x20)
    refusal = ike(*chain((41, struct.pack(">BBH", 0, 0, 14))), exchange=34, flags=0x20, responder=bytes(8), version=0x20)
    log = read_talk(Talk().out(first).back(refusal))
    assert one(log, "ike.started").values["mode"] == "ikev2"
    assert one(log, "ike.notify").values["name"] == "NO_PROPOSAL_CHOSEN"


# ESP


def test_esp_one_way(read_talk, known):
    talk = Talk("192.168.1.23").first().second(seen="203.0.113.9").third(4500).phase_2(4500)
    for number, seconds in enumerate((0, 1, 2, 4, 8, 16), 1):
        talk.wait(seconds).esp_out(number, udp_port=True)
    log = read_talk(talk)
    assert one(log, "esp.one_way").values["by"] == "local"
    assert verdict_of(known, log)[1:] == ("l2tp-no-response", Stage.L2TP)


def test_the_l2tp_port_is_closed(read_talk, known):
    talk = Talk().up().esp_out(1)
    talk.add(icmp(SERVER, CLIENT, 3, 3, udp(CLIENT, SERVER, 1701, b"x" * 60)))
    log = read_talk(talk.wait(1).esp_out(2).wait(2).esp_out(3).wait(4).esp_out(4))
    assert verdict_of(known, log)[:2] == (Verdict.CONCLUSIVE, "l2tp-no-response")


def test_phase_2_that_nobody_uses(read_talk):
    assert "esp.unused" in ids(read_talk(Talk().up().wait(30).add(udp(CLIENT, "192.0.2.53", 5353, b"x" * 30))))


# What the sizes and moments of sealed packets tell


def called(talk):
    """An L2TP tunnel and call, by the sizes of their packets."""
    for number, (outward, size) in enumerate(((1, 188), (0, 172), (1, 92), (1, 124), (0, 92), (0, 108), (1, 124), (0, 92)), 1):
        talk = (talk.esp_out if outward else talk.esp_back)(number, size)
    return talk


def test_ppp_that_gets_no_answer_is_known_by_its_rhythm(read_talk, known):
    talk = called(Talk().up())
    for number in range(20, 30):
        talk.wait(1.5).esp_back(number, 108).wait(1.5).esp_out(number, 108)
    log = read_talk(talk)
    assert (one(log, "esp.repeated").values["by"], one(log, "esp.repeated").values["count"]) == ("local", "10")
    assert verdict_of(known, log)[1] == "lcp-timeout"


def test_ppp_that_is_answered_has_no_such_rhythm(read_talk):
    talk = called(Talk().up())
    for number in range(20, 30):
        talk.wait(1.5).esp_back(number, 108).esp_out(number, 92).wait(1.5).esp_out(number, 108)
    assert "esp.repeated" not in ids(read_talk(talk))


def test_traffic_once_every_three_seconds_after_a_login_is_no_fault(read_talk):
    talk = called(called(Talk().up()))
    for number in range(20, 30):
        talk.wait(1.5).esp_back(number, 108).wait(1.5).esp_out(number, 108)
    assert "esp.repeated" not in ids(read_talk(talk))


def test_a_tunnel_that_is_turned_down_is_known_by_its_few_packets(read_talk, known):
    talk = Talk().up().esp_out(1, 204).esp_back(1, 220).esp_out(2, 92).esp_out(3, 140).esp_back(2, 92)
    cut_short = read_talk(talk)
    whole = read_talk(talk.wait(30).add(udp(CLIENT, "192.0.2.53", 5353, b"x" * 30)))
    assert "esp.brief" not in ids(cut_short)
    assert one(whole, "esp.brief").values["count"] == "5"
    assert verdict_of(known, whole)[:2] == (Verdict.OPEN, "l2tp-refused")


def test_whoever_was_heard_before_is_lost_and_not_blocked(read_talk, known):
    talk = called(called(Talk().up()))
    again = ike(*chain((1, association())), responder=bytes(8), initiator=b"secondtr")
    for seconds in (40, 1, 2, 4, 8, 16):
        talk.wait(seconds).out(again)
    log = read_talk(talk)
    assert "peer.dead" in ids(log)
    assert verdict_of(known, log)[1] == "peer-timeout"


def test_what_is_left_of_l2tp_after_ipsec_was_taken_away_says_nothing(read_talk, known):
    talk = called(called(Talk().up())).wait(5)
    log = read_talk(talk.out(l2tp(6, tunnel=7, sent=4), 1701).wait(1).out(l2tp(6, tunnel=7, sent=4), 1701))
    assert not [fact.id for fact in log.facts if fact.id.startswith("l2tp.")]
    assert verdict_of(known, log)[:2] == (Verdict.OPEN, "healthy")


# L2TP and PPP in the clear


def test_l2tp_without_ipsec_and_without_an_answer(read_talk, known):
    talk = Talk()
    for seconds in (0, 1, 2, 4, 8):
        talk.wait(seconds).out(l2tp(1), 1701)
    log = read_talk(talk)
    assert {"l2tp.unprotected", "l2tp.started", "l2tp.retransmit", "l2tp.timeout"} <= ids(log)
    ranked = diagnose(known, [log]).hypotheses
    assert {each.cause for each in ranked[:2]} == {"profile-misconfigured", "l2tp-no-response"}


def test_a_tunnel_refused(read_talk):
    log = read_talk(Talk().out(l2tp(1), 1701).back(l2tp(4, result=(4, 0, "go away")), 1701))
    assert dict(one(log, "l2tp.refused").values) == {
        "message": "StopCCN",
        "result": "4",
        "error": "0",
        "text": "go away",
        "by": "peer",
        "side": "client",
    }


def clear():
    talk = Talk()
    talk.out(l2tp(1), 1701).back(l2tp(2), 1701).out(l2tp(3, sent=1), 1701).out(l2tp(10, sent=2), 1701)
    talk.back(l2tp(11, sent=1), 1701).out(l2tp(12, sent=3), 1701)
    talk.out(ppp(0xC021, 1, b"\1\4\x05\x78"), 1701).back(ppp(0xC021, 1, b"\3\5\xc2\x23\x81"), 1701)
    return talk.out(ppp(0xC021, 2, b"\3\5\xc2\x23\x81"), 1701).back(ppp(0xC021, 2, b"\1\4\x05\x78"), 1701)


def test_ppp_comes_up(read_talk, known):
    talk = clear().back(ppp(0xC223, 1, b"\x10" + bytes(range(16)) + b"gw"), 1701)
    talk.out(ppp(0xC223, 2, b"\x31" + bytes(range(49)) + b"bob"), 1701)
    talk.back(ppp(0xC223, 3, b"S=0123456789ABCDEF0123456789ABCDEF01234567 M=Welcome"), 1701)
    talk.out(ppp(0x8021, 1, b"\3\6\0\0\0\0"), 1701).back(ppp(0x8021, 1, b"\3\6\n\0\0\1"), 1701)
    talk.out(ppp(0x8021, 2, b"\3\6\n\0\0\1"), 1701).back(ppp(0x8021, 2, b"\3\6\n\0\0\7"), 1701)
    log = read_talk(talk)
    assert one(log, "lcp.opened").values["authentication"] == "chap MS-v2"
    assert {"l2tp.established", "auth.succeeded", "ipcp.up"} <= ids(log)
    assert verdict_of(known, log)[0] is Verdict.HEALTHY


def test_a_refused_password_shows_its_number_and_nothing_else(read_talk, known):
    talk = clear().back(ppp(0xC223, 1, b"\x10" + b"CHALLENGECHALLEN" + b"gw"), 1701)
    talk.out(ppp(0xC223, 2, b"\x31" + b"R" * 49 + b"bob"), 1701)
    talk.back(ppp(0xC223, 4, b"E=691 R=1 C=00112233445566778899AABBCCDDEEFF V=3 M=Bad password"), 1701)
    log = read_talk(talk)
    assert one(log, "auth.code").values["code"] == "691"
    assert verdict_of(known, log)[1] == "bad-credentials"
    said = log.text + repr(log.facts)
    for secret in ("CHALLENGECH", "RRRR", "00112233", "bob"):
        assert secret not in said


def test_a_pap_password_is_never_taken_out(read_talk):
    log = read_talk(clear().out(ppp(0xC023, 1, b"\3bob\x0chunter2-secr"), 1701).back(ppp(0xC023, 3, b"\x05wrong"), 1701))
    assert one(log, "auth.failed").values["protocol"] == "PAP"
    assert "hunter2" not in log.text + repr(log.facts)
    assert "bob" not in log.text + repr(log.facts)


# Names and other VPNs


def test_a_name_that_is_not_found(known):
    packets = [(0, udp(CLIENT, "198.51.100.53", 53, dns("vpn.example.com"), source_port=4000))]
    answer = udp("198.51.100.53", CLIENT, 4000, dns("vpn.example.com", response=True, code=3), source_port=53)
    log = read(pcap([*packets, (0.1, answer)]), "x", base=known)
    assert verdict_of(known, log)[1] == "dns-failure"
    assert "vpn.example.com" not in log.text


def test_a_name_that_nobody_answers(known):
    asked = udp(CLIENT, "198.51.100.53", 53, dns("vpn.example.com"), source_port=4000)
    assert "link.name_unresolved" in ids(read(pcap([(0, asked), (5, asked)]), "x", base=known))


def test_a_name_that_is_found_is_not_told(known):
    asked = udp(CLIENT, "198.51.100.53", 53, dns("vpn.example.com"), source_port=4000)
    answer = udp("198.51.100.53", CLIENT, 4000, dns("vpn.example.com", response=True, answer=b"\xc6\x33\x64\x0a"), source_port=53)
    log = read(pcap([(0, asked), (0.1, answer)]), "x", base=known)
    assert not log.facts
    assert "vpn.example" not in log.text


def test_another_kind_of_vpn(known):
    there, back = udp(CLIENT, SERVER, 51820, b"\1" + bytes(147)), udp(SERVER, CLIENT, 51820, b"\2" + bytes(91))
    log = read(pcap([(0, there), (0.1, back)]), "x", base=known)
    assert (log.read, log.detail) == (ReadState.UNRECOGNISED, "WireGuard")


# What is kept reads the same


@pytest.mark.parametrize("talk", [Talk().up(), Talk().first().back(NO_PROPOSAL), clear()], ids=["up", "refused", "clear"])
def test_redacted_lines_give_the_same_facts(read_talk, known, talk):
    log = read_talk(talk)
    again = read(log.text.encode(), "kept.txt", base=known)
    assert [(fact.id, dict(fact.values)) for fact in again.facts] == [(fact.id, dict(fact.values)) for fact in log.facts]


# Hostile files


def test_cut_at_every_hundred_bytes(known):
    data = pcapng(clear().packets) + pcap(Talk().up().packets)
    for cut in range(0, len(data), 100):
        log = read(data[:cut], "x", base=known)
        assert log.read in set(ReadState)


def test_what_stands_before_the_cut_is_read(known):
    data = pcap(Talk().first().back(NO_PROPOSAL).up().packets)
    log = read(data[:-40], "x", base=known)
    assert (log.read, log.reasons) == (ReadState.PARTIAL, (ReadReason.TRUNCATED,))
    assert "ike.notify" in ids(log)


def test_a_lying_length_is_damage(known):
    data = bytearray(pcap(Talk().first().packets))
    data += struct.pack("<IIII", 1, 1, 0xFFFFFFF0, 60) + bytes(60)
    log = read(bytes(data), "x", base=known)
    assert log.reasons == (ReadReason.DAMAGED,)
    assert "ike.reply" in ids(log)


@pytest.mark.parametrize("size", [0, 11, 13, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_lying_block_is_damage(known, size):
    data = pcapng(Talk().first().packets) + struct.pack("<II", 6, size) + bytes(40)
    assert "ike.reply" in ids(read(data, "x", base=known))


def test_complaints_about_complaints_do_not_nest(known):
    inner = udp(CLIENT, SERVER, 500, bytes(40))[14:]
    for _ in range(600):
        inner = ip(SERVER, CLIENT, 1, b"\3\3" + bytes(6) + inner)[:60_000]
    assert read(pcap([(0, ethernet(inner))]), "x", base=known).read is ReadState.WHOLE


def test_ten_thousand_strangers_stay_bounded(known):
    noise = random.Random(5)
    packets = []
    for place in range(10_000):
        source = f"192.0.{place >> 8 & 255}.{place & 255}"
        packets.append(
            (
                place / 100,
                udp(source, SERVER, 500, ike(*chain((1, association())), responder=bytes(8), initiator=noise.randbytes(8))),
            )
        )
    began = time.perf_counter()
    log = read(pcap(packets), "x", base=known)
    assert (log.read, log.reasons) == (ReadState.PARTIAL, (ReadReason.TRUNCATED,))
    assert log.lines <= 5_001
    assert log.facts[-1].evidence[0].line == 10_000  # the last ones are kept
    assert time.perf_counter() - began < 60


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_changed_bytes_never_break_the_reader(known, data):
    write = data.draw(st.sampled_from([pcap, pcapng]))
    raw = bytearray(write((clear() if data.draw(st.booleans()) else Talk().up().esp_out(1).esp_back(1)).packets))
    for _ in range(data.draw(st.integers(1, 40))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert read(bytes(raw), "x", base=known).read in set(ReadState)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([500, 1701, 4500, 53]), st.binary(max_size=200)), max_size=12))
def test_any_datagram_is_taken(known, datagrams):
    packets = [(place, udp(CLIENT, SERVER, port, data)) for place, (port, data) in enumerate(datagrams)]
    assert read(pcap(packets), "x", base=known).read in set(ReadState)
