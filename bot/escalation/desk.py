"""What happens between a case and the engineers. Pure moves on a `Turn`.

The wall: of what a responder writes, only `reply` reaches the requester. What the requester writes, uploads, edits or takes
back appears in the admin thread, redacted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.cases import CaseState, Resolution
from bot.errors import UserError
from bot.escalation import clock, handiwork, policy
from bot.escalation.turn import Turn
from bot.events import Action, ActionTaken, ReplySubmitted, SayingFailed, UploadedFile, UploadId
from bot.permissions import Deed
from bot.ports import Where
from knowledge import CauseId

#: What Slack says when the admin channel is gone, or the bot is not in it any more.
GONE = frozenset(
    {"channel_not_found", "not_in_channel", "is_archived", "no-admin-channel", "restricted_action", "posting_to_channel_denied"}
)

#: With which reason an engineer may resolve a case.
REASONS = frozenset({Resolution.FIXED, Resolution.WORKAROUND, Resolution.NO_FAULT, Resolution.OUTAGE})


def hand_over(turn: Turn, reasons: tuple[str, ...]) -> None:
    """The case goes to the admin channel; where there is none, its person is told whom to contact."""
    if not turn.world.has_desk:
        turn.note("asked-for-a-person")
        turn.say(turn.say_words.no_desk(turn.case, contact=turn.world.contact, locale=turn.locale))
        return
    was_there = turn.case.on_desk
    turn.case = turn.case.escalated(turn.world.now, reasons)
    if not was_there:
        kept = turn.case.handling.arrived(turn.world.now, policy.severity(turn.case))
        turn.case = replace(turn.case, handling=kept)
    turn.note("escalated", ", ".join(reasons))
    if not was_there:
        turn.say(turn.say_words.handed_over(turn.case, locale=turn.locale))
        office = turn.world.office
        if office is not None and not office.is_open(turn.world.now):
            opens = office.opens_at(turn.world.now)
            turn.say(turn.say_words.outside_office(turn.case, opens, locale=turn.locale))


def follow_up(turn: Turn) -> None:
    """What follows from a step by itself: news for cases that hang on this one, and the clock."""
    handiwork.tell_others(turn)
    clock.wind(turn)


def relay(turn: Turn, text: str, *, files: Sequence[str] = (), change: str = "new") -> None:
    """What the requester wrote (redacted) or uploaded (names) appears in the admin thread."""
    if not turn.case.on_desk:
        return
    if change != "deleted":
        turn.case = replace(turn.case, handling=turn.case.handling.spoken_to(turn.world.now))
    if change == "new" and not text.strip() and not files:
        return  # nothing that can be seen was written
    name = turn.world.requester.name if turn.world.requester else str(turn.case.requester)
    words = turn.say_words.relay_to_desk(
        turn.case, text, requester=name, files=files, change=change, locale=turn.world.desk_locale
    )
    turn.tell_desk(words)


def talked(turn: Turn) -> None:
    """An engineer wrote in the case's thread of the admin channel; what, is not the bot's business."""
    if turn.event.user is not None and turn.event.user == turn.case.assignee:
        turn.case = replace(turn.case, handling=turn.case.handling.worked_on(turn.world.now))


def act(turn: Turn, event: ActionTaken) -> None:
    """A button of the card.

    Raises:
        UserError: not a responder, somebody else has it, or it is over.
    """
    permission = turn.allowed(event.action)
    if not permission:
        raise UserError(permission.reason or "responders-only")
    match event.action:
        case Action.CLAIM:
            _claim(turn, event)
        case Action.UNCLAIM:
            if turn.case.state is not CaseState.CLAIMED:
                return
            turn.case = turn.case.released()
            turn.case = replace(turn.case, handling=turn.case.handling.given_back(turn.world.now))
            turn.note("released")
            turn.news("released")
        case Action.CONFIRM_CAUSE:
            _confirm(turn, event)
        case Action.RESOLVE:
            _resolve(turn, event)
        case _:
            handiwork.act(turn, event)


def reply(turn: Turn, event: ReplySubmitted) -> None:
    """The only way across the wall.

    Raises:
        UserError: not a responder, or nothing was written.
    """
    permission = turn.allowed(Deed.REPLY)
    if not permission:
        raise UserError(permission.reason or "responders-only")
    if not event.text.strip():
        raise UserError("nothing-to-say")
    if event.source is not None and turn.case.state is CaseState.CLOSED:
        raise UserError("case-is-over")
    turn.say(turn.say_words.relay_to_requester(turn.case, event.text, locale=turn.locale))
    for file in _ticked(turn, event):
        turn.pass_on(UploadId(""), file.id, file.name, where=Where.REQUESTER)
        turn.note("sent-file", file.name)
    turn.case = replace(turn.case, handling=turn.case.handling.answered(turn.world.now))
    turn.note("replied")
    turn.news("replied", text=event.text)


def _ticked(turn: Turn, event: ReplySubmitted) -> list[UploadedFile]:
    """The files that go along: each was ticked, and hangs on that very message of this case's own thread."""
    if event.source is None or not event.files:
        return []
    carried = {file.id: file for ref, _, files in turn.world.thread if ref == event.source for file in files}
    return [carried[each] for each in event.files if each in carried]


def share_original(turn: Turn, upload: UploadId) -> None:
    """The requester passes a file on as it is: Slack shows it to the engineers, nothing of it is kept here.

    Raises:
        UserError: there is no such file, or no engineer to show it to.
    """
    found = turn.case.upload(upload)
    if found is None or not turn.case.on_desk:
        raise UserError("no-such-file")
    if found.shared_with_desk:
        return
    turn.case = turn.case.with_upload(found.shared())
    turn.note("shared-original", found.name)
    turn.pass_on(found.id, found.file_id, found.name)
    turn.say(turn.say_words.shared(turn.case, found, locale=turn.locale))


def saying_failed(turn: Turn, event: SayingFailed) -> None:
    """Slack refused something for good: the side that can still hear learns of it, once for each place."""
    turn.note("saying-failed", f"{event.place}: {event.code}")
    if event.place == Where.DESK.value and (event.slot == "card" or event.code in GONE):
        turn.say(
            turn.say_words.no_desk(turn.case, contact=turn.world.contact, locale=turn.locale), key=f"{turn.case.id}/desk-is-gone"
        )
    elif event.place == Where.REQUESTER.value and event.slot is None:
        turn.news("reply-failed", text=event.code)


def _claim(turn: Turn, event: ActionTaken) -> None:
    if event.user is None or turn.case.assignee == event.user:
        return
    turn.case = turn.case.claimed(event.user)
    turn.case = replace(turn.case, handling=replace(turn.case.handling.worked_on(turn.world.now), snoozed_until=None))
    turn.note("claimed")
    turn.news("claimed")
    turn.say(turn.say_words.taken(turn.case, locale=turn.locale))


def _confirm(turn: Turn, event: ActionTaken) -> None:
    """A second time with another cause is a correction."""
    cause = CauseId(event.argument)
    if cause not in turn.world.base.causes or turn.case.confirmed_cause == cause:
        return
    turn.case = turn.case.confirmed(cause)
    turn.note("cause-confirmed", cause)
    turn.news("cause-confirmed", text=cause)


def _resolve(turn: Turn, event: ActionTaken) -> None:
    """`fixed`, or with the confirmed cause behind it, as the form sends it: `fixed psk-mismatch`."""
    if turn.case.state is CaseState.CLOSED:
        raise UserError("case-is-over")
    argument, _, cause = event.argument.partition(" ")
    if cause:
        _confirm(turn, replace(event, argument=cause))
    if turn.case.state is CaseState.RESOLVED:
        return
    resolution = Resolution(argument) if argument in REASONS else Resolution.FIXED
    turn.case = turn.case.resolved(resolution)
    kept = replace(
        turn.case.handling, owed_since=None, snoozed_until=None, resolved_by=turn.event.user, resolved_at=turn.world.now
    )
    turn.case = replace(turn.case, handling=kept)
    turn.note("resolved", resolution)
    turn.news("resolved")
    turn.say(turn.say_words.resolved(turn.case, locale=turn.locale))
