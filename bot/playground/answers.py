"""What the bot answered to something that was sent to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.playground.records import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An ack, or why there was none."""

    ok: bool
    #: `http_timeout`, `connection_failed`, `http_error`, `too_many_redirects`; in a socket `timeout`.
    reason: str | None = None
    body: Json = field(default_factory=dict)
    #: A plain-text body.
    text: str = ""
    #: The bot asked not to be tried again.
    give_up: bool = False

    @property
    def is_late(self) -> bool:
        """True when the bot was reached and said nothing in time."""
        return not self.ok and self.reason in ("http_timeout", "timeout")
