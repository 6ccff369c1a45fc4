"""Engineers in threads, and uploads in watched channels: answered where they are, once, and everything else in peace."""

from tests.journeys.conftest import sample


async def test_a_mention_reads_the_files_of_its_thread(bot):
    sam = bot.as_person("sam")
    parent = await sam.upload("charon.log", sample("wrong-key"), "it-help", text="from a customer")
    await sam.post("<@U0VPNHELP0> what is this?", "it-help", thread_ts=parent)
    reply = await bot.wait_for_message("it-help", contains="How I know", thread_ts=parent)
    assert "The pre-shared keys of the two ends differ" in reply["text"]


async def test_a_vpn_log_in_a_watched_channel_is_answered_once_in_its_thread(bot):
    mira = bot.as_person("mira")
    parent = await mira.upload("ppp.log", sample("wrong-password"), "it-help")
    await bot.wait_for_message("it-help", contains="The user name, password or domain is wrong", thread_ts=parent)
    await bot.wait_until_quiet()
    replies = [post for post in await bot.messages("it-help", parent) if post["user"] == "U0VPNHELP0"]
    assert len([post for post in replies if "How I know" in post["text"]]) == 1


async def test_everything_else_in_a_watched_channel_is_left_in_peace(bot):
    mira = bot.as_person("mira")
    await mira.post("lunch?", "it-help")
    await mira.upload("menu.txt", b"soup\nbread\n" * 30, "it-help")
    parent = await mira.upload("charon.log", sample("wrong-key"), "it-help")
    await bot.wait_for_message("it-help", contains="How I know", thread_ts=parent)
    await bot.wait_until_quiet()
    spoken = [p for ps in (await bot.world())["messages"].values() for p in ps if p["user"] == "U0VPNHELP0"]
    assert {post["thread_ts"] for post in spoken} == {parent}
