"""All packets of a capture to what they tell together: IKE, ESP, L2TP, ICMP and DNS, by who talks with whom."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from knowledge.logs.packets.exchange import Association
from knowledge.logs.packets.ike import message_of
from knowledge.logs.packets.l2tp import Tunnel, is_request
from knowledge.logs.packets.layers import ESP, ICMP, ICMP6, TCP, UDP, Packet, quoted
from knowledge.logs.packets.names import Names
from knowledge.logs.packets.shapes import MOST_SEALED, Sealed, repeats, was_brief
from knowledge.logs.packets.telling import Pair, Telling, Told

__all__ = ["Story"]

_SECOND = 1_000_000
#: Connections that are followed at once; the oldest gives way.
_MOST = 512
#: Lines about ICMP that are told, of each kind and pair.
_MOST_ICMP = 3
#: From so many packets of ESP on, over so many seconds, silence means something.
_ESP_PACKETS, _ESP_SPAN, _ESP_TAIL = 3, 5 * _SECOND, 20 * _SECOND

_ICMP4 = {
    **{(3, code): "net" for code in (0, 6, 11)},
    **{(3, code): "host" for code in (1, 5, 7, 8, 12)},
    **{(3, code): "admin" for code in (9, 10, 13, 14, 15)},
    (3, 2): "protocol",
    (3, 3): "port",
    (3, 4): "too-large",
    (11, 0): "hops",
    (11, 1): "reassembly",
}
_ICMP6 = {
    (1, 0): "net",
    (1, 1): "admin",
    (1, 3): "host",
    (1, 4): "port",
    (1, 5): "admin",
    (1, 6): "net",
    (2, 0): "too-large",
    (3, 0): "hops",
    (3, 1): "reassembly",
}
_VPN_PORTS = frozenset({500, 1701, 4500})
_OTHERS = {1723: "PPTP", 1194: "OpenVPN", 51820: "WireGuard"}


@dataclass(slots=True)
class _Flow:
    """ESP between two ends."""

    pair: Pair
    packets: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    octets: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    first: dict[bool, Packet] = field(default_factory=dict)
    last: dict[bool, Packet] = field(default_factory=dict)
    #: The packets of one end since the other was heard last.
    run: list[Packet] = field(default_factory=list)
    running: bool = True
    length: int = 0
    #: The first packets, from both ends.
    sealed: list[Sealed] = field(default_factory=list)


class Story:
    """Follows the packets, one after another."""

    def __init__(self) -> None:
        self.telling = Telling()
        self.packets = 0
        self._associations: OrderedDict[bytes, Association] = OrderedDict()
        #: The latest SA of two ends, whoever began it.
        self._latest: OrderedDict[Pair, Association] = OrderedDict()
        self._flows: OrderedDict[Pair, _Flow] = OrderedDict()
        self._tunnels: OrderedDict[Pair, Tunnel] = OrderedDict()
        self._names = Names(self.telling)
        self._icmp: dict[tuple[str, str, str], int] = {}
        self._others: dict[str, tuple[Packet, set[str]]] = {}
        self._now: int | None = None
        #: When the last packet of a VPN came.
        self._heard: int | None = None

    def hear(self, packet: Packet) -> None:
        """Take the next packet in."""
        self._now = packet.at if packet.at is not None else self._now
        if packet.protocol in {ICMP, ICMP6}:
            self._complaint(packet)
            return
        if packet.later:
            return
        if packet.protocol == ESP:
            self._esp(packet, packet.data)
        elif packet.protocol == UDP:
            self._datagram(packet)
        elif packet.protocol == TCP and 1723 in {packet.source_port, packet.target_port}:
            self._other(1723, packet)

    def end(self, last: int | None = None) -> None:
        """The capture is over: what was never answered, and what only a whole capture shows, is told.

        Args:
            last: when the last frame came, of whatever kind.
        """
        for flow in self._flows.values():
            self._close_flow(flow, last)
        for association in self._associations.values():
            association.close(self._now, over=False)
        for association in self._latest.values():
            if self._heard is not None and last is not None and last > self._heard and not self._flows:
                association.unused(last)
        for tunnel in self._tunnels.values():
            tunnel.close()
        is_vpn = bool(self._associations or self._flows or self._tunnels)
        self._names.end(is_vpn=is_vpn)
        if not is_vpn:
            for name, (packet, senders) in self._others.items():
                if len(senders) >= 2 or name == "PPTP":
                    pair = (packet.source, packet.target)
                    self.telling.tell(Told(packet=packet, pair=pair, outward=None, text=f"another kind of VPN: {name}"))

    def _count(self, packet: Packet) -> None:
        self.packets += 1
        self._heard = packet.at if packet.at is not None else self._heard
        self.telling.hops(packet)

    # UDP

    def _datagram(self, packet: Packet) -> None:
        ports = {packet.source_port, packet.target_port}
        if 53 in ports:
            self._names.hear(packet)
            return
        if 1701 in ports:
            self._count(packet)
            self._tunnel(packet)
            return
        data = packet.data
        if 4500 in ports:
            if data[:4] != bytes(4):
                if len(data) >= 16:
                    self._esp(packet, data)
                return
            data = data[4:]
        elif 500 not in ports:
            for port in ports & _OTHERS.keys():
                self._other(port, packet)
            return
        self._ike(packet, data)

    def _ike(self, packet: Packet, data: bytes) -> None:
        message = message_of(data)
        if message is None:
            return
        self._count(packet)
        known = self._associations.get(message.initiator)
        if known is None:
            known = self._begin(packet, message.initiator, message.version, opens=message.opens)
        known.hear(message, packet, data)

    def _begin(self, packet: Packet, cookie: bytes, version: int, *, opens: bool) -> Association:
        pair = (packet.source, packet.target)
        before = self._latest.get(pair) or self._latest.get(pair[::-1])
        if not opens and before is not None:
            pair = before.pair
        if before is not None and not before.established:
            before.close(self._now, over=True)
        made = Association(pair=pair, telling=self.telling, thread=cookie.hex()[:8], version=version)
        _put(self._associations, cookie, made)
        _put(self._latest, pair, made)
        return made

    def _tunnel(self, packet: Packet) -> None:
        pair = (packet.source, packet.target)
        tunnel = self._tunnels.get(pair) or self._tunnels.get(pair[::-1])
        if tunnel is None:
            known = self._known(pair)
            if known is not None and not is_request(packet.data) and (pair in self._flows or pair[::-1] in self._flows):
                return  # what is left of a connection whose IPsec was taken away first
            if not is_request(packet.data) and known is not None:
                pair = known.pair
            tunnel = Tunnel(pair=pair, telling=self.telling, thread=known.thread if known else None)
            _put(self._tunnels, pair, tunnel)
            if known is None and is_request(packet.data):
                text = "L2TP without IPsec around it"
                self.telling.tell(Told(packet=packet, pair=pair, outward=True, text=text, program="capture-ppp"))
        tunnel.hear(packet)

    def _known(self, pair: Pair) -> Association | None:
        return self._latest.get(pair) or self._latest.get(pair[::-1])

    def _other(self, port: int, packet: Packet) -> None:
        known = self._others.setdefault(_OTHERS[port], (packet, set()))
        if len(known[1]) < _MOST:
            known[1].add(packet.source)

    # ESP

    def _esp(self, packet: Packet, data: bytes) -> None:
        if len(data) < 8:
            return
        self._count(packet)
        pair = (packet.source, packet.target)
        association = self._known(pair)
        flow = self._flows.get(pair) or self._flows.get(pair[::-1])
        if flow is None:
            flow = _Flow(association.pair if association else pair)
            _put(self._flows, flow.pair, flow)
        outward = packet.source == flow.pair[0]
        if outward not in flow.first:
            flow.first[outward] = packet
            wrap = "udp" if packet.protocol == UDP else "ip"
            self._tell_esp(flow, packet, f"ESP for the first time, in {wrap}", outward=outward)
            if association is not None:
                association.has_esp = association.established = True
        flow.last[outward] = packet
        flow.packets[outward] += 1
        flow.octets[outward] += packet.size
        if flow.running is not outward:
            flow.running, flow.run, flow.length = outward, [], 0
        flow.length += 1
        flow.run = [*flow.run[:1], packet]
        if len(flow.sealed) < MOST_SEALED and packet.at is not None:
            flow.sealed.append(Sealed(at=packet.at, outward=outward, size=packet.size))

    def _tell_esp(self, flow: _Flow, packet: Packet, text: str, *, outward: bool | None) -> None:
        association = self._known(flow.pair)
        thread = association.thread if association else None
        self.telling.tell(Told(packet=packet, pair=flow.pair, outward=outward, text=text, thread=thread))

    def _close_flow(self, flow: _Flow, ended: int | None) -> None:
        packet = max(flow.last.values(), key=lambda last: last.number)
        silent = next((side for side, count in flow.packets.items() if count == 0), None)
        span = _span(flow.run)
        if silent is not None:
            if flow.length >= _ESP_PACKETS and span >= _ESP_SPAN:
                who, other = ("responder", "initiator") if silent is False else ("initiator", "responder")
                text = f"ESP one way: {flow.length} packets from @{other} in {span // _SECOND} s, none from @{who}"
                self._tell_esp(flow, packet, text, outward=None)
            return
        own, theirs = flow.octets[True], flow.octets[False]
        told = Told(
            packet=packet,
            pair=flow.pair,
            outward=None,
            text=lambda client: f"ESP both ways: {own if client else theirs} bytes sent, {theirs if client else own} received",
            thread=thread.thread if (thread := self._known(flow.pair)) else None,
        )
        self.telling.tell(told)
        if (tries := repeats(flow.sealed)) is not None:
            who = "initiator" if tries.outward else "responder"
            text = f"ESP of one size every 3 s: {tries.count} times from @{who} in {tries.seconds} s, and nothing else"
            self._tell_esp(flow, packet, text, outward=None)
            return
        if ended is not None and len(flow.sealed) == sum(flow.packets.values()) and was_brief(flow.sealed, ended):
            self._tell_esp(flow, packet, f"ESP ended after {len(flow.sealed)} packets", outward=None)
            return
        self._lost(flow)
        if flow.length >= _ESP_PACKETS + 1 and span >= _ESP_TAIL:
            who = "responder" if flow.running else "initiator"
            text = f"ESP went silent: no answer from @{who} to the last {flow.length} packets in {span // _SECOND} s"
            self._tell_esp(flow, packet, text, outward=None)

    def _lost(self, flow: _Flow) -> None:
        """Who answered inside IPsec and then not even a new beginning of IKE was lost, not blocked."""
        again = self._known(flow.pair)
        heard = flow.last[False].at
        if again is None or not again.is_unanswered or heard is None or again.began is None or again.began.at is None:
            return
        if again.began.at > heard:
            seconds = (again.began.at - heard) // _SECOND
            self._tell_esp(
                flow, again.began, f"the peer was heard inside IPsec until {seconds} s before, and no more", outward=None
            )

    # ICMP

    def _complaint(self, packet: Packet) -> None:
        if len(packet.data) < 8:
            return
        table = _ICMP4 if packet.protocol == ICMP else _ICMP6
        kind = table.get((packet.data[0], packet.data[1]))
        about = quoted(packet) if kind is not None else None
        if kind is None or about is None:
            return
        if about.protocol == UDP and not about.later and _VPN_PORTS.isdisjoint({about.source_port, about.target_port}):
            return
        if about.protocol not in {UDP, ESP}:
            return
        known = self._known((about.source, about.target))
        if known is None and (about.later or about.target_port not in _VPN_PORTS):
            return
        pair = known.pair if known is not None else (about.source, about.target)
        outward = about.source == pair[0]  # what was refused went to the responder
        key = (kind, about.source, about.target)
        self._icmp[key] = self._icmp.get(key, 0) + 1
        if self._icmp[key] > _MOST_ICMP or len(self._icmp) > _MOST:
            return
        self.packets += 1
        what = "ESP" if about.protocol == ESP else f"UDP port {about.target_port}" if about.target_port else "a piece"
        size = f", at most {int.from_bytes(packet.data[4:8], 'big') & 0xFFFF} bytes" if kind == "too-large" else ""
        word = "refusal" if outward else "complaint"
        text = f"ICMP {word} {kind} about {what}{size}, from {packet.source}"
        self.telling.tell(
            Told(packet=packet, pair=pair, outward=not outward, text=text, thread=known.thread if known is not None else None)
        )


def _span(run: list[Packet]) -> int:
    """Microseconds from the first packet to the last."""
    return (run[-1].at or 0) - (run[0].at or 0) if run else 0


def _put(table: OrderedDict, key: object, value: object) -> None:  # type: ignore[type-arg]
    table[key] = value
    while len(table) > _MOST:
        table.popitem(last=False)
