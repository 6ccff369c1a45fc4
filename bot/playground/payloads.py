"""The world as Slack writes it in JSON: people, conversations, messages, files, views."""

from __future__ import annotations

from urllib.parse import quote

from bot.playground import names
from bot.playground.records import Channel, ChannelKind, Json, OpenView, Person, Post, StoredFile
from bot.playground.world import World


def person_json(person: Person, *, with_locale: bool = False) -> Json:
    """A user object."""
    body: Json = {
        "id": person.id,
        "team_id": names.TEAM,
        "name": person.handle,
        "deleted": False,
        "real_name": person.name,
        "tz": person.zone,
        "tz_label": person.zone,
        "tz_offset": person.zone_offset,
        "profile": {
            "title": person.title,
            "real_name": person.name,
            "real_name_normalized": person.name,
            "display_name": person.handle,
            "display_name_normalized": person.handle,
            "team": names.TEAM,
            **({"api_app_id": names.APP, "bot_id": names.BOT} if person.is_bot else {}),
        },
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": 0,
    }
    if with_locale:
        body["locale"] = person.locale
    return body


def channel_json(channel: Channel, *, for_user: str = names.BOT_USER) -> Json:
    """A conversation object."""
    body: Json = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.archived,
        "is_im": channel.is_direct,
        "is_mpim": False,
        "is_channel": channel.type == ChannelKind.PUBLIC,
        "is_group": False,
        "is_private": channel.type == ChannelKind.PRIVATE,
        "is_ext_shared": False,
        "is_shared": False,
        "is_org_shared": False,
        "context_team_id": names.TEAM,
    }
    if channel.is_direct:
        other = next((m for m in channel.members if m != for_user), for_user)
        return {**body, "user": other, "is_open": True}
    return {
        **body,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_general": channel.id == names.GENERAL,
        "is_member": for_user in channel.members,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def file_json(world: World, file: StoredFile, base: str) -> Json:
    """A file object; of a deleted one only the gravestone."""
    if file.deleted:
        return {"id": file.id, "mode": "tombstone"}
    address = f"{base}/files-pri/{names.TEAM}-{file.id}"
    name = quote(file.name.replace("/", "_"), safe="") or "file"
    body: Json = {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        **({"alt_txt": file.alt} if file.alt else {}),
        "mimetype": file.mimetype,
        "filetype": file.filetype,
        "pretty_type": file.filetype.upper(),
        "user": file.user,
        "user_team": names.TEAM,
        "editable": file.mode == "snippet",
        "size": file.size,
        "mode": file.mode,
        "is_external": False,
        "external_type": "",
        "is_public": False,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "file_access": "visible",
        "url_private": f"{address}/{name}",
        "url_private_download": f"{address}/download/{name}",
        "permalink": f"{base}/files/{file.user}/{file.id}/{name}",
        "channels": [],
        "groups": [],
        "ims": [],
        "shares": {},
    }
    if file.preview:
        body["preview"] = file.preview
    for channel_id, ts, thread_ts in file.shares:
        channel = world.channels.get(channel_id)
        if channel is None:
            continue
        list_name = {ChannelKind.PUBLIC: "channels", ChannelKind.PRIVATE: "groups"}.get(ChannelKind(channel.type), "ims")
        body[list_name].append(channel_id)
        side = "public" if channel.type == ChannelKind.PUBLIC else "private"
        share: Json = {"ts": ts, "team_id": names.TEAM, **({"thread_ts": thread_ts} if thread_ts else {})}
        body["shares"].setdefault(side, {}).setdefault(channel_id, []).append(share)
    return body


def post_json(world: World, post: Post, base: str, *, with_metadata: bool = False) -> Json:
    """A message object, as history and events carry it."""
    if post.tombstone:
        return {
            "type": "message",
            "subtype": "tombstone",
            "text": "This message was deleted.",
            "user": names.SLACKBOT,
            "hidden": True,
            "ts": post.ts,
            **_thread_fields(world, post),
        }
    body: Json = {"type": "message", "user": post.user, "ts": post.ts, "text": post.text, "team": names.TEAM}
    if post.subtype:
        body["subtype"] = post.subtype
    if post.user == names.BOT_USER:
        body |= {"bot_id": names.BOT, "app_id": names.APP, "bot_profile": bot_json()}
    if post.blocks:
        body["blocks"] = list(post.blocks)
    if post.attachments:
        body["attachments"] = list(post.attachments)
    if post.files:
        body["files"] = [file_json(world, world.files[f], base) for f in post.files if f in world.files]
        body["upload"] = False
    if post.edited:
        body["edited"] = {"user": post.user, "ts": post.edited}
    if post.reactions:
        body["reactions"] = [{"name": name, "users": list(users), "count": len(users)} for name, *users in post.reactions]
    if with_metadata and post.metadata:
        body["metadata"] = post.metadata
    return body | _thread_fields(world, post)


def _thread_fields(world: World, post: Post) -> Json:
    if post.is_reply and post.thread_ts:
        parent = world.post_at(post.channel, post.thread_ts)
        return {"thread_ts": post.thread_ts, **({"parent_user_id": parent.user} if parent else {})}
    replies = world.replies_to(post.channel, post.ts)
    if not replies:
        return {}
    people = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": post.ts,
        "reply_count": len(replies),
        "reply_users": people[:5],
        "reply_users_count": len(people),
        "latest_reply": replies[-1].ts,
    }


def bot_json() -> Json:
    """The bot profile that stands in its messages."""
    return {
        "id": names.BOT,
        "deleted": False,
        "name": "VPN Help",
        "updated": 0,
        "app_id": names.APP,
        "team_id": names.TEAM,
        "icons": {},
    }


def view_json(view: OpenView, values: Json) -> Json:
    """A view object with what is typed into it."""
    body = view.body
    return {
        "id": view.id,
        "team_id": names.TEAM,
        "type": body["type"],
        "blocks": body["blocks"],
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": body.get("callback_id", ""),
        "state": {"values": values},
        "hash": view.hash,
        "title": body.get("title"),
        "close": body.get("close"),
        "submit": body.get("submit"),
        "submit_disabled": body.get("submit_disabled", False),
        "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False),
        "previous_view_id": view.previous,
        "root_view_id": view.root,
        "app_id": names.APP,
        "external_id": body.get("external_id", ""),
        "app_installed_team_id": names.TEAM,
        "bot_id": names.BOT,
    }
