"""What engineers get in a thread for a word after a mention, and the timeline of a connection, drawn and said."""

from __future__ import annotations

from bot.cases import Case
from bot.events import Action
from bot.messages import blocks
from bot.messages.blocks import Bullets, Controls, Heading, Part, Small, compose
from bot.messages.phrases import LOCALES, Phrase, Phrases
from bot.messages.picture import Row, draw
from bot.messages.speaker import Speaker, number, percent, phrases
from bot.wording import Message, Picture
from knowledge import AttemptSummary, CauseId, ChoiceId, Diagnosis, Hypothesis, QuestionId, Stage

#: Attempts that are said; the picture shows the last few of them.
SAID = 8
#: Causes that are compared for *what if*.
COMPARED = 3


class ThreadMessages(Speaker):
    """Words after a mention."""

    def thread_help(self, *, locale: str) -> Message:
        """What can be asked in a thread."""
        say = phrases(locale)
        words = ("triage", "explain", "why_not", "what_if", "timeline", "redact", "mute", "help")
        return compose([Heading(say.plain("thread.help_title")), Bullets([say(f"thread.help_{word}") for word in words])])

    def why_not(self, case: Case, cause: str, *, locale: str) -> Message:
        """Why a cause is not the answer: its share, what speaks against it and for it, and what would settle it."""
        say = phrases(locale)
        if cause not in self._base.causes:
            return compose([say("thread.no_cause", word=cause, some=say.together(self._some_causes(case)))])
        ranked = case.diagnosis.hypotheses if case.diagnosis else ()
        found = next((each for each in ranked if each.cause == cause), None)
        title = self._cause(CauseId(cause), locale)
        if found is None or case.diagnosis is None:
            key = "thread.no_sign" if ranked else "thread.not_weighed"
            return compose([say(key, cause=title), self._instead(case, cause, say)])
        head = "thread.why_it_is" if case.diagnosis.best and case.diagnosis.best.cause == cause else "thread.why_not"
        lines = [say("details.opposing", text=reason) for reason in self._reasons(found.opposing, locale)[:6]]
        lines += [say("details.supporting", text=reason) for reason in self._reasons(found.supporting, locale)[:6]]
        lines += self._open_points(found, say, locale)
        nothing = None if lines else say("thread.nothing_either_way")
        return compose(
            [say(head, cause=title, percent=percent(found.probability)), Bullets(lines), nothing, self._instead(case, cause, say)]
        )

    def what_if(self, case: Case, question: str, choice: str, then: Diagnosis | None, *, locale: str) -> Message:
        """What another answer would change; `then` None: there is no such question or choice."""
        say = phrases(locale)
        known = self._base.questions.get(QuestionId(question))
        if known is None:
            return compose(
                [
                    say(
                        "thread.no_question",
                        word=question,
                        some=say.together([str(each) for each in sorted(self._base.questions)[:40]]),
                    )
                ]
            )
        if then is None or case.diagnosis is None:
            return compose([say("thread.no_choice", word=choice, some=say.together([c.id for c in known.choices]))])
        asked = say(
            "thread.what_if", question=self._ask(known.id, locale), answer=self._choice(known.id, ChoiceId(choice), locale)
        )
        now = {each.cause: each.probability for each in case.diagnosis.hypotheses}
        causes = [each.cause for each in (*then.hypotheses[:COMPARED], *case.diagnosis.hypotheses[:COMPARED])]
        after = {each.cause: each.probability for each in then.hypotheses}
        lines = [
            say(
                "thread.shift",
                cause=self._cause(cause, locale),
                before=percent(now.get(cause, 0.0)),
                after=percent(after.get(cause, 0.0)),
            )
            for cause in dict.fromkeys(causes)
        ]
        return compose([asked, Bullets(lines), Small(say.plain("thread.only_if"))])

    def timeline(self, case: Case, *, locale: str) -> Message:
        """Every attempt: when, how far."""
        say = phrases(locale)
        attempts = case.diagnosis.attempts if case.diagnosis else ()
        if not attempts:
            return compose([say("thread.no_attempts")])
        lines = [self._attempt_line(attempt, say, locale) for attempt in attempts[-SAID:]]
        more = Small(say.plain("thread.earlier", count=len(attempts) - SAID)) if len(attempts) > SAID else None
        return compose([say("details.attempts"), Bullets(lines), more])

    def picture(self, case: Case, *, locale: str) -> Picture | None:
        """The same as a picture; None where no log shows an attempt."""
        say = phrases(locale)
        attempts = case.diagnosis.attempts if case.diagnosis else ()
        if not attempts:
            return None
        rows = [
            Row(
                stage=attempt.stage,
                verdict=attempt.verdict,
                time=f"{attempt.start.at:%H:%M:%S}" if attempt.start and attempt.start.at else "",
                chosen=attempt.chosen,
            )
            for attempt in attempts
        ]
        told = " ".join(self._attempt_line(attempt, say, locale).plain + "." for attempt in attempts[-4:])
        return Picture(
            content=draw(rows),
            name=f"timeline-{number(case)}.png",
            title=say.plain("thread.picture", number=number(case)),
            alt=say.plain("thread.picture_alt", attempts=told)[:1000],
        )

    def muted(self, *, locale: str) -> Message:
        """The bot is quiet in this thread from now on."""
        return compose([phrases(locale)("thread.muted")])

    def unmuted(self, *, locale: str) -> Message:
        """It speaks again."""
        return compose([phrases(locale)("thread.unmuted")])

    def still_muted(self, *, locale: str) -> Message:
        """Somebody asks it in a thread in which it is to be quiet."""
        return compose([phrases(locale)("thread.still_muted")])

    def nothing_to_redact(self, *, locale: str) -> Message:
        """There is no text that could be shown masked."""
        return compose([phrases(locale)("thread.nothing_to_redact")])

    def as_file(self, name: str, *, locale: str) -> Message:
        """The whole is too long for a message: here is its beginning, the file has all."""
        return compose([phrases(locale)("thread.as_file", name=name)])

    def no_files_here(self, *, locale: str) -> Message:
        """Slack takes no files from the bot."""
        return compose([phrases(locale)("thread.no_files_here")])

    def cannot_speak(self, code: str, *, locale: str) -> Message:
        """In a direct message: why the bot could not answer in a channel (Slack's word), and what to do."""
        say = phrases(locale)
        return compose([say(f"closed_place.{code}" if say.has(f"closed_place.{code}") else "closed_place.other", code=code)])

    def tried_here(self, *, locale: str) -> Message:
        """Only its reader sees it: the bot may write in this channel."""
        return compose([phrases(locale)("home.tried_here")])

    def language_asked(self, current: str | None, *, locale: str) -> Message:
        """Which language: a button for each, and Slack's own."""
        say = phrases(locale)
        known = [phrases(each).plain("language.name") for each in LOCALES]
        buttons = [blocks.button(name, Action.CHOOSE_LANGUAGE, None, each) for each, name in zip(LOCALES, known, strict=True)]
        buttons.append(blocks.button(say.plain("language.automatic"), Action.CHOOSE_LANGUAGE, None, ""))
        for index, element in enumerate(buttons):
            element["action_id"] = f"{element['action_id']}:{index}"
        now = phrases(current).plain("language.name") if current else say.plain("language.automatic")
        return compose([say("language.ask", now=now), Controls(buttons, known)])

    def language_chosen(self, language: str | None, *, locale: str) -> Message:
        """It is remembered."""
        return compose([phrases(locale)("language.chosen" if language else "language.chosen_automatic")])

    def _attempt_line(self, attempt: AttemptSummary, say: Phrases, locale: str) -> Phrase:
        up = attempt.stage is Stage.CONNECTED
        stage = self._stage(attempt.stage, locale)
        key = f"thread.attempt_{'up' if up else 'stopped'}"
        if attempt.start and attempt.start.at:
            return say(key, at=attempt.start.at, stage=stage)
        return say(f"{key}_untimed", stage=stage)

    def _open_points(self, found: Hypothesis, say: Phrases, locale: str) -> list[Phrase]:
        texts: dict[str, None] = {}
        for proof in found.unconfirmed:
            rule = self._rules.get(proof.rule) if proof.rule else None
            texts.setdefault(rule.says(locale) if rule else proof.text or "")
        return [say("details.unconfirmed", text=text) for text in texts if text][:4]

    def _instead(self, case: Case, cause: str, say: Phrases) -> Part | None:
        best = self._best(case)
        if best is None or best.cause == cause:
            return None
        return Small(say.plain("thread.instead", cause=self._cause(best.cause, say.locale), percent=percent(best.probability)))

    def _some_causes(self, case: Case) -> list[str]:
        ranked = [each.cause for each in case.diagnosis.hypotheses[:8]] if case.diagnosis else []
        return list(ranked or sorted(self._base.causes)[:8])
