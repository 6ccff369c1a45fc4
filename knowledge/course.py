"""How one attempt climbs: which stage it stood at when each fact was said, where it stopped, what of it was seen whole.

ike.started   during=ike
ike.established  during=ike      passes it: from here on the attempt stands at esp
esp.started   during=esp
ike.notify NO_PROPOSAL_CHOSEN by the peer   during=esp      the attempt stopped here
"""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType

from knowledge.rules import Does, FactKind, KnowledgeBase
from knowledge.terms import STAGES, Clock, Fact, FormatId, Side, Stage

__all__ = ["Course", "does_of", "peer_of"]

#: Repetitions, or seconds, without progress after which a stage counts as seen, though nothing said that it was given up.
STALLED_TIMES, STALLED_SECONDS = 2, 20.0
#: Repetitions without progress after which an attempt counts as ended, though nobody said that it was given up.
GIVEN_UP_TIMES = 4

#: IKE notifications that end nothing.
_HARMLESS = re.compile(
    r"INITIAL_CONTACT|RESPONDER_LIFETIME|REPLAY_STATUS|NAT_|NATD|MOBIKE|MULT_AUTH|COOKIE|TRANSPORT_MODE|TFC|FRAGMENTATION|HTTP_CERT"
    r"|SIGNATURE_HASH|REDIRECT|IKEV2_|CONNECTED|DPD|R_U_THERE|ADDITIONAL|EAP_ONLY|CHILDLESS|INTERMEDIATE|INVALID_SPI|SET_WINDOW|TEMPORARY",
)
_AGAIN = frozenset({"ike.retransmit", "ike.peer_retransmit", "l2tp.retransmit", "lcp.request_sent"})
#: Facts that carry a number, and the table that says at which stage one with that number stopped.
_CODES = {"ras.error": "ras", "win.ipsec_error": "win_ipsec", "nps.reason": "nps_reason"}


class Course:
    """How an attempt climbs, fact by fact."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base
        self._passed = -1
        self._entered: dict[int, FormatId | None] = {}
        self._failed: list[int] = []
        self._opened: set[int] = set()
        self._neutral = -1
        self._ended = False
        self._stalled = 0
        self._progress: Clock | None = None
        self._last: Clock | None = None
        self._formats: set[FormatId] = set()
        self._passed_seen: set[int] = set()

    def say(self, fact: Fact, kind: FactKind | None, side: Side | None) -> Fact:
        """Take a fact in; the fact comes back with `during` and `side`."""
        does = does_of(fact, kind)
        rank = self._rank(fact, kind)
        if fact.format is not None:
            self._formats.add(fact.format)
        self._clock(fact, does)
        if does in {Does.BEGINS, Does.REACHES}:
            self._enter(rank, fact, opened=True)
        elif does is Does.FAILS:
            self._fail(rank, fact)
        during = self._during(rank, kind, does)
        if does is Does.PASSES:
            self._enter(rank, fact, opened=False)
            self._passed_seen.add(rank)
            if rank > self._passed:
                self._passed = rank
                self._failed = [failed for failed in self._failed if failed > rank]
            self._ended = rank >= Stage.IPCP.rank or bool(self._failed)
        elif does is Does.ENDS:
            self._ended = True
        elif does is None and kind is not None:
            self._neutral = max(self._neutral, rank)
        values = dict(fact.values)
        values["during"] = during.value
        if side is not None:
            values.setdefault("side", side.value)
        return replace(fact, values=MappingProxyType(values))

    def _fail(self, rank: int, fact: Fact) -> None:
        """A failure below where the attempt stands only tidies up, unless that stage was entered and never passed."""
        now = self._now
        if rank >= now or (not self._failed and (rank in self._entered or rank == now - 1)):
            self._enter(rank, fact, opened=False)
            self._failed.append(rank)
        self._ended = True

    def _clock(self, fact: Fact, does: Does | None) -> None:
        if fact.clock is not None:
            self._last = fact.clock
        if fact.id in _AGAIN:
            self._stalled += fact.times
        elif does in {Does.BEGINS, Does.REACHES, Does.PASSES}:
            self._stalled, self._progress = 0, fact.clock

    def _rank(self, fact: Fact, kind: FactKind | None) -> int:
        """The stage that a fact is about; a number's is that of its table, a notification's is where the attempt stands."""
        family = _CODES.get(fact.id)
        if family is not None:
            code = self._base.codes.get((family, fact.values.get("code", "")))
            if code is not None and code.stage is not None:
                return code.stage.rank
            return max(self._now, kind.stage.rank if kind else 0)
        if fact.id in {"ike.notify", "ike.deleted"}:
            return max(self._now, Stage.IKE.rank)
        return kind.stage.rank if kind is not None else max(self._now, 0)

    @property
    def _now(self) -> int:
        """Where the attempt stands: above what it passed, and not above a stage that a daemon would have said was passed."""
        floor = self._passed + 1
        for rank in sorted(self._entered):
            if rank >= floor and self._sure(rank):
                return rank
        return max([*self._entered, floor if self._passed >= 0 else -1]) if self._entered or self._passed >= 0 else -1

    def _enter(self, rank: int, fact: Fact, *, opened: bool) -> None:
        self._entered.setdefault(rank, fact.format)
        if opened:
            self._opened.add(rank)

    def _sure(self, rank: int) -> bool:
        """True where the format that speaks of a stage would also have said that it was passed."""
        name = self._entered.get(rank)
        source = self._base.formats.get(name) if name is not None else None
        if source is None:
            return False
        kinds = (self._base.facts.get(name) for name in source.always)
        return any(kind is not None and kind.does is Does.PASSES and kind.stage.rank == rank for kind in kinds)

    def _during(self, rank: int, kind: FactKind | None, does: Does | None) -> Stage:
        now = self._now
        if does is Does.PASSES:
            return STAGES[min(max(now, rank) if self._passed < rank else now, len(STAGES) - 1)]
        if now < 0:
            return STAGES[max(rank, 0)]
        if kind is not None and does is None and kind.stage is not Stage.CONNECTED and rank > now and rank not in self._entered:
            return STAGES[rank]
        return STAGES[min(now, len(STAGES) - 1)]

    @property
    def stage(self) -> Stage:
        """Where the attempt stopped."""
        floor = self._passed + 1
        if floor >= Stage.CONNECTED.rank:
            return Stage.CONNECTED
        failed = [rank for rank in self._failed if rank >= floor]
        now = self._now
        if failed:
            # What was begun below, and would have said that it was passed, is where it really stopped.
            return STAGES[min(*failed, now) if now in self._opened and self._sure(now) else min(failed)]
        return STAGES[now if now >= 0 else max(self._neutral, 0)]

    @property
    def ended(self) -> bool:
        """Whether the reading shows how it ended; one that only repeats itself, for want of an answer, has."""
        return self._ended or (self._stalled >= GIVEN_UP_TIMES and self.stage is not Stage.CONNECTED)

    @property
    def covered(self) -> frozenset[Stage]:
        """The stages that were seen from their first word to their last by a format that tells what happens in them."""
        stop = self.stage.rank
        seen: set[Stage] = set()
        for stage in STAGES[:-1]:
            rank = stage.rank
            begun = rank in self._opened or (rank - 1) in self._passed_seen
            over = (
                rank in self._passed_seen
                or (rank == stop and (self._ended or self._is_stalled))
                or (rank < self._passed and begun)
            )
            if begun and over and any(self._tells(name, stage) for name in self._formats):
                seen.add(stage)
        return frozenset(seen)

    @property
    def _is_stalled(self) -> bool:
        if self._stalled >= STALLED_TIMES:
            return True
        if self._progress is None or self._last is None:
            return False
        return (self._last.at - self._progress.at).total_seconds() >= STALLED_SECONDS

    def _tells(self, name: FormatId, stage: Stage) -> bool:
        source = self._base.formats.get(name)
        if source is None:
            return False
        return any((kind := self._base.facts.get(fact)) is not None and kind.stage is stage for fact in source.always)


def does_of(fact: Fact, kind: FactKind | None) -> Does | None:
    """What a fact does to its attempt. A refusal that the peer notifies in IKE ends what was tried."""
    if fact.id == "ike.notify" and fact.values.get("by") == "peer" and (name := fact.values.get("name")):
        return None if _HARMLESS.search(name.upper()) else Does.FAILS
    return kind.does if kind is not None else None


def peer_of(fact: Fact) -> str | None:
    """The peer, where the line names one and nobody wrote a mask over it."""
    peer = fact.values.get("peer")
    return peer if peer and any(character.isalnum() and character not in "xX" for character in peer) else None
