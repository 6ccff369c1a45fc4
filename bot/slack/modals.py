r"""The modals' way back: what a `view_submission` and a slash command bring, and the metadata that we gave along.

    {"type": "view_submission", "view": {"id": "V1", "hash": "1.a", "callback_id": "intake", "private_metadata":
      "{\"v\": 1, \"channel\": \"C1\", \"response_url\": \"https://hooks.slack.com/…\"}", "state": {"values":
        {"b1": {"text": {"type": "plain_text_input", "value": "it stops at 809"}}}}}}
    → IntakeSubmitted(text="it stops at 809", channel="C1", …)

Fields are known by their `action_id`, whatever block they stand in: `text`, `platform`, `error`, `files`, and
`answer:<question>` for a question of the knowledge base.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from bot.events import (
    Action,
    ActionTaken,
    CaseId,
    ChannelId,
    IntakeSubmitted,
    MessageRef,
    ReplySubmitted,
    SetupChanged,
    UploadedFile,
    UserId,
    Watch,
    Watching,
    WordGiven,
    Workspace,
)
from bot.messages import LOCALES
from bot.slack.fields import Body, json_object, moment, node, nodes, text
from bot.slack.markup import plain
from bot.slack.payloads import VERSION, acts_from_elsewhere, uploaded, workspace
from knowledge import UNKNOWN


class Modal(StrEnum):
    """Every modal, by the `callback_id` that Slack sends back."""

    INTAKE = "intake"
    REPLY = "reply"
    SETUP = "setup"
    WATCH = "watch"
    HAND_ON = "hand_on"
    MERGE = "merge"
    WHAT_IF = "what_if"
    RESOLVE = "resolve"
    UNMASK = "unmask"


#: Files of one message that are offered, and how much of a name: metadata holds 3000 characters in all.
FILES, FILE_NAME = 10, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a modal carries to its submission. It lies with the person it is shown to, so it proves nothing about rights."""

    case: str = ""
    channel: str = ""
    response_url: str = ""
    #: What a reply's preview showed: it is sent only if it is still the same.
    shown: str = ""
    #: *Send to requester*: the message (`channel`, `ts`) that it was made of, and its files, each as (id, name).
    source: str = ""
    files: tuple[tuple[str, str], ...] = ()

    def written(self) -> str:
        """As `private_metadata`."""
        held = {
            "case": self.case,
            "channel": self.channel,
            "response_url": self.response_url,
            "shown": self.shown,
            "source": self.source,
            "files": [[ident, name[:FILE_NAME]] for ident, name in self.files[:FILES]],
        }
        return json.dumps({"v": VERSION, **{name: value for name, value in held.items() if value}}, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A modal that was sent, or closed."""

    id: str
    modal: str
    view_id: str
    user: UserId
    workspace: Workspace
    at: datetime
    metadata: Metadata
    #: What was typed or chosen, by action id.
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    #: The block of each field, by action id: errors are shown there.
    blocks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    files: tuple[UploadedFile, ...] = ()
    #: Who sent it belongs to another company.
    stranger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`/vpn-help` and what was typed after it."""

    id: str
    user: UserId
    workspace: Workspace
    at: datetime
    trigger_id: str
    #: One of `help`, `status`, `privacy`, `forget me`, `language`; empty for everything else.
    word: str = ""
    text: str = ""
    channel: ChannelId | None = None
    response_url: str | None = None

    def given(self) -> WordGiven:
        """The word as an event."""
        return WordGiven(
            id=self.id,
            workspace=self.workspace,
            at=self.at,
            user=self.user,
            word=self.word,
            channel=self.channel,
            response_url=self.response_url,
        )


#: What people type, in both languages, to the word that we know.
_WORDS = {
    "help": "help",
    "ajuda": "help",
    "?": "help",
    "status": "status",
    "estado": "status",
    "meus casos": "status",
    "privacy": "privacy",
    "privacidade": "privacy",
    "forget me": "forget me",
    "forget": "forget me",
    "esqueça-me": "forget me",
    "esqueca-me": "forget me",
    "me esqueça": "forget me",
    "me esqueca": "forget me",
    "apagar meus dados": "forget me",
    "language": "language",
    "idioma": "language",
    "língua": "language",
    "audit": "audit",
    "auditoria": "audit",
    "lingua": "language",
}


def command(body: Body, now: datetime) -> Command | None:
    """A slash command; its `text` has Slack's escapes, phones' quotation marks and odd spaces taken out."""
    user = text(body, "user_id")
    if not user:
        return None
    where, said = workspace(body), _typed(text(body, "text"))
    return Command(
        id=f"command:{where.team}:{user}:{text(body, 'trigger_id')}",
        user=UserId(user),
        workspace=where,
        at=now,
        trigger_id=text(body, "trigger_id"),
        word=_WORDS.get(said.casefold().rstrip(".!"), ""),
        text=said,
        channel=ChannelId(text(body, "channel_id")) or None,
        response_url=text(body, "response_url") or None,
    )


def submission(body: Body, now: datetime) -> Submission | None:
    """A `view_submission` or `view_closed`."""
    view, user = node(body, "view"), text(node(body, "user"), "id")
    if not user or not text(view, "id"):
        return None
    where, fields = workspace(body), tuple(_fields(node(view, "state", "values")))
    return Submission(
        id=f"view:{where.team}:{text(view, 'id')}:{text(view, 'hash')}",
        modal=text(view, "callback_id"),
        view_id=text(view, "id"),
        user=UserId(user),
        workspace=where,
        at=moment(text(view, "hash").partition(".")[0], now) if text(view, "hash") else now,
        metadata=_metadata(text(view, "private_metadata")),
        values=MappingProxyType({action: value for _, action, value, _ in fields if value}),
        blocks=MappingProxyType({action: block for block, action, _, _ in fields}),
        files=tuple(file for *_, found in fields for file in found),
        stranger=acts_from_elsewhere(body, where),
    )


def intake(sent: Submission) -> IntakeSubmitted:
    """The first modal as an event."""
    answers = {name.removeprefix("answer:"): value for name, value in sent.values.items() if name.startswith("answer:")}
    return IntakeSubmitted(
        id=sent.id,
        workspace=sent.workspace,
        at=sent.at,
        user=sent.user,
        stranger=sent.stranger,
        text=sent.values.get("text", ""),
        platform=sent.values.get("platform"),
        error=sent.values.get("error"),
        answers=MappingProxyType(answers),
        files=sent.files,
        continues=CaseId(continues) if (continues := sent.values.get("continues")) not in (None, "new") else None,
        channel=ChannelId(sent.metadata.channel) or None,
        response_url=sent.metadata.response_url or None,
    )


def setup(sent: Submission) -> SetupChanged | str:
    """The set-up modal as an event; or which sentence of `view` says what is wrong with it."""
    about = tuple(
        name
        for name, action in (("admin_channel", "channel"), ("responders", "responders"), ("office", "begins"))
        if action in sent.blocks
    )
    group, begins, ends = (sent.values.get(name, "") for name in ("responders", "begins", "ends"))
    if found := re.fullmatch(r"(?:<!subteam\^)?(S[A-Z0-9]{2,})(?:\|.*)?>?", group.strip()):
        group = found[1]
    elif group:
        return "bad_group"
    if (begins or ends) and not (begins and ends and begins < ends):
        return "bad_hours"
    days = tuple(int(day) for day in sent.values.get("days", "").split(",") if day.isdecimal())
    return SetupChanged(
        id=sent.id,
        workspace=sent.workspace,
        at=sent.at,
        user=sent.user,
        stranger=sent.stranger,
        about=about,
        admin_channel=ChannelId(sent.values.get("channel", "")) or None,
        responders=group or None,
        begins=begins or None,
        ends=ends or None,
        days=days,
    )


def watch(sent: Submission) -> SetupChanged:
    """The modal of a watched channel as an event."""
    channel = ChannelId(sent.values.get("channel") or sent.metadata.channel)
    stop, mode, language = (sent.values.get(name, "") for name in ("stop", "mode", "language"))
    ways = {each.value: each for each in Watching}
    kept = Watch(channel=channel, mode=ways.get(mode, Watching.ANSWER), language=language if language in LOCALES else None)
    return SetupChanged(
        id=sent.id,
        workspace=sent.workspace,
        at=sent.at,
        user=sent.user,
        stranger=sent.stranger,
        about=("watched",),
        watch=None if stop else kept,
        unwatch=channel if stop else None,
    )


def reply(sent: Submission) -> ReplySubmitted:
    """The reply modal's second sending as an event."""
    return ReplySubmitted(
        id=sent.id,
        workspace=sent.workspace,
        at=sent.at,
        user=sent.user,
        stranger=sent.stranger,
        case=CaseId(sent.metadata.case),
        text=sent.values.get("text", ""),
        source=MessageRef(channel=ChannelId(sent.metadata.channel), ts=sent.metadata.source) if sent.metadata.source else None,
        files=ticked(sent),
    )


def ticked(sent: Submission) -> tuple[str, ...]:
    """The files that are to go along, by id: only such as were offered."""
    offered = {ident for ident, _ in sent.metadata.files}
    return tuple(each for each in sent.values.get("files", "").split(",") if each in offered)


def deskwork(sent: Submission) -> ActionTaken:
    """One of the desk's small forms as the action that it asks for."""
    cause = sent.values.get("cause", UNKNOWN)
    ended = sent.values.get("reason", "") + (f" {cause}" if cause != UNKNOWN else "")
    return ActionTaken(
        id=sent.id,
        workspace=sent.workspace,
        at=sent.at,
        user=sent.user,
        stranger=sent.stranger,
        action=Action(sent.modal),
        case=CaseId(sent.metadata.case) or None,
        argument=ended if sent.modal == Modal.RESOLVE else sent.values.get("text", ""),
    )


def unmask(sent: Submission) -> ActionTaken:
    """Who wants to know which masked name is which, and why."""
    return ActionTaken(
        id=sent.id,
        workspace=sent.workspace,
        at=sent.at,
        user=sent.user,
        stranger=sent.stranger,
        action=Action.UNMASK,
        case=CaseId(sent.metadata.case) or None,
        argument=sent.values.get("reason", ""),
    )


def _typed(said: str) -> str:
    """One line as meant: plain quotes and spaces, no invisible characters."""
    said = re.sub(r"[“”„]", '"', re.sub(r"[‘’]", "'", plain(said)))
    return " ".join(re.sub(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", said).split())


def _metadata(written: str) -> Metadata:
    found = json_object(written)
    if found.get("v") != VERSION:
        return Metadata()
    return Metadata(
        case=text(found, "case"),
        channel=text(found, "channel"),
        response_url=text(found, "response_url"),
        shown=text(found, "shown"),
        source=text(found, "source"),
        files=tuple(_pairs(found.get("files"))),
    )


def _pairs(found: object) -> Iterator[tuple[str, str]]:
    for each in found if isinstance(found, list) else ():
        if isinstance(each, list) and len(each) == 2 and all(isinstance(part, str) for part in each):
            yield each[0], each[1]


def _fields(values: Body) -> Iterator[tuple[str, str, str, tuple[UploadedFile, ...]]]:
    """(block id, action id, what was typed or chosen, files) of each input; untouched ones are null or empty."""
    for block in values:
        inputs = node(values, block)
        for action in inputs:
            given = node(inputs, action)
            value = text(given, "value").strip() or text(node(given, "selected_option"), "value")
            value = value or text(given, "selected_conversation", "selected_time")
            value = value or text(given, "selected_user")
            value = value or ",".join(text(option, "value") for option in nodes(given, "selected_options"))
            found = tuple(file for file in (uploaded(item) for item in nodes(given, "files")) if file is not None)
            yield block, action, value, found
