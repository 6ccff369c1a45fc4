"""conversations.*: opening, reading, joining."""

from __future__ import annotations

from dataclasses import replace

from bot.playground import names
from bot.playground.calls import ApiError, Call, Method, Tier, page_of
from bot.playground.payloads import channel_json, post_json
from bot.playground.records import Channel, ChannelKind, Json, Post

_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")


def _open(call: Call) -> Json:
    if call.text("channel"):
        channel = call.channel()
        return {"channel": channel_json(channel) if call.flag("return_im") else {"id": channel.id}}
    users = [user.strip() for user in call.text("users").split(",") if user.strip()]
    if not users:
        raise ApiError("users_list_not_supplied")
    if len(users) > 1:
        # a conversation of three and more is nothing that this bot opens
        raise ApiError("method_not_supported_for_channel_type")
    if users[0] not in call.world.people:
        raise ApiError("user_not_found")
    if users[0] == names.BOT_USER:
        raise ApiError("cannot_dm_bot")
    channel = call.world.direct(names.BOT_USER, users[0])
    return {"channel": channel_json(channel) if call.flag("return_im") else {"id": channel.id}}


def _info(call: Call) -> Json:
    channel = call.channel()
    call.scope_for(channel, "read")
    body = channel_json(channel)
    if call.flag("include_locale"):
        others = [call.world.people[m] for m in channel.members if m in call.world.people and m != names.BOT_USER]
        body["locale"] = others[0].locale if channel.is_direct and others else "en-US"
    if call.flag("include_num_members"):
        body["num_members"] = len(channel.members)
    return {"channel": body}


def _within(call: Call, post: Post) -> bool:
    oldest, latest = call.text("oldest"), call.text("latest")
    inclusive = call.flag("inclusive")
    after = not oldest or post.ts > oldest or (inclusive and post.ts == oldest)
    before = not latest or post.ts < latest or (inclusive and post.ts == latest)
    return after and before


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.scope_for(channel, "history")
    if names.BOT_USER not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def _messages(call: Call, posts: list[Post]) -> Json:
    with_metadata = call.flag("include_all_metadata")
    page, cursor = page_of([post_json(call.world, post, call.slack.base, with_metadata=with_metadata) for post in posts], call)
    answer: Json = {"messages": page, "has_more": bool(cursor), "pin_count": 0}
    if cursor:
        answer["response_metadata"] = {"next_cursor": cursor}
    return answer


def _history(call: Call) -> Json:
    channel = _readable(call)
    posts = call.world.posts_in(channel.id, lambda post: (not post.is_reply or post.broadcast) and _within(call, post))
    return _messages(call, posts[::-1])


def _replies(call: Call) -> Json:
    channel = _readable(call)
    ts = call.needed("ts")
    parent = call.world.post_at(channel.id, ts)
    if parent is None:
        raise ApiError("thread_not_found")
    # the parent comes with every page's beginning, whatever the bounds are
    replies = [post for post in call.world.replies_to(channel.id, ts) if _within(call, post)]
    return _messages(call, [parent, *replies])


def _members(call: Call) -> Json:
    channel = call.channel()
    call.scope_for(channel, "read")
    page, cursor = page_of([{"id": member} for member in channel.members], call)
    return {"members": [one["id"] for one in page], "response_metadata": {"next_cursor": cursor}}


def _list(call: Call) -> Json:
    wanted = {kind.strip() for kind in (call.text("types") or "public_channel").split(",")}
    kinds = {ChannelKind.PUBLIC: "public_channel", ChannelKind.PRIVATE: "private_channel", ChannelKind.DIRECT: "im"}
    found = [
        channel_json(channel)
        for channel in call.world.channels.values()
        if kinds[ChannelKind(channel.type)] in wanted
        and call.world.may_see(names.BOT_USER, channel)
        and not (channel.archived and call.flag("exclude_archived"))
    ]
    page, cursor = page_of(found, call)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def _join(call: Call) -> Json:
    channel = call.channel()
    if channel.type != ChannelKind.PUBLIC:
        raise ApiError("method_not_supported_for_channel_type")
    if channel.archived:
        raise ApiError("is_archived")
    if names.BOT_USER in channel.members:
        return {"channel": channel_json(channel), "warning": "already_in_channel"}
    joined = replace(channel, members=(*channel.members, names.BOT_USER))
    call.world.put(joined)
    return {"channel": channel_json(joined)}


METHODS = {
    "conversations.open": Method(run=_open, scopes=("im:write", "mpim:write")),
    "conversations.info": Method(run=_info, scopes=_READ),
    "conversations.history": Method(run=_history, scopes=_HISTORY),
    "conversations.replies": Method(run=_replies, scopes=_HISTORY),
    "conversations.members": Method(run=_members, scopes=_READ, tier=Tier.FOUR),
    "conversations.list": Method(run=_list, scopes=_READ, tier=Tier.TWO),
    "conversations.join": Method(run=_join, scopes=("channels:join",)),
}
