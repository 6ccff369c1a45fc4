"""True workers, true limits. One server serves all tests of this file: it takes most of a second to start."""

import asyncio
import gzip
import io
import logging
import os
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.cases import Case, Origin, Upload
from bot.events import CaseId, UploadId
from bot.triage.reading import Limits, Reader, ReadingFailed
from knowledge import ReadReason, ReadState
from tests.bot.fakes import ANA, START, TEAM
from tests.bot.house import catalogue

LINES = (
    b"Nov 25 09:00:00 anna-pc charon: 05[IKE] initiating Main Mode IKE_SA corp[1] to 203.0.113.9\n"
    b"Nov 25 09:00:01 anna-pc charon: 06[IKE] received NO_PROPOSAL_CHOSEN error notify\n"
)


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


#: What a hostile file might make a worker do, given to it as Python: the worker is patched, its limits are not.
SPY = """
import json, sys
options = json.loads(sys.argv[1])
sys.path[:] = options["path"]
import os, socket, time
from bot.triage import worker

def misbehave(wanted, base):
    what = wanted["name"]
    if what == "environment":
        return {"problem": json.dumps(sorted(os.environ))}
    if what == "descriptors":
        return {"problem": str(len(os.listdir("/dev/fd")) - 1)}
    if what == "memory":
        return {"problem": str(len(bytearray(4 << 30)))}
    if what == "network":
        try:
            socket.create_connection(("127.0.0.1", int(open(wanted["path"]).read())), timeout=2).close()
        except OSError as error:
            return {"problem": "no: " + type(error).__name__}
        return {"problem": "yes"}
    if what == "dies":
        os.abort()
    if what == "sleeps":
        time.sleep(60)
    if what == "spins":
        while True:
            pass
    return honest(wanted, base)

honest, worker._read = worker._read, misbehave
worker.serve(options["socket"], options)
"""


CASE = Case(id=CaseId("0" * 16), workspace=TEAM, requester=ANA, origin=Origin.REQUEST, opened_at=START)
FILE = {"upload": 4 << 20, "ratio": 20, "members": 3, "nesting": 2, "line": 1 << 20}
#: Files that go beyond one of these, and the number that people are told.
BEYOND = {
    "larger": (b"\0" * (5 << 20), "4 MB"),
    "bomb": (gzip.compress(b"a line\n" * 6_000_000, 1), "20"),
    "members": (zipped({f"{n}.log": LINES for n in range(5)}), "3"),
    "nested": (gzip.compress(gzip.compress(gzip.compress(LINES))), "2"),
    "line": (LINES + b"x" * (3 << 20), "1 MB"),
}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[Reader]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.triage.reading._BOOT", SPY)
        patch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
        async with Reader(base=None, limits=Limits(seconds=2, file=FILE)).open() as opened:
            yield opened


async def asks(reader: Reader, folder: Path, what: str, content: bytes = LINES) -> str:
    path = folder / "upload"
    path.write_bytes(content)
    with pytest.raises(ReadingFailed) as failed:
        await reader.read(path, what, tokens={}, at=START)
    return failed.value.problem


async def reads_on(reader: Reader, folder: Path) -> bool:
    path = folder / "upload"
    path.write_bytes(LINES)
    log, _ = await reader.read(path, "client.log", tokens={}, at=START)
    return log.read is ReadState.WHOLE


async def test_a_file_is_read_redacted_and_its_names_come_along(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(LINES)

    log, tokens = await reader.read(path, "client.log", tokens={"host": {"berta-pc": "[host-1]"}}, at=START)

    assert (log.read, log.formats, log.file) == (ReadState.WHOLE, ("charon",), "client.log")
    assert b"anna-pc".decode() not in log.text
    assert tokens["host"] == {"berta-pc": "[host-1]", "anna-pc": "[host-2]"}


async def test_an_empty_file_and_random_bytes_get_an_answer(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    found = []
    for content in (b"", os.urandom(1 << 18)):
        path.write_bytes(content)
        log, _ = await reader.read(path, "x", tokens={}, at=START)
        found.append(log.reasons)

    assert found == [(ReadReason.EMPTY,), (ReadReason.BINARY,)]


async def test_a_worker_sees_no_token(reader: Reader, tmp_path: Path) -> None:
    seen = await asks(reader, tmp_path, "environment")

    assert "SLACK" not in seen
    assert "PATH" not in seen


async def test_a_worker_holds_nothing_open_but_its_answer(reader: Reader, tmp_path: Path) -> None:
    # 0, 1, 2, and the pipe for the answer
    assert int(await asks(reader, tmp_path, "descriptors")) <= 5


async def test_a_worker_has_no_network_where_the_system_allows_it(reader: Reader, tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda _r, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        answer = await asks(reader, tmp_path, "network", str(port).encode())

    assert answer.startswith("no") == reader.without_network


@pytest.mark.parametrize(
    ("what", "problem"), [("memory", "too-large"), ("dies", "worker-died"), ("sleeps", "timed-out"), ("spins", "timed-out")]
)
async def test_whatever_a_worker_does_the_next_file_is_read(reader: Reader, tmp_path: Path, what: str, problem: str) -> None:
    assert await asks(reader, tmp_path, what) == problem

    assert await reads_on(reader, tmp_path)


@pytest.mark.parametrize("what", BEYOND)
async def test_each_limit_is_told_with_its_number(reader: Reader, tmp_path: Path, what: str) -> None:
    path, (content, number) = tmp_path / "upload", BEYOND[what]
    path.write_bytes(content)

    log, _ = await reader.read(path, "client.log", tokens={}, at=START)

    upload = Upload(id=UploadId("u"), file_id="F", name="client.log")
    for locale in ("en", "pt-BR"):
        said = catalogue().unrecognised(CASE, upload, log, locale=locale).text
        assert f" {number}" in said or f"({number}" in said, said


async def test_what_the_system_does_not_bind_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As on a system that knows no namespaces, and refuses a limit on the address space."""
    caplog.set_level(logging.WARNING)
    boot = SPY.replace("worker.serve(", "worker.leave_network = lambda: False\nworker.resource.RLIMIT_AS = 999\nworker.serve(")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.triage.reading._BOOT", boot)
        async with Reader(base=None, limits=Limits(seconds=2)).open() as unbound:
            assert unbound.lacking == ("network", "memory")
            assert await reads_on(unbound, tmp_path)

    assert "network, memory" in caplog.text


async def test_a_server_that_died_is_started_again(reader: Reader, tmp_path: Path) -> None:
    assert reader._server is not None
    reader._server.process.kill()
    await reader._server.process.wait()

    assert await reads_on(reader, tmp_path)


async def test_many_files_are_read_at_once(reader: Reader, tmp_path: Path) -> None:
    paths = [tmp_path / str(n) for n in range(8)]
    for path in paths:
        path.write_bytes(LINES)

    logs = await asyncio.gather(*(reader.read(path, path.name, tokens={}, at=START) for path in paths))

    assert [log.file for log, _ in logs] == [path.name for path in paths]
