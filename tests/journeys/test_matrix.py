"""Every way in, in both languages, on every platform, over the real protocol; and the words of each, kept to be read."""

import pytest

from bot.playground import names
from knowledge import Platform
from tests.journeys import golden
from tests.journeys.conftest import sample

PEOPLE = {"en": ("mira", names.MIRA), "pt-BR": ("joao", names.JOAO)}
PLATFORMS = [platform.value for platform in Platform if platform.value != "unknown"]
KNOWN = {"en": "How I know", "pt-BR": "Como eu sei"}
CLOSED = {"en": "I have closed the case", "pt-BR": "Encerrei o caso"}


async def command(person, platform):
    await person.command("/vpn-help error 789 at home")
    await (await person.modal()).submit({"platform": platform, "files": [("charon.log", sample("wrong-key"))]})


async def home(person, platform):
    tab = await person.home()
    await person.act("press", view=tab["id"], element="open_intake")
    await (await person.modal()).submit({"platform": platform, "files": [("charon.log", sample("wrong-key"))]})


async def shortcut(person, platform):
    await person.shortcut("vpn_help_global")
    await (await person.modal()).submit({"platform": platform, "files": [("charon.log", sample("wrong-key"))]})


async def direct_message(person, platform):
    await person.upload("charon.log", sample("wrong-key"), text=f"{platform}")


WAYS = {each.__name__: each for each in (command, home, shortcut, direct_message)}


@pytest.mark.parametrize("language", PEOPLE)
@pytest.mark.parametrize("way", WAYS)
async def test_every_way_in_ends_with_the_cause_on_every_platform(bot, way, language):
    who, _ = PEOPLE[language]
    person, last = bot.as_person(who), ""
    for platform in PLATFORMS:
        await WAYS[way](person, platform)
        reply = await bot.wait_for_message(f"@{who}", contains=KNOWN[language], newer_than=last)
        last = reply["ts"]
        await person.press("works_now", reply)
        await bot.wait_for_message(f"@{who}", contains=CLOSED[language], newer_than=last)


@pytest.mark.parametrize("language", PEOPLE)
@pytest.mark.parametrize("way", WAYS)
async def test_the_words_of_each_way_in(bot, way, language, request):
    who, user = PEOPLE[language]
    await WAYS[way](bot.as_person(who), "windows")
    await bot.wait_for_message(f"@{who}", contains=KNOWN[language])
    await bot.wait_until_quiet()
    world = await settled(bot)
    text = golden.transcript(world, golden.direct(world, user))
    golden.check(way, language, text, renew=request.config.getoption("--renew-golden"))


@pytest.mark.parametrize("language", PEOPLE)
@pytest.mark.parametrize("way", ["mention", "message_shortcut", "watched"])
async def test_the_words_in_a_channel(bot, way, language, request):
    who, _ = PEOPLE[language]
    person, channel = bot.as_person(who), "it-help"
    parent = await person.upload("charon.log", sample("wrong-key"), channel)
    if way == "mention":
        await person.post("@vpn-help timeline", channel, thread_ts=parent)
    elif way == "message_shortcut":
        await person.shortcut("vpn_help_message", channel=channel, ts=parent)
    await bot.wait_for_message(channel, thread_ts=parent, contains="")
    await bot.wait_until_quiet()
    world = await settled(bot)
    golden.check(
        f"channel_{way}", language, golden.transcript(world, names.IT_HELP), renew=request.config.getoption("--renew-golden")
    )


async def settled(bot):
    """The world, once the bot has said nothing new for a moment: a long poll that ends without news."""
    world = await bot.world()
    while True:
        later = await bot.control("world", after=str(world["revision"]), seconds="1.5")
        if later["revision"] == world["revision"]:
            return later
        world = later
