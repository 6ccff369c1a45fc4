"""What the engineers read in the admin channel: the card of a case, and what happens in its thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.cases import Case, CaseState, UploadState
from bot.events import Action, UserId
from bot.messages import blocks
from bot.messages.blocks import Bullets, Controls, Heading, Lines, Part, Small, compose
from bot.messages.phrases import Person, Phrase, Phrases
from bot.messages.speaker import LINES_SHOWN, Speaker, number, percent, phrases
from bot.ports import Message
from knowledge import CauseId, ChoiceId, QuestionId, StepKind

#: Hypotheses on the card.
RANKED = 4
#: Sentences of the requester on the card.
SAID = 3


class DeskMessages(Speaker):
    """The admin channel's side of the wall."""

    def card(self, case: Case, *, requester: str, locale: str) -> Message:
        """One message per case, edited in place: all that an engineer needs to begin."""
        say = phrases(locale)
        parts: list[Part | None] = [
            Heading(say.plain("card.title", number=number(case))),
            say("card.who", requester=requester, since=case.escalated_at or case.opened_at),
            Bullets(self._facts(case, say, locale)),
            *self._causes(case, say, locale),
            *self._evidence_lines(case, say, locale),
            *self._history(case, say, locale),
            Controls(self._desk_buttons(case, say)),
            self._cause_menu(case, say, locale),
        ]
        return compose(parts)

    def relay_to_desk(self, case: Case, text: str, *, requester: str, files: Sequence[str], change: str, locale: str) -> Message:
        """What the requester wrote or uploaded, edited or took back."""
        del case
        say = phrases(locale)
        parts: list[Part | None] = []
        if change == "deleted":
            parts.append(say("desk.deleted", requester=requester))
        elif text:
            parts.append(say(f"desk.{change}", requester=requester, text=text))
        if files:
            parts.append(say("desk.file", requester=requester, names=say.together(list(files))))
        return compose(parts)

    def desk_news(self, case: Case, news: str, *, who: UserId | None, text: str, locale: str) -> Message:
        """A line in the case's thread."""
        del case
        say = phrases(locale)
        person = self._person(who, say)
        cause = self._cause(CauseId(text), locale) if news == "cause-confirmed" else ""
        line = say(f"desk.{news}", who=person, text=text, cause=cause)
        return compose([line, Phrase.of(text) if news == "replied" else None])

    def _person(self, who: UserId | None, say: Phrases) -> Person | str:
        return Person(who) if who else say.plain("desk.somebody")

    def _facts(self, case: Case, say: Phrases, locale: str) -> list[Phrase]:
        facts = [say("card.state", state=self._state(case, locale)), say("card.platform", platform=self._platform(case, locale))]
        if case.assignee and case.state is CaseState.CLAIMED:
            facts.append(say("card.claimed_by", who=self._person(case.assignee, say)))
        if case.diagnosis and case.diagnosis.stage:
            facts.append(say("card.stage", stage=self._stage(case.diagnosis.stage, locale)))
        if case.escalation_reasons:
            reasons = [say.plain(f"reasons.{r}") if say.has(f"reasons.{r}") else r for r in case.escalation_reasons]
            facts.append(say("card.why", reasons=say.together(reasons)))
        if case.confirmed_cause:
            facts.append(say("card.confirmed", cause=self._cause(case.confirmed_cause, locale)))
        return facts

    def _causes(self, case: Case, say: Phrases, locale: str) -> list[Part]:
        ranked = [h for h in (case.diagnosis.hypotheses if case.diagnosis else ()) if h.probability >= 0.02][:RANKED]
        if not ranked:
            return [say("card.unknown_cause")]
        parts: list[Part] = [
            say("card.causes"),
            Bullets([say("card.cause", cause=self._cause(h.cause, locale), percent=percent(h.probability)) for h in ranked]),
        ]
        reasons = self._reasons(ranked[0].supporting, locale)[:LINES_SHOWN]
        against = self._reasons(ranked[0].opposing, locale)[:2]
        lines = [say("details.supporting", text=r) for r in reasons] + [say("details.opposing", text=r) for r in against]
        if lines:
            parts.append(Bullets(lines))
        decides = self._decides(case, say, locale)
        if decides:
            parts.append(decides)
        return parts

    def _decides(self, case: Case, say: Phrases, locale: str) -> Phrase | None:
        """What would decide it: the log or the question that planning put first."""
        step = case.diagnosis.next if case.diagnosis else None
        if step is None or step.id is None:
            return None
        if step.kind is StepKind.COLLECT and step.id in self._base.collects:
            return say("card.would_decide", what=self._base.collects[step.id].title(locale))
        if step.kind is StepKind.ASK:
            return say("card.would_decide", what=self._ask(QuestionId(step.id), locale))
        return None

    def _evidence_lines(self, case: Case, say: Phrases, locale: str) -> list[Part]:
        best = self._best(case)
        proofs = self._proofs(best.supporting, LINES_SHOWN * 2) if best else []
        if not proofs:
            return []
        lines = [f"{self._place(proof, locale)}: {proof.text}" for proof in proofs]
        return [say("card.evidence"), Lines(lines)]

    def _history(self, case: Case, say: Phrases, locale: str) -> list[Part]:
        parts: list[Part] = []
        if case.said:
            parts += [say("card.said"), Bullets([Phrase.of(words) for words in case.said[-SAID:]])]
        if case.answers:
            parts.append(say("card.asked"))
            parts.append(Bullets([self._asked(q, c, say, locale) for q, c in list(case.answers.items())[:15]]))
        tried = [step for step in map(self._step, case.tried) if step]
        if tried:
            parts += [say("card.tried"), Bullets([Phrase.authored(step.do(locale)) for step in tried[:5]])]
        names = [upload.name for upload in case.uploads if upload.state is not UploadState.DELETED]
        if names:
            parts.append(Small(say.plain("card.files", names=say.together(names[:10]))))
        return parts

    def _asked(self, question: QuestionId, choice: ChoiceId, say: Phrases, locale: str) -> Phrase:
        return say("card.answer", question=self._ask(question, locale), answer=self._choice(question, choice, locale))

    def _desk_buttons(self, case: Case, say: Phrases) -> list[dict[str, Any]]:
        buttons: list[dict[str, Any]] = []
        if case.state is CaseState.CLAIMED:
            buttons.append(blocks.button(say.plain("button.release"), Action.UNCLAIM, case.id))
        elif not case.is_over:
            buttons.append(blocks.button(say.plain("button.claim"), Action.CLAIM, case.id, style="primary"))
        buttons.append(blocks.button(say.plain("button.reply"), Action.OPEN_REPLY, case.id))
        if not case.is_over:
            buttons.append(blocks.button(say.plain("button.resolve"), Action.RESOLVE, case.id))
        return buttons

    def _cause_menu(self, case: Case, say: Phrases, locale: str) -> Controls | None:
        """*This was the cause*: the likely ones first, then all others by name."""
        if case.confirmed_cause:
            return None
        ranked = [h.cause for h in (case.diagnosis.hypotheses if case.diagnosis else ())][:RANKED]
        others = sorted((c for c in self._base.causes if c not in ranked), key=lambda c: self._cause(c, locale).casefold())
        options = [blocks.option(self._cause(c, locale), blocks.carried(case.id, c)) for c in [*ranked, *others]]
        return Controls([blocks.menu(Action.CONFIRM_CAUSE, options, say.plain("card.choose_cause"))]) if options else None
