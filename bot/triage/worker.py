"""The reading workers' side: a small server that has the knowledge base ready, and forks itself for each file.

Started by `reading.Reader` with an empty environment and no descriptor but its socket, so that neither it nor a worker ever
saw a token. Imports `knowledge` and nothing else of this house: what is not imported cannot be misused by a hostile file.

    → {"path": "/tmp/vpn-help-x/upload", "name": "charon.log", "tokens": {…}, …} and, as ancillary data, the end of a pipe
    ← {"pid": 4711}                    the worker that writes its answer into the pipe, and ends

    answer: {"log": "…JSON of knowledge.Log…", "tokens": {…}}  or  {"problem": "too-large"}; nothing: it died
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import resource
import signal
import socket
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import knowledge

#: Longest request, in bytes: a path, a name and a case's table of tokens.
REQUEST = 8 * 1024 * 1024
#: Of a worker's own files (members of archives that it must put aside), in bytes.
OWN_FILES = 1024 * 1024 * 1024
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000


def serve(descriptor: int, options: dict[str, Any]) -> None:
    """Answer requests until the other end closes.

    Args:
        descriptor: of the socket.
        options: `knowledge` (a snapshot; null: the package's own base), `memory` (bytes), `seconds` (wall clock, and CPU), `file`
            (fields of `knowledge.Limits`).
    """
    lacking = _try_limits(options)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended workers need no burial
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the bot, which closes the socket
    alone = leave_network()
    base = knowledge.load_snapshot(Path(options["knowledge"])) if options["knowledge"] else knowledge.load_base()
    knowledge.read(_WARM_UP, None, base=base)
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=descriptor) as connection:
        _send(connection, {"ready": True, "without_network": alone, "lacking": lacking, "revision": base.revision})
        while request := _receive(connection):
            wanted, pipe = request
            pid = os.fork()
            if pid == 0:
                connection.close()
                _work({**wanted, "limits": options["file"]}, pipe, base, options)
            os.close(pipe)
            _send(connection, {"pid": pid})


def leave_network() -> bool:
    """Go where there is no network, if the system lets us; whether it did."""
    if not sys.platform.startswith("linux"):
        return False
    user = os.getuid()
    call = ctypes.CDLL(None, use_errno=True).unshare
    # Without rights only together with a user namespace; with them alone is enough, and keeps the user id.
    return bool(call(_NEW_NET if user == 0 else _NEW_USER | _NEW_NET) == 0)


def _work(wanted: dict[str, Any], pipe: int, base: knowledge.KnowledgeBase, options: dict[str, Any]) -> None:
    """The worker: reads one file, writes one answer, ends."""
    code = 1
    try:
        _limit(options)
        _write(pipe, _read(wanted, base))
        code = 0
    except MemoryError:
        with contextlib.suppress(MemoryError, OSError):
            _write(pipe, {"problem": "too-large"})
    finally:
        # Nothing of the server's may run in the worker: no clean-up, no exit handlers.
        os._exit(code)


def _limit(options: dict[str, Any]) -> list[str]:
    """Bind this process; gives the names of the limits that the system refused."""
    memory, seconds = int(options["memory"]), int(options["seconds"])
    refused: list[str] = []
    for name, kind, limit in (
        ("memory", resource.RLIMIT_AS, memory),
        ("processor time", resource.RLIMIT_CPU, seconds),
        ("size of files", resource.RLIMIT_FSIZE, OWN_FILES),
        ("core dumps", resource.RLIMIT_CORE, 0),
        ("open files", resource.RLIMIT_NOFILE, 64),
    ):
        try:
            resource.setrlimit(kind, (limit, limit))
        except (ValueError, OSError):  # macOS refuses a limit on the address space; the others hold there too
            refused.append(name)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(seconds)
    return refused


def _try_limits(options: dict[str, Any]) -> list[str]:
    """Which limits a worker will lack here: tried in a process that ends at once, for they cannot be taken back."""
    reads, writes = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writes, json.dumps(_limit(options)).encode())
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads, "rb") as answer:
        said = answer.read()
    os.waitpid(pid, 0)
    return list(json.loads(said)) if said else ["all"]


def _read(wanted: dict[str, Any], base: knowledge.KnowledgeBase) -> dict[str, Any]:
    tempfile.tempdir = str(Path(wanted["path"]).parent)
    tokens = knowledge.Tokens.from_export(wanted["tokens"])
    log = knowledge.read(
        Path(wanted["path"]),
        wanted["name"],
        base=base,
        tokens=tokens,
        received_at=datetime.fromisoformat(wanted["at"]),
        limits=knowledge.Limits(**wanted["limits"]),
    )
    return {"log": knowledge.to_json(log), "tokens": tokens.export()}


def _write(pipe: int, answer: dict[str, Any]) -> None:
    data = memoryview(json.dumps(answer, ensure_ascii=False).encode())
    while data:
        data = data[os.write(pipe, data) :]


def _send(connection: socket.socket, message: dict[str, Any]) -> None:
    connection.sendall(json.dumps(message).encode() + b"\n")


def _receive(connection: socket.socket) -> tuple[dict[str, Any], int] | None:
    """A request and its pipe; None: the bot is gone."""
    data, descriptors, _, _ = socket.recv_fds(connection, REQUEST, 1)
    while data and not data.endswith(b"\n"):
        more = connection.recv(REQUEST)
        if not more:
            return None
        data += more
    return (json.loads(data), descriptors[0]) if data and descriptors else None


#: One line of each kind makes the scanner and what it needs ready before the first fork.
_WARM_UP = b"Nov 25 09:00:00 host charon: 05[IKE] received NO_PROPOSAL_CHOSEN error notify\n"
