"""Switches that make the playground fail as the real Slack does on a bad day.

{"kind": "lose_answer", "match": "chat.postMessage", "times": 1}      done, but nobody hears that it was
{"kind": "rate_limit", "match": "views.*", "value": 30}               429 with Retry-After until it is taken away
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from bot.playground.records import Json


class FaultKind(StrEnum):
    """What can go wrong. `match` is a pattern over method names, event types or file names."""

    #: 429 with `Retry-After: value` (30).
    RATE_LIMIT = "rate_limit"
    #: 429 when a method is called more often than its tier allows.
    TIERS = "tiers"
    #: HTTP status `value` (503), nothing done.
    SERVER_ERROR = "server_error"
    #: `{"ok": false, "error": value}`, nothing done.
    API_ERROR = "api_error"
    #: Done, then the connection breaks: the outcome is unknown.
    LOSE_ANSWER = "lose_answer"
    #: The connection breaks, nothing done: the outcome is unknown, too.
    LOSE_REQUEST = "lose_request"
    #: Answered after `value` seconds of the playground's clock.
    SLOW = "slow"
    #: The bot's ack to an event is not heard, so the event comes again.
    DROP_ACK = "drop_ack"
    #: An event is delivered twice, with the same event id.
    DUPLICATE = "duplicate"
    #: An event comes `value` seconds (of the playground's clock) late.
    LATE = "late"
    #: Of an upload, `file_shared` comes before the message.
    FILE_FIRST = "file_first"
    #: A download gives a page to log in, with status 200.
    LOGIN_PAGE = "login_page"
    #: A download is sent on to another host.
    FOREIGN_REDIRECT = "foreign_redirect"
    #: A download breaks off in the middle.
    CUT_DOWNLOAD = "cut_download"
    #: The bytes of a file of the bot's own are answered with status 503.
    CUT_UPLOAD = "cut_upload"
    #: A file comes as one of another company does: as an id, to be asked for.
    FOREIGN_FILE = "foreign_file"
    #: A response URL answers 404 and `value` (`expired_url`).
    HOOK = "hook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One switch. `times` None: until it is taken away."""

    kind: FaultKind
    match: str = "*"
    times: int | None = None
    value: str | float | None = None

    def number(self, default: float) -> float:
        """The value as a number."""
        return float(self.value) if self.value is not None else default


class Faults:
    """The switches that are on, oldest first."""

    def __init__(self) -> None:
        self._on: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Turn one on."""
        self._on.append(fault)

    def clear(self, kind: FaultKind | None = None) -> None:
        """Turn off all of a kind, or all."""
        self._on = [fault for fault in self._on if kind is not None and fault.kind is not kind]

    def take(self, kind: FaultKind, subject: str) -> Fault | None:
        """The switch that applies now, counted down; None when all is well."""
        for index, fault in enumerate(self._on):
            if fault.kind is kind and fnmatchcase(subject, fault.match):
                if fault.times is not None:
                    left = (
                        [Fault(kind=kind, match=fault.match, times=fault.times - 1, value=fault.value)] if fault.times > 1 else []
                    )
                    self._on[index : index + 1] = left
                return fault
        return None

    def to_json(self) -> list[Json]:
        """What is on, for the page."""
        return [asdict(fault) for fault in self._on]
