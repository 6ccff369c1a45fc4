"""One file per kind of request; the routing of the whole bot can be read in `register`.

A listener parses, keeps the event, acknowledges. Every kind also takes what is none of ours: a request that nobody answers
is a 404, and Slack brings it again and again.
"""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.slack.door import Door
from bot.slack.listeners import actions, commands, events, shortcuts, views


def register(app: AsyncApp, door: Door) -> None:
    """Let the app answer everything that the manifest subscribes to."""
    for room in (commands, shortcuts, actions, views, events):
        room.register(app, door)
