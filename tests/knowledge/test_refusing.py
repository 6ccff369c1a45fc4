"""What is said of a file in which there is nothing to read: what it is, why it is out of reach, and what to give instead."""

from __future__ import annotations

import pytest

from knowledge.loader import load_base
from knowledge.logs import read
from knowledge.report import problem_of
from knowledge.terms import ReadReason, ReadState

OTHERS = [
    pytest.param(
        b"2026-11-23 20:28:58 OpenVPN 2.6.3 x86_64-pc-linux-gnu\n2026-11-23 20:29:58 TLS Error: TLS handshake failed\n",
        "OpenVPN",
        id="openvpn",
    ),
    pytest.param(b"[TUN] [office] Sending handshake initiation to peer 1 (198.51.100.7:51820)\n", "WireGuard", id="wireguard"),
    pytest.param(
        b"Nov 23 20:28:58 anna-pc kernel: [  123.4] wireguard: wg0: Handshake for peer 2 (198.51.100.7:51820) failed\n",
        "WireGuard",
        id="wireguard of the kernel",
    ),
    pytest.param(
        b"Nov 23 20:28:58 anna-mac acvpnagent[120]: Function: CTransportCurl::SendRequest File: CTransportCurl.cpp Line: 1234\n",
        "Cisco AnyConnect",
        id="anyconnect",
    ),
    pytest.param(
        b"Nov 23 20:28:59 anna-pc sstpc[1201]: Verification of server certificate failed\n",
        "SSTP",
        id="sstp",
    ),
    pytest.param(
        b"(T1234) 11/23/26 20:28:58:124 Error( 456): CPanMSAgent::Login failed, GlobalProtect portal 198.51.100.7, PanGPS\n",
        "GlobalProtect",
        id="globalprotect",
    ),
]
BINARIES = [
    pytest.param(bytes(0x48) + b"\x02\x00\x02\xc0" + bytes(400), "etl", "netsh wfp show netevents", id="etl"),
    pytest.param(b"MDMP" + bytes(400), "dmp", "RasClient", id="mini dump"),
    pytest.param(b"PAGEDU64" + bytes(400), "dmp", "RasClient", id="kernel dump"),
    pytest.param(b"%PDF-1.7\n1 0 obj <<>> endobj\n", "pdf", "PDF", id="pdf"),
]


@pytest.fixture(scope="module")
def base():
    return load_base(strict=False)


@pytest.mark.parametrize(("data", "product"), OTHERS)
def test_another_vpn_is_named_and_said_to_be_out_of_reach(base, data, product):
    log = read(data, "vpn.log", base=base)

    assert (log.read, log.reasons, log.detail) == (ReadState.UNRECOGNISED, (ReadReason.OTHER_VPN,), product)
    assert f"({product}), which is out of my reach" in problem_of(base, log)
    assert f"({product}), que está fora do meu alcance" in problem_of(base, log, "pt-BR")


@pytest.mark.parametrize(("data", "kind", "instead"), BINARIES)
def test_a_file_that_only_others_can_open_is_told_what_to_send_instead(base, data, kind, instead):
    log = read(data, "file.bin", base=base)

    assert (log.read, log.reasons, log.detail) == (ReadState.REFUSED, (ReadReason.UNSUPPORTED,), kind)
    english, portuguese = problem_of(base, log), problem_of(base, log, "pt-BR")
    assert instead in english
    assert instead in portuguese
    assert english.partition(":")[2] != portuguese.partition(":")[2]


def test_what_is_no_log_is_told_what_was_looked_for(base):
    log = read(b"dear support, it does not work\n", "note.txt", base=base)

    assert "I looked for lines of IPsec, L2TP and PPP programs" in problem_of(base, log)
    assert "Procurei linhas de programas de IPsec, L2TP e PPP" in problem_of(base, log, "pt-BR")
