"""The wall between the desk and the requester, over any order of what people may do: nothing internal crosses it."""

import asyncio
import re
import tempfile
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.cases import CaseState
from bot.events import Action, MessageChanged, MessageDeleted, MessageRef, UserId
from bot.ports import Profile, Where
from bot.storage.tables import inbox
from tests.bot.fakes import ANA, BEN, DESK, EVE, TEAM
from tests.bot.house import House, catalogue, open_house

LOG = b"Nov 25 09:00:01 host charon: 06[IKE] received NO_PROPOSAL_CHOSEN error notify\n"
#: What nobody but engineers may see: their talk, their files, their names.
INTERNAL = ("INTERNAL", "UBEN", "Benedikt", "ZOES-OWN", "UZOE", "Zoe")
#: Somebody else with a case at the desk.
ZOE = UserId("UZOE")
SECRET = "hunter2hunter2"
OF_THE_REQUESTER = [
    Action.ANSWER_UNKNOWN,
    Action.BACK,
    Action.WORKS_NOW,
    Action.STILL_BROKEN,
    Action.ASK_PERSON,
    Action.SHOW_DETAILS,
    Action.CANCEL,
    Action.REOPEN,
    Action.SHARE_ORIGINAL,
]
OF_THE_DESK = [Action.CLAIM, Action.UNCLAIM, Action.CONFIRM_CAUSE, Action.RESOLVE]
#: What else engineers decide, each with something that it may carry.
DECISIONS = [
    (Action.SNOOZE, "60"),
    (Action.SNOOZE, ""),
    (Action.PRIORITISE, "urgent"),
    (Action.PIN_CAUSE, "psk-mismatch"),
    (Action.RULE_OUT, "psk-mismatch"),
    (Action.ASK_LOG, "windows-events"),
    (Action.HAND_ON, "UBEN"),
    (Action.HAND_ON, "INTERNAL"),
    (Action.WHAT_IF, "others=everybody"),
    (Action.WHAT_IF, "INTERNAL=INTERNAL"),
    (Action.RESOLVE, "workaround"),
    (Action.RESOLVE, "INTERNAL"),
    (Action.RESOLVE, "fixed psk-mismatch"),
    (Action.TEACH, ""),
    (Action.REOPEN_CASE, ""),
]


class Wall(RuleBasedStateMachine):
    """A requester, an engineer and a curious third, on one case."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.rooms = AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory(prefix="vpn-help-wall-")
        self.house: House = self.runner.run(
            self.rooms.enter_async_context(open_house(Path(self.folder.name), messages=catalogue()))
        )
        self.house.chat.profiles[BEN] = Profile(id=BEN, name="Benedikt")
        self.replies: list[str] = []
        #: Files of engineers that were sent on purpose.
        self.notes: list[str] = []
        self.written: list[MessageRef] = []
        self.count = 0

    def teardown(self) -> None:
        self.runner.run(self.rooms.aclose())
        self.runner.close()
        self.folder.cleanup()

    def happens(self, *events: object) -> None:
        self.runner.run(self.house.happens(*events))

    def number(self) -> int:
        self.count += 1
        return self.count

    @initialize()
    def a_case_is_opened(self) -> None:
        self.happens(self.house.intake_event(f"it does not work, the password is {SECRET}"))
        self.case = self.runner.run(self.house.only_case()).id
        self.happens(self.house.intake_event("ZOES-OWN trouble", user=ZOE))
        self.other = self.runner.run(self.house.only_case(ZOE)).id
        self.happens(self.house.press(Action.ASK_PERSON, self.other, user=ZOE))

    def card(self) -> MessageRef | None:
        return self.runner.run(self.house.store.thread(self.case, Where.DESK))

    @rule(words=st.sampled_from(["still broken", "error 809", f"psk = {SECRET}", "windows 11", "<!channel> hello"]))
    def the_requester_writes(self, words: str) -> None:
        said = self.house.direct(f"{words} {self.number()}")
        self.written.append(said.ref)
        self.happens(said)

    @rule(mine=st.booleans())
    def the_requester_uploads(self, mine: bool) -> None:
        name = f"F{self.number()}"
        said = self.house.direct(files=(self.house.chat.give(name, LOG + (name.encode() if mine else b""), name=f"{name}.log"),))
        self.written.append(said.ref)
        self.happens(said)

    @rule(edit=st.booleans())
    def the_requester_takes_something_back(self, edit: bool) -> None:
        if not self.written:
            return
        ref, now, number = self.written[-1], self.house.clock.now(), self.number()
        if edit:
            kind = self.house.direct().kind
            self.happens(
                MessageChanged(id=f"e{number}", workspace=TEAM, at=now, user=ANA, ref=ref, kind=kind, text=f"I meant {number}")
            )
        else:
            self.happens(MessageDeleted(id=f"d{number}", workspace=TEAM, at=now, user=ANA, ref=ref))

    @rule(action=st.sampled_from(OF_THE_REQUESTER), user=st.sampled_from([ANA, BEN, EVE]))
    def somebody_presses_a_button_of_the_requester(self, action: Action, user: str) -> None:
        case = self.runner.run(self.house.store.case(self.case))
        argument = case.uploads[-1].id if action is Action.SHARE_ORIGINAL and case.uploads else ""
        self.happens(self.house.press(action, self.case, argument, user=user))

    @rule(action=st.sampled_from(OF_THE_DESK), user=st.sampled_from([BEN, BEN, ANA, EVE]))
    def somebody_presses_a_button_of_the_desk(self, action: Action, user: str) -> None:
        self.happens(self.house.press(action, self.case, "psk-mismatch", user=user, ref=self.card()))

    @rule(decision=st.sampled_from(DECISIONS), user=st.sampled_from([BEN, BEN, EVE]))
    def an_engineer_decides(self, decision: tuple[Action, str], user: str) -> None:
        action, argument = decision
        self.happens(self.house.press(action, self.case, argument, user=user, ref=self.card()))

    @rule(back=st.booleans())
    def an_engineer_merges(self, back: bool) -> None:
        this, other = (self.other, self.case) if back else (self.case, self.other)
        self.happens(self.house.press(Action.MERGE, this, other[:8].upper(), user=BEN))

    @rule(action=st.sampled_from([Action.RESOLVE, Action.REOPEN_CASE]))
    def an_engineer_ends_the_other_case(self, action: Action) -> None:
        self.happens(self.house.press(action, self.other, user=BEN))

    @rule(mention=st.booleans(), file=st.booleans(), top=st.booleans(), user=st.sampled_from([BEN, EVE]))
    def engineers_talk(self, mention: bool, file: bool, top: bool, user: str) -> None:
        card, number = self.card(), self.number()
        name = f"INTERNAL-{number}.log"
        files = (self.house.chat.give(f"I{number}", LOG.replace(b"host", b"INTERNAL"), name=name),) if file else ()
        thread = None if top or card is None else card.ts
        said = self.house.posted(DESK, f"INTERNAL {number} error 691", user=user, thread=thread, files=files, mention=mention)
        self.happens(said)

    @rule(user=st.sampled_from([BEN, BEN, EVE, ANA]))
    def somebody_sends_a_reply(self, user: str) -> None:
        text = f"REPLY-{self.number()}."
        case = self.runner.run(self.house.store.case(self.case))
        if user == BEN and case.on_desk:
            self.replies.append(text)
        self.happens(self.house.reply(self.case, text, user=user))

    @rule(user=st.sampled_from([BEN, BEN, EVE, ANA]), tick=st.booleans(), there=st.booleans(), of_another=st.booleans())
    def somebody_sends_one_message_of_the_thread(self, user: str, tick: bool, there: bool, of_another: bool) -> None:
        """With a file; ticked or not. And somebody may claim a file for the message that hangs elsewhere."""
        card, number = self.card(), self.number()
        case = self.runner.run(self.house.store.case(self.case))
        note = self.house.chat.give(f"N{number}", b"for you", name=f"NOTE-{number}.txt")
        foreign = self.house.chat.give(f"X{number}", b"INTERNAL", name=f"INTERNAL-{number}.txt")
        said = self.house.posted(DESK, f"INTERNAL {number}", user=BEN, thread=card.ts if card else None, files=(note,))
        talk = self.house.posted(DESK, "INTERNAL talk", user=BEN, thread=card.ts if card else None, files=(foreign,))
        if card is not None:
            self.house.chat.threads[card] = ((said.ref, said.text, (note,)), (talk.ref, talk.text, (foreign,)))
            self.happens(said, talk)
        text = f"REPLY-{number}."
        wanted = (foreign.id,) if of_another else (note.id,) if tick else ()
        source = said.ref if there else talk.ref
        self.happens(replace(self.house.reply(self.case, text, user=user), source=source, files=() if not tick else wanted))
        if user == BEN and case.on_desk and case.state is not CaseState.CLOSED:
            self.replies.append(text)
            if tick and there and not of_another:
                self.notes.append(note.name)
            if tick and not there and of_another:
                self.notes.append(foreign.name)  # it hangs on the message that was chosen, and was ticked

    @invariant()
    def only_ticked_files_of_the_chosen_message_cross(self) -> None:
        crossed = [name for said in self.house.chat.said if said.channel == "DUANA" for name in said.files]
        assert [name for name in crossed if not name.startswith("timeline-")] == self.notes

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours: int) -> None:
        self.house.clock.move(hours=hours)
        self.runner.run(self.house.settle())

    @invariant()
    def nothing_internal_reaches_the_requester(self) -> None:
        for place in ("DUANA", ANA, "DUEVE", EVE):
            for text in self.house.chat.ever.get(place, []):
                for word in INTERNAL:
                    assert word not in text, (place, text)

    @invariant()
    def only_the_replies_of_engineers_cross_and_each_once(self) -> None:
        crossed = [
            text for said in self.house.chat.said if said.channel == "DUANA" for text in re.findall(r"REPLY-\d+\.", said.text)
        ]
        assert crossed == self.replies

    @invariant()
    def no_event_fails(self) -> None:
        async def failed() -> int:
            async with self.house.store.database.reading() as connection:
                return await connection.scalar(sa.select(sa.func.count()).where(inbox.c.state == "failed")) or 0

        assert self.runner.run(failed()) == 0

    @invariant()
    def no_secret_is_ever_said(self) -> None:
        assert not any(SECRET in text for texts in self.house.chat.ever.values() for text in texts)

    @invariant()
    def there_is_one_card_and_it_is_the_only_thing_at_the_desks_top_level(self) -> None:
        mine = [said for said in self.house.chat.said if said.channel == DESK and said.thread is None]
        assert len(mine) <= 2  # one for each of the two cases


Wall.TestCase.settings = settings(
    max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
TestWall = Wall.TestCase
