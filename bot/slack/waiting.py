"""Who waits at the other end of a request, and how they can be answered when its listener could not do it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.events import ChannelId, UserId
from bot.slack.fields import Body, node, nodes, text


class Kind(StrEnum):
    """How a request can be answered."""

    #: In the body of the 200.
    COMMAND = "command"
    #: Under a field of the modal.
    SUBMISSION = "submission"
    #: By a message that only this person sees.
    PRESS = "press"
    #: Nobody waits; Slack brings it again when it is not acknowledged.
    EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One request's other end."""

    kind: Kind
    user: UserId | None = None
    channel: ChannelId | None = None
    response_url: str | None = None
    #: The block of a modal's first field.
    field: str | None = None


_KINDS = {
    "view_submission": Kind.SUBMISSION,
    "block_actions": Kind.PRESS,
    "shortcut": Kind.PRESS,
    "message_action": Kind.PRESS,
}


def waiting(body: Body) -> Waiting:
    """Who sent this, from any payload."""
    kind = Kind.COMMAND if text(body, "command") else _KINDS.get(text(body, "type"), Kind.EVENT)
    inputs = (text(block, "block_id") for block in nodes(node(body, "view"), "blocks") if text(block, "type") == "input")
    return Waiting(
        kind=kind,
        user=UserId(text(node(body, "user"), "id") or text(body, "user_id")) or None,
        channel=ChannelId(text(node(body, "channel"), "id") or text(body, "channel_id")) or None,
        response_url=text(body, "response_url") or None,
        field=next(inputs, None),
    )
