"""What the requester hears about the case itself: that it is open, whose it is, that it is over, what is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.cases import Case, CaseState
from bot.events import Action, CaseId
from bot.messages import blocks
from bot.messages.blocks import Bullets, Controls, Heading, Part, Small, compose
from bot.messages.files import FileMessages
from bot.messages.phrases import Link, Phrase, Phrases
from bot.messages.speaker import number, phrases
from bot.wording import CASE_LINK, Heard, Message
from knowledge import CauseId, ChoiceId, QuestionId

#: Things understood at once that get a button each to put them right.
CORRECTIONS = 5
_PLATFORM = QuestionId("platform")


class CaseMessages(FileMessages):
    """The life of a case, as its requester hears it."""

    def case_opened(self, case: Case, *, locale: str) -> Message:
        """The parent of the thread; shows where the case stands, and the way out."""
        say = phrases(locale)
        parts: list[Part | None] = [Heading(say.plain("case.title", number=number(case)))]
        if not case.is_over:
            parts.append(say("case.opened"))
        if case.said:
            parts.append(say("case.you_said", words=case.said[0]))
        facts = [say.plain("case.state", state=self._state(case, locale))]
        if case.platform:
            facts.append(say.plain("case.platform", platform=self._platform(case, locale)))
        best = self._best(case)
        if best and best.probability >= 0.5 and not (case.is_over and case.confirmed_cause):
            facts.append(say.plain("case.likely", cause=self._cause(best.cause, locale)))
        parts.append(Small(" · ".join(facts)))
        parts.append(Controls(self._ways_out(case, say)))
        return compose(parts)

    def _ways_out(self, case: Case, say: Phrases) -> list[dict[str, Any]]:
        """Whatever was said last: at the head of the thread stand the way to a person, the end, and the way back from it."""
        ask = [blocks.button(say.plain("button.ask_person"), Action.ASK_PERSON, case.id)]
        if case.is_over:
            again = blocks.button(say.plain("button.reopen"), Action.REOPEN, case.id)
            return [again, *(ask if case.state is CaseState.RESOLVED and not case.on_desk else ())]
        works = [blocks.button(say.plain("button.works_now"), Action.WORKS_NOW, case.id)]
        return [*(works if case.on_desk else ask), blocks.button(say.plain("button.cancel"), Action.CANCEL, case.id)]

    def still_reading(self, case: Case, *, locale: str) -> Message:
        """Noted, while a file is being read: what it says comes first."""
        say = phrases(locale)
        names = [upload.name for upload in case.pending]
        return compose([say("case.still_reading", names=say.together(names))])

    def no_outage_known(self, case: Case, *, locale: str) -> Message:
        """*Is the VPN down?*: nothing of the kind is known, and how to say that others have it too."""
        say = phrases(locale)
        ask = Controls([blocks.button(say.plain("button.ask_person"), Action.ASK_PERSON, case.id)])
        return compose([say("case.no_outage_known"), ask])

    def urgent(self, case: Case, flag: str, *, locale: str) -> Message:
        """Why no more is asked."""
        del case
        say = phrases(locale)
        return compose([say(f"urgent.{flag}") if say.has(f"urgent.{flag}") else say("urgent.other")])

    def passed_on(self, case: Case, *, locale: str) -> Message:
        """What was sent by the form is with the engineers, who have the case."""
        del case
        return compose([phrases(locale)("case.passed_on")])

    def understood(self, case: Case, heard: Heard, *, locale: str) -> Message:
        """What was understood of the person's words."""
        say = phrases(locale)
        if heard.nothing:
            ask = Controls([blocks.button(say.plain("button.ask_person"), Action.ASK_PERSON, case.id)])
            return compose([say("heard.nothing"), None if case.on_desk else ask])
        lines = [say("heard.code", code=code) for code in heard.codes]
        if heard.platform:
            lines.append(say("heard.platform", platform=say.plain(f"platform.{heard.platform}")))
        lines += [Phrase.of(self._base.facts[fact].says(locale)) for fact in heard.facts if fact in self._base.facts]
        lines += [
            say("heard.answer", question=self._ask(question, locale), answer=self._choice(question, choice, locale))
            for question, choice in heard.answers.items()
        ]
        wrong = self._corrections(case, heard, locale)
        return compose([say("heard.understood"), Bullets(lines), Small(say.plain("heard.correct")), wrong])

    def _corrections(self, case: Case, heard: Heard, locale: str) -> Controls | None:
        """One press for each thing that was understood: its question is put again."""
        say = phrases(locale)
        wrong = [(question, self._choice(question, choice, locale)) for question, choice in heard.answers.items()]
        if heard.platform and _PLATFORM not in heard.answers and _PLATFORM in self._base.questions:
            wrong.append((_PLATFORM, say.plain(f"platform.{heard.platform}")))
        buttons = [
            blocks.button(say.plain("button.correct", answer=answer), Action.CORRECT, case.id, question)
            for question, answer in wrong[:CORRECTIONS]
        ]
        for index, element in enumerate(buttons):
            element["action_id"] = f"{element['action_id']}:{index}"
        return Controls(buttons) if buttons and not case.on_desk else None

    def contradicts(self, case: Case, question: QuestionId, choice: ChoiceId, cause: CauseId, *, locale: str) -> Message:
        """An answer speaks against what the log shows."""
        say = phrases(locale)
        said = say("case.contradicts", answer=self._choice(question, choice, locale), cause=self._cause(cause, locale))
        return compose([said, Controls([blocks.button(say.plain("button.other_answer"), Action.CORRECT, case.id, question)])])

    def compared(self, case: Case, cause: CauseId, at: datetime, *, gone: bool, healthy: bool, locale: str) -> Message:
        """Before and after."""
        say = phrases(locale)
        key = "works" if healthy else "gone" if gone else "same"
        buttons = [
            blocks.button(say.plain("button.works_now"), Action.WORKS_NOW, case.id),
            blocks.button(say.plain("button.still_broken"), Action.STILL_BROKEN, case.id),
        ]
        said = say(f"compared.{key}", cause=self._cause(cause, locale), at=at)
        return compose([said, Controls(buttons) if healthy else None])

    def password_warning(self, case: Case, kinds: Sequence[str], *, locale: str) -> Message:
        """A secret was typed."""
        del case
        say = phrases(locale)
        names = list(dict.fromkeys(self._kind(kind, locale) for kind in kinds))
        return compose([say("case.password", kinds=say.together(names))])

    def still_broken(self, case: Case, *, locale: str) -> Message:
        """Noted, and what now."""
        del case
        return compose([phrases(locale)("case.still_broken")])

    def handed_over(self, case: Case, *, locale: str) -> Message:
        """The engineers have it now."""
        say = phrases(locale)
        return compose(
            [say("case.handed_over"), Controls([blocks.button(say.plain("button.works_now"), Action.WORKS_NOW, case.id)])]
        )

    def no_desk(self, case: Case, *, contact: str, locale: str) -> Message:
        """There is no admin channel: whom to contact."""
        say = phrases(locale)
        return compose(
            [say("case.no_desk", contact=contact or say.plain("case.no_contact")), say("case.kept", number=number(case))]
        )

    def taken(self, case: Case, *, locale: str) -> Message:
        """An engineer has it."""
        del case
        return compose([phrases(locale)("case.taken")])

    def relay_to_requester(self, case: Case, text: str, *, locale: str) -> Message:
        """What a responder sent, and nothing else of theirs."""
        say = phrases(locale)
        buttons = [
            blocks.button(say.plain("button.works_now"), Action.WORKS_NOW, case.id),
            blocks.button(say.plain("button.still_broken"), Action.STILL_BROKEN, case.id),
        ]
        return compose([say("case.reply_from_engineer"), Phrase.of(text), Controls(buttons)])

    def resolved(self, case: Case, *, locale: str) -> Message:
        """Does it work?"""
        say = phrases(locale)
        buttons = [
            blocks.button(say.plain("button.works_now"), Action.WORKS_NOW, case.id, style="primary"),
            blocks.button(say.plain("button.still_broken"), Action.STILL_BROKEN, case.id),
        ]
        return compose([say("case.resolved"), Controls(buttons)])

    def closed(self, case: Case, *, locale: str) -> Message:
        """Over, and how to begin again."""
        say = phrases(locale)
        button = blocks.button(say.plain("button.reopen"), Action.REOPEN, case.id)
        return compose([say(f"closed.{case.resolution or 'cancelled'}"), say("closed.after"), Controls([button])])

    def reopened(self, case: Case, *, locale: str) -> Message:
        """Open again."""
        del case
        return compose([phrases(locale)("case.reopened")])

    def receipt_ephemeral(self, case: Case, *, link: str, locale: str) -> Message:
        """Where `/vpn-help` was typed: here is the case."""
        del case
        say = phrases(locale)
        return compose([say("case.receipt", link=Link(link or CASE_LINK, say.plain("case.link")))])

    def which_case(self, cases: Sequence[Case], parked: str, *, locale: str) -> Message:
        """Several cases are open."""
        say = phrases(locale)
        buttons = [blocks.button(self._line(case, locale), Action.CHOOSE_CASE, case.id, parked) for case in cases[:20]]
        for index, element in enumerate(buttons):
            element["action_id"] = f"{element['action_id']}:{index}"
        buttons.append(blocks.button(say.plain("button.new_case"), Action.CHOOSE_CASE, None, parked))
        return compose([say("words.which"), Controls(buttons, [self._line(case, locale) for case in cases[:20]])])

    def case_chosen(self, case: Case | None, *, locale: str) -> Message:
        """In place of the question, once it is answered."""
        say = phrases(locale)
        return compose([say("words.chosen", number=number(case)) if case else say("words.chosen_new")])

    def check_back_set(self, case: Case, at: datetime, *, locale: str) -> Message:
        """When the bot asks again."""
        del case
        return compose([phrases(locale)("case.check_back_set", at=at)])

    def check_back(self, case: Case, *, locale: str) -> Message:
        """Does it work?"""
        say = phrases(locale)
        buttons = [
            blocks.button(say.plain("button.works_now"), Action.WORKS_NOW, case.id, style="primary"),
            blocks.button(say.plain("button.still_broken"), Action.STILL_BROKEN, case.id),
        ]
        return compose([say("case.check_back"), Controls(buttons)])

    def outside_office(self, case: Case, opens_at: datetime | None, *, locale: str) -> Message:
        """The engineers are not there now."""
        del case
        say = phrases(locale)
        return compose([say("case.outside_office", at=opens_at) if opens_at else say("case.nobody_there")])

    def status(self, cases: Sequence[Case], *, locale: str, links: Mapping[CaseId, str] | None = None) -> Message:
        """The person's cases."""
        say = phrases(locale)
        if not cases:
            return compose([say("words.status_none"), self._start(locale)])
        lines = []
        for case in cases:
            best = self._best(case)
            cause = self._cause(best.cause, locale) if best else ""
            link = (links or {}).get(case.id)
            name = Link(link, number(case)) if link else number(case)
            lines.append(say("words.status_line", number=name, state=self._state(case, locale), cause=cause))
        return compose([say("words.status"), Bullets(lines)])

    def audit_handed(self, *, lines: int, locale: str) -> Message:
        """An admin asked for the audit trail."""
        return compose([phrases(locale)("words.audit_handed", lines=lines)])

    def privacy(self, *, days: int, locale: str, backups: int | None = None) -> Message:
        """What is kept, for how long, who sees it, how to delete it; `backups`: for how many days those are kept, if known."""
        say = phrases(locale)
        lines = [say("words.privacy_kept", days=days), *(say(f"words.privacy_{key}") for key in ("names", "who"))]
        lines.append(say("words.privacy_delete", days=days))
        lines.append(say("words.privacy_backups", days=backups) if backups is not None else say("words.privacy_backups_unknown"))
        lines.append(say("words.privacy_trail"))
        return compose([Heading(say.plain("words.privacy_title")), Bullets(lines)])

    def forget_asked(self, cases: Sequence[Case], *, locale: str) -> Message:
        """What would be deleted, and the button that does it."""
        say = phrases(locale)
        if not cases:
            return compose([say("words.forget_none")])
        ask = say("words.forget_asked", count=len(cases))
        sure = blocks.confirmation(say.plain("button.forget"), ask.plain, say.plain("button.forget"), say.plain("view.close"))
        button = blocks.button(say.plain("button.forget"), Action.FORGET, None, style="danger", confirm=sure)
        return compose([ask, Controls([button])])

    def forgotten(self, *, cases: int, locale: str) -> Message:
        """Deleted."""
        return compose([phrases(locale)("words.forgotten", count=cases)])

    def unknown_word(self, word: str, *, locale: str) -> Message:
        """A word that means nothing: what there is."""
        return compose([phrases(locale)("words.unknown_word", word=word)])

    def help(self, *, locale: str) -> Message:
        """What the bot does, and its words."""
        say = phrases(locale)
        return compose([Heading(say.plain("words.help_title")), say("words.help"), self._start(locale)])

    def try_again(self, *, locale: str) -> Message:
        """The modal could not be opened in time: a button brings a new chance."""
        return compose([phrases(locale)("error.try-again"), self._start(locale)])

    def user_error(self, key: str, values: Mapping[str, str], *, locale: str) -> Message:
        """What the person can put right."""
        return compose([phrases(locale)(f"error.{key}", **values)])

    def error(self, reference: str, *, locale: str) -> Message:
        """Something failed inside."""
        return compose([phrases(locale)("error.inside", reference=reference)])

    def _start(self, locale: str) -> Controls:
        return Controls([blocks.button(phrases(locale).plain("button.start"), Action.OPEN_INTAKE, None, style="primary")])

    def _line(self, case: Case, locale: str) -> str:
        return phrases(locale).plain("words.case_line", number=number(case), state=self._state(case, locale))
