"""The desk's clock: one timer for each case, set to whatever comes next; when it rings, what is due is found anew. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.escalation import promises
from bot.escalation.promises import Due
from bot.escalation.turn import Turn

TIMER = "desk"


def wind(turn: Turn) -> None:
    """Set the timer to what comes next, if that is another time than before."""
    at = promises.next_at(turn.case, turn.world.now, turn.world.office, turn.world.chain)
    before = turn.before
    if before is not None and not turn.rang(TIMER):
        was = promises.next_at(before, turn.world.now, turn.world.office, turn.world.chain)
        if was == at:
            return
    if at is not None or (before is not None and before.on_desk):
        turn.wake(TIMER, at)


def ring(turn: Turn) -> None:
    """Say what is due; what is overtaken by something later on the same matter is passed over."""
    found = promises.due(turn.case, turn.world.now, turn.world.office, turn.world.chain)
    names = {due.name for due in found}
    turn.case = replace(turn.case, handling=turn.case.handling.marked(*names))
    for due in found:
        if due.name.endswith("-warn") and due.name.replace("-warn", "-breach") in names:
            continue
        if due.name == "claim-remind" and "claim-expire" in names:
            continue
        _say(turn, due)


def _say(turn: Turn, due: Due) -> None:
    name, locale = due.name, turn.world.desk_locale
    if name == "snooze-end":
        turn.case = replace(turn.case, handling=turn.case.handling.awake(turn.world.now))
        turn.news("snooze-over")
    elif name == "claim-expire":
        had = turn.case.assignee
        turn.case = turn.case.released()
        turn.case = replace(turn.case, handling=turn.case.handling.given_back(turn.world.now))
        turn.note("claim-expired", had or "")
        turn.tell_desk(turn.say_words.desk_call(turn.case, name, who=had or "", locale=locale))
    elif due.who.startswith("https://"):
        turn.page(due.who, turn.say_words.page_summary(turn.case, locale=locale), name=name)
        turn.note("paged", name)
        turn.tell_desk(turn.say_words.desk_call(turn.case, "paged", who="", locale=locale), meant=name)
    else:
        if name.endswith("-breach"):
            turn.case = replace(turn.case, handling=turn.case.handling.broke(name.removesuffix("-breach")))
        turn.note(name, due.who)
        occasion = "call" if name.startswith("call-") else name
        who = due.who or turn.case.assignee or ""
        turn.tell_desk(turn.say_words.desk_call(turn.case, occasion, who=who, locale=locale), meant=name)
