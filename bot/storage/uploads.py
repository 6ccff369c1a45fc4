"""Files of cases: one row per file and case, whatever Slack sends about it; what was read in it, and what its tokens mean."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

import knowledge
from bot.cases import UploadState
from bot.events import CaseId, UploadedFile, UploadId, UploadRead, Workspace
from bot.ports import Clock, Read
from bot.storage import locks
from bot.storage.codec import from_json, to_json
from bot.storage.engine import Database, wrote
from bot.storage.inbox import Inbox
from bot.storage.tables import case_keys, tokens, uploads
from knowledge import KnowledgeError, Log

logger = logging.getLogger(__name__)


#: Stands in the id of a file that an engineer brought: the two sides of the wall do not know each other's files.
OF_DESK = "-desk-"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRead:
    """A file that is to be fetched and read."""

    id: UploadId
    case: CaseId
    workspace: Workspace
    file: UploadedFile
    #: What was pasted into a message; there is nothing to fetch then.
    text: str | None
    #: How often this was begun, this time included.
    attempts: int


class Conflict(Exception):
    """What this was built on was changed meanwhile; do it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTable:
    """Which token stands for what, by kind (`knowledge.Tokens.export`), and which version of the stored table that is."""

    table: Mapping[str, Mapping[str, str]]
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of it. One of `log`, `same_as` and `problem` is there."""

    log: Log | None = None
    #: SHA-256 of the bytes under the case's key.
    content: str | None = None
    same_as: UploadId | None = None
    problem: str | None = None
    #: The case's table of tokens after this reading, and what it was built on.
    tokens: TokenTable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRecord:
    """What is known of an upload, without its text."""

    id: UploadId
    state: str
    file_id: str
    log: Log | None
    same_as: UploadId | None
    problem: str | None


class Uploads:
    """The rows of uploads, and the locked tables of tokens."""

    def __init__(self, database: Database, clock: Clock, inbox: Inbox) -> None:
        self._database = database
        self._clock = clock
        self._inbox = inbox
        #: How long a table of tokens is kept; the settings say.
        self.token_life = timedelta(days=7)

    async def add(self, connection: AsyncConnection, case: str, workspace: Workspace, read: Read) -> None:
        """Have a file read. The same file in the same case is one row and one reading."""
        insert = self._database.insert(uploads).values(
            id=read.upload,
            enterprise=workspace.enterprise or "",
            team=workspace.team,
            case_id=case,
            file_id=read.file.id,
            file=to_json(read),
            state="received",
            received_at=self._clock.now(),
            attempts=0,
        )
        added = await wrote(connection, insert.on_conflict_do_nothing(), uploads.c.id)
        if added and self._inbox.wakes is not None:
            await connection.run_sync(self._inbox.wakes.read, read.upload)

    async def begin(self, upload: UploadId) -> ToRead | None:
        """What there is to read, counted as begun; None: it was read, or is not wanted any more."""
        async with self._database.writing() as connection:
            row = (await connection.execute(sa.select(uploads).where(uploads.c.id == upload))).first()
            if row is None or row.state != "received":
                return None
            await connection.execute(sa.update(uploads).where(uploads.c.id == upload).values(attempts=row.attempts + 1))
        wanted = from_json(Read, row.file)
        return ToRead(
            id=upload,
            case=CaseId(row.case_id),
            workspace=Workspace(team=row.team, enterprise=row.enterprise or None),
            file=wanted.file,
            text=wanted.text,
            attempts=row.attempts + 1,
        )

    async def finish(self, upload: ToRead, result: Result) -> None:
        """Keep what came of a reading, and tell the case; nothing, if the file was deleted meanwhile.

        Raises:
            Conflict: names were added to the case's tokens meanwhile; read again with them.
        """
        state = "read" if result.log else "same" if result.same_as else "failed"
        now = self._clock.now()
        async with self._database.writing() as connection:
            kept = await connection.execute(
                sa.update(uploads)
                .where(uploads.c.id == upload.id, uploads.c.state == "received")
                .values(
                    state=state,
                    file="",
                    content=result.content,
                    same_as=result.same_as,
                    problem=result.problem,
                    log=json.dumps(knowledge.to_json(replace(result.log, text=""))) if result.log else None,
                    text=result.log.text if result.log else None,
                    read_at=now,
                )
            )
            if not kept.rowcount:
                return
            if result.tokens is not None:
                await self.keep_tokens(connection, upload.case, upload.workspace, result.tokens)
            done = UploadRead(id=f"upload-read:{upload.id}", workspace=upload.workspace, at=now, upload=upload.id)
            await self._inbox.put_within(connection, done)

    async def record(self, upload: UploadId) -> UploadRecord | None:
        """What is known of an upload."""
        async with self._database.reading() as connection:
            row = (
                await connection.execute(
                    sa.select(
                        uploads.c.id,
                        uploads.c.state,
                        uploads.c.file_id,
                        uploads.c.log,
                        uploads.c.same_as,
                        uploads.c.problem,
                    ).where(uploads.c.id == upload)
                )
            ).first()
        if row is None:
            return None
        return UploadRecord(
            id=upload,
            state=row.state,
            file_id=row.file_id,
            log=_log(row.log),
            same_as=UploadId(row.same_as) if row.same_as else None,
            problem=row.problem,
        )

    async def logs(self, case: CaseId) -> Mapping[UploadId, Log]:
        """What was read of a case's files, in the order in which they came; without their texts."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                sa.select(uploads.c.id, uploads.c.log)
                .where(uploads.c.case_id == case, uploads.c.state == "read")
                .order_by(uploads.c.received_at, uploads.c.id)
            )
            found = {UploadId(row.id): _log(row.log) for row in rows}
        return {upload: log for upload, log in found.items() if log is not None}

    async def text(self, upload: UploadId) -> str | None:
        """The redacted text of a file, as long as it is kept."""
        async with self._database.reading() as connection:
            found: str | None = await connection.scalar(sa.select(uploads.c.text).where(uploads.c.id == upload))
        return found

    async def texts(self, case: CaseId) -> tuple[tuple[UploadId, str], ...]:
        """The redacted texts of a case's files, as far as they are kept."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                sa.select(uploads.c.id, uploads.c.text)
                .where(uploads.c.case_id == case, uploads.c.state == "read", uploads.c.text.is_not(None))
                .order_by(uploads.c.received_at, uploads.c.id)
            )
            return tuple((UploadId(row.id), row.text) for row in rows if row.text)

    async def same_content(self, upload: ToRead, path: Path) -> tuple[str, UploadId | None]:
        """The mark of a file's content, and the upload of this case that had the same content before."""
        async with self._database.reading() as connection:
            key = await connection.scalar(sa.select(case_keys.c.key).where(case_keys.c.case_id == upload.case))
        mark = locks.content_mark(key or b"", path)
        async with self._database.reading() as connection:
            earlier = await connection.scalar(
                sa.select(uploads.c.id)
                .where(
                    uploads.c.case_id == upload.case,
                    uploads.c.content == mark,
                    uploads.c.id != upload.id,
                    uploads.c.id.contains(OF_DESK) if OF_DESK in upload.id else uploads.c.id.not_like(f"%{OF_DESK}%"),
                    uploads.c.state == "read",
                )
                .order_by(uploads.c.received_at)
                .limit(1)
            )
        return mark, UploadId(earlier) if earlier else None

    async def is_known(self, workspace: Workspace, file_id: str) -> bool:
        """Whether some case has a file already."""
        async with self._database.reading() as connection:
            found = await connection.scalar(
                sa.select(uploads.c.id).where(uploads.c.team == workspace.team, uploads.c.file_id == file_id).limit(1)
            )
        return found is not None

    async def unread(self, older_than: datetime) -> list[UploadId]:
        """Files that came a while ago and are not read yet: whoever should have read them may be dead."""
        async with self._database.reading() as connection:
            found = await connection.scalars(
                sa.select(uploads.c.id).where(uploads.c.state == "received", uploads.c.received_at <= older_than).limit(200)
            )
            return [UploadId(each) for each in found]

    async def forget(self, connection: AsyncConnection, upload: UploadId) -> None:
        """Delete what was read of a file. Another copy of the same content is read anew when it comes."""
        await connection.execute(
            sa.update(uploads)
            .where(uploads.c.id == upload)
            .values(state=UploadState.DELETED.value, file="", content=None, problem=None, log=None, text=None)
        )

    async def erase(self, connection: AsyncConnection, case: CaseId) -> None:
        """Delete all rows of a case: files, tokens and the key."""
        for table in (uploads, tokens, case_keys):
            await connection.execute(sa.delete(table).where(table.c.case_id == case))

    async def make_key(self, connection: AsyncConnection, case: CaseId, workspace: Workspace) -> None:
        """The case's key, once."""
        await connection.execute(
            self._database.insert(case_keys)
            .values(
                case_id=case,
                enterprise=workspace.enterprise or "",
                team=workspace.team,
                key=locks.new_key(),
                made_at=self._clock.now(),
            )
            .on_conflict_do_nothing()
        )

    async def key(self, case: CaseId) -> bytes | None:
        """The case's key: redaction makes its tokens with it, so that the same name is the same token in every file."""
        async with self._database.reading() as connection:
            found: bytes | None = await connection.scalar(sa.select(case_keys.c.key).where(case_keys.c.case_id == case))
        return found

    async def tokens(self, case: CaseId) -> TokenTable:
        """The case's table of tokens; empty where there is none, or where its days are over."""
        async with self._database.reading() as connection:
            row = (
                await connection.execute(
                    sa.select(tokens.c.locked, tokens.c.version, tokens.c.expires_at, case_keys.c.key)
                    .join(case_keys, case_keys.c.case_id == tokens.c.case_id)
                    .where(tokens.c.case_id == case)
                )
            ).first()
        if row is None:
            return TokenTable(table={})
        text = locks.unlock(row.key, row.locked, case=case) if row.expires_at > self._clock.now() else None
        return TokenTable(table=json.loads(text) if text else {}, version=row.version)

    async def keep_tokens(self, connection: AsyncConnection, case: CaseId, workspace: Workspace, changed: TokenTable) -> None:
        """Keep a table of tokens.

        Raises:
            Conflict: the stored table is not the one that this was built on.
        """
        key = await connection.scalar(sa.select(case_keys.c.key).where(case_keys.c.case_id == case))
        if key is None or not self.token_life:
            return
        values = {
            "locked": locks.lock(key, json.dumps(changed.table), case=case),
            "version": changed.version + 1,
            "expires_at": self._clock.now() + self.token_life,
        }
        insert = (
            self._database.insert(tokens)
            .values(case_id=case, enterprise=workspace.enterprise or "", team=workspace.team, **values)
            .on_conflict_do_update(index_elements=["case_id"], set_=values, where=tokens.c.version == changed.version)
        )
        if not await wrote(connection, insert, tokens.c.case_id):
            raise Conflict(case)


def _log(text: str | None) -> Log | None:
    """A stored reading; None where another release wrote it in a way that this one does not read: the file is unread then."""
    if not text:
        return None
    try:
        log = knowledge.from_json(json.loads(text))
    except (KnowledgeError, ValueError):
        logger.warning("a stored reading is of another release and left out")
        return None
    return log if isinstance(log, Log) else None
