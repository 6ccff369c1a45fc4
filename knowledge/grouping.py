"""Deals the facts of one reading out to attempts, one after another.

What ties facts together is, in this order, the thread that a line names, the peer, and time. A daemon that tries again by
itself gets no further and is the same trouble; a person who tries again begins a new attempt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from knowledge.course import does_of, peer_of
from knowledge.rules import Does, FactKind, KnowledgeBase
from knowledge.terms import Clock, Fact, FormatId, Stage

__all__ = ["AGAIN", "PRELUDE", "QUIET", "Try", "tries_of"]

#: Seconds without a word after which something new has begun, and within which a failed try is taken up again by itself.
QUIET, AGAIN = 600.0, 45.0
#: Seconds within which what stands before a beginning belongs to it.
PRELUDE = 2.0

_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
#: Facts that mark a person's or a system's own new start.
_DIALS = frozenset({"link.dialled"})


def tries_of(facts: Sequence[Fact], base: KnowledgeBase) -> list[Try]:
    """The tries among facts, which come in their order and are not the host's."""
    grouping = _Grouping(base)
    for fact in facts:
        grouping.add(fact)
    tries = sorted((each for each in grouping.tries if each.facts), key=lambda each: each.facts[0].order)
    return _continued(tries, base)


@dataclass(slots=True)
class Try:
    """An attempt in the making."""

    facts: list[Fact] = field(default_factory=list)
    kinds: list[FactKind | None] = field(default_factory=list)
    peers: set[str] = field(default_factory=set)
    threads: dict[FormatId | None, set[str]] = field(default_factory=dict)
    #: What was passed, and entered, so far.
    passed: int = -1
    entered: set[int] = field(default_factory=set)
    over: bool = False
    began: bool = False
    #: Where something begins again: in a connection that is up a renewal, in one that is over a tidying up, until more follows.
    restart: int | None = None
    restart_rank: int = -1

    @property
    def last(self) -> Clock | None:
        """When its last fact was said, as far as is known."""
        return next((fact.clock for fact in reversed(self.facts) if fact.clock), None)

    @property
    def start(self) -> Clock | None:
        """When its first fact was said, as far as is known."""
        return next((fact.clock for fact in self.facts if fact.clock), None)


class _Grouping:
    """Deals facts out to attempts, one after another."""

    def __init__(self, base: KnowledgeBase) -> None:
        self.base = base
        self.tries: list[Try] = []
        self._by_thread: dict[tuple[FormatId | None, str], Try] = {}
        self._by_peer: dict[str, Try] = {}
        self._recent: Try | None = None

    def add(self, fact: Fact) -> None:
        """Give a fact to the attempt that it belongs to."""
        kind = self.base.facts.get(fact.id)
        does = does_of(fact, kind)
        belongs = self._belongs(fact)
        if belongs is None:
            belongs = self._new()
        elif does is Does.BEGINS:
            belongs = self._begun(fact, belongs)
        elif does is Does.REACHES and kind is not None:
            belongs = self._reached(fact, kind, belongs)
        elif belongs.restart is not None and self._is_stranger(fact, does, belongs):
            belongs = self._split(belongs)
        self._put(fact, kind, does, belongs)

    def _belongs(self, fact: Fact) -> Try | None:
        """The attempt that a fact's thread, peer or moment points at."""
        if fact.thread is not None:
            known = self._by_thread.get((fact.format, fact.thread))
            if known is not None:
                return known
            if _GUID.search(fact.thread):
                return None
        recent = self._recent
        peer = peer_of(fact)
        if peer is not None and recent is not None:
            fresh = not recent.peers and not recent.over and not _far(recent.last, fact.clock, PRELUDE)
            if peer in self._by_peer:
                return recent if fresh else self._by_peer[peer]
            if recent.peers:
                return None
        if recent is not None and fact.thread is not None and fact.thread not in recent.threads.get(fact.format, {fact.thread}):
            return next(
                (each for each in reversed(self.tries[-8:]) if not each.threads.get(fact.format) and not each.over), recent
            )
        return recent

    def _begun(self, fact: Fact, belongs: Try) -> Try:
        """The attempt for a beginning: a new one, unless this is the next word of one that has not come further."""
        if not belongs.began and not belongs.over and not _far(belongs.last, fact.clock, QUIET):
            return belongs
        dialled = all(each.id in _DIALS or not _moves(each, self.base) for each in belongs.facts)
        if fact.id in _DIALS:
            return belongs if dialled and not belongs.over and not _far(belongs.last, fact.clock, AGAIN) else self._new()
        if belongs.passed >= Stage.IPCP.rank and not belongs.over:
            self._mark(belongs, Stage.IKE.rank)
            return belongs
        young = belongs.passed < Stage.IKE.rank and not belongs.over
        if young and (dialled or fact.id == belongs.facts[-1].id or not _far(belongs.last, fact.clock, AGAIN)):
            return belongs
        return self._new(fact, before=belongs)

    def _reached(self, fact: Fact, kind: FactKind, belongs: Try) -> Try:
        """The attempt for a stage that is reached: in one that was over, or up, more must follow before it is another one."""
        own = fact.thread is not None and fact.thread in belongs.threads.get(fact.format, ())
        if own:
            return belongs
        if belongs.restart is not None:
            near = belongs.restart_rank <= kind.stage.rank <= belongs.restart_rank + 1
            lower = (
                belongs.restart_rank == Stage.IKE.rank
                and kind.stage.rank >= Stage.L2TP.rank
                and belongs.passed >= Stage.IPCP.rank
            )
            told = fact.id != belongs.facts[belongs.restart].id
            return self._split(belongs) if lower or (belongs.over and near and told) else belongs
        if belongs.over and kind.stage.rank <= max(belongs.entered, default=0):
            if _far(belongs.last, fact.clock, AGAIN):
                return self._new()
            if not _same_breath(belongs, fact):
                self._mark(belongs, kind.stage.rank)
        elif belongs.passed < Stage.IPCP.rank and _far(belongs.last, fact.clock, QUIET):
            return self._new()
        return belongs

    @staticmethod
    def _is_stranger(fact: Fact, does: Does | None, belongs: Try) -> bool:
        """On a server, what seemed a renewal fails, or shows another identity: a second client behind the same address."""
        at = belongs.restart or 0
        if belongs.facts[at].id != "ike.request_received":
            return False
        if does is Does.FAILS:
            return fact.id.startswith(("ike.", "esp."))
        if fact.id != "ike.identity_seen":
            return False
        seen = {each.values.get("id") for each in belongs.facts[:at] if each.id == "ike.identity_seen"}
        return bool(seen) and fact.values.get("id") not in seen

    @staticmethod
    def _mark(belongs: Try, rank: int) -> None:
        if belongs.restart is None:
            belongs.restart, belongs.restart_rank = len(belongs.facts), rank

    def _new(self, fact: Fact | None = None, *, before: Try | None = None) -> Try:
        made = Try()
        self.tries.append(made)
        if fact is not None and before is not None:
            self._take_prelude(made, before, fact)
        return made

    def _take_prelude(self, made: Try, before: Try, fact: Fact) -> None:
        """What the daemon said of the new peer before it said that it begins (vendor ids) goes with the beginning."""
        while before.facts and fact.clock is not None:
            last = before.facts[-1]
            near = last.clock is not None and abs((fact.clock.at - last.clock.at).total_seconds()) <= PRELUDE
            if not near or _moves(last, self.base) or last.order < fact.order - 16 or peer_of(last) not in {None, peer_of(fact)}:
                break
            made.facts.insert(0, before.facts.pop())
            made.kinds.insert(0, before.kinds.pop())

    def _split(self, belongs: Try) -> Try:
        """What looked like a renewal, or a tidying up, was a new connection."""
        at = belongs.restart or 0
        moved = list(zip(belongs.facts[at:], belongs.kinds[at:], strict=True))
        del belongs.facts[at:], belongs.kinds[at:]
        belongs.restart, belongs.over = None, True
        made = self._new()
        for fact, kind in moved:
            self._put(fact, kind, does_of(fact, kind), made)
        return made

    def _put(self, fact: Fact, kind: FactKind | None, does: Does | None, belongs: Try) -> None:
        belongs.facts.append(fact)
        belongs.kinds.append(kind)
        self._recent = belongs
        if fact.thread is not None:
            belongs.threads.setdefault(fact.format, set()).add(fact.thread)
            self._by_thread[fact.format, fact.thread] = belongs
        peer = peer_of(fact)
        if peer is not None:
            belongs.peers.add(peer)
            self._by_peer[peer] = belongs
        if kind is None or does is None:
            return
        belongs.began = belongs.began or does is Does.BEGINS
        if does is Does.PASSES:
            belongs.passed = max(belongs.passed, kind.stage.rank)
            belongs.over = False
        elif does in {Does.FAILS, Does.ENDS}:
            belongs.over = True
        if does is not Does.ENDS:
            belongs.entered.add(kind.stage.rank)


def _continued(tries: list[Try], base: KnowledgeBase) -> list[Try]:
    """Tries of the daemon itself, one after the other without getting further, are one attempt."""
    out: list[Try] = []
    for each in tries:
        before = next((other for other in reversed(out[-6:]) if _same_trouble(other, each, base)), None)
        if before is None:
            out.append(each)
            continue
        before.facts.extend(each.facts)
        before.kinds.extend(each.kinds)
        before.peers |= each.peers
        before.passed = max(before.passed, each.passed)
        before.entered |= each.entered
        before.over = before.over or each.over
    return out


def _same_trouble(before: Try, after: Try, base: KnowledgeBase) -> bool:
    if any(fact.id in _DIALS for fact in after.facts) or any(fact.thread and _GUID.search(fact.thread) for fact in after.facts):
        return False
    if not before.over or before.passed >= Stage.ESP.rank or after.passed > before.passed:
        return False
    if before.peers and after.peers and not before.peers & after.peers:
        return False
    if _far(before.last, after.start, AGAIN if after.over else QUIET):
        return False
    further = max(after.entered, default=0) > max(before.entered, default=0)
    return not further or not any(_moves(fact, base) for fact in after.facts)


def _moves(fact: Fact, base: KnowledgeBase) -> bool:
    return does_of(fact, base.facts.get(fact.id)) not in {None, Does.ENDS}


def _far(before: Clock | None, after: Clock | None, seconds: float) -> bool:
    return before is not None and after is not None and (after.at - before.at).total_seconds() > seconds


def _same_breath(made: Try, fact: Fact) -> bool:
    last = made.last
    return last is not None and fact.clock is not None and abs((fact.clock.at - last.at).total_seconds()) <= PRELUDE
