"""L2TP in the clear (RFC 2661): control messages with their results, and the PPP inside."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from knowledge.logs.packets.ike import digest
from knowledge.logs.packets.layers import Packet
from knowledge.logs.packets.ppp import Link
from knowledge.logs.packets.telling import Pair, Telling, Told
from knowledge.terms import Side

__all__ = ["Tunnel", "is_request"]

_NAMES = {
    1: "SCCRQ",
    2: "SCCRP",
    3: "SCCCN",
    4: "StopCCN",
    6: "HELLO",
    7: "OCRQ",
    8: "OCRP",
    9: "OCCN",
    10: "ICRQ",
    11: "ICRP",
    12: "ICCN",
    14: "CDN",
    15: "WEN",
    16: "SLI",
}
_SECOND = 1_000_000
#: Messages that are remembered, repetitions and lines that are told, of one tunnel.
_MOST_KNOWN, _MOST_AGAIN, _MOST_LINES = 400, 40, 400
#: From so many tries on, without any answer, a tunnel counts as given up.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class _Control:
    name: str
    #: Result, error and words of a refusal.
    result: int | None = None
    error: int | None = None
    words: str = ""


@dataclass(slots=True)
class Tunnel:
    """An L2TP tunnel between two addresses. `pair` is who asked for it, and whom."""

    pair: Pair
    telling: Telling
    thread: str | None = None
    _known: set[tuple[bool, bytes]] = field(default_factory=set)
    _first: Packet | None = None
    _last: Packet | None = None
    _asked: int = 0
    _answered: bool = False
    _again: int = 0
    _lines: int = 0
    _links: dict[bool, Link] = field(default_factory=dict)
    _link: Link = field(default_factory=Link)

    def hear(self, packet: Packet) -> None:
        """Take a packet of this tunnel in."""
        outward = packet.source == self.pair[0]
        if not outward and packet.source != self.pair[1]:
            return
        self._answered = self._answered or not outward
        flags = int.from_bytes(packet.data[:2], "big")
        if flags & 0x000F != 2:
            return
        if not flags & 0x8000:
            self._data(packet, flags, outward=outward)
            return
        control = _control(packet.data)
        if control is None:
            return
        if control.name == "SCCRQ" and outward:
            self._asked += 1
            self._first, self._last = self._first or packet, packet
        key = (outward, digest(packet.data))
        if key in self._known:
            self._again += 1
            if self._again <= _MOST_AGAIN:
                self._tell(packet, f"again L2TP {control.name}", outward=outward)
            return
        if len(self._known) < _MOST_KNOWN:
            self._known.add(key)
        self._tell(packet, _text(control), outward=outward)

    def close(self) -> None:
        """No more is heard of it."""
        if self._answered or self._asked < _TRIES or self._last is None or self._first is None:
            return
        seconds = ((self._last.at or 0) - (self._first.at or 0)) // _SECOND
        text = f"gave up L2TP SCCRQ after {self._asked} tries in {seconds} s"
        self._tell(self._last, text, outward=None, only=Side.CLIENT)

    def _tell(self, packet: Packet, text: str, *, outward: bool | None, only: Side | None = None) -> None:
        self._lines += 1
        if self._lines <= _MOST_LINES:
            told = Told(
                packet=packet, pair=self.pair, outward=outward, text=text, thread=self.thread, program="capture-ppp", only=only
            )
            self.telling.tell(told)

    def _data(self, packet: Packet, flags: int, *, outward: bool) -> None:
        at = 2 + (2 if flags & 0x4000 else 0) + 4 + (4 if flags & 0x0800 else 0)
        if flags & 0x0200:
            at += 2 + int.from_bytes(packet.data[at : at + 2], "big")
        for text in self._link.hear(packet.data[at:], outward=outward):
            self._tell(packet, text, outward=None if text.startswith("PPP: ") else outward)


def is_request(data: bytes) -> bool:
    """True for the message with which a tunnel is asked for."""
    control = _control(data)
    return control is not None and control.name == "SCCRQ"


def _control(data: bytes) -> _Control | None:
    """A control message; None for an acknowledgement, and for what is no L2TP."""
    if len(data) < 12 or data[0] & 0xC8 != 0xC8 or data[1] & 0x0F != 2:
        return None
    name, result, error, words = "", None, None, ""
    for kind, value in _pairs(data[12 : int.from_bytes(data[2:4], "big")]):
        if kind == 0 and len(value) == 2:
            name = _NAMES.get(int.from_bytes(value, "big"), "message")
        elif kind == 1 and len(value) >= 2:
            result = int.from_bytes(value[:2], "big")
            error = int.from_bytes(value[2:4], "big") if len(value) >= 4 else None
            words = "".join(c if " " <= c <= "~" and c not in '"[]' else " " for c in value[4:84].decode("latin-1")).strip()
    return _Control(name, result, error, words) if name else None


def _pairs(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The attributes of the standard, those that are not hidden."""
    at = 0
    for _ in range(64):
        if at + 6 > len(data):
            return
        bits, vendor, kind = struct.unpack_from(">HHH", data, at)
        length = bits & 0x03FF
        if length < 6:
            return
        if vendor == 0 and not bits & 0x4000:
            yield kind, data[at + 6 : at + length]
        at += length


def _text(control: _Control) -> str:
    text = f"L2TP {control.name}"
    if control.result is not None:
        text += f", result {control.result}"
        if control.error is not None:
            text += f", error {control.error}"
        if control.words:
            text += f' "{control.words}"'
    return text
