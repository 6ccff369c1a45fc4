"""Response URLs: answering an interaction without a token, five times within half an hour."""

from __future__ import annotations

import json
from dataclasses import replace

from aiohttp import web

from bot.playground import names
from bot.playground.blockkit import check_blocks
from bot.playground.faults import FaultKind
from bot.playground.local import LocalSlack
from bot.playground.records import Channel, Hook, Json
from bot.playground.speaking import edited, say, take_back, whisper, with_ids


class Hooks:
    """Takes what is posted to response URLs."""

    def __init__(self, slack: LocalSlack) -> None:
        self._slack = slack

    async def answer(self, request: web.Request) -> web.Response:
        """One use of one URL."""
        if fault := self._slack.faults.take(FaultKind.HOOK, "hook"):
            return web.json_response({"ok": False, "error": str(fault.value or "expired_url")}, status=404)
        hook = self._slack.world.hooks.get(request.match_info["hook"])
        if hook is None or self._slack.clock.seconds() > hook.expires:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if hook.uses >= names.HOOK_USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        try:
            body = json.loads(await request.text())
        except ValueError:
            return web.Response(text="invalid_payload", status=400)
        if not isinstance(body, dict):
            return web.Response(text="invalid_payload", status=400)
        self._slack.world.put(replace(hook, uses=hook.uses + 1))
        refusal = self._use(hook, body)
        return web.Response(text=refusal or "ok", status=400 if refusal else 200)

    def _use(self, hook: Hook, body: Json) -> str | None:
        """Say, replace or delete; the refusal, if there is one."""
        if body.get("delete_original"):
            self._delete(hook)
            return None
        text, blocks = str(body.get("text") or ""), body.get("blocks") or []
        if check_blocks(blocks):
            return "invalid_blocks"
        if not text and not blocks:
            return "no_text"
        if body.get("replace_original") and self._replace(hook, text, blocks):
            return None
        channel = self._slack.world.channels[hook.channel]
        self._say_new(hook, channel, body, text, blocks)
        return None

    def _say_new(self, hook: Hook, channel: Channel, body: Json, text: str, blocks: list[Json]) -> None:
        if body.get("response_type") == "in_channel":
            thread_ts = str(body["thread_ts"]) if body.get("thread_ts") and not body.get("replace_original") else None
            say(self._slack, channel, names.BOT_USER, text=text, blocks=blocks, thread_ts=thread_ts)
        else:
            whisper(self._slack, channel, hook.person, text=text, blocks=blocks, thread_ts=hook.thread_ts)

    def _replace(self, hook: Hook, text: str, blocks: list[Json]) -> bool:
        """Edit what the interaction came from; False when there is nothing of the bot's own to edit."""
        world = self._slack.world
        if hook.source is None:
            return False
        if hook.source_is_whisper:
            hidden = world.whispers.get(f"{hook.channel}/{hook.source}")
            if hidden is not None:
                world.put(replace(hidden, text=text, blocks=with_ids(blocks)))
            return hidden is not None
        post = world.post_at(hook.channel, hook.source)
        if post is None or post.user != names.BOT_USER:
            return False
        edited(self._slack, post, text=text, blocks=blocks, mark=not blocks, metadata=post.metadata)
        return True

    def _delete(self, hook: Hook) -> None:
        world = self._slack.world
        if hook.source is None:
            return
        hidden = world.whispers.get(f"{hook.channel}/{hook.source}")
        post = world.post_at(hook.channel, hook.source)
        if hook.source_is_whisper and hidden is not None:
            world.remove(hidden)
        elif post is not None and post.user == names.BOT_USER:
            take_back(self._slack, post)
