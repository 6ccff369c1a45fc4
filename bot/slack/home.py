"""Home tabs: published when somebody opens theirs, and again while they look when something on it has changed.

A glance at the bot, no record: when it cannot be published, the next glance shows it, and nothing is lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from time import monotonic

from bot.errors import OutsideError, Refused, Unreachable
from bot.events import CaseId, ChannelId, MessageRef, UserId, Workspace
from bot.learned import kept_learned
from bot.messages import Admins, Catalogue, spoken
from bot.messages.desktab import LINES
from bot.messages.lessons import Lessons
from bot.places import Places, Setting
from bot.ports import CaseStore, Chat, Profile, Where
from bot.wording import DeskTab
from knowledge import ENOUGH_CASES, Learned

logger = logging.getLogger(__name__)

#: Seconds for which somebody who opened the tab counts as looking at it.
LOOKS = 3600.0
#: Seconds for which a try of a channel is good.
TRIED = 600.0
#: Seconds before a tab is published once more, where Slack does not say; and at most.
PAUSE, LONGEST_PAUSE = 2.0, 60.0
#: Slack's words for a tab that it does not take as it is.
UNFIT = frozenset({"view_too_large", "invalid_arguments", "invalid_blocks"})


@dataclass(slots=True, kw_only=True)
class Homes:
    """The tabs of one workspace."""

    chat: Chat
    cases: CaseStore
    words: Catalogue
    places: Places
    workspace: Workspace
    #: The workspace's address, for links to messages.
    url: str
    days: int
    #: For how long backups are kept; None: nobody said.
    backups: int | None = None
    #: The language that somebody chose.
    language: Callable[[UserId], Awaitable[str | None]]
    #: Whether somebody may set the bot up.
    is_admin: Callable[[Workspace, UserId, Profile | None], Awaitable[bool]]
    #: The desk as an engineer sees it; None: this is none.
    desk: Callable[[UserId], Awaitable[DeskTab | None]] | None = None
    #: What closed cases teach by now; None: nobody can say.
    lessons: Callable[[Workspace], Awaitable[Learned]] | None = None
    _looking: dict[UserId, float] = field(default_factory=dict)
    _names: dict[ChannelId, str] = field(default_factory=dict)
    _tried: dict[ChannelId, tuple[float, str]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def show(self, user: UserId, *, thoroughly: bool = False) -> None:
        """Publish somebody's tab. `thoroughly`: also try whether the bot may write, with a message that only they see."""
        self._looking[user] = monotonic()
        view = await self._view(user, thoroughly=thoroughly)
        try:
            await self.chat.publish_home(user, view)
        except Unreachable as error:
            logger.warning("the home tab was not published: %s; once more soon", error)
            self._soon(self._again(user, view, min(error.retry_after or PAUSE, LONGEST_PAUSE)))
        except OutsideError as error:
            logger.warning("the home tab was not published: %s", error)
            if isinstance(error, Refused) and error.code in UNFIT:
                await self._again(user, await self._bare(user), 0)

    async def _again(self, user: UserId, view: Mapping[str, object], pause: float) -> None:
        """A second try; a third is the person's next glance."""
        await asyncio.sleep(pause)
        try:
            await self.chat.publish_home(user, view)
        except OutsideError as error:
            logger.warning("the home tab was not published, the second time: %s", error)

    async def _bare(self, user: UserId) -> Mapping[str, object]:
        """What any tab can hold: the way to start, and what is kept."""
        locale = await self._locale(user, await self.language(user))
        return self.words.home([], days=self.days, backups=self.backups, locale=locale)

    async def _locale(self, user: UserId, chosen: str | None) -> str:
        try:
            return spoken(chosen or (await self.chat.profile(user)).locale)
        except OutsideError:
            return spoken(chosen or "en")

    def changed(self, workspace: Workspace, user: UserId) -> None:
        """Something on somebody's tab is different now: if they look at it, they see it."""
        if workspace.team != self.workspace.team or monotonic() - self._looking.get(user, float("-inf")) > LOOKS:
            return
        self._soon(self.show(user))

    def _soon(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work, name="publishing a home tab")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def forget_tries(self) -> None:
        """Try every channel anew."""
        self._tried.clear()

    async def may_set_up(self, user: UserId) -> bool:
        """Whether somebody sees the set-up."""
        try:
            return await self.is_admin(self.workspace, user, await self.chat.profile(user))
        except OutsideError:
            return False

    async def _view(self, user: UserId, *, thoroughly: bool) -> dict[str, object]:
        mine = [case for case in await self.cases.cases_of(self.workspace, user) if case.origin == "request"]
        chosen = await self.language(user)
        locale = await self._locale(user, chosen)
        admins = await self._admins(user, locale, thoroughly=thoroughly) if await self.may_set_up(user) else None
        links = {case.id: link for case in mine[:10] if (link := await self._link(case.id))}
        desk = await self._desk(user)
        shown = [line.case.id for part in (desk.breaching, desk.mine, desk.queue) for line in part[:LINES]] if desk else []
        desk_links = {case: link for case in dict.fromkeys(shown) if (link := await self._link(case, Where.DESK))}
        return dict(
            self.words.home(
                mine,
                days=self.days,
                backups=self.backups,
                locale=locale,
                links=links,
                language=chosen,
                admins=admins,
                desk=desk,
                desk_links=desk_links,
            )
        )

    async def _desk(self, user: UserId) -> DeskTab | None:
        """Only for engineers; while Slack does not say who is one, for nobody."""
        try:
            return await self.desk(user) if self.desk else None
        except OutsideError as error:
            logger.warning("nobody knows whether %s is an engineer: %s", user, error)
            return None

    async def _link(self, case: CaseId, where: Where = Where.REQUESTER) -> str | None:
        """As Slack's own links to messages look; asking for each would cost a call."""
        ref = await self.cases.thread(case, where)
        return link_to(self.url, ref) if ref else None

    async def _admins(self, user: UserId, locale: str, *, thoroughly: bool) -> Admins:
        setup = self.places.of(self.workspace)
        channels = [*([setup.admin_channel] if setup.admin_channel else []), *(watch.channel for watch in setup.watched[:12])]
        await asyncio.gather(*(self._try(channel, user if thoroughly else None, locale) for channel in channels))
        return Admins(
            setup=setup,
            fixed=frozenset(each for each in Setting if each is not Setting.WATCHED and self.places.is_fixed(each)),
            fixed_channels=frozenset(watch.channel for watch in self.places.fixed.watched),
            names=dict(self._names),
            tried={channel: said for channel, (_, said) in self._tried.items()},
            lessons=await self._lessons(setup.learned),
        )

    async def _lessons(self, used: str) -> Lessons | None:
        if self.lessons is None:
            return None
        return Lessons(now=await self.lessons(self.workspace), enough=ENOUGH_CASES, used=kept_learned(used))

    async def _try(self, channel: ChannelId, user: UserId | None, locale: str) -> None:
        at, _ = self._tried.get(channel, (float("-inf"), ""))
        if user is None and monotonic() - at < TRIED:
            return
        said = self.words.tried_here(locale=locale) if user is not None else None
        found, name = await self.chat.try_channel(channel, user, said)
        self._tried[channel] = (monotonic(), found)
        if name:
            self._names[channel] = name


def link_to(url: str, ref: MessageRef) -> str:
    """The address of a message, as Slack's own links look. `url` is the workspace's."""
    return f"{url.rstrip('/')}/archives/{ref.channel}/p{ref.ts.replace('.', '')}"
