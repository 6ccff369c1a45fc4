"""The bot's core over a real database, with the fakes of `fakes.py` round it; with the job engine, or without."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import knowledge
from bot.cases import Case
from bot.escalation.promises import is_meant
from bot.events import (
    Action,
    ActionTaken,
    CaseId,
    ChannelId,
    ChannelKind,
    Event,
    IntakeSubmitted,
    MessageChanged,
    MessagePosted,
    MessageRef,
    ReplySubmitted,
    UploadedFile,
    UserId,
    WordGiven,
)
from bot.jobs import Jobs, Work, open_jobs
from bot.messages import Catalogue
from bot.ports import Pager, Where
from bot.storage import Speaker, Store, open_store
from bot.triage.drain import Drain, Policy
from bot.triage.intake import Intake
from bot.wording import Messages
from knowledge import KnowledgeBase, Log
from tests.bot.fakes import ANA, TEAM, FakeChannels, FakeChat, FakeClock, FakeMessages


@cache
def base() -> KnowledgeBase:
    """The base that ships, loaded once for all tests."""
    return knowledge.load_base()


class HereReader:
    """Reads in this process: what a worker would say, without one."""

    async def read(
        self, path: Path, name: str, *, tokens: Mapping[str, Mapping[str, str]], at: datetime
    ) -> tuple[Log, Mapping[str, Mapping[str, str]]]:
        table = knowledge.Tokens.from_export(tokens)
        log = knowledge.read(path, name, base=base(), tokens=table, received_at=at)
        return log, table.export()


@dataclass(slots=True)
class FixedKnowledge:
    """One base, and its words."""

    base: KnowledgeBase
    messages: Messages


@dataclass(slots=True)
class House:
    """The bot without its doors."""

    store: Store
    chat: FakeChat
    clock: FakeClock
    drain: Drain
    intake: Intake
    serial: int = field(default=0)

    async def settle(self) -> None:
        """Do everything that there is to do now, one thing after another, until there is nothing."""
        while await self._round():
            pass

    async def _round(self) -> bool:
        now = self.clock.now()
        await self.store.ring(now)
        lanes = set(await self.store.inbox.waiting_lanes(now, older_than=timedelta()))
        lanes |= set(await self.store.outbox.due_lanes(now))
        for lane in sorted(lanes):
            await self.drain.drain(lane)
        uploads = await self.store.uploads.unread(now)
        for upload in uploads:
            await self.intake.read(upload)
        return bool(lanes or uploads)

    async def settle_once(self) -> None:
        """One round of it."""
        await self._round()

    def changed(self, said: MessagePosted, text: str) -> MessageChanged:
        """An edit of a message."""
        self.serial += 1
        return MessageChanged(
            id=f"changed:{self.serial}",
            workspace=TEAM,
            at=self.clock.now(),
            user=said.user,
            ref=said.ref,
            kind=said.kind,
            thread_ts=said.thread_ts,
            text=text,
        )

    async def happens(self, *events: Event) -> None:
        """These come in, and everything follows."""
        for event in events:
            await self.store.inbox.put(event)
        await self.settle()

    async def cases(self, user: UserId = ANA) -> list[Case]:
        return list(await self.store.cases_of(TEAM, user))

    async def only_case(self, user: UserId = ANA) -> Case:
        (case,) = await self.cases(user)
        return case

    def _id(self, kind: str) -> str:
        self.serial += 1
        return f"{kind}:{self.serial}"

    def intake_event(self, text: str = "", *, user: UserId = ANA, files: tuple[UploadedFile, ...] = (), **more: object) -> Event:
        return IntakeSubmitted(
            id=self._id("intake"), workspace=TEAM, at=self.clock.now(), user=user, text=text, files=files, **more
        )

    def direct(
        self, text: str = "", *, user: UserId = ANA, thread: str | None = None, files: tuple[UploadedFile, ...] = ()
    ) -> MessagePosted:
        self.serial += 1
        ref = MessageRef(channel=ChannelId(f"D{user}"), ts=f"{2_000_000 + self.serial}.000200")
        return MessagePosted(
            id=f"message:{ref.channel}:{ref.ts}",
            workspace=TEAM,
            at=self.clock.now(),
            user=user,
            ref=ref,
            kind=ChannelKind.DIRECT,
            thread_ts=thread,
            text=text,
            files=files,
        )

    def posted(
        self,
        channel: ChannelId,
        text: str = "",
        *,
        user: UserId = ANA,
        thread: str | None = None,
        files: tuple[UploadedFile, ...] = (),
        mention: bool = False,
    ) -> MessagePosted:
        self.serial += 1
        ref = MessageRef(channel=channel, ts=f"{2_000_000 + self.serial}.000200")
        return MessagePosted(
            id=f"message:{ref.channel}:{ref.ts}",
            workspace=TEAM,
            at=self.clock.now(),
            user=user,
            ref=ref,
            kind=ChannelKind.CHANNEL,
            thread_ts=thread,
            text=text,
            files=files,
            mentions_bot=mention,
        )

    def press(
        self, action: Action, case: CaseId | None, argument: str = "", *, user: UserId = ANA, ref: MessageRef | None = None
    ) -> ActionTaken:
        ref = ref or MessageRef(channel=ChannelId(f"D{user}"), ts="1.0")
        return ActionTaken(
            id=self._id("action"),
            workspace=TEAM,
            at=self.clock.now(),
            user=user,
            action=action,
            case=case,
            argument=argument,
            ref=ref,
        )

    def reply(self, case: CaseId, text: str, *, user: UserId) -> ReplySubmitted:
        return ReplySubmitted(id=self._id("reply"), workspace=TEAM, at=self.clock.now(), user=user, case=case, text=text)

    def word(self, word: str, *, user: UserId = ANA) -> WordGiven:
        return WordGiven(
            id=self._id("word"), workspace=TEAM, at=self.clock.now(), user=user, word=word, channel=ChannelId("CGENERAL")
        )

    async def thread(self, case: Case, where: Where = Where.REQUESTER) -> MessageRef:
        found = await self.store.thread(case.id, where)
        assert found is not None
        return found


@asynccontextmanager
async def open_house(
    folder: Path,
    *,
    chat: FakeChat | None = None,
    clock: FakeClock | None = None,
    channels: FakeChannels | None = None,
    messages: Messages | None = None,
    policy: Policy | None = None,
    reader: object = None,
    at: str | None = None,
    pager: Pager | None = None,
) -> AsyncIterator[House]:
    chat, clock, channels = chat or FakeChat(), clock or FakeClock(), channels or FakeChannels()
    async with open_store(at or address(folder), clock=clock, channels=channels) as store:
        speaker = Speaker(
            store=store,
            inbox=store.inbox,
            chat=chat,
            clock=clock,
            desk=channels.desk,
            limit=1 << 20,
            still=is_meant,
            pager=pager,
        )
        drain = Drain(
            store=store,
            chat=chat,
            speaker=speaker,
            clock=clock,
            channels=channels,
            knowledge=FixedKnowledge(base(), messages or FakeMessages()),
            policy=policy or Policy(contact="Call 4711"),
        )
        intake = Intake(store=store, chat=chat, reader=reader or HereReader(), clock=clock, limit=1 << 20, pause=_no_pause)
        yield House(store=store, chat=chat, clock=clock, drain=drain, intake=intake)


@asynccontextmanager
async def with_jobs(house: House, folder: Path, *, at: str | None = None) -> AsyncIterator[Jobs]:
    """The same, with the true engine doing the work."""

    async def clean() -> None:
        return None

    work = Work(drain=house.drain.drain, read=house.intake.read, clean=clean)
    async with open_jobs(house.store, work, address=at or address(folder), clock=house.clock, readers=2, stop_seconds=5) as jobs:
        yield jobs


def address(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'vpn-help.db'}"


def catalogue() -> Messages:
    return Catalogue(base())


def occasion(text: str) -> str:
    """Which occasion a message of `FakeMessages` is for. Whether the bot asks or tells is the base's affair: both are answers."""
    name = text.partition("(")[0]
    return "answer" if name in ("question", "reply") else name


async def until(true: object, *, seconds: float = 20.0) -> None:
    """Wait for something that the engine does in its own time."""
    async with asyncio.timeout(seconds):
        while not true():  # type: ignore[operator]  # noqa: ASYNC110 - what is waited for rings no bell
            await asyncio.sleep(0.02)


async def _no_pause(_tries: int) -> None:
    return None
