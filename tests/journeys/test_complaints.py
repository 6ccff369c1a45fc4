"""What users of other desks complain about most, each with the test that would have caught it.

Here over the bot's own rooms with a clock that is moved, so that months take no time. The same over the real protocol:
`test_desk.py` (the wall, files, bursts), `test_day.py` (200 cases with kills), `tests/bot/escalation/test_wall.py` (the wall
over any order of events), `tests/bot/escalation/test_promises.py` (what is due, hour by hour).
"""

from collections import Counter
from dataclasses import replace

import pytest

from bot.cases import CaseState
from bot.events import Action, FileDeleted, MessageChanged, MessageDeleted
from bot.places import Call
from bot.ports import Where
from bot.triage.drain import Policy
from tests.bot.fakes import ANA, BEN, DESK, EVE, TEAM
from tests.bot.house import catalogue, open_house

PAGER = "https://pager.example.com/key"
CHAIN = (Call(who="S1", minutes=15), Call(who="UEVE", minutes=30), Call(who=PAGER, minutes=60))
LOG = b"Nov 25 09:00:01 host charon: 06[IKE] received NO_PROPOSAL_CHOSEN error notify\n"


class Pager:
    """A pager that remembers."""

    def __init__(self):
        self.calls = []

    async def page(self, address, *, key, summary):
        self.calls.append((address, summary))


@pytest.fixture
async def desk(tmp_path):
    """A case at the desk of a bot that has a chain of calls, up to a pager."""
    pager = Pager()
    async with open_house(tmp_path, messages=catalogue(), policy=Policy(chain=CHAIN), pager=pager) as house:
        await house.happens(house.intake_event("it does not work"))
        await house.happens(house.press(Action.ASK_PERSON, (await house.only_case()).id))
        yield Desk(house, pager, await house.only_case())


class Desk:
    def __init__(self, house, pager, case):
        self.house, self.pager, self.case = house, pager, case

    @property
    def lines(self):
        """What stands in the case's thread of the admin channel."""
        return [said.now for said in self.house.chat.said if said.channel == DESK and said.thread and not said.deleted]

    def since(self, count):
        return self.lines[count:]

    async def press(self, action, argument="", user=BEN):
        await self.house.happens(self.house.press(action, self.case.id, argument, user=user))

    async def later(self, **how):
        self.house.clock.move(**how)
        await self.house.settle()

    async def now(self):
        return await self.house.only_case()


# -- claimed and forgotten


async def test_claimed_and_forgotten_the_engineer_is_reminded_then_the_case_is_anybodys_again(desk):
    await desk.press(Action.CLAIM)
    await desk.later(minutes=185)
    assert any("waits for a word from you" in line for line in desk.lines)
    assert (await desk.now()).assignee == BEN

    await desk.later(minutes=60)
    assert (await desk.now()).state is CaseState.ESCALATED
    assert any("was silent for too long" in line for line in desk.lines)

    await desk.later(minutes=70)
    assert [address for address, _ in desk.pager.calls] == [PAGER], "and the chain of calls begins anew"


async def test_claimed_and_worked_on_nobody_takes_it_away(desk):
    await desk.press(Action.CLAIM)
    for _ in range(4):
        await desk.later(minutes=170)
        card = await desk.house.thread(desk.case, Where.DESK)
        await desk.house.happens(desk.house.posted(DESK, "still looking", user=BEN, thread=card.ts))
    assert (await desk.now()).assignee == BEN
    assert not any("waits for a word from you" in line for line in desk.lines)


# -- an internal note that reached the customer


@pytest.mark.parametrize(
    "note", ["he has no idea", "/reply he has no idea", "@Ana he has no idea", "reply: he has no idea", "<@UANA> he has no idea"]
)
async def test_an_internal_note_stays_inside_however_it_begins(desk, note):
    card = await desk.house.thread(desk.case, Where.DESK)
    said = desk.house.posted(DESK, note, user=BEN, thread=card.ts)
    await desk.house.happens(said, desk.house.changed(said, f"{note}, really"))
    await desk.house.happens(desk.house.posted(DESK, f"@vpn-help {note}", user=BEN, thread=card.ts, mention=True))
    await desk.house.happens(MessageDeleted(id="d1", workspace=TEAM, at=desk.house.clock.now(), user=BEN, ref=said.ref))

    heard = "\n".join(desk.house.chat.ever["DUANA"]) + str([text for user, text in desk.house.chat.whispers if user == ANA])
    assert "no idea" not in heard
    assert BEN not in heard


# -- what the requester says and sends crosses: words, files, edits, deletions


async def test_everything_of_the_requester_appears_at_the_desk(desk):
    house, count = desk.house, len(desk.lines)
    said = house.direct("the light is red")
    await house.happens(said)
    await house.happens(MessageChanged(
        id="e1", workspace=TEAM, at=house.clock.now(), user=ANA, ref=said.ref, kind=said.kind, text="the light is green",
    ))  # fmt: skip
    await house.happens(MessageDeleted(id="e2", workspace=TEAM, at=house.clock.now(), user=ANA, ref=said.ref))
    file = house.direct(files=(house.chat.give("F1", LOG, name="vpn.log"),))
    await house.happens(file)
    await house.happens(house.press(Action.SHARE_ORIGINAL, desk.case.id, (await desk.now()).uploads[-1].id))
    await house.happens(FileDeleted(id="e3", workspace=TEAM, at=house.clock.now(), user=ANA, file_id="F1"))

    new = desk.since(count)
    expected = (
        "the light is red",
        "changed a message: the light is green",
        "deleted a message",
        "uploaded vpn.log",
        "file:vpn.log",
        "deleted vpn.log",
    )
    found = [next((line for line in new if words in line), None) for words in expected]
    assert None not in found, new


async def test_files_of_the_engineers_do_not_cross_unless_ticked(desk):
    card = await desk.house.thread(desk.case, Where.DESK)
    internal = desk.house.chat.give("F9", b"notes", name="internal.txt")
    await desk.house.happens(desk.house.posted(DESK, "see this", user=BEN, thread=card.ts, files=(internal,)))
    await desk.house.happens(desk.house.reply(desk.case.id, "restart it, please", user=BEN))
    assert "internal.txt" not in "\n".join(desk.house.chat.ever["DUANA"])
    assert not [said for said in desk.house.chat.said if said.channel == "DUANA" and said.files]


# -- pages after acknowledgement


async def test_after_a_claim_nobody_in_the_chain_is_called(desk):
    await desk.later(minutes=16)
    assert sum("nobody has claimed" in line for line in desk.lines) == 1
    await desk.press(Action.CLAIM)
    await desk.later(minutes=60)
    assert sum("nobody has claimed" in line for line in desk.lines) == 1
    assert desk.pager.calls == []


async def test_a_page_that_was_due_in_the_moment_of_the_claim_is_not_sent(desk):
    """It stands in the outbox already, and Slack is slow: asked again before it goes out, it is no longer meant."""
    house, speak = desk.house, desk.house.drain.speaker
    silent = replace(house.drain, speaker=type("Mute", (), {"speak": _nothing})())
    house.clock.move(minutes=61)
    await house.store.ring(house.clock.now())
    await silent.drain(desk.case.id)
    await house.store.inbox.put(house.press(Action.CLAIM, desk.case.id, user=BEN))
    await silent.drain(desk.case.id)

    await speak.speak(desk.case.id)

    assert desk.pager.calls == []
    assert not any("nobody has claimed" in line for line in desk.lines)


async def _nothing(_self, _lane):
    return None


@pytest.mark.parametrize("ended", [Action.RESOLVE, "closed", "cancelled"])
async def test_nothing_is_ever_said_or_paged_for_a_case_that_is_over(desk, ended):
    await desk.press(Action.CLAIM)
    if ended is Action.RESOLVE:
        await desk.press(Action.RESOLVE, "fixed")
    else:
        await desk.press(Action.WORKS_NOW if ended == "closed" else Action.CANCEL, user=ANA)
    count = len(desk.lines)
    for _ in range(30):
        await desk.later(hours=12)
    said = [line for line in desk.since(count) if "silent" not in line]
    assert [line for line in said if "<@" in line or "due" in line or "promise" in line] == []
    assert desk.pager.calls == []


async def test_after_months_of_silence_nobody_is_called_for_the_past(desk):
    """The bot stood still, with a case in the queue; then it comes back."""
    count = len(desk.lines)
    await desk.later(days=120)
    assert [line for line in desk.since(count) if "nobody has claimed" in line or "promise" in line] == []
    assert desk.pager.calls == []


async def test_a_snoozed_case_is_quiet(desk):
    await desk.press(Action.CLAIM)
    await desk.press(Action.SNOOZE, "1440")
    count = len(desk.lines)
    await desk.later(hours=23)
    assert desk.since(count) == []
    assert desk.pager.calls == []


# -- noise


async def test_a_case_is_one_message_in_the_channel_and_few_lines_in_its_thread(desk):
    house = desk.house
    for _ in range(3):
        await desk.press(Action.ASK_PERSON, user=ANA)
        await desk.press(Action.CLAIM)
    await house.happens(house.reply(desk.case.id, "restart it, please", user=BEN))
    await desk.press(Action.RESOLVE, "fixed")
    await desk.press(Action.WORKS_NOW, user=ANA)
    top = [said for said in house.chat.said if said.channel == DESK and said.thread is None]
    assert len(top) == 1
    assert len(desk.lines) <= 4, desk.lines
    assert not [line for line, times in Counter(desk.lines).items() if times > 1]


async def test_nobody_is_called_as_a_crowd(desk):
    await desk.house.happens(desk.house.direct("<!channel> <!here> @everyone help"))
    await desk.house.happens(desk.house.reply(desk.case.id, "<!channel> calm down", user=BEN))
    said = "\n".join(said.now for said in desk.house.chat.said)
    assert not [mark for mark in ("<!channel", "<!here", "<!everyone") if mark in said]
    assert not [text for place in desk.house.chat.ever.values() for text in place if '"broadcast"' in text]


async def test_a_press_of_somebody_else_makes_no_noise_in_the_channel(desk):
    count = len(desk.lines)
    await desk.press(Action.CLAIM, user=EVE)
    await desk.press(Action.RESOLVE, "fixed", user=EVE)
    assert desk.since(count) == []
