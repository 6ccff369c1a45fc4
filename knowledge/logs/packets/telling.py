"""What was seen on the wire, as lines of text: the form in which a capture goes on to signatures, redaction and people.

2026-11-23T20:28:52.120000+00:00 capture: packet 6 (client, c325fe80) 192.0.2.7 <- 198.51.100.10 received IKEv1 notify …

Whose wire it is shows only late: packets that were sent here still have the number of hops with which all systems begin. So
lines are kept, few and short, and written at the end.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from knowledge.logs.packets.layers import Packet
from knowledge.terms import Side

__all__ = ["Pair", "Telling", "Told", "stamp"]

#: Lines told of one capture, from its beginning and from its end; what stands between them is only counted.
_FIRST, _LAST = 1_500, 3_500
#: Addresses of which hops are remembered.
_MOST = 10_000
#: Hops with which systems send.
_FRESH = frozenset({64, 128, 255})

#: The initiator's address and the responder's.
Pair = tuple[str, str]


@dataclass(slots=True)
class Told:
    """One line in the making."""

    packet: Packet
    pair: Pair
    #: True from the initiator to the responder, None for a conclusion.
    outward: bool | None
    #: `@initiator` and `@responder` become `local` and `peer`. A function gets whether this is the initiator's wire.
    text: str | Callable[[bool], str]
    thread: str | None = None
    #: Which kind of line: the program of its format.
    program: str = "capture"
    #: Told on that side only.
    only: Side | None = None


@dataclass(slots=True)
class Telling:
    """The lines of a capture."""

    first: list[Told] = field(default_factory=list)
    last: deque[Told] = field(default_factory=lambda: deque(maxlen=_LAST))
    dropped: int = 0
    _fresh: Counter[str] = field(default_factory=Counter)
    _travelled: Counter[str] = field(default_factory=Counter)

    def tell(self, told: Told) -> Told:
        """Add a line; it may still be changed until all are written."""
        if len(self.first) < _FIRST:
            self.first.append(told)
        else:
            self.dropped += len(self.last) == _LAST
            self.last.append(told)
        return told

    def hops(self, packet: Packet) -> None:
        """Learn from a packet who sends from here."""
        if len(self._fresh) + len(self._travelled) < _MOST:
            (self._fresh if packet.ttl in _FRESH else self._travelled)[packet.source] += 1

    def side(self, pair: Pair) -> Side:
        """Whose wire it is, as far as this pair shows; a client's where nothing does."""
        initiator, responder = pair
        here = self._fresh[responder] > 2 * self._travelled[responder]
        there = self._travelled[initiator] > 2 * self._fresh[initiator]
        return Side.SERVER if here and there else Side.CLIENT

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines, each with its packet's number."""
        sides: dict[Pair, Side] = {}
        for told in (*self.first, *self.last):
            side = sides.setdefault(told.pair, self.side(told.pair))
            if told.only is None or told.only is side:
                yield told.packet.number, _line(told, side)


def stamp(at: int | None) -> str:
    """Microseconds since 1970 as a clock with its zone; empty where there is none."""
    if at is None or not 0 <= at < 1 << 53:
        return ""
    try:
        return (datetime.fromtimestamp(0, UTC) + timedelta(microseconds=at)).isoformat(timespec="microseconds") + " "
    except OverflowError:
        return ""


def _line(told: Told, side: Side) -> str:
    is_client = side is Side.CLIENT
    local, peer = told.pair if is_client else told.pair[::-1]
    text = told.text if isinstance(told.text, str) else told.text(is_client)
    text = text.replace("@initiator", "local" if is_client else "peer").replace("@responder", "peer" if is_client else "local")
    arrow, verb = "<->", ""
    if told.outward is not None:
        arrow, verb = ("->", "sent ") if told.outward is is_client else ("<-", "received ")
    who = f"{side}, {told.thread}" if told.thread else side
    return f"{stamp(told.packet.at)}{told.program}: packet {told.packet.number} ({who}) {local} {arrow} {peer} {verb}{text}"
