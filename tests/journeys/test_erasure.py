"""*Forget me* over the real protocol: nothing of a person's words is left in what the bot wrote, in any table, or in a file."""

import sqlite3

from bot.playground import names
from bot.playground.kit import all_text
from tests.journeys.conftest import sample

#: Words of Mira's, each said in another way.
WORDS = ("zanzibar", "quagga", "kumquat", "axolotl", "obsidian", "sassafras", "marzipan", "tamarind")
LOG = sample("wrong-key") + b"Nov 23 20:29:00 host charon: 08[IKE] the marzipan gateway said nothing\n"


def left(world):
    """What of her words stands in anything that the bot wrote and people can still see."""
    bots = [post for posts in world["messages"].values() for post in posts if post["user"] == names.BOT_USER]
    seen = [all_text(post) for post in bots] + [all_text(view) for view in world["homes"].values()]
    return sorted({word for word in WORDS for text in seen if word in text})


def stored(folder):
    """Every value of every table, the job engine's included, and the bytes of the files."""
    for path in sorted(folder.glob("vpn-help.db*")):
        yield path.name, path.read_bytes().decode("latin-1")
    with sqlite3.connect(folder / "vpn-help.db") as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f'SELECT * FROM "{table}"'):
                yield table, " ".join(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row)


def kept(folder):
    return sorted({(place, word) for place, text in stored(folder) for word in WORDS if word in text})


async def test_after_forget_me_nothing_of_her_words_is_left_anywhere(running, tmp_path):
    async with running() as slack:
        mira, sam = slack.as_person("mira"), slack.as_person("sam")
        await mira.command("/vpn-help zanzibar does not connect")
        await (await mira.modal()).submit({"platform": "linux"})
        opened = await slack.wait_for_message("@mira", contains="zanzibar")
        await mira.upload("axolotl.log", LOG, thread_ts=opened["ts"], text="the quagga log")
        await slack.wait_for_message("@mira", contains="How I know")
        await mira.press("Ask a person")
        card = await slack.wait_for_message("vpn-desk", contains="zanzibar")
        ts = await mira.post("it was the kumquat", thread_ts=opened["ts"])
        await slack.wait_for_message("vpn-desk", contains="kumquat", thread_ts=card["ts"])
        await mira.edit("@vpn-help", ts, "it was the obsidian")
        await slack.wait_for_message("vpn-desk", contains="obsidian", thread_ts=card["ts"])
        await mira.upload("sassafras.log", LOG + b"\n")
        await slack.wait_for_message("vpn-desk", contains="sassafras.log", thread_ts=card["ts"])
        await mira.press("Send the original to the engineers")
        await slack.wait_for(shown, "the original in the desk's thread")
        await sam.press("Claim", card)
        await sam.press("Reply to requester", channel="vpn-desk")
        await (await sam.modal()).submit({"text": "Is it the tamarind?"})
        await (await sam.modal(title="Send this?")).submit({})
        await slack.wait_for_message("@mira", contains="tamarind")
        await mira.command("/vpn-help another one")
        await (await mira.modal()).submit({"continues": "new"})
        await mira.post("zanzibar again, quagga")
        await slack.wait_for_message("@mira", contains="Which")
        await mira.home()
        await slack.wait_until_quiet()
        assert kept(tmp_path)
        assert shown(await slack.world())

        await mira.command("/vpn-help forget me")
        asked = await slack.wait_for_whisper("mira", contains="everything")
        await mira.press("forget", asked)

        await slack.wait_for(lambda world: not left(world), "the end of her words")
        await slack.wait_for_message("vpn-desk", contains="This case is gone")
        await slack.wait_until_quiet()
        world = await slack.world()
        assert left(world) == []
        assert not shown(world)
        said = [post for posts in world["messages"].values() for post in posts if post["user"] == names.BOT_USER]
        assert sorted("is gone" in post["text"] or "I have deleted" in post["text"] for post in said if post["text"]) == [
            True,
            True,
        ], said
        assert kept(tmp_path) == []
    assert kept(tmp_path) == []


def shown(world):
    """Files that the bot put there, and that are not deleted: of such a one Slack leaves an empty place."""
    bots = [post for posts in world["messages"].values() for post in posts if post["user"] == names.BOT_USER]
    return [file for post in bots for file in post.get("files") or () if file.get("mode") != "tombstone"]
