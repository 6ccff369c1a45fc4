"""What an outage means for a case that belongs to it: no more of the same questions, what is known, and in the end a question.

Pure moves on a `Turn`.
"""

from __future__ import annotations

from dataclasses import replace

from bot.cases import CaseState, Origin, Resolution
from bot.escalation.turn import Turn
from bot.events import OutageEnded, OutageFound


def found(turn: Turn, event: OutageFound) -> None:
    """The radar says that the case belongs to it: its person is told what is known, once."""
    if turn.case.is_over or turn.case.handling.incident is not None or turn.case.origin is not Origin.REQUEST:
        return
    turn.case = replace(turn.case, handling=replace(turn.case.handling, incident=event.outage))
    turn.note("outage", event.outage)
    turn.case = turn.case.waiting()
    turn.say(turn.say_words.outage_known(turn.case, locale=turn.locale), slot=slot(event.outage))
    turn.news("outage")


def slot(outage: str) -> str:
    """The message that tells of it, which stands as long as it lasts."""
    return f"outage:{outage}"


def ended(turn: Turn, event: OutageEnded) -> bool:
    """It is mended: each is asked whether it works. Or it was none: then (True) the case goes on where it was."""
    if turn.case.handling.incident != event.outage:
        return False
    if turn.case.state is CaseState.CLOSED:
        return False
    if not event.mended:
        turn.case = replace(turn.case, handling=replace(turn.case.handling, incident=None))
        turn.note("no-outage")
        return not turn.case.on_desk and not turn.case.is_over
    if turn.case.state is not CaseState.RESOLVED:
        turn.case = turn.case.resolved(Resolution.OUTAGE)
        turn.case = replace(turn.case, handling=replace(turn.case.handling, owed_since=None, resolved_at=turn.world.now))
    turn.note("outage-over")
    turn.say(turn.say_words.outage_over(turn.case, locale=turn.locale))
    turn.news("outage-over")
    return False
