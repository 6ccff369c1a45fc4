"""What surrounds every listener: whose request it is, and what becomes of an error.

A person never sees a stack trace and never sees silence: they get a sentence with a reference, the log gets the rest under
the same reference. An event that could not be kept is answered with a 500, so that Slack brings it again.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from bot.errors import OutsideError, UserError
from bot.slack.chat import Identity
from bot.slack.door import Door, ephemeral, reference, whisper
from bot.slack.waiting import Kind, Waiting, waiting
from bot.wording import Message

logger = logging.getLogger(__name__)


def authorize(identity: Identity, token: str) -> Callable[[], Awaitable[AuthorizeResult]]:
    """Bolt's question "whose token is this?", answered from memory.

    Its own way asks Slack on the first request, and answers 200 when Slack does not reply: the event would be lost.
    """
    known = AuthorizeResult(
        enterprise_id=identity.enterprise,
        team_id=identity.team,
        bot_user_id=identity.user,
        bot_token=token,
    )

    async def answer() -> AuthorizeResult:
        return known

    return answer


def catch_errors(app: AsyncApp, door: Door) -> None:
    """Make every error that leaves a listener a sentence for the person and a line for the operator."""

    async def failed(error: Exception, body: dict[str, Any]) -> BoltResponse:
        asker = waiting(body)
        return await _answer(door, asker, await _sentence(door, error, asker))

    app.error(failed)


async def _sentence(door: Door, error: Exception, asker: Waiting) -> Message:
    locale = await door.locale(asker.user) if asker.user and asker.kind is not Kind.EVENT else "en"
    if isinstance(error, UserError):
        return door.words.user_error(error.key, error.values, locale=locale)
    name = reference()
    door.counts["errors"] += 1
    known = isinstance(error, OutsideError)  # the world failed: one line says it all
    logger.error("a %s failed, reference %s: %s", asker.kind, name, error, exc_info=None if known else error)
    return door.words.error(name, locale=locale)


async def _answer(door: Door, asker: Waiting, said: Message) -> BoltResponse:
    """What has no person waiting is left to Slack's second try."""
    match asker.kind:
        case Kind.COMMAND:
            return BoltResponse(status=200, body=ephemeral(said))
        case Kind.SUBMISSION if asker.field:  # under a field, so that nothing typed is lost
            return BoltResponse(status=200, body={"response_action": "errors", "errors": {asker.field: said.text}})
        case Kind.PRESS:
            await whisper(door, asker, said)
            return BoltResponse(status=200, body="")
        case _:
            return BoltResponse(status=500, body="")
