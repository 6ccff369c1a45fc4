"""What an engineer decides about a case besides claiming, answering and resolving it. Pure moves on a `Turn`.

None of it is shown to the requester, but for what a function says it tells them, in the bot's own words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import knowledge
from bot.cases import CaseState, Resolution, UploadState
from bot.errors import UserError
from bot.escalation.turn import Turn
from bot.events import Action, ActionTaken, CaseId, Merged, MergeNews, TeachAsked, UserId
from bot.handling import Priority
from knowledge import CauseId, ChoiceId, QuestionId

#: The longest snooze, in minutes: a fortnight.
LONGEST_SNOOZE = 14 * 24 * 60


def act(turn: Turn, event: ActionTaken) -> None:
    """One of these, by its action."""
    move = MOVES.get(event.action)
    if move is None:
        return
    if turn.case.is_over and event.action not in (Action.REOPEN_CASE, Action.TEACH):
        raise UserError("case-is-over")
    turn.case = replace(turn.case, handling=turn.case.handling.worked_on(turn.world.now))
    move(turn, event.argument)


def snooze(turn: Turn, minutes: str) -> None:
    """Nobody is reminded, warned or called before; the requester's next word ends it."""
    if not minutes:
        turn.case = replace(turn.case, handling=turn.case.handling.awake(turn.world.now))
        turn.note("snooze-ended")
        turn.news("snooze-ended")
        return
    if not minutes.isdecimal() or not 0 < int(minutes) <= LONGEST_SNOOZE:
        raise UserError("nothing-to-say")
    until = turn.world.now + timedelta(minutes=int(minutes))
    turn.case = replace(turn.case, handling=turn.case.handling.snoozed(until))
    turn.note("snoozed", minutes)
    turn.news("snoozed")


def prioritise(turn: Turn, chosen: str) -> None:
    """How soon; apart from how bad."""
    try:
        priority = Priority(chosen) if chosen else None
    except ValueError:
        raise UserError("nothing-to-say") from None
    if priority is turn.case.handling.priority:
        return
    turn.case = replace(turn.case, handling=replace(turn.case.handling, priority=priority))
    turn.note("prioritised", chosen)
    turn.news("prioritised")


def pin(turn: Turn, cause: str) -> None:
    """An engineer is sure of a cause; a second time, not any more."""
    known = _cause(turn, cause)
    turn.case = replace(turn.case, handling=turn.case.handling.pinning(known))
    turn.note("pinned" if turn.case.handling.pinned else "unpinned", cause)
    turn.news("pinned" if turn.case.handling.pinned else "unpinned", text=cause)


def rule_out(turn: Turn, cause: str) -> None:
    """An engineer excludes a cause; a second time, not any more."""
    known = _cause(turn, cause)
    turn.case = replace(turn.case, handling=turn.case.handling.ruling_out(known))
    out = known in turn.case.handling.ruled_out
    turn.note("ruled-out" if out else "ruled-in", cause)
    turn.news("ruled-out" if out else "ruled-in", text=cause)


def ask_log(turn: Turn, collect: str) -> None:
    """The requester is asked for a log, in the knowledge base's own words."""
    if collect not in turn.world.base.collects:
        raise UserError("nothing-to-say")
    turn.say(turn.say_words.log_wanted(turn.case, collect, locale=turn.locale))
    turn.case = replace(turn.case, handling=turn.case.handling.answered(turn.world.now))
    turn.note("asked-for-log", collect)
    turn.news("asked-for-log", text=turn.world.base.collects[collect].title(turn.world.desk_locale))


def hand_on(turn: Turn, to: str) -> None:
    """Another engineer has it now."""
    if not to or not turn.world.named_is_responder:
        raise UserError("no-engineer")
    turn.case = replace(
        turn.case,
        state=CaseState.CLAIMED,
        assignee=UserId(to),
        handling=replace(turn.case.handling.worked_on(turn.world.now), snoozed_until=None),
    )
    turn.note("handed-on", to)
    turn.news("handed-on", text=to)


def merge(turn: Turn, _number: str) -> None:
    """It is the same trouble as another case: that one is worked on, and this one's person is asked when it is mended."""
    other = turn.world.other
    if other is None or other.id == turn.case.id or other.workspace != turn.case.workspace or not other.on_desk:
        raise UserError("no-such-case")
    if other.is_over or other.handling.merged_into is not None or turn.case.handling.merged_into is not None:
        raise UserError("cannot-merge")
    turn.case = replace(
        turn.case,
        state=CaseState.RESOLVED,
        resolution=Resolution.DUPLICATE,
        handling=replace(turn.case.handling, merged_into=other.id, owed_since=None, snoozed_until=None),
    )
    _tell(turn, other.id, MergeNews.JOINED)
    turn.note("merged", other.id)
    turn.news("merged", text=other.id[:8].upper())
    turn.say(turn.say_words.merged(turn.case, locale=turn.locale))


def merged(turn: Turn, event: Merged) -> None:
    """News from the other case."""
    kept = turn.case.handling
    match event.news:
        case MergeNews.JOINED if turn.case.is_over or kept.merged_into is not None:
            _tell(turn, event.other, MergeNews.REFUSED)
        case MergeNews.JOINED:
            if event.other not in kept.duplicates:
                turn.case = replace(turn.case, handling=replace(kept, duplicates=(*kept.duplicates, event.other)))
                turn.note("has-duplicate", event.other)
                turn.news("has-duplicate", text=event.other[:8].upper())
        case MergeNews.LEFT:
            left = tuple(each for each in kept.duplicates if each != event.other)
            turn.case = replace(turn.case, handling=replace(kept, duplicates=left))
        case MergeNews.REFUSED if kept.merged_into == event.other and turn.case.state is CaseState.RESOLVED:
            turn.came_back()
            turn.note("merge-refused")
            turn.news("merge-refused")
        case MergeNews.OVER if kept.merged_into == event.other and turn.case.state is CaseState.RESOLVED:
            turn.note("origin-over")
            turn.say(turn.say_words.resolved(turn.case, locale=turn.locale))
            turn.news("origin-over")
        case _:
            return


def tell_others(turn: Turn) -> None:
    """What follows for cases that hang on this one: it is over, or it is a case of its own again."""
    before, kept = turn.before, turn.case.handling
    if before is None:
        return
    if turn.case.is_over and not before.is_over and turn.case.resolution is not Resolution.DUPLICATE:
        for duplicate in kept.duplicates:
            _tell(turn, duplicate, MergeNews.OVER)
    if before.handling.merged_into is not None and kept.merged_into is None:
        _tell(turn, before.handling.merged_into, MergeNews.LEFT)


def reopen(turn: Turn, _argument: str) -> None:
    """An engineer takes a case up again."""
    if not turn.case.is_over:
        return
    turn.came_back()
    turn.note("reopened")
    turn.news("reopened-by")
    turn.say(turn.say_words.reopened_by_desk(turn.case, locale=turn.locale))


def what_if(turn: Turn, argument: str) -> None:
    """What another answer would change, said in the desk's thread; nothing of it is kept."""
    question, _, choice = argument.partition("=")
    known = turn.world.base.questions.get(QuestionId(question))
    then = None
    if known is not None and any(each.id == choice for each in known.choices):
        logs = tuple(
            turn.world.logs[u.id] for u in turn.case.at_desk().uploads if u.id in turn.world.logs and u.state is UploadState.READ
        )
        answers = {**turn.case.answers, QuestionId(question): ChoiceId(choice)}
        text = "\n".join(turn.case.said) or None
        then = knowledge.diagnose(turn.world.base, logs, answers, text=text, platform=turn.case.platform)
        then = turn.case.handling.over(then)
    words = turn.say_words.what_if(turn.case.as_judged(), question, choice, then, locale=turn.world.desk_locale)
    turn.tell_desk(words)


def teach(turn: Turn, _argument: str) -> None:
    """The bot learns from the case, in a lane of its own; how far it is stands in the thread."""
    if turn.case.confirmed_cause is None or not turn.case.is_over:
        raise UserError("nothing-to-teach")
    slot = f"teach:{turn.event.id}"
    turn.tell_desk(turn.say_words.teaching(turn.case, done=0, of=0, locale=turn.world.desk_locale), slot=slot)
    turn.note("teaching")
    asked = TeachAsked(
        id=f"teach:{turn.case.id}:{turn.event.id}",
        workspace=turn.case.workspace,
        at=turn.world.now,
        user=turn.event.user,
        case=turn.case.id,
        slot=slot,
    )
    turn.follow(asked)


def _tell(turn: Turn, case: CaseId, news: MergeNews) -> None:
    turn.follow(
        Merged(
            id=f"merged:{turn.case.id}:{case}:{news}:{turn.event.id}",
            workspace=turn.case.workspace,
            at=turn.world.now,
            case=case,
            other=turn.case.id,
            news=news,
        )
    )


def _cause(turn: Turn, cause: str) -> CauseId:
    if cause not in turn.world.base.causes:
        raise UserError("nothing-to-say")
    return CauseId(cause)


MOVES: Mapping[Action, Callable[[Turn, str], None]] = {
    Action.SNOOZE: snooze,
    Action.PRIORITISE: prioritise,
    Action.PIN_CAUSE: pin,
    Action.RULE_OUT: rule_out,
    Action.ASK_LOG: ask_log,
    Action.HAND_ON: hand_on,
    Action.MERGE: merge,
    Action.WHAT_IF: what_if,
    Action.REOPEN_CASE: reopen,
    Action.TEACH: teach,
}
