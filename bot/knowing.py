"""The knowledge of the moment: read at the start, watched, and swapped for a changed one between two events.

    files change ─► quiet for one look ─► read and checked, off the event loop ─┬─► good: kept, readers change over, swapped
                                                                                └─► bad: the old one stays, the desk is told once

Whoever takes `base` and `messages` in one go has two that belong together; a step that has begun ends with what it began with.
Every revision that was in use is kept in the data folder, so that a diagnosis can be worked out again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from bot.messages import Catalogue
from bot.messages.knowing import knowledge_broken, knowledge_mended
from bot.wording import Message
from knowledge import BaseError, Fault, KnowledgeBase, Stamp, folders_of, keep_snapshot, load_base, stamp_of

logger = logging.getLogger(__name__)

#: Seconds between two looks at the files.
LOOK = 2.0
#: A base whose files change while it is read is read again, so often at most.
TRIES = 5

#: Says something to all engineers; the key makes it unique.
Tell = Callable[[str, Message], Awaitable[None]]


class Reads(Protocol):
    """Whoever reads files with the base in use."""

    async def use(self, base: Path | None) -> None:
        """From now on read with this snapshot."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A base, the words bound to it, and what its files looked like."""

    base: KnowledgeBase
    messages: Catalogue
    stamp: Stamp
    #: The base in one file; None where it could not be kept.
    snapshot: Path | None


class Knowing:
    """The base in use (`triage.drain.Knowledge`), and its watch."""

    def __init__(self, held: Held, *, own: Path | None, where: Path, today: Callable[[], date], locale: str) -> None:
        self._held = held
        self._own = own
        self._where = where
        self._today = today
        self._locale = locale
        #: What the files looked like when they were found to be bad; None: they are good.
        self._bad: Stamp | None = None

    @property
    def base(self) -> KnowledgeBase:
        """The base in use."""
        return self._held.base

    @property
    def messages(self) -> Catalogue:
        """The words, bound to that base."""
        return self._held.messages

    @property
    def snapshot(self) -> Path | None:
        """The base in use, in one file."""
        return self._held.snapshot

    async def watch(self, reader: Reads, tell: Tell) -> None:
        """Take up what changes, until cancelled."""
        while True:
            await asyncio.sleep(LOOK)
            try:
                await self.look(reader, tell)
            except Exception:
                logger.exception("looking at the knowledge base failed; it stays as it is")

    async def look(self, reader: Reads, tell: Tell, *, quiet: float = LOOK) -> bool:
        """Look once; whether a changed base was taken up.

        Args:
            reader: reads files; it changes over before the base does.
            tell: to the admin channel.
            quiet: for so many seconds nothing may change, because who writes files writes one after the other.
        """
        stamp = await self._stamp()
        if stamp in (self._held.stamp, self._bad):
            return False
        await asyncio.sleep(quiet)
        if await self._stamp() != stamp:
            return False  # somebody is writing; the next look will see
        try:
            held = await asyncio.to_thread(read_base, self._own, self._where, self._today())
        except BaseError as error:
            await self._stay(stamp, error, tell)
            return False
        return await self._take_up(held, reader, tell)

    async def _take_up(self, held: Held, reader: Reads, tell: Tell) -> bool:
        was, was_bad = self._held.base.revision, self._bad is not None
        is_new = held.base.revision != was
        if is_new:
            await reader.use(held.snapshot)
            logger.info("knowledge %s takes the place of %s", held.base.revision, was)
        self._held = held  # one assignment: no event sees half of it
        self._bad = None
        if was_bad:
            key = f"knowledge-mended:{hash_of(held.stamp)}"
            await tell(key, knowledge_mended(held.base.revision, locale=self._locale))
        return is_new

    async def _stay(self, stamp: Stamp, error: BaseError, tell: Tell) -> None:
        """A change that cannot be used: everybody is told once, however often it is tried to mend it."""
        logger.error("the changed knowledge base has faults; %s stays in use:\n%s", self._held.base.revision, error)
        was_bad, self._bad = self._bad is not None, stamp
        if not was_bad:
            faults = [str(fault) for fault in error.faults]
            words = knowledge_broken(faults, self._held.base.revision, locale=self._locale)
            await tell(f"knowledge-broken:{hash_of(stamp)}", words)

    async def _stamp(self) -> Stamp:
        return await asyncio.to_thread(stamp_of, folders_of(own=self._own), self._today())


class Words:
    """The messages of the moment, for who keeps them: each asking goes to the catalogue of the base in use."""

    def __init__(self, knowing: Knowing) -> None:
        self._knowing = knowing

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 # whatever the catalogue has under that name
        return getattr(self._knowing.messages, name)


def read_base(own: Path | None, where: Path, today: date) -> Held:
    """The base as its files are now, and kept as they are.

    Raises:
        BaseError: with every fault.
    """
    folders = folders_of(own=own)
    for _ in range(TRIES):
        stamp = stamp_of(folders, today)
        base = load_base(own=own, today=today)
        for tuning in base.ended:
            logger.warning(
                "tuning.yaml: the entry for %s ended on %s and changes nothing", tuning.rule or tuning.cause, tuning.until
            )
        snapshot: Path | None = None
        try:
            snapshot = keep_snapshot(base, folders, where, today)
        except OSError as error:
            logger.warning("revision %s cannot be kept in %s: %s", base.revision, where, error)
        if stamp_of(folders, today) == stamp:
            return Held(base=base, messages=Catalogue(base), stamp=stamp, snapshot=snapshot)
        if snapshot is not None:
            snapshot.unlink(missing_ok=True)  # it may hold half of each
    raise BaseError([Fault(message="the files of the knowledge base change faster than they can be read", code="unreadable")])


def hash_of(stamp: Stamp) -> str:
    """A short name for what files looked like."""
    return sha256(repr((stamp.files, stamp.day)).encode()).hexdigest()[:12]
