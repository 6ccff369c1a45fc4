"""Slack's dicts end here: each payload that we subscribe to becomes a value of `bot.events`, or one of the door's own.

    {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event_time": 1764000000, "event":
      {"type": "message", "subtype": "file_share", "channel": "D1", "channel_type": "im", "user": "U1",
       "ts": "1764000000.000100", "text": "", "files": [{"id": "F1", "name": "charon.log", …}]}}
    → MessagePosted(id="message:T1:D1:1764000000.000100", kind=DIRECT, files=(UploadedFile(id="F1", …),), …)

Everything is pure and tolerant: unknown fields are ignored, and what lacks its essentials gives None, never an error.
Ids are made of what stays the same when Slack delivers a second time. A message has the same id whether it arrives as
`message` or as `app_mention`, so that one mention is one event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.events import (
    Action,
    ActionTaken,
    CaseId,
    ChannelId,
    ChannelKind,
    Event,
    FileDeleted,
    FileShared,
    MessageChanged,
    MessageDeleted,
    MessagePosted,
    MessageRef,
    UploadedFile,
    UserId,
    Workspace,
)
from bot.ports import Profile
from bot.slack.fields import Body, json_object, moment, node, nodes, number, text
from bot.slack.markup import from_blocks, mentions, neutral, plain

#: The version of what our buttons and modals carry; an older one is translated in `carried`, for a while.
VERSION = 1

#: Message subtypes that are a person's words; the rest (joins, topics, reminders, other bots) is Slack's own noise.
_WORDS = frozenset({"", "file_share", "thread_broadcast", "me_message"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who the bot is in this workspace, so that it does not answer itself."""

    user: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeOpened(Event):
    """Somebody looks at the bot's home tab. The door's own: the tab is published at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button or menu, with what only the door needs: the trigger for a modal, the modal it stands in."""

    event: ActionTaken
    trigger_id: str
    response_url: str | None = None
    view_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """*Get VPN help* from anywhere (`message` None), *Diagnose this message*, or (`sends`) *Send to requester*."""

    user: UserId
    workspace: Workspace
    trigger_id: str
    message: MessagePosted | None = None
    #: The message is to be sent to the requester; it is kept nowhere, and its words are here as they may cross the wall.
    sends: bool = False
    #: Whether the bot itself wrote it.
    is_own: bool = False


#: The `callback_id` of *Send to requester*.
SEND = "vpn_help_send"


def event(body: Body, me: Me, now: datetime) -> Event | None:
    """What an `event_callback` says; None for what is not meant for us (our own words, other bots, joins and topics).

    Args:
        body: the whole envelope.
        me: the bot's own ids.
        now: the time, where Slack gives none.
    """
    inner = node(body, "event")
    read = _EVENTS.get(text(inner, "type"))
    return read(body, inner, me, now) if read else None


def press(body: Body, now: datetime) -> Press | None:
    """What a `block_actions` says; None for a button that is none of ours."""
    pressed = next(iter(nodes(body, "actions")), None)
    if pressed is None:
        return None
    chosen = text(pressed, "value") or text(node(pressed, "selected_option"), "value")
    name, case, argument = carried(chosen)
    try:
        action = Action(name or text(pressed, "action_id").partition(":")[0])
    except ValueError:
        return None
    where, container = workspace(body), node(body, "container")
    view = text(node(body, "view"), "id") or None
    channel = text(node(body, "channel"), "id") or text(container, "channel_id")
    ts = text(node(body, "message"), "ts") or text(container, "message_ts")
    user, when = _user(body), text(pressed, "action_ts")
    taken = ActionTaken(
        id=_id("action", where, ts or view or "", user, text(pressed, "action_id"), when or text(body, "trigger_id")),
        workspace=where,
        at=moment(when, now),
        user=user,
        stranger=acts_from_elsewhere(body, where),
        action=action,
        case=CaseId(case) if case else None,
        argument=argument,
        ref=MessageRef(channel=ChannelId(channel), ts=ts) if channel and ts else None,
    )
    return Press(
        event=taken,
        trigger_id=text(body, "trigger_id"),
        response_url=text(body, "response_url") or None,
        view_id=view,
    )


def shortcut(body: Body, me: Me, now: datetime) -> Shortcut | None:
    """A global or a message shortcut. On a message it is a mention of the bot there, made by who chose it."""
    where, user, when = workspace(body), _user(body), text(body, "action_ts")
    if user is None:
        return None
    message, found, channel = None, node(body, "message"), text(node(body, "channel"), "id")
    if text(body, "type") == "message_action" and channel and text(found, "ts"):
        message = MessagePosted(
            id=_id("shortcut", where, channel, text(found, "ts"), user, when),
            workspace=where,
            at=moment(when, now),
            user=user,
            stranger=acts_from_elsewhere(body, where),
            ref=MessageRef(channel=ChannelId(channel), ts=text(found, "ts")),
            kind=_kind("", channel),
            thread_ts=text(found, "thread_ts") or None,
            text=message_text(found, me.user),
            files=files(found),
            mentions_bot=True,
        )
    sends = message is not None and text(body, "callback_id") == SEND
    return Shortcut(
        user=user,
        workspace=where,
        trigger_id=text(body, "trigger_id"),
        message=replace(message, text=neutral(nodes(found, "blocks"), text(found, "text"))) if sends and message else message,
        sends=sends,
        is_own=_is_machine(found, me),
    )


def carried(value: str) -> tuple[str, str, str]:
    """What a button of ours carries: (action, case, argument), each empty where it is not said.

    `{"v": 1, "case": "…", "arg": "…"}`; a menu's options also carry `"do"`, because Slack gives them one action id.

    >>> carried('{"v": 1, "case": "c1", "arg": "before"}')
    ('', 'c1', 'before')
    >>> carried("somebody else's")
    ('', '', '')
    """
    found = json_object(value)
    if found.get("v") != VERSION:
        return "", "", ""
    return text(found, "do"), text(found, "case"), text(found, "arg")


def workspace(body: Body) -> Workspace:
    """Where the app is installed, which in a shared channel is not always where the person is from."""
    first = next(iter(nodes(body, "authorizations")), None)
    team = (
        text(node(body, "view"), "app_installed_team_id")
        or text(first or {}, "team_id")
        or text(node(body, "team"), "id")
        or text(body, "team_id")
        or text(node(body, "user"), "team_id")
    )
    enterprise = (
        text(node(body, "enterprise"), "id")
        or text(first or {}, "enterprise_id")
        or text(node(body, "team"), "enterprise_id")
        or text(body, "enterprise_id")
    )
    return Workspace(team=team or enterprise, enterprise=enterprise or None)


def files(message: Body) -> tuple[UploadedFile, ...]:
    """The files of a message; those that are gone already are left out."""
    found = (uploaded(file) for file in nodes(message, "files"))
    return tuple(file for file in found if file is not None and file.mode not in ("tombstone", "hidden_by_limit"))


def uploaded(file: Body) -> UploadedFile | None:
    """One file object. In a shared channel it may be no more than its id: then `url` is None and `Chat.file` knows more."""
    if not text(file, "id"):
        return None
    return UploadedFile(
        id=text(file, "id"),
        name=text(file, "name", "title") or text(file, "id"),
        size=number(file, "size"),
        mode=text(file, "mode") or "hosted",
        external=file.get("is_external") is True,
        url=text(file, "url_private_download", "url_private") or None,
        shares=tuple(_shares(node(file, "shares"))),
    )


def _shares(shares: Body) -> Iterator[MessageRef]:
    """`{"public": {"C1": [{"ts": "1.2"}]}, "private": …}`."""
    for reach in ("public", "private"):
        channels = node(shares, reach)
        for channel in channels:
            for share in nodes(channels, channel):
                if text(share, "ts"):
                    yield MessageRef(channel=ChannelId(channel), ts=text(share, "ts"))


def message_text(message: Body, bot: str | None) -> str:
    """A message's words without Slack's markup, and without the mention of the bot."""
    return from_blocks(nodes(message, "blocks"), without=bot) or plain(text(message, "text"), without=bot)


def profile(answer: Body) -> Profile:
    """A person as `users.info` describes them."""
    user = node(answer, "user")
    shown = node(user, "profile")
    return Profile(
        id=UserId(text(user, "id")),
        name=text(shown, "real_name", "display_name") or text(user, "real_name", "name"),
        locale=text(user, "locale") or "en-US",
        timezone=text(user, "tz") or "UTC",
        is_guest=user.get("is_restricted") is True or user.get("is_stranger") is True,
        is_bot=user.get("is_bot") is True,
        is_admin=user.get("is_admin") is True or user.get("is_owner") is True,
    )


def _message(body: Body, inner: Body, me: Me, now: datetime) -> Event | None:
    match text(inner, "subtype"):
        case "message_changed":
            return _changed(body, inner, me, now)
        case "message_deleted":
            return _deleted(body, inner, now, text(inner, "deleted_ts") or text(node(inner, "previous_message"), "ts"))
        case subtype if subtype in _WORDS:
            return _posted(body, inner, me, now)
        case _:
            return None


def _posted(body: Body, inner: Body, me: Me, now: datetime) -> MessagePosted | None:
    where, channel, ts, user = workspace(body), text(inner, "channel"), text(inner, "ts"), text(inner, "user")
    if not channel or not ts or _is_machine(inner, me):
        return None
    edited = text(node(inner, "edited"), "ts")
    return MessagePosted(
        id=_id("message", where, channel, ts, edited),
        workspace=where,
        at=moment(ts, now),
        user=UserId(user),
        stranger=_speaks_from_elsewhere(body, inner, where),
        ref=MessageRef(channel=ChannelId(channel), ts=ts),
        kind=_kind(text(inner, "channel_type"), channel),
        thread_ts=text(inner, "thread_ts") or None,
        text=message_text(inner, me.user),
        files=files(inner),
        mentions_bot=text(inner, "type") == "app_mention" or mentions(text(inner, "text"), me.user),
    )


def _changed(body: Body, inner: Body, me: Me, now: datetime) -> Event | None:
    """An edit by a person. Slack also says *changed* when it unfolds a link, counts replies, or leaves a tombstone."""
    message, before = node(inner, "message"), node(inner, "previous_message")
    channel, ts = text(inner, "channel"), text(message, "ts")
    if text(message, "subtype") == "tombstone":
        return _deleted(body, inner, now, ts)
    said = message_text(message, me.user)
    if not channel or not ts or _is_machine(message, me):
        return None
    added = _added(message, before)
    if added:
        return _joined(body, inner, me, now, added)
    if said == message_text(before, me.user):
        return None
    where, edited = workspace(body), text(node(message, "edited"), "ts") or text(inner, "event_ts", "ts")
    return MessageChanged(
        id=_id("changed", where, channel, ts, edited),
        workspace=where,
        at=moment(edited, now),
        user=UserId(text(message, "user")),
        stranger=_speaks_from_elsewhere(body, message, where),
        ref=MessageRef(channel=ChannelId(channel), ts=ts),
        kind=_kind(text(inner, "channel_type"), channel),
        thread_ts=text(message, "thread_ts") or None,
        text=said,
    )


def _added(message: Body, before: Body) -> tuple[UploadedFile, ...]:
    """Files that an edit brought; none where Slack does not say what was there before."""
    had = {file.id for file in files(before)}
    return tuple(file for file in files(message) if file.id not in had) if before else ()


def _joined(body: Body, inner: Body, me: Me, now: datetime, added: tuple[UploadedFile, ...]) -> MessagePosted | None:
    """Files put into a message that was said before come like a message of their own; its words only if they are other ones."""
    message, before = node(inner, "message"), node(inner, "previous_message")
    whole = {**message, "channel": text(inner, "channel"), "channel_type": text(inner, "channel_type")}
    posted = _posted(body, whole, me, now)
    if posted is None:
        return None
    called = posted.mentions_bot and not mentions(text(before, "text"), me.user)
    same = posted.text == message_text(before, me.user)
    # Without a mark of the edit the id must still be another than that of the message as it was first said.
    id_ = posted.id if text(node(message, "edited"), "ts") else f"{posted.id}:{text(inner, 'event_ts', 'ts')}"
    return replace(posted, id=id_, files=added, text="" if same else posted.text, mentions_bot=called)


def _deleted(body: Body, inner: Body, now: datetime, ts: str) -> MessageDeleted | None:
    channel, where = text(inner, "channel"), workspace(body)
    if not channel or not ts:
        return None
    return MessageDeleted(
        id=_id("deleted", where, channel, ts),
        workspace=where,
        at=moment(text(inner, "event_ts", "ts"), now),
        user=UserId(text(node(inner, "previous_message"), "user")) or None,
        ref=MessageRef(channel=ChannelId(channel), ts=ts),
    )


def _file_shared(body: Body, inner: Body, me: Me, now: datetime) -> FileShared | None:
    file = text(inner, "file_id") or text(node(inner, "file"), "id")
    channel, user = text(inner, "channel_id"), text(inner, "user_id", "user")
    if not file or not channel or (user and user == me.user):
        return None
    return FileShared(**_common(body, inner, now), user=UserId(user) or None, file_id=file, channel=ChannelId(channel))


def _file_deleted(body: Body, inner: Body, me: Me, now: datetime) -> FileDeleted | None:
    del me  # a file of the bot's own is nobody's evidence: the case that never heard of it does nothing
    file = text(inner, "file_id") or text(node(inner, "file"), "id")
    return FileDeleted(**_common(body, inner, now), file_id=file) if file else None


def _home(body: Body, inner: Body, me: Me, now: datetime) -> HomeOpened | None:
    del me
    user = text(inner, "user")
    return HomeOpened(**_common(body, inner, now), user=UserId(user)) if user and text(inner, "tab") == "home" else None


_EVENTS: dict[str, Callable[[Body, Body, Me, datetime], Event | None]] = {
    "message": _message,
    "app_mention": _posted,
    "file_shared": _file_shared,
    "file_deleted": _file_deleted,
    "app_home_opened": _home,
}


def _common(body: Body, inner: Body, now: datetime) -> dict[str, Any]:
    """The fields of an event that Slack's own `event_id` identifies."""
    where, slack_id = workspace(body), text(body, "event_id")
    parts = (slack_id,) if slack_id else (text(inner, "type"), text(inner, "file_id", "user"), text(inner, "event_ts"))
    return {"id": _id("event", where, *parts), "workspace": where, "at": moment(text(inner, "event_ts"), now)}


def _id(kind: str, where: Workspace, *parts: str | None) -> str:
    return ":".join([kind, where.team, *(part for part in parts if part)])


def _user(body: Body) -> UserId | None:
    return UserId(text(node(body, "user"), "id") or text(body, "user_id")) or None


def _kind(channel_type: str, channel: str) -> ChannelKind:
    """`app_mention` and shortcuts do not say the type; ids of direct messages begin with D."""
    direct = channel_type in ("im", "app_home") or (not channel_type and channel.startswith("D"))
    return ChannelKind.DIRECT if direct else ChannelKind.CHANNEL


def _is_machine(message: Body, me: Me) -> bool:
    user = text(message, "user")
    return not user or user in (me.user, "USLACKBOT") or bool(text(message, "bot_id"))


def _speaks_from_elsewhere(body: Body, inner: Body, where: Workspace) -> bool:
    """In a channel that is shared with another company, who does not plainly belong to us is a stranger."""
    if body.get("is_ext_shared_channel") is not True:
        return False
    home = text(inner, "user_team") or text(inner, "team")
    return not home or home not in (where.team, where.enterprise)


def acts_from_elsewhere(body: Body, where: Workspace) -> bool:
    """In an organisation a person's team may be a sister workspace; only without one does another team mean a stranger."""
    team = text(node(body, "user"), "team_id")
    return bool(team) and team not in (where.team, where.enterprise) and where.enterprise is None
