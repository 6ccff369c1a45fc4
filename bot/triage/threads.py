"""In a channel's thread: a mention of the bot, an upload in a watched channel; and a mention in the desk's thread.

A mention is answered for whoever reads along, and asks no questions. In a watched channel only a VPN log is answered, and
everything else is left in peace: no receipt, no *I don't know*.
"""

from __future__ import annotations

from dataclasses import replace

from bot.cases import Origin, UploadState
from bot.escalation.turn import Turn
from bot.events import ActionTaken, MessagePosted, MessageRef
from bot.triage import files, interview
from knowledge import Log

#: Words of a thread that are taken along when the bot is called late: its first message and the call.
_FIRST = 1


def message(turn: Turn, event: MessagePosted) -> None:
    """A mention or a file in the thread of a channel's case."""
    if event.mentions_bot and turn.case.origin is Origin.WATCHED:
        # Called by name, it is quiet no longer.
        turn.case = replace(turn.case, origin=Origin.MENTION)
    if event.mentions_bot:
        _take_thread(turn)
        _take_words(turn, event.text, event.ref)
    files.receive(turn, event.files, event.ref)
    if event.mentions_bot:
        _answer(turn)


def read(turn: Turn, *, understood: bool) -> None:
    """A file of the thread was read."""
    if turn.case.origin is Origin.WATCHED and not understood:
        return
    if not turn.case.pending and _logs(turn):
        _answer(turn)


def details(turn: Turn) -> None:
    """Everything behind the answer: in the direct message as a message, in a channel only for who asked."""
    logs = [turn.world.logs[upload.id] for upload in turn.case.uploads if upload.id in turn.world.logs]
    words = turn.say_words.details(turn.case, logs, locale=turn.locale)
    if turn.case.origin is Origin.REQUEST or not isinstance(turn.event, ActionTaken):
        turn.say(words)
    else:
        turn.whisper(words)


def desk_mention(turn: Turn) -> None:
    """An engineer asks the bot in the case's thread of the admin channel: the details, there."""
    logs = [turn.world.logs[upload.id] for upload in turn.case.uploads if upload.id in turn.world.logs]
    turn.tell_desk(turn.say_words.details(turn.case, logs, locale=turn.world.desk_locale))


def _take_thread(turn: Turn) -> None:
    """The files of the thread, from its beginning, and its first words: the trouble is told there."""
    for index, (ref, text, uploaded) in enumerate(turn.world.thread):
        if ref == _own(turn):
            continue
        files.receive(turn, uploaded, ref)
        if index < _FIRST or files.is_pasted_log(text):
            _take_words(turn, text, ref)


def _take_words(turn: Turn, text: str, ref: MessageRef) -> None:
    """What somebody wrote: lines of a log, or a description."""
    if files.is_pasted_log(text):
        files.receive_pasted(turn, text, ref)
    elif text.strip():
        interview.understood(turn, interview.hear(turn, text, ref))


def _answer(turn: Turn) -> None:
    if turn.case.pending:
        return
    turn.case = turn.case.diagnosed(interview.conclude(turn.case, turn.world))
    logs = _logs(turn)
    if not logs and not turn.case.answers and not _typed_code(turn):
        turn.say(turn.say_words.nothing_to_read(turn.case, locale=turn.locale))
        return
    turn.case = turn.case.next_turn().waiting()
    turn.say(turn.say_words.triage_reply(turn.case, logs, locale=turn.locale), slot=turn.answer_slot)


def _logs(turn: Turn) -> list[Log]:
    read_here = {upload.id for upload in turn.case.uploads if upload.state is UploadState.READ}
    return [log for upload, log in turn.world.logs.items() if upload in read_here]


def _typed_code(turn: Turn) -> bool:
    return any(interview.codes_in(turn, text) for text in turn.case.said)


def _own(turn: Turn) -> MessageRef | None:
    return turn.event.ref if isinstance(turn.event, MessagePosted) else None
