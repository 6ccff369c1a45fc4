"""The Web API methods, one file for each family. The scopes and tiers are those of Slack's reference."""

from __future__ import annotations

from bot.playground.calls import Method
from bot.playground.methods import chat, conversations, files, people, reactions, views

METHODS: dict[str, Method] = {
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **people.METHODS,
    **reactions.METHODS,
    **views.METHODS,
}
