"""An outage from its first case to the last answer, over the real store."""

from datetime import timedelta

from bot.cases import Case, CaseState, Resolution
from bot.events import Action, CaseId, UserId
from bot.ports import Where
from bot.storage import Seen
from tests.bot.fakes import BEN, DESK, EVE, TEAM
from tests.bot.house import House

#: What the base takes for the same trouble, whoever tells it.
WRONG_KEY = b"".join(
    line + b"\n"
    for line in (
        b"Nov 25 09:00:01 pc charon: 05[IKE] initiating Main Mode IKE_SA vpn[1] to 198.51.100.7",
        b"Nov 25 09:00:01 pc charon: 06[IKE] received NO_PROPOSAL_CHOSEN error notify",
    )
)


async def complains(house: House, number: int, content: bytes | None) -> UserId:
    user = UserId(f"U{number:04}")
    files = (house.chat.give(f"F{number}", content, name="vpn.log"),) if content else ()
    await house.happens(house.intake_event("it does not work", user=user, files=files))
    house.clock.move(minutes=7)
    return user


async def outage(house: House) -> list[UserId]:
    """Ordinary cases, then eight with the same log."""
    for number in range(22):
        at = house.clock.now() - timedelta(hours=30 - number)
        await house.store.outages.see(TEAM, Seen(case=CaseId(f"c{number}"), at=at, keys=frozenset({f"cause:{number % 7}"})))
    await complains(house, 1, None)
    return [await complains(house, 100 + number, WRONG_KEY + b"# %d\n" % number) for number in range(8)]


async def affected(house: House, people: list[UserId]) -> Case:
    """One of its cases."""
    cases = [case for user in people for case in await house.cases(user)]
    return next(case for case in cases if case.handling.incident)


async def test_many_with_the_same_trouble_are_told_once_and_asked_when_it_is_mended(house: House) -> None:
    people = await outage(house)
    cases = [(await house.cases(user))[0] for user in people]
    assert all(case.diagnosis and case.diagnosis.best for case in cases)
    joined = [case for case in cases if case.handling.incident]
    assert len(joined) >= 7, [case.handling.incident for case in cases]
    assert len({case.handling.incident for case in joined}) == 1
    cards = [text for text in house.chat.texts(DESK, thread=None) if text.startswith("outage_card(")]
    assert len(cards) == 1

    ordinary = (await house.cases(UserId("U0001")))[0]
    assert ordinary.handling.incident is None

    incident = joined[0].handling.incident or ""
    await house.happens(house.press(Action.OUTAGE_OVER, None, incident, user=EVE))
    assert (await house.cases(people[-1]))[0].state is not CaseState.RESOLVED

    await house.happens(*(house.press(Action.OUTAGE_OVER, None, incident, user=BEN) for _ in range(2)))
    for case in joined:
        now = await house.store.case(case.id)
        assert now is not None
        assert (now.state, now.resolution) == (CaseState.RESOLVED, Resolution.OUTAGE)
        said = house.chat.texts(f"D{case.requester}")
        assert sum(text.startswith("outage_over(") for text in said) == 1
        assert sum(text.startswith("outage_known(") for text in said) == 1

    await house.happens(house.press(Action.WORKS_NOW, joined[0].id, user=joined[0].requester))
    await house.happens(house.press(Action.STILL_BROKEN, joined[1].id, user=joined[1].requester))
    closed, again = await house.store.case(joined[0].id), await house.store.case(joined[1].id)
    assert closed is not None
    assert again is not None
    assert closed.state is CaseState.CLOSED
    assert (again.state in (CaseState.OPEN, CaseState.WAITING, CaseState.ESCALATED), again.handling.incident) == (True, None)


async def test_its_people_are_asked_nothing_more(house: House) -> None:
    people = await outage(house)
    case = await affected(house, people)
    before = house.chat.texts(f"D{case.requester}")
    await house.happens(house.direct("and now?", user=case.requester))
    new = house.chat.texts(f"D{case.requester}")[len(before) :]
    assert not any(text.startswith(("question(", "reply(")) for text in new)


async def test_what_was_no_outage_goes_on_where_it_was(house: House) -> None:
    people = await outage(house)
    case = await affected(house, people)
    await house.happens(house.press(Action.OUTAGE_FALSE, None, case.handling.incident or "", user=BEN))
    again = await house.store.case(case.id)
    assert again is not None
    assert again.handling.incident is None
    assert house.chat.texts(f"D{case.requester}")[-1].startswith(("question(", "reply(", "handed_over("))


async def test_a_forgotten_person_is_forgotten_by_the_radar(house: House) -> None:
    people = await outage(house)
    case = (await house.cases(people[0]))[0]
    await house.happens(house.press(Action.FORGET, None, user=people[0]))
    assert await house.store.case(case.id) is None
    assert case.id not in {seen.case for seen in await house.store.outages.seen(case.workspace)}
    assert await house.store.thread(case.id, Where.REQUESTER) is None
