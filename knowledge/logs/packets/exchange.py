"""One IKE SA as the wire shows it: which message was sent, which was answered, which was repeated until somebody gave up.

    main-1 ->            sealed from here on, so their names follow from who sends what when:
    <- main-2            main-5 ->
    main-3 ->            <- main-6
    <- main-4            quick-1 -> … <- quick-2 … quick-3 ->

What is encrypted has a sender, a size and a moment. A sealed notice in place of an answer is a refusal, whatever it says.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from knowledge.logs.packets.ike import (
    Exchange,
    Kind,
    Message,
    digest,
    hash_size,
    nat_hash,
    notifies,
    offers_nat_t,
    proposals,
    windows_version,
)
from knowledge.logs.packets.layers import Packet, is_private
from knowledge.logs.packets.telling import Pair, Telling, Told
from knowledge.terms import Side

__all__ = ["Association"]

#: Microseconds in a second.
SECOND = 1_000_000
#: From so many tries over so many seconds on, or after so long a silence, a message counts as given up.
_TRIES, _SPAN, _SILENCE = 4, 20 * SECOND, 30 * SECOND
#: How long after phase 2 a client has sent something, if its L2TP runs.
_UNUSED = 5 * SECOND
#: Datagrams that are remembered, repetitions and refusals that are told, of one SA.
_MOST_KNOWN, _MOST_AGAIN, _MOST_NOTICES = 400, 40, 3
#: An encrypted identity of this size, in bytes, can only hold a certificate.
_CERTIFICATE = 700
#: An answer of version 2 to the authentication that is smaller than this, in bytes, holds nothing but a refusal.
_REFUSAL = 140
_LAST = frozenset({"main-6", "quick-3", "aggressive-3"})


@dataclass(slots=True)
class _Waiting:
    """A message without its answer, so far."""

    name: str
    first: int | None
    packet: Packet
    times: int = 1

    @property
    def span(self) -> int:
        """Microseconds from the first try to the last."""
        return (self.packet.at or 0) - (self.first or 0)


@dataclass(slots=True)
class _Quick:
    """A phase 2 in the making."""

    outward: bool
    stage: int = 1


@dataclass(slots=True)
class _Notice:
    told: Told
    after: str
    size: int


@dataclass(slots=True)
class Association:
    """An IKE SA. `pair` is who began it, and with whom."""

    pair: Pair
    telling: Telling
    thread: str
    version: int
    established: bool = False
    #: Phase 2 was completed, or its packets were seen.
    has_esp: bool = False
    #: Its first message, and whether the responder ever said anything.
    began: Packet | None = None
    is_unanswered: bool = True
    #: The message that completed phase 2.
    _up: Packet | None = None
    _known: dict[tuple[bool, bytes], str] = field(default_factory=dict)
    _waiting: dict[bool, _Waiting] = field(default_factory=dict)
    _latest: dict[bool, str] = field(default_factory=dict)
    _quick: dict[int, _Quick] = field(default_factory=dict)
    _notices: list[_Notice] = field(default_factory=list)
    _pieces: dict[str, int] = field(default_factory=dict)
    _again: int = 0
    _proposal: str = ""
    _moved: bool = False
    _lagging: bool = False
    _nat_t: dict[bool, bool] = field(default_factory=dict)
    _behind: set[str] = field(default_factory=set)
    _compared: set[bool] = field(default_factory=set)
    _certificates: set[bool] = field(default_factory=set)
    _closed: bool = False

    def hear(self, message: Message, packet: Packet, data: bytes) -> None:
        """Take a message of this SA in."""
        outward = packet.source == self.pair[0]
        if not outward and packet.source != self.pair[1]:
            return  # the same message seen on the other side of a NAT
        self.began = self.began or packet
        self.is_unanswered = self.is_unanswered and outward
        key = (outward, digest(data))
        if (name := self._known.get(key)) is not None:
            self._repeated(name, packet, outward=outward)
            return
        name = self._name(message, outward=outward)
        if len(self._known) < _MOST_KNOWN:
            self._known[key] = name
        self._follow(packet, outward=outward)
        if name == "notice":
            self._notice(message, packet, outward=outward)
        elif message.first in {Kind.FRAGMENT, Kind.FRAGMENT2}:
            self._fragment(name, message, packet, outward=outward)
        elif name:
            self._said(name, message, packet, outward=outward)

    def close(self, now: int | None, *, over: bool) -> None:
        """No more is heard of it: what was never answered is told. `over`: another SA took its place."""
        if self._closed:
            return
        self._closed = True
        for notice in self._notices:
            self._settle(notice)
        for outward, waiting in self._waiting.items():
            silent = now is not None and waiting.packet.at is not None and now - waiting.packet.at >= _SILENCE
            enough = waiting.times >= _TRIES and waiting.span >= _SPAN
            if enough or (waiting.times >= 2 and (silent or over)):
                self._given_up(waiting, outward=outward)

    def unused(self, last: int) -> None:
        """Phase 2 came up, the capture went on with other things, and nothing of IPsec was in it."""
        if self._up is not None and self._up.at is not None and last - self._up.at >= _UNUSED:
            seconds = (last - self._up.at) // SECOND
            text = f"phase 2 is up, and no ESP was sent in {seconds} s"
            self._tell(self._up, text, outward=None, only=Side.CLIENT)

    def _given_up(self, waiting: _Waiting, *, outward: bool) -> None:
        seconds = waiting.span // SECOND
        tries = f"after {waiting.times} tries in {seconds} s"
        if outward:
            self._tell(waiting.packet, f"gave up IKE {waiting.name} {tries}", outward=None, only=Side.CLIENT)
        elif not waiting.name.startswith("quick"):
            self._tell(waiting.packet, f"waited in vain behind IKE {waiting.name}, {tries}", outward=None, only=Side.SERVER)

    def _tell(self, packet: Packet, text: str, *, outward: bool | None, only: Side | None = None) -> Told:
        return self.telling.tell(Told(packet=packet, pair=self.pair, outward=outward, text=text, thread=self.thread, only=only))

    # Names

    def _name(self, message: Message, *, outward: bool) -> str:
        """What a message is called; `notice` for an informational one, empty for what says nothing."""
        if message.version == 2:
            return self._name2(message)
        if message.exchange == Exchange.MAIN:
            place = self._place(message)
            return f"main-{place if outward else place + 1}"
        if message.exchange == Exchange.AGGRESSIVE:
            return "aggressive-2" if not outward else "aggressive-1" if message.opens else "aggressive-3"
        if message.exchange == Exchange.QUICK:
            return self._name_quick(message, outward=outward)
        return {Exchange.TRANSACTION: "transaction", Exchange.INFORMATIONAL: "notice"}.get(message.exchange, "")

    def _place(self, message: Message) -> int:
        if any(True for _ in message.bodies(Kind.SA)):
            return 1
        if message.first == Kind.FRAGMENT:
            return 5 if "main-4" in self._latest.values() or "main-5" in self._latest.values() else 3
        return 5 if message.sealed else 3

    def _name_quick(self, message: Message, *, outward: bool) -> str:
        quick = self._quick.get(message.number)
        if quick is None:
            if len(self._quick) < _MOST_KNOWN:
                self._quick[message.number] = _Quick(outward)
            return "quick-1"
        if outward is not quick.outward:
            quick.stage = max(quick.stage, 2)
            return "quick-2"
        if quick.stage >= 2:
            quick.stage, self.has_esp = 3, True
            return "quick-3"
        return "quick-1"

    @staticmethod
    def _name2(message: Message) -> str:
        name = {Exchange.INIT: "init", Exchange.AUTH: "auth", Exchange.CHILD: "child", Exchange.INTERMEDIATE: "intermediate"}
        if message.exchange not in name:
            return "notice"
        return f"{name[message.exchange]}-{2 if message.is_response else 1}"

    # Messages

    def _said(self, name: str, message: Message, packet: Packet, *, outward: bool) -> None:
        refusal = any(notify.error for _, notify, _ in notifies(message))
        if name in {"init-2", "child-2"} and refusal:
            self._notice(message, packet, outward=outward)
            self._waiting.pop(not outward, None)
            return
        self._latest[outward] = name
        self._waiting.pop(not outward, None)
        if name not in _LAST and not (self.version == 2 and message.is_response):
            self._waiting[outward] = _Waiting(name, packet.at, packet)
        if name.startswith(("quick", "transaction", "child")):
            self.established = True
        if name == "quick-3":
            self._up = packet
        self._tell(packet, self._text(name, message), outward=outward)
        self._details(name, message, packet, outward=outward)

    def _text(self, name: str, message: Message) -> str:
        text = f"IKEv{self.version} {name}"
        if name in {"main-1", "aggressive-1", "init-1"} and message.opens:
            offered = proposals(message)
            return f"{text} to begin" + (f", offers {', '.join(offered)}" if offered else "")
        if name in {"main-2", "aggressive-2", "init-2"}:
            chosen = proposals(message)[:1]
            self._proposal = "".join(chosen)
            return text + (f", chooses {chosen[0]}" if chosen else "")
        return f"{text}, {message.length} bytes"

    def _details(self, name: str, message: Message, packet: Packet, *, outward: bool) -> None:
        if name in {"main-1", "main-2", "aggressive-1", "aggressive-2"}:
            self._vendors(list(message.bodies(Kind.VENDOR)), packet, outward=outward)
        if any(True for _ in message.bodies(Kind.CERT_REQUEST)) and self.version == 1:
            self._tell(packet, "IKE request for a certificate", outward=outward)
        self._look_for_nat(name, message, packet, outward=outward)
        if name in {"main-5", "main-6"} and message.length >= _CERTIFICATE:
            self._certificate(message.length, packet, outward=outward)
        if name == "auth-2" and message.length < _REFUSAL:
            self._notices.append(_Notice(self._tell(packet, "", outward=outward), "auth-1", message.length))

    def _certificate(self, size: int, packet: Packet, *, outward: bool) -> None:
        if outward not in self._certificates and "PSK" not in self._proposal:
            self._certificates.add(outward)
            self._tell(packet, f"IKE identity with a certificate, by its {size} bytes", outward=outward)

    def _vendors(self, vendors: list[bytes], packet: Packet, *, outward: bool) -> None:
        self._nat_t[outward] = offers_nat_t(vendors)
        if self._nat_t[outward]:
            self._tell(packet, "IKE vendor id: NAT traversal", outward=outward)
        version = windows_version(vendors)
        if version is not None:
            self._tell(packet, f"IKE vendor id: Windows, version {version}", outward=outward)
        if len(self._nat_t) == 2 and is_private(self.pair[0]) is not is_private(self.pair[1]):
            lacking = next((who for who, asked in (("initiator", True), ("responder", False)) if not self._nat_t[asked]), None)
            if lacking is not None:
                text = f"a private address meets a public one, and NAT traversal is not offered by @{lacking}"
                self._tell(packet, text, outward=None)

    def _look_for_nat(self, name: str, message: Message, packet: Packet, *, outward: bool) -> None:
        """Compare the hashes of addresses that the ends sent each other with the addresses of the packets."""
        if self.version == 1:
            hashes = list(message.bodies(Kind.NAT_D, Kind.NAT_D_DRAFT))
            target, sources = hashes[:1], hashes[1:]
        else:
            told = [(number, data) for number, _, data in notifies(message)]
            target = [data for number, data in told if number == 16389]
            sources = [data for number, data in told if number == 16388]
        if not target or not sources:
            return
        sender, receiver = ("initiator", "responder") if outward else ("responder", "initiator")
        if nat_hash(message, packet.target, packet.target_port, len(target[0])) not in {target[0], None}:
            self._behind.add(receiver)
        if nat_hash(message, packet.source, packet.source_port, len(sources[0])) not in {*sources, None}:
            self._behind.add(sender)
        self._compared.add(outward)
        if len(self._compared) == 2 or name == "aggressive-2":
            where = "both" if len(self._behind) == 2 else "".join(f"@{who}" for who in self._behind)
            self._tell(packet, f"found a NAT before {where}" if where else "found no NAT on the way", outward=None)

    def _follow(self, packet: Packet, *, outward: bool) -> None:
        """Behind a NAT the initiator moves to port 4500, and who understood its message answers there."""
        if outward:
            self._moved = self._moved or packet.target_port == 4500
        elif self._moved and packet.source_port == 500 and not self._lagging:
            self._lagging = True
            self._tell(packet, "IKE from port 500 though the exchange had moved to port 4500", outward=False)

    def _fragment(self, name: str, message: Message, packet: Packet, *, outward: bool) -> None:
        body = next(message.bodies(Kind.FRAGMENT, Kind.FRAGMENT2), b"")
        part = body[2] if len(body) > 2 and self.version == 1 else 0
        if self._latest.get(outward) != name:
            self._said(name, message, packet, outward=outward)
            if name in {"main-5", "main-6"}:
                self._certificate(message.length, packet, outward=outward)
        key = f"{name} {outward} {part}"
        self._pieces[key] = self._pieces.get(key, 0) + 1
        if self._pieces[key] == 1 and len(self._pieces) < _MOST_KNOWN:
            self._tell(packet, f"IKE fragment {part} of {name}", outward=outward)

    def _repeated(self, name: str, packet: Packet, *, outward: bool) -> None:
        waiting = self._waiting.get(outward)
        times = 2
        if waiting is not None and waiting.name == name:
            if packet.at is not None and waiting.packet.at == packet.at:
                return  # captured twice
            waiting.times += 1
            waiting.packet = packet
            times = waiting.times
        self._again += 1
        if name not in {"", "notice"} and self._again <= _MOST_AGAIN:
            self._tell(packet, f"again IKE {name}, repeat {times - 1}", outward=outward)

    # Notices

    def _notice(self, message: Message, packet: Packet, *, outward: bool) -> None:
        if message.version == 2 and message.exchange == Exchange.INFORMATIONAL2:
            return
        if message.sealed:
            self._sealed(message, packet, outward=outward)
            return
        for _, notify, _ in notifies(message):
            if notify.error or message.exchange == Exchange.INFORMATIONAL:
                self._tell(packet, f"IKEv{self.version} notify {notify.name}", outward=outward)
        if any(True for _ in message.bodies(Kind.DELETE)):
            self._tell(packet, f"IKEv{self.version} delete", outward=outward)

    def _sealed(self, message: Message, packet: Packet, *, outward: bool) -> None:
        after = self._latest.get(not outward, "")
        if len(self._notices) < _MOST_NOTICES and after:
            told = self._tell(packet, f"sealed IKEv1 message of {message.length} bytes", outward=outward)
            self._notices.append(_Notice(told, after, message.length))

    def _settle(self, notice: _Notice) -> None:
        """Now that the end is known: was it a refusal, or did things go on?"""
        phase_2 = notice.after.startswith("quick")
        if (phase_2 and self.has_esp) or (not phase_2 and self.established):
            notice.told.text = f"sealed IKEv{self.version} message of {notice.size} bytes"
            return
        notice.told.text = (
            f"sealed IKEv{self.version} notice in place of an answer to {notice.after}, {notice.size} bytes: "
            f"{self._kind_of(notice.size)}"
        )

    def _kind_of(self, size: int) -> str:
        """Whether the notice is so long that it must name the SA, as a refused authentication and a deletion do."""
        hashed = hash_size(self._proposal)
        if hashed is None or self.version != 1:
            return "unknown"
        block = 16 if "AES" in self._proposal else 8
        body, short = size - 28, 4 + hashed + 12
        padded = -(-short // block) * block
        return "long" if body > padded + block else "short" if body <= padded else "unknown"
