"""PPP in the clear, said as pppd says it in its debug lines.

Passwords, challenges and responses are never taken out of a packet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Link"]

_PROTOCOLS = {0xC021: "LCP", 0xC023: "PAP", 0xC223: "CHAP", 0xC227: "EAP", 0x80FD: "CCP", 0x8021: "IPCP", 0x8057: "IPV6CP"}
_CODES = {1: "ConfReq", 2: "ConfAck", 3: "ConfNak", 4: "ConfRej", 5: "TermReq", 6: "TermAck", 7: "CodeRej", 8: "ProtRej"}
_PAP = {1: "AuthReq", 2: "AuthAck", 3: "AuthNak"}
_CHAP = {1: "Challenge", 2: "Response", 3: "Success", 4: "Failure"}
_EAP = {1: "Request", 2: "Response", 3: "Success", 4: "Failure"}
_EAP_TYPES = {1: "Identity", 3: "Nak", 4: "MD5", 13: "TLS", 25: "PEAP", 26: "MS-v2"}
_CHAP_KINDS = {5: "chap MD5", 0x80: "chap MS", 0x81: "chap MS-v2"}
_PACKING = {1: "bsd-or-other", 17: "lzs", 18: "mppe", 21: "bsd", 26: "deflate"}
#: Options of one packet; more is no PPP.
_MOST_OPTIONS = 32
_SPOKEN = re.compile(r"[^ -~]+")


@dataclass(slots=True)
class Link:
    """One PPP link: what its ends agreed on."""

    _acknowledged: dict[str, set[bool]] = field(default_factory=dict)
    _method: str = ""

    def hear(self, data: bytes, *, outward: bool) -> Iterator[str]:
        """The lines that a PPP frame is worth; one that begins with `PPP: ` is a conclusion.

        Args:
            data: the frame, from its address bytes or its protocol on.
            outward: from the end that began the tunnel.
        """
        if data[:2] == b"\xff\x03":
            data = data[2:]
        if len(data) < 6 or data[0] & 1:
            return
        number, data = int.from_bytes(data[:2], "big"), data[2:]
        protocol = _PROTOCOLS.get(number)
        if protocol is None:
            return
        code, length = data[0], int.from_bytes(data[2:4], "big")
        body = data[4:length]
        text = self._text(protocol, code, body, f"id={data[1]:#x}")
        if text:
            yield text
        if code == 2 and protocol in {"LCP", "IPCP", "CCP"}:
            sides = self._acknowledged.setdefault(protocol, set())
            sides.add(outward)
            if len(sides) == 2:
                sides.clear()
                yield self._open(protocol)

    def _open(self, protocol: str) -> str:
        if protocol == "LCP":
            return f"PPP: LCP is open, authentication {self._method or 'none'}"
        return f"PPP: {protocol} is open"

    def _text(self, protocol: str, code: int, body: bytes, name: str) -> str:
        asks = {"PAP": _pap, "CHAP": _chap, "EAP": _eap}.get(protocol)
        if asks is not None:
            return asks(code, body, name)
        if code not in _CODES:
            return ""  # echoes, and what no standard knows
        head = f"{protocol} {_CODES[code]} {name}"
        if code in {5, 6}:
            return f"[{head}{_quoted(body)}]"
        if code == 8:
            rejected = int.from_bytes(body[:2], "big")
            return f"[{head} {body[:2].hex(' ')} {_PROTOCOLS.get(rejected, '')}]"
        options = [text for kind, value in _options(body) if (text := self._option(protocol, code, kind, value))]
        return f"[{' '.join([head, *(options if code < 5 else ())])}]"

    def _option(self, protocol: str, code: int, kind: int, value: bytes) -> str:
        if protocol == "LCP":
            if kind == 3 and len(value) >= 2:
                method = _method(value)
                self._method = method if code == 2 else self._method
                return f"<auth {method}>"
            return f"<mru {int.from_bytes(value, 'big')}>" if kind == 1 and len(value) == 2 else ""
        if protocol == "CCP":
            if kind == 18 and len(value) == 4:
                return f"<mppe {_strengths(value[3]) or 'none'}>"
            return f"<{_PACKING.get(kind, f'type {kind}')}>"
        if protocol == "IPCP" and len(value) == 4:
            names = {3: "addr", 129: "ms-dns1", 130: "ms-wins1", 131: "ms-dns2", 132: "ms-wins2"}
            return f"<{names[kind]} {'.'.join(map(str, value))}>" if kind in names else ""
        return ""


def _options(body: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for _ in range(_MOST_OPTIONS):
        if at + 2 > len(body) or body[at + 1] < 2:
            return
        yield body[at], body[at + 2 : at + body[at + 1]]
        at += body[at + 1]


def _method(value: bytes) -> str:
    number = int.from_bytes(value[:2], "big")
    if number == 0xC223:
        return _CHAP_KINDS.get(value[2] if len(value) > 2 else 0, "chap")
    return {0xC023: "pap", 0xC227: "eap"}.get(number, f"{number:#x}")


def _strengths(bits: int) -> str:
    """Key lengths of RFC 3078."""
    return " ".join(name for bit, name in ((0x40, "128"), (0x80, "56"), (0x20, "40")) if bits & bit)


def _pap(code: int, body: bytes, name: str) -> str:
    if code not in _PAP:
        return ""
    size = body[0] if body else 0
    spoken = body[1 : 1 + size]
    if code == 1:
        return f'[PAP AuthReq {name} user="{_plain(spoken)}"]'
    return f"[PAP {_PAP[code]} {name}{_quoted(spoken)}]"


def _chap(code: int, body: bytes, name: str) -> str:
    if code not in _CHAP:
        return ""
    head = f"[CHAP {_CHAP[code]} {name}"
    if code in {1, 2}:
        size = body[0] if body else 0
        return f'{head} name = "{_plain(body[1 + size :])}"]'
    spoken = _plain(body)
    number = re.search(r"\bE=(\d{3})\b", spoken)
    if number:
        words = re.search(r"\bM=(.*)", spoken)
        return f"{head} E={number.group(1)}{_quoted(words.group(1).encode()) if words else ''}]"
    if code == 3:
        words = re.search(r"\bM=(.*)", spoken)
        return f"{head}{_quoted(words.group(1).encode()) if words else ''}]"
    return f"{head}{_quoted(body)}]"


def _eap(code: int, body: bytes, name: str) -> str:
    if code not in _EAP:
        return ""
    kind = f" {_EAP_TYPES.get(body[0], f'type {body[0]}')}" if code in {1, 2} and body else ""
    return f"[EAP {_EAP[code]} {name}{kind}]"


def _plain(text: bytes) -> str:
    """What can be printed of a text that a stranger wrote: without quotes, line ends and brackets."""
    return _SPOKEN.sub(" ", text[:120].decode("utf-8", "replace")).translate({34: 39, 91: 40, 93: 41}).strip()


def _quoted(text: bytes) -> str:
    spoken = _plain(text)
    return f' "{spoken}"' if spoken else ""
