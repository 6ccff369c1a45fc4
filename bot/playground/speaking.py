"""Saying, changing and taking back: what happens to a message, and the events that tell the bot of it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import replace

from bot.playground import names
from bot.playground.blockkit import elements_of
from bot.playground.faults import FaultKind
from bot.playground.local import LocalSlack
from bot.playground.payloads import file_json, post_json
from bot.playground.records import Channel, Json, Post, Whisper

_BOT_MENTION = re.compile(rf"<@{names.BOT_USER}(\|[^>]*)?>")


def with_ids(blocks: Sequence[Json]) -> tuple[Json, ...]:
    """Blocks as Slack keeps them: each with a `block_id`, each element that can be used with an `action_id`."""
    done: list[Json] = []
    for block in blocks:
        kept = {**block, "block_id": block.get("block_id") or secrets.token_hex(3)}
        for name in ("accessory", "element"):
            if isinstance(kept.get(name), dict) and kept[name].get("type") != "image":
                kept[name] = {"action_id": secrets.token_hex(3), **kept[name]}
        if elements_of(kept) and isinstance(kept.get("elements"), list | tuple):
            kept["elements"] = [{"action_id": secrets.token_hex(3), **element} for element in kept["elements"]]
        done.append(kept)
    return tuple(done)


def text_of(blocks: Sequence[Json]) -> str:
    """The text that Slack makes of blocks when none was given."""
    found: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("text"), str):
                found.append(node["text"])
            else:
                for value in node.values():
                    walk(value)
        elif isinstance(node, list | tuple):
            for one in node:
                walk(one)

    walk(list(blocks))
    return " ".join(found)


def say(
    slack: LocalSlack,
    channel: Channel,
    user: str,
    *,
    text: str = "",
    blocks: Sequence[Json] = (),
    attachments: Sequence[Json] = (),
    thread_ts: str | None = None,
    broadcast: bool = False,
    files: Sequence[str] = (),
    metadata: Json | None = None,
) -> Post:
    """A new message, and its events."""
    world = slack.world
    post = Post(
        channel=channel.id,
        ts=world.next_ts(channel.id),
        user=user,
        text=text or text_of(blocks),
        blocks=with_ids(blocks),
        attachments=tuple(attachments),
        thread_ts=thread_ts,
        broadcast=broadcast,
        subtype="file_share" if files else "thread_broadcast" if broadcast else None,
        files=tuple(files),
        metadata=metadata,
    )
    world.put(post)
    for file_id in files:
        file = world.files[file_id]
        world.put(replace(file, shares=(*file.shares, (channel.id, post.ts, thread_ts or ""))))
    _tell_of_new(slack, channel, post)
    return post


def _tell_of_new(slack: LocalSlack, channel: Channel, post: Post) -> None:
    body = {**post_json(slack.world, post, slack.base), "channel": channel.id, "event_ts": post.ts, "channel_type": channel.type}
    for counted in ("reply_count", "reply_users", "reply_users_count", "latest_reply"):
        body.pop(counted, None)
    for index, file in enumerate(body.get("files", ())):
        if slack.faults.take(FaultKind.FOREIGN_FILE, str(file.get("name"))):
            body["files"][index] = {"id": file["id"], "mode": "file_access", "file_access": "check_file_info"}
    shared = [
        {
            "type": "file_shared",
            "file_id": file_id,
            "user_id": post.user,
            "file": {"id": file_id},
            "channel_id": channel.id,
            "event_ts": post.ts,
        }
        for file_id in post.files
    ]
    events = [body]
    if not channel.is_direct and post.user != names.BOT_USER and _BOT_MENTION.search(post.text):
        mention = {k: v for k, v in body.items() if k not in ("channel_type", "subtype")}
        events.append({**mention, "type": "app_mention"})
    events = [*shared, *events] if shared and slack.faults.take(FaultKind.FILE_FIRST, "file_shared") else [*events, *shared]
    for event in events:
        slack.emit(event, channel)


def change(slack: LocalSlack, before: Post, after: Post) -> Post:
    """A message is another now, and its event."""
    slack.world.put(after)
    channel = slack.world.channels[after.channel]
    slack.emit(
        {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "channel": channel.id,
            "channel_type": channel.type,
            "ts": slack.world.next_ts(channel.id),
            "event_ts": slack.world.next_ts(channel.id),
            "message": post_json(slack.world, after, slack.base),
            "previous_message": post_json(slack.world, before, slack.base),
        },
        channel,
    )
    return after


def edited(slack: LocalSlack, before: Post, *, text: str, blocks: Sequence[Json], mark: bool, metadata: Json | None) -> Post:
    """A message with other words."""
    after = replace(
        before,
        text=text or text_of(blocks),
        blocks=with_ids(blocks),
        edited=slack.world.next_ts(before.channel) if mark else before.edited,
        metadata=metadata,
    )
    return change(slack, before, after)


def take_back(slack: LocalSlack, post: Post) -> None:
    """A message is deleted; while it has replies, a placeholder stays."""
    world = slack.world
    channel = world.channels[post.channel]
    previous = post_json(world, post, slack.base)
    if world.replies_to(post.channel, post.ts):
        world.put(Post(channel=post.channel, ts=post.ts, user=names.SLACKBOT, tombstone=True))
    else:
        world.remove(post)
    slack.emit(
        {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "channel": channel.id,
            "channel_type": channel.type,
            "ts": world.next_ts(channel.id),
            "event_ts": world.next_ts(channel.id),
            "deleted_ts": post.ts,
            "previous_message": previous,
        },
        channel,
    )


def whisper(
    slack: LocalSlack,
    channel: Channel,
    to: str,
    *,
    text: str = "",
    blocks: Sequence[Json] = (),
    thread_ts: str | None = None,
    user: str = names.BOT_USER,
) -> Whisper:
    """An ephemeral message; no event tells of it."""
    said = Whisper(
        channel=channel.id,
        ts=slack.world.next_ts(channel.id),
        to=to,
        user=user,
        text=text or text_of(blocks),
        blocks=with_ids(blocks),
        thread_ts=thread_ts,
    )
    slack.world.put(said)
    return said


def delete_file(slack: LocalSlack, file_id: str) -> None:
    """A file is gone: its bytes, and its name in the messages that carried it."""
    world = slack.world
    file = world.files[file_id]
    gone = replace(file, deleted=True, preview="")
    world.put(gone)
    world.bytes_of(file).unlink(missing_ok=True)
    was_seen = file_is_seen(slack, file_id)
    for channel_id, ts, _ in file.shares:
        post = world.post_at(channel_id, ts)
        if post is not None:
            body = post_json(world, post, slack.base)
            previous = {
                **body,
                "files": [file_json(world, file if f == file_id else world.files[f], slack.base) for f in post.files],
            }
            channel = world.channels[channel_id]
            slack.emit(
                {
                    "type": "message",
                    "subtype": "message_changed",
                    "hidden": True,
                    "channel": channel_id,
                    "channel_type": channel.type,
                    "ts": world.next_ts(channel_id),
                    "event_ts": world.next_ts(channel_id),
                    "message": body,
                    "previous_message": previous,
                },
                channel,
            )
    if was_seen:
        slack.emit({"type": "file_deleted", "file_id": file_id, "event_ts": f"{slack.clock.seconds():.6f}"}, None)


def file_is_seen(slack: LocalSlack, file_id: str) -> bool:
    """True when the bot may read a file: its own, given in a modal, or shared where it is."""
    file = slack.world.files.get(file_id)
    if file is None:
        return False
    channels = slack.world.channels
    return (
        file.given
        or file.user == names.BOT_USER
        or any(names.BOT_USER in channels[share[0]].members for share in file.shares if share[0] in channels)
    )
