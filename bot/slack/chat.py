"""`Chat` over Slack's Web API: every call that the bot makes, and the only module that makes them.

A post is never repeated here: Slack has no idempotency key, so that whoever asked must look (`find`) before saying it
again. Everything posted carries the outbox's key in its metadata, ids only, because every app of the workspace may read it.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Generic, TypeVar

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.errors import OutsideError, Refused
from bot.events import ChannelId, MessageRef, ThreadRef, UploadedFile, UserId
from bot.ports import Profile
from bot.slack import payloads
from bot.slack.download import Source, fetch, is_local, other_origin, send, trusted
from bot.slack.errors import of_status, translated
from bot.slack.fields import Body, node, nodes, text
from bot.wording import Message, View

#: Slack's SDK says whole requests at DEBUG, people's words included.
_logger = logging.getLogger("bot.slack.sdk")
_logger.setLevel(logging.INFO)

_EVENT_TYPE = "case_update"
_PAGE = 200  # messages
_PAGES = 10
_ALT = 1000  # characters of alternative text
_EDIT_TEXT = 4000  # characters; `chat.update` refuses more
_CACHE_SECONDS = 600.0
_CACHE_SIZE = 5000
#: Whole call, connecting, silence; a download has its own bound, so that no total stands in the session.
TIMEOUT = aiohttp.ClientTimeout(total=None, connect=10, sock_connect=10, sock_read=30)
_CALL_SECONDS = 30.0

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the token says we are (`auth.test`), and what it may do."""

    user: UserId
    team: str
    enterprise: str | None
    team_name: str
    url: str
    scopes: frozenset[str]


class Kept(Generic[Key, Value]):
    """Answers of Slack's that are good for a while; the oldest make room."""

    def __init__(self, fetch: Callable[[Key], Awaitable[Value]]) -> None:
        self._fetch = fetch
        self._held: OrderedDict[Key, tuple[float, Value]] = OrderedDict()

    def known(self, key: Key) -> Value | None:
        """What is held and still fresh, without asking Slack."""
        until, value = self._held.get(key, (0.0, None))
        return value if until > monotonic() else None

    async def get(self, key: Key) -> Value:
        """What is held, or else Slack's answer."""
        value = self.known(key)
        if value is None:
            value = await self._fetch(key)
            self._held[key] = (monotonic() + _CACHE_SECONDS, value)
            self._held.move_to_end(key)
            while len(self._held) > _CACHE_SIZE:
                self._held.popitem(last=False)
        return value


class SlackChat:
    """`bot.ports.Chat`; see there for what each does."""

    def __init__(self, session: aiohttp.ClientSession, *, token: str, api_url: str, download_seconds: float = 300.0) -> None:
        self.client = make_client(session, token, api_url)
        self._session = session
        origin = other_origin(api_url)
        self._source = Source(session=session, token=token, origin=origin, seconds=download_seconds)
        self._profiles = Kept(self._ask_profile)
        self._members = Kept(self._ask_members)
        self._groups = Kept(self._ask_group)

    async def who_am_i(self) -> Identity:
        """Ask Slack whose token this is."""
        async with translated("auth.test"):
            answer = await self._call(self.client.auth_test())
        said = _data(answer)
        return Identity(
            user=UserId(text(said, "user_id")),
            team=text(said, "team_id"),
            enterprise=text(said, "enterprise_id") or None,
            team_name=text(said, "team"),
            url=text(said, "url"),
            scopes=_scopes(answer),
        )

    async def channel_name(self, channel: ChannelId) -> tuple[str, bool]:
        """A channel's name, and whether the bot is in it."""
        async with translated("conversations.info"):
            said = node(_data(await self._call(self.client.conversations_info(channel=channel))), "channel")
        return text(said, "name"), said.get("is_member") is True

    async def try_channel(self, channel: ChannelId, user: UserId | None, said: Message | None) -> tuple[str, str]:  # noqa: PLR0911 - one way out each
        """Whether the bot is in a channel, may read it, and (with somebody who is to see it) may write; and its name."""
        name = ""
        try:
            name, member = await self.channel_name(channel)
            if not member:
                return "bad_member", name
            async with translated("conversations.history"):
                await self._call(self.client.conversations_history(channel=channel, limit=1))
        except Refused as error:
            gone = error.code in ("channel_not_found", "not_in_channel")
            return ("bad_member" if gone else f"bad_read {error.code}"), name
        except OutsideError as error:
            return f"bad_other {error.code}", name
        if user is None or said is None:
            return "ok_quiet", name
        try:
            await self.whisper(channel, user, said)
        except Refused as error:
            # Who is not in the channel cannot see it: that says nothing about writing.
            return ("ok_quiet" if error.code == "user_not_in_channel" else f"bad_post {error.code}"), name
        except OutsideError as error:
            return f"bad_other {error.code}", name
        return "ok", name

    async def post(self, where: ThreadRef, message: Message, *, key: str) -> MessageRef:
        """Say something new; `Unknown` where it may have been said."""
        async with translated("chat.postMessage", repeatable=False):
            answer = await self._call(
                self.client.chat_postMessage(
                    channel=where.channel,
                    thread_ts=where.ts,
                    text=message.text,
                    blocks=_blocks(message) or None,
                    metadata={"event_type": _EVENT_TYPE, "event_payload": {"outbox_id": mark(key)}},
                    unfurl_links=False,
                    unfurl_media=False,
                )
            )
        return MessageRef(channel=ChannelId(text(_data(answer), "channel") or where.channel), ts=text(_data(answer), "ts"))

    async def find(self, where: ThreadRef, *, key: str) -> MessageRef | None:
        """Look for a message of ours by the key in its metadata: in the thread, or in the channel's latest."""
        async for message in self._messages(where, metadata=True):
            # An earlier release wrote the key itself.
            if text(node(message, "metadata", "event_payload"), "outbox_id") in (mark(key), key):
                return MessageRef(channel=where.channel, ts=text(message, "ts"))
        return None

    async def edit(self, ref: MessageRef, message: Message) -> None:
        """Replace a message. Text and blocks go together: alone, each would remove the other."""
        said = message.text if len(message.text) <= _EDIT_TEXT else message.text[: _EDIT_TEXT - 1] + "…"
        async with translated("chat.update"):
            await self._call(self.client.chat_update(channel=ref.channel, ts=ref.ts, text=said, blocks=_blocks(message)))

    async def whisper(self, channel: ChannelId, user: UserId, message: Message) -> None:
        """An ephemeral message."""
        async with translated("chat.postEphemeral", repeatable=False):
            await self._call(
                self.client.chat_postEphemeral(
                    channel=channel, user=user, text=message.text, blocks=_blocks(message) or None, link_names=None
                )
            )

    async def respond(self, response_url: str, message: Message) -> None:
        """An ephemeral message at a response URL, which is as good as a token and so is named nowhere."""
        if not trusted(response_url, self._source.origin):
            raise Refused("foreign-host", doing="respond")
        hook = AsyncWebhookClient(response_url, session=self._session, logger=_logger, retry_handlers=[])
        hook.proxy = None
        async with translated("respond", repeatable=False), asyncio.timeout(_CALL_SECONDS):
            answer = await hook.send(
                text=message.text, blocks=_blocks(message) or None, response_type="ephemeral", replace_original=False
            )
        if answer.status_code != 200:
            raise of_status(answer.status_code, answer.headers, answer.body[:60] or "http_4xx", "respond", repeatable=False)

    async def delete(self, ref: MessageRef) -> None:
        """Take a message back."""
        try:
            async with translated("chat.delete"):
                await self._call(self.client.chat_delete(channel=ref.channel, ts=ref.ts))
        except Refused as error:
            if error.code != "message_not_found":
                raise

    async def open_direct(self, user: UserId) -> ChannelId:
        """The direct message with a person; where the bot may not open it, Slack takes the person's id in its place."""
        try:
            async with translated("conversations.open"):
                answer = await self._call(self.client.conversations_open(users=[user]))
        except Refused as error:
            if error.code != "missing_scope":
                raise
            return ChannelId(user)
        return ChannelId(text(node(_data(answer), "channel"), "id"))

    async def open_view(self, trigger_id: str, view: View) -> str:
        """Open a modal; its view id."""
        async with translated("views.open", repeatable=False):
            answer = await self._call(self.client.views_open(trigger_id=trigger_id, view=dict(view)))
        return text(node(_data(answer), "view"), "id")

    async def publish_home(self, user: UserId, view: View) -> None:
        """Show a person's home tab."""
        async with translated("views.publish"):
            await self._call(self.client.views_publish(user_id=user, view=dict(view)))

    async def profile(self, user: UserId) -> Profile:
        """Name, locale and time zone of a person."""
        return await self._profiles.get(user)

    def known_profile(self, user: UserId) -> Profile | None:
        """The same, if it is known already: for the listener that has no time to ask."""
        return self._profiles.known(user)

    async def permalink(self, ref: MessageRef) -> str | None:
        """A link for people; None where the message is gone."""
        try:
            async with translated("chat.getPermalink"):
                answer = await self._call(self.client.chat_getPermalink(channel=ref.channel, message_ts=ref.ts))
        except Refused:
            return None
        return text(_data(answer), "permalink") or None

    async def file(self, file_id: str) -> UploadedFile:
        """A file as Slack describes it now."""
        async with translated("files.info"):
            answer = await self._call(self.client.files_info(file=file_id))
        file = payloads.uploaded(node(_data(answer), "file"))
        if file is None:
            raise Refused("file_not_found", doing="files.info")
        return file

    async def download(self, file: UploadedFile, to: Path, *, limit: int) -> int:
        """Fetch a file's bytes; see `bot.slack.download`."""
        if not file.external and (file.url is None or file.mode == "file_access"):
            file = await self.file(file.id)
        if file.external or file.mode == "external":
            raise Refused("external", doing="download")
        if file.mode == "tombstone":
            raise Refused("file_deleted", doing="download")
        if file.url is None:
            raise Refused("access_denied", doing="download")
        return await fetch(self._source, file.url, to, limit)

    async def upload(self, where: ThreadRef, path: Path, *, name: str, comment: str = "", title: str = "", alt: str = "") -> str:
        """Show a file in a thread: ask for an address, send the bytes there, and only then say where they belong.

        The SDK's `files_upload_v2` does the same with the whole file in memory; this reads it from the disk as it goes.
        """
        length = (await asyncio.to_thread(path.stat)).st_size
        async with translated("files.getUploadURLExternal"):
            asked = self.client.files_getUploadURLExternal(filename=name, length=length, alt_txt=alt[:_ALT] or None)
            given = _data(await self._call(asked))
        await send(self._source, text(given, "upload_url"), path)
        async with translated("files.completeUploadExternal", repeatable=False):
            await self._call(
                self.client.files_completeUploadExternal(
                    files=[{"id": text(given, "file_id"), "title": title or name}],
                    channel_id=where.channel,
                    thread_ts=where.ts,
                    initial_comment=comment or None,
                )
            )
        return text(given, "file_id")

    async def delete_file(self, file_id: str) -> None:
        """Take back a file of the bot's own."""
        try:
            async with translated("files.delete"):
                await self._call(self.client.files_delete(file=file_id))
        except Refused as error:
            if error.code not in ("file_not_found", "file_deleted"):
                raise

    async def members(self, channel: ChannelId) -> frozenset[UserId]:
        """Who is in a channel."""
        return await self._members.get(channel)

    async def group(self, group: str) -> frozenset[UserId]:
        """Who is in a user group."""
        return await self._groups.get(group)

    async def replies(
        self, thread: MessageRef, *, own: bool = False
    ) -> Sequence[tuple[MessageRef, str, tuple[UploadedFile, ...]]]:
        """A thread's messages from its beginning; the bot's own only if wanted."""
        found = []
        async for message in self._messages(ThreadRef(channel=thread.channel, ts=thread.ts), metadata=False):
            if own or not text(message, "bot_id"):
                ref = MessageRef(channel=thread.channel, ts=text(message, "ts"))
                found.append((ref, payloads.message_text(message, None), payloads.files(message)))
        return found

    async def _messages(self, where: ThreadRef, *, metadata: bool) -> AsyncIterator[Body]:
        cursor: str | None = None
        for _ in range(_PAGES):
            asked: dict[str, Any] = {"channel": where.channel, "limit": _PAGE, "cursor": cursor}
            asked |= {"include_all_metadata": True} if metadata else {}
            if where.ts:
                async with translated("conversations.replies"):
                    page = _data(await self._call(self.client.conversations_replies(ts=where.ts, **asked)))
            else:
                async with translated("conversations.history"):
                    page = _data(await self._call(self.client.conversations_history(**asked)))
            for message in nodes(page, "messages"):
                yield message
            cursor = text(node(page, "response_metadata"), "next_cursor") or None
            if cursor is None:
                return

    async def _ask_profile(self, user: UserId) -> Profile:
        async with translated("users.info"):
            return payloads.profile(_data(await self._call(self.client.users_info(user=user, include_locale=True))))

    async def _ask_members(self, channel: ChannelId) -> frozenset[UserId]:
        found: set[UserId] = set()
        cursor: str | None = None
        for _ in range(_PAGES):
            async with translated("conversations.members"):
                page = _data(await self._call(self.client.conversations_members(channel=channel, limit=1000, cursor=cursor)))
            found |= _people(page, "members")
            cursor = text(node(page, "response_metadata"), "next_cursor") or None
            if cursor is None:
                break
        return frozenset(found)

    async def _ask_group(self, group: str) -> frozenset[UserId]:
        async with translated("usergroups.users.list"):
            return frozenset(_people(_data(await self._call(self.client.usergroups_users_list(usergroup=group))), "users"))

    async def _call(self, call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
        async with asyncio.timeout(_CALL_SECONDS):
            return await call


def mark(key: str) -> str:
    """What stands for a message's key in Slack: everybody in the conversation can read metadata, and a key names who acted."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def make_session(api_url: str) -> aiohttp.ClientSession:
    """The session that everything shares. It goes through the proxy that the environment names, but never to this machine."""
    return aiohttp.ClientSession(timeout=TIMEOUT, trust_env=not is_local(api_url))


def make_client(session: aiohttp.ClientSession, token: str | None, api_url: str) -> AsyncWebClient:
    """A client that shares our session, retries nothing by itself, and says no bodies in the log."""
    client = AsyncWebClient(token=token, base_url=api_url, session=session, logger=_logger, retry_handlers=[])
    client.proxy = None  # the SDK would use it for every host; the session knows NO_PROXY
    return client


def _data(answer: AsyncSlackResponse) -> Body:
    return answer.data if isinstance(answer.data, dict) else {}


def _blocks(message: Message) -> list[dict[str, Any]]:
    return [dict(block) for block in message.blocks]


def _people(page: Body, name: str) -> set[UserId]:
    listed = page.get(name)
    return {UserId(user) for user in listed if isinstance(user, str)} if isinstance(listed, list) else set()


def _scopes(answer: AsyncSlackResponse) -> frozenset[str]:
    header = next((value for name, value in dict(answer.headers).items() if name.lower() == "x-oauth-scopes"), "")
    return frozenset(scope.strip() for scope in str(header).split(",") if scope.strip())
