"""Words: a case and a diagnosis in, messages out. Pure; reads nothing but its arguments.

Owns the bot's sentences (`texts/<locale>.toml`), their escaping and Block Kit's limits. Imports `knowledge`, `bot.cases`,
`bot.events`, `bot.ports`; the only room that knows Jinja and Babel.
"""

from __future__ import annotations

from bot.messages.answers import AnswerMessages
from bot.messages.desk import DeskMessages
from bot.messages.digest import DigestMessages
from bot.messages.home import Admins, HomeViews
from bot.messages.phrases import LOCALES, spoken
from bot.messages.teaching import TeachMessages
from bot.messages.unmasking import UnmaskingViews

__all__ = ["LOCALES", "Admins", "Catalogue", "spoken"]


class Catalogue(AnswerMessages, DeskMessages, DigestMessages, TeachMessages, UnmaskingViews, HomeViews):
    """Every occasion on which something is said, bound to one knowledge base; implements `bot.wording.Messages`."""
