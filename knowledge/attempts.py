"""From facts to attempts: which facts belong to the same try to connect, how far it came, and which try the question is about.

One file holds many: an earlier try, a colleague, a scanner. What ties facts together is, in this order, the thread that a line
names (a CoId, an IKE SA, a process), the peer, and time. A daemon that tries again by itself gets no further and is the same
trouble; a person who tries again begins a new attempt. Facts of the host belong to every attempt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from knowledge.course import Course, peer_of
from knowledge.grouping import Try, tries_of
from knowledge.joining import joined
from knowledge.rules import KnowledgeBase
from knowledge.terms import Attempt, Fact, Log, Side, Stage

__all__ = ["Attempts", "attempts_of", "choose", "group"]

#: All that a stranger's packet leaves in a server's log.
_KNOCKS = frozenset(
    {
        "ike.request_received",
        "ike.no_config",
        "ike.no_proposal",
        "ike.responder_timeout",
        "ike.malformed",
        "ike.mode_refused",
        "ike.notify",
        "ike.proposal_offered",
        "ike.unknown_exchange",
        "ike.peer_retransmit",
    }
)
#: How a connection that was up tells that nobody is there any more; and what shows that it comes back, or why it does not.
_WENT_SILENT = frozenset({"peer.dead", "lcp.echo_lost", "session.dropped"})
_COMES_BACK = frozenset({"ike.notify", "l2tp.reply", "l2tp.tunnel_established", "l2tp.established", "ipcp.up", "session.up"})
#: Seconds within which a daemon begins again by itself.
REVIVED = 120.0
#: What only tidies up, by the second half of its name.
_TIDYING = frozenset({"deleted", "closed", "ended", "terminated", "exit", "hangup", "unknown_tunnel"})


#: What an attempt means (`_meaning`) that somebody made to connect.
_A_TRY = 2


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

    Attempts of different files that overlap in time, or of which one has no time, are one attempt seen from two sides, unless
    they contradict each other (`knowledge.joining`). Where both ends sent a log the question is about what the client's shows.
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
        merged = joined(merged, found, base) if merged else found
    attempts = tuple(_with_host(each, hosts) for each in merged)
    seen_by = {log.side for log in logs}
    return Attempts(
        attempts=attempts,
        host=() if attempts else tuple(hosts),
        chosen=choose(attempts, of=Side.CLIENT if seen_by >= set(Side) else None),
    )


def group(facts: Iterable[Fact], base: KnowledgeBase, *, side: Side | None = None) -> tuple[Attempt, ...]:
    """The attempts among the facts of one reading, in the order of their beginnings.

    Each fact in an attempt has `during` among its values, the stage at which the attempt stood when it was said, and `side`
    where it is known. Facts of the host stand in every attempt.
    """
    ordered = sorted(facts, key=lambda fact: fact.order)
    hosts = [fact for fact in ordered if _is_host(fact, base)]
    found = _grouped([fact for fact in ordered if not _is_host(fact, base)], base, side)
    return tuple(_with_host(each, hosts) for each in found)


def choose(attempts: Sequence[Attempt], *, of: Side | None = None) -> int | None:
    """Which attempt the question is about: the last one that means something; None if there is none.

    A last attempt that is a clean-up only, a stranger's knock on a server that somebody else used, or the vain try of a daemon to
    get back what just broke down, is not it. With `of` the tries of that side come first, if there are any.
    """
    if not attempts:
        return None
    meaning = [_meaning(attempt) for attempt in attempts]
    if of is not None:
        meaning = [value + (value == _A_TRY and attempt.side is of) for value, attempt in zip(meaning, attempts, strict=True)]
    best = max(meaning)
    last = max(index for index, value in enumerate(meaning) if value == best)
    return last - 1 if last and _is_revival(attempts[last - 1], attempts[last]) else last


def _meaning(attempt: Attempt) -> int:
    """0: only tidies up; 1: a knock on the door; 2: a try."""
    own = [fact for fact in attempt.facts if "during" in fact.values]
    if not own or all(fact.id.partition(".")[2] in _TIDYING for fact in own):
        return 0
    return 1 if attempt.side is Side.SERVER and all(fact.id in _KNOCKS for fact in own) else _A_TRY


def _is_revival(before: Attempt, after: Attempt) -> bool:
    """The connection broke down because the peer went silent, and what the daemon begins at once brings it not back."""
    broke = before.stage is Stage.CONNECTED and any(fact.id in _WENT_SILENT for fact in before.facts)
    if not broke or before.end is None or after.start is None or (before.peer and after.peer and before.peer != after.peer):
        return False
    waited = (after.start.at - before.end.at).total_seconds()
    return waited <= REVIVED and not any(fact.id in _COMES_BACK or fact.id == "link.dialled" for fact in after.facts)


def _is_host(fact: Fact, base: KnowledgeBase) -> bool:
    kind = base.facts.get(fact.id)
    return kind is not None and kind.host


def _with_host(attempt: Attempt, hosts: Sequence[Fact]) -> Attempt:
    if not hosts:
        return attempt
    return replace(attempt, facts=tuple(sorted((*attempt.facts, *hosts), key=lambda fact: fact.order)))


def _grouped(facts: Sequence[Fact], base: KnowledgeBase, side: Side | None) -> list[Attempt]:
    return [_attempt(each, base, side) for each in tries_of(facts, base)]


def _attempt(made: Try, base: KnowledgeBase, side: Side | None) -> Attempt:
    order = sorted(range(len(made.facts)), key=lambda index: made.facts[index].order)
    facts = [made.facts[index] for index in order]
    kinds = [made.kinds[index] for index in order]
    sides = Counter(fact.values["side"] for fact in facts if fact.values.get("side") in set(Side))
    whose = Side(sides.most_common(1)[0][0]) if sides else side
    course = Course(base)
    told = [course.say(fact, kind, whose) for fact, kind in zip(facts, kinds, strict=True)]
    clocks = [fact.clock for fact in facts if fact.clock is not None]
    return Attempt(
        facts=tuple(told),
        stage=course.stage,
        start=min(clocks, key=lambda clock: clock.at) if clocks else None,
        end=max(clocks, key=lambda clock: clock.at) if clocks else None,
        peer=next((peer for fact in facts if (peer := peer_of(fact)) is not None), None),
        ended=course.ended,
        covered=course.covered,
        side=whose,
    )
