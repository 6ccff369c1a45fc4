"""*Send to requester*: one message of the desk's thread across the wall, by the same preview as *Reply to requester*.

It opens at the preview, because the text is there already: neutralised (`markup.neutral`), to be read once more and changed.
Its files are offered one by one, and none is ticked. What is sent is asked again when it is handled.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence

from bot.cases import CaseState
from bot.errors import UserError
from bot.events import Action, ActionTaken, CaseId, MessagePosted, MessageRef
from bot.messages.views import INPUT
from bot.ports import Where
from bot.slack.door import Door
from bot.slack.modals import FILES, Metadata
from bot.slack.payloads import Shortcut

#: A trigger lives 3 s: so often, and so many seconds apart, a thread is looked for.
TRIES, PAUSE = 4, 0.15


async def open_send(door: Door, chosen: Shortcut) -> None:
    """Open the preview.

    Raises:
        UserError: it is no message of an engineer in a case's thread, the case is over, or the person is no engineer.
    """
    said = chosen.message
    if said is None:
        return
    found = await _case_of(door, chosen, said)
    await door.allow(
        ActionTaken(
            id=said.id,
            workspace=chosen.workspace,
            at=said.at,
            user=chosen.user,
            stranger=said.stranger,
            action=Action.OPEN_REPLY,
            case=found[0],
        )
    )
    case = await door.cases.case(found[0])
    if case is None:
        raise UserError("case-is-gone")
    if chosen.is_own or said.thread_ts in (None, said.ref.ts):
        raise UserError("not-in-desk-thread")
    if case.state is CaseState.CLOSED:
        raise UserError("case-is-over")
    text = said.text[:INPUT]
    metadata = Metadata(
        case=case.id,
        channel=said.ref.channel,
        source=said.ref.ts,
        shown=mark(text, ()) if text else "",
        files=tuple((file.id, file.name) for file in said.files[:FILES]),
    )
    view = door.words.reply_form(
        locale=await door.locale(chosen.user),
        requester_locale=case.locale,
        metadata=metadata.written(),
        text=text,
        preview=text or None,
        files=metadata.files,
    )
    await door.chat.open_view(chosen.trigger_id, view)


async def _case_of(door: Door, chosen: Shortcut, said: MessagePosted) -> tuple[CaseId, Where]:
    """The case in whose thread at the desk a message stands; a card that is seconds old may not be written down yet."""
    parent = MessageRef(channel=said.ref.channel, ts=said.thread_ts or said.ref.ts)
    for _ in range(TRIES):
        found = await door.cases.case_at(chosen.workspace, parent)
        if found is not None or said.thread_ts is None:
            break
        await asyncio.sleep(PAUSE)
    if found is None or found[1] is not Where.DESK:
        raise UserError("not-in-desk-thread")
    return found


def mark(text: str, files: Sequence[str]) -> str:
    """What stands for what a preview showed in the metadata, which is too small for the text itself."""
    return hashlib.sha256("\0".join([text, *sorted(files)]).encode()).hexdigest()[:32]
