"""Reading a file in a process of its own, bounded in memory, time and reach; the bot's side.

Logs are foreign bytes: whatever a file does to the reader, it does to a worker that knows no token, sees no variable of the
environment, has no network where the system allows it, and ends after its time. `worker.py` is the other side.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import knowledge
from knowledge import Log

logger = logging.getLogger(__name__)

#: The server is ready after this many seconds, or something is wrong with it.
READY = 60.0
#: What a worker may answer at most, in bytes.
ANSWER = 128 * 1024 * 1024

_BOOT = """
import json, sys
options = json.loads(sys.argv[1])
sys.path[:] = options["path"]
from bot.triage.worker import serve
serve(options["socket"], options)
"""


class ReadingFailed(Exception):
    """A file could not be read; `problem` is `too-large`, `timed-out` or `worker-died`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one reading may use."""

    memory: int = 512 * 1024 * 1024  # bytes of address space
    seconds: int = 60  # of wall clock, and of CPU
    #: Of the file: `knowledge.Limits`, by name; what is not named has its default.
    file: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Server:
    process: asyncio.subprocess.Process
    connection: socket.socket
    #: One request at a time: the answers carry no number.
    lock: asyncio.Lock
    without_network: bool
    lacking: tuple[str, ...] = ()


class Reader:
    """Reads files in workers; starts their server again if it died."""

    def __init__(self, *, base: Path | None, limits: Limits) -> None:
        """Nothing is started yet.

        Args:
            base: a snapshot of the knowledge base (`knowledge.keep_snapshot`); None: the one that ships with the package.
            limits: what one reading may use.
        """
        self._base = base
        self._limits = limits
        self._server: _Server | None = None
        self._starting = asyncio.Lock()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Reader]:
        """While this lasts, files can be read. The server starts at once, so that the first file does not wait for it."""
        await self._ready()
        if self.lacking:
            logger.warning(
                "this system does not bind the reading workers everywhere; unbound: %s; in the container it does",
                ", ".join(self.lacking),
            )
        try:
            yield self
        finally:
            await self._stop()

    async def use(self, base: Path | None) -> None:
        """From now on read with another base; readings that have begun end with the one that they began with.

        Raises:
            RuntimeError: workers with it do not start; those of before go on.
        """
        async with self._starting:
            before, known = self._base, self._server
            self._base = base
            try:
                self._server = await self._start()
            except BaseException:
                self._base = before
                raise
        if known is not None:
            async with known.lock:  # nobody is just asking it for a worker
                await _end(known)

    @property
    def without_network(self) -> bool:
        """Whether the workers are cut off from the network."""
        return self._server is not None and self._server.without_network

    @property
    def lacking(self) -> tuple[str, ...]:
        """What the system does not take from the workers, or bound for them, such as `network` or `memory`."""
        server = self._server
        return (*(() if server.without_network else ("network",)), *server.lacking) if server is not None else ()

    async def read(
        self, path: Path, name: str, *, tokens: Mapping[str, Mapping[str, str]], at: datetime
    ) -> tuple[Log, Mapping[str, Mapping[str, str]]]:
        """What a file says, redacted, and the case's table of tokens with what this file added.

        Args:
            path: the file, in a folder of its own that the worker may use for its temporary files.
            name: what the person calls it.
            tokens: the case's table.
            at: when it was uploaded: a log without years is dated by it.

        Raises:
            ReadingFailed: the worker died or took too long; the bot goes on.
        """
        began = asyncio.get_running_loop().time()
        request = {"path": str(path), "name": name, "tokens": {k: dict(v) for k, v in tokens.items()}, "at": at.isoformat()}
        answer = await self._ask(request)
        if not answer:
            late = asyncio.get_running_loop().time() - began >= self._limits.seconds - 1
            raise ReadingFailed("timed-out" if late else "worker-died")
        if "problem" in answer:
            raise ReadingFailed(answer["problem"])
        log = knowledge.from_json(answer["log"])
        if not isinstance(log, Log):
            raise ReadingFailed("worker-died")
        return log, answer["tokens"]

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any] | None:
        mine, theirs = os.pipe()
        pid: int | None = None
        try:
            pid = await self._begin(request, theirs)
            os.close(theirs)
            theirs = -1
            async with asyncio.timeout(self._limits.seconds + 5):
                data = await _all_of(mine)
            return json.loads(data) if data else None
        except (TimeoutError, ValueError, OSError) as error:
            logger.warning("a reading worker failed: %s", error or "it took too long")
            return None
        finally:
            # Its own alarm ends a worker; this is for one that outlived us, or that nobody waits for any more.
            if pid is not None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            if theirs >= 0:
                os.close(theirs)
            os.close(mine)

    async def _begin(self, request: dict[str, Any], pipe: int) -> int:
        while True:
            server = await self._ready()
            async with server.lock:
                if server is not self._server:
                    continue  # another base came meanwhile, and this server goes
                try:
                    reply = await asyncio.to_thread(_exchange, server.connection, request, pipe)
                except (OSError, ValueError):
                    self._server = None
                    server.connection.close()
                    raise
            return int(reply["pid"])

    async def _ready(self) -> _Server:
        async with self._starting:
            if self._server is not None and self._server.process.returncode is not None:
                logger.warning("the reading workers' server ended with %s; starting another", self._server.process.returncode)
                self._server.connection.close()
                self._server = None
            if self._server is None:
                self._server = await self._start()
            return self._server

    async def _start(self) -> _Server:
        mine, theirs = socket.socketpair()
        options = {
            "path": sys.path,
            "socket": theirs.fileno(),
            "knowledge": str(self._base) if self._base else None,
            "memory": self._limits.memory,
            "seconds": self._limits.seconds,
            "file": dict(self._limits.file),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-X",
            "utf8",
            "-c",
            _BOOT,
            json.dumps(options),
            env={},
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
        )
        theirs.close()
        mine.settimeout(READY)
        try:
            hello = await asyncio.to_thread(_line, mine)
        except (OSError, ValueError) as error:
            mine.close()
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise RuntimeError("the reading workers do not start; see the lines above") from error
        return _Server(
            process=process,
            connection=mine,
            lock=asyncio.Lock(),
            without_network=bool(hello["without_network"]),
            lacking=tuple(hello.get("lacking", ())),
        )

    async def _stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            await _end(server)


async def _end(server: _Server) -> None:
    """A server ends when its socket closes; the workers that it made write their answers all the same."""
    server.connection.close()
    try:
        async with asyncio.timeout(5):
            await server.process.wait()
    except TimeoutError:
        server.process.kill()
        await server.process.wait()


async def _all_of(descriptor: int) -> bytes:
    """Everything that is written into a pipe until its other end closes."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(os.dup(descriptor), "rb", buffering=0)
    )
    try:
        data = bytearray()
        while block := await reader.read(1 << 18):
            data += block
            if len(data) > ANSWER:
                raise ValueError("the answer is too long")
        return bytes(data)
    finally:
        transport.close()


def _exchange(connection: socket.socket, request: dict[str, Any], pipe: int) -> dict[str, Any]:
    data = json.dumps(request).encode() + b"\n"
    sent = socket.send_fds(connection, [data], [pipe])
    connection.sendall(data[sent:])
    return _line(connection)


def _line(connection: socket.socket) -> dict[str, Any]:
    data = b""
    while not data.endswith(b"\n"):
        more = connection.recv(4096)
        if not more:
            raise ConnectionResetError("the reading workers' server is gone")
        data += more
    found: dict[str, Any] = json.loads(data)
    return found
