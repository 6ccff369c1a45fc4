"""Reactions to messages, of people and of the bot."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from bot.playground.local import LocalSlack
from bot.playground.records import Post


class Reacted(StrEnum):
    """How it went, in Slack's words."""

    DONE = "ok"
    ALREADY = "already_reacted"
    NONE = "no_reaction"
    TOO_MANY = "too_many_reactions"


def react(slack: LocalSlack, post: Post, user: str, name: str) -> Reacted:
    """Add a reaction, and tell."""
    kept = {one: users for one, *users in post.reactions}
    if user in kept.get(name, []):
        return Reacted.ALREADY
    if name not in kept and len(kept) >= 23:
        return Reacted.TOO_MANY
    kept[name] = [*kept.get(name, []), user]
    _keep(slack, post, kept)
    _tell(slack, post, user, name, "reaction_added")
    return Reacted.DONE


def unreact(slack: LocalSlack, post: Post, user: str, name: str) -> Reacted:
    """Take a reaction back, and tell."""
    kept = {one: users for one, *users in post.reactions}
    if user not in kept.get(name, []):
        return Reacted.NONE
    kept[name] = [one for one in kept[name] if one != user]
    _keep(slack, post, kept)
    _tell(slack, post, user, name, "reaction_removed")
    return Reacted.DONE


def _keep(slack: LocalSlack, post: Post, kept: dict[str, list[str]]) -> None:
    slack.world.put(replace(post, reactions=tuple((name, *users) for name, users in kept.items() if users)))


def _tell(slack: LocalSlack, post: Post, user: str, name: str, what: str) -> None:
    slack.emit(
        {
            "type": what,
            "user": user,
            "reaction": name,
            "item_user": post.user,
            "item": {"type": "message", "channel": post.channel, "ts": post.ts},
            "event_ts": slack.world.next_ts(post.channel),
        },
        slack.world.channels[post.channel],
    )
