"""A day in the life of a desk, over the real protocol, with kills in between. The suite plays a small one.

The full one (200 cases, 12 engineers) is played with VPN_HELP_FULL_DAY=1.
"""

import os
from collections import Counter
from datetime import timedelta

from bot.app import SystemClock
from bot.cases import Case
from bot.escalation import policy
from bot.escalation.hours import after
from bot.places import OfficeHours, Places
from bot.playground import names
from bot.playground.kit import all_text
from bot.storage import open_store
from tests.journeys.day import Day, a_day
from tests.journeys.daybook import ENDS, INTERNAL, STEP

OFFICE = OfficeHours(begins="08:00", ends="18:00", days=(0, 1, 2, 3, 4), zone="UTC")
FULL = bool(os.environ.get("VPN_HELP_FULL_DAY"))


async def test_a_day_at_the_desk(tmp_path):
    count, engineers = (200, 12) if FULL else (40, 6)
    async with a_day(tmp_path, count, engineers) as day:
        await day.play(kill_at=(120, 360, 450) if FULL else (360,))
        cases = await stored(tmp_path)
        everybody_has_one_case(day, cases)
        every_case_is_in_a_right_state(day, cases)
        every_promise_is_kept_or_its_breach_is_said(day, cases)
        nothing_was_said_twice(day)
        nothing_crossed_the_wall(day)
        nobody_is_called_for_what_is_over(day, cases)
        the_outage_is_found_and_is_the_only_one(day, cases)
        what_people_wrote_is_at_the_desk(day)


async def stored(folder) -> list[Case]:
    async with open_store(f"sqlite+aiosqlite:///{folder / 'vpn-help.db'}", clock=SystemClock(), channels=Places()) as store:
        return list(await store.all_cases())


def case_of(cases, each):
    return next(case for case in cases if case.requester == each.who)


def desk_thread(day: Day, each):
    card = day._card(each)
    return [p for p in day.slack.world.posts_in(names.VPN_DESK) if p.thread_ts == card and p.ts != card] if card else []


def everybody_has_one_case(day, cases):
    assert Counter(case.requester for case in cases) == Counter(each.who for each in day.cases)


def every_case_is_in_a_right_state(day, cases):
    wrong = [
        (each.kind, each.number, case.state.value, case.resolution)
        for each in day.cases
        if (case := case_of(cases, each)).state.value not in ENDS[each.kind]
    ]
    assert wrong == []


def every_promise_is_kept_or_its_breach_is_said(day, cases):
    faults = []
    for each in day.cases:
        case = case_of(cases, each)
        kept, promise = case.handling, policy.promise(case)
        if kept.since is None:
            continue
        hours = None if promise.always else OFFICE
        due = after(kept.since, promise.first_response, hours)
        merged = next((entry.at for entry in case.timeline if entry.what == "merged"), None)
        over, broke = kept.resolved_at or case.closed_at or merged, f"{kept.round}:first-response" in kept.broken
        answered = min((at for at in (kept.answered_at, over) if at), default=None)
        # The bot speaks when its clock comes by, a step later at most.
        late = (answered or day.now - timedelta(minutes=STEP)) > due + timedelta(minutes=STEP) and kept.snoozed_until is None
        said = [p for p in desk_thread(day, each) if p.user == names.BOT_USER and BREACH in p.text]
        if late and not (broke and len(said) == 1):
            faults.append((each.kind, each.number, kept.broken, [p.text for p in said]))
        if not late and answered and answered <= due and broke:
            faults.append((each.kind, each.number, "kept, and said to be broken"))
    assert faults == [], "\n".join(map(str, faults))
    assert any(case.handling.broken for case in cases), "the day is made so that some are broken"


def nothing_was_said_twice(day):
    keys = Counter(
        post.metadata["event_payload"]["outbox_id"]
        for posts in day.slack.world.posts.values()
        for post in posts.values()
        if post.user == names.BOT_USER and post.metadata
    )
    assert [key for key, times in keys.items() if times > 1] == []
    for each in day.cases:
        said = Counter(post.text for post in desk_thread(day, each) if post.user == names.BOT_USER)
        claimed = [text for text in said if "has claimed" in text]
        assert all(said[text] == 1 for text in claimed), (each.kind, said)
        crossed = day._said(each)
        assert all(crossed.count(f"{reply}\n") in (1, 2) for reply in each.replies), crossed
        assert len(set(each.replies)) == sum("REPLY-" in p.text for p in day.slack.world.posts_in(day._direct(each)))


def nothing_crossed_the_wall(day):
    engineers = {day.slack.world.person_named(handle).id for handle in day.engineers}
    for each in day.cases:
        text = "\n".join(str(post.to_json()) for post in day.slack.world.posts_in(day._direct(each)))
        assert INTERNAL not in text, each
        assert not [who for who in engineers if who in text], each
        others = [other.words for other in day.cases if other is not each and other.words in text]
        assert others == [], each
    bots = [file for file in day.slack.world.files.values() if file.user == names.BOT_USER]
    assert not [file.name for file in bots if INTERNAL in file.name]


def nobody_is_called_for_what_is_over(day, cases):
    calls = {
        "call-1",
        "call-2",
        "first-response-warn",
        "first-response-breach",
        "resolution-warn",
        "claim-remind",
        "claim-expired",
    }
    for case in cases:
        over = case.closed_at or (case.handling.resolved_at if case.is_over else None)
        assert not [entry for entry in case.timeline if over and entry.at > over and entry.what in calls], case.timeline


def the_outage_is_found_and_is_the_only_one(day, cases):
    hit = [case_of(cases, each) for each in day.cases if each.kind == "outage"]
    joined = {case.id for case in cases if case.handling.incident}
    top = day.slack.world.posts_in(names.VPN_DESK, lambda post: not post.is_reply)
    cards = [post for post in top if not post.text.startswith("VPN case")]
    assert len(cards) == 1, [all_text(list(p.blocks)) for p in cards]
    assert joined <= {case.id for case in hit}
    assert len(joined) >= len(hit) * 0.5


def what_people_wrote_is_at_the_desk(day):
    for each in day.cases:
        if each.kind in ("answered", "nobody"):
            assert f"{each.words} once more" in "\n".join(p.text for p in desk_thread(day, each)), each
        if each.kind == "edited":
            assert f"{each.words} right" in "\n".join(p.text for p in desk_thread(day, each)), each


#: As the desk reads that a first answer came too late.
BREACH = "The promise of a first answer"
