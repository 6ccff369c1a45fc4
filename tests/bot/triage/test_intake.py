from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.cases import UploadState
from bot.errors import Refused, Unreachable
from bot.events import UploadedFile
from bot.storage.tables import uploads
from bot.triage.reading import ReadingFailed
from knowledge import Log
from tests.bot.house import HereReader, House, open_house

LINES = b"Nov 25 09:00:01 anna-pc charon: 06[IKE] received NO_PROPOSAL_CHOSEN error notify\n"


class WatchedReader(HereReader):
    """Remembers what it was given, fails when told to, and can be interrupted in between."""

    def __init__(self) -> None:
        self.paths: list[Path] = []
        self.fails: str | None = None
        self.meanwhile = None

    async def read(
        self, path: Path, name: str, *, tokens: Mapping[str, Mapping[str, str]], at: datetime
    ) -> tuple[Log, Mapping[str, Mapping[str, str]]]:
        self.paths.append(path)
        if self.fails:
            raise ReadingFailed(self.fails)
        answer = await super().read(path, name, tokens=tokens, at=at)
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        return answer


@pytest.fixture
async def reader() -> WatchedReader:
    return WatchedReader()


@pytest.fixture
async def house(tmp_path: Path, reader: WatchedReader) -> AsyncIterator[House]:
    async with open_house(tmp_path, reader=reader) as opened:
        yield opened


async def problem(house: House) -> str | None:
    (upload,) = (await house.only_case()).uploads
    return upload.problem


async def test_the_bytes_are_gone_whatever_happens(house: House, reader: WatchedReader) -> None:
    await house.happens(house.direct(files=(house.chat.give("F1", LINES),)))
    reader.fails = "worker-died"
    await house.happens(house.direct(files=(house.chat.give("F2", LINES + b"\n"),)))

    assert len(reader.paths) == 2
    assert not any(path.parent.exists() for path in reader.paths)


async def test_a_worker_that_died_is_said(house: House, reader: WatchedReader) -> None:
    reader.fails = "worker-died"

    await house.happens(house.direct(files=(house.chat.give("F1", LINES),)))

    assert await problem(house) == "worker-died"


@pytest.mark.parametrize("code", ["login-page", "foreign-host", "access_denied", "file_deleted"])
async def test_what_slack_refuses_is_said(house: House, code: str) -> None:
    house.chat.faults["download"] = [Refused(code)]

    await house.happens(house.direct(files=(house.chat.give("F1", LINES),)))

    assert await problem(house) == code


async def test_a_file_that_lies_elsewhere_is_not_fetched(house: House) -> None:
    file = UploadedFile(id="F1", name="x", external=True, url="https://drive.example.com/x")

    await house.happens(house.direct(files=(file,)))

    assert (await problem(house), house.chat.downloads) == ("external", [])


async def test_a_file_without_its_address_is_asked_for_first(house: House) -> None:
    house.chat.give("F1", LINES)

    await house.happens(house.direct(files=(UploadedFile(id="F1", name="vpn.log", mode="file_access"),)))

    assert (await house.only_case()).uploads[0].state is UploadState.READ


async def test_a_slack_that_is_away_is_tried_again(house: House) -> None:
    house.chat.faults["download"] = [Unreachable("timeout"), Unreachable("ratelimited", retry_after=1)]

    await house.happens(house.direct(files=(house.chat.give("F1", LINES),)))

    assert (await house.only_case()).uploads[0].state is UploadState.READ


async def test_and_not_for_ever(house: House) -> None:
    house.chat.faults["download"] = [Unreachable("timeout")] * 9

    await house.happens(house.direct(files=(house.chat.give("F1", LINES),)))

    assert await problem(house) == "unreachable"


async def test_a_name_that_got_its_token_meanwhile_keeps_it(house: House, reader: WatchedReader) -> None:
    await house.happens(house.direct("hello"))

    async def meanwhile() -> None:
        await house.store.inbox.put(house.direct("my machine's address is 203.0.113.77 and I am eva@example.com"))
        (lane,) = await house.store.inbox.waiting_lanes(house.clock.now(), older_than=house.clock.at - house.clock.at)
        await house.drain.drain(lane)

    reader.meanwhile = meanwhile
    content = b"Nov 25 09:00:00 h charon: 05[IKE] initiating Main Mode IKE_SA corp[1] to 203.0.113.9\n"
    await house.happens(house.direct(files=(house.chat.give("F1", content),)))

    case = await house.only_case()
    table = (await house.store.uploads.tokens(case.id)).table
    assert len(set(table["ip"].values())) == len(table["ip"]) == 2
    text = await house.store.uploads.text(case.uploads[0].id)
    assert table["ip"]["203.0.113.9"] in (text or "")


async def test_a_file_that_takes_the_process_down_each_time_is_given_up(house: House, reader: WatchedReader) -> None:
    await house.store.inbox.put(house.direct(files=(house.chat.give("F1", LINES),)))
    (lane,) = await house.store.inbox.waiting_lanes(house.clock.now(), older_than=house.clock.at - house.clock.at)
    await house.drain.drain(lane)
    (upload,) = await house.store.uploads.unread(house.clock.now())
    for _ in range(5):
        await house.store.uploads.begin(upload)  # begun, and the process died

    await house.settle()

    assert (await problem(house), reader.paths) == ("worker-died", [])


async def test_a_file_that_was_deleted_while_it_was_read_leaves_nothing(house: House, reader: WatchedReader) -> None:
    async def meanwhile() -> None:
        async with house.store.database.writing() as connection:
            upload = await connection.scalar(sa.select(uploads.c.id))
            await house.store.uploads.forget(connection, upload)

    reader.meanwhile = meanwhile
    await house.happens(house.direct(files=(house.chat.give("F1", LINES),)))

    assert await house.store.logs((await house.only_case()).id) == {}


async def test_the_address_of_the_download_is_not_kept_after_it(house: House) -> None:
    await house.happens(house.direct(files=(house.chat.give("F1", LINES),)))

    async with house.store.database.reading() as connection:
        assert await connection.scalar(sa.select(uploads.c.file)) == ""
