"""The interview: what the evidence says now, and what follows: a question, a reply, or a person. Pure moves on a `Turn`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import knowledge
from bot.cases import Case, CaseState, Origin, Resolution, UploadState, Words
from bot.errors import UserError
from bot.escalation import desk, outage, policy
from bot.escalation.turn import Turn
from bot.events import ActionTaken, MessagePosted, MessageRef, UploadId
from bot.places import zone_of
from bot.ports import World
from bot.wording import Heard
from knowledge import (
    UNKNOWN,
    ChoiceId,
    Diagnosis,
    Direction,
    Effect,
    Log,
    Platform,
    QuestionId,
    StepId,
    StepKind,
    Strength,
    Verdict,
)

CHECK_BACK_TIMER = "check-back"
PLATFORM = QuestionId("platform")
_FIRM = (Verdict.LIKELY, Verdict.CONCLUSIVE)
#: In the morning, where the person is.
NINE = 9
LONGEST_MINUTES = 60 * 24 * 30


def conclude(case: Case, world: World) -> Diagnosis:
    """What all of a case's evidence says, and the next step, after what was asked, tried and could not be brought."""
    answers = {q: c for q, c in case.answers.items() if is_choice(world, q, c)}
    logs = tuple(world.logs[upload.id] for upload in case.uploads if upload.id in world.logs and _counts(case, upload.id))
    diagnosis = knowledge.diagnose(
        world.base, logs, answers, text="\n".join(case.said) or None, platform=case.platform, attempt=_attempt(case)
    )
    step = knowledge.next_step(
        world.base,
        diagnosis,
        answers=answers,
        logs=logs,
        platform=case.platform or diagnosis.platform,
        asked=case.unanswered,
        tried=case.tried,
        collected=case.not_collected,
    )
    return replace(diagnosis, next=step)


def present(turn: Turn, *, in_place: bool = False) -> None:
    """Say what follows from the evidence: one question, a reply, or that a person takes over.

    Args:
        turn: the step.
        in_place: the person pressed a button of the current answer, and looks at it: edit it. Else a new message is posted
            below, because nobody is notified of an edit, and the old one becomes one line without buttons.
    """
    if turn.case.state is CaseState.CLOSED:
        return
    if turn.case.pending:  # a file is being read: what it says comes first
        if turn.before is not None and turn.before.pending:
            turn.say(turn.say_words.still_reading(turn.case, locale=turn.locale), slot="reading")
        return
    if turn.case.handling.incident is not None and not turn.case.on_desk:
        _wait_for_outage(turn)
        return
    diagnosis = conclude(turn.case, turn.world)
    turn.case = turn.case.diagnosed(diagnosis)
    reasons = policy.reasons(turn.case, diagnosis, turn.world.base, turn.world.now)
    question = QuestionId(diagnosis.next.id) if diagnosis.next.kind is StepKind.ASK and diagnosis.next.id else None
    if question is not None and not reasons:
        ask(turn, question, in_place=in_place)
        return
    _answer(turn, in_place=in_place)
    if reasons and not _was_sent_away(turn):
        desk.hand_over(turn, reasons)


def ask(turn: Turn, question: QuestionId, *, in_place: bool) -> None:
    """Put a question."""
    may_go_back = any(q in turn.case.answers for q in turn.case.asked if q != question)
    _settle(turn, in_place=in_place)
    turn.case = replace(turn.case.asking(question), shown=question)
    words = turn.say_words.question(turn.case, question, may_go_back=may_go_back, locale=turn.locale)
    turn.say(words, slot=turn.answer_slot)


def answer(turn: Turn, event: ActionTaken) -> None:
    """A choice was pressed. One for a question that is not open replaces the earlier answer."""
    question, _, choice = event.argument.partition("=")
    if not is_choice(turn.world, QuestionId(question), ChoiceId(choice)):
        raise UserError("out-of-date")
    _point_out(turn, QuestionId(question), ChoiceId(choice))
    _take(turn, QuestionId(question), ChoiceId(choice))
    present(turn, in_place=is_current(turn, event))


def skip(turn: Turn, event: ActionTaken) -> None:
    """*I don't know* is an answer."""
    question = QuestionId(event.argument) if event.argument in turn.world.base.questions else turn.case.open_question
    if question is not None:
        _take(turn, question, UNKNOWN)
    present(turn, in_place=is_current(turn, event))


def not_known(turn: Turn) -> bool:
    """*I don't know*, typed; False where nothing is asked."""
    if turn.case.open_question is None or turn.case.shown is None:
        return False
    _take(turn, turn.case.open_question, UNKNOWN)
    present(turn)
    return True


def step_shown(turn: Turn) -> str | None:
    """The step or the log that the current reply asks for: empty for a log, None where it asks for neither."""
    step = turn.case.diagnosis.next if turn.case.diagnosis and turn.case.turn and turn.case.shown is None else None
    if step is None or step.kind not in (StepKind.TRY, StepKind.COLLECT):
        return None
    return (step.id or "") if step.kind is StepKind.TRY else ""


def back(turn: Turn, event: ActionTaken | MessagePosted) -> None:
    """The question before is put again."""
    before = turn.case.last_answered
    if before is None:
        present(turn, in_place=is_current(turn, event))
        return
    turn.case = turn.case.back_to(before)
    turn.note("went-back", before)
    ask(turn, before, in_place=is_current(turn, event))


def correct(turn: Turn, event: ActionTaken) -> None:
    """An earlier answer, or what was understood of the person's words, is to be another one: its question is put again."""
    question = QuestionId(event.argument)
    if question not in turn.world.base.questions:
        raise UserError("out-of-date")
    turn.case = turn.case.back_to(question)
    turn.note("went-back", question)
    ask(turn, question, in_place=is_current(turn, event))


def compare(turn: Turn) -> None:
    """After a new log of a later attempt: whether what stood in the one before is gone."""
    before = turn.before.diagnosis if turn.before else None
    if before is None or before.best is None or before.verdict not in _FIRM or turn.case.pending:
        return
    after = conclude(turn.case, turn.world)
    earlier, later = _start(before), _start(after)
    if earlier is None or later is None or later <= earlier:
        return
    cause = before.best.cause
    shown = {finding.rule for finding in before.best.supporting}
    now = next((each for each in after.hypotheses if each.cause == cause), None)
    gone = now is None or not shown & {finding.rule for finding in now.supporting}
    healthy = after.verdict is Verdict.HEALTHY
    turn.note("compared", f"{cause}: {'gone' if gone else 'there'}")
    turn.say(turn.say_words.compared(turn.case, cause, later, gone=gone, healthy=healthy, locale=turn.locale))


def works_now(turn: Turn) -> None:
    """The requester confirms: the case is closed."""
    if turn.case.state is CaseState.CLOSED:
        return
    # The engineer's reason stays: a way round is no mend, though it works.
    resolution = turn.case.resolution or Resolution.FIXED if turn.case.state is CaseState.RESOLVED else Resolution.WORKS_NOW
    turn.case = replace(turn.case, handling=replace(turn.case.handling, fix_confirmed=True))
    _close(turn, resolution, "works-now")


def cancel(turn: Turn) -> None:
    """The requester gives up on it."""
    if turn.case.state is not CaseState.CLOSED:
        _close(turn, Resolution.CANCELLED, "cancelled")


def silent(turn: Turn) -> None:
    """Nobody said anything for a long time."""
    if turn.case.state in (CaseState.OPEN, CaseState.WAITING, CaseState.RESOLVED):
        _close(turn, Resolution.SILENT, "")


def still_broken(turn: Turn, tried: str) -> None:
    """What was tried did not help: the next step, and after several a person."""
    if turn.case.is_over:
        reopen(turn)
        return
    step = turn.case.diagnosis.next if turn.case.diagnosis else None
    if tried:
        turn.case = turn.case.tried_step(StepId(tried))
        turn.note("step-failed", tried)
    elif step and step.kind is StepKind.COLLECT and step.id:
        turn.case = replace(turn.case, not_collected=(*turn.case.not_collected, step.id))
    if turn.case.on_desk:
        turn.case = replace(turn.case, handling=turn.case.handling.spoken_to(turn.world.now))
    turn.say(turn.say_words.still_broken(turn.case, locale=turn.locale))
    turn.news("still-broken")
    present(turn)


def set_check_back(turn: Turn, when: str) -> None:
    """The person wants to be asked again, later."""
    zone = zone_of(turn.world.requester.timezone if turn.world.requester else "UTC")
    if when == "morning":
        day = turn.world.now.astimezone(zone).date() + timedelta(days=1)
        at = datetime.combine(day, time(NINE), zone).astimezone(UTC)
    elif when.isdecimal() and 0 < int(when) <= LONGEST_MINUTES:
        at = turn.world.now + timedelta(minutes=int(when))
    else:
        raise UserError("out-of-date")
    turn.wake(CHECK_BACK_TIMER, at)
    turn.note("check-back-set", at.isoformat(timespec="minutes"))
    turn.say(turn.say_words.check_back_set(turn.case, at, locale=turn.locale), slot="check-back")


def check_back(turn: Turn) -> None:
    """The time that the person chose has come."""
    if not turn.case.is_over:
        turn.say(turn.say_words.check_back(turn.case, locale=turn.locale))


def reopen(turn: Turn) -> None:
    """Not mended after all."""
    if not turn.case.is_over:
        raise UserError("out-of-date")
    turn.came_back()
    turn.note("reopened")
    turn.say(turn.say_words.reopened(turn.case, locale=turn.locale))
    turn.news("reopened")
    present(turn)


def hear(turn: Turn, text: str, ref: MessageRef | None) -> str:
    """Something typed: kept redacted, understood, shown back; what it was, redacted."""
    clean, secrets = turn.redacted(text)
    turn.case = turn.case.heard(Words(text=clean, ref=ref))
    if secrets:
        turn.say(turn.say_words.password_warning(turn.case, secrets, locale=turn.locale))
    return clean


def understood(turn: Turn, clean: str) -> Heard:
    """What the base makes of a person's words; what it says about questions and the platform counts as answered."""
    found = knowledge.understand(turn.world.base, clean)
    codes, facts = tuple(code for _, code in found.codes), tuple(fact for fact, _ in found.facts)
    heard = Heard(answers=found.answers, codes=codes, platform=found.platform, facts=facts)
    direct = _direct_answer(turn, clean)
    if direct is not None and turn.case.open_question is not None:
        heard = replace(heard, answers={**heard.answers, turn.case.open_question: direct})
    for question, choice in heard.answers.items():
        _take(turn, question, choice)
    if heard.platform is not None:
        turn.case = replace(turn.case, platform=heard.platform)
    return heard


def tell_understood(turn: Turn, heard: Heard) -> None:
    """Show what was understood, so that it can be corrected."""
    turn.say(turn.say_words.understood(turn.case, heard, locale=turn.locale))


def reconsider(turn: Turn) -> None:
    """The evidence changed without anybody asking (an edit, a deletion, a file while the engineers have the case).

    The answer that stands is edited where it reads differently now; nothing new is posted.
    """
    if turn.case.pending:
        return
    waited = turn.before is not None and turn.before.pending and turn.case.state is CaseState.OPEN
    if waited and turn.case.origin is Origin.REQUEST:
        present(turn)  # what it waited for is gone
        return
    if turn.case.diagnosis is None:
        return
    before = turn.case.diagnosis
    turn.case = turn.case.diagnosed(conclude(turn.case, turn.world))
    if turn.case.turn and turn.case.shown is None and not turn.case.is_over and turn.case.diagnosis != before:
        if turn.case.origin is Origin.REQUEST:
            words = turn.say_words.reply(turn.case, locale=turn.locale)
        else:
            words = turn.say_words.triage_reply(turn.case, _own_logs(turn), locale=turn.locale)
        turn.say(words, slot=turn.answer_slot)


def choose_attempt(turn: Turn, event: ActionTaken) -> None:
    """The person says which attempt it is about."""
    known = len(turn.case.diagnosis.attempts) if turn.case.diagnosis else 0
    if event.argument.isdecimal() and int(event.argument) < known:
        turn.case = replace(turn.case, attempt=int(event.argument))
        turn.note("chose-attempt", event.argument)
    present(turn, in_place=is_current(turn, event))


def codes_in(turn: Turn, text: str) -> bool:
    """Whether a text holds an error number that the base knows."""
    return bool(knowledge.understand(turn.world.base, text).codes)


def platform_of(text: str | None) -> Platform | None:
    """A platform by its id; None for anything else."""
    try:
        return Platform(text) if text else None
    except ValueError:
        return None


def is_choice(world: World, question: QuestionId, choice: ChoiceId) -> bool:
    """Whether the base has this choice; an older base may have had it."""
    known = world.base.questions.get(question)
    return known is not None and (choice == UNKNOWN or any(each.id == choice for each in known.choices))


def is_current(turn: Turn, event: ActionTaken | MessagePosted) -> bool:
    """Whether the button stands in the message with the current answer."""
    return event.ref is not None and event.ref == turn.world.answer


def is_talk(event: MessagePosted) -> bool:
    """Whether a message has words, not only files."""
    return bool(event.text.strip())


def _answer(turn: Turn, *, in_place: bool) -> None:
    _settle(turn, in_place=in_place)
    turn.case = replace(turn.case.waiting(), shown=None)
    turn.say(turn.say_words.reply(turn.case, locale=turn.locale), slot=turn.answer_slot)
    turn.draw()


def _wait_for_outage(turn: Turn) -> None:
    """Its people are not asked the same questions; what they bring is kept and counts."""
    if turn.case.diagnosis is not None:
        turn.case = turn.case.diagnosed(conclude(turn.case, turn.world))
    slot = outage.slot(turn.case.handling.incident or "")
    turn.say(turn.say_words.outage_known(turn.case, locale=turn.locale), slot=slot)


def _settle(turn: Turn, *, in_place: bool) -> None:
    """Make room for a new answer: the old one keeps one line."""
    if in_place and turn.case.turn:
        return
    if turn.case.turn:
        words = turn.say_words.settled(turn.case, question=turn.case.shown, locale=turn.locale)
        turn.say(words, slot=turn.answer_slot)
    turn.case = turn.case.next_turn()


def _take(turn: Turn, question: QuestionId, choice: ChoiceId) -> None:
    turn.case = turn.case.answered(question, choice)
    if question == PLATFORM:
        turn.case = replace(turn.case, platform=None)  # the answer says it from now on
    turn.note("answered", f"{question}={choice}")


def _point_out(turn: Turn, question: QuestionId, choice: ChoiceId) -> None:
    """An answer that speaks against what the log shows is pointed out, once for each question; both are weighed."""
    said = any(entry.what == "contradicts" and entry.text == question for entry in turn.case.timeline)
    if said or not any(_counts(turn.case, upload) for upload in turn.world.logs):
        return
    alone = conclude(replace(turn.case, answers={}, words=()), turn.world)
    if alone.best is None or alone.verdict not in (*_FIRM, Verdict.HEALTHY):
        return
    chosen = next((each for each in turn.world.base.questions[question].choices if each.id == choice), None)
    cause = alone.best.cause
    if chosen is None or not any(effect.cause == cause and _speaks_against(effect) for effect in chosen.effects):
        return
    turn.note("contradicts", question)
    turn.say(turn.say_words.contradicts(turn.case, question, choice, cause, locale=turn.locale))


def _speaks_against(effect: Effect) -> bool:
    firm = effect.strength in (Strength.STRONG, Strength.DECISIVE)
    return effect.direction is Direction.EXCLUDES or (effect.direction is Direction.OPPOSES and firm)


def _start(diagnosis: Diagnosis) -> datetime | None:
    """When the attempt began that a diagnosis is about."""
    chosen = next((attempt for attempt in diagnosis.attempts if attempt.chosen), None)
    return chosen.start.at if chosen and chosen.start else None


def _direct_answer(turn: Turn, clean: str) -> ChoiceId | None:
    """The typed words are one of the choices of the open question, as the person reads them or by its number."""
    question = turn.world.base.questions.get(turn.case.open_question) if turn.case.open_question else None
    if question is None:
        return None
    typed = clean.strip().casefold().rstrip(".!")
    for choice in question.choices:
        if typed in (choice.says(turn.locale).casefold().rstrip("."), choice.id.casefold()):
            return choice.id
    return None


def _close(turn: Turn, resolution: Resolution, news: str) -> None:
    turn.wake(CHECK_BACK_TIMER, None)
    turn.case = turn.case.closed(turn.world.now, resolution)
    turn.note("closed", resolution)
    if turn.case.turn:
        settled = turn.say_words.settled(turn.case, question=turn.case.shown, locale=turn.locale)
        turn.say(settled, slot=turn.answer_slot)
    turn.say(turn.say_words.closed(turn.case, locale=turn.locale))
    if news:
        turn.news(news)


def _own_logs(turn: Turn) -> list[Log]:
    """What was read of the case's own files: not of those that engineers brought."""
    mine = {upload.id for upload in turn.case.uploads}
    return [log for upload, log in turn.world.logs.items() if upload in mine]


def _was_sent_away(turn: Turn) -> bool:
    """Without a desk the contact is told once by itself; who asks again gets it again."""
    return not turn.world.has_desk and any(entry.what == "asked-for-a-person" for entry in turn.case.timeline)


def _attempt(case: Case) -> int | None:
    """The attempt that the person chose, as long as there is such a one."""
    known = len(case.diagnosis.attempts) if case.diagnosis else 0
    return case.attempt if case.attempt is not None and 0 <= case.attempt < known else None


def _counts(case: Case, upload: UploadId) -> bool:
    found = case.upload(upload)
    return found is not None and found.state is UploadState.READ
