"""Everywhere people are in Slack: the home tab, words, languages, going on with a case, engineers' words, quiet, set-up."""

from datetime import UTC, datetime, timedelta

import pytest

from bot import jobs
from bot.playground import names
from bot.playground.kit import all_text
from tests.journeys.conftest import sample


async def open_case(bot, who="mira", text="error 789 at home"):
    person = bot.as_person(who)
    await person.command(f"/vpn-help {text}")
    await (await person.modal()).submit({"platform": "windows"})
    return person, await bot.wait_for_message(f"@{who}", contains="VPN")


async def test_the_modal_offers_to_go_on_with_an_open_case(bot):
    mira, opened = await open_case(bot)
    await mira.command("/vpn-help")
    modal = await mira.modal()
    assert "Go on with case" in modal.text
    await modal.submit({"files": [("charon.log", sample("wrong-key"))]})
    reply = await bot.wait_for_message("@mira", contains="charon.log, line")
    assert reply["thread_ts"] == opened["ts"]


async def test_something_new_opens_another_case(bot):
    mira, opened = await open_case(bot)
    await mira.command("/vpn-help error 691")
    await (await mira.modal()).submit({"continues": "new"})
    await bot.wait_for_message("@mira", contains="VPN case", newer_than=opened["ts"], anywhere=False)


async def test_a_language_is_chosen_and_remembered(bot):
    mira, opened = await open_case(bot)
    await mira.command("/vpn-help language")
    asked = await bot.wait_for_whisper("mira", contains="Which language")
    await mira.press("Português (Brasil)", asked)
    await bot.wait_for_message("@mira", contains="A partir de agora falo português")
    await mira.command("/vpn-help status")
    await bot.wait_for_whisper("mira", contains="Seus casos de VPN")
    await mira.post("Windows 11", thread_ts=opened["ts"])
    await bot.wait_for_message("@mira", contains="Caso de VPN")
    await mira.command("/vpn-help idioma")
    again = await bot.wait_for_whisper("mira", contains="Que idioma")
    await mira.press("Como no meu Slack", again)
    await bot.wait_for_message("@mira", contains="the language of your Slack")


async def test_the_home_tab_shows_cases_with_links_and_follows_them(bot):
    mira, opened = await open_case(bot)
    await bot.wait_for_whisper("mira", contains="Your VPN case is open")
    home = await mira.home()
    assert f"/archives/{opened['channel']}/p{opened['ts'].replace('.', '')}" in str(home)
    assert "Which language" in all_text(home)
    await mira.press("Ask a person")
    await bot.wait_for(lambda world: "With the VPN engineers" in all_text(world["homes"]["U0MIRA0000"]), "the new state")


async def test_after_a_fix_the_bot_asks_again_when_the_person_wants(bot):
    mira = bot.as_person("mira")
    await mira.command("/vpn-help")
    await (await mira.modal()).submit({"platform": "linux", "files": [("pppd.log", sample("wrong-password"))]})
    reply = await bot.wait_for_message("@mira", contains="How I know")
    if "Ask me again" not in str(reply["blocks"]):
        pytest.fail(all_text(reply))
    await mira.press("in an hour", reply)
    await bot.wait_for_message("@mira", contains="I ask you again")


class MovedClock:
    """The wall clock, and what a test adds to it."""

    ahead = timedelta()

    def now(self):
        return datetime.now(UTC) + self.ahead


async def test_the_time_comes_and_both_answers_are_followed_to_their_end(running, monkeypatch):
    monkeypatch.setattr(jobs, "SWEEP", 0.05)
    clock = MovedClock()
    async with running(clock=clock) as bot:
        for who, when in (("mira", "in an hour"), ("sam", "in a week")):
            person = bot.as_person(who)
            await person.command("/vpn-help")
            await (await person.modal()).submit({"platform": "linux", "files": [("pppd.log", sample("wrong-password"))]})
            await person.press(when, await bot.wait_for_message(f"@{who}", contains="How I know"))
            await bot.wait_for_message(f"@{who}", contains="I ask you again")

        async def later(hours):
            clock.ahead += timedelta(hours=hours)
            await bot.forward(hours * 3600)

        await later(1.1)
        mira, sam = bot.as_person("mira"), bot.as_person("sam")
        asked = await bot.wait_for_message("@mira", contains=ASKS_AGAIN)
        assert not [post for post in await bot.messages("@sam") if ASKS_AGAIN in post["text"]]
        await mira.press("It works now", asked)
        await bot.wait_for_message("@mira", contains="I have closed the case")

        await later(24 * 7)  # for so long that the case would be closed, had nobody asked
        asked = await bot.wait_for_message("@sam", contains=ASKS_AGAIN)
        await sam.press("Still broken", asked)
        await bot.wait_for_message("@sam", contains="Thank you, noted", newer_than=asked["ts"])


ASKS_AGAIN = "You asked me to come back"


async def test_engineers_words_in_a_thread_though_called_late(bot):
    sam = bot.as_person("sam")
    parent = await sam.upload("charon.log", sample("wrong-key"), "it-help", text="from a customer")
    for words, answer in (
        ("explain", "What it could be"),
        ("why not no-answer", "%"),
        ("what if nat=client-nat", "Nothing was changed"),
        ("timeline", "stopped at"),
        ("why not gremlins", "I know no cause called"),
        ("help", "What you can ask me"),
    ):
        await sam.post(f"@vpn-help {words}", "it-help", thread_ts=parent)
        await bot.wait_for_message("it-help", contains=answer, thread_ts=parent)


async def test_the_timeline_is_a_picture_with_words_for_who_does_not_see_it(bot):
    sam = bot.as_person("sam")
    parent = await sam.upload("charon.log", sample("wrong-key"), "it-help")
    await sam.post("@vpn-help timeline", "it-help", thread_ts=parent)
    post = await shown_file(bot, ".png")
    assert post["thread_ts"] == parent


async def test_redact_shows_the_masked_text_as_a_file(bot):
    sam = bot.as_person("sam")
    parent = await sam.upload("charon.log", sample("wrong-key"), "it-help")
    await sam.post("@vpn-help redact", "it-help", thread_ts=parent)
    post = await shown_file(bot, "charon.redacted.txt")
    assert post["thread_ts"] == parent


async def shown_file(bot, name):
    return await bot.wait_for(
        lambda world: next(
            (
                post
                for posts in world["messages"].values()
                for post in posts
                if post["user"] == names.BOT_USER and any(file["name"].endswith(name) for file in post.get("files") or ())
            ),
            None,
        ),
        f"a file {name}",
    )


async def test_where_files_are_refused_the_words_are_said(bot):
    await bot.fail("api_error", "files.getUploadURLExternal", value="file_uploads_disabled")
    sam = bot.as_person("sam")
    parent = await sam.upload("charon.log", sample("wrong-key"), "it-help")
    await sam.post("@vpn-help redact", "it-help", thread_ts=parent)
    await bot.wait_for_message("it-help", contains="I may not show files here", thread_ts=parent)


async def test_quiet_in_a_thread(bot):
    mira = bot.as_person("mira")
    parent = await mira.upload("ppp.log", sample("wrong-password"), "it-help")
    await bot.wait_for_message("it-help", contains="How I know", thread_ts=parent)
    await mira.post("@vpn-help mute", "it-help", thread_ts=parent)
    await bot.wait_for_whisper("mira", contains="I am quiet in this thread")
    before = len(await bot.messages("it-help", parent))
    await mira.upload("charon.log", sample("wrong-key"), "it-help", thread_ts=parent)
    await mira.post("@vpn-help triage", "it-help", thread_ts=parent)
    await bot.wait_for_whisper("mira", contains="asked to be quiet")
    assert len(await bot.messages("it-help", parent)) == before + 2
    await mira.post("@vpn-help unmute", "it-help", thread_ts=parent)
    await bot.wait_for_message("it-help", contains="I am back", thread_ts=parent)


@pytest.mark.parametrize(("way", "answered"), [("likely", True), ("collect", False)])
async def test_a_channel_says_how_it_is_watched(running, way, answered):
    async with running(watched_channels=(f"{names.IT_HELP}:{way}:pt-BR",)) as bot:
        mira = bot.as_person("mira")
        parent = await mira.upload("ppp.log", sample("wrong-password"), "it-help")
        if answered:
            await bot.wait_for_message("it-help", contains="Como eu sei", thread_ts=parent)
            return
        await bot.wait_until_quiet()
        await bot.wait_for(lambda world: any(c["method"] == "users.info" for c in world["calls"]), "the event")
        await mira.post("@vpn-help triage", "it-help", thread_ts=parent)
        await bot.wait_for_message("it-help", contains="Como eu sei", thread_ts=parent)


async def test_an_admin_sets_the_bot_up_in_the_home_tab(running):
    async with running(admin_channel=None, watched_channels=()) as bot:
        sam = bot.as_person("sam")
        home = await sam.home()
        assert "First step" in all_text(home)
        await press_home(sam, home, "Set up")
        await (await sam.modal(title="Set up VPN Help")).submit({"channel": names.VPN_DESK})
        await home_says(bot, names.SAM, "#vpn-desk")
        await press_home(sam, home_of(await bot.world(), names.SAM), "Watch a channel")
        await (await sam.modal(title="Watch a channel")).submit({"channel": names.IT_HELP, "mode": "answer", "language": "pt-BR"})
        await home_says(bot, names.SAM, "#it-help")
        await press_home(sam, home_of(await bot.world(), names.SAM), "Try them now")
        await home_says(bot, names.SAM, "may read and may write")

        mira = bot.as_person("mira")
        assert "Set-up" not in all_text(await mira.home())
        parent = await mira.upload("ppp.log", sample("wrong-password"), "it-help")
        await bot.wait_for_message("it-help", contains="Como eu sei", thread_ts=parent)
        _, _ = await open_case(bot)
        await mira.press("Ask a person")
        await bot.wait_for_message("vpn-desk", contains="VPN case")


async def test_what_the_environment_says_cannot_be_changed_in_slack(bot):
    home = await bot.as_person("sam").home()
    assert "set by whoever runs the bot" in all_text(home)


def home_of(world, user):
    return world["homes"][user]


async def home_says(bot, user, words):
    await bot.wait_for(lambda world: words in all_text(world["homes"].get(user, {})), words)


async def press_home(person, home, element):
    await person.act("press", view=home["id"], element=element)


async def test_who_calls_it_where_it_is_not_learns_how_to_invite_it(bot):
    sam = bot.as_person("sam")
    ts = await sam.post("error 809", "general")
    await sam.shortcut("vpn_help_message", channel="general", ts=ts)
    await bot.wait_for_message("@sam", contains="/invite @VPN Help")
