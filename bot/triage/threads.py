"""In a channel's thread: a mention of the bot, an upload in a watched channel; and a mention in the desk's thread.

A mention is answered for whoever reads along, and asks no questions; with one of the bot's words it gets what the word stands
for, once all files of the thread are read. In a watched channel only a VPN log is answered, as the channel's mode says, and
everything else is left in peace: no receipt, no *I don't know*. Where somebody asked for quiet the bot says nothing.
"""

from __future__ import annotations

import base64
from dataclasses import replace

import knowledge
from bot.cases import Origin, UploadState
from bot.escalation.turn import Turn
from bot.events import ActionTaken, MessagePosted, MessageRef, Watching
from bot.triage import files, interview, words
from bot.triage.supposing import supposed
from knowledge import ChoiceId, Log, QuestionId, Verdict

#: Words of a thread that are taken along when the bot is called late: its first message and the call.
_FIRST = 1
#: Characters; details that are longer come as a file as well.
MESSAGE = 3900


def message(turn: Turn, event: MessagePosted) -> None:
    """A mention or a file in the thread of a channel's case."""
    asked = words.asked(event.text) if event.mentions_bot and not is_shortcut(event) else None
    if turn.case.muted or asked == "mute":
        _quiet(turn, event, asked)
        return
    if event.mentions_bot and turn.case.origin is Origin.WATCHED:
        # Called by name, it is quiet no longer.
        turn.case = replace(turn.case, origin=Origin.MENTION)
    if asked == "help":
        turn.say(turn.say_words.thread_help(locale=turn.locale))
        return
    if event.mentions_bot:
        _take_thread(turn)
        if asked is None:
            _take_words(turn, event.text, event.ref)
    elif turn.case.origin is Origin.WATCHED and turn.case.platform is None:
        # Of the words beside a log only the system is of use here, for the steps; the words are not kept.
        turn.case = replace(turn.case, platform=knowledge.understand(turn.world.base, event.text).platform)
    files.receive(turn, event.files, event.ref)
    if event.mentions_bot:
        turn.case = replace(turn.case, wanted=(*turn.case.wanted, asked or "triage"))
        _answer_wanted(turn)


def read(turn: Turn, *, understood: bool) -> None:
    """A file of the thread was read."""
    if turn.case.muted or turn.case.pending:
        return
    if turn.case.wanted:
        _answer_wanted(turn)
    elif turn.case.origin is Origin.WATCHED:
        if understood and _logs(turn):
            _watched(turn)
    elif _logs(turn):
        _answer(turn)


def mute(turn: Turn) -> None:
    """Somebody wants quiet in this thread."""
    if not turn.case.muted and turn.case.origin is not Origin.REQUEST:
        turn.case = replace(turn.case, muted=True)
        turn.note("muted")
        turn.whisper(turn.say_words.muted(locale=turn.locale))


def is_shortcut(event: MessagePosted) -> bool:
    """*Diagnose this message*: the words are those of the message, not meant for the bot."""
    return event.id.startswith("shortcut:")


def details(turn: Turn) -> None:
    """Everything behind the answer: in the direct message as a message, in a channel only for who asked."""
    logs = [turn.world.logs[upload.id] for upload in turn.case.uploads if upload.id in turn.world.logs]
    said = turn.say_words.details(turn.case, logs, locale=turn.locale)
    if turn.case.origin is not Origin.REQUEST and isinstance(turn.event, ActionTaken):
        turn.whisper(said)
        return
    turn.say(said)
    whole = turn.say_words.details_text(turn.case, logs, locale=turn.locale)
    if isinstance(whole, str) and len(whole) > MESSAGE:
        name = f"details-{turn.case.id[:8].upper()}.txt"
        turn.say(turn.say_words.as_file(name, locale=turn.locale))
        turn.attach(name, content=base64.b64encode(whole.encode()).decode())


def desk_mention(turn: Turn) -> None:
    """An engineer asks the bot in the case's thread of the admin channel: the details, there."""
    logs = [turn.world.logs[upload.id] for upload in turn.case.at_desk().uploads if upload.id in turn.world.logs]
    turn.tell_desk(turn.say_words.details(turn.case.at_desk().as_judged(), logs, locale=turn.world.desk_locale))


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


def _quiet(turn: Turn, event: MessagePosted, asked: str | None) -> None:
    """In a thread where quiet is wanted, or is asked for now."""
    if asked == "mute":
        mute(turn)
    elif asked == "unmute":
        turn.case = replace(turn.case, muted=False, origin=Origin.MENTION)
        turn.say(turn.say_words.unmuted(locale=turn.locale))
    elif event.mentions_bot:
        turn.whisper(turn.say_words.still_muted(locale=turn.locale))


def _watched(turn: Turn) -> None:
    """A log in a watched channel: answered, or kept for who asks, as the channel's mode says."""
    mode = turn.world.watch.mode if turn.world.watch else Watching.ANSWER
    turn.case = turn.case.diagnosed(interview.conclude(turn.case, turn.world))
    firm = turn.case.diagnosis is not None and turn.case.diagnosis.verdict in (Verdict.CONCLUSIVE, Verdict.LIKELY)
    if mode is Watching.ANSWER or (mode is Watching.LIKELY and firm):
        _answer(turn)


def _answer_wanted(turn: Turn) -> None:
    """What was asked for, one after another, as soon as every file is read."""
    if turn.case.pending:
        return
    wanted, turn.case = dict.fromkeys(turn.case.wanted), replace(turn.case, wanted=())
    for each in wanted:
        name, _, about = each.partition(" ")
        if name == "triage":
            _answer(turn)
        elif name == "unmute":
            turn.say(turn.say_words.unmuted(locale=turn.locale))
        else:
            turn.case = turn.case.diagnosed(interview.conclude(turn.case, turn.world))
            _ANSWERS[name](turn, about)


def _explain(turn: Turn, about: str) -> None:
    del about
    if not _logs(turn) and not turn.case.answers and not _typed_code(turn):
        turn.say(turn.say_words.nothing_to_read(turn.case, locale=turn.locale))
        return
    details(turn)


def _why_not(turn: Turn, about: str) -> None:
    turn.say(turn.say_words.why_not(turn.case, about, locale=turn.locale))


def _what_if(turn: Turn, about: str) -> None:
    question, choice = supposed(turn.world.base, about)
    then = None
    if interview.is_choice(turn.world, QuestionId(question), ChoiceId(choice)):
        then = interview.conclude(turn.case.answered(QuestionId(question), ChoiceId(choice)), turn.world)
    turn.say(turn.say_words.what_if(turn.case, question, choice, then, locale=turn.locale))


def _timeline(turn: Turn, about: str) -> None:
    del about
    turn.say(turn.say_words.timeline(turn.case, locale=turn.locale))
    turn.draw(again=True)


def _redact(turn: Turn, about: str) -> None:
    del about
    shown = [upload for upload in turn.case.uploads if upload.state is UploadState.READ and upload.id in turn.world.logs]
    if not shown:
        turn.say(turn.say_words.nothing_to_redact(locale=turn.locale))
    for upload in shown:
        turn.attach(f"{upload.name.rpartition('.')[0] or upload.name}.redacted.txt"[:200], upload=upload.id)


_ANSWERS = {"explain": _explain, "why-not": _why_not, "what-if": _what_if, "timeline": _timeline, "redact": _redact}


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
    if turn.case.origin is Origin.MENTION:
        turn.draw()


def _logs(turn: Turn) -> list[Log]:
    read_here = {upload.id for upload in turn.case.uploads if upload.state is UploadState.READ}
    return [log for upload, log in turn.world.logs.items() if upload in read_here]


def _typed_code(turn: Turn) -> bool:
    return any(interview.codes_in(turn, text) for text in turn.case.said)


def _own(turn: Turn) -> MessageRef | None:
    return turn.event.ref if isinstance(turn.event, MessagePosted) else None
