"""Bytes in and out: the bot's uploads and downloads, and people's uploads from the page."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from bot.playground import names
from bot.playground.faults import FaultKind
from bot.playground.files import describe
from bot.playground.local import LocalSlack
from bot.playground.records import StoredFile
from bot.playground.speaking import file_is_seen

_CHUNK = 256 * 1024
_LARGEST = 1024 * 1024 * 1024

#: What one gets who may not have a file: a page, and no word of an error.
_LOGIN_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in | Playground</title></head>
<body><h1>Sign in to Playground</h1><form method="post" action="/"><label>Email <input name="email"></label></form></body></html>
"""


class Transfer:
    """Moves the bytes of files."""

    def __init__(self, slack: LocalSlack) -> None:
        self._slack = slack

    async def take_from_bot(self, request: web.Request) -> web.Response:
        """The second step of the bot's upload: the bytes, as a body or a form."""
        file_id = self._slack.tickets.get(request.match_info["ticket"])
        file = self._slack.world.files.get(file_id or "")
        if file is None:
            return web.Response(status=404, text="not found")
        if self._slack.faults.take(FaultKind.CUT_UPLOAD, file.name):
            return web.Response(status=503, text="later")
        if request.content_type.startswith("multipart/"):
            reader = await request.multipart()
            part = await reader.next()
            size = await self._keep(file, part) if part is not None else 0
        else:
            size = await self._keep(file, request.content)
        self._slack.tickets.pop(request.match_info["ticket"], None)
        if size == 0:
            return web.Response(status=400, text="no bytes")
        self._slack.world.put(replace(self._described(file), size=size))
        return web.Response(text=f"OK - {size}")

    async def take_from_person(self, request: web.Request) -> web.Response:
        """A file that a person chose; it is theirs alone until they post it or send it in a modal."""
        world = self._slack.world
        person = world.person_named(request.query.get("as", ""))
        name = request.query.get("name", "").strip()
        if person is None or not name:
            return web.json_response({"ok": False, "error": "invalid_arguments"}, status=400)
        file = StoredFile(
            id=world.new_id("F"), name=name, title=name, user=person.id, size=0, created=int(self._slack.clock.seconds())
        )
        size = await self._keep(file, request.content)
        world.put(replace(self._described(file), size=size))
        return web.json_response({"ok": True, "file": file.id, "size": size})

    async def _keep(self, file: StoredFile, source: object) -> int:
        """Stream to disk; how many bytes there were."""
        path = self._slack.world.bytes_of(file)
        size = 0
        with await asyncio.to_thread(path.open, "wb") as out:
            while chunk := await _read(source):
                size += len(chunk)
                if size > _LARGEST:
                    raise web.HTTPRequestEntityTooLarge(max_size=_LARGEST, actual_size=size)
                await asyncio.to_thread(out.write, chunk)
        return size

    def _described(self, file: StoredFile) -> StoredFile:
        with self._slack.world.bytes_of(file).open("rb") as kept:
            return describe(file, kept.read(4096))

    async def give_to_bot(self, request: web.Request) -> web.StreamResponse:
        """A download: the bytes for who may read them, a login page for everybody else."""
        faults, file_id = self._slack.faults, request.match_info["key"].rpartition("-")[2]
        file = self._slack.world.files.get(file_id)
        name = file.name if file else ""
        if faults.take(FaultKind.FOREIGN_REDIRECT, name):
            raise web.HTTPFound("https://files.example.com/elsewhere")
        header = request.headers.get("Authorization", "")
        allowed = (
            header == f"Bearer {names.BOT_TOKEN}"
            and "files:read" in self._slack.scopes
            and file is not None
            and not file.deleted
            and file_is_seen(self._slack, file_id)
            and self._slack.world.bytes_of(file).exists()
        )
        if not allowed or file is None or faults.take(FaultKind.LOGIN_PAGE, name):
            return web.Response(text=_LOGIN_PAGE, content_type="text/html")
        path = self._slack.world.bytes_of(file)
        if faults.take(FaultKind.CUT_DOWNLOAD, name):
            return await _half(request, path)
        return web.FileResponse(path, headers={"Content-Type": file.mimetype, "Content-Disposition": "attachment"})

    async def give_to_person(self, request: web.Request) -> web.StreamResponse:
        """A file for the page; only pictures are shown in it, everything else is saved."""
        world = self._slack.world
        person, file = world.person_named(request.query.get("as", "")), world.files.get(request.match_info["file"])
        if person is None or file is None or file.deleted or not world.bytes_of(file).exists():
            raise web.HTTPNotFound(text="There is no such file.")
        seen = file.user == person.id or any(
            share[0] in world.channels and world.may_see(person.id, world.channels[share[0]]) for share in file.shares
        )
        if not seen:
            raise web.HTTPNotFound(text="There is no such file.")
        picture = file.mimetype in ("image/png", "image/jpeg", "image/gif")
        safe = "".join(c for c in file.name if c.isalnum() or c in "._- ") or "file"
        return web.FileResponse(
            world.bytes_of(file),
            headers={
                "Content-Type": file.mimetype if picture else "application/octet-stream",
                "Content-Disposition": "inline"
                if picture
                else f'attachment; filename="{safe.encode("ascii", "replace").decode()}"',
            },
        )


async def _read(source: object) -> bytes:
    read = getattr(source, "read_chunk", None) or source.read  # type: ignore[attr-defined]  # a body or a part of one
    chunk: bytes = await read(_CHUNK)
    return chunk


async def _half(request: web.Request, path: Path) -> web.StreamResponse:
    """The first half of the bytes, then nothing."""
    body = await asyncio.to_thread(path.read_bytes)
    response = web.StreamResponse(headers={"Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.abort()
    return response
