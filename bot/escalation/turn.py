"""One step in the making: the case as it changes, and what is to be said and done about it.

Everything that a step decides is collected here and becomes one `Outcome`. What follows from the case by itself is added at
the end: the case's own message and the card are said again when they would read differently than before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.cases import Case, Origin, Resolution
from bot.events import (
    Action,
    ActionTaken,
    ChannelId,
    Event,
    IntakeSubmitted,
    MessagePosted,
    TimerRang,
    UploadedFile,
    UploadId,
    WordGiven,
)
from bot.messages import spoken
from bot.permissions import Deed, Permission, may
from bot.ports import Announce, Attach, Outcome, Page, PassOn, Read, Say, Tell, Timer, Where, Whisper, World
from bot.wording import Message, Picture
from knowledge import Tokens, redact

SECRET = "secret"  # noqa: S105 - redaction's name for a kind


class Turn:
    """A step in the making."""

    def __init__(self, case: Case, event: Event, world: World, *, is_new: bool = False) -> None:
        self.case = case
        self.event = event
        self.world = world
        self.say_words = world.messages
        self._before = None if is_new else case
        self._says: list[Say | Whisper | Tell] = []
        self._reads: list[Read] = []
        self._passes: list[PassOn] = []
        self._attaches: list[Attach] = []
        self._timers: list[Timer] = []
        self._pages: list[Page] = []
        self._announces: list[Announce] = []
        self._follows: list[Event] = []
        self._forget: list[UploadId] = []
        self._tokens: Tokens | None = None
        self._count = 0

    @property
    def is_new(self) -> bool:
        """Whether the case begins with this step."""
        return self._before is None

    @property
    def locale(self) -> str:
        """The requester's language."""
        return self.case.locale

    @property
    def answer_slot(self) -> str:
        """The slot of the current answer."""
        return f"answer:{self.case.turn}"

    def say(self, message: Message, *, slot: str | None = None, key: str | None = None) -> None:
        """Say something to the requester, in the case's thread."""
        self._says.append(Say(key=key or self._key(), where=Where.REQUESTER, message=message, slot=slot))

    def tell(self, message: Message, *, key: str | None = None) -> None:
        """Say something at the top level of the requester's direct message: where the case's own thread is out of reach."""
        self._says.append(Tell(key=key or self._key(), user=self.case.requester, message=message))

    def tell_desk(self, message: Message, *, slot: str | None = None, meant: str = "") -> None:
        """Say something in the case's thread of the admin channel; nothing where the case is not there."""
        if self.case.on_desk:
            self._says.append(Say(key=self._key(), where=Where.DESK, message=message, slot=slot, meant=meant))

    def news(self, news: str, *, text: str = "") -> None:
        """A line about what happened, for the engineers."""
        who = self.event.user
        self.tell_desk(self.say_words.desk_news(self.case, news, who=who, text=text, locale=self.world.desk_locale))

    @property
    def before(self) -> Case | None:
        """The case as it was; None: it begins."""
        return self._before

    def rang(self, timer: str) -> bool:
        """Whether this step follows from a timer, which is gone by that."""
        return isinstance(self.event, TimerRang) and self.event.name == timer

    def page(self, address: str, message: Message, *, name: str) -> None:
        """Call a pager; once for each round of the case."""
        key = f"{self.case.id}/{self.case.handling.round}/{name}/{self.event.id}"
        self._pages.append(Page(key=key, address=address, summary=message.text, meant=name))

    def follow(self, event: Event) -> None:
        """Something that another case is to hear of."""
        self._follows.append(event)

    def came_back(self) -> None:
        """The case is open again, and every promise begins anew."""
        kept = self.case.handling
        was_over = self.case.resolution is not Resolution.DUPLICATE
        ended = self.case.closed_at or kept.resolved_at
        self.case = self.case.reopened()
        if self.case.on_desk:
            kept = kept.arrived(self.world.now, kept.severity)
        if was_over:
            kept = kept.came_back(self.world.now, ended)
        self.case = replace(self.case, handling=replace(kept, merged_into=None, incident=None))

    def whisper(self, message: Message) -> None:
        """Say something that only the person who acted sees, where they acted; in the case's thread if that is nowhere."""
        channel, url = place_of(self.event)
        if self.event.user is None or (channel is None and url is None):
            return
        self._says.append(Whisper(key=self._key(), user=self.event.user, message=message, channel=channel, response_url=url))

    def read(self, upload: UploadId, file: UploadedFile, text: str | None = None) -> None:
        """Have a file fetched and read, or what was pasted."""
        self._reads.append(Read(upload=upload, file=file, text=text))

    def pass_on(self, upload: UploadId, file_id: str, name: str, *, where: Where = Where.DESK) -> None:
        """Show an original on the other side of the wall."""
        self._passes.append(PassOn(key=self._key(), upload=upload, file_id=file_id, name=name, where=where))

    def attach(self, name: str, *, title: str = "", content: str = "", upload: UploadId | None = None) -> None:
        """Show a text as a file in the requester's thread; where Slack takes none, it says so."""
        self._attaches.append(
            Attach(
                key=self._key(),
                where=Where.REQUESTER,
                name=name,
                title=title or name,
                content=content,
                upload=upload,
                otherwise=self.say_words.no_files_here(locale=self.locale),
            )
        )

    def draw(self, *, again: bool = False) -> None:
        """Show the timeline as a picture, unless the last one showed the same. Its words stand in the reply as well."""
        attempts = self.case.diagnosis.attempts if self.case.diagnosis else ()
        shows = " ".join(f"{attempt.stage}{'*' if attempt.chosen else ''}" for attempt in attempts[-4:])
        if not shows or (shows == self.case.pictured and not again):
            return
        picture = self.say_words.picture(self.case, locale=self.locale)
        if not isinstance(picture, Picture):
            return
        self.case = replace(self.case, pictured=shows)
        self._attaches.append(
            Attach(
                key=self._key(),
                where=Where.REQUESTER,
                name=picture.name,
                title=picture.title,
                alt=picture.alt,
                content=picture.content,
                otherwise=self.say_words.timeline(self.case, locale=self.locale),
            )
        )

    def wake(self, name: str, at: datetime | None) -> None:
        """Set a timer, or take it back."""
        self._timers.append(Timer(name=name, at=at))

    def wake_once(self, name: str, at: datetime | None) -> None:
        """Set a timer, unless this step has set it already."""
        if all(timer.name != name for timer in self._timers):
            self.wake(name, at)

    def forget(self, upload: UploadId) -> None:
        """Delete what was read of a file."""
        self._forget.append(upload)

    def redacted(self, text: str) -> tuple[str, tuple[str, ...]]:
        """What a person typed, fit to be kept and shown, and which kinds of secrets were in it."""
        if self._tokens is None:
            self._tokens = Tokens.from_export(self.world.tokens)
        clean, masked = redact(text, self._tokens)
        return clean, tuple(each.kind for each in masked if each.kind == SECRET)

    def note(self, what: str, text: str = "") -> None:
        """A line of the case's timeline."""
        self.case = self.case.noted(self.world.now, what, self.event.user, text)

    def allowed(self, deed: Action | Deed) -> Permission:
        """Whether who acts may do it to this case."""
        return may(
            self.event.user,
            deed,
            self.case,
            is_responder=self.world.is_responder,
            is_stranger=self.event.stranger,
        )

    def outcome(self) -> Outcome:
        """What the step decided."""
        desk = [say for say in self._says if isinstance(say, Say) and say.where is Where.DESK]
        others = [say for say in self._says if say not in desk]
        says = [*self._own_message(), *others, *self._card(), *desk]
        tokens = self._tokens.export() if self._tokens else None
        return Outcome(
            case=self.case,
            says=tuple(says),
            reads=tuple(self._reads),
            passes=tuple(self._passes),
            attaches=tuple(self._attaches),
            timers=tuple(self._timers),
            pages=tuple(self._pages),
            announces=tuple(self._announces),
            follows=tuple(self._follows),
            forget=tuple(self._forget),
            tokens=tokens if tokens and tokens != _plain(self.world) else None,
        )

    def _own_message(self) -> list[Say]:
        """The parent of the thread in the direct message: first, and again when it reads differently."""
        if self.case.origin is not Origin.REQUEST:
            return []
        return self._if_changed(
            lambda case: self.say_words.case_opened(case, locale=case.locale), Where.REQUESTER, "case", since=self._before
        )

    def _card(self) -> list[Say]:
        if not self.case.on_desk:
            return []
        name = self.world.requester.name if self.world.requester else str(self.case.requester)
        before = self._before if self._before and self._before.on_desk else None
        return self._if_changed(
            lambda case: self.say_words.card(case, requester=name, locale=self.world.desk_locale),
            Where.DESK,
            "card",
            since=before,
        )

    def _if_changed(self, render: Callable[[Case], Message], where: Where, slot: str, *, since: Case | None) -> list[Say]:
        message = render(self.case)
        if since is not None and render(since) == message:
            return []
        return [Say(key=f"{self.event.id}/{slot}", where=where, message=message, slot=slot)]

    def _key(self) -> str:
        self._count += 1
        return f"{self.event.id}/{self._count}"


def place_of(event: Event) -> tuple[ChannelId | None, str | None]:
    """Where somebody acted: a channel, and the address at which Slack takes an answer."""
    match event:
        case IntakeSubmitted() | WordGiven():
            return event.channel, event.response_url
        case ActionTaken() | MessagePosted():
            return (event.ref.channel if event.ref else None), None
    return None, None


def locale_of(world: World) -> str:
    """The language of who acts."""
    return spoken(world.actor.locale) if world.actor else "en"


def _plain(world: World) -> dict[str, dict[str, str]]:
    return {kind: dict(table) for kind, table in world.tokens.items()}
