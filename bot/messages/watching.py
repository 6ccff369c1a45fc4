"""What the desk's clock, the radar and the engineers' decisions make the bot say, on both sides of the wall."""

from __future__ import annotations

from typing import Any

from bot.cases import Case
from bot.events import Action
from bot.messages import blocks
from bot.messages.blocks import Bullets, Controls, Heading, compose
from bot.messages.phrases import Group, Person, Phrase
from bot.messages.speaker import Speaker, number, phrases
from bot.wording import Message, View
from knowledge import CauseId

#: Cases of an outage that are listed by number.
LISTED = 30


class WatchMessages(Speaker):
    """Reminders, calls, outages."""

    # -- to the engineers

    def desk_call(self, case: Case, occasion: str, *, who: str, locale: str) -> Message:
        """Something is due: `call` (who is called), `claim-remind`, `claim-expire` (who had it), a warning, a breach, `paged`."""
        say = phrases(locale)
        called: object = say.plain("desk.somebody")
        if who.startswith("S"):
            called = Group(who)
        elif who:
            called = Person(who)
        return compose([say(f"due.{occasion}", who=called, number=number(case))])

    def page_summary(self, case: Case, *, locale: str) -> Message:
        """For a pager: nothing that the requester wrote."""
        say = phrases(locale)
        severity = say.plain(f"severity.{case.handling.severity}")
        return compose([say("due.page", number=number(case), severity=severity)])

    def outage_card(
        self, outage: str, about: str, cases: int, *, state: str, numbers: tuple[str, ...] = (), locale: str
    ) -> Message:
        """At the top level of the admin channel, edited in place: what many have in common, and how many."""
        say = phrases(locale)
        buttons: list[dict[str, Any]] = []
        if state == "open":
            buttons = [
                blocks.button(say.plain("button.outage_over"), Action.OUTAGE_OVER, None, outage, style="primary"),
                blocks.button(say.plain("button.outage_false"), Action.OUTAGE_FALSE, None, outage),
            ]
        listed = [Phrase.of(each) for each in numbers[:LISTED]]
        return compose(
            [
                Heading(say.plain(f"outage.title_{state}")),
                say("outage.about", about=self._about(about, locale), count=cases),
                Bullets(listed) if listed else None,
                say("outage.promise") if state == "open" else None,
                Controls(buttons) if buttons else None,
            ]
        )

    def _about(self, about: str, locale: str) -> str:
        """What the radar's key means."""
        say = phrases(locale)
        said: list[str] = []
        for part in about.split(" "):
            kind, _, value = part.partition(":")
            if kind == "cause":
                said.append(self._cause(CauseId(value), locale))
            elif kind == "server":
                said.append(say.plain("outage.same_server"))
            elif kind == "site":
                said.append(say.plain("outage.same_site", site=value))
        return say.together(said) if said else about

    def desk_form(self, kind: str, *, locale: str, metadata: str) -> View:
        """A small form for an engineer: `hand_on` (to whom), `merge` (of which case) or `what_if` (which answer)."""
        say = phrases(locale)
        label = say.plain(f"view.{kind}_label")
        element: dict[str, Any] = {"type": "plain_text_input", "action_id": "text", "max_length": 100}
        if kind == "hand_on":
            element = {"type": "users_select", "action_id": "text"}
        row: dict[str, Any] = {
            "type": "input",
            "block_id": "text",
            "label": blocks.plain(label, 2000),
            "hint": blocks.plain(say.plain(f"view.{kind}_hint"), 2000),
            "element": element,
        }
        return {
            "type": "modal",
            "callback_id": kind,
            "title": blocks.plain(say.plain(f"view.{kind}_title"), 24),
            "submit": blocks.plain(say.plain("view.send"), 24),
            "close": blocks.plain(say.plain("view.close"), 24),
            "private_metadata": metadata,
            "blocks": [row],
        }

    # -- to the requester

    def log_wanted(self, case: Case, collect: str, *, locale: str) -> Message:
        """An engineer needs a log: which, and how to get it, in the knowledge base's words."""
        del case
        say = phrases(locale)
        known = self._base.collects.get(collect)
        if known is None:
            return compose([say("reply.drop")])
        return compose(
            [
                say("case.log_wanted", title=known.title(locale)),
                Phrase.authored(known.do(locale)),
                say("reply.secrets", text=Phrase.authored(known.secrets(locale))) if known.secrets(locale) else None,
                say("reply.drop"),
            ]
        )

    def merged(self, case: Case, *, locale: str) -> Message:
        """The same trouble is worked on already; the person is asked when it is mended."""
        say = phrases(locale)
        return compose([say("case.merged"), Controls([blocks.button(say.plain("button.works_now"), Action.WORKS_NOW, case.id)])])

    def reopened_by_desk(self, case: Case, *, locale: str) -> Message:
        """The engineers look at it again."""
        del case
        return compose([phrases(locale)("case.reopened_by_desk")])

    def outage_known(self, case: Case, *, locale: str) -> Message:
        """Others have the same; no more questions; when it is mended the bot asks."""
        say = phrases(locale)
        buttons = [
            blocks.button(say.plain("button.works_now"), Action.WORKS_NOW, case.id),
            blocks.button(say.plain("button.ask_person"), Action.ASK_PERSON, case.id),
        ]
        return compose([say("case.outage"), Controls(buttons if not case.on_desk else buttons[:1])])

    def outage_over(self, case: Case, *, locale: str) -> Message:
        """It is mended: does it work?"""
        say = phrases(locale)
        buttons = [
            blocks.button(say.plain("button.works_now"), Action.WORKS_NOW, case.id, style="primary"),
            blocks.button(say.plain("button.still_broken"), Action.STILL_BROKEN, case.id),
        ]
        return compose([say("case.outage_over"), Controls(buttons)])
