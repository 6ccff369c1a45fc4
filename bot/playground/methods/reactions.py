"""reactions.*: the quiet receipt."""

from __future__ import annotations

import re

from bot.playground import names
from bot.playground.calls import ApiError, Call, Method, Tier
from bot.playground.reacting import Reacted, react, unreact
from bot.playground.records import Json, Post


def _post(call: Call) -> Post:
    channel = call.own_channel()
    call.needed("timestamp", "name")
    post = call.world.post_at(channel.id, call.text("timestamp"))
    if post is None or post.tombstone:
        raise ApiError("message_not_found")
    return post


def _add(call: Call) -> Json:
    post, name = _post(call), call.text("name").strip(":")
    if not re.fullmatch(r"[a-z0-9_+'\-]+(::skin-tone-[2-6])?", name):
        raise ApiError("invalid_name")
    outcome = react(call.slack, post, names.BOT_USER, name)
    if outcome is not Reacted.DONE:
        raise ApiError(outcome.value)
    return {}


def _remove(call: Call) -> Json:
    post = _post(call)
    if unreact(call.slack, post, names.BOT_USER, call.text("name").strip(":")) is not Reacted.DONE:
        raise ApiError("no_reaction")
    return {}


METHODS = {
    "reactions.add": Method(run=_add, scopes=("reactions:write",)),
    "reactions.remove": Method(run=_remove, scopes=("reactions:write",), tier=Tier.TWO),
}
