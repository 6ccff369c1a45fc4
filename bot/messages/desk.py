"""What the engineers read in the admin channel: the card of a case, and what happens in its thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.cases import Case, CaseState, Upload, UploadState
from bot.events import Action, UserId
from bot.messages import blocks
from bot.messages.blocks import Bullets, Controls, Heading, Lines, Part, Small, compose
from bot.messages.files import formats
from bot.messages.phrases import Person, Phrase, Phrases
from bot.messages.speaker import LINES_SHOWN, Speaker, number, percent, phrases
from bot.wording import Message, View
from knowledge import UNKNOWN, CauseId, ChoiceId, Log, QuestionId, StepKind

#: News that name a cause.
_OF_CAUSES = frozenset({"cause-confirmed", "pinned", "unpinned", "ruled-out", "ruled-in"})
#: Minutes for which a case can be snoozed.
_SNOOZES = ("60", "240", "1440", "4320")
#: Logs that an engineer can ask for with one choice.
_LOGS = 6

#: With which reason a case ends, the usual one first.
ENDS = ("fixed", "workaround", "no-fault", "outage")
#: From this share on a cause stands in the form that ends a case, to be confirmed with a click.
LIKELY = 0.5

#: Hypotheses on the card.
RANKED = 4
#: Sentences of the requester on the card.
SAID = 3


class DeskMessages(Speaker):
    """The admin channel's side of the wall."""

    def card(self, case: Case, *, requester: str, locale: str) -> Message:
        """One message per case, edited in place: all that an engineer needs to begin."""
        case = case.as_judged()
        say = phrases(locale)
        parts: list[Part | None] = [
            Heading(say.plain("card.title", number=number(case))),
            say("card.who", requester=requester, since=case.escalated_at or case.opened_at),
            Bullets(self._facts(case, say, locale)),
            *self._causes(case, say, locale),
            *self._evidence_lines(case, say, locale),
            *self._history(case, say, locale),
            Controls(self._desk_buttons(case, say)),
            self._menus(case, say, locale),
        ]
        return compose(parts)

    def relay_to_desk(self, case: Case, text: str, *, requester: str, files: Sequence[str], change: str, locale: str) -> Message:
        """What the requester wrote or uploaded, edited or took back."""
        del case
        say = phrases(locale)
        parts: list[Part | None] = []
        if change == "deleted" and files:
            return compose([say("desk.file_deleted", requester=requester, names=say.together(list(files)))])
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
        cause = self._cause(CauseId(text), locale) if news in _OF_CAUSES else ""
        other = self._person(UserId(text), say) if news == "handed-on" else ""
        line = say(f"desk.{news}", who=person, text=text, cause=cause, other=other)
        return compose([line, Phrase.of(text) if news == "replied" else None])

    def desk_evidence(self, case: Case, upload: Upload, log: Log | None, *, locale: str) -> Message:
        """A file of an engineer's was read, and what all evidence says now."""
        say, best = phrases(locale), self._best(case.as_judged())
        who = self._person(upload.by, say)
        if log is None:
            key = "desk.evidence_failed" if upload.problem else "desk.evidence_none"
            return compose([say(key, name=upload.name, who=who)])
        line = say("desk.evidence", name=upload.name, who=who, formats=formats(self._base, log, say), lines=log.lines)
        now = say("desk.evidence_now", cause=self._cause(best.cause, locale), percent=percent(best.probability)) if best else None
        return compose([line, now])

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
        facts += self._promises(case, say, locale)
        if case.confirmed_cause:
            facts.append(say("card.confirmed", cause=self._cause(case.confirmed_cause, locale)))
        return facts

    def _causes(self, case: Case, say: Phrases, locale: str) -> list[Part]:
        sure = case.handling.pinned
        known = case.diagnosis.hypotheses if case.diagnosis else ()
        ranked = [h for h in known if h.probability >= 0.02 or h.cause == sure][:RANKED]
        if not ranked:
            return [say("card.unknown_cause")]
        parts: list[Part] = [
            say("card.causes"),
            Bullets(
                [
                    say("card.pinned", cause=self._cause(h.cause, locale))
                    if h.cause == sure
                    else say("card.cause", cause=self._cause(h.cause, locale), percent=percent(h.probability))
                    for h in ranked
                ]
            ),
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
        own = [upload.name for upload in case.desk_uploads if upload.state is UploadState.READ]
        if own:
            parts.append(Small(say.plain("card.desk_files", names=say.together(own[:10]))))
        return parts

    def _asked(self, question: QuestionId, choice: ChoiceId, say: Phrases, locale: str) -> Phrase:
        return say("card.answer", question=self._ask(question, locale), answer=self._choice(question, choice, locale))

    def _promises(self, case: Case, say: Phrases, locale: str) -> list[Phrase]:
        """How bad, how soon, and what the engineers decided."""
        kept = case.handling
        facts = [say("card.severity", severity=say.plain(f"severity.{kept.severity}"))]
        if kept.priority:
            facts.append(say("card.priority", priority=say.plain(f"priority.{kept.priority}")))
        if kept.snoozed_until:
            facts.append(say("card.snoozed", until=kept.snoozed_until))
        if kept.broken:
            names = list(dict.fromkeys(say.plain(f"promise.{each.partition(':')[2]}") for each in kept.broken))
            facts.append(say("card.broken", promises=say.together(names)))
        if kept.pinned and case.diagnosis is None:
            facts.append(say("card.pinned", cause=self._cause(kept.pinned, locale)))
        if kept.ruled_out:
            facts.append(say("card.ruled_out", causes=say.together([self._cause(c, locale) for c in kept.ruled_out])))
        if kept.merged_into:
            facts.append(say("card.duplicate_of", number=kept.merged_into[:8].upper()))
        if kept.duplicates:
            facts.append(say("card.duplicates", numbers=say.together([each[:8].upper() for each in kept.duplicates])))
        if kept.incident:
            facts.append(say("card.outage"))
        if kept.reopened_at:
            facts.append(say("card.reopened", count=len(kept.reopened_at)))
        if case.is_over and case.resolution:
            facts.append(say("card.resolution", resolution=say.plain(f"resolution.{case.resolution}")))
        return facts

    def _desk_buttons(self, case: Case, say: Phrases) -> list[dict[str, Any]]:
        """The two things that are done most; the rest is in the menus."""
        buttons: list[dict[str, Any]] = []
        if case.state is CaseState.CLAIMED:
            buttons.append(blocks.button(say.plain("button.release"), Action.UNCLAIM, case.id))
        elif not case.is_over:
            buttons.append(blocks.button(say.plain("button.claim"), Action.CLAIM, case.id, style="primary"))
        buttons.append(blocks.button(say.plain("button.reply"), Action.OPEN_REPLY, case.id))
        if not case.is_over:
            buttons.append(blocks.button(say.plain("button.resolve"), Action.OPEN_DESK_FORM, case.id, "resolve"))
        return buttons

    def _menus(self, case: Case, say: Phrases, locale: str) -> Controls:
        """*This was the cause*, and *More*."""
        causes = self._cause_menu(case, say, locale)
        more = blocks.menu(Action.SNOOZE, self._more(case, say, locale), say.plain("button.more"))
        return Controls([*(causes.elements if causes else ()), more])

    def _more(self, case: Case, say: Phrases, locale: str) -> list[dict[str, Any]]:
        def entry(label: str, action: Action, argument: str = "") -> dict[str, Any]:
            return blocks.option(label, blocks.carried(case.id, argument, do=action))

        if case.is_over:
            entries = [entry(say.plain("button.reopen_case"), Action.REOPEN_CASE)]
            entries.append(entry(say.plain("button.unmask"), Action.OPEN_DESK_FORM, "unmask"))
            if case.confirmed_cause:
                entries.append(entry(say.plain("button.teach"), Action.TEACH))
            return entries
        kept = case.handling
        ranked = [h.cause for h in (case.diagnosis.hypotheses if case.diagnosis else ())][:RANKED]
        logs = [c for c in self._base.collects.values() if not case.platform or not c.platforms or case.platform in c.platforms]
        entries = [entry(say.plain("card.log", title=log.title(locale)), Action.ASK_LOG, log.id) for log in logs[:_LOGS]]
        for cause in ranked:
            label = "card.unpin" if cause == kept.pinned else "card.pin"
            entries.append(entry(say.plain(label, cause=self._cause(cause, locale)), Action.PIN_CAUSE, cause))
        entries += [entry(say.plain("card.rule_out", cause=self._cause(c, locale)), Action.RULE_OUT, c) for c in ranked]
        entries += [entry(say.plain("card.rule_in", cause=self._cause(c, locale)), Action.RULE_OUT, c) for c in kept.ruled_out]
        for form in ("what_if", "merge", "hand_on", "unmask"):
            entries.append(entry(say.plain(f"button.{form}"), Action.OPEN_DESK_FORM, form))
        if kept.snoozed_until:
            entries.append(entry(say.plain("card.snooze_stop"), Action.SNOOZE))
        for minutes in _SNOOZES:
            how = say.plain(f"snooze.m{minutes}")
            entries.append(entry(say.plain("card.snooze_for", how=how), Action.SNOOZE, minutes))
        for priority in ("urgent", "soon", "whenever"):
            label = say.plain("card.set_priority", priority=say.plain(f"priority.{priority}"))
            entries.append(entry(label, Action.PRIORITISE, priority))
        entries.append(entry(say.plain("card.set_priority", priority=say.plain("card.by_severity")), Action.PRIORITISE))
        return entries

    def _cause_menu(self, case: Case, say: Phrases, locale: str) -> Controls | None:
        """*This was the cause*, or, once that was said, another one: the likely ones first, then all others by name."""
        options = [blocks.option(self._cause(c, locale), blocks.carried(case.id, c)) for c in self._all_causes(case, locale)]
        label = say.plain("card.correct_cause" if case.confirmed_cause else "card.choose_cause")
        return Controls([blocks.menu(Action.CONFIRM_CAUSE, options, label)]) if options else None

    def _all_causes(self, case: Case, locale: str) -> list[CauseId]:
        """The likely ones first, then all others by name; without what is confirmed already."""
        ranked = [h.cause for h in (case.diagnosis.hypotheses if case.diagnosis else ())][:RANKED]
        others = sorted((c for c in self._base.causes if c not in ranked), key=lambda c: self._cause(c, locale).casefold())
        return [cause for cause in (*ranked, *others) if cause != case.confirmed_cause]

    def resolve_form(self, case: Case, *, locale: str, metadata: str) -> View:
        """*Mark as mended*: which cause it was, and how it ended. Two clicks where the likely one was right."""
        case, say = case.as_judged(), phrases(locale)
        best = case.confirmed_cause or case.handling.pinned or self._likely(case)
        causes = [*([case.confirmed_cause] if case.confirmed_cause else []), *self._all_causes(case, locale)]
        options = [blocks.option(say.plain("view.resolve_unknown"), UNKNOWN)]
        options += [blocks.option(self._cause(cause, locale), cause) for cause in causes[: blocks.OPTIONS - 1]]
        first = next((option for option in options if option["value"] == best), options[0])
        reasons = [blocks.option(say.plain(f"resolution.{reason}"), reason) for reason in ENDS]
        placeholder = blocks.plain(say.plain("view.choose"), blocks.PLACEHOLDER)
        fields: list[tuple[str, dict[str, Any]]] = [
            (
                "cause",
                {
                    "type": "static_select",
                    "action_id": "cause",
                    "placeholder": placeholder,
                    "options": options,
                    "initial_option": first,
                },
            ),
            ("reason", {"type": "radio_buttons", "action_id": "reason", "options": reasons, "initial_option": reasons[0]}),
        ]
        return {
            "type": "modal",
            "callback_id": "resolve",
            "title": blocks.plain(say.plain("view.resolve_title"), 24),
            "submit": blocks.plain(say.plain("view.resolve_send"), 24),
            "close": blocks.plain(say.plain("view.close"), 24),
            "private_metadata": metadata,
            "blocks": [
                {
                    "type": "input",
                    "block_id": name,
                    "label": blocks.plain(say.plain(f"view.resolve_{name}"), 2000),
                    "element": element,
                }
                for name, element in fields
            ],
        }

    def _likely(self, case: Case) -> CauseId | None:
        best = self._best(case)
        return best.cause if best and best.probability >= LIKELY else None
