"""The bot's own log: lines on standard output, for whoever runs it. Never a token, a response URL or what people wrote.

Modules log through `logging` as usual; this sets up where the lines go, and takes out what is as good as a key should a
library ever say it.
"""

from __future__ import annotations

import logging
import re
import sys

#: Tokens, addresses that work without one, and passwords in a database's address.
_KEYS = re.compile(
    r"""
    (?P<token> x(?:ox[abeprs]|app) (?:\.xox[bp])? -[A-Za-z0-9-]{4,} )
  | (?P<hook> https?://hooks\.slack(?:-gov)?\.com/\S+ )
  | (?P<ticket> (?<=ticket=)[^&\s]+ )
  | (?P<password> (?<=://)[^/\s:@]*:[^/\s@]+(?=@) )
    """,
    re.VERBOSE,
)

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"

#: Libraries that say more than an operator wants, and where they become interesting.
_QUIET = {"dbos": logging.WARNING, "alembic": logging.WARNING, "aiohttp.access": logging.WARNING, "slack_bolt": logging.WARNING}


class _Masking(logging.Formatter):
    """The finished line, traces included, with keys taken out."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def masked(line: str) -> str:
    """A line with what is as good as a key taken out.

    >>> masked("posting with xoxb-12345-abc to https://hooks.slack.com/commands/T1/2/3 failed")
    'posting with … to … failed'
    >>> masked("postgresql://bot:secret@db/vpn")
    'postgresql://…@db/vpn'
    """
    return _KEYS.sub("…", line)


def start_logging(level: str) -> None:
    """Send the log of this process to standard output."""
    out = logging.StreamHandler(sys.stdout)
    out.setFormatter(_Masking(_FORMAT))
    root = logging.getLogger()
    root.handlers[:] = [out]
    root.setLevel(level)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)
