"""Every way in, in both languages, on every platform, over the real protocol; and the words of each, kept to be read."""

import asyncio

import pytest

from bot.playground import names
from bot.playground.kit import all_text
from knowledge import Platform
from tests.journeys import golden
from tests.journeys.conftest import sample

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE = {"en": ("mira", names.MIRA), "pt-BR": ("joao", names.JOAO)}
PLATFORMS = [platform.value for platform in Platform if platform.value != "unknown"]
#: As people say it. A gateway is what nobody has before them who types; it can be chosen in the form.
SAID = {
    "windows": "Windows 11",
    "windows-legacy": "Windows XP",
    "windows-server": "Windows Server 2019",
    "macos": "my Mac",
    "ios": "iPhone",
    "android": "Android",
    "linux": "Ubuntu",
}
ENGINEERS = {"en": ("sam", names.SAM), "pt-BR": ("ana", names.ANA)}
KNOWN = {"en": "How I know", "pt-BR": "Como eu sei"}
CLOSED = {"en": "I have closed the case", "pt-BR": "Encerrei o caso"}
DO = {"en": ("What to do", "What I need", "This needs somebody"), "pt-BR": ("O que fazer", "Do que eu preciso", "Isto precisa")}
CHANNELS = {"mention": "vpn-desk", "message_shortcut": "vpn-desk", "watched": "it-help"}


@pytest.fixture
def bot(shared_bot):
    return shared_bot


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
    await person.upload("charon.log", sample("wrong-key"), text=SAID[platform])


WAYS = {each.__name__: each for each in (command, home, shortcut, direct_message)}


async def call(person, way, channel, platform):
    """A log in a channel, and whatever makes the bot look at it; the message under which it answers."""
    parent = await person.upload("charon.log", sample("wrong-key"), channel, text=SAID[platform])
    if way == "mention":
        await person.post("@vpn-help triage", channel, thread_ts=parent)
    elif way == "message_shortcut":
        await person.shortcut("vpn_help_message", channel=channel, ts=parent)
    return parent


def step(text, language):
    """What the person is to do, out of an answer."""
    begins = [text.index(words) for words in DO[language] if words in text]
    assert begins, text
    lines = text[min(begins) :].split("\n")
    return lines[: 1 if lines[0].startswith(DO[language][2]) else 2]


@pytest.mark.parametrize("way", [*WAYS, *CHANNELS])
async def test_every_way_in_ends_with_the_cause_on_every_platform(bot, way):
    """In both languages at once; and whichever way it came, the same log on the same platform gets the same step."""

    async def journeys(language):
        who, _ = (ENGINEERS if CHANNELS.get(way) == "vpn-desk" else PEOPLE)[language]
        person, last, steps = bot.as_person(who), "", {}
        for platform in PLATFORMS if way in ("command", "home", "shortcut") else SAID:
            if way in CHANNELS:
                channel = CHANNELS[way]
                parent = await call(person, way, channel, platform)
                reply = await bot.wait_for_message(channel, contains=KNOWN[language], thread_ts=parent)
            else:
                await WAYS[way](person, platform)
                reply = await bot.wait_for_message(f"@{who}", contains=KNOWN[language], newer_than=last)
                last = reply["ts"]
                await person.press("works_now", reply)
                await bot.wait_for_message(f"@{who}", contains=CLOSED[language], newer_than=last)
            steps[platform] = step(reply["text"], language)
        return steps

    found = dict(zip(PEOPLE, await asyncio.gather(*(journeys(language) for language in PEOPLE)), strict=True))
    for language, steps in found.items():
        for platform, said in steps.items():
            assert STEPS.setdefault((language, platform), said) == said


#: What the first way in was told; all others are told the same.
STEPS = {}


@pytest.mark.parametrize("language", PEOPLE)
@pytest.mark.parametrize("way", WAYS)
async def test_the_words_of_each_way_in(bot, way, language, request):
    who, user = PEOPLE[language]
    await WAYS[way](bot.as_person(who), "windows")
    await bot.wait_for_message(f"@{who}", contains=KNOWN[language])
    await kept(bot, way, language, request, lambda world: golden.direct(world, user))


@pytest.mark.parametrize("language", PEOPLE)
@pytest.mark.parametrize("way", CHANNELS)
async def test_the_words_in_a_channel(bot, way, language, request):
    who, _ = PEOPLE[language]
    parent = await call(bot.as_person(who), way, "it-help", "windows")
    await bot.wait_for_message("it-help", thread_ts=parent, contains=KNOWN[language])
    await kept(bot, f"channel_{way}", language, request, lambda _: names.IT_HELP)


ENGINEERS_WORDS = {
    "en": (
        ("help", "What you can ask me"),
        ("explain", "What it could be"),
        ("why not gremlins", "I know no cause"),
        ("why not psk-mismatch", "%"),
        ("why not udp-blocked", "points to"),
        ("what if nat=yes", "Nothing was changed"),
        ("what if everybody has it?", "Nothing was changed"),
        ("what if gremlins", "I know no question"),
        ("timeline", "Attempts to connect"),
        ("redact", ""),
        ("mute", ""),
    ),
    "pt-BR": (
        ("ajuda", "O que você pode me pedir"),
        ("explique", "O que pode ser"),
        ("por que não udp-blocked", "aponta para"),
        ("e se nat=sim", "Nada mudou"),
        ("e se ninguém consegue?", "Nada mudou"),
        ("linha do tempo", "Tentativas de conexão"),
        ("mascarar", ""),
        ("silêncio", ""),
    ),
}


@pytest.mark.parametrize("language", PEOPLE)
async def test_the_words_of_engineers_in_a_thread(bot, language, request):
    who, user = PEOPLE[language]
    person = bot.as_person(who)
    parent = await person.upload("charon.log", sample("wrong-key"), "it-help", text="Windows 11")
    await bot.wait_for_message("it-help", thread_ts=parent, contains=KNOWN[language])
    for words, answer in ENGINEERS_WORDS[language]:
        last = max(post["ts"] for post in await bot.messages("it-help", parent))
        asked = await person.post(f"@vpn-help {words}", "it-help", thread_ts=parent)
        if words in ("mute", "silêncio"):
            await bot.wait_for_whisper(who)
        else:
            await bot.wait_for_message("it-help", contains=answer, thread_ts=parent, newer_than=max(asked, last))
        await settled(bot)
    await kept(bot, "thread_words", language, request, lambda _: names.IT_HELP, to=user)


@pytest.mark.parametrize("language", PEOPLE)
async def test_the_words_of_the_desk_and_of_the_home_tabs(bot, language, request):
    """The requester is helped by an engineer; both in the language of the person, and their home tabs."""
    who, user = PEOPLE[language]
    person, sam = bot.as_person(who), bot.as_person("sam")
    await command(person, "windows")
    await bot.wait_for_message(f"@{who}", contains=KNOWN[language])
    await person.press("ask_person")
    card = await bot.wait_for_message("vpn-desk", contains="VPN case")
    await sam.press("Claim", card)
    await bot.wait_for_message("vpn-desk", contains="has claimed the case", thread_ts=card["ts"])
    await settled(bot)
    tabs = {"home_tab": (who, user)} if language == "pt-BR" else {"home_tab": (who, user), "home_tab_admin": ("sam", names.SAM)}
    for name, (handle, _) in tabs.items():
        tab = await bot.as_person(handle).home()
        text = golden.steady(golden.view(tab))
        golden.check(name, language, text, renew=request.config.getoption("--renew-golden"))
    await kept(bot, "desk", language, request, lambda _: names.VPN_DESK)


async def kept(bot, name, language, request, channel, *, to=None):
    """What stands there is what stood there last time."""
    await bot.wait_until_quiet()
    world = await settled(bot)
    whispers = [one for one in world["whispers"] if one["to"] == to]
    text = golden.transcript(world, channel(world), whispers)
    golden.check(name, language, text, renew=request.config.getoption("--renew-golden"))
    assert all_text(world["messages"])


async def settled(bot):
    """The world, once the bot has said nothing new for a moment: a long poll that ends without news."""
    world = await bot.world()
    while True:
        later = await bot.control("world", after=str(world["revision"]), seconds="1.0")
        if later["revision"] == world["revision"]:
            return later
        world = later
