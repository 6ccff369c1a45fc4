"""What people can do: each act by name, as the page and the tests ask for it.

{"as": "mira", "act": "command", "channel": "general", "text": "/vpn-help error 809"}
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.playground import names
from bot.playground.asked import Act
from bot.playground.compose import command_text, compose
from bot.playground.events import Outgoing
from bot.playground.files import describe
from bot.playground.forms import UnfitError, elements, faults_of, fill, options_of
from bot.playground.interactions import Interactions, RefusedError, Use, typed_into
from bot.playground.local import LocalSlack
from bot.playground.payloads import view_json
from bot.playground.reacting import Reacted, react, unreact
from bot.playground.records import Json, OpenView, Post, StoredFile, Whisper
from bot.playground.speaking import change, delete_file, say, take_back


async def _post(act: Act) -> Json:
    channel = act.own_channel()
    files = [str(one) for one in act.given.get("files", ())]
    for one in files:
        file = act.slack.world.files.get(one)
        if file is None or file.user != act.person.id or file.deleted:
            raise RefusedError("file_not_found", detail=one)
    typed = act.text("text")
    if not typed.strip() and not files:
        raise RefusedError("no_text")
    thread_ts = act.thread(channel)
    if len(typed) > names.TYPED_LIMIT:
        files.append(_snippet(act, typed).id)
        typed = ""
    text, blocks = compose(act.slack.world, typed)
    broadcast = bool(act.given.get("broadcast")) and thread_ts is not None
    post = say(act.slack, channel, act.person.id, text=text, blocks=blocks, thread_ts=thread_ts, broadcast=broadcast, files=files)
    return {"channel": channel.id, "ts": post.ts, "thread_ts": thread_ts, "files": files}


def _snippet(act: Act, typed: str) -> StoredFile:
    """A long text becomes a file, as in Slack's own client."""
    world, body = act.slack.world, typed.encode()
    file = StoredFile(
        id=world.new_id("F"),
        name="Untitled.txt",
        title="Untitled",
        user=act.person.id,
        size=len(body),
        created=int(act.slack.clock.seconds()),
        mode="snippet",
    )
    file = describe(file, body)
    world.bytes_of(file).write_bytes(body)
    world.put(file)
    return file


async def _command(act: Act) -> Json:
    channel = act.channel()
    typed = act.text("text").strip()
    command, _, rest = typed.partition(" ")
    if act.text("thread_ts"):
        raise RefusedError("command_in_thread", detail=command)
    if command not in names.COMMANDS:
        raise RefusedError("unknown_command", detail=command)
    await act.interactions.command(act.person, channel, command, command_text(act.slack.world, rest.strip()), typed)
    return {"channel": channel.id}


async def _edit(act: Act) -> Json:
    post = act.own_post()
    typed = act.text("text")
    if not typed.strip():
        raise RefusedError("no_text")
    text, blocks = compose(act.slack.world, typed)
    change(act.slack, post, replace(post, text=text, blocks=blocks, edited=act.slack.world.next_ts(post.channel)))
    return {}


async def _delete(act: Act) -> Json:
    take_back(act.slack, act.own_post())
    return {}


async def _delete_file(act: Act) -> Json:
    file = act.slack.world.files.get(act.text("file"))
    if file is None or file.deleted:
        raise RefusedError("file_not_found")
    if file.user != act.person.id:
        raise RefusedError("not_yours")
    delete_file(act.slack, file.id)
    return {}


async def _react(act: Act) -> Json:
    post, name = act.post(), act.text("name").strip(":")
    if react(act.slack, post, act.person.id, name) is Reacted.ALREADY:
        unreact(act.slack, post, act.person.id, name)
    return {}


def _find(body: Mapping[str, object], act: Act) -> Use:
    """The element that is meant, by `action_id` or by what stands on it, and the value it is used with."""
    wanted, block_id, value = act.text("element"), act.text("block"), act.given.get("value")
    for block, element in elements(body):
        if block_id and block["block_id"] != block_id:
            continue
        if wanted == element["action_id"] or wanted == _label(element):
            return Use(block=block, element=element, value=value)
    for block, element in elements(body):
        # what stands in a menu is pressed by its words too
        for option in options_of(element):
            if wanted == option["text"]["text"]:
                return Use(block=block, element=element, value=option["value"])
    raise RefusedError("no_such_element", detail=wanted)


def _label(element: Json) -> str | None:
    text = element.get("text")
    return text.get("text") if isinstance(text, dict) else None


def _said(act: Act) -> Post | Whisper:
    channel, ts = act.channel(), act.text("ts")
    hidden = act.slack.world.whispers.get(f"{channel.id}/{ts}")
    if hidden is not None and hidden.to == act.person.id:
        return hidden
    return act.post()


async def _press(act: Act) -> Json:
    if act.given.get("view") or not act.given.get("ts"):
        view = act.view()
        if isinstance(act.given.get("values"), dict):
            view = fill(view, act.given["values"])[0]
        use = _find(view.body, act)
        if use.value is not None and use.element["type"] not in ("button", "overflow"):
            view = fill(view, {use.block["block_id"]: {use.element["action_id"]: use.value}})[0]
        act.slack.world.put(view)
        await act.interactions.press_in_view(act.person, view, use)
    else:
        said = _said(act)
        use = _find({"blocks": list(said.blocks)}, act)
        await act.interactions.press_in_message(act.person, said, use, act.given.get("values") or {})
    return {}


async def _fill(act: Act) -> Json:
    view = typed_into(act.view(), act.given.get("values") or {})
    act.slack.world.put(view)
    return {}


async def _submit(act: Act) -> Json:
    world = act.slack.world
    view = act.view()
    if view.is_home or not view.body.get("submit"):
        raise RefusedError("no_submit_button")
    view = typed_into(view, act.given.get("values") or {})
    world.put(view)
    errors = faults_of(act.slack, view)
    if errors:
        raise RefusedError("client_errors", errors=errors)
    # files in a modal are handed to the app by sending it
    for values in view.typed.values():
        for value in values.values():
            for one in value if isinstance(value, list | tuple) else (value,):
                file = world.files.get(str(one))
                if file is not None and file.user == act.person.id:
                    world.put(replace(file, given=True))
    await act.interactions.submit(act.person, view)
    stack = world.modals_of(act.person.id)
    return {"view": view_json(stack[-1], {})["id"] if stack else None}


async def _close(act: Act) -> Json:
    await act.interactions.close(act.person, act.view(), everything=bool(act.given.get("clear")))
    return {}


async def _suggest(act: Act) -> Json:
    source: OpenView | Post = act.view() if act.given.get("view") else act.post()
    use = _find(source.body if isinstance(source, OpenView) else {"blocks": list(source.blocks)}, act)
    return {"options": await act.interactions.suggest(act.person, source, use, act.text("query"))}


async def _shortcut(act: Act) -> Json:
    callback_id = act.text("callback_id")
    if callback_id not in names.SHORTCUTS:
        raise RefusedError("unknown_shortcut", detail=callback_id)
    on_message = names.SHORTCUTS[callback_id][1] == "message_action"
    await act.interactions.shortcut(act.person, callback_id, act.post() if on_message else None)
    return {}


async def _open(act: Act) -> Json:
    """Look at the app: its home tab, or the direct message with it."""
    world = act.slack.world
    channel = world.direct(names.BOT_USER, act.person.id)
    event: Json = {
        "type": "app_home_opened",
        "user": act.person.id,
        "channel": channel.id,
        "tab": act.text("tab", "home"),
        "event_ts": f"{act.slack.clock.seconds():.6f}",
    }
    home = world.home_of(act.person.id)
    if home is not None and event["tab"] == "home":
        event["view"] = view_json(home, {})
    act.slack.emit(event, channel)
    return {"channel": channel.id}


async def _direct(act: Act) -> Json:
    other = act.slack.world.person_named(act.text("with"))
    if other is None:
        raise RefusedError("user_not_found")
    return {"channel": act.slack.world.direct(act.person.id, other.id).id}


async def _invite(act: Act) -> Json:
    channel, other = act.own_channel(), act.slack.world.person_named(act.text("user"))
    if other is None or channel.is_direct:
        raise RefusedError("user_not_found" if other is None else "channel_not_found")
    if other.id not in channel.members:
        act.slack.world.put(replace(channel, members=(*channel.members, other.id)))
    return {}


async def _remove(act: Act) -> Json:
    channel, other = act.own_channel(), act.slack.world.person_named(act.text("user"))
    if other is None or channel.is_direct:
        raise RefusedError("user_not_found" if other is None else "channel_not_found")
    act.slack.world.put(replace(channel, members=tuple(one for one in channel.members if one != other.id)))
    return {}


async def _reload(act: Act) -> Json:
    """The client was loaded anew: ephemeral messages are gone."""
    for hidden in [one for one in act.slack.world.whispers.values() if one.to == act.person.id]:
        act.slack.world.remove(hidden)
    return {}


_ACTS: dict[str, Callable[[Act], Awaitable[Json]]] = {
    "post": _post,
    "command": _command,
    "edit": _edit,
    "delete": _delete,
    "delete_file": _delete_file,
    "react": _react,
    "press": _press,
    "fill": _fill,
    "submit": _submit,
    "close": _close,
    "suggest": _suggest,
    "shortcut": _shortcut,
    "open": _open,
    "direct": _direct,
    "invite": _invite,
    "remove": _remove,
    "reload": _reload,
}


class Acts:
    """Does what a person wants done."""

    def __init__(self, slack: LocalSlack, outgoing: Outgoing) -> None:
        self._slack = slack
        self._interactions = Interactions(slack=slack, outgoing=outgoing)

    async def do(self, given: Json) -> Json:
        """One act; `{"ok": true, …}`, or `{"ok": false, "error": …}` in Slack's or the client's words."""
        person = self._slack.world.person_named(str(given.get("as", "")))
        run = _ACTS.get(str(given.get("act", "")))
        if person is None or person.is_bot:
            return {"ok": False, "error": "user_not_found", "detail": str(given.get("as", ""))}
        if run is None:
            return {"ok": False, "error": "unknown_act", "detail": ", ".join(_ACTS)}
        try:
            return {"ok": True, **await run(Act(slack=self._slack, interactions=self._interactions, person=person, given=given))}
        except RefusedError as refusal:
            return refusal.to_json()
        except UnfitError as unfit:
            return {"ok": False, "error": unfit.code}
