"""What a person's click, choice or submission looks like to the bot, and what its answer does.

{"type": "block_actions", "actions": [{"action_id": "claim", "value": "case-7"}], "trigger_id": "…", "response_url": "…"}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.playground import names
from bot.playground.answers import Answer
from bot.playground.blockkit import check_blocks, check_view
from bot.playground.events import Outgoing
from bot.playground.forms import elements, fill, state, state_of, value_of
from bot.playground.local import LocalSlack
from bot.playground.modals import add_view, close_all, close_view, replace_view
from bot.playground.payloads import post_json, view_json
from bot.playground.records import Channel, Json, OpenView, Person, Post, Whisper
from bot.playground.sentences import sentence
from bot.playground.speaking import say, whisper


class RefusedError(Exception):
    """What a person wanted cannot be done here; `code` says why, the page has the sentence. `errors` are by block."""

    def __init__(self, code: str, *, errors: Mapping[str, str] | None = None, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.errors = dict(errors or {})
        self.detail = detail

    def to_json(self) -> Json:
        """The answer to the act."""
        body: Json = {"ok": False, "error": self.code}
        if self.errors:
            body["errors"] = self.errors
        if self.detail:
            body["detail"] = self.detail
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """An element that a person used, the block it stands in, and what was chosen."""

    block: Json
    element: Json
    value: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interactions:
    """Sends interactions and lets the answers take effect."""

    slack: LocalSlack
    outgoing: Outgoing

    async def command(self, person: Person, channel: Channel, command: str, text: str, shown: str) -> None:
        """A slash command. `text` is as Slack escapes it, `shown` as it was typed."""
        slack = self.slack
        answer = await self.outgoing.ask(
            "slash_commands",
            {
                "token": names.VERIFICATION_TOKEN,
                "team_id": names.TEAM,
                "team_domain": names.TEAM_DOMAIN,
                "channel_id": channel.id,
                "channel_name": "directmessage" if channel.is_direct else channel.name,
                "user_id": person.id,
                "user_name": person.handle,
                "command": command,
                "text": text,
                "api_app_id": names.APP,
                "is_enterprise_install": "false",
                "response_url": slack.new_hook(person.id, channel.id),
                "trigger_id": slack.new_trigger(person.id),
            },
        )
        if not answer.ok:
            key = "operation_timeout" if answer.is_late else "dispatch_failed"
            self._slackbot(person, channel, sentence(person.locale, key, command=command))
            raise RefusedError(key)
        self._say_answer(person, channel, command, answer, shown)

    def _say_answer(self, person: Person, channel: Channel, command: str, answer: Answer, shown: str) -> None:
        text = str(answer.body.get("text") or answer.text or "")
        blocks = answer.body.get("blocks") or []
        if not text and not blocks:
            return
        if faults := check_blocks(blocks):
            self._slackbot(person, channel, sentence(person.locale, "bad_answer", command=command, why="; ".join(faults)))
            raise RefusedError("bad_answer", detail="; ".join(faults))
        if answer.body.get("response_type") == "in_channel":
            say(self.slack, channel, person.id, text=shown)
            say(self.slack, channel, names.BOT_USER, text=text, blocks=blocks)
        else:
            whisper(self.slack, channel, person.id, text=text, blocks=blocks)

    def _slackbot(self, person: Person, channel: Channel, text: str) -> None:
        whisper(self.slack, channel, person.id, text=text, user=names.SLACKBOT)

    def _common(self, person: Person, kind: str) -> Json:
        return {
            "type": kind,
            "team": {"id": names.TEAM, "domain": names.TEAM_DOMAIN},
            "enterprise": None,
            "is_enterprise_install": False,
            "user": {"id": person.id, "username": person.handle, "name": person.handle, "team_id": names.TEAM},
            "api_app_id": names.APP,
            "token": names.VERIFICATION_TOKEN,
        }

    async def _send(self, payload: Json) -> Answer:
        answer = await self.outgoing.ask("interactive", payload)
        if not answer.ok:
            raise RefusedError("operation_timeout" if answer.is_late else "dispatch_failed")
        return answer

    # buttons and menus

    async def press_in_message(self, person: Person, said: Post | Whisper, use: Use, typed: Json) -> None:
        """An element of a message was used."""
        slack, hidden = self.slack, isinstance(said, Whisper)
        channel = slack.world.channels[said.channel]
        container: Json = {"type": "message", "message_ts": said.ts, "channel_id": channel.id, "is_ephemeral": hidden}
        if said.thread_ts:
            container["thread_ts"] = said.thread_ts
        payload: Json = {
            **self._common(person, "block_actions"),
            "container": container,
            "channel": {"id": channel.id, "name": "directmessage" if channel.is_direct else channel.name},
            "state": {"values": state(slack, {"blocks": list(said.blocks)}, typed)},
            "actions": [self._action(use)],
            "trigger_id": slack.new_trigger(person.id),
            "response_url": slack.new_hook(person.id, channel.id, source=said.ts, whisper=hidden, thread_ts=said.thread_ts),
        }
        # of an ephemeral message Slack sends no more than where it is
        if isinstance(said, Post):
            payload["message"] = post_json(slack.world, said, slack.base)
        await self._send(payload)

    async def press_in_view(self, person: Person, view: OpenView, use: Use) -> None:
        """An element of a modal or home tab was used."""
        slack = self.slack
        await self._send(
            {
                **self._common(person, "block_actions"),
                "container": {"type": "view", "view_id": view.id},
                "view": view_json(view, state_of(slack, view)),
                "actions": [self._action(use)],
                "trigger_id": slack.new_trigger(person.id, view=None if view.is_home else view.id),
            }
        )

    def _action(self, use: Use) -> Json:
        element = use.element
        action: Json = {
            "action_id": element["action_id"],
            "block_id": use.block["block_id"],
            "type": element["type"],
            "action_ts": f"{self.slack.clock.seconds():.6f}",
        }
        if element["type"] in ("button", "icon_button", "workflow_button"):
            action |= {name: element[name] for name in ("text", "value", "style", "url") if name in element}
        elif element["type"] == "feedback_buttons":
            action["value"] = str(use.value)
        else:
            action |= value_of(self.slack, element, use.value)
        return action

    async def suggest(self, person: Person, source: OpenView | Post, use: Use, query: str) -> list[Json]:
        """The options of an external select for what was typed."""
        payload: Json = {
            **self._common(person, "block_suggestion"),
            "action_id": use.element["action_id"],
            "block_id": use.block["block_id"],
            "value": query,
        }
        if isinstance(source, OpenView):
            payload |= {
                "container": {"type": "view", "view_id": source.id},
                "view": view_json(source, state_of(self.slack, source)),
            }
        else:
            channel = self.slack.world.channels[source.channel]
            payload |= {
                "container": {"type": "message", "message_ts": source.ts, "channel_id": channel.id, "is_ephemeral": False},
                "channel": {"id": channel.id, "name": channel.name},
                "message": post_json(self.slack.world, source, self.slack.base),
            }
        answer = await self._send(payload)
        options = answer.body.get("options") or [o for g in answer.body.get("option_groups", []) for o in g["options"]]
        return list(options)[:100]

    # shortcuts

    async def shortcut(self, person: Person, callback_id: str, said: Post | None) -> None:
        """A global shortcut, or one on a message."""
        slack = self.slack
        payload: Json = {
            **self._common(person, "message_action" if said else "shortcut"),
            "callback_id": callback_id,
            "action_ts": f"{slack.clock.seconds():.6f}",
            "trigger_id": slack.new_trigger(person.id),
        }
        if said is not None:
            channel = slack.world.channels[said.channel]
            payload |= {
                "message_ts": said.ts,
                "channel": {"id": channel.id, "name": "directmessage" if channel.is_direct else channel.name},
                "message": post_json(slack.world, said, slack.base),
                "response_url": slack.new_hook(person.id, channel.id, source=said.ts, thread_ts=said.thread_ts),
            }
        await self._send(payload)

    # modals

    async def submit(self, person: Person, view: OpenView) -> None:
        """A modal was sent. The bot's answer closes, replaces or covers it, or finds faults."""
        slack = self.slack
        answer = await self._send(
            {
                **self._common(person, "view_submission"),
                "view": view_json(view, state_of(slack, view)),
                "trigger_id": slack.new_trigger(person.id, view=view.id),
                "response_urls": self._response_urls(person, view),
            }
        )
        self._take_effect(person, view, answer.body)

    def _response_urls(self, person: Person, view: OpenView) -> list[Json]:
        found: list[Json] = []
        values = state_of(self.slack, view)
        for block, element in elements(view.body):
            if not element.get("response_url_enabled"):
                continue
            chosen = values[block["block_id"]][element["action_id"]]
            channel = chosen.get("selected_conversation") or chosen.get("selected_channel")
            if channel in self.slack.world.channels:
                hook = self.slack.new_hook(person.id, channel)
                found.append(
                    {
                        "block_id": block["block_id"],
                        "action_id": element["action_id"],
                        "channel_id": channel,
                        "response_url": hook,
                    }
                )
        return found

    def _take_effect(self, person: Person, view: OpenView, answer: Json) -> None:
        world = self.slack.world
        action = answer.get("response_action")
        if action == "errors":
            errors = answer.get("errors")
            inputs = {block["block_id"] for block in view.body["blocks"] if block.get("type") == "input"}
            if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
                raise RefusedError("bad_answer", detail=f"errors must be keyed by the block_id of an input: {errors}")
            raise RefusedError("app_errors", errors={str(k): str(v) for k, v in errors.items()})
        if action == "clear":
            close_all(world, person.id)
        elif action in ("update", "push"):
            body = answer.get("view")
            faults = check_view(body) if isinstance(body, dict) else ["must provide an object [json-pointer:/view]"]
            if faults or not isinstance(body, dict):
                raise RefusedError("bad_answer", detail="; ".join(faults))
            if action == "update":
                replace_view(world, view, body)
            elif len(world.modals_of(person.id)) >= names.MODAL_DEPTH:
                raise RefusedError("bad_answer", detail="push_limit_reached")
            else:
                add_view(world, person.id, body)
        elif action is None:
            if view.id in world.views:
                close_view(world, world.views[view.id])
        else:
            raise RefusedError("bad_answer", detail=f"unknown response_action: {action}")

    async def close(self, person: Person, view: OpenView, *, everything: bool) -> None:
        """A modal was closed: Cancel takes the top one, X (or `clear_on_close`) all of them."""
        world = self.slack.world
        stack = list(world.modals_of(person.id))
        cleared = everything or bool(view.body.get("clear_on_close"))
        closing = stack if cleared else [view]
        for one in reversed(closing):
            close_view(world, one)
        for one in reversed(closing):
            if one.body.get("notify_on_close"):
                payload = {
                    **self._common(person, "view_closed"),
                    "view": view_json(one, state_of(self.slack, one)),
                    "is_cleared": cleared,
                }
                await self.outgoing.ask("interactive", payload)


def typed_into(world_view: OpenView, given: Mapping[str, object]) -> OpenView:
    """A view with what a person typed; a name that is nowhere in it is refused."""
    filled, unknown = fill(world_view, given)
    if unknown:
        raise RefusedError("no_such_field", detail=", ".join(unknown))
    return filled
