"""The outbox's mouth: says what waits, in order within each place, once.

it was said                 → sent; the message's place is remembered, so that the slot's next message edits it
`Unreachable`               → later: what Slack asked for, else 2, 4, 8 … seconds; the place waits, order matters
`Unknown`, or a dead process → looked for by its key before it is said again
`Refused`                   → failed, for good; the case is told by `SayingFailed`, and decides what to do
"""

from __future__ import annotations

import asyncio
import base64
import logging
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from bot.cases import Case
from bot.errors import Refused, Unknown, Unreachable
from bot.events import CaseId, ChannelId, MessageRef, SayingFailed, ThreadRef, UserId, Workspace
from bot.ports import Announce, Attach, Chat, Clock, Exhibit, Give, Page, Pager, PassOn, Retract, Say, Tell, Where, Whisper
from bot.storage.codec import Json
from bot.storage.inbox import Inbox
from bot.storage.outbox import PARENTS, PLACES, Outbox, Sending
from bot.storage.store import Store
from bot.wording import CASE_LINK, Message

logger = logging.getLogger(__name__)

#: Seconds between tries when Slack does not say how long to wait: 2, 4, 8 … up to this.
LONGEST_WAIT = 300.0
#: Seconds before looking whether something of unknown fate was said: it may still be on its way.
LOOK_AFTER = 2.0
#: Slack's words for a message that can be edited no more: what is new is posted anew.
LOST = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "block_mismatch", "streaming_state_conflict"})
#: Slack's words for blocks that it does not take: the words alone are better than silence.
UNFIT = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})
#: Characters that Slack surely takes as a message.
PLAIN = 3000
#: Stands in place of a message's `ts` for a file of our own, which has none that we are told.
FILE = "file:"
#: After so many errors of our own making a message is given up: it would hold up everything behind it.
TRIES = 5

Answer = TypeVar("Answer")

#: The admin channel of a workspace, if there is one.
Desk = Callable[[Workspace], ChannelId | None]
#: Whether something that was due is still meant, as the case is now (`escalation.promises.is_meant`).
Still = Callable[[Case, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a row goes: the message it edits, or the place where it is posted."""

    edits: MessageRef | None
    where: ThreadRef


class Speaker:
    """Says what waits in the outbox."""

    def __init__(
        self,
        *,
        store: Store,
        inbox: Inbox,
        chat: Chat,
        clock: Clock,
        desk: Desk,
        limit: int,
        still: Still = lambda _case, _name: True,
        pager: Pager | None = None,
    ) -> None:
        self._store = store
        self._outbox: Outbox = store.outbox
        self._inbox = inbox
        self._chat = chat
        self._clock = clock
        self._desk = desk
        #: Bytes of an original that is passed on, at most.
        self._limit = limit
        self._still = still
        self._pager = pager

    async def speak(self, lane: str) -> None:
        """Say what waits in a lane. Only one at a time may speak for a lane: `jobs` sees to that."""
        for place in PLACES:
            while row := await self._outbox.take(lane, place):
                if not await self._try(row):
                    break

    async def _try(self, row: Sending) -> bool:  # noqa: PLR0911 - one way out for each fate of a message
        """Whether the place may go on with its next row."""
        if await self._stands(row) and await self._outbox.is_superseded(row):
            return True
        if not await self._is_meant(row):
            await self._outbox.drop(row)
            return True
        try:
            ref = await self._say(row)
        except Unreachable as error:
            logger.warning("could not say %s: %s; later", row.key, error)
            await self._outbox.later(row, error.retry_after or min(2.0**row.attempts, LONGEST_WAIT))
            return False
        except Unknown as error:
            logger.warning("nobody knows whether %s was said: %s; will look", row.key, error)
            await self._outbox.later(row, LOOK_AFTER, unknown=True)
            return False
        except Refused as error:
            await self._give_up(row, error.code)
            return True
        except Exception:
            logger.exception("saying %s went wrong", row.key)
            if row.attempts >= TRIES:
                await self._give_up(row, "internal-error")
                return True
            await self._outbox.later(row, 2.0**row.attempts)
            return False
        await self._outbox.sent(row, ref)
        return True

    async def _stands(self, row: Sending) -> bool:
        """Whether this would only edit a message: then a later edit of the same says it all."""
        return row.slot is not None and await self._outbox.slot(row.lane, row.place, row.slot) is not None

    async def _is_meant(self, row: Sending) -> bool:
        """Asked at the last moment: since it was decided, somebody may have claimed the case, or closed it."""
        name = row.what.meant if isinstance(row.what, Say | Page) else ""
        if not name:
            return True
        case = await self._store.case(row.case) if row.case else None
        return case is not None and self._still(case, name)

    async def _say(self, row: Sending) -> MessageRef | None:
        match row.what:
            case Whisper():
                await self._whisper(row, row.what)
            case PassOn():
                return await self._pass_on(row, row.what)
            case Attach():
                return await self._attach(row, row.what)
            case Retract():
                await self._retract(row.what)
            case Page():
                await self._page(row.what)
            case Exhibit():
                await self._exhibit(row, row.what)
            case Give():
                return await self._give(row, row.what)
            case _:
                return await self._post_or_edit(row, row.what)
        return None

    async def _post_or_edit(self, row: Sending, what: Say | Tell | Announce) -> MessageRef | None:
        target = await self._target(row, what)
        message = await self._linked(row, what.message)
        if target.edits is not None:
            try:
                await self._as_it_fits(row, message, partial(self._chat.edit, target.edits))
            except Refused as error:
                if error.code not in LOST or row.slot == PARENTS.get(row.place):
                    raise
                await self._outbox.empty_slot(row)
            else:
                return target.edits
        if row.uncertain and (found := await self._found(row, target.where)):
            return found
        return await self._as_it_fits(row, message, partial(self._chat.post, target.where, key=row.key))

    async def _as_it_fits(self, row: Sending, message: Message, say: Callable[[Message], Awaitable[Answer]]) -> Answer:
        """Said with its blocks, or as words alone where Slack does not take those."""
        try:
            return await say(message)
        except Refused as error:
            if error.code not in UNFIT or not message.blocks:
                raise
            logger.warning("%s was not taken as it is (%s); said as text alone", row.key, error.code)
            return await say(Message(text=message.text[:PLAIN]))

    async def _found(self, row: Sending, where: ThreadRef) -> MessageRef | None:
        """What may have been said. Where the bot may not look, it says it (again): silence would be worse than twice."""
        try:
            return await self._chat.find(where, key=row.key)
        except Refused as error:
            logger.warning("nobody can look whether %s was said: %s", row.key, error.code)
            return None

    async def _target(self, row: Sending, what: Say | Tell | Announce) -> Target:
        edits = await self._outbox.slot(row.lane, row.place, row.slot) if row.slot else None
        if edits is not None:
            return Target(edits=edits, where=ThreadRef(channel=edits.channel))
        if isinstance(what, Tell):
            return Target(edits=None, where=ThreadRef(channel=await self._chat.open_direct(what.user)))
        if isinstance(what, Announce):
            channel = self._desk(row.workspace)
            if channel is None:
                raise Refused("no-admin-channel", doing="speaking to the desk")
            return Target(edits=None, where=ThreadRef(channel=channel))
        case = await self._case(row)
        if what.where is Where.DESK:
            return Target(edits=None, where=await self._desk_thread(row, case))
        return Target(edits=None, where=await self._requester_thread(case))

    async def _requester_thread(self, case: Case) -> ThreadRef:
        parent = await self._outbox.thread(case.id, Where.REQUESTER)
        if parent is not None:
            return ThreadRef(channel=parent.channel, ts=parent.ts)
        return ThreadRef(channel=await self._chat.open_direct(case.requester))

    async def _desk_thread(self, row: Sending, case: Case) -> ThreadRef:
        parent = await self._outbox.thread(case.id, Where.DESK)
        if parent is not None and row.slot != PARENTS["desk"]:
            return ThreadRef(channel=parent.channel, ts=parent.ts)
        channel = self._desk(case.workspace)
        if channel is None:
            raise Refused("no-admin-channel", doing="speaking to the desk")
        if row.slot != PARENTS["desk"]:
            # Without its card the case has no thread, and at the top level this would be noise without a context.
            raise Refused("no-card", doing="speaking to the desk")
        return ThreadRef(channel=channel)

    async def _whisper(self, row: Sending, what: Whisper) -> None:
        if row.uncertain:
            return  # nobody can look whether it was seen, and what is only whispered is never all there is
        message = await self._linked(row, what.message)
        ways: list[Callable[[Message], Awaitable[object]]] = []
        if what.response_url:
            ways.append(partial(self._chat.respond, what.response_url))
        if what.channel:
            ways.append(partial(self._chat.whisper, what.channel, what.user))
        for say in ways:
            try:
                await self._as_it_fits(row, message, say)
            except Refused as error:
                logger.warning("%s cannot be whispered: %s", row.key, error)
            else:
                return
        # The address is too old, and they or the bot are not in that channel: they asked, so they are answered.
        direct = ThreadRef(channel=await self._chat.open_direct(what.user))
        await self._chat.post(direct, message, key=row.key)

    async def _exhibit(self, row: Sending, what: Exhibit) -> None:
        parent = await self._outbox.slot(row.lane, row.place, what.under)
        if parent is None:
            return  # what it belongs to was not said
        where = ThreadRef(channel=parent.channel, ts=parent.ts)
        if row.uncertain and await self._file_there(where, what.picture.name):
            return
        try:
            picture = what.picture
            await self._show(where, picture.name, base64.b64decode(picture.content), title=picture.title, alt=picture.alt)
        except Refused as error:
            logger.warning("%s is left out, Slack did not take the file: %s", row.key, error.code)

    async def _page(self, what: Page) -> None:
        if self._pager is None:
            raise Refused("no-pager", doing="paging")
        await self._pager.page(what.address, key=what.key, summary=what.summary)

    async def _pass_on(self, row: Sending, what: PassOn) -> MessageRef:
        case = await self._case(row)
        where = await (self._desk_thread(row, case) if what.where is Where.DESK else self._requester_thread(case))
        if row.uncertain and (there := await self._file_there(where, what.name)):
            return there
        file = await self._chat.file(what.file_id)
        with tempfile.TemporaryDirectory(prefix="vpn-help-") as folder:
            path = Path(folder) / "original"
            await self._chat.download(file, path, limit=self._limit)
            shown = await self._chat.upload(where, path, name=what.name)
        return MessageRef(channel=where.channel, ts=f"{FILE}{shown}")

    async def _attach(self, row: Sending, what: Attach) -> MessageRef | None:
        """A file of our own; where Slack takes none, the words that say the same."""
        case = await self._case(row)
        where = await (self._desk_thread(row, case) if what.where is Where.DESK else self._requester_thread(case))
        if row.uncertain and (there := await self._file_there(where, what.name)):
            return there
        content = await self._content(what)
        if not content and what.otherwise is not None:
            return await self._chat.post(where, what.otherwise, key=row.key)
        try:
            return await self._show(where, what.name, content, title=what.title, alt=what.alt)
        except Refused as error:
            if what.otherwise is None:
                raise
            logger.warning("%s is said in words, Slack did not take the file: %s", row.key, error.code)
            return await self._chat.post(where, what.otherwise, key=row.key)

    async def _give(self, row: Sending, what: Give) -> MessageRef | None:
        """A file for one person; whoever does not find it can ask for it again."""
        if row.uncertain:
            return None
        where = ThreadRef(channel=await self._chat.open_direct(what.user))
        try:
            return await self._show(where, what.name, base64.b64decode(what.content), title=what.title)
        except Refused as error:
            logger.warning("%s is said in words, Slack did not take the file: %s", row.key, error.code)
            return await self._chat.post(where, what.otherwise, key=row.key)

    async def _show(self, where: ThreadRef, name: str, content: bytes, *, title: str, alt: str = "") -> MessageRef:
        """A file of our own; what stands for it."""
        with tempfile.TemporaryDirectory(prefix="vpn-help-") as folder:
            path = Path(folder) / "file"
            await asyncio.to_thread(path.write_bytes, content)
            file = await self._chat.upload(where, path, name=name, title=title, alt=alt)
        return MessageRef(channel=where.channel, ts=f"{FILE}{file}")

    async def _content(self, what: Attach) -> bytes:
        if what.upload is None:
            return base64.b64decode(what.content)
        return (await self._store.uploads.text(what.upload) or "").encode()

    async def _retract(self, what: Retract) -> None:
        if what.unsure:
            found = await self._chat.find(ThreadRef(channel=what.ref.channel, ts=what.ref.ts), key=what.unsure)
            if found is not None:
                await self._chat.delete(found)
            return
        if what.ref.ts.startswith(FILE):
            await self._chat.delete_file(what.ref.ts.removeprefix(FILE))
        elif what.message is None:
            await self._chat.delete(what.ref)
        else:
            await self._chat.edit(what.ref, what.message)

    async def _file_there(self, where: ThreadRef, name: str) -> MessageRef | None:
        """A file of this name that stands in the thread, the latest: the one that was shown before the process died."""
        if where.ts is None:
            return None
        replies = await self._chat.replies(MessageRef(channel=where.channel, ts=where.ts), own=True)
        found = [file.id for _, _, files in replies for file in files if file.name == name]
        return MessageRef(channel=where.channel, ts=f"{FILE}{found[-1]}") if found else None

    async def _case(self, row: Sending) -> Case:
        case = await self._store.case(row.case) if row.case else None
        if case is None:
            raise Refused("case-is-gone", doing="speaking")
        return case

    async def _linked(self, row: Sending, message: Message) -> Message:
        """The message with the true address of its case, where it has one in it."""
        if CASE_LINK not in message.text and CASE_LINK not in str(message.blocks):
            return message
        link = await self._link(row.case, row.workspace) if row.case else CASE_LINK
        return replace(
            message, text=message.text.replace(CASE_LINK, link), blocks=tuple(_replaced(block, link) for block in message.blocks)
        )

    async def _link(self, case: CaseId, workspace: Workspace) -> str:
        parent = await self._outbox.thread(case, Where.REQUESTER)
        link = await self._chat.permalink(parent) if parent else None
        if link:
            return link
        found = await self._store.case(case)
        channel = await self._chat.open_direct(found.requester if found else UserId(""))
        return f"https://slack.com/app_redirect?team={workspace.team}&channel={channel}"

    async def _give_up(self, row: Sending, code: str) -> None:
        logger.error("%s is refused for good: %s", row.key, code)
        async with self._store.database.writing() as connection:
            await self._outbox.failed(connection, row, code)
            if row.case is not None and isinstance(row.what, Say | PassOn | Attach | Page):
                await self._inbox.put_within(
                    connection,
                    SayingFailed(
                        id=f"saying-failed:{row.key}",
                        workspace=row.workspace,
                        at=self._clock.now(),
                        case=row.case,
                        place=row.place,
                        slot=row.slot,
                        code=code,
                    ),
                )


def _replaced(data: Json, link: str) -> Json:
    if isinstance(data, str):
        return data.replace(CASE_LINK, link)
    if isinstance(data, Mapping):  # what comes out of the store is no dict
        return {key: _replaced(item, link) for key, item in data.items()}
    if isinstance(data, list | tuple):
        return [_replaced(item, link) for item in data]
    return data
