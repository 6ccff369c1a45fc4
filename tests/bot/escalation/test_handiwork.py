"""What engineers decide, and what the clock makes of it, over the real store."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cases import Case, CaseState, Resolution
from bot.escalation.promises import is_meant
from bot.events import Action
from bot.places import Call
from bot.ports import Where
from bot.storage import Speaker
from bot.triage.drain import Policy
from tests.bot.fakes import ANA, BEN, DESK, EVE
from tests.bot.house import House, base, catalogue, open_house

CHAIN = (Call(who="S1", minutes=15), Call(who="https://pager.example.com/x", minutes=60))
ZOE = "UZOE"


class Pager:
    def __init__(self) -> None:
        self.calls: list[str] = []

    async def page(self, address: str, *, key: str, summary: str) -> None:
        self.calls.append(address)


@pytest.fixture
def pager() -> Pager:
    return Pager()


@pytest.fixture
async def house(tmp_path: Path, pager: Pager) -> AsyncIterator[House]:
    async with open_house(tmp_path, policy=Policy(chain=CHAIN)) as opened:
        speaker = Speaker(
            store=opened.store,
            inbox=opened.store.inbox,
            chat=opened.chat,
            clock=opened.clock,
            desk=lambda _workspace: DESK,
            limit=1 << 20,
            still=is_meant,
            pager=pager,
        )
        opened.drain = replace(opened.drain, speaker=speaker)
        opened.chat.responders = frozenset({BEN, ZOE})
        yield opened


async def escalated(house: House, user: str = ANA, *, words: str = "it does not work") -> Case:
    await house.happens(house.intake_event(words, user=user))
    case = (await house.cases(user))[0]
    await house.happens(house.press(Action.ASK_PERSON, case.id, user=user))
    return (await house.cases(user))[0]


@pytest.fixture
async def case(house: House) -> Case:
    return await escalated(house)


async def later(house: House, **how: float) -> None:
    house.clock.move(**how)
    await house.settle()


def desk(house: House) -> str:
    return "\n".join(house.chat.texts(DESK))


async def test_nobody_claims_so_the_chain_is_told_and_then_the_pager(house: House, case: Case, pager: Pager) -> None:
    await later(house, minutes=16)
    assert "desk_call(escalated, call, who=S1)" in desk(house)
    assert pager.calls == []
    await later(house, minutes=50)
    assert pager.calls == ["https://pager.example.com/x"]


async def test_no_page_after_a_claim_nor_for_a_closed_case(house: House, case: Case, pager: Pager) -> None:
    await house.happens(house.press(Action.CLAIM, case.id, user=BEN))
    await later(house, hours=2)
    await house.happens(house.press(Action.WORKS_NOW, case.id))
    for _ in range(20):
        await later(house, hours=10)
    assert pager.calls == []


async def test_a_page_that_was_decided_before_the_claim_is_not_sent_after_it(house: House, case: Case, pager: Pager) -> None:
    house.clock.move(minutes=61)
    await house.store.ring(house.clock.now())
    await house.store.inbox.put(house.press(Action.CLAIM, case.id, user=BEN))
    speak = house.drain.speaker.speak
    house.drain.speaker.speak = lambda _lane: _nothing()  # the words wait while Slack is down
    await house.settle_once()
    house.drain.speaker.speak = speak
    await house.settle()
    assert pager.calls == []


async def _nothing() -> None:
    return None


async def test_claimed_and_forgotten_is_reminded_and_goes_back_to_the_queue(house: House, case: Case) -> None:
    await house.happens(house.press(Action.CLAIM, case.id, user=BEN))
    await later(house, minutes=185)
    assert "claim-remind, who=UBEN" in desk(house)
    await later(house, minutes=61)
    again = await house.only_case()
    assert (again.state, again.assignee) == (CaseState.ESCALATED, None)
    assert "claim-expire, who=UBEN" in desk(house)


async def test_who_talks_in_the_thread_keeps_the_claim(house: House, case: Case) -> None:
    await house.happens(house.press(Action.CLAIM, case.id, user=BEN))
    card = await house.thread(case, Where.DESK)
    for _ in range(4):
        await later(house, minutes=150)
        await house.happens(house.posted(DESK, "I look at the gateway", user=BEN, thread=card.ts))
    assert (await house.only_case()).assignee == BEN


async def test_a_broken_promise_is_said_once_and_stands_on_the_case(house: House, case: Case) -> None:
    for _ in range(6):
        await later(house, minutes=40)
    assert desk(house).count("first-response-breach") == 1
    assert (await house.only_case()).handling.broken == ("1:first-response",)


async def test_a_snooze_ends_with_the_requesters_next_word(house: House, case: Case, pager: Pager) -> None:
    await house.happens(house.press(Action.SNOOZE, case.id, "4320", user=BEN))
    await later(house, hours=10)
    assert pager.calls == []
    await house.happens(house.direct("it is urgent now"))
    assert (await house.only_case()).handling.snoozed_until is None
    await later(house, hours=2)
    assert pager.calls == ["https://pager.example.com/x"]


async def test_a_case_is_handed_on_to_an_engineer_only(house: House, case: Case) -> None:
    await house.happens(house.press(Action.HAND_ON, case.id, EVE, user=BEN))
    assert (await house.only_case()).assignee is None
    await house.happens(house.press(Action.HAND_ON, case.id, ZOE, user=BEN))
    assert (await house.only_case()).assignee == ZOE


async def test_a_duplicate_waits_for_the_other_case_and_then_its_person_is_asked(house: House, case: Case) -> None:
    other = await escalated(house, EVE)
    await house.happens(house.press(Action.MERGE, other.id, case.id[:8].upper(), user=BEN))
    merged = (await house.cases(EVE))[0]
    assert (merged.state, merged.handling.merged_into) == (CaseState.RESOLVED, case.id)
    assert (await house.only_case()).handling.duplicates == (other.id,)

    await house.happens(house.press(Action.RESOLVE, case.id, user=BEN))
    assert house.chat.texts("DUEVE")[-1].startswith("resolved(")
    assert ANA not in "".join(house.chat.texts("DUEVE"))

    await house.happens(house.press(Action.STILL_BROKEN, other.id, user=EVE))
    again = (await house.cases(EVE))[0]
    assert (again.state, again.handling.merged_into) == (CaseState.ESCALATED, None)
    assert (await house.only_case()).handling.duplicates == ()


async def test_two_cases_cannot_be_duplicates_of_each_other(house: House, case: Case) -> None:
    other = await escalated(house, EVE)
    await house.happens(
        house.press(Action.MERGE, other.id, case.id[:8], user=BEN), house.press(Action.MERGE, case.id, other.id[:8], user=BEN)
    )
    states = {(await house.only_case()).state, (await house.cases(EVE))[0].state}
    assert CaseState.ESCALATED in states


async def test_a_log_is_asked_for_in_the_bases_words_and_no_engineers(house: House, case: Case) -> None:
    await house.happens(house.press(Action.ASK_LOG, case.id, "windows-events", user=BEN))
    assert house.chat.texts("DUANA")[-1].startswith("log_wanted(")


async def test_causes_are_pinned_and_ruled_out_and_back(house: House, case: Case) -> None:
    for action in (Action.RULE_OUT, Action.PIN_CAUSE, Action.PIN_CAUSE):
        await house.happens(house.press(action, case.id, "psk-mismatch", user=BEN))
    kept = (await house.only_case()).handling
    assert (kept.pinned, kept.ruled_out) == (None, ())


async def test_a_reason_is_kept_and_reopening_is_counted_and_begins_anew(house: House, case: Case) -> None:
    await house.happens(house.press(Action.RESOLVE, case.id, "workaround", user=BEN))
    assert (await house.only_case()).resolution is Resolution.WORKAROUND
    await house.happens(house.press(Action.WORKS_NOW, case.id))
    assert (await house.only_case()).handling.fix_confirmed
    await later(house, days=2)
    await house.happens(house.press(Action.REOPEN_CASE, case.id, user=BEN))
    again = await house.only_case()
    assert (again.state, len(again.handling.reopened_at), again.handling.round) == (CaseState.ESCALATED, 1, 2)
    assert house.chat.texts("DUANA")[-1].startswith("reopened_by_desk(")


@pytest.mark.parametrize("action", [Action.SNOOZE, Action.MERGE, Action.HAND_ON, Action.ASK_LOG, Action.REOPEN_CASE])
async def test_none_of_it_is_anybody_elses(house: House, case: Case, action: Action) -> None:
    before = await house.only_case()
    await house.happens(*(house.press(action, case.id, "60", user=user) for user in (ANA, EVE)))
    assert await house.only_case() == before


async def test_an_edit_of_pasted_lines_is_read_again(house: House) -> None:
    lines = "\n".join(f"Nov 25 09:00:0{n} host charon: 06[IKE] received NO_PROPOSAL_CHOSEN error notify" for n in range(3))
    said = house.direct(lines)
    await house.happens(said)
    await house.happens(house.changed(said, lines.replace("NO_PROPOSAL_CHOSEN", "AUTHENTICATION_FAILED")))
    uploads = (await house.only_case()).uploads
    assert [upload.state for upload in uploads] == ["deleted", "read"]


async def test_the_cause_is_confirmed_with_the_end_and_can_be_corrected(house: House, case: Case) -> None:
    await house.happens(house.press(Action.RESOLVE, case.id, "workaround psk-mismatch", user=BEN))
    await house.happens(house.press(Action.WORKS_NOW, case.id))
    ended = await house.only_case()
    assert (ended.confirmed_cause, ended.resolution) == ("psk-mismatch", Resolution.WORKAROUND)
    await house.happens(house.press(Action.CONFIRM_CAUSE, case.id, "server-unreachable", user=BEN))
    assert (await house.only_case()).confirmed_cause == "server-unreachable"
    await later(house, days=3)
    await house.happens(house.press(Action.REOPEN, case.id))
    assert (await house.only_case()).handling.reopened_soon == 1


async def test_what_is_ruled_out_leaves_the_card_and_what_is_sure_leads_it(tmp_path: Path) -> None:
    async with open_house(tmp_path, messages=catalogue()) as house:
        case = await escalated(house, words="error 789")
        ranked = [each.cause for each in case.diagnosis.hypotheses]
        titles = [base().causes[cause].title("en") for cause in ranked]
        await house.happens(
            house.press(Action.RULE_OUT, case.id, ranked[0], user=BEN),
            house.press(Action.PIN_CAUSE, case.id, ranked[2], user=BEN),
        )
        card = next(text for text in house.chat.texts(DESK) if text.startswith("VPN case"))
        lines = [line for line in card.splitlines() if line.startswith("•")]
        assert not any(line.startswith(f"• {titles[0]}:") for line in lines)
        assert f"• {titles[2]}: an engineer is sure" in lines
        await house.happens(house.press(Action.WHAT_IF, case.id, "others=everybody", user=BEN))
        assert titles[0] not in house.chat.texts(DESK)[-1]
        kept = (await house.only_case()).diagnosis
        assert [each.cause for each in kept.hypotheses] == ranked  # the machine's own stays
