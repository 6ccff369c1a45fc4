"""`advance`: what follows from an event in a case. Pure: a case, an event and a picture of the world in, an `Outcome` out.

The same door for all ways in: the modal, words, files, buttons, the desk, a timer, a finished reading. A `UserError` becomes
a sentence for who acted; anything else is the caller's to catch.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from bot.cases import Case, CaseState, Origin, UploadState
from bot.errors import UserError
from bot.escalation import clock, desk, evidence, handiwork, outage, policy
from bot.escalation.turn import Turn, locale_of, place_of
from bot.events import (
    Action,
    ActionTaken,
    CaseId,
    ChannelKind,
    Event,
    FileDeleted,
    IntakeSubmitted,
    Merged,
    MessageChanged,
    MessageDeleted,
    MessagePosted,
    MessageRef,
    OutageEnded,
    OutageFound,
    ReplySubmitted,
    SayingFailed,
    TimerRang,
    UploadId,
    UploadRead,
    UserId,
)
from bot.messages import spoken
from bot.permissions import DESK_ACTIONS, Deed, may
from bot.places import zone_of
from bot.ports import Outcome, Say, Tell, Where, Whisper, World
from bot.triage import files, interview, threads
from bot.triage.interrupting import Meant, meant, red_flag
from knowledge import ChoiceId, QuestionId

#: A case in which nobody says anything for so long is closed; it can be opened again.
SILENCE = timedelta(days=7)
SILENCE_TIMER = "silence"
#: Hours between which the bot says what nobody waits for.
MORNING, EVENING = 8, 20


def advance(lane: CaseId, case: Case | None, event: Event, world: World) -> Outcome:
    """What follows.

    Args:
        lane: the id of the case, also of one that does not exist yet.
        case: the case; None: the event may begin it.
        event: what happened.
        world: everything else that there is to know.
    """
    if event.stranger:
        return _sorry(event, world, UserError("guests-may-not"), case)
    try:
        if case is None:
            return _begin(lane, event, world)
        turn = Turn(case, event, world)
        _follow_language(turn)
        _go_on(turn, event)
    except UserError as error:
        return _sorry(event, world, error, case)
    if _is_sign_of_life(event):
        turn.wake_once(SILENCE_TIMER, None if turn.case.state is CaseState.CLOSED else world.now + _patience(event))
    evidence.weigh(turn, interview.conclude)
    desk.follow_up(turn)
    return turn.outcome()


def _begin(lane: CaseId, event: Event, world: World) -> Outcome:
    if event.user is None or not may(event.user, Deed.OPEN_CASE, is_stranger=event.stranger):
        return Outcome()
    match event:
        case IntakeSubmitted():
            turn = Turn(_new(lane, event, event.user, world, asked_in=True), event, world, is_new=True)
            _intake(turn, event)
        case MessagePosted(kind=ChannelKind.DIRECT):
            turn = Turn(_new(lane, event, event.user, world), event, world, is_new=True)
            _direct_message(turn, event)
        case MessagePosted():
            origin = Origin.MENTION if event.mentions_bot else Origin.WATCHED
            new = replace(_new(lane, event, event.user, world), origin=origin, channel_thread=_thread(event))
            if world.watch is not None and world.watch.language:
                new = replace(new, locale=spoken(world.watch.language))
            turn = Turn(new, event, world, is_new=True)
            threads.message(turn, event)
        case ActionTaken() | ReplySubmitted():
            raise UserError("case-is-gone")
        case _:
            return Outcome()
    if turn.case.origin is Origin.REQUEST:
        turn.wake(SILENCE_TIMER, world.now + SILENCE)
    desk.follow_up(turn)
    return turn.outcome()


def _follow_language(turn: Turn) -> None:
    """Who chose another language gets it in the cases that are open, too."""
    if turn.event.user == turn.case.requester and turn.world.actor and turn.case.origin is Origin.REQUEST:
        turn.case = replace(turn.case, locale=locale_of(turn.world))


def _go_on(turn: Turn, event: Event) -> None:  # noqa: PLR0912 - one line for each kind of event
    match event:
        case IntakeSubmitted():
            _intake(turn, event)
        case MessagePosted():
            _message(turn, event)
        case MessageChanged():
            _changed(turn, event)
        case MessageDeleted():
            _deleted(turn, event)
        case FileDeleted():
            _file_deleted(turn, event)
            evidence.deleted(turn, [upload for upload in turn.case.desk_uploads if upload.file_id == event.file_id])
            interview.reconsider(turn)
        case UploadRead():
            _read(turn)
        case ActionTaken():
            _act(turn, event)
        case ReplySubmitted():
            desk.reply(turn, event)
        case SayingFailed() if turn.case.origin is not Origin.REQUEST and event.place == Where.REQUESTER.value:
            _cannot_speak(turn, event)
        case SayingFailed():
            desk.saying_failed(turn, event)
        case TimerRang(name="silence"):
            _silent(turn)
        case TimerRang(name=clock.TIMER):
            clock.ring(turn)
        case Merged():
            handiwork.merged(turn, event)
        case OutageFound():
            outage.found(turn, event)
        case OutageEnded():
            if outage.ended(turn, event):
                interview.present(turn)
        case TimerRang(name="check-back"):
            interview.check_back(turn)
        case _:
            return


def _intake(turn: Turn, event: IntakeSubmitted) -> None:
    """The first modal: what was typed, chosen and uploaded; for a new case, or one that goes on."""
    world = turn.world
    permission = turn.allowed(Deed.WRITE)
    if not turn.is_new and not permission:
        raise UserError(permission.reason or "not-yours")
    if turn.case.is_over:
        turn.came_back()
    platform = interview.platform_of(event.platform)
    turn.case = replace(turn.case, platform=platform or turn.case.platform)
    if event.channel or event.response_url:
        from_link = world.messages.receipt_ephemeral(turn.case, link=files.CASE_LINK, locale=turn.locale)
        turn.whisper(from_link)
    for question, choice in event.answers.items():
        if interview.is_choice(world, QuestionId(question), ChoiceId(choice)):
            turn.case = turn.case.answered(QuestionId(question), ChoiceId(choice))
    if event.text.strip():
        interview.understood(turn, interview.hear(turn, event.text, None))
    if event.error and event.error.strip():
        interview.understood(turn, interview.hear(turn, f"error {event.error.strip()}", None))
    if platform is not None:
        turn.case = replace(turn.case, platform=platform)  # what was chosen beats what was understood
    received = files.receive(turn, event.files, None)
    if turn.case.on_desk:
        typed = " ".join(part for part in (event.text, event.error or "") if part.strip())
        desk.relay(turn, turn.redacted(typed)[0], files=[upload.name for upload in received])
        turn.say(turn.say_words.passed_on(turn.case, locale=turn.locale))
        return
    if not _cannot_wait(turn, event.text):
        interview.present(turn)


def _message(turn: Turn, event: MessagePosted) -> None:
    if turn.world.side is Where.DESK:
        desk.talked(turn)
        evidence.receive(turn, event)
        if event.mentions_bot:
            threads.desk_mention(turn)
    elif turn.case.origin is not Origin.REQUEST:
        threads.message(turn, event)
    elif turn.allowed(Deed.WRITE):
        _direct_message(turn, event)


def _direct_message(turn: Turn, event: MessagePosted) -> None:
    """Words and files in the direct message."""
    received = files.receive(turn, event.files, event.ref)
    if files.is_pasted_log(event.text):
        received.append(files.receive_pasted(turn, event.text, event.ref))
        clean = ""
        if turn.case.on_desk:
            desk.relay(turn, turn.redacted(event.text)[0], files=[upload.name for upload in received[:-1]])
    else:
        clean = interview.hear(turn, event.text, event.ref) if interview.is_talk(event) else ""
        desk.relay(turn, clean, files=[upload.name for upload in received])
    if clean and not received and _interrupted(turn, event, clean):
        return
    if turn.case.state is CaseState.CLOSED:
        if received:
            interview.reopen(turn)
        else:
            turn.say(turn.say_words.closed(turn.case, locale=turn.locale))
        return
    if not clean and not received:
        return
    if turn.case.on_desk:
        return  # the engineers answer now
    if not clean:
        interview.present(turn)
        return
    heard = interview.understood(turn, clean)
    if heard.nothing and (received or turn.is_new):
        interview.present(turn)
        return
    interview.tell_understood(turn, heard)
    if not heard.nothing:
        interview.present(turn)


def _interrupted(turn: Turn, event: MessagePosted, clean: str) -> bool:  # noqa: PLR0911, PLR0912 - a line for each
    """Something said instead of an answer; False: it is none, or makes no sense now."""
    what, is_open = meant(clean), not turn.case.is_over
    if is_open and not turn.case.on_desk and red_flag(clean):
        interview.understood(turn, clean)
        return _cannot_wait(turn, clean)
    if what is Meant.PERSON:
        _ask_person(turn)
        return True
    if what is None or turn.is_new:
        return what is Meant.DOWN and _is_it_down(turn)
    match what:
        case Meant.WORKS if turn.case.state is not CaseState.CLOSED:
            interview.works_now(turn)
        case Meant.CANCEL if is_open:
            interview.cancel(turn)
        case Meant.STILL if not is_open:
            interview.reopen(turn)
        case _ if turn.case.on_desk or not is_open:
            return False
        case Meant.STILL if (step := interview.step_shown(turn)) is not None:
            interview.still_broken(turn, step)
        case Meant.DOWN:
            return _is_it_down(turn)
        case Meant.UNKNOWN:
            return interview.not_known(turn)
        case Meant.BACK if turn.case.last_answered is not None:
            interview.back(turn, event)
        case Meant.LATER:
            interview.set_check_back(turn, "morning")
        case _:
            return False
    return True


def _is_it_down(turn: Turn) -> bool:
    """Whether others have it too, as far as the bot knows."""
    if turn.case.on_desk or turn.case.is_over:
        return False
    known = turn.case.handling.incident is not None
    words = turn.say_words.outage_known if known else turn.say_words.no_outage_known
    turn.say(words(turn.case, locale=turn.locale))
    if turn.is_new:
        interview.present(turn)
    return True


def _cannot_wait(turn: Turn, text: str) -> bool:
    """A red flag cuts the interview short: the case goes to the engineers with it; without a desk the interview goes on."""
    flag = red_flag(text)
    if flag is None or turn.case.on_desk or any(entry.what == "red-flag" for entry in turn.case.timeline):
        return False
    turn.note("red-flag", flag)
    if not turn.case.pending:
        turn.case = turn.case.diagnosed(interview.conclude(turn.case, turn.world))
    turn.say(turn.say_words.urgent(turn.case, flag, locale=turn.locale))
    desk.hand_over(turn, (flag,))
    if not turn.case.on_desk:
        interview.present(turn)
    return True


def _changed(turn: Turn, event: MessageChanged) -> None:
    """An edit: the new words take the place of the old ones."""
    if not turn.allowed(Deed.WRITE) or turn.world.side is Where.DESK:
        return
    if _pasted_again(turn, event) or not any(words.ref == event.ref for words in turn.case.words):
        return
    clean = interview.hear(turn, event.text, event.ref)
    turn.note("edited")
    desk.relay(turn, clean, change="edited")
    if not turn.case.on_desk:
        interview.understood(turn, clean)
    interview.reconsider(turn)


def _pasted_again(turn: Turn, event: MessageChanged) -> bool:
    """An edit of lines that were pasted: they are read again, and what was read in the old ones goes."""
    old = [u for u in turn.case.uploads if u.ref == event.ref and u.name == files.PASTED and u.state is not UploadState.DELETED]
    if not old:
        return False
    turn.note("edited")
    if not files.is_pasted_log(event.text):
        files.deleted(turn, old)
        clean = interview.hear(turn, event.text, event.ref)
        desk.relay(turn, clean, change="edited")
        interview.reconsider(turn)
        return True
    desk.relay(turn, turn.redacted(event.text)[0], change="edited")
    files.deleted(turn, old)
    files.receive_pasted(turn, event.text, event.ref, edited=event.id)
    return True


def _deleted(turn: Turn, event: MessageDeleted) -> None:
    """A message was taken back, and with it what came from it."""
    evidence.deleted(turn, [upload for upload in turn.case.desk_uploads if upload.ref == event.ref])
    had_words = any(words.ref == event.ref for words in turn.case.words)
    carried = [upload for upload in turn.case.uploads if upload.ref == event.ref]
    if not had_words and not carried:
        return
    turn.case = turn.case.without_words(event.ref)
    turn.note("deleted")
    desk.relay(turn, "", change="deleted")
    files.deleted(turn, carried)
    interview.reconsider(turn)


def _file_deleted(turn: Turn, event: FileDeleted) -> None:
    """A file was deleted in Slack; the engineers learn that it is gone, or they would go on looking for it."""
    gone = [u for u in turn.case.uploads if u.file_id == event.file_id and u.state is not UploadState.DELETED]
    files.deleted(turn, gone)
    if gone:
        desk.relay(turn, "", files=[upload.name for upload in gone], change="deleted")


def _read(turn: Turn) -> None:
    reading = turn.world.reading
    of_desk = next((each for each in turn.case.desk_uploads if reading is not None and each.id == reading.upload), None)
    if reading is not None and of_desk is not None:
        evidence.read(turn, of_desk, reading, interview.conclude)
        return
    upload = turn.case.upload(reading.upload) if reading else None
    if reading is None or upload is None:
        return
    understood = files.read(turn, upload, reading)
    if understood and turn.case.origin is Origin.REQUEST and not turn.case.on_desk:
        interview.compare(turn)
    if turn.case.origin is not Origin.REQUEST:
        threads.read(turn, understood=understood)
    elif turn.case.on_desk:
        interview.reconsider(turn)
    elif understood or turn.case.pending or _says_something_new(turn):
        interview.present(turn)


def _says_something_new(turn: Turn) -> bool:
    """A file in which nothing was understood changes nothing; what stands there is not said a second time."""
    return not turn.case.turn or interview.conclude(turn.case, turn.world) != turn.case.diagnosis


def _act(turn: Turn, event: ActionTaken) -> None:  # noqa: PLR0912 - one line for each button
    if event.action in DESK_ACTIONS:
        desk.act(turn, event)
        return
    permission = turn.allowed(event.action)
    if not permission:
        raise UserError(permission.reason or "not-yours")
    if turn.case.state is CaseState.CLOSED and event.action in _NEEDS_OPEN:
        raise UserError("case-is-over")
    match event.action:
        case Action.ANSWER:
            interview.answer(turn, event)
        case Action.ANSWER_UNKNOWN | Action.SKIP:
            interview.skip(turn, event)
        case Action.BACK:
            interview.back(turn, event)
        case Action.CORRECT:
            interview.correct(turn, event)
        case Action.WORKS_NOW:
            interview.works_now(turn)
        case Action.STILL_BROKEN:
            interview.still_broken(turn, event.argument)
        case Action.ASK_PERSON:
            _ask_person(turn)
        case Action.SHOW_DETAILS:
            threads.details(turn)
        case Action.CANCEL:
            interview.cancel(turn)
        case Action.REOPEN:
            interview.reopen(turn)
        case Action.SHARE_ORIGINAL:
            desk.share_original(turn, UploadId(event.argument))
        case Action.CHOOSE_ATTEMPT:
            interview.choose_attempt(turn, event)
        case Action.CHECK_BACK:
            interview.set_check_back(turn, event.argument)
        case Action.MUTE:
            if turn.case.origin is Origin.REQUEST:
                raise UserError("out-of-date")
            threads.mute(turn)
        case _:
            raise UserError("out-of-date")


#: What makes no sense in a closed case; *Still broken* opens it again.
_NEEDS_OPEN = frozenset(
    {
        Action.ANSWER,
        Action.ANSWER_UNKNOWN,
        Action.SKIP,
        Action.BACK,
        Action.CORRECT,
        Action.WORKS_NOW,
        Action.CANCEL,
        Action.ASK_PERSON,
        Action.CHOOSE_ATTEMPT,
        Action.CHECK_BACK,
    }
)


def _cannot_speak(turn: Turn, event: SayingFailed) -> None:
    """A channel is closed to the bot: who called it learns why, in the direct message; once for each case."""
    turn.note("saying-failed", f"{event.place}: {event.code}")
    if turn.case.origin is Origin.MENTION:
        turn.tell(turn.say_words.cannot_speak(event.code, locale=turn.locale), key=f"{turn.case.id}/cannot-speak")


def _silent(turn: Turn) -> None:
    """Nobody said anything for long. What nobody waits for is not said at night where the person is, but in the morning."""
    zone = zone_of(turn.world.requester.timezone if turn.world.requester else "UTC")
    here = turn.world.now.astimezone(zone)
    if MORNING <= here.hour < EVENING:
        interview.silent(turn)
        return
    day = here.date() if here.hour < MORNING else here.date() + timedelta(days=1)
    turn.wake(SILENCE_TIMER, datetime.combine(day, time(MORNING), zone).astimezone(UTC))


def _patience(event: Event) -> timedelta:
    """Who asked to be asked again is asked before the case is taken for abandoned."""
    waits = isinstance(event, ActionTaken) and event.action is Action.CHECK_BACK
    return SILENCE + timedelta(minutes=interview.LONGEST_MINUTES) if waits else SILENCE


def _ask_person(turn: Turn) -> None:
    if turn.case.on_desk:
        turn.say(turn.say_words.handed_over(turn.case, locale=turn.locale))
        return
    begins = turn.is_new or turn.case.is_over
    if turn.case.is_over:
        turn.came_back()
    if turn.case.diagnosis is None and not turn.case.pending:
        turn.case = turn.case.diagnosed(interview.conclude(turn.case, turn.world))
    desk.hand_over(turn, (policy.ASKED_FOR,))
    if begins and not turn.case.on_desk:
        interview.present(turn)  # nobody takes over: then this is what there is


def _new(lane: CaseId, event: Event, user: UserId, world: World, *, asked_in: bool = False) -> Case:
    case = Case(
        id=lane,
        workspace=event.workspace,
        requester=user,
        origin=Origin.REQUEST,
        opened_at=world.now,
        locale=locale_of(world),
        asked_in=place_of(event)[0] if asked_in else None,
    )
    return case.noted(world.now, "opened", user)


def _thread(event: MessagePosted) -> MessageRef:
    return MessageRef(channel=event.ref.channel, ts=event.thread_ts or event.ref.ts)


def _is_sign_of_life(event: Event) -> bool:
    return isinstance(event, IntakeSubmitted | MessagePosted | ActionTaken | ReplySubmitted | TimerRang)


def _sorry(event: Event, world: World, error: UserError, case: Case | None) -> Outcome:
    """A sentence for who acted, where they acted; the case stays as it was."""
    if event.user is None:
        return Outcome(refused=error.key)
    words = world.messages.user_error(error.key, error.values, locale=locale_of(world))
    key = f"{event.id}/sorry"
    channel, url = place_of(event)
    if isinstance(event, ActionTaken | MessagePosted) and channel and not channel.startswith("D"):
        return Outcome(
            says=(Whisper(key=key, user=event.user, message=words, channel=channel, response_url=url),), refused=error.key
        )
    if case is not None and event.user == case.requester and not isinstance(event, ReplySubmitted):
        return Outcome(says=(Say(key=key, where=Where.REQUESTER, message=words),), refused=error.key)
    return Outcome(says=(Tell(key=key, user=event.user, message=words),), refused=error.key)
