"""A running bot takes up changed knowledge by itself, keeps the old where the new is bad, and says that once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bot.knowing import Knowing, Words, read_base
from bot.messages import LOCALES
from bot.messages.knowing import knowledge_broken, knowledge_mended
from bot.playground.blockkit import check_message
from knowledge import BaseError, CauseId, load_snapshot

RARE = "schema: 1\ncause: psk-mismatch\nprior: rare\n"


class Reader:
    """Notes which bases it was told to use."""

    def __init__(self) -> None:
        self.used: list[Path | None] = []

    async def use(self, base: Path | None) -> None:
        self.used.append(base)


class Desk:
    """Notes what the engineers were told."""

    def __init__(self) -> None:
        self.heard: dict[str, str] = {}

    async def __call__(self, key: str, message) -> None:
        self.heard[key] = message.text


#: A base that is read in no time.
CAUSE = """\
schema: 1
cause: psk-mismatch
title: The keys differ
says: They differ.
about: They differ.
stage: ike
shows_at: [ike]
fixer: user
prior: common
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("psk-mismatch", "udp-blocked"):
        path = tmp_path / "base" / "causes" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CAUSE.replace("psk-mismatch", name))
    monkeypatch.setattr("knowledge.loader.BASE", tmp_path / "base")
    (tmp_path / "own" / "causes").mkdir(parents=True)
    return tmp_path / "own"


@pytest.fixture
def write(own) -> Callable[[str], None]:
    def written(text: str) -> None:
        (own / "causes" / "psk-mismatch.yaml").write_text(text)

    return written


@pytest.fixture
def days() -> list[date]:
    return [date(2026, 11, 25)]


@pytest.fixture
def knowing(own, tmp_path, days) -> Knowing:
    held = read_base(own, tmp_path / "kept", days[-1])
    return Knowing(held, own=own, where=tmp_path / "kept", today=lambda: days[-1], locale="en")


def prior(knowing: Knowing) -> float:
    return knowing.base.causes[CauseId("psk-mismatch")].prior


async def test_a_change_is_taken_up_whole_and_the_readers_change_over(knowing, write):
    reader, desk, first, words = Reader(), Desk(), knowing.base, knowing.messages
    write(RARE)

    assert await knowing.look(reader, desk, quiet=0)

    assert knowing.base.revision != first.revision
    assert prior(knowing) < first.causes[CauseId("psk-mismatch")].prior
    assert knowing.messages is not words
    assert knowing.messages._base is knowing.base
    assert reader.used == [knowing.snapshot]
    assert load_snapshot(knowing.snapshot).revision == knowing.base.revision
    assert desk.heard == {}
    assert not await knowing.look(reader, desk, quiet=0)


async def test_a_bad_change_keeps_the_old_base_and_is_told_once_until_it_is_mended(knowing, write):
    reader, desk, first = Reader(), Desk(), knowing.base
    for bad in ("schema: 1\ncause: psk-mismatch\nprior: sometimes\n", "schema: 1\ncause: psk-mismatch\nprior: never\n"):
        write(bad)
        assert not await knowing.look(reader, desk, quiet=0)
        assert not await knowing.look(reader, desk, quiet=0)

    assert knowing.base is first
    assert reader.used == []
    (told,) = desk.heard.values()
    assert "sometimes" in told
    assert first.revision in told

    write(RARE)
    assert await knowing.look(reader, desk, quiet=0)
    assert list(desk.heard.values())[1:] == [f"The knowledge base is good again: revision {knowing.base.revision} is in use."]


async def test_taking_a_bad_change_back_is_being_mended_too(knowing, write):
    reader, desk, first = Reader(), Desk(), knowing.base
    write("schema: 2\n")
    await knowing.look(reader, desk, quiet=0)
    write("schema: 1\ncause: psk-mismatch\n")
    await knowing.look(reader, desk, quiet=0)
    write("schema: 2\n")
    await knowing.look(reader, desk, quiet=0)

    assert len(desk.heard) == 3
    assert knowing.base.causes == first.causes


async def test_while_somebody_writes_nothing_is_read(knowing, write):
    reader, desk, first = Reader(), Desk(), knowing.base
    write(RARE)

    looking = asyncio.create_task(knowing.look(reader, desk, quiet=0.2))
    await asyncio.sleep(0.1)
    write("schema: 1\nca")

    assert not await looking
    assert (knowing.base, desk.heard) == (first, {})


async def test_readers_that_do_not_start_keep_the_old_base(knowing, write):
    class Broken(Reader):
        async def use(self, base: Path | None) -> None:
            raise RuntimeError("no workers")

    first = knowing.base
    write(RARE)

    with pytest.raises(RuntimeError):
        await knowing.look(Broken(), Desk(), quiet=0)
    assert knowing.base is first
    assert await knowing.look(Reader(), Desk(), quiet=0)


async def test_a_tuning_ends_by_itself_when_its_day_is_over(knowing, own, days):
    reader, desk, before = Reader(), Desk(), prior(knowing)
    (own / "tuning.yaml").write_text(
        "schema: 1\ntuning:\n  - {cause: psk-mismatch, prior: rare, reason: keys come by policy, until: 2026-11-25}\n"
    )
    await knowing.look(reader, desk, quiet=0)
    assert prior(knowing) < before

    days.append(date(2026, 11, 26))
    assert await knowing.look(reader, desk, quiet=0)
    assert prior(knowing) == before


def test_who_keeps_the_words_always_has_those_of_the_moment(knowing, tmp_path, own, days, write):
    words = Words(knowing)
    write(RARE)
    knowing._held = read_base(own, tmp_path / "kept", days[-1])

    assert words._base is knowing.base


def test_a_base_with_faults_stops_the_start(own, tmp_path, write, days):
    write("schema: 2\n")

    with pytest.raises(BaseError, match="schema `2` is not known"):
        read_base(own, tmp_path / "kept", days[-1])


@pytest.mark.parametrize("locale", LOCALES)
def test_slack_would_take_what_is_said(locale):
    faults = ["error: <!channel> `x`\n --> a.yaml:1:1\n" + "x" * 9000] * 40
    for message in (knowledge_broken(faults, "0123456789ab", locale=locale), knowledge_mended("0123456789ab", locale=locale)):
        assert check_message(message.text, message.blocks) == []
