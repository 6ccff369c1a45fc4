"""Who is there on the first day, and where they talk."""

from __future__ import annotations

from bot.playground import names
from bot.playground.records import Channel, ChannelKind, Person, Role

PEOPLE = (
    Person(
        id=names.MIRA,
        handle="mira",
        name="Mira Novak",
        locale="en-US",
        zone="America/New_York",
        zone_offset=-18_000,
        title="Accounting",
    ),
    Person(
        id=names.JOAO,
        handle="joao",
        name="João Pereira",
        locale="pt-BR",
        zone="America/Sao_Paulo",
        zone_offset=-10_800,
        title="Vendas",
    ),
    Person(
        id=names.ANA,
        handle="ana",
        name="Ana Souza",
        role=Role.RESPONDER,
        locale="pt-BR",
        zone="America/Sao_Paulo",
        zone_offset=-10_800,
        title="Redes",
    ),
    Person(
        id=names.SAM,
        handle="sam",
        name="Sam Okoro",
        role=Role.RESPONDER,
        locale="en-US",
        zone="Europe/London",
        title="Networks",
        is_admin=True,
    ),
    Person(id=names.BOT_USER, handle="vpn-help", name="VPN Help", role=Role.BOT),
)

_PEOPLE_IDS = (names.MIRA, names.JOAO, names.ANA, names.SAM)

CHANNELS = (
    # The bot is no member here: a command works, a message does not.
    Channel(id=names.GENERAL, name="general", members=_PEOPLE_IDS, topic="Everything and everybody"),
    Channel(
        id=names.IT_HELP, name="it-help", members=(*_PEOPLE_IDS, names.BOT_USER), topic="Ask here when something does not work"
    ),
    Channel(
        id=names.VPN_DESK,
        name="vpn-desk",
        type=ChannelKind.PRIVATE,
        members=(names.ANA, names.SAM, names.BOT_USER),
        topic="Cases that need an engineer",
    ),
)
