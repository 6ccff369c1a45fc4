import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.errors import OutsideError
from bot.events import Action, FileDeleted, FileShared, MessageChanged, MessageDeleted, Workspace
from bot.ports import Where
from bot.storage.tables import inbox
from tests.bot.fakes import ANA, BEN, DESK, TEAM, WATCHED
from tests.bot.house import House


async def rows(house: House) -> list[sa.Row]:
    async with house.store.database.reading() as connection:
        return list(await connection.execute(sa.select(inbox).order_by(inbox.c.number)))


async def test_the_same_event_is_kept_once(house: House) -> None:
    event = house.direct("hello")

    assert [await house.store.inbox.put(event), await house.store.inbox.put(event)] == [True, False]
    assert len(await rows(house)) == 1


async def test_events_put_together_keep_their_order_and_share_a_case(house: House) -> None:
    burst = [house.direct(f"message {n}") for n in range(6)]

    await asyncio.gather(*(house.store.inbox.put(event) for event in burst))

    kept = await rows(house)
    assert [row.event for row in kept] == [event.id for event in burst]
    assert len({row.lane for row in kept}) == 1


async def test_what_was_handled_keeps_its_id_and_loses_its_content(house: House) -> None:
    await house.happens(house.direct("my name is in here"))

    assert [(row.state, row.payload) for row in await rows(house)] == [("done", "")]


async def test_a_thread_of_the_direct_message_belongs_to_its_case(house: House) -> None:
    await house.happens(house.intake_event("it does not connect"))
    case = await house.only_case()
    parent = await house.thread(case)

    await house.happens(house.direct("in the thread", thread=parent.ts))

    assert [c.id for c in await house.cases()] == [case.id]
    assert (await rows(house))[-1].lane == case.id


async def test_an_edit_and_a_deletion_follow_their_message(house: House) -> None:
    said = house.direct("first words")
    await house.happens(said)

    await house.store.inbox.put(
        MessageChanged(id="e1", workspace=TEAM, at=house.clock.now(), user=ANA, ref=said.ref, kind=said.kind, text="other words")
    )
    await house.store.inbox.put(MessageDeleted(id="e2", workspace=TEAM, at=house.clock.now(), user=ANA, ref=said.ref))

    kept = await rows(house)
    assert kept[0].lane == kept[1].lane == kept[2].lane


async def test_of_talk_in_a_channel_nothing_is_kept(house: House) -> None:
    assert not await house.store.inbox.put(house.posted("CLUNCH", "who wants pizza"))
    assert not await house.store.inbox.put(house.posted("CLUNCH", files=(house.chat.give("F1", b"x"),)))
    assert not await house.store.inbox.put(house.posted(WATCHED, "no file in here"))
    assert await rows(house) == []


async def test_what_engineers_say_to_each_other_is_not_kept(house: House) -> None:
    await house.happens(house.intake_event("help"))
    case = await house.only_case()
    await house.happens(house.press(Action.ASK_PERSON, case.id))
    card = await house.thread(case, Where.DESK)
    file = house.chat.give("F9", b"x")
    await house.store.inbox.put(house.posted(DESK, "this user again", user=BEN, thread=card.ts))
    await house.store.inbox.put(house.posted(DESK, "our server's log", user=BEN, thread=card.ts, files=(file,)))
    await house.store.inbox.put(house.posted(DESK, "elsewhere", user=BEN, thread="1.000001"))

    async with house.store.database.reading() as connection:
        kept = "".join((await connection.scalars(sa.select(inbox.c.payload))).all())
    assert not any(words in kept for words in ("this user again", "our server", "elsewhere"))


async def test_a_button_of_another_workspace_reaches_no_case(house: House) -> None:
    await house.happens(house.intake_event("help"))
    case = await house.only_case()
    elsewhere = replace(house.press(Action.CANCEL, case.id), workspace=Workspace(team="T2"))

    await house.happens(elsewhere)

    assert (await rows(house))[-1].lane == "person:T2:UANA"
    assert (await house.only_case()).state == case.state


async def test_a_file_alone_waits_for_its_message(house: House) -> None:
    file = house.chat.give("F1", b"Nov 25 nothing known\n")
    event = FileShared(id="s1", workspace=TEAM, at=house.clock.now(), user=ANA, file_id="F1", channel="DUANA")

    await house.happens(event)
    assert await house.cases() == []
    await house.happens(house.direct(files=(file,)))
    house.clock.move(seconds=30)
    await house.settle()

    assert [upload.file_id for upload in (await house.only_case()).uploads] == ["F1"]
    assert house.chat.downloads == ["F1"]


async def test_a_file_whose_message_never_comes_is_read_all_the_same(house: House) -> None:
    house.chat.give("F1", b"Nov 25 nothing known\n")
    await house.happens(FileShared(id="s1", workspace=TEAM, at=house.clock.now(), user=ANA, file_id="F1", channel="DUANA"))

    house.clock.move(seconds=30)
    await house.settle()

    assert [upload.file_id for upload in (await house.only_case()).uploads] == ["F1"]


async def test_a_deleted_file_is_told_to_each_case_that_has_it(house: House) -> None:
    file = house.chat.give("F1", b"Nov 25 nothing known\n")
    await house.happens(house.intake_event("one", files=(file,)), house.intake_event("two", files=(file,)))

    await house.happens(FileDeleted(id="d1", workspace=TEAM, at=house.clock.now(), file_id="F1"))

    assert [case.uploads[0].state for case in await house.cases()] == ["deleted", "deleted"]


async def test_a_closed_inbox_takes_nothing(house: House) -> None:
    event = house.direct("too late")
    async with house.store.inbox.open():
        pass

    with pytest.raises(OutsideError):
        await house.store.inbox.put(event)


async def test_one_event_that_the_database_refuses_leaves_the_others_kept(house: House) -> None:
    naive = replace(house.direct("bad"), user="\ud800")  # half a character: no database takes it

    results = await asyncio.gather(
        house.store.inbox.put(house.direct("good")), house.store.inbox.put(naive), return_exceptions=True
    )

    assert results[0] is True
    assert isinstance(results[1], OutsideError)
    assert len(await rows(house)) == 1
