"""The home tab: start, my cases, my language, what is kept; and for admins where the bot works, with its two modals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.cases import Case
from bot.events import Action, CaseId, ChannelId, Watch, Watching
from bot.messages import blocks
from bot.messages.blocks import plain
from bot.messages.desktab import DeskTabViews
from bot.messages.lessons import Lessons, lessons
from bot.messages.phrases import LOCALES, Link, Phrase, Phrases
from bot.messages.speaker import number, phrases
from bot.messages.threads import ThreadMessages
from bot.messages.views import Views, _input, _modal
from bot.places import DAYS, OfficeHours, Setting, Setup
from bot.wording import Block, DeskTab, View
from knowledge import QuestionId

#: Cases and channels on one tab; it takes 100 blocks.
CASES, CHANNELS = 10, 12
#: The choice of a language that is everybody's own.
ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admins:
    """What an admin's home tab shows of the set-up."""

    #: What holds now.
    setup: Setup
    #: What the environment says, and Slack cannot change.
    fixed: frozenset[Setting] = frozenset()
    fixed_channels: frozenset[ChannelId] = frozenset()
    names: Mapping[ChannelId, str] = field(default_factory=dict)
    #: How the last try of a channel went: `ok`, or a key of `home` and Slack's word, `bad_read missing_scope`.
    tried: Mapping[ChannelId, str] = field(default_factory=dict)
    #: What closed cases taught; None: nobody looked.
    lessons: Lessons | None = None


class HomeViews(DeskTabViews, ThreadMessages, Views):
    """The home tab and what opens from it."""

    def home(
        self,
        cases: Sequence[Case],
        *,
        days: int,
        backups: int | None = None,
        locale: str,
        links: Mapping[CaseId, str] | None = None,
        language: str | None = None,
        admins: Admins | None = None,
        desk: DeskTab | None = None,
        desk_links: Mapping[CaseId, str] | None = None,
    ) -> View:
        """Start, my cases with the way to each, my language, what is kept and how to delete it."""
        say = phrases(locale)
        start = blocks.button(say.plain("button.start"), Action.OPEN_INTAKE, None, style="primary")
        rows: list[Any] = [
            blocks.header(say.plain("view.home_title")),
            {"type": "section", "text": plain(say.plain("view.home_intro" if cases else "view.home_none"), 3000)},
            blocks.actions(start),
        ]
        if admins is not None and admins.setup.admin_channel is None:
            rows += self._set_up(admins, say)
        if desk is not None:
            rows += self.desk_tab(desk, locale=locale, links=desk_links)
        if cases:
            rows.append(blocks.header(say.plain("home.cases")))
            rows += [self._case(case, say, locale, (links or {}).get(case.id)) for case in cases[:CASES]]
        rows += [
            *self.language_asked(language, locale=locale).blocks,
            *self.privacy(days=days, locale=locale, backups=backups).blocks,
        ]
        if cases:
            rows += [block for block in self.forget_asked(cases, locale=locale).blocks if block["type"] == "actions"]
        if admins is not None and admins.setup.admin_channel is not None:
            rows += self._set_up(admins, say)
        if admins is not None and admins.lessons is not None:
            rows += self._lessons(admins.lessons, say, locale)
        return {"type": "home", "blocks": rows}

    def setup_form(self, setup: Setup, *, fixed: frozenset[Setting], locale: str, metadata: str) -> View:
        """Admin channel, engineers, office hours: what the environment leaves open."""
        say, office = phrases(locale), setup.office
        rows: list[dict[str, Any]] = []
        if Setting.ADMIN_CHANNEL not in fixed:
            rows.append(_channel(say, "setup_channel", setup.admin_channel))
        if Setting.RESPONDERS not in fixed:
            typed: dict[str, Any] = {"type": "plain_text_input", "action_id": "responders", "max_length": 100}
            typed |= {"initial_value": setup.responders} if setup.responders else {}
            rows.append(_input(say.plain("view.setup_group"), typed, hint=say.plain("view.setup_group_hint")))
        if Setting.OFFICE not in fixed:
            rows += self._hours(office, say)
        return _modal("setup", say.plain("view.setup_title"), rows, say, submit=say.plain("view.save"), metadata=metadata)

    def watch_form(self, watch: Watch | None, *, locale: str, metadata: str) -> View:
        """A channel, what to do with a log in it, and in which language; an existing one can be left alone."""
        say = phrases(locale)
        modes = [blocks.option(say.plain(f"watching.{mode}"), mode.value) for mode in Watching]
        mode = list(Watching).index(watch.mode) if watch else 0
        languages = [blocks.option(say.plain("home.any_language"), ANY)]
        languages += [blocks.option(phrases(each).plain("language.name"), each) for each in LOCALES]
        language = 1 + LOCALES.index(watch.language) if watch and watch.language in LOCALES else 0
        rows = [] if watch else [_channel(say, "watch_channel", None, optional=False)]
        rows += [
            _input(
                say.plain("view.watch_mode"),
                {"type": "radio_buttons", "action_id": "mode", "options": modes, "initial_option": modes[mode]},
                optional=False,
            ),
            _input(
                say.plain("view.watch_language"),
                {"type": "radio_buttons", "action_id": "language", "options": languages, "initial_option": languages[language]},
                optional=False,
            ),
        ]
        if watch:
            stop = {"type": "checkboxes", "action_id": "stop", "options": [blocks.option(say.plain("view.watch_stop"), "stop")]}
            rows.append(_input(say.plain("view.watch_stop"), stop))
        return _modal("watch", say.plain("view.watch_title"), rows, say, submit=say.plain("view.save"), metadata=metadata)

    def _case(self, case: Case, say: Phrases, locale: str, link: str | None) -> Block:
        best = self._best(case)
        cause = self._cause(best.cause, locale) if best else ""
        name = Link(link, number(case)) if link else number(case)
        return blocks.paragraph(say("words.status_line", number=name, state=self._state(case, locale), cause=cause))

    def _set_up(self, admins: Admins, say: Phrases) -> list[Block]:
        setup = admins.setup
        rows: list[Block] = [blocks.header(say.plain("home.setup"))]
        if setup.admin_channel is None:
            rows.append(blocks.paragraph(say("home.first")))
        who = say.plain("home.group", group=setup.responders) if setup.responders else say.plain("home.members")
        rows += self._setting(say("home.admin_channel", channel=self._name(admins, setup.admin_channel, say)), admins, say)
        rows += self._tried(admins, setup.admin_channel, say)
        rows += self._setting(say("home.responders", who=who), admins, say, Setting.RESPONDERS)
        rows += self._setting(self._office(setup.office, say), admins, say, Setting.OFFICE)
        first = "primary" if setup.admin_channel is None else None
        buttons = [blocks.button(say.plain("button.try_setup"), Action.TRY_SETUP, None)]
        if not admins.fixed >= {Setting.ADMIN_CHANNEL, Setting.RESPONDERS, Setting.OFFICE}:
            buttons.insert(0, blocks.button(say.plain("button.set_up"), Action.OPEN_SETUP, None, style=first))
        rows.append(blocks.actions(*buttons))
        rows.append(blocks.paragraph(say("home.watched" if setup.watched else "home.no_watched")))
        for index, watch in enumerate(setup.watched[:CHANNELS]):
            rows += self._watched(admins, watch, index, say)
        rows.append(blocks.actions(blocks.button(say.plain("button.watch"), Action.OPEN_WATCH, None)))
        return rows

    def _lessons(self, shown: Lessons, say: Phrases, locale: str) -> list[Block]:
        questions = self._base.questions

        def question(ident: QuestionId) -> str:
            return questions[ident].ask(locale) if ident in questions else ident

        return lessons(shown, say, cause=lambda ident: self._cause(ident, locale), question=question)

    def _watched(self, admins: Admins, watch: Watch, index: int, say: Phrases) -> list[Block]:
        known = watch.language in LOCALES
        language = phrases(watch.language or "en").plain("language.name") if known else say.plain("home.any_language")
        line = say(
            "home.watch_line",
            channel=self._name(admins, watch.channel, say),
            mode=say.plain(f"watching.{watch.mode}"),
            language=language,
        )
        rows: list[Block] = [blocks.paragraph(line), *self._tried(admins, watch.channel, say)]
        if watch.channel in admins.fixed_channels:
            return [*rows, blocks.context(say.plain("home.fixed"))]
        change = blocks.button(say.plain("button.change"), Action.OPEN_WATCH, None, watch.channel)
        change["action_id"] = f"{change['action_id']}:{index}"
        return [*rows, blocks.actions(change)]

    def _setting(self, line: Phrase, admins: Admins, say: Phrases, setting: Setting = Setting.ADMIN_CHANNEL) -> list[Block]:
        fixed = [blocks.context(say.plain("home.fixed"))] if setting in admins.fixed else []
        return [blocks.paragraph(line), *fixed]

    def _tried(self, admins: Admins, channel: ChannelId | None, say: Phrases) -> list[Block]:
        if channel is None:
            return []
        key, _, code = admins.tried.get(channel, "untried").partition(" ")
        return [blocks.context(say.plain(f"home.{key}", code=code))]

    def _office(self, office: OfficeHours | None, say: Phrases) -> Phrase:
        if office is None:
            return say("home.no_office")
        days = say.together([say.plain(f"day.d{day}") for day in office.days if 0 <= day < DAYS])
        return say("home.office", begins=office.begins, ends=office.ends, days=days, zone=office.zone)

    def _hours(self, office: OfficeHours | None, say: Phrases) -> list[dict[str, Any]]:
        rows = []
        for name, at in (("begins", office.begins if office else ""), ("ends", office.ends if office else "")):
            element: dict[str, Any] = {"type": "timepicker", "action_id": name, **({"initial_time": at} if at else {})}
            rows.append(_input(say.plain(f"view.setup_{name}"), element, hint=say.plain("view.setup_hours_hint")))
        options = [blocks.option(say.plain(f"day.d{day}"), str(day)) for day in range(DAYS)]
        chosen = [options[day] for day in (office.days if office else range(5)) if 0 <= day < DAYS]
        days = {"type": "checkboxes", "action_id": "days", "options": options, "initial_options": chosen}
        return [*rows, _input(say.plain("view.setup_days"), days)]

    def _name(self, admins: Admins, channel: ChannelId | None, say: Phrases) -> str:
        if channel is None:
            return say.plain("home.none")
        return f"#{admins.names[channel]}" if channel in admins.names else channel


def _channel(say: Phrases, name: str, chosen: ChannelId | None, *, optional: bool = True) -> dict[str, Any]:
    element: dict[str, Any] = {
        "type": "conversations_select",
        "action_id": "channel",
        "placeholder": plain(say.plain("view.choose"), blocks.PLACEHOLDER),
        "filter": {"include": ["public", "private"], "exclude_bot_users": True, "exclude_external_shared_channels": True},
        **({"initial_conversation": chosen} if chosen else {}),
    }
    hint = say.plain("view.setup_channel_hint") if name == "setup_channel" else ""
    return _input(say.plain(f"view.{name}"), element, optional=optional, hint=hint)
