"""Modals on their way back. What is sent is kept before it is acknowledged: the modal closes only when it is safe."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.errors import UserError
from bot.events import CaseId
from bot.messages.speaker import phrases
from bot.slack import modals
from bot.slack.door import Door
from bot.slack.listeners.sending import mark
from bot.slack.modals import Modal, Submission

#: The desk's small forms, each for one action of the same name.
DESKWORK = frozenset({Modal.HAND_ON, Modal.MERGE, Modal.WHAT_IF, Modal.RESOLVE})


def register(app: AsyncApp, door: Door) -> None:
    """Submissions and closings of every modal."""

    @app.view(re.compile(""))
    async def sent(ack: AsyncAck, body: dict[str, Any]) -> None:
        submission = modals.submission(body, door.clock.now())
        if submission is not None and submission.modal == Modal.REPLY:
            await _reply(door, ack, submission)
            return
        if submission is not None and submission.modal == Modal.SETUP:
            await _setup(door, ack, submission)
            return
        if submission is not None and submission.modal == Modal.UNMASK:
            await _unmask(door, ack, submission)
            return
        if submission is not None and submission.modal in DESKWORK:
            await door.keep(modals.deskwork(submission))
        if submission is not None and submission.modal == Modal.WATCH:
            await door.keep(modals.watch(submission))
        if submission is not None and submission.modal == Modal.INTAKE:
            await door.keep(modals.intake(submission))
        await ack()

    @app.view_closed(re.compile(""))
    async def closed(ack: AsyncAck) -> None:
        await ack()


async def _setup(door: Door, ack: AsyncAck, sent: Submission) -> None:
    """What is wrong stands under its field; else it is kept, and the home tab shows it and tries it."""
    changed = modals.setup(sent)
    if isinstance(changed, str):
        locale = await door.locale(sent.user)
        block = sent.blocks.get("responders" if changed == "bad_group" else "begins", "begins")
        await ack(response_action="errors", errors={block: phrases(locale).plain(f"view.{changed}")})
        return
    await door.keep(changed)
    await ack()


async def _unmask(door: Door, ack: AsyncAck, sent: Submission) -> None:
    """Shown in the answer itself: a message, also one that only one person sees, would stay in Slack."""
    names = await door.unmask(modals.unmask(sent))
    view = door.words.unmasked(names, locale=await door.locale(sent.user))
    await ack(response_action="update", view=dict(view))


async def _reply(door: Door, ack: AsyncAck, sent: Submission) -> None:
    """First the preview, then, if the text is still what the preview showed, the sending."""
    text = sent.values.get("text", "")
    locale = await door.locale(sent.user)
    if not text:
        await ack(response_action="errors", errors={sent.blocks.get("text", "reply"): phrases(locale).plain("view.too_short")})
        return
    ticked = modals.ticked(sent)
    if sent.metadata.shown == mark(text, ticked):
        await door.keep(modals.reply(sent))
        await ack()
        return
    case = await door.cases.case(CaseId(sent.metadata.case))
    if case is None:
        raise UserError("case-is-gone")
    metadata = replace(sent.metadata, shown=mark(text, ticked))
    view = door.words.reply_form(
        locale=locale,
        requester_locale=case.locale,
        metadata=metadata.written(),
        text=text,
        preview=text,
        files=metadata.files,
        ticked=ticked,
    )
    await ack(response_action="update", view=dict(view))
