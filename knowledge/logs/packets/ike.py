"""What can be read of an IKE message without its keys: the header, and the payloads of those that are not encrypted.

Numbers are those of RFC 2408, 2409, 3947 (version 1) and RFC 7296 (version 2).
"""

from __future__ import annotations

import hashlib
import ipaddress
import itertools
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["Exchange", "Kind", "Message", "Notify", "digest", "hash_size", "message_of", "nat_hash", "notifies", "proposals"]

#: Length of the header, in bytes.
HEADER = 28
#: Payloads of one message, transforms of one proposal, and proposals that are named; more is no peer but an attack.
_MOST_PAYLOADS, _MOST_TRANSFORMS, _MOST_NAMED = 64, 64, 8
_NONE = bytes(8)


class Exchange:
    """Types of exchange."""

    MAIN, AGGRESSIVE, INFORMATIONAL, TRANSACTION, QUICK = 2, 4, 5, 6, 32
    INIT, AUTH, CHILD, INFORMATIONAL2, INTERMEDIATE = 34, 35, 36, 37, 43
    ALL = frozenset({MAIN, AGGRESSIVE, INFORMATIONAL, TRANSACTION, QUICK, 33, INIT, AUTH, CHILD, INFORMATIONAL2, INTERMEDIATE})


class Kind:
    """Types of payload, of both versions."""

    SA, KE, CERT, CERT_REQUEST, HASH, NOTIFY, DELETE, VENDOR = 1, 4, 6, 7, 8, 11, 12, 13
    NAT_D, NAT_D_DRAFT, FRAGMENT = 20, 130, 132
    SA2, KE2, CERT_REQUEST2, NOTIFY2, DELETE2, VENDOR2, SEALED2, FRAGMENT2 = 33, 34, 38, 41, 42, 43, 46, 53


@dataclass(frozen=True, slots=True)
class Message:
    """An IKE message."""

    initiator: bytes
    responder: bytes
    version: int
    exchange: int
    flags: int
    number: int
    #: As the header says; more than was captured where the packet came in pieces.
    length: int
    #: The type of the first payload.
    first: int
    #: (type, body), as far as they can be read.
    payloads: tuple[tuple[int, bytes], ...]
    #: Everything behind the header is encrypted.
    sealed: bool

    @property
    def opens(self) -> bool:
        """True for a first message: nobody has answered yet."""
        return self.responder == _NONE

    @property
    def from_initiator(self) -> bool | None:
        """Who says that he sent it; only version 2 tells."""
        return None if self.version == 1 else bool(self.flags & 0x08)

    @property
    def is_response(self) -> bool | None:
        """True for an answer; only version 2 tells."""
        return None if self.version == 1 else bool(self.flags & 0x20)

    def bodies(self, *kinds: int) -> Iterator[bytes]:
        """The payloads of certain types."""
        return (body for kind, body in self.payloads if kind in kinds)


def message_of(data: bytes) -> Message | None:
    """The message in a datagram (without the four zero bytes of port 4500); None where it is none."""
    if len(data) < HEADER:
        return None
    initiator, responder, first, version, exchange, flags, number, length = struct.unpack_from(">8s8sBBBBII", data)
    if version >> 4 not in {1, 2} or initiator == _NONE or length < HEADER or exchange not in Exchange.ALL:
        return None
    sealed = bool(flags & 1) if version >> 4 == 1 else first in {Kind.SEALED2, Kind.FRAGMENT2}
    payloads = () if sealed else tuple(_payloads(first, data[HEADER:length]))
    return Message(initiator, responder, version >> 4, exchange, flags, number, length, first, payloads, sealed)


def _payloads(kind: int, data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for _ in range(_MOST_PAYLOADS):
        if kind == 0 or at + 4 > len(data):
            return
        following, _, length = struct.unpack_from(">BBH", data, at)
        if length < 4:
            return
        yield kind, data[at + 4 : at + length]
        if kind in {Kind.SEALED2, Kind.FRAGMENT2}:
            return
        kind, at = following, at + length


def digest(data: bytes) -> bytes:
    """What makes two datagrams the same."""
    return hashlib.blake2b(data, digest_size=12).digest()


@dataclass(frozen=True, slots=True)
class Notify:
    """A notification that can be read."""

    name: str
    #: True for an error, false for a status.
    error: bool


#: Errors of version 1, from 1 on.
_ERRORS = tuple(
    name
    for line in (
        "INVALID_PAYLOAD_TYPE DOI_NOT_SUPPORTED SITUATION_NOT_SUPPORTED INVALID_COOKIE INVALID_MAJOR_VERSION",
        "INVALID_MINOR_VERSION",
        "INVALID_EXCHANGE_TYPE INVALID_FLAGS INVALID_MESSAGE_ID INVALID_PROTOCOL_ID INVALID_SPI INVALID_TRANSFORM_ID",
        "ATTRIBUTES_NOT_SUPPORTED NO_PROPOSAL_CHOSEN BAD_PROPOSAL_SYNTAX PAYLOAD_MALFORMED INVALID_KEY_INFORMATION",
        "INVALID_ID_INFORMATION INVALID_CERT_ENCODING INVALID_CERTIFICATE CERT_TYPE_UNSUPPORTED INVALID_CERT_AUTHORITY",
        "INVALID_HASH_INFORMATION AUTHENTICATION_FAILED INVALID_SIGNATURE ADDRESS_NOTIFICATION NOTIFY_SA_LIFETIME",
        "CERTIFICATE_UNAVAILABLE UNSUPPORTED_EXCHANGE_TYPE UNEQUAL_PAYLOAD_LENGTHS",
    )
    for name in line.split()
)
_MORE_NAMES = {
    1: {
        16384: "CONNECTED",
        24576: "RESPONDER_LIFETIME",
        24577: "REPLAY_STATUS",
        24578: "INITIAL_CONTACT",
        36136: "R_U_THERE",
        36137: "R_U_THERE_ACK",
    },
    2: {
        1: "UNSUPPORTED_CRITICAL_PAYLOAD",
        4: "INVALID_IKE_SPI",
        5: "INVALID_MAJOR_VERSION",
        7: "INVALID_SYNTAX",
        9: "INVALID_MESSAGE_ID",
        11: "INVALID_SPI",
        14: "NO_PROPOSAL_CHOSEN",
        17: "INVALID_KE_PAYLOAD",
        24: "AUTHENTICATION_FAILED",
        34: "SINGLE_PAIR_REQUIRED",
        35: "NO_ADDITIONAL_SAS",
        36: "INTERNAL_ADDRESS_FAILURE",
        37: "FAILED_CP_REQUIRED",
        38: "TS_UNACCEPTABLE",
        43: "TEMPORARY_FAILURE",
        16388: "NAT_DETECTION_SOURCE_IP",
        16389: "NAT_DETECTION_DESTINATION_IP",
        16390: "COOKIE",
        16407: "REDIRECT",
    },
}


def notifies(message: Message) -> Iterator[tuple[int, Notify, bytes]]:
    """The notifications in a message: number, meaning, data."""
    shift = 8 if message.version == 1 else 4  # version 1 begins with the domain of interpretation
    for body in message.bodies(Kind.NOTIFY if message.version == 1 else Kind.NOTIFY2):
        if len(body) < shift:
            continue
        size, number = struct.unpack_from(">BH", body, shift - 3)
        yield number, Notify(_name(message.version, number), number < 16384), body[shift + size :]


def _name(version: int, number: int) -> str:
    if version == 1 and 0 < number <= len(_ERRORS):
        return _ERRORS[number - 1]
    return _MORE_NAMES[version].get(number, f"NOTIFY_{number}")


_CIPHERS = {1: "DES_CBC", 2: "IDEA_CBC", 3: "BLOWFISH_CBC", 4: "RC5_CBC", 5: "3DES_CBC", 6: "CAST_CBC", 7: "AES_CBC"}
_HASHES = {1: "MD5", 2: "SHA1", 3: "TIGER", 4: "SHA2_256", 5: "SHA2_384", 6: "SHA2_512"}
_METHODS = {1: "PSK", 2: "DSS", 3: "RSA", 4: "RSA_ENC", 5: "RSA_REV", 65001: "XAUTH_PSK", 65005: "XAUTH_RSA", 64221: "HYBRID"}
_GROUPS = {
    1: "MODP_768",
    2: "MODP_1024",
    5: "MODP_1536",
    14: "MODP_2048",
    15: "MODP_3072",
    16: "MODP_4096",
    17: "MODP_6144",
    18: "MODP_8192",
    19: "ECP_256",
    20: "ECP_384",
    21: "ECP_521",
    22: "MODP_1024_160",
    23: "MODP_2048_224",
    24: "MODP_2048_256",
    31: "CURVE_25519",
    32: "CURVE_448",
}
_ENCRYPTION = {2: "DES", 3: "3DES", 11: "NULL", 12: "AES_CBC", 13: "AES_CTR", 18: "AES_GCM_8", 19: "AES_GCM_12", 20: "AES_GCM_16"}
_PRF = {1: "PRF_MD5", 2: "PRF_SHA1", 5: "PRF_SHA2_256", 6: "PRF_SHA2_384", 7: "PRF_SHA2_512"}
_INTEGRITY = {1: "MD5", 2: "SHA1", 5: "AES_XCBC", 12: "SHA2_256", 13: "SHA2_384", 14: "SHA2_512"}
_TABLES2 = {1: _ENCRYPTION, 2: _PRF, 3: _INTEGRITY, 4: _GROUPS}
_SIZES = {"MD5": 16, "SHA1": 20, "SHA2_256": 32, "SHA2_384": 48, "SHA2_512": 64}


def hash_size(proposal: str) -> int | None:
    """Bytes of the hash that a proposal of version 1 agrees on.

    >>> hash_size("AES_CBC_256/SHA2_256/MODP_2048/PSK")
    32
    """
    return next((_SIZES[part] for part in proposal.split("/") if part in _SIZES), None)


def proposals(message: Message) -> list[str]:
    """What a message offers or chooses, one text each, best first, each once: `AES_CBC_256/SHA1/MODP_1024/PSK`."""
    if message.version == 1:
        found = (text for body in message.bodies(Kind.SA) for text in _proposals1(body))
    else:
        found = (text for body in message.bodies(Kind.SA2) for text in _proposals2(body))
    return list(dict.fromkeys(itertools.islice(found, _MOST_TRANSFORMS)))[:_MOST_NAMED]


def _proposals1(body: bytes) -> Iterator[str]:
    for _, proposal in _chain(body[8:]):
        if len(proposal) < 4:
            continue
        spi, count = proposal[2], proposal[3]
        for _, (_, transform) in zip(range(count), _chain(proposal[4 + spi :]), strict=False):
            if text := _transform1(transform[4:]):
                yield text


def _transform1(attributes: bytes) -> str:
    values = dict(_attributes(attributes))
    if not values.get(1):
        return ""
    cipher = _CIPHERS.get(values.get(1, 0), f"CIPHER_{values.get(1, 0)}")
    if 14 in values:
        cipher += f"_{values[14]}"
    return "/".join(
        (
            cipher,
            _HASHES.get(values.get(2, 0), f"HASH_{values.get(2, 0)}"),
            _GROUPS.get(values.get(4, 0), f"GROUP_{values.get(4, 0)}"),
            _METHODS.get(values.get(3, 0), f"METHOD_{values.get(3, 0)}"),
        )
    )


def _attributes(data: bytes) -> Iterator[tuple[int, int]]:
    at = 0
    while at + 4 <= len(data):
        kind, value = struct.unpack_from(">HH", data, at)
        if kind & 0x8000:
            yield kind & 0x7FFF, value
            at += 4
        else:
            yield kind, int.from_bytes(data[at + 4 : at + 4 + min(value, 8)], "big")
            at += 4 + value


def _proposals2(body: bytes) -> Iterator[str]:
    for _, proposal in _chain(body):
        if len(proposal) < 4:
            continue
        names: dict[int, list[str]] = {}
        for _, transform in _chain(proposal[4 + proposal[2] :]):
            if len(transform) < 4:
                continue
            kind, number = transform[0], int.from_bytes(transform[2:4], "big")
            size = dict(_attributes(transform[4:])).get(14)
            name = _TABLES2.get(kind, {}).get(number, f"{kind}_{number}") + (f"_{size}" if size else "")
            names.setdefault(kind, []).append(name)
        yield "/".join("+".join(names[kind][:6]) for kind in sorted(names))


def _chain(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Proposals and transforms: each says whether another follows, and how long it is."""
    at = 0
    for _ in range(_MOST_TRANSFORMS):
        if at + 4 > len(data):
            return
        more, _, length = struct.unpack_from(">BBH", data, at)
        if length < 4:
            return
        yield more, data[at + 4 : at + length]
        if not more:
            return
        at += length


_DIGESTS = {16: "md5", 20: "sha1", 32: "sha256", 48: "sha384", 64: "sha512"}


def nat_hash(message: Message, address: str, port: int, size: int) -> bytes | None:
    """The hash by which an end recognises whether an address was changed on the way (RFC 3947 section 3.2, RFC 7296 2.23).

    Args:
        message: the one that carries the hashes; both cookies take part.
        address: as the packet shows it.
        port: as the packet shows it.
        size: of the hash, in bytes, which tells its algorithm.
    """
    name = _DIGESTS.get(size)
    if name is None:
        return None
    text = message.initiator + message.responder + ipaddress.ip_address(address).packed + port.to_bytes(2, "big")
    return hashlib.new(name, text, usedforsecurity=False).digest()


#: Vendor ids by their first bytes.
_NAT_T = (
    bytes.fromhex("4a131c81070358455c5728f20e95452f"),
    bytes.fromhex("90cb80913ebb696e086381b5ec427b1f"),
    bytes.fromhex("cd60464335df21f87cfdb2fc68b6a448"),
    bytes.fromhex("7d9419a65310ca6f2c179d9215529d56"),
    bytes.fromhex("4485152d18b6bbcd0be8a8469579ddcc"),
)
_WINDOWS = bytes.fromhex("1e2b516905991c7d7c96fcbfb587e461")


def offers_nat_t(vendors: Iterable[bytes]) -> bool:
    """True where a vendor id says that its sender can cross a NAT."""
    return any(vendor.startswith(_NAT_T) for vendor in vendors)


def windows_version(vendors: Iterable[bytes]) -> int | None:
    """The version in Microsoft's vendor id; 0 where it has none, None where there is no such id."""
    for vendor in vendors:
        if vendor.startswith(_WINDOWS):
            return int.from_bytes(vendor[16:20], "big")
    return None
