"""A file in which there is nothing to read: the reply names what it is and what to send instead, for the person's platform."""

from __future__ import annotations

import pytest

from bot.messages import LOCALES, Catalogue
from bot.playground.blockkit import check_message
from knowledge import Log, Platform, ReadReason, ReadState
from tests.builders import case_with


def said(base, locale, platform=None, **log):
    case = case_with(platform=platform)
    message = Catalogue(base).unrecognised(case, case.uploads[0], Log(file="a.log", **log), locale=locale)
    assert check_message(message.text, message.blocks) == []
    return message.text


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("product", ["OpenVPN", "WireGuard", "Cisco AnyConnect", "SSTP", "GlobalProtect"])
def test_another_vpn_is_named_and_said_to_be_out_of_reach(base, product, locale):
    text = said(base, locale, read=ReadState.UNRECOGNISED, reasons=(ReadReason.OTHER_VPN,), detail=product)
    assert product in text
    assert {"en": "out of my reach", "pt-BR": "fora do meu alcance"}[locale] in text


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("kind", "instead"), [("etl", "netevents.xml"), ("dmp", "RasClient"), ("pdf", "PDF")])
def test_a_file_that_only_others_can_open_is_told_what_to_send_instead(base, kind, instead, locale):
    assert instead in said(base, locale, read=ReadState.REFUSED, reasons=(ReadReason.UNSUPPORTED,), detail=kind)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("platform", [Platform.WINDOWS, Platform.MACOS, Platform.ANDROID, Platform.LINUX])
def test_what_was_looked_for_and_how_to_collect_on_this_platform(base, platform, locale):
    text = said(base, locale, platform, read=ReadState.UNRECOGNISED, reasons=(ReadReason.NO_KNOWN_FORMAT,))
    assert {"en": "I looked for lines of IPsec", "pt-BR": "Procurei linhas de programas de IPsec"}[locale] in text
    assert {"en": "How to get the right log", "pt-BR": "Como obter o log certo"}[locale] in text


@pytest.mark.parametrize(("locale", "much"), [("en", "7 of 20 lines understood"), ("pt-BR", "7 de 20 linhas compreendidas")])
def test_of_a_file_read_in_part_is_said_how_much(base, locale, much):
    log = Log(file="a.log", read=ReadState.PARTIAL, reasons=(ReadReason.TRUNCATED,), lines=20, understood=7)
    case = case_with()
    assert much in Catalogue(base).upload_read(case, case.uploads[0], log, locale=locale).text
