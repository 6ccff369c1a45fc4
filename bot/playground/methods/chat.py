"""chat.*: saying, editing, deleting, whispering."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.playground import names
from bot.playground.blockkit import TEXT_LIMIT, UPDATE_TEXT_LIMIT, check_blocks
from bot.playground.calls import ApiError, Call, Method, Tier
from bot.playground.payloads import post_json
from bot.playground.records import Channel, Json, Post
from bot.playground.speaking import edited, say, take_back, whisper


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a call wants to say."""

    text: str
    blocks: list[Json]
    attachments: list[Json]


def words_of(call: Call) -> Words:
    """What a call wants to say, checked."""
    text, markdown = call.text("text"), call.text("markdown_text")
    blocks, attachments = call.json("blocks") or [], call.json("attachments") or []
    if markdown:
        if text or blocks:
            raise ApiError("markdown_text_conflict")
        if len(markdown) > 12_000:
            raise ApiError("msg_too_long")
        blocks = [{"type": "markdown", "text": markdown}]
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    faults = check_blocks(blocks)
    if faults:
        # this is how Slack writes it: the same sentences twice
        raise ApiError("invalid_blocks", messages=[f"[ERROR] {fault}" for fault in faults])
    if not isinstance(attachments, list) or len(attachments) > 100:
        raise ApiError("too_many_attachments" if isinstance(attachments, list) else "invalid_attachments")
    if not text.strip() and not blocks and not attachments:
        raise ApiError("no_text")
    return Words(text=text[:TEXT_LIMIT], blocks=blocks, attachments=attachments)


def _metadata(call: Call, before: Json | None = None) -> Json | None:
    given = call.json("metadata")
    if given is None:
        return before
    if given == {}:
        return None
    if (
        not isinstance(given, dict)
        or not isinstance(given.get("event_type"), str)
        or not isinstance(given.get("event_payload"), dict)
    ):
        raise ApiError("invalid_metadata_format")
    for value in given["event_payload"].values():
        flat = value.values() if isinstance(value, dict) else (value,)
        if not all(isinstance(one, str | int | float | bool) for one in flat):
            raise ApiError("invalid_metadata_schema")
    if len(json.dumps(given)) > names.METADATA_BYTES:
        raise ApiError("metadata_too_large")
    return given


def _thread(call: Call, channel: Channel) -> str | None:
    """The parent under which to speak: an existing message that is no reply itself."""
    ts = call.text("thread_ts")
    if not ts:
        return None
    parent = call.world.post_at(channel.id, ts)
    if parent is None or parent.is_reply:
        raise ApiError("cannot_reply_to_message")
    return ts


def _post_message(call: Call) -> Json:
    channel = call.own_channel()
    words = words_of(call)
    post = say(
        call.slack,
        channel,
        names.BOT_USER,
        text=words.text,
        blocks=words.blocks,
        attachments=words.attachments,
        thread_ts=_thread(call, channel),
        broadcast=call.flag("reply_broadcast") and bool(call.text("thread_ts")),
        metadata=_metadata(call),
    )
    answer: Json = {
        "channel": channel.id,
        "ts": post.ts,
        "message": post_json(call.world, post, call.slack.base, with_metadata=True),
    }
    if not words.text:
        answer["warning"] = "missing_text_in_message"
    return answer


def _post_ephemeral(call: Call) -> Json:
    channel = call.own_channel()
    user = call.needed("user")
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    words = words_of(call)
    thread = call.text("thread_ts") or None
    said = whisper(call.slack, channel, user, text=words.text, blocks=words.blocks, thread_ts=thread)
    return {"message_ts": said.ts}


def _own_post(call: Call, refusal: str) -> Post:
    channel = call.channel()
    post = call.world.post_at(channel.id, call.needed("ts"))
    if post is None or post.tombstone:
        raise ApiError("message_not_found")
    if post.user != names.BOT_USER:
        raise ApiError(refusal)
    return post


def _update(call: Call) -> Json:
    post = _own_post(call, "cant_update_message")
    if len(call.text("text")) > UPDATE_TEXT_LIMIT:
        raise ApiError("msg_too_long")
    if call.arguments.get("metadata") is not None and not call.text("text") and call.json("blocks") is None:
        words = Words(text=post.text, blocks=list(post.blocks), attachments=list(post.attachments))
    elif post.files and not call.text("text") and not call.json("blocks"):
        words = Words(text="", blocks=[], attachments=[])
    else:
        words = words_of(call)
    if (
        post.blocks
        and words.blocks
        and _is_rich(list(post.blocks), all_of_it=True)
        and not _is_rich(words.blocks, all_of_it=False)
    ):
        raise ApiError("block_mismatch")
    after = edited(
        call.slack,
        post,
        text=words.text,
        blocks=words.blocks,
        mark=not words.blocks,
        metadata=_metadata(call, before=post.metadata),
    )
    return {"channel": post.channel, "ts": post.ts, "text": after.text, "message": post_json(call.world, after, call.slack.base)}


def _is_rich(blocks: list[Json], *, all_of_it: bool) -> bool:
    """Slack keeps a message of rich text from becoming one without any."""
    rich = [block.get("type") == "rich_text" for block in blocks]
    return all(rich) if all_of_it else any(rich)


def _delete(call: Call) -> Json:
    post = _own_post(call, "cant_delete_message")
    take_back(call.slack, post)
    return {"channel": post.channel, "ts": post.ts}


def _permalink(call: Call) -> Json:
    channel = call.channel()
    ts = call.needed("message_ts")
    post = call.world.post_at(channel.id, ts)
    if post is None:
        raise ApiError("message_not_found")
    return {"channel": channel.id, "permalink": permalink(call.slack.base, post)}


def permalink(base: str, post: Post) -> str:
    """The address of a message, for people."""
    link = f"{base}/archives/{post.channel}/p{post.ts.replace('.', '')}"
    return f"{link}?thread_ts={post.thread_ts}&cid={post.channel}" if post.is_reply else link


_WRITE = ("chat:write",)

METHODS = {
    "chat.postMessage": Method(run=_post_message, scopes=_WRITE, tier=Tier.POSTING),
    "chat.postEphemeral": Method(run=_post_ephemeral, scopes=_WRITE, tier=Tier.FOUR),
    "chat.update": Method(run=_update, scopes=_WRITE),
    "chat.delete": Method(run=_delete, scopes=_WRITE),
    "chat.getPermalink": Method(run=_permalink, tier=Tier.FREE),
}
