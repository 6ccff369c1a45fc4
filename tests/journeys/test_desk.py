"""Journey (c): a case reaches the engineers, is claimed, answered and closed; and nothing crosses the wall on its own."""

import asyncio

import pytest

from bot.playground.kit import ActRefusedError, all_text, messages_in
from tests.journeys.conftest import sample


async def escalate(bot):
    mira = bot.as_person("mira")
    await mira.command("/vpn-help error 789 at home")
    await (await mira.modal()).submit({"platform": "linux"})
    await mira.press("Ask a person")
    card = await bot.wait_for_message("vpn-desk", contains="VPN case")
    return mira, card


async def reply(bot, text):
    sam = bot.as_person("sam")
    await sam.press("Reply to requester", channel="vpn-desk")
    first = await sam.modal()
    await first.submit({"text": text})
    preview = await sam.modal(title="Send this?")
    assert text in preview.text
    await preview.submit({})


async def test_claim_reply_confirm_and_close(bot):
    mira, card = await escalate(bot)
    assert "Mira Novak" in card["text"]
    assert "error 789 at home" in card["text"]

    sam = bot.as_person("sam")
    await sam.press("Claim", card)
    await bot.wait_for_message("vpn-desk", contains="has claimed the case", thread_ts=card["ts"])
    await bot.wait_for_message("@mira", contains="An engineer is looking at your case")

    await reply(bot, "Your key changed on Monday; the new one is in the vault.")
    answer = await bot.wait_for_message("@mira", contains="the new one is in the vault")
    assert "Sam" not in answer["text"]

    await mira.post("thank you, I try it", thread_ts=answer["thread_ts"])
    await bot.wait_for_message("vpn-desk", contains="thank you, I try it", thread_ts=card["ts"])

    await sam.press("confirm_cause", channel="vpn-desk", value="The pre-shared keys of the two ends differ")
    await bot.wait_for_message("vpn-desk", contains="this was the cause", thread_ts=card["ts"])
    await mira.press("It works now")
    await bot.wait_for_message("@mira", contains="I have closed the case")
    await bot.wait_for_message("vpn-desk", contains="it works now", thread_ts=card["ts"])


async def test_what_engineers_write_in_the_thread_stays_there(bot):
    _, card = await escalate(bot)
    for person in ("sam", "ana"):
        await bot.as_person(person).post("internal: their router is a museum piece", "vpn-desk", thread_ts=card["ts"])
    await reply(bot, "Please restart the router.")
    await bot.wait_for_message("@mira", contains="Please restart the router.")
    await bot.wait_until_quiet()
    for posts in (await bot.world())["messages"].values():
        for post in posts:
            if post["channel"].startswith("D"):
                assert "museum" not in str(post)


async def test_uploads_after_the_escalation_appear_in_the_thread_and_the_original_only_if_asked(bot):
    mira, card = await escalate(bot)
    await mira.upload("charon.log", sample("wrong-key"))
    await bot.wait_for_message("vpn-desk", contains="charon.log", thread_ts=card["ts"])
    assert [post for post in await bot.messages("vpn-desk", card["ts"]) if post.get("files")] == []

    await mira.press("Send the original to the engineers")
    shared = await bot.wait_for(
        lambda world: next(
            (p for ps in world["messages"].values() for p in ps if p.get("files") and p["user"] != "U0MIRA0000"), None
        ),
        "the original in the desk's thread",
    )
    assert shared["thread_ts"] == card["ts"]


async def test_a_requester_cannot_press_what_is_the_engineers(bot):
    _, card = await escalate(bot)
    mira = bot.as_person("mira")
    with pytest.raises(ActRefusedError):
        await mira.press("Claim", card)


async def test_without_an_admin_channel_the_contact_is_given_and_the_case_is_kept(running):
    async with running(admin_channel=None, contact="help@example.com") as slack:
        mira = slack.as_person("mira")
        await mira.command("/vpn-help error 789")
        await (await mira.modal()).submit({})
        await mira.press("Ask a person")
        await slack.wait_for_message("@mira", contains="help@example.com")
        await mira.command("/vpn-help status")
        await slack.wait_for_whisper("mira", contains="Your VPN cases")


async def test_six_messages_in_a_burst_reach_the_desk_in_their_order(bot):
    mira, card = await escalate(bot)
    sent = await asyncio.gather(*(mira.post(f"message number {number}") for number in range(1, 7)))
    order = [str(number) for _, number in sorted(zip(sent, range(1, 7), strict=True))]

    def relayed(world):
        posts = messages_in(world, "vpn-desk", card["ts"])
        heard = [post["text"] for post in posts if post["ts"] != card["ts"] and "message number" in post["text"]]
        return heard if len(heard) == 6 else None

    heard = await bot.wait_for(relayed, "six messages in the desk's thread")
    assert [text[-1] for text in heard] == order


async def test_the_menu_snoozes_a_case_and_hands_it_on_by_a_form(bot):
    _, card = await escalate(bot)
    sam = bot.as_person("sam")
    await sam.press("snooze", card, value="Snooze for an hour")
    await bot.wait_for_message("vpn-desk", contains="snoozed the case", thread_ts=card["ts"])
    await bot.wait_for_message("vpn-desk", contains="Snoozed until")

    await sam.press("snooze", card, value="Hand on …")
    form = await sam.modal(title="Hand on")
    await form.submit({"text": "U0ANA00000"})
    await bot.wait_for_message("vpn-desk", contains="handed the case on to", thread_ts=card["ts"])
    await bot.wait_for_message("vpn-desk", contains="An engineer is on it")


async def test_a_log_is_asked_for_from_the_menu_and_the_requester_reads_how_to_get_it(bot):
    _, card = await escalate(bot)
    sam = bot.as_person("sam")
    entry = next(
        option["text"]["text"]
        for block in card["blocks"]
        for element in block.get("elements", ())
        for option in element.get("options", ())
        if option["text"]["text"].startswith("Ask for: ")
    )
    await sam.press("snooze", card, value=entry)
    await bot.wait_for_message("@mira", contains="The VPN engineers need a log")
    await bot.wait_for_message("vpn-desk", contains="asked the requester for a log", thread_ts=card["ts"])


async def test_one_message_of_the_thread_is_sent_after_its_preview_and_its_file_only_if_ticked(bot):
    _, card = await escalate(bot)
    await bot.wait_until_quiet()
    sam = bot.as_person("sam")
    ts = await sam.upload("fix.txt", b"step one\n", "vpn-desk", text="@ana this should do it", thread_ts=card["ts"])
    await sam.shortcut("vpn_help_send", channel="vpn-desk", ts=ts)
    preview = await sam.modal(title="Send this?")
    assert "… this should do it" in preview.text
    assert "From the VPN engineers:" in preview.text
    await preview.submit({"files": ["fix.txt"]})
    again = await sam.modal(title="Send this?")
    assert "With it goes: fix.txt" in again.text
    await again.submit({})
    answer = await bot.wait_for_message("@mira", contains="… this should do it")
    await bot.wait_for(
        lambda world: next((p for p in messages_in(world, answer["channel"], answer["thread_ts"]) if p.get("files")), None),
        "the file in the requester's thread",
    )


async def test_sending_is_refused_elsewhere_and_to_strangers_and_for_a_closed_case(bot):
    mira, card = await escalate(bot)
    await bot.wait_until_quiet()
    sam = bot.as_person("sam")
    elsewhere = await sam.post("lunch?", "general")
    await sam.shortcut("vpn_help_send", channel="general", ts=elsewhere)
    await bot.wait_for_whisper("sam", contains="choose such a message")
    await sam.shortcut("vpn_help_send", channel="vpn-desk", ts=card["ts"])
    said = await sam.post("internal", "vpn-desk", thread_ts=card["ts"])
    await mira.press("It works now")
    await bot.wait_for_message("vpn-desk", contains="it works now", thread_ts=card["ts"])
    await sam.shortcut("vpn_help_send", channel="vpn-desk", ts=said)
    await bot.wait_for_whisper("sam", contains="This case is closed")


async def test_a_case_ends_with_its_cause_and_a_reason_in_one_form(bot):
    mira, card = await escalate(bot)
    sam = bot.as_person("sam")
    await sam.press("Mark as mended", card)
    form = await sam.modal(title="Mark as mended")
    await form.submit({"cause": "The pre-shared keys of the two ends differ", "reason": "a way round it"})
    await bot.wait_for_message("vpn-desk", contains="this was the cause", thread_ts=card["ts"])
    await mira.press("It works now")
    await bot.wait_for_message("@mira", contains="Good that there is a way round it")


async def test_an_engineers_home_tab_shows_the_desk_and_nobody_elses(bot):
    mira, card = await escalate(bot)
    sam = bot.as_person("sam")
    assert "None. Every case has somebody." not in all_text(await sam.home())
    home = all_text(await sam.home())
    assert "Waiting: 1 · claimed: 0 · mine: 0" in home
    assert "None that I know of." in home
    await sam.press("Claim", card)
    await bot.wait_for_message("vpn-desk", contains="has claimed the case", thread_ts=card["ts"])
    await bot.as_person("ana").home()
    await sam.home()
    await bot.wait_for(lambda world: "mine: 1" in all_text(world["homes"]["U0SAM00000"]), "the claimed case in the home tab")
    assert "The desk" not in all_text(await mira.home())
