"""DNS as far as it keeps a VPN from starting: a name that nobody could resolve, asked for by a machine that then did nothing."""

from __future__ import annotations

from dataclasses import dataclass

import dpkt  # type: ignore[import-untyped]

from knowledge.logs.packets.layers import Packet
from knowledge.logs.packets.telling import Telling, Told

__all__ = ["Names"]

_A, _AAAA = 1, 28
_RCODES = {1: "format error", 2: "server failure", 3: "no such name", 5: "refused"}
#: Names that are followed.
_MOST = 2_000
#: Names that are told.
_MOST_TOLD = 5
#: What machines ask for by themselves, whatever their owner wants.
_NOISE = (".local", ".arpa", ".lan", ".home", ".internal", ".localdomain")
_ALONE = frozenset({"wpad", "isatap", "localhost"})


@dataclass(slots=True)
class _Name:
    packet: Packet
    asked: int = 0
    resolved: bool = False
    refusal: str = ""
    last: Packet | None = None


class Names:
    """The questions of a capture and their answers."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._names: dict[tuple[str, str], _Name] = {}

    def hear(self, packet: Packet) -> None:
        """Take a datagram of DNS in."""
        try:
            message = dpkt.dns.DNS(packet.data)
        except (dpkt.UnpackError, IndexError, ValueError, RecursionError):
            return
        if not message.qd or message.qd[0].type not in {_A, _AAAA}:
            return
        name = _plain(message.qd[0].name)
        if not name or name.endswith(_NOISE) or name in _ALONE or "_" in name:
            return
        if message.qr:
            known = self._names.get((packet.target, name))
            if known is not None:
                known.last = packet
                known.resolved = known.resolved or any(answer.type in {_A, _AAAA} for answer in message.an)
                known.refusal = _RCODES.get(message.rcode, known.refusal)
            return
        key = (packet.source, name)
        if key not in self._names and len(self._names) < _MOST:
            self._names[key] = _Name(packet)
        if key in self._names:
            self._names[key].asked += 1
            self._names[key].last = packet

    def end(self, *, is_vpn: bool) -> None:
        """The capture is over. Where a VPN was begun after all, its name was found."""
        if is_vpn:
            return
        failed = [(name, known) for (_, name), known in self._names.items() if not known.resolved]
        for name, known in failed[:_MOST_TOLD]:
            packet = known.last or known.packet
            pair = (known.packet.source, known.packet.target)
            if known.refusal:
                text = f"DNS: {known.refusal} for the name {name}"
            elif known.asked >= 2:
                text = f"DNS: no answer to {known.asked} questions for the name {name}"
            else:
                continue
            self._telling.tell(Told(packet=packet, pair=pair, outward=None, text=text))


def _plain(name: str) -> str:
    return "".join(character for character in name[:200] if character.isalnum() or character in ".-_").strip(".").lower()
