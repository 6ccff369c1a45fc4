"""The audit trail: each deed and each refusal once, nothing that anybody wrote, and nothing that can be changed."""

import asyncio
import csv
import io
import json
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.events import Action, CaseId, ChannelId, SetupChanged, UserId
from bot.ports import Audited, Where
from bot.storage import Filter, audit_csv, audit_json, sweep
from bot.storage.tables import audit
from knowledge import Tokens, redact
from tests.bot.fakes import ANA, BEN, DESK, EVE, START, TEAM
from tests.bot.house import House, open_house


async def trail(house: House, **which: object) -> list[Audited]:
    return [line for _, line in await house.store.audit.lines(Filter(**which))]


async def on_desk(house: House) -> CaseId:
    await house.happens(house.intake_event("it does not work"))
    case = await house.only_case()
    await house.happens(house.press(Action.ASK_PERSON, case.id))
    return case.id


async def test_what_an_engineer_does_is_written_down_and_what_the_requester_does_is_not(house: House) -> None:
    case = await on_desk(house)
    assert await trail(house) == []
    ref = await house.store.thread(case, Where.DESK)

    await house.happens(
        house.press(Action.CLAIM, case, user=BEN, ref=ref),
        house.press(Action.PIN_CAUSE, case, "psk-mismatch", user=BEN, ref=ref),
        house.reply(case, "restart anna-pc, please", user=BEN),
        house.press(Action.HAND_ON, case, "UBEN", user=BEN, ref=ref),
        house.press(Action.RESOLVE, case, "workaround", user=BEN, ref=ref),
    )

    assert [(line.who, line.deed, line.case, line.where, line.refused, line.about) for line in await trail(house)] == [
        (BEN, "claim", case, DESK, None, ""),
        (BEN, "pin_cause", case, DESK, None, "psk-mismatch"),
        (BEN, "reply", case, "modal", None, ""),
        (BEN, "hand_on", case, DESK, None, "UBEN"),
        (BEN, "resolve", case, DESK, None, "workaround"),
    ]


async def test_what_is_refused_is_written_down_with_its_reason(house: House) -> None:
    case = await on_desk(house)

    await house.happens(
        house.press(Action.CLAIM, case, user=EVE),
        house.reply(case, "I am the boss", user=EVE),
        house.press(Action.WORKS_NOW, case, user=EVE),
        house.press(Action.OUTAGE_OVER, None, "o1", user=EVE),
        SetupChanged(id="s1", workspace=TEAM, at=START, user=EVE, about=("admin_channel",), admin_channel=ChannelId("CEVIL")),
    )

    assert [(line.who, line.deed, line.refused) for line in await trail(house, refused=True)] == [
        (EVE, "claim", "responders-only"),
        (EVE, "reply", "responders-only"),
        (EVE, "works_now", "not-yours"),
        (EVE, "outage_over", "responders-only"),
        (EVE, "set-up", "admins-only"),
    ]


async def test_an_erasure_is_written_down_and_outlives_the_case(house: House) -> None:
    case = await on_desk(house)

    await house.happens(house.press(Action.FORGET, None))

    assert [(line.who, line.deed, line.case) for line in await trail(house, case=case[:8].upper())] == [(ANA, "forget", case)]


async def test_a_deed_that_is_delivered_twice_is_one_line(house: House) -> None:
    case = await on_desk(house)
    press = house.press(Action.CLAIM, case, user=BEN)

    await house.happens(press, press)

    assert len(await trail(house)) == 1


async def test_an_admin_gets_it_as_a_file_in_the_direct_message_and_nobody_else_does(house: House) -> None:
    case = await on_desk(house)
    await house.happens(house.press(Action.CLAIM, case, user=BEN))

    await house.happens(house.word("audit", user=BEN), house.word("audit", user=ANA))

    assert house.chat.texts("DUBEN") == ["file:audit.csv"]
    assert "user_error(admins-only, {})" in house.chat.texts("DUANA")
    last = sorted((await trail(house))[-2:], key=lambda line: str(line.who), reverse=True)
    assert [(line.who, line.deed, line.refused) for line in last] == [
        (BEN, "read-audit", None),
        (ANA, "read-audit", "admins-only"),
    ]


async def test_the_database_refuses_to_change_a_line(house: House) -> None:
    await house.store.audit.write(TEAM, Audited(at=START, who=BEN, deed="claim"))
    with pytest.raises(sa.exc.IntegrityError, match="final"):
        async with house.store.database.writing() as connection:
            await connection.execute(sa.update(audit).values(who="UEVE"))


async def test_it_outlives_the_cases_and_goes_by_its_own_age(house: House) -> None:
    case = await on_desk(house)
    await house.happens(house.press(Action.CLAIM, case, user=BEN))
    house.clock.move(days=200)
    await sweep(house.store, house.clock.now(), keep=timedelta(days=30), keep_audit=timedelta(days=365))
    assert await house.cases() == []
    assert len(await trail(house)) == 1
    house.clock.move(days=200)

    await sweep(house.store, house.clock.now(), keep=timedelta(days=30), keep_audit=timedelta(days=365))

    assert await trail(house) == []


async def test_it_can_be_asked_by_person_deed_and_time_and_printed_in_two_forms(house: House) -> None:
    for number, (who, deed) in enumerate([(BEN, "claim"), (EVE, "claim"), (BEN, "reply")]):
        at = START + timedelta(days=number)
        await house.store.audit.write(TEAM, Audited(at=at, who=who, deed=deed, case=CaseId(f"c{number}"), where="CDESK"))

    assert [line.case for line in await trail(house, who=BEN)] == ["c0", "c2"]
    assert [line.case for line in await trail(house, deed="claim", since=START + timedelta(hours=1))] == ["c1"]
    assert [line.case for line in await trail(house, until=START + timedelta(hours=1))] == ["c0"]
    lines = await house.store.audit.lines()
    table = list(csv.DictReader(io.StringIO(audit_csv(lines))))
    assert [row["who"] for row in table] == ["UBEN", "UEVE", "UBEN"]
    assert [json.loads(line)["deed"] for line in audit_json(lines).splitlines()] == ["claim", "claim", "reply"]


#: What nobody may find in the trail, whatever a button or a form carries.
LOADED = st.sampled_from(
    [
        "anna.schmidt@contoso-werke.de",
        "203.0.113.77",
        "password=hunter2hunter2",
        "psk-mismatch 10.77.88.99",
        "CONTOSO\\gerlinde",
        "others=everybody",
        "psk-mismatch",
        "workaround",
        "60",
        "UBEN",
        "vpn-gate.contoso-werke.de",
        "2001:db8:77::1234",
    ]
)


@given(
    presses=st.lists(st.tuples(st.sampled_from(sorted(Action)), LOADED, st.sampled_from([ANA, BEN, EVE])), max_size=8),
    said=LOADED,
)
@settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_no_line_holds_what_would_have_to_be_masked(presses: list[tuple[Action, str, UserId]], said: str) -> None:
    async def lines() -> list[Audited]:
        with tempfile.TemporaryDirectory() as folder:
            async with open_house(Path(folder)) as house:
                case = await on_desk(house)
                for action, argument, user in presses:
                    if action is not Action.FORGET:
                        await house.store.inbox.put(house.press(action, case, argument, user=user))
                await house.store.inbox.put(house.reply(case, said, user=BEN))
                await house.store.inbox.put(house.direct(said))
                await house.settle()
                return await trail(house)

    for line in asyncio.run(lines()):
        text = " ".join(str(part) for part in (line.deed, line.where, line.refused, line.about))
        assert redact(text, Tokens())[0] == text
        assert line.about in ("", "psk-mismatch", "workaround", "60", "UBEN")
