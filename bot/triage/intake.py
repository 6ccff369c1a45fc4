"""One upload, from Slack to its reading: fetched, compared, read in a worker, kept redacted. The bytes are always deleted."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.errors import OutsideError, Refused, Unreachable
from bot.events import UploadedFile, UploadId
from bot.ports import Chat, Clock
from bot.storage import Conflict, Result, Store, TokenTable, ToRead
from bot.triage.reading import ReadingFailed
from knowledge import Log, ReadReason, ReadState

logger = logging.getLogger(__name__)

#: Fetching is tried so often before the person is told that the file cannot be reached.
TRIES = 4
#: A reading that is begun so often and never ended takes the process down with it each time.
BEGUN = 5
#: So often the case's names may change under a reading before it is put off.
CONFLICTS = 20
#: Files that Slack only points to, or shows otherwise than as their bytes.
_NOT_FETCHED = frozenset({"tombstone", "hidden_by_limit", "canvas", "quip", "list", "email"})


class Reads(Protocol):
    """What reads a file; `reading.Reader` does it in a worker process."""

    async def read(
        self, path: Path, name: str, *, tokens: Mapping[str, Mapping[str, str]], at: datetime
    ) -> tuple[Log, Mapping[str, Mapping[str, str]]]:
        """See `reading.Reader.read`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Fetches and reads uploads."""

    store: Store
    chat: Chat
    reader: Reads
    clock: Clock
    #: Bytes of a download at most.
    limit: int
    #: Seconds between tries; a test has none.
    pause: Callable[[int], Awaitable[None]] = lambda tries: asyncio.sleep(min(2.0**tries, 30.0))

    async def read(self, upload: UploadId) -> None:
        """Do it all, once; a second call finds it done."""
        wanted = await self.store.uploads.begin(upload)
        if wanted is None:
            return
        if wanted.attempts > BEGUN:
            logger.error("upload %s was begun %s times and never ended; given up", upload, wanted.attempts)
            await self.store.uploads.finish(wanted, Result(problem="worker-died"))
            return
        with tempfile.TemporaryDirectory(prefix="vpn-help-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "upload"
            fetched = await self._fetch(wanted, path)
            if isinstance(fetched, str):
                await self.store.uploads.finish(wanted, Result(problem=fetched))
                return
            await self._read(wanted, path, cut=fetched > self.limit)

    async def _fetch(self, wanted: ToRead, path: Path) -> int | str:
        """The file's bytes in `path`: how many it has (only so many as may be are fetched); or why not."""
        size = 0
        if wanted.text is not None:
            await asyncio.to_thread(path.write_text, wanted.text, encoding="utf-8", errors="replace")
            return size
        for tries in range(1, TRIES + 1):
            try:
                file = await self._described(wanted.file)
                if file.external:
                    return "external"
                if file.mode in _NOT_FETCHED:
                    return "file_deleted" if file.mode == "tombstone" else file.mode
                size = await self.chat.download(file, path, limit=self.limit)
            except Refused as error:
                return error.code
            except OutsideError as error:
                logger.warning("upload %s could not be fetched: %s", wanted.id, error)
                if tries < TRIES:
                    await self.pause(_wait(error, tries))
            else:
                return size
        return "unreachable"

    async def _described(self, file: UploadedFile) -> UploadedFile:
        """With its address: in a shared channel, and for a file without its message, Slack gives only an id at first."""
        return file if file.url else await self.chat.file(file.id)

    async def _read(self, wanted: ToRead, path: Path, *, cut: bool) -> None:
        mark, earlier = await self.store.uploads.same_content(wanted, path)
        if earlier is not None:
            await self.store.uploads.finish(wanted, Result(content=mark, same_as=earlier))
            return
        for _ in range(CONFLICTS):
            try:
                await self.store.uploads.finish(wanted, await self._result(wanted, path, mark, cut=cut))
            except Conflict:
                continue  # a name got its token meanwhile: with it the text reads differently
            return
        raise Unreachable("busy", doing=f"keeping the reading of {wanted.id}")

    async def _result(self, wanted: ToRead, path: Path, mark: str, *, cut: bool) -> Result:
        known = await self.store.uploads.tokens(wanted.case)
        try:
            log, table = await self.reader.read(path, wanted.file.name, tokens=known.table, at=self.clock.now())
        except ReadingFailed as error:
            return Result(problem=error.problem)
        if cut:
            # The rest was not fetched, and the person must know it.
            part = ReadState.PARTIAL if log.read is ReadState.WHOLE else log.read
            reasons = tuple(dict.fromkeys((*log.reasons, ReadReason.TOO_LARGE)))
            log = replace(log, read=part, reasons=reasons, detail=log.detail or str(self.limit >> 20), cut_at_end=True)
        changed = TokenTable(table=table, version=known.version) if table != known.table else None
        return Result(log=log, content=mark, tokens=changed)


def _wait(error: OutsideError, tries: int) -> int:
    asked = error.retry_after if isinstance(error, Unreachable) else None
    return max(tries, round(asked).bit_length() if asked else 0)
