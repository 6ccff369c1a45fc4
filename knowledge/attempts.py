"""From facts to attempts: which facts belong to the same try to connect, how far it came, and which try the question is about.

One file holds many: an earlier try, a colleague, a scanner. What ties facts together is, in this order, the thread that a line
names (a CoId, an IKE SA, a process), the peer, and time. A daemon that tries again by itself gets no further and is the same
trouble; a person who tries again begins a new attempt. Facts of the host belong to every attempt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from knowledge.rules import Does, FactKind, KnowledgeBase
from knowledge.terms import STAGES, Attempt, Clock, Fact, FormatId, Log, Side, Stage

__all__ = ["Attempts", "attempts_of", "choose", "group"]

#: Seconds without a word after which something new has begun, and within which a failed try is taken up again by itself.
QUIET, AGAIN = 600.0, 45.0
#: Seconds within which what stands before a beginning belongs to it.
PRELUDE = 2.0
#: Repetitions, or seconds, without progress after which a stage counts as seen, though nothing said that it was given up.
STALLED_TIMES, STALLED_SECONDS = 2, 20.0

_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
#: IKE notifications that end nothing.
_HARMLESS = re.compile(
    r"INITIAL_CONTACT|RESPONDER_LIFETIME|REPLAY_STATUS|NAT_|NATD|MOBIKE|MULT_AUTH|COOKIE|TRANSPORT_MODE|TFC|FRAGMENTATION|HTTP_CERT|SIGNATURE_HASH"
    r"|REDIRECT|IKEV2_|CONNECTED|DPD|R_U_THERE|ADDITIONAL|EAP_ONLY|CHILDLESS|INTERMEDIATE|INVALID_SPI|INVALID_COOKIE|SET_WINDOW|TEMPORARY",
)
_AGAIN = frozenset({"ike.retransmit", "ike.peer_retransmit", "l2tp.retransmit", "lcp.request_sent"})
#: All that a stranger's packet leaves in a server's log.
_KNOCKS = frozenset(
    {
        "ike.request_received", "ike.no_config", "ike.no_proposal", "ike.responder_timeout", "ike.malformed", "ike.mode_refused", "ike.notify",
        "ike.proposal_offered", "ike.unknown_exchange", "ike.peer_retransmit",
    }
)  # fmt: skip
#: Facts that mark a person's or a system's own new start.
_DIALS = frozenset({"link.dialled"})
#: What only tidies up.
_TIDYING = frozenset({"deleted", "closed", "ended", "terminated", "exit"})
_CODES = {"ras.error": "ras", "win.ipsec_error": "win_ipsec", "nps.reason": "nps_reason"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """The attempts of a reading, in the order of their beginnings."""

    attempts: tuple[Attempt, ...] = ()
    #: Facts of the host that stand in no attempt, because there is none; else they stand in each.
    host: tuple[Fact, ...] = ()
    #: The one that the question is about.
    chosen: int | None = None


def attempts_of(base: KnowledgeBase, logs: Iterable[Log]) -> Attempts:
    """The attempts that logs show together, and the requester's last one.

    Attempts of different files that overlap in time, or of which one has no time, are one attempt seen from two sides.
    """
    logs = tuple(logs)
    first = 0
    hosts: list[Fact] = []
    merged: list[Attempt] = []
    for log in logs:
        facts = [replace(fact, order=first + place) for place, fact in enumerate(log.facts)]
        first += len(facts) + 1
        hosts += [fact for fact in facts if _is_host(fact, base)]
        found = list(_grouped([fact for fact in facts if not _is_host(fact, base)], base, log.side))
        merged = _joined(merged, found, base) if merged else found
    attempts = tuple(_with_host(each, hosts) for each in merged)
    return Attempts(attempts=attempts, host=() if attempts else tuple(hosts), chosen=choose(attempts))


def group(facts: Iterable[Fact], base: KnowledgeBase, *, side: Side | None = None) -> tuple[Attempt, ...]:
    """The attempts among the facts of one reading, in the order of their beginnings.

    Each fact in an attempt has `during` among its values, the stage at which the attempt stood when it was said, and `side`
    where it is known. Facts of the host stand in every attempt.
    """
    ordered = sorted(facts, key=lambda fact: fact.order)
    hosts = [fact for fact in ordered if _is_host(fact, base)]
    found = _grouped([fact for fact in ordered if not _is_host(fact, base)], base, side)
    return tuple(_with_host(each, hosts) for each in found)


def choose(attempts: Sequence[Attempt]) -> int | None:
    """Which attempt the question is about: the last one that means something; None if there is none.

    A last attempt that is a clean-up only, or a stranger's knock on a server that somebody else used, is not it.
    """
    if not attempts:
        return None
    meaning = [_meaning(attempt) for attempt in attempts]
    best = max(meaning)
    return max(index for index, value in enumerate(meaning) if value == best)


def _meaning(attempt: Attempt) -> int:
    """0: only tidies up; 1: a knock on the door; 2: a try."""
    own = [fact for fact in attempt.facts if "during" in fact.values]
    if not own or all(fact.id.partition(".")[2] in _TIDYING for fact in own):
        return 0
    return 1 if attempt.side is Side.SERVER and all(fact.id in _KNOCKS for fact in own) else 2


def _is_host(fact: Fact, base: KnowledgeBase) -> bool:
    kind = base.facts.get(fact.id)
    return kind is not None and kind.host


def _with_host(attempt: Attempt, hosts: Sequence[Fact]) -> Attempt:
    if not hosts:
        return attempt
    return replace(attempt, facts=tuple(sorted((*attempt.facts, *hosts), key=lambda fact: fact.order)))


@dataclass(slots=True)
class _Try:
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
        return next((fact.clock for fact in reversed(self.facts) if fact.clock), None)

    @property
    def start(self) -> Clock | None:
        return next((fact.clock for fact in self.facts if fact.clock), None)


class _Grouping:
    """Deals facts out to attempts, one after another."""

    def __init__(self, base: KnowledgeBase) -> None:
        self.base = base
        self.tries: list[_Try] = []
        self._by_thread: dict[tuple[FormatId | None, str], _Try] = {}
        self._by_peer: dict[str, _Try] = {}
        self._recent: _Try | None = None

    def add(self, fact: Fact) -> None:
        """Give a fact to the attempt that it belongs to."""
        kind = self.base.facts.get(fact.id)
        does = _does(fact, kind)
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

    def _belongs(self, fact: Fact) -> _Try | None:
        """The attempt that a fact's thread, peer or moment points at."""
        if fact.thread is not None:
            known = self._by_thread.get((fact.format, fact.thread))
            if known is not None:
                return known
            if _GUID.search(fact.thread):
                return None
        recent = self._recent
        peer = _peer(fact)
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

    def _begun(self, fact: Fact, belongs: _Try) -> _Try:
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

    def _reached(self, fact: Fact, kind: FactKind, belongs: _Try) -> _Try:
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
    def _is_stranger(fact: Fact, does: Does | None, belongs: _Try) -> bool:
        """On a server, what seemed a renewal fails, or shows another identity: a second client behind the same address."""
        at = belongs.restart or 0
        if belongs.facts[at].id != "ike.request_received":
            return False
        if does is Does.FAILS:
            return fact.id.startswith(("ike.", "esp."))
        seen = {each.values.get("id") for each in belongs.facts[:at] if each.id == "ike.identity_seen"}
        return fact.id == "ike.identity_seen" and bool(seen) and fact.values.get("id") not in seen

    @staticmethod
    def _mark(belongs: _Try, rank: int) -> None:
        if belongs.restart is None:
            belongs.restart, belongs.restart_rank = len(belongs.facts), rank

    def _new(self, fact: Fact | None = None, *, before: _Try | None = None) -> _Try:
        made = _Try()
        self.tries.append(made)
        if fact is not None and before is not None:
            self._take_prelude(made, before, fact)
        return made

    def _take_prelude(self, made: _Try, before: _Try, fact: Fact) -> None:
        """What the daemon said of the new peer before it said that it begins (vendor ids) goes with the beginning."""
        while before.facts and fact.clock is not None:
            last = before.facts[-1]
            near = last.clock is not None and abs((fact.clock.at - last.clock.at).total_seconds()) <= PRELUDE
            if not near or _moves(last, self.base) or last.order < fact.order - 16 or _peer(last) not in {None, _peer(fact)}:
                break
            made.facts.insert(0, before.facts.pop())
            made.kinds.insert(0, before.kinds.pop())

    def _split(self, belongs: _Try) -> _Try:
        """What looked like a renewal, or a tidying up, was a new connection."""
        at = belongs.restart or 0
        moved = list(zip(belongs.facts[at:], belongs.kinds[at:], strict=True))
        del belongs.facts[at:], belongs.kinds[at:]
        belongs.restart, belongs.over = None, True
        made = self._new()
        for fact, kind in moved:
            self._put(fact, kind, _does(fact, kind), made)
        return made

    def _put(self, fact: Fact, kind: FactKind | None, does: Does | None, belongs: _Try) -> None:
        belongs.facts.append(fact)
        belongs.kinds.append(kind)
        self._recent = belongs
        if fact.thread is not None:
            belongs.threads.setdefault(fact.format, set()).add(fact.thread)
            self._by_thread[fact.format, fact.thread] = belongs
        peer = _peer(fact)
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


def _grouped(facts: Sequence[Fact], base: KnowledgeBase, side: Side | None) -> list[Attempt]:
    grouping = _Grouping(base)
    for fact in facts:
        grouping.add(fact)
    tries = [each for each in grouping.tries if each.facts]
    tries.sort(key=lambda each: each.facts[0].order)
    return [_attempt(each, base, side) for each in _continued(tries, base)]


def _continued(tries: list[_Try], base: KnowledgeBase) -> list[_Try]:
    """Tries of the daemon itself, one after the other without getting further, are one attempt."""
    out: list[_Try] = []
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


def _same_trouble(before: _Try, after: _Try, base: KnowledgeBase) -> bool:
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


def _attempt(made: _Try, base: KnowledgeBase, side: Side | None) -> Attempt:
    order = sorted(range(len(made.facts)), key=lambda index: made.facts[index].order)
    facts = [made.facts[index] for index in order]
    kinds = [made.kinds[index] for index in order]
    sides = Counter(fact.values["side"] for fact in facts if fact.values.get("side") in set(Side))
    whose = Side(sides.most_common(1)[0][0]) if sides else side
    course = _Course(base)
    told = [course.say(fact, kind, whose) for fact, kind in zip(facts, kinds, strict=True)]
    clocks = [fact.clock for fact in facts if fact.clock is not None]
    return Attempt(
        facts=tuple(told),
        stage=course.stage,
        start=min(clocks, key=lambda clock: clock.at) if clocks else None,
        end=max(clocks, key=lambda clock: clock.at) if clocks else None,
        peer=next((peer for fact in facts if (peer := _peer(fact)) is not None), None),
        ended=course.ended,
        covered=course.covered,
        side=whose,
    )


class _Course:
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
        does = _does(fact, kind)
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
        if failed:
            return STAGES[min(failed)]
        now = self._now
        return STAGES[now if now >= 0 else max(self._neutral, 0)]

    @property
    def ended(self) -> bool:
        """Whether the reading shows how it ended."""
        return self._ended

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


def _joined(one: list[Attempt], other: list[Attempt], base: KnowledgeBase) -> list[Attempt]:
    """Attempts of two files on one clock."""
    out = list(one)
    for each in other:
        match = next((index for index in reversed(range(len(out))) if _overlap(out[index], each)), None)
        if match is None and (each.start is None or all(known.start is None for known in out)) and out:
            match = len(out) - 1
        if match is None:
            out.append(each)
            continue
        out[match] = _one(out[match], each, base)
    timed = [attempt for attempt in out if attempt.start is not None]
    if len(timed) == len(out):
        out.sort(key=lambda attempt: attempt.start.at if attempt.start else timed[0].start.at)  # type: ignore[union-attr]
    return out


def _overlap(one: Attempt, other: Attempt) -> bool:
    if one.start is None or other.start is None or one.end is None or other.end is None:
        return False
    slack = PRELUDE * 2
    return (other.start.at - one.end.at).total_seconds() <= slack and (one.start.at - other.end.at).total_seconds() <= slack


def _one(one: Attempt, other: Attempt, base: KnowledgeBase) -> Attempt:
    """Two views of one attempt. Each fact keeps what its own log said of it; the course is that of both together."""
    clocked = all(fact.clock is not None for fact in (*one.facts, *other.facts))
    facts = sorted(
        (*one.facts, *other.facts), key=lambda fact: (fact.clock.at.timestamp() if clocked and fact.clock else 0.0, fact.order)
    )
    course = _Course(base)
    for fact in facts:
        course.say(fact, base.facts.get(fact.id), None)
    starts = [each.start for each in (one, other) if each.start]
    ends = [each.end for each in (one, other) if each.end]
    return Attempt(
        facts=tuple(replace(fact, order=place) for place, fact in enumerate(facts)),
        stage=course.stage,
        start=min(starts, key=lambda clock: clock.at) if starts else None,
        end=max(ends, key=lambda clock: clock.at) if ends else None,
        peer=one.peer or other.peer,
        ended=course.ended,
        covered=one.covered | other.covered | course.covered,
        side=one.side if one.side is Side.CLIENT else other.side or one.side,
    )


def _does(fact: Fact, kind: FactKind | None) -> Does | None:
    """What a fact does to its attempt. A refusal that the peer notifies in IKE ends what was tried."""
    if fact.id == "ike.notify" and fact.values.get("by") == "peer" and (name := fact.values.get("name")):
        return None if _HARMLESS.search(name.upper()) else Does.FAILS
    return kind.does if kind is not None else None


def _moves(fact: Fact, base: KnowledgeBase) -> bool:
    return _does(fact, base.facts.get(fact.id)) not in {None, Does.ENDS}


def _peer(fact: Fact) -> str | None:
    """The peer, where the line names one and nobody wrote a mask over it."""
    peer = fact.values.get("peer")
    return peer if peer and any(character.isalnum() and character not in "xX" for character in peer) else None


def _far(before: Clock | None, after: Clock | None, seconds: float) -> bool:
    return before is not None and after is not None and (after.at - before.at).total_seconds() > seconds


def _same_breath(made: _Try, fact: Fact) -> bool:
    last = made.last
    return last is not None and fact.clock is not None and abs((fact.clock.at - last.at).total_seconds()) <= PRELUDE
