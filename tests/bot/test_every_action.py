"""Each button, menu, form and shortcut that there is, pressed and sent by who may not: nothing happens, and the trail says so.

The lists are taken from the code, so that none can be forgotten: a new action that stands in no set of `bot.permissions` may
be done by nobody, and a new form that is not named here fails its test.
"""

from dataclasses import replace

import pytest

from bot.cases import Case
from bot.events import Action, ActionTaken, CaseId, ChannelId, Event, UserId, Watch
from bot.permissions import ADMIN_ACTIONS, DESK_ACTIONS, OUTAGE_ACTIONS, OWN_ACTIONS
from bot.slack import modals
from bot.slack.modals import Metadata, Modal, Submission
from tests.bot.fakes import ANA, BEN, DESK, EVE, START, TEAM
from tests.bot.house import House

#: Opened by the listener itself, and so refused there: `tests/bot/slack/test_rights.py`.
AT_THE_DOOR = {Action.OPEN_INTAKE, Action.OPEN_REPLY, Action.OPEN_DESK_FORM, *(a for a in ADMIN_ACTIONS if isinstance(a, Action))}
ACTIONS = [action for action in Action if action not in AT_THE_DOOR]
OF_A_CASE = [action for action in ACTIONS if action not in OWN_ACTIONS | OUTAGE_ACTIONS]
#: What each form becomes when it is sent; None: it is everybody's.
FORMS = {
    Modal.INTAKE: None,
    Modal.REPLY: modals.reply,
    Modal.SETUP: modals.setup,
    Modal.WATCH: modals.watch,
    Modal.HAND_ON: modals.deskwork,
    Modal.MERGE: modals.deskwork,
    Modal.WHAT_IF: modals.deskwork,
    Modal.RESOLVE: modals.deskwork,
    Modal.UNMASK: modals.unmask,
}
ARGUMENTS = {Action.HAND_ON: "UBEN", Action.RESOLVE: "fixed", Action.SNOOZE: "60", Action.PRIORITISE: "urgent"}


@pytest.fixture
async def desk(house: House) -> House:
    """A case at the desk."""
    await house.happens(house.intake_event("it does not work"))
    await house.happens(house.press(Action.ASK_PERSON, (await house.only_case()).id))
    return house


async def refused(house: House, event: Event, *, reason: str) -> None:
    """Nothing changed, nobody else heard of it, and the trail knows who tried."""
    before, said, lines = await house.only_case(), heard(house), len(await house.store.audit.lines())

    await house.happens(event)

    assert await house.only_case() == before, event
    assert {place: texts for place, texts in heard(house).items() if place != f"D{event.user}"} == {
        place: texts for place, texts in said.items() if place != f"D{event.user}"
    }
    new = [line for _, line in (await house.store.audit.lines())[lines:]]
    assert [(line.who, line.refused) for line in new] == [(event.user, reason)], event


def heard(house: House) -> dict[str, list[str]]:
    return {place: house.chat.texts(place) for place in ("DUANA", DESK)}


async def case_of(house: House) -> Case:
    return await house.only_case()


def press(house: House, action: Action, case: CaseId, user: UserId, *, stranger: bool = False) -> ActionTaken:
    found = house.press(action, case, ARGUMENTS.get(action, "psk-mismatch"), user=user, ref=None)
    return replace(found, stranger=stranger)


async def test_a_button_in_a_forwarded_message_does_nothing_for_who_has_no_right(desk: House) -> None:
    case = await case_of(desk)
    for action in OF_A_CASE:
        reason = "responders-only" if action in DESK_ACTIONS else "not-yours"
        await refused(desk, press(desk, action, case.id, EVE), reason=reason)


async def test_a_stranger_in_the_admin_channel_may_press_nothing(desk: House) -> None:
    case = await case_of(desk)
    for action in (*OF_A_CASE, *OUTAGE_ACTIONS):
        await refused(desk, press(desk, action, case.id, BEN, stranger=True), reason="guests-may-not")


async def test_who_was_taken_out_of_the_group_may_press_nothing_any_more(desk: House) -> None:
    case = await case_of(desk)
    desk.chat.responders = frozenset()
    for action in (DESK_ACTIONS & set(ACTIONS)) | OUTAGE_ACTIONS:
        await refused(desk, press(desk, action, case.id, BEN), reason="responders-only")


async def test_an_engineer_does_not_answer_for_the_requester(desk: House) -> None:
    case = await case_of(desk)
    for action in OF_A_CASE:
        if action not in DESK_ACTIONS:
            await refused(desk, press(desk, action, case.id, BEN), reason="not-yours")


def sent(form: Modal, case: CaseId, user: UserId, number: int) -> Submission:
    values = {"text": "UBEN", "reason": "fixed", "cause": "psk-mismatch", "channel": "CEVIL", "begins": "09:00", "ends": "10:00"}
    return Submission(
        id=f"stale:{form}:{user}:{number}", modal=form, view_id="V1", user=user, workspace=TEAM, at=START,
        metadata=Metadata(case=case), values=values, blocks={name: name for name in values},
    )  # fmt: skip


async def test_a_stale_form_does_nothing_for_who_lost_the_right(desk: House) -> None:
    assert set(FORMS) == set(Modal), "say here what sending it becomes, and that it is refused"
    case = await case_of(desk)
    desk.chat.responders = frozenset()
    for form, becomes in FORMS.items():
        if becomes is None:
            continue
        event, stranger = (becomes(replace(sent(form, case.id, BEN, n), stranger=n == 2)) for n in (1, 2))
        assert isinstance(event, Event)
        assert isinstance(stranger, Event)
        await refused(desk, event, reason="admins-only" if form in (Modal.SETUP, Modal.WATCH) else "responders-only")
        await refused(desk, stranger, reason="guests-may-not")


async def test_a_form_cannot_name_another_persons_case(desk: House) -> None:
    case = await case_of(desk)
    intake = replace(sent(Modal.INTAKE, CaseId(""), EVE, 3), values={"text": "mine", "continues": case.id})
    await desk.happens(modals.intake(intake))
    assert (await desk.only_case()).said == case.said
    assert len(await desk.cases(EVE)) == 1


async def test_the_language_and_the_setup_are_ones_own(desk: House) -> None:
    before = dict(desk.drain.channels.chosen)
    watch = modals.watch(replace(sent(Modal.WATCH, CaseId(""), ANA, 4), metadata=Metadata(channel=ChannelId("CEVIL"))))
    assert watch.watch == Watch(channel=ChannelId("CEVIL"))
    await refused(desk, watch, reason="admins-only")
    assert desk.drain.channels.chosen == before
