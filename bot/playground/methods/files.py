"""files.*: looking at a file, and the three steps in which the bot shows one."""

from __future__ import annotations

import secrets
from dataclasses import replace

from bot.playground import names
from bot.playground.blockkit import check_blocks
from bot.playground.calls import ApiError, Call, Method, Tier
from bot.playground.files import describe
from bot.playground.payloads import file_json
from bot.playground.records import Json, StoredFile
from bot.playground.speaking import delete_file, file_is_seen, say


def _visible(call: Call) -> StoredFile:
    file = call.world.files.get(call.needed("file"))
    if file is None or not file_is_seen(call.slack, file.id):
        raise ApiError("file_not_found")
    if file.deleted:
        raise ApiError("file_deleted")
    return file


def _info(call: Call) -> Json:
    file = _visible(call)
    body = file_json(call.world, file, call.slack.base)
    return {"file": body, "comments": [], "response_metadata": {"next_cursor": ""}}


def _delete(call: Call) -> Json:
    file = _visible(call)
    if file.user != names.BOT_USER:
        raise ApiError("cant_delete_file")
    delete_file(call.slack, file.id)
    return {}


def _upload_address(call: Call) -> Json:
    call.needed("filename", "length")
    name, length = call.text("filename"), call.number("length", 0, 2**40)
    if call.text("length") in ("0", ""):
        raise ApiError("invalid_arguments", messages=["[ERROR] must be greater than 0 [json-pointer:/length]"])
    if call.text("snippet_type") and length > 1024 * 1024:
        raise ApiError("snippet_too_large")
    file = describe(
        StoredFile(
            id=call.world.new_id("F"),
            name=name,
            title=name,
            user=names.BOT_USER,
            size=length,
            created=int(call.slack.clock.seconds()),
            mode="snippet" if call.text("snippet_type") else "hosted",
            alt=call.text("alt_txt")[:1000],
        )
    )
    call.world.put(file)
    ticket = secrets.token_urlsafe(18)
    call.slack.tickets[ticket] = file.id
    return {"upload_url": f"{call.slack.base}/upload/v1/{ticket}", "file_id": file.id}


def _complete(call: Call) -> Json:
    given = call.json("files")
    if not isinstance(given, list) or not given:
        raise ApiError("invalid_arguments", messages=["[ERROR] missing required field: files"])
    files = [_arrived(call, one) for one in given]
    channels = [part.strip() for part in (call.text("channel_id") or call.text("channels")).split(",") if part.strip()]
    if len(channels) > 100:
        raise ApiError("invalid_channel")
    blocks = call.json("blocks") or []
    if faults := check_blocks(blocks):
        raise ApiError("invalid_blocks", messages=[f"[ERROR] {fault}" for fault in faults])
    places = [Call(slack=call.slack, arguments={**call.arguments, "channel": name}).own_channel() for name in channels]
    thread_ts = call.text("thread_ts") or None
    for channel in places:
        if thread_ts and (parent := call.world.post_at(channel.id, thread_ts)) is not None and parent.is_reply:
            raise ApiError("invalid_thread_ts")
    for channel in places:
        say(
            call.slack,
            channel,
            names.BOT_USER,
            text=call.text("initial_comment"),
            blocks=blocks,
            thread_ts=thread_ts,
            files=[file.id for file in files],
        )
    # the ts of the share is not in the answer, as in Slack: it is found in the event or in files.info
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


def _arrived(call: Call, one: object) -> StoredFile:
    file = call.world.files.get(str(one.get("id"))) if isinstance(one, dict) else None
    if file is None or file.user != names.BOT_USER or not call.world.bytes_of(file).exists():
        raise ApiError("file_not_found")
    title = str(one.get("title") or "") if isinstance(one, dict) else ""
    if title and title != file.title:
        file = replace(file, title=title[:250])
        call.world.put(file)
    return file


METHODS = {
    "files.info": Method(run=_info, scopes=("files:read",), tier=Tier.FOUR),
    "files.delete": Method(run=_delete, scopes=("files:write",)),
    "files.getUploadURLExternal": Method(run=_upload_address, scopes=("files:write",), tier=Tier.FOUR),
    "files.completeUploadExternal": Method(run=_complete, scopes=("files:write",), tier=Tier.FOUR),
}
