"""Writes packet captures: pcap and pcapng with the packets of a VPN in them, as tests need them."""

from __future__ import annotations

import hashlib
import ipaddress
import struct
from collections.abc import Sequence

CLIENT, SERVER, ROUTER = "203.0.113.45", "198.51.100.10", "203.0.113.1"
START = 1_795_465_732_120_000  # microseconds: 2026-11-23T20:28:52.12Z
COOKIE, ANSWER = bytes.fromhex("c325fe8018020876"), bytes.fromhex("2eb7ede5545f3cc0")
NAT_T = bytes.fromhex("4a131c81070358455c5728f20e95452f")


def pcap(packets: Sequence[tuple[float, bytes]], *, link: int = 1, order: str = "<", nano: bool = False) -> bytes:
    """A pcap file of (seconds since the start, frame)."""
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    out = [struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 262_144, link)]
    for seconds, frame in packets:
        at = START + round(seconds * 1e6)
        fraction = at % 1_000_000 * (1000 if nano else 1)
        out.append(struct.pack(f"{order}IIII", at // 1_000_000, fraction, len(frame), len(frame)) + frame)
    return b"".join(out)


def pcapng(packets: Sequence[tuple[float, bytes]], *, link: int = 1, order: str = "<", resolution: int = 6) -> bytes:
    """A pcapng file with one interface."""
    option = struct.pack(f"{order}HHB3x", 9, 1, resolution) + struct.pack(f"{order}HH", 0, 0)
    out = [
        _block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1), order),
        _block(1, struct.pack(f"{order}HHI", link, 0, 0) + option, order),
    ]
    for seconds, frame in packets:
        at = (START + round(seconds * 1e6)) * 10**resolution // 1_000_000
        head = struct.pack(f"{order}IIIII", 0, at >> 32, at & 0xFFFFFFFF, len(frame), len(frame))
        out.append(_block(6, head + frame.ljust(-(-len(frame) // 4) * 4, b"\0"), order))
    return b"".join(out)


def _block(kind: int, body: bytes, order: str) -> bytes:
    size = 12 + len(body)
    return struct.pack(f"{order}II", kind, size) + body + struct.pack(f"{order}I", size)


def ethernet(packet: bytes, *, vlan: bool = False) -> bytes:
    kind = b"\x86\xdd" if packet[0] >> 4 == 6 else b"\x08\x00"
    return b"\x02" * 6 + b"\x04" * 6 + (b"\x81\x00\x00\x07" if vlan else b"") + kind + packet


def ip(
    source: str, target: str, protocol: int, data: bytes, *, ttl: int = 64, piece: int | None = None, more: bool = False
) -> bytes:
    """A packet; `piece` is a fragment's place in units of 8 bytes."""
    one, other = ipaddress.ip_address(source), ipaddress.ip_address(target)
    if one.version == 6:
        return struct.pack(">IHBB", 6 << 28, len(data), protocol, ttl) + one.packed + other.packed + data
    flags = (0x2000 if more else 0) | (piece or 0)
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(data), 7, flags, ttl, protocol, 0) + one.packed + other.packed + data


def udp(source: str, target: str, port: int, data: bytes, *, source_port: int | None = None, ttl: int = 64) -> bytes:
    head = struct.pack(">HHHH", source_port or port, port, 8 + len(data), 0)
    return ethernet(ip(source, target, 17, head + data, ttl=ttl))


def icmp(source: str, target: str, kind: int, code: int, about: bytes) -> bytes:
    """`about` is the frame that is complained of."""
    return ethernet(ip(source, target, 1, struct.pack(">BBHI", kind, code, 0, 1400) + about[14:70]))


def payload(body: bytes, following: int) -> bytes:
    return struct.pack(">BBH", following, 0, 4 + len(body)) + body


def chain(*payloads: tuple[int, bytes]) -> tuple[int, bytes]:
    """The first payload's type, and all of them."""
    kinds = [*[kind for kind, _ in payloads][1:], 0]
    return payloads[0][0], b"".join(payload(body, following) for (_, body), following in zip(payloads, kinds, strict=True))


def ike(
    first: int,
    body: bytes,
    *,
    exchange: int = 2,
    flags: int = 0,
    responder: bytes = ANSWER,
    number: int = 0,
    version: int = 0x10,
    initiator: bytes = COOKIE,
) -> bytes:
    return initiator + responder + struct.pack(">BBBBII", first, version, exchange, flags, number, 28 + len(body)) + body


def sealed(size: int, *, exchange: int = 2, first: int = 5, number: int = 0, seed: int = 0, **more: object) -> bytes:
    noise = b"".join(hashlib.sha256(bytes([seed, n % 256, exchange])).digest() for n in range(size // 32 + 1))
    return ike(first, noise[: size - 28], exchange=exchange, flags=1, number=number, **more)  # type: ignore[arg-type]


def association(*, cipher: int = 7, bits: int = 256, hashed: int = 4, method: int = 1, group: int = 14) -> bytes:
    pairs = ((1, cipher), (14, bits), (2, hashed), (3, method), (4, group))
    attributes = b"".join(struct.pack(">HH", 0x8000 | kind, value) for kind, value in pairs)
    transform = struct.pack(">BBHBBH", 0, 0, 8 + len(attributes), 1, 1, 0) + attributes
    return struct.pack(">II", 1, 1) + struct.pack(">BBHBBBB", 0, 0, 8 + len(transform), 1, 1, 0, 1) + transform


def nat_d(address: str, port: int, *, size: int = 32) -> bytes:
    text = COOKIE + ANSWER + ipaddress.ip_address(address).packed + port.to_bytes(2, "big")
    return {16: hashlib.md5, 20: hashlib.sha1, 32: hashlib.sha256}[size](text).digest()


class Talk:
    """A conversation between a client and a server, as the client's wire shows it."""

    def __init__(self, client: str = CLIENT, server: str = SERVER, *, at_server: bool = False) -> None:
        self.client, self.server = client, server
        self.packets: list[tuple[float, bytes]] = []
        self.clock = 0.0
        self.ttl_out, self.ttl_in = (57, 64) if at_server else (64, 57)

    def wait(self, seconds: float) -> Talk:
        self.clock += seconds
        return self

    def add(self, frame: bytes) -> Talk:
        self.packets.append((self.clock, frame))
        self.clock += 0.01
        return self

    def out(self, data: bytes, port: int = 500) -> Talk:
        return self.add(udp(self.client, self.server, port, bytes(4) + data if port == 4500 else data, ttl=self.ttl_out))

    def back(self, data: bytes, port: int = 500) -> Talk:
        return self.add(udp(self.server, self.client, port, bytes(4) + data if port == 4500 else data, ttl=self.ttl_in))

    def esp_out(self, number: int, size: int = 120, *, udp_port: bool = False) -> Talk:
        return self._esp(self.client, self.server, number, size, self.ttl_out, udp_port=udp_port)

    def esp_back(self, number: int, size: int = 120, *, udp_port: bool = False) -> Talk:
        return self._esp(self.server, self.client, number, size, self.ttl_in, udp_port=udp_port)

    def _esp(self, source: str, target: str, number: int, size: int, ttl: int, *, udp_port: bool) -> Talk:
        data = b"\xca\xfe\xba\xbe" + number.to_bytes(4, "big") + bytes(size)
        return self.add(udp(source, target, 4500, data, ttl=ttl) if udp_port else ethernet(ip(source, target, 50, data, ttl=ttl)))

    def first(self, **more: int) -> Talk:
        self.out(ike(*chain((1, association(**more)), (13, NAT_T)), responder=bytes(8)))
        return self.back(ike(*chain((1, association(**more)), (13, NAT_T))))

    def second(self, *, seen: str | None = None) -> Talk:
        """`seen` is the client's address as the server sees it."""
        self.out(ike(*chain((4, bytes(32)), (10, bytes(32)), (20, nat_d(self.server, 500)), (20, nat_d(self.client, 500)))))
        hashes = (20, nat_d(seen or self.client, 500)), (20, nat_d(self.server, 500))
        return self.back(ike(*chain((4, b"\1" * 32), (10, bytes(32)), *hashes)))

    def third(self, port: int = 500) -> Talk:
        self.out(sealed(108, seed=5), port)
        return self.back(sealed(92, seed=6), port)

    def phase_2(self, port: int = 500) -> Talk:
        self.out(sealed(236, exchange=32, first=8, number=77, seed=7), port)
        self.back(sealed(204, exchange=32, first=8, number=77, seed=8), port)
        return self.out(sealed(76, exchange=32, first=8, number=77, seed=9), port)

    def up(self) -> Talk:
        return self.first().second().third().phase_2()


def l2tp(kind: int, *, tunnel: int = 0, sent: int = 0, result: tuple[int, int, str] | None = None, more: bytes = b"") -> bytes:
    attributes = struct.pack(">HHHH", 0x8008, 0, 0, kind)
    if result is not None:
        code, error, words = result
        body = struct.pack(">HH", code, error) + words.encode()
        attributes += struct.pack(">HHH", 0x8000 | 6 + len(body), 0, 1) + body
    attributes += more
    return struct.pack(">HHHHHH", 0xC802, 12 + len(attributes), tunnel, 0, sent, 0) + attributes


def ppp(protocol: int, code: int, body: bytes = b"", *, number: int = 1) -> bytes:
    """A PPP frame in an L2TP data message."""
    frame = b"\xff\x03" + struct.pack(">HBBH", protocol, code, number, 4 + len(body)) + body
    return struct.pack(">HHH", 0x0002, 7, 9) + frame


def dns(name: str, *, answer: bytes | None = None, code: int = 0, response: bool = False) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    flags = (0x8180 | code) if response else 0x0100
    records = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + answer if answer else b""
    return struct.pack(">HHHHHH", 7, flags, 1, 1 if answer else 0, 0, 0) + labels + b"\0\1\0\1" + records
