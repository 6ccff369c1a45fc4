"""Where two files of one incident tell different things about the same attempt. What it means is said, not weighed.

client   14:02:07 sending main-1 again, for want of an answer
server   14:02:11 sent main-2                    the answer did not arrive: what lies between them loses packets
client   14:02:30 the tunnel was refused
server   14:02:31 local IP address 10.0.0.1      one came up, the other says that it did not
client   14:02:32 phase 2 began, id 756095253
server   13:58:10 phase 2 began, id 756095253    their clocks are apart
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from knowledge.course import does_of
from knowledge.rules import Does, KnowledgeBase
from knowledge.terms import Attempt, Difference, Differing, Evidence, Fact, Side, Stage

__all__ = ["CLOCKS_APART", "apart", "differences"]

#: Seconds between the times that two files give for the same moment, from which on their clocks are said to be apart.
CLOCKS_APART = 5.0

#: By stage: what says that an end waits in vain, what it would have said of an answer, and what shows that the other sent one.
_WAITS: Mapping[Stage, frozenset[str]] = {
    Stage.IKE: frozenset({"ike.retransmit", "ike.timeout", "ike.responder_timeout"}),
    Stage.L2TP: frozenset({"l2tp.retransmit", "l2tp.timeout"}),
}
_ANSWERED: Mapping[Stage, frozenset[str]] = {
    Stage.IKE: frozenset({"ike.reply", "ike.established"}),
    Stage.L2TP: frozenset({"l2tp.reply", "l2tp.tunnel_established", "l2tp.established"}),
}
_SENT: Mapping[Stage, frozenset[str]] = {
    Stage.IKE: frozenset({"ike.sent"}),
    Stage.L2TP: frozenset({"l2tp.retransmit", "l2tp.tunnel_established", "l2tp.established"}),
}
#: What an end says of a message that came and that it could not read, or that told it to stop.
_USELESS = frozenset({"ike.decrypt_failed", "ike.malformed", "ike.notify"})
#: What is said of a connection that came up.
_UP = frozenset({"ipcp.up", "session.up"})


def differences(one: Attempt, other: Attempt, base: KnowledgeBase) -> tuple[Difference, ...]:
    """What the client's file and the server's say otherwise of one attempt; nothing for two files of the same side."""
    views = {each.side: each for each in (one, other)}
    if set(views) != set(Side):
        return ()
    client, server = views[Side.CLIENT], views[Side.SERVER]
    return (*_lost(client, server, base), *_outcome(client, server, base), *_clocks(client, server))


def apart(one: Attempt, other: Attempt) -> float:
    """By how many seconds the clock of `other` is ahead of that of `one`; 0.0 where no moment is found in both."""
    both = _same_moment(one, other)
    return _seconds(*both) if both else 0.0


def _lost(client: Attempt, server: Attempt, base: KnowledgeBase) -> Iterator[Difference]:
    """An end waits for an answer until it gives up, the other sent one, and nothing shows that it came and was of no use."""
    for waits, sends, kind in ((client, server, Differing.ANSWER_LOST), (server, client, Differing.REQUEST_LOST)):
        waiting = _last(waits, _WAITS.get(waits.stage, frozenset()))
        if waiting is None or any(_refuses(fact, waits.stage, base) for fact in waits.facts):
            continue
        heard = {fact.values.get("message") for fact in waits.facts if fact.id in _ANSWERED[waits.stage]}
        unheard = [
            fact
            for fact in sends.facts
            if fact.id in _SENT[waits.stage] and _unheard(fact, heard, begins=kind is Differing.REQUEST_LOST)
        ]
        if unheard:
            sent = next((fact for fact in reversed(unheard) if not _later(fact, waiting)), unheard[-1])
            pair = (waiting, sent) if waits is client else (sent, waiting)
            yield Difference(kind=kind, evidence=_lines(*pair), clock=sent.clock)
            return


def _refuses(fact: Fact, stage: Stage, base: KnowledgeBase) -> bool:
    """Something came, and this end could not or would not use it."""
    return fact.id in _USELESS or (does_of(fact, base.facts.get(fact.id)) is Does.FAILS and fact.id not in _WAITS[stage])


def _unheard(fact: Fact, heard: set[str | None], *, begins: bool) -> bool:
    """A message of which the other end never spoke. Of the one that begins it all it spoke: it knows of the attempt."""
    message = fact.values.get("message")
    if message is None:
        return not heard and not begins
    return message not in heard and not (begins and message.endswith("-1"))


def _later(fact: Fact, other: Fact) -> bool:
    return fact.clock is not None and other.clock is not None and fact.clock.at > other.clock.at


def _outcome(client: Attempt, server: Attempt, base: KnowledgeBase) -> Iterator[Difference]:
    """The connection came up at one end, and the other one says that it did not."""
    for up, down in ((client, server), (server, client)):
        came = _last(up, _UP)
        if up.stage is not Stage.CONNECTED or came is None or down.stage is Stage.CONNECTED or not down.ended:
            continue
        failed = [fact for fact in down.facts if does_of(fact, base.facts.get(fact.id)) is Does.FAILS]
        if failed:
            pair = (came, failed[-1]) if up is client else (failed[-1], came)
            yield Difference(kind=Differing.OUTCOME, evidence=_lines(*pair), side=up.side, clock=came.clock)


def _clocks(client: Attempt, server: Attempt) -> Iterator[Difference]:
    both = _same_moment(client, server)
    if both and abs(_seconds(*both)) >= CLOCKS_APART:
        yield Difference(kind=Differing.CLOCKS, evidence=_lines(*both), seconds=abs(_seconds(*both)))


def _same_moment(one: Attempt, other: Attempt) -> tuple[Fact, Fact] | None:
    """The first moment that both wrote down, by the random number of the exchange: an offer of phase 2 arrives at once."""
    numbered = {fact.values["id"]: fact for fact in reversed(other.facts) if _numbered(fact)}
    return next(
        ((fact, numbered[fact.values["id"]]) for fact in one.facts if _numbered(fact) and fact.values["id"] in numbered), None
    )


def _numbered(fact: Fact) -> bool:
    return fact.id == "esp.started" and bool(fact.values.get("id")) and fact.clock is not None


def _seconds(one: Fact, other: Fact) -> float:
    return (other.clock.at - one.clock.at).total_seconds() if one.clock and other.clock else 0.0


def _last(attempt: Attempt, ids: frozenset[str]) -> Fact | None:
    return next((fact for fact in reversed(attempt.facts) if fact.id in ids), None)


def _lines(client: Fact, server: Fact) -> tuple[Evidence, ...]:
    return (*client.evidence[-1:], *server.evidence[-1:])
