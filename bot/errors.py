"""What can go wrong in the bot, and who hears of it.

    BotError
    ├── UserError       the person asked for something that cannot be; shown to them with a next step; not logged as an error
    ├── OutsideError    Slack, the network or the store failed; logged; the person gets a reference
    │   ├── Unreachable     try again later (`retry_after` seconds, when the other side said so)
    │   ├── Refused         it will not work however often it is tried (`code` is the other side's word for why)
    │   └── Unknown         it may or may not have happened: look before trying again
    └── SettingsError   the settings cannot work; says which variable, what is wrong with it, and what to do

An exception is named for what happened, so that an `except` clause reads as a sentence.
"""

from __future__ import annotations


class BotError(Exception):
    """Anything that this house raises on purpose."""


class UserError(BotError):
    """Something a person can put right. `key` names the sentence in `messages/`, `values` fill it."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class OutsideError(BotError):
    """The world outside failed. `code` is the other side's own word (`channel_not_found`), for the log."""

    def __init__(self, code: str, *, doing: str = "") -> None:
        super().__init__(f"{doing}: {code}" if doing else code)
        self.code = code
        self.doing = doing


class Unreachable(OutsideError):
    """It did not happen and may work later."""

    def __init__(self, code: str, *, doing: str = "", retry_after: float | None = None) -> None:
        super().__init__(code, doing=doing)
        self.retry_after = retry_after


class Refused(OutsideError):
    """It did not happen and will not, until somebody changes something."""


class Unknown(OutsideError):
    """Nobody knows whether it happened (a time-out after sending, a lost connection)."""


class SettingsError(BotError):
    """The bot cannot start like this."""
