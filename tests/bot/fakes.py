"""What tests put in the place of the world: a clock that stands, a chat that remembers, words that say which occasion it is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.errors import Refused, Unknown
from bot.events import ChannelId, MessageRef, ThreadRef, UploadedFile, UserId, Watch, Workspace
from bot.places import Setup
from bot.ports import Profile
from bot.wording import Message, View

START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
TEAM = Workspace(team="T1")
ANA, BEN, EVE = UserId("UANA"), UserId("UBEN"), UserId("UEVE")
DESK = ChannelId("CDESK")
WATCHED = ChannelId("CWATCHED")


class FakeClock:
    """A clock that moves when it is told to."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move(self, **how: float) -> None:
        self.at += timedelta(**how)


class FakeChannels:
    """One desk, one watched channel."""

    def __init__(self, desk: ChannelId | None = DESK, watched: frozenset[ChannelId] = frozenset({WATCHED})) -> None:
        self.desk_channel = desk
        self.watched = watched
        self.watches: dict[ChannelId, Watch] = {}
        self.chosen: dict[str, Setup] = {}

    def is_watched(self, workspace: Workspace, channel: ChannelId) -> bool:
        return channel in self.watched

    def desk(self, workspace: Workspace) -> ChannelId | None:
        return self.desk_channel

    def watch(self, workspace: Workspace, channel: ChannelId) -> Watch | None:
        return self.watches.get(channel, Watch(channel=channel)) if channel in self.watched else None

    def responders(self, workspace: Workspace) -> str | None:
        return None

    def learned(self, workspace: Workspace) -> str:
        return self.chosen[workspace.team].learned if workspace.team in self.chosen else ""

    def office(self, workspace: Workspace) -> None:
        return None

    def choose(self, workspace: Workspace, setup: Setup) -> None:
        self.chosen[workspace.team] = setup


@dataclass(slots=True)
class Said:
    """A message that stands in the fake Slack."""

    channel: str
    thread: str | None
    ts: str
    text: str
    key: str
    edits: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    deleted: bool = False

    @property
    def now(self) -> str:
        return self.edits[-1] if self.edits else self.text


class FakeChat:
    """Slack, as far as the bot knows it; everything that was said stands in `said`.

    `journal`: a file in which each post is written before it is answered, so that a killed process leaves its traces, and
    the next one finds what was said.
    """

    def __init__(self, journal: Path | None = None) -> None:
        self.said: list[Said] = []
        self.whispers: list[tuple[str, str]] = []
        #: Everything that ever stood in a channel, blocks included, as one text each; whispers under the user's id.
        self.ever: dict[str, list[str]] = {}
        self.profiles: dict[UserId, Profile] = {}
        self.responders: frozenset[UserId] = frozenset({BEN})
        self.files: dict[str, tuple[UploadedFile, bytes]] = {}
        self.threads: dict[MessageRef, Sequence[tuple[MessageRef, str, tuple[UploadedFile, ...]]]] = {}
        self.downloads: list[str] = []
        self.deleted_files: list[str] = []
        #: Errors to raise, by method, one for each call; None lets a call through.
        self.faults: dict[str, list[Exception | None]] = {}
        #: The call happens, and then its answer is lost.
        self.loses_answer_of: list[str] = []
        self.journal = journal
        self._ts = 0
        if journal is not None and journal.exists():
            for line in journal.read_text().splitlines():
                self.said.append(Said(**json.loads(line)))
            self._ts = len(self.said)

    def give(self, file_id: str, content: bytes, *, name: str = "vpn.log") -> UploadedFile:
        """A file that can be downloaded."""
        file = UploadedFile(id=file_id, name=name, size=len(content), url=f"https://files.slack.com/{file_id}")
        self.files[file_id] = (file, content)
        return file

    def texts(self, channel: str, *, thread: str | None = "any") -> list[str]:
        """What stands in a channel now, oldest first."""
        return [m.now for m in self.said if m.channel == channel and not m.deleted and thread in ("any", m.thread)]

    def _fault(self, method: str) -> None:
        waiting = self.faults.get(method)
        error = waiting.pop(0) if waiting else None
        if error is not None:
            raise error

    def _hear(self, place: str, message: Message) -> None:
        self.ever.setdefault(place, []).append(message.text + json.dumps(message.blocks, default=dict, ensure_ascii=False))

    async def try_channel(self, channel: ChannelId, user: UserId | None, said: Message | None) -> tuple[str, str]:
        return "ok", "channel"

    async def post(self, where: ThreadRef, message: Message, *, key: str) -> MessageRef:
        self._fault("post")
        self._ts += 1
        self._hear(where.channel, message)
        said = Said(channel=where.channel, thread=where.ts, ts=f"{1_000_000 + self._ts}.000100", text=message.text, key=key)
        self.said.append(said)
        if self.journal is not None:
            with self.journal.open("a") as file:
                file.write(
                    json.dumps({"channel": said.channel, "thread": said.thread, "ts": said.ts, "text": said.text, "key": key})
                    + "\n"
                )
        if "post" in self.loses_answer_of:
            self.loses_answer_of.remove("post")
            raise Unknown("timeout", doing="post")
        return MessageRef(channel=where.channel, ts=said.ts)

    async def find(self, where: ThreadRef, *, key: str) -> MessageRef | None:
        self._fault("find")
        for said in self.said:
            if said.channel == where.channel and said.key == key:
                return MessageRef(channel=where.channel, ts=said.ts)
        return None

    async def edit(self, ref: MessageRef, message: Message) -> None:
        self._fault("edit")
        self._hear(ref.channel, message)
        self._at(ref).edits.append(message.text)

    async def whisper(self, channel: ChannelId, user: UserId, message: Message) -> None:
        self._fault("whisper")
        self._hear(user, message)
        self.whispers.append((user, message.text))

    async def respond(self, response_url: str, message: Message) -> None:
        self._fault("respond")
        self.whispers.append((response_url, message.text))

    async def delete(self, ref: MessageRef) -> None:
        self._at(ref).deleted = True

    async def open_direct(self, user: UserId) -> ChannelId:
        return ChannelId(f"D{user}")

    async def open_view(self, trigger_id: str, view: View) -> str:
        return "V1"

    async def publish_home(self, user: UserId, view: View) -> None:
        return None

    async def profile(self, user: UserId) -> Profile:
        self._fault("profile")
        return self.profiles.get(user, Profile(id=user, name=user.removeprefix("U").title()))

    async def permalink(self, ref: MessageRef) -> str | None:
        return f"https://example.com/{ref.channel}/{ref.ts}"

    async def file(self, file_id: str) -> UploadedFile:
        self._fault("file")
        if file_id not in self.files:
            raise Refused("file_not_found", doing="file")
        return self.files[file_id][0]

    async def download(self, file: UploadedFile, to: Path, *, limit: int) -> int:
        self._fault("download")
        self.downloads.append(file.id)
        content = self.files[file.id][1]
        if len(content) > limit:
            raise Refused("too-large", doing="download")
        await asyncio.to_thread(to.write_bytes, content)
        return len(content)

    async def upload(self, where: ThreadRef, path: Path, *, name: str, comment: str = "", title: str = "", alt: str = "") -> str:
        self._fault("upload")
        self._ts += 1
        self.said.append(
            Said(
                channel=where.channel,
                thread=where.ts,
                ts=f"{1_000_000 + self._ts}.000100",
                text=f"file:{name}",
                key="",
                files=[name],
            )
        )
        return f"F{self._ts}"

    async def delete_file(self, file_id: str) -> None:
        self.deleted_files.append(file_id)

    async def members(self, channel: ChannelId) -> frozenset[UserId]:
        self._fault("members")
        return self.responders

    async def group(self, group: str) -> frozenset[UserId]:
        return self.responders

    async def replies(
        self, thread: MessageRef, *, own: bool = False
    ) -> Sequence[tuple[MessageRef, str, tuple[UploadedFile, ...]]]:
        return self.threads.get(thread, ())

    def _at(self, ref: MessageRef) -> Said:
        for said in self.said:
            if said.channel == ref.channel and said.ts == ref.ts and not said.deleted:
                return said
        raise Refused("message_not_found", doing="edit")


class FakeMessages:
    """Says which occasion it is, with what it was given: `receipt(vpn.log)`."""

    def __getattr__(self, occasion: str) -> object:
        def say(*values: object, **named: object) -> Message:
            named.pop("locale", None)
            shown = [_shown(value) for value in values] + [f"{name}={_shown(value)}" for name, value in named.items()]
            return Message(text=f"{occasion}({', '.join(part for part in shown if part)})")

        return say


def _shown(value: object) -> str:
    for attribute in ("name", "file"):
        found = getattr(value, attribute, None)
        if isinstance(found, str):
            return found
    if hasattr(value, "requester"):
        return f"{getattr(value, 'state', '')}"
    if isinstance(value, Mapping):
        return str(dict(value))
    if isinstance(value, list | tuple):
        return "[" + " ".join(_shown(item) for item in value) + "]"
    return str(value)


__all__ = [
    "ANA",
    "BEN",
    "DESK",
    "EVE",
    "START",
    "TEAM",
    "WATCHED",
    "FakeChannels",
    "FakeChat",
    "FakeClock",
    "FakeMessages",
    "Said",
    "replace",
]
