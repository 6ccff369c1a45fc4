"""What the requester gets for their trouble: a question, a reply, the details behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.cases import Case, Origin
from bot.events import Action
from bot.messages import blocks
from bot.messages.blocks import Bullets, Controls, Heading, Lines, Part, Small, compose, whole_text
from bot.messages.files import formats
from bot.messages.phrases import Phrase, Phrases, Piece
from bot.messages.speaker import LINES_SHOWN, Speaker, number, percent, phrases
from bot.wording import Message
from knowledge import (
    UNKNOWN,
    CauseId,
    Diagnosis,
    Evidence,
    Hypothesis,
    Log,
    QuestionId,
    Risk,
    StepKind,
    Tuned,
    TuningKind,
    Verdict,
    why,
)

#: When the bot can be asked to ask again: minutes, or nine in the morning where the person is.
CHECK_BACKS = ("15", "60", "240", "morning", "10080")
#: Hypotheses in the details.
SHOWN = 6
#: Reasons against, and what is not confirmed, in a reply; all of them stand in the details.
FEW = 2
#: Other attempts to choose from.
OTHERS = 10
#: Causes that the answers to a question are shown to lead to; below the least they all lead to the same.
LEAST_LEADS, MOST_LEADS = 2, 3
#: A share that is worth a line.
WORTH_SAYING = 0.01


class AnswerMessages(Speaker):
    """Questions, replies, details."""

    def question(self, case: Case, question: QuestionId, *, may_go_back: bool, locale: str) -> Message:
        """One question, why it is asked, its choices, and the ways out."""
        say = phrases(locale)
        known = self._base.questions[question]
        asked = Phrase.of(known.ask(locale))
        asked_for = say("question.why", why=known.why(locale))
        so_far = self._so_far(case, say, locale) or self._was_healthy(case, say)
        choices = [choice for choice in known.choices if choice.id != UNKNOWN]
        labels = [choice.says(locale) for choice in choices]
        options = [
            blocks.option(label, blocks.carried(case.id, f"{question}={choice.id}"))
            for label, choice in zip(labels, choices, strict=True)
        ]
        ways = [blocks.button(say.plain("button.unknown"), Action.ANSWER_UNKNOWN, case.id, question)]
        if may_go_back:
            ways.append(blocks.button(say.plain("button.back"), Action.BACK, case.id, question))
        ways.append(blocks.button(say.plain("button.works_now"), Action.WORKS_NOW, case.id))
        ways.append(blocks.button(say.plain("button.ask_person"), Action.ASK_PERSON, case.id))
        return compose(
            [
                so_far,
                Phrase(tuple(Piece(piece.text, bold=True) for piece in asked.pieces)),
                Small(asked_for.plain),
                *self._would_change(case, question, say, locale),
                Controls([blocks.choice(Action.ANSWER, options, say.plain("question.choose"))], labels) if options else None,
                self._other_attempts(case, say, locale),
                Controls(ways),
            ]
        )

    def reply(self, case: Case, *, locale: str) -> Message:
        """What is likely wrong, how we know, what to do, what to send if that fails."""
        say = phrases(locale)
        diagnosis = case.diagnosis
        if diagnosis is None:
            return compose([say("details.empty")])
        body = [*self._headline(diagnosis, say, locale), *self._evidence(diagnosis, say, locale)]
        body += [*self._differences(diagnosis, say, locale), *self._tuned(diagnosis, say, locale)]
        body += self._next(case, diagnosis, say, locale)
        buttons = self._buttons(case, diagnosis, say)
        later = self._check_back(case, diagnosis, say)
        return compose([*body, self._other_attempts(case, say, locale), Controls(buttons), later])

    def settled(self, case: Case, *, question: QuestionId | None, locale: str) -> Message:
        """An earlier turn in one line."""
        say = phrases(locale)
        best = self._best(case)
        if question is not None:
            choice = case.answers.get(question)
            answer = self._choice(question, choice, locale) if choice else say.plain("question.dont_know")
            line = say("question.answered", question=self._ask(question, locale), answer=answer)
        elif best is not None:
            line = say("reply.settled_cause", cause=self._cause(best.cause, locale))
        else:
            line = say("reply.settled_open")
        return compose([line])

    def details(self, case: Case, logs: Sequence[Log], *, locale: str) -> Message:
        """Every hypothesis with its reasons, the attempts, the files, the revision."""
        return compose(self._details(case, logs, locale))

    def details_text(self, case: Case, logs: Sequence[Log], *, locale: str) -> str:
        """The same as one text without a limit, for a file."""
        return whole_text(self._details(case, logs, locale)) + "\n"

    def _details(self, case: Case, logs: Sequence[Log], locale: str) -> list[Part]:
        say = phrases(locale)
        diagnosis = case.diagnosis
        title = say.plain("details.title", number=number(case))
        if diagnosis is None:
            return [Heading(title), say("details.empty")]
        body: list[Part] = [Heading(title), say("details.causes")]
        for hypothesis in diagnosis.hypotheses[:SHOWN]:
            if hypothesis.probability >= WORTH_SAYING:
                body += self._hypothesis(hypothesis, say, locale)
        body.append(say("details.unexplained", percent=percent(diagnosis.unexplained)))
        body += [*self._differences(diagnosis, say, locale), *self._tuned(diagnosis, say, locale)]
        body += self._attempts(diagnosis, say, locale)
        if logs:
            body.append(say("details.files"))
            body.append(Bullets([self._file(log, say) for log in logs]))
        body.append(Small(say.plain("details.revision", revision=diagnosis.revision)))
        return body

    def triage_reply(self, case: Case, logs: Sequence[Log], *, locale: str) -> Message:
        """The diagnosis in a channel's thread, for whoever reads along."""
        say = phrases(locale)
        diagnosis = case.diagnosis
        body: list[Part] = [Bullets([self._file(log, say) for log in logs])] if logs else []
        if diagnosis is None:
            return compose([*body, say("reply.nothing_to_read")])
        body += [*self._headline(diagnosis, say, locale), *self._evidence(diagnosis, say, locale)]
        body += [*self._differences(diagnosis, say, locale), *self._tuned(diagnosis, say, locale)]
        body += self._do(case, diagnosis, say, locale)
        body.append(Small(say.plain("reply.triage_more")))
        buttons = [blocks.button(say.plain("button.details"), Action.SHOW_DETAILS, case.id)]
        if case.origin is Origin.WATCHED:
            buttons.append(blocks.button(say.plain("button.be_quiet"), Action.MUTE, case.id))
        body.append(Controls(buttons))
        return compose(body)

    def nothing_to_read(self, case: Case, *, locale: str) -> Message:
        """A mention in a thread with nothing in it."""
        del case
        return compose([phrases(locale)("reply.nothing_to_read")])

    # -- parts

    def _would_change(self, case: Case, question: QuestionId, say: Phrases, locale: str) -> list[Part]:
        """What the answers would change: by the cause that would lead then, the likeliest answers first."""
        if case.diagnosis is None:
            return []
        found = why(self._base, case.diagnosis, question, platform=case.platform, tried=case.tried)
        leads: dict[CauseId, list[str]] = {}
        for answer in found.answers:
            if answer.moves and answer.leader in self._base.causes:
                leads.setdefault(answer.leader, []).append(f"“{answer.choice.says(locale)}”")
        if len(leads) < LEAST_LEADS:
            return []
        shown = [
            say.plain("question.then", answers=say.together(answers[:2], style="or"), cause=self._cause(cause, locale))
            for cause, answers in list(leads.items())[:MOST_LEADS]
        ]
        return [Small(" ".join([say.plain("question.would_change"), *shown]))]

    def _was_healthy(self, case: Case, say: Phrases) -> Phrase | None:
        """A complaint about a log that shows a working connection: when that was, and whether it is the one."""
        if case.diagnosis is None or case.diagnosis.verdict is not Verdict.HEALTHY:
            return None
        chosen = next((attempt for attempt in case.diagnosis.attempts if attempt.chosen), None)
        return say("reply.healthy_at", at=chosen.start.at) if chosen and chosen.start else say("reply.healthy")

    def _other_attempts(self, case: Case, say: Phrases, locale: str) -> Controls | None:
        """Another attempt of the log may be the one that is meant."""
        found = case.diagnosis.attempts if case.diagnosis and case.diagnosis.verdict is Verdict.HEALTHY else ()
        options = [
            blocks.option(
                say.plain("details.attempt", at=attempt.start.at, stage=self._stage(attempt.stage, locale), chosen=False),
                blocks.carried(case.id, str(number)),
            )
            for number, attempt in enumerate(found)
            if attempt.start and not attempt.chosen
        ]
        return Controls([blocks.menu(Action.CHOOSE_ATTEMPT, options[-OTHERS:], say.plain("button.attempt"))]) if options else None

    def _so_far(self, case: Case, say: Phrases, locale: str) -> Phrase | None:
        best = self._best(case)
        if best is None or best.probability < 0.2 or not case.diagnosis or case.diagnosis.verdict is Verdict.HEALTHY:
            return None
        return say("question.so_far", cause=self._cause(best.cause, locale))

    def _headline(self, diagnosis: Diagnosis, say: Phrases, locale: str) -> list[Part]:
        best = diagnosis.best
        if diagnosis.verdict is Verdict.HEALTHY:
            started = next((attempt.start for attempt in diagnosis.attempts if attempt.chosen), None)
            lines = [say("reply.healthy_at", at=started.at) if started else say("reply.healthy")]
        elif best is None:
            lines = [say("reply.nothing")]
        else:
            key = f"reply.{diagnosis.verdict}"
            lines = [say(key, cause=self._cause(best.cause, locale), percent=percent(best.probability))]
            lines.append(Phrase.of(self._cause_says(best.cause, locale)))
        if diagnosis.stage is not None and diagnosis.verdict is not Verdict.HEALTHY:
            lines.append(say("reply.stage", stage=self._stage(diagnosis.stage, locale)))
        chosen = next((attempt for attempt in diagnosis.attempts if attempt.chosen), None)
        if chosen and chosen.start and len(diagnosis.attempts) > 1:
            lines.append(say("reply.attempt", at=chosen.start.at, count=len(diagnosis.attempts)))
        return [line for line in lines if line.plain]

    def _evidence(self, diagnosis: Diagnosis, say: Phrases, locale: str) -> list[Part]:
        best = diagnosis.best
        if best is None:
            return []
        against = self._reasons(best.opposing, locale)[:FEW]
        open_ones = sorted({text for text in (self._unconfirmed(proof, locale) for proof in best.unconfirmed) if text})[:FEW]
        rest: list[Part] = [say("reply.against"), Bullets(against)] if against else []
        if open_ones:
            rest += [say("reply.unconfirmed"), Bullets([Phrase.of(text) for text in open_ones])]
        if not best.supporting:
            return rest
        proofs = self._proofs(best.supporting, LINES_SHOWN)
        reasons = self._reasons(best.supporting, locale)[:LINES_SHOWN]
        parts: list[Part] = [say("reply.how"), Bullets(reasons)] if reasons else [say("reply.how")]
        for proof in proofs:
            parts += [Lines([proof.text or ""]), Small(self._place(proof, locale))]
        return [*parts, *rest]

    def _differences(self, diagnosis: Diagnosis, say: Phrases, locale: str) -> list[Part]:
        """What the files of one attempt tell differently, with the line of each."""
        parts: list[Part] = []
        for each in diagnosis.differences:
            key = each.sentence.replace("differs-", "differs.", 1)
            parts.append(say(key, at=each.time, seconds=round(each.seconds)))
            for proof in each.evidence:
                parts += [Lines([proof.text or ""]), Small(self._place(proof, locale))]
        return parts

    def _tuned(self, diagnosis: Diagnosis, say: Phrases, locale: str) -> list[Part]:
        """What is different here than the knowledge base has it, and why."""
        return [Small(self._tuning(tuned, say, locale)) for tuned in diagnosis.tuned]

    def _tuning(self, tuned: Tuned, say: Phrases, locale: str) -> str:
        rule = self._rules.get(tuned.rule) if tuned.rule else None
        about = rule.says(locale) if rule else self._cause(tuned.cause, locale) if tuned.cause else tuned.rule or ""
        if tuned.kind is TuningKind.MUTE:
            return say.plain("tuned.mute", about=about, reason=tuned.reason)
        before = [say.plain(f"tuned.{word}") for word in (tuned.before or "").split(", ") if word]
        now = say.plain(f"tuned.{tuned.now}")
        return say.plain(f"tuned.{tuned.kind}", about=about, reason=tuned.reason, now=now, before=say.together(before))

    def _next(self, case: Case, diagnosis: Diagnosis, say: Phrases, locale: str) -> list[Part]:
        kind = diagnosis.next.kind
        if case.on_desk and kind in (StepKind.HANDOVER, StepKind.NONE):
            return [say("reply.handed_next")]
        if diagnosis.verdict is Verdict.HEALTHY and kind in (StepKind.HANDOVER, StepKind.NONE):
            return []
        if kind is StepKind.ASK:
            return [say("reply.ask_next")]
        return self._do(case, diagnosis, say, locale) or [say("reply.none_next")]

    def _do(self, case: Case, diagnosis: Diagnosis, say: Phrases, locale: str) -> list[Part]:
        """A step to try, a log to collect, or the hand-over."""
        kind, chosen = diagnosis.next.kind, diagnosis.next.id
        if kind is StepKind.HANDOVER:
            return [] if case.on_desk else [say("reply.handover_next")]
        if kind is StepKind.COLLECT and chosen is not None and chosen in self._base.collects:
            collect = self._base.collects[chosen]
            lines = [
                say("reply.collect", minutes=round(collect.minutes), title=collect.title(locale)),
                Phrase.authored(collect.do(locale)),
            ]
            if collect.secrets(locale):
                lines.append(say("reply.secrets", text=Phrase.authored(collect.secrets(locale))))
            return [*lines, say("reply.drop")]
        step = self._step(chosen) if kind is StepKind.TRY else None
        if step is None:
            return []
        parts = [say("reply.do", minutes=round(step.minutes)), Phrase.authored(step.do(locale))]
        if step.cuts_off:
            parts.append(say("reply.cuts_off"))
        if step.risk in (Risk.MEDIUM, Risk.HIGH):
            parts.append(say(f"reply.risk_{step.risk}"))
        if step.verify(locale):
            parts.append(say("reply.verify", text=Phrase.authored(step.verify(locale))))
        if step.undo(locale):
            parts.append(say("reply.undo", text=Phrase.authored(step.undo(locale))))
        return [*parts, say("reply.fails" if case.origin is Origin.REQUEST else "reply.fails_here")]

    def _buttons(self, case: Case, diagnosis: Diagnosis, say: Phrases) -> list[dict[str, Any]]:
        step = diagnosis.next.id or "" if diagnosis.next.kind is StepKind.TRY else ""
        buttons = [
            blocks.button(say.plain("button.works_now"), Action.WORKS_NOW, case.id),
            blocks.button(say.plain("button.still_broken"), Action.STILL_BROKEN, case.id, step),
        ]
        if not case.on_desk:
            buttons.append(blocks.button(say.plain("button.ask_person"), Action.ASK_PERSON, case.id))
            if case.last_answered is not None:
                buttons.append(blocks.button(say.plain("button.back"), Action.BACK, case.id))
        buttons.append(blocks.button(say.plain("button.details"), Action.SHOW_DETAILS, case.id))
        return buttons

    def _check_back(self, case: Case, diagnosis: Diagnosis, say: Phrases) -> Controls | None:
        """After a step to try: when the bot asks whether it helped."""
        if diagnosis.next.kind is not StepKind.TRY or case.on_desk:
            return None
        options = [
            blocks.option(say.plain(f"check_back.{'' if when == 'morning' else 'm'}{when}"), blocks.carried(case.id, when))
            for when in CHECK_BACKS
        ]
        return Controls([blocks.menu(Action.CHECK_BACK, options, say.plain("button.check_back"))])

    def _hypothesis(self, hypothesis: Hypothesis, say: Phrases, locale: str) -> list[Part]:
        head = say("details.cause", cause=self._cause(hypothesis.cause, locale), percent=percent(hypothesis.probability))
        lines = [say("details.supporting", text=reason) for reason in self._reasons(hypothesis.supporting, locale)[:SHOWN]]
        lines += [say("details.opposing", text=reason) for reason in self._reasons(hypothesis.opposing, locale)[:SHOWN]]
        unconfirmed = {self._unconfirmed(proof, locale) for proof in hypothesis.unconfirmed}
        lines += [say("details.unconfirmed", text=text) for text in sorted(unconfirmed)[:3] if text]
        return [head, Bullets(lines)] if lines else [head]

    def _unconfirmed(self, proof: Evidence, locale: str) -> str:
        rule = self._rules.get(proof.rule) if proof.rule else None
        return rule.says(locale) if rule else proof.text or ""

    def _attempts(self, diagnosis: Diagnosis, say: Phrases, locale: str) -> list[Part]:
        if not diagnosis.attempts:
            return []
        lines = []
        for attempt in diagnosis.attempts[-10:]:
            stage = self._stage(attempt.stage, locale)
            if attempt.start:
                lines.append(say("details.attempt", at=attempt.start.at, stage=stage, chosen=attempt.chosen))
            else:
                lines.append(say("details.attempt_untimed", stage=stage, chosen=attempt.chosen))
        return [say("details.attempts"), Bullets(lines)]

    def _file(self, log: Log, say: Phrases) -> Phrase:
        return say(
            "details.file", name=log.file or "", formats=formats(self._base, log, say), lines=log.lines, understood=log.understood
        )
