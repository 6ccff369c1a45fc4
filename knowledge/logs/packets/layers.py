"""From a frame to the packet in it: what a VPN needs of the headers, and nothing of what is not a VPN's.

Most frames of a capture are somebody's web pages. They are put aside by a look at a few bytes; only what is left is unpacked.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace

import dpkt  # type: ignore[import-untyped]

from knowledge.logs.packets.files import Frame

__all__ = ["ESP", "ICMP", "ICMP6", "TCP", "UDP", "Packet", "is_private", "knows_link", "packet_of", "quoted"]

ICMP, TCP, UDP, GRE, ESP, ICMP6 = 1, 6, 17, 47, 50, 58
#: DNS, IKE, L2TP, IKE behind a NAT.
_PORTS = frozenset({53, 500, 1701, 4500})
#: PPTP, OpenVPN, WireGuard: only to say that this is another kind of VPN.
_OTHERS = frozenset({1723, 1194, 51820})

_IP4, _IP6 = 0x0800, 0x86DD
_TAGS = frozenset({0x8100, 0x88A8, 0x9100})
_PPPOE = 0x8864
_PPP = {0x0021: _IP4, 0x0057: _IP6}
#: Headers of IPv6 that stand before what is carried: hop by hop, routing, fragment, options.
_BEFORE = frozenset({0, 43, 44, 60})


class _Ip(dpkt.ip.IP):  # type: ignore[misc] # dpkt has no types
    """IPv4 that leaves what it carries as it is: what nests deeply must not be unpacked by itself."""

    _protosw: dict[int, type] = {}  # noqa: RUF012 - dpkt's own name for its own table


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet of IP that may belong to a VPN."""

    number: int
    at: int | None
    source: str
    target: str
    ttl: int
    protocol: int
    #: Behind the header of UDP or TCP; for everything else behind that of IP. Perhaps cut.
    data: bytes
    #: Of the whole packet, as its header says, in bytes.
    size: int
    source_port: int = 0
    target_port: int = 0
    #: A piece of a packet that was too large: the first, or a later one.
    piece: bool = False
    later: bool = False


def packet_of(frame: Frame) -> Packet | None:
    """The packet in a frame; None for what is no VPN's, or makes no sense."""
    try:
        found = _network(frame.link, frame.data)
        if found is None:
            return None
        kind, at = found
        if not _may_matter(kind, frame.data, at):
            return None
        return _internet(kind, frame.data[at:], frame)
    except (dpkt.UnpackError, struct.error, IndexError, ValueError):
        return None


def knows_link(link: int) -> bool:
    """True for link types that can be read."""
    return link in _LINKS


def is_private(address: str) -> bool:
    """True for addresses that never cross the Internet: private ones, and those of a provider's NAT."""
    try:
        return not ipaddress.ip_address(address).is_global and not _is_example(address)
    except ValueError:
        return False


def _is_example(address: str) -> bool:
    """Addresses of documentation stand for public ones."""
    return address.startswith(("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"))


def quoted(packet: Packet) -> Packet | None:
    """The packet about which an ICMP message complains: its addresses, its protocol, its ports."""
    data = packet.data[8:]
    if len(data) < 20:
        return None
    with contextlib.suppress(dpkt.UnpackError, struct.error, IndexError, ValueError):
        frame = Frame(packet.number, packet.at, 101, data)
        kind = _IP4 if data[0] >> 4 == 4 else _IP6
        inner = _internet(kind, data, frame)
        return None if inner is None else replace(inner, data=b"")
    return None


def _network(link: int, data: bytes) -> tuple[int, int] | None:
    """Where IP begins in a frame, and which of the two it is."""
    reader = _LINKS.get(link)
    if reader is None or len(data) < 20:
        return None
    found: tuple[int, int] | None = reader(data)
    return found


def _by_version(data: bytes, at: int) -> tuple[int, int] | None:
    version = data[at] >> 4
    return (_IP4, at) if version == 4 else (_IP6, at) if version == 6 else None


def _by_type(kind: int, data: bytes, at: int) -> tuple[int, int] | None:
    for _ in range(4):
        if kind not in _TAGS:
            break
        kind, at = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
    if kind == _PPPOE:
        return _ppp(data, at + 6)
    return (kind, at) if kind in {_IP4, _IP6} else None


def _ethernet(data: bytes) -> tuple[int, int] | None:
    return _by_type(int.from_bytes(data[12:14], "big"), data, 14)


def _ppp(data: bytes, at: int = 0) -> tuple[int, int] | None:
    if data[at : at + 2] == b"\xff\x03":
        at += 2
    kind = _PPP.get(int.from_bytes(data[at : at + 2], "big"))
    return (kind, at + 2) if kind is not None else None


def _pktap(data: bytes) -> tuple[int, int] | None:
    """Apple's own header before the frame."""
    length, _next, link = struct.unpack_from("<III", data)
    if link == 258 or length > 256:
        return None
    found = _network(link, data[length:])
    return (found[0], found[1] + length) if found is not None else None


#: Link types (tcpdump.org's list) to a function that finds IP in a frame.
_LINKS: dict[int, Callable[[bytes], tuple[int, int] | None]] = {
    0: lambda data: _by_version(data, 4),  # BSD loopback
    1: _ethernet,
    9: _ppp,
    12: lambda data: _by_version(data, 0),  # IP alone, in three numbers
    14: lambda data: _by_version(data, 0),
    50: _ppp,
    51: lambda data: _ppp(data, 6),  # PPP over Ethernet, alone
    101: lambda data: _by_version(data, 0),
    108: lambda data: _by_version(data, 4),
    113: lambda data: _by_type(int.from_bytes(data[14:16], "big"), data, 16),  # Linux, "any" interface
    228: lambda data: _by_version(data, 0),
    229: lambda data: _by_version(data, 0),
    258: _pktap,
    276: lambda data: _by_type(int.from_bytes(data[0:2], "big"), data, 20),  # the same, second version
}


def _may_matter(kind: int, data: bytes, at: int) -> bool:
    """A look at the protocol and the ports, before anything is unpacked."""
    if kind == _IP6:
        protocol, ports = data[at + 6], at + 40
        if protocol in _BEFORE:
            return True
    else:
        protocol, ports = data[at + 9], at + (data[at] & 0x0F) * 4
        if data[at + 6] & 0x1F or data[at + 7]:  # a later piece of a packet
            return protocol == UDP
    if protocol == UDP:
        pair = int.from_bytes(data[ports : ports + 2], "big"), int.from_bytes(data[ports + 2 : ports + 4], "big")
        return not _PORTS.isdisjoint(pair) or not _OTHERS.isdisjoint(pair)
    if protocol == TCP:
        return data[ports : ports + 2] == b"\x06\xbb" or data[ports + 2 : ports + 4] == b"\x06\xbb"
    return protocol in {ICMP, ICMP6, ESP, GRE}


def _internet(kind: int, data: bytes, frame: Frame) -> Packet | None:
    if kind == _IP6:
        return _internet6(data, frame)
    ip = _Ip(data)
    later = bool(ip.offset)
    return _carried(
        Packet(
            number=frame.number,
            at=frame.at,
            source=socket.inet_ntop(socket.AF_INET, ip.src),
            target=socket.inet_ntop(socket.AF_INET, ip.dst),
            ttl=ip.ttl,
            protocol=ip.p,
            data=bytes(ip.data),
            size=ip.len or len(data),
            piece=bool(ip.mf) or later,
            later=later,
        )
    )


def _internet6(data: bytes, frame: Frame) -> Packet | None:
    _, length, protocol, ttl, source, target = struct.unpack_from(">IHBB16s16s", data)
    at, piece, later = 40, False, False
    for _ in range(8):
        if protocol not in _BEFORE:
            break
        if protocol == 44:
            offset = struct.unpack_from(">H", data, at + 2)[0]
            piece, later = True, offset >> 3 > 0
        step = 8 if protocol == 44 else 8 + data[at + 1] * 8
        protocol, at = data[at], at + step
    return _carried(
        Packet(
            number=frame.number,
            at=frame.at,
            source=socket.inet_ntop(socket.AF_INET6, source),
            target=socket.inet_ntop(socket.AF_INET6, target),
            ttl=ttl,
            protocol=protocol,
            data=data[at : 40 + length] if length else data[at:],
            size=40 + length,
            piece=piece,
            later=later,
        )
    )


def _carried(packet: Packet) -> Packet | None:
    if packet.later or packet.protocol not in {UDP, TCP}:
        return packet
    if len(packet.data) < 4:
        return None
    source, target = struct.unpack_from(">HH", packet.data)
    data = packet.data[8:]
    if packet.protocol == UDP and len(packet.data) >= 8 and not packet.piece:
        length = dpkt.udp.UDP(packet.data).ulen
        data = data[: max(0, length - 8)] if length >= 8 else data
    return replace(packet, data=data, source_port=source, target_port=target)
