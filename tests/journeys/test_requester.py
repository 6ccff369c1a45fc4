"""Journey (a) and (b): `/vpn-help`, a few answers, a log, the cause with the line that proves it, and what to do."""

import pytest

from tests.journeys.conftest import sample

WORDS = {
    "mira": {
        "case": "VPN case",
        "cause": "The pre-shared keys of the two ends differ",
        "how": "How I know",
        "works": "It works now",
        "closed": "I have closed the case",
    },
    "joao": {
        "case": "Caso de VPN",
        "cause": "As chaves pré-compartilhadas dos dois lados são diferentes",
        "how": "Como eu sei",
        "works": "Agora funciona",
        "closed": "Encerrei o caso",
    },
}


@pytest.mark.parametrize("who", ["mira", "joao"])
async def test_from_the_command_to_the_cause_and_the_confirmed_fix(bot, who):
    person, words = bot.as_person(who), WORDS[who]
    await person.command("/vpn-help it does not connect at home")
    modal = await person.modal()
    await modal.submit({"platform": "linux", "answer:came-up": "never"})
    opened = await bot.wait_for_message(f"@{who}", contains=words["case"])
    receipt = await bot.wait_for_whisper(who)
    assert f"/archives/{opened['channel']}" in receipt["text"]

    await person.upload("charon.log", sample("wrong-key"), thread_ts=opened["ts"])
    reply = await bot.wait_for_message(f"@{who}", contains=words["how"], thread_ts=opened["ts"])
    assert words["cause"] in reply["text"]
    assert "charon.log" in reply["text"]

    await person.press(words["works"], reply)
    await bot.wait_for_message(f"@{who}", contains=words["closed"])


async def test_a_file_in_the_modal_is_read(bot):
    mira = bot.as_person("mira")
    await mira.command("/vpn-help")
    modal = await mira.modal()
    await modal.submit({"platform": "linux", "files": [("pppd.log", sample("wrong-password"))]})
    reply = await bot.wait_for_message("@mira", contains="How I know")
    assert "The user name, password or domain is wrong" in reply["text"]


async def test_a_file_at_the_top_level_of_the_direct_message_belongs_to_the_open_case(bot):
    mira = bot.as_person("mira")
    await mira.command("/vpn-help nothing works")
    await (await mira.modal()).submit({})
    opened = await bot.wait_for_message("@mira", contains="VPN case")
    await mira.upload("vpn.log", sample("no-answer"))
    read = await bot.wait_for_message("@mira", contains="I have read")
    assert read["thread_ts"] == opened["ts"]


async def test_each_upload_is_received_by_name(bot):
    mira = bot.as_person("mira")
    await mira.upload("my vpn *log*.txt", sample("healthy"))
    await bot.wait_for_message("@mira", contains="my vpn")


async def test_one_answer_however_often_slack_delivers(bot):
    await bot.fail("duplicate")
    mira = bot.as_person("mira")
    await mira.upload("charon.log", sample("wrong-key"))
    await bot.wait_for_message("@mira", contains="How I know")
    await bot.wait_until_quiet()
    said = [message["text"] for message in await bot.messages("@mira")]
    world = await bot.world()
    channel = next(channel for channel, posts in world["messages"].items() if any(p["text"] == said[0] for p in posts))
    replies = [post for post in world["messages"][channel] if "How I know" in post["text"]]
    assert len(replies) == 1


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.log", b"\n\n", "empty"),
        ("noise.bin", bytes(range(256)) * 400, "not a text file"),
        ("letter.txt", b"Dear support,\nmy VPN is broken.\n" * 20, "no VPN log"),
        ("app.log", b"2026-11-23 10:00:00 INFO request served\n" * 500, "no VPN log"),
    ],
)
async def test_a_file_that_is_no_log_gets_a_clear_message_and_the_bot_goes_on(bot, name, data, words):
    mira = bot.as_person("mira")
    await mira.upload(name, data)
    await bot.wait_for_message("@mira", contains=words)
    await mira.upload("charon.log", sample("wrong-key"))
    await bot.wait_for_message("@mira", contains="How I know")


async def test_a_secret_that_is_typed_is_masked_and_its_owner_is_told(bot):
    mira = bot.as_person("mira")
    await mira.command("/vpn-help")
    await (await mira.modal()).submit({"text": "error 789, my password is Tr0ub4dor&3"})
    await bot.wait_for_message("@mira", contains="Please delete your message")
    spoken = [post for posts in (await bot.world())["messages"].values() for post in posts if post["user"] != "U0MIRA0000"]
    assert "Tr0ub4dor" not in str(spoken)
