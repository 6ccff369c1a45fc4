"""A day at a desk, played over the real protocol: who does what at which minute, and what must be true in the evening.

The playground runs in the test's own process, the bot in one of its own, which is killed on the way. Time stands still but
for the test's steps of a quarter of an hour: in each the clock moves, what the bot set itself for that time happens, then
people act, all at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.playground import names
from bot.playground.kit import ActRefusedError, Playground, all_text
from bot.playground.local import LocalSlack
from bot.playground.records import Person, Role
from bot.playground.server import running
from tests.journeys.daybook import INTERNAL, MENDED, PLANS, STEP, STEPS, Trouble, troubles

ROOT = Path(__file__).resolve().parents[2]


class Day:
    """The desk, its people, and the bot's process."""

    def __init__(self, slack: LocalSlack, kit: Playground, folder: Path, cases: list[Trouble], engineers: int) -> None:
        self.slack, self.kit, self.folder, self.cases = slack, kit, folder, cases
        self.engineers = [f"eng{number}" for number in range(engineers)]
        self.minute = 0
        self.kills = 0
        #: How long each step took, in real seconds: until the clock's own was done, people had acted, the bot was at rest.
        self.spent: list[tuple[int, float, float, float]] = []
        self._bot: subprocess.Popen[bytes] | None = None
        self._offset = 0.0
        self._locks: dict[str, asyncio.Lock] = {}
        self._people()

    def _people(self) -> None:
        world = self.slack.world
        for number, handle in enumerate(self.engineers):
            person = Person(id=f"U0ENG{number:05}", handle=handle, name=f"{INTERNAL} Engineer {number}", role=Role.RESPONDER)
            world.put(person)
        world.responders = tuple(person.id for person in world.people.values() if person.role == Role.RESPONDER)
        desk = world.channels[names.VPN_DESK]
        world.put(replace(desk, members=(*desk.members, *(world.person_named(each).id for each in self.engineers))))
        for each in self.cases:
            each.who = f"U0REQ{each.number:05}"
            world.put(Person(id=each.who, handle=each.handle, name=f"Requester {each.number}"))
            world.direct(names.BOT_USER, each.who)
        general = world.channels[names.GENERAL]
        world.put(replace(general, members=(*general.members, *(each.who for each in self.cases))))

    # the bot

    async def start(self) -> None:
        """A new life of the bot."""
        command = [sys.executable, "-m", "tests.journeys.desk_bot", str(self.folder), self.kit.api_url]
        with (self.folder / "bot.log").open("ab") as log:
            self._bot = await asyncio.to_thread(subprocess.Popen, command, cwd=ROOT, stdout=log, stderr=log)
        await self.kit.wait_until_connected(seconds=60)

    def kill(self) -> None:
        """As a power cut does it."""
        if self._bot is not None:
            self._bot.send_signal(signal.SIGKILL)
            self._bot.wait()
            self.kills += 1

    def stop(self) -> None:
        if self._bot is not None and self._bot.poll() is None:
            self._bot.terminate()
            self._bot.wait(30)

    # time

    @property
    def now(self) -> datetime:
        return self.slack.clock.now()

    async def forward(self, seconds: float) -> None:
        """The bot's clock and Slack's, together."""
        self._offset += seconds
        (self.folder / "clock.new").write_text(str(self._offset))
        (self.folder / "clock.new").rename(self.folder / "clock")
        self.slack.world.move_clock(seconds)

    async def play(self, kill_at: tuple[int, ...]) -> None:
        """The whole day."""
        morning = (self.now + timedelta(days=1)).replace(hour=8, minute=0, second=0, microsecond=0)
        while morning.weekday() > 4:
            morning += timedelta(days=1)
        (self.folder / "clock").write_text("0")
        await self.start()
        for step in range(STEPS):
            self.minute = step * STEP
            await self.forward(max(0.0, (morning + timedelta(minutes=self.minute) - self.now).total_seconds()))
            began = time.monotonic()
            await self.settle()
            rang = time.monotonic()
            await self._step(kill=self.minute in kill_at)
            acted = time.monotonic()
            await self.settle()
            self.spent.append((self.minute, rang - began, acted - rang, time.monotonic() - acted))

    async def _step(self, *, kill: bool) -> None:
        """What people do in this quarter of an hour; of one person, in its order."""
        doing = [self._people_do(each) for each in self.cases]
        doing.append(self._engineers_end_the_outage())
        crowd = asyncio.gather(*doing)
        if kill:
            await asyncio.sleep(0.3)  # in the midst of it
            self.kill()
            await self.start()
        await crowd

    async def _people_do(self, each: Trouble) -> None:
        for after, deed in PLANS[each.kind]:
            at = after if after == MENDED and each.kind == "outage" else each.begins + after
            if at == self.minute:
                await self._until_done(each, deed)

    async def _until_done(self, each: Trouble, deed: str) -> None:
        """People try again when Slack tells them that it did not work: the bot may be dead for a moment."""
        for _ in range(120):
            try:
                await getattr(self, f"_{deed}")(each)
            except (ActRefusedError, LookupError):
                await asyncio.sleep(0.25)
            else:
                return
        raise AssertionError(f"{deed} of {each.kind} {each.number} ({each.name}) did not work: {self._said(each)}")

    async def settle(self) -> None:
        """Until the bot has done all that there is to do at this time."""
        clean = 0
        for _ in range(1200):
            clean = clean + 1 if not self._under_way() else 0
            if clean >= 3:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"the bot does not come to rest: {self._under_way()}")

    def _under_way(self) -> str:
        if self.slack.world.deliveries:
            return f"{len(self.slack.world.deliveries)} deliveries"
        now = self.now.replace(tzinfo=None).isoformat(sep=" ")
        with contextlib.closing(sqlite3.connect(f"file:{self.folder / 'vpn-help.db'}?mode=ro", uri=True)) as database:
            for table, waits in (
                ("inbox", f"state = 'waiting' AND not_before <= '{now}'"),
                ("outbox", "state IN ('pending', 'sending')"),
                ("uploads", "state = 'received'"),
                ("timers", f"at <= '{now}'"),
            ):
                found = database.execute(f"SELECT count(*) FROM {table} WHERE {waits}").fetchone()[0]
                if found:
                    return f"{found} in {table}"
        return ""

    # what people do

    async def _open(self, each: Trouble, files: tuple[tuple[str, bytes], ...] = ()) -> None:
        if self._case_of(each):
            return
        me = self.kit.as_person(each.handle)
        await me.command(f"/vpn-help {each.words} does not connect")
        view = await self._modal(each.who)
        given: dict[str, object] = {"platform": "linux"}
        if files:
            given["files"] = [await self.kit.hand_in(each.handle, name, data) for name, data in files]
        await me.act("submit", view=view, values=given)
        await self._until(lambda: self._case_of(each), "a case")

    async def _open_with_log(self, each: Trouble) -> None:
        await self._open(each, ((f"{each.words}.log", each.log or b""),))

    async def _ask(self, each: Trouble) -> None:
        if not self._card(each):
            await self._press(each.handle, self._direct(each), "ask_person")
        await self._until(lambda: self._card(each), "a card")

    async def _read(self, each: Trouble) -> None:
        """Whoever is hit reads the answer or a question, or that it is an outage."""
        heard = ("How I know", "Why I ask")
        await self._until(lambda: any(words in self._said(each) for words in heard) or self._card(each), "an answer")

    async def _write(self, each: Trouble) -> None:
        await self.kit.as_person(each.handle).post(f"{each.words} once more")

    async def _edit(self, each: Trouble) -> None:
        me = self.kit.as_person(each.handle)
        ts = await me.post(f"{each.words} wrong")
        await me.edit(self._direct(each), ts, f"{each.words} right")

    async def _works_now(self, each: Trouble) -> None:
        await self._press(each.handle, self._direct(each), "works_now")

    async def _still_broken(self, each: Trouble) -> None:
        await self._press(each.handle, self._direct(each), "still_broken")

    async def _cancel(self, each: Trouble) -> None:
        await self._press(each.handle, self._direct(each), "cancel")

    async def _claim(self, each: Trouble) -> None:
        await self._on_card(each, "claim")

    async def _talk(self, each: Trouble) -> None:
        """Engineers among themselves, with a file of theirs."""
        if each.internal:
            return
        each.internal += 1
        card = self._card(each)
        who = self.kit.as_person(self.engineers[each.engineer])
        name, text = f"{INTERNAL}-{each.number}.txt", f"{INTERNAL} {each.number}: a museum piece"
        await who.upload(name, text.encode(), names.VPN_DESK, thread_ts=card, text=text)

    async def _reply(self, each: Trouble) -> None:
        text = f"REPLY-{each.number}."
        if text in self._said(each):
            return
        engineer = self._second(each) if each.kind == "handed-on" else self.engineers[each.engineer]
        await self._form(each, engineer, "open_reply", {"text": text}, {})
        each.replies.append(text)

    async def _resolve(self, each: Trouble) -> None:
        await self._form(each, self.engineers[each.engineer], "Mark as mended", {})

    async def _snooze(self, each: Trouble) -> None:
        await self._on_card(each, "Snooze for 4 hours")

    async def _hand_on(self, each: Trouble) -> None:
        second = self.slack.world.person_named(self._second(each))
        await self._form(each, self.engineers[each.engineer], "Hand on …", {"text": second.id if second else ""})

    async def _merge(self, each: Trouble) -> None:
        other = next((c for c in self.cases if c.kind in ("nobody", "forgotten") and self._card(c)), None)
        if other is None:
            raise LookupError
        await self._form(each, self.engineers[each.engineer], "Merge as duplicate …", {"text": self._case_of(other)})

    async def _engineers_end_the_outage(self) -> None:
        if self.minute != MENDED:
            return
        for _ in range(120):
            card = next((p for p in self.slack.world.posts_in(names.VPN_DESK) if "outage_over" in str(p.blocks)), None)
            if card is None:
                return
            try:
                await self.kit.act(self.engineers[0], "press", channel=names.VPN_DESK, ts=card.ts, element="outage_over")
            except ActRefusedError:
                await asyncio.sleep(0.25)
            else:
                return

    def _second(self, each: Trouble) -> str:
        return self.engineers[(each.engineer + 1) % len(self.engineers)]

    async def _on_card(self, each: Trouble, element: str) -> None:
        card = self._card(each)
        handle = self.engineers[each.engineer]
        await self.kit.act(handle, "press", channel=names.VPN_DESK, ts=card, element=element)

    async def _form(self, each: Trouble, handle: str, element: str, *sendings: dict[str, object]) -> None:
        """A form from the card; one engineer fills in one form at a time."""
        person = self.slack.world.person_named(handle)
        async with self._lock(handle):
            for view in list(self.slack.world.modals_of(person.id)):
                self.slack.world.remove(view)
            await self.kit.act(handle, "press", channel=names.VPN_DESK, ts=self._card(each), element=element)
            for values in sendings:
                view = await self._modal(person.id)
                await self.kit.act(handle, "submit", view=view, values=values)

    def _lock(self, handle: str) -> asyncio.Lock:
        return self._locks.setdefault(handle, asyncio.Lock())

    async def _press(self, handle: str, channel: str, element: str) -> None:
        post = next(
            (p for p in reversed(self.slack.world.posts_in(channel)) if f"'action_id': '{element}'" in str(p.blocks)), None
        )
        if post is None:
            raise LookupError(element)
        await self.kit.act(handle, "press", channel=channel, ts=post.ts, element=element)

    async def _modal(self, user: str) -> str:
        return str(await self._until(lambda: next((v.id for v in reversed(self.slack.world.modals_of(user))), ""), "a modal"))

    async def _until(self, found: Callable[[], str], what: str, *, seconds: float = 20.0) -> str:
        feed, loop = self.slack.world.feed, asyncio.get_running_loop()
        end = loop.time() + seconds
        while not (value := found()):
            if loop.time() > end:
                raise LookupError(what)
            await feed.after(feed.revision, 0.5)
        return value

    # what can be seen

    def _direct(self, each: Trouble) -> str:
        return self.slack.world.direct(names.BOT_USER, each.who).id

    def _said(self, each: Trouble) -> str:
        """Everything that stands in somebody's direct message."""
        return "\n".join(p.text + all_text(list(p.blocks)) for p in self.slack.world.posts_in(self._direct(each)))

    def _case_of(self, each: Trouble) -> str:
        if not each.name:
            found = re.search(r"VPN case ([0-9A-F]{8})", self._said(each))
            each.name = found[1] if found else ""
        return each.name

    def _card(self, each: Trouble) -> str:
        """The card's ts."""
        name = self._case_of(each)
        posts = self.slack.world.posts_in(names.VPN_DESK, lambda p: not p.is_reply and p.text.startswith(f"VPN case {name}"))
        return posts[0].ts if name and posts else ""


@asynccontextmanager
async def a_day(folder: Path, count: int, engineers: int) -> AsyncIterator[Day]:
    """A desk on its first morning."""
    (folder / "slack").mkdir()
    async with running("127.0.0.1", 0, folder / "slack") as slack, Playground.at(slack.base) as kit:
        day = Day(slack, kit, folder, troubles(count, engineers), engineers)
        try:
            yield day
        finally:
            day.stop()
