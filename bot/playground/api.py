"""The door of the Web API: arguments in every form that Slack takes, the token, scopes, rate limits, faults, the answer.

POST /api/chat.postMessage   JSON, a form, multipart or the query string, or several of them
GET  /api/users.info?user=U…
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Mapping

from aiohttp import web

from bot.playground import names
from bot.playground.calls import ApiError, Call, Method, Tier
from bot.playground.faults import FaultKind
from bot.playground.local import LocalSlack
from bot.playground.methods import METHODS
from bot.playground.records import Json

#: Arguments that are JSON also when they come in a form.
_JSON_ARGUMENTS = ("attachments", "blocks", "files", "metadata", "view")


class WebApi:
    """Answers the calls of the bot."""

    def __init__(self, slack: LocalSlack) -> None:
        self._slack = slack
        self._called: dict[str, deque[float]] = defaultdict(deque)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One call: from the HTTP request to the HTTP answer."""
        name = request.match_info["method"]
        faults = self._slack.faults
        if slow := faults.take(FaultKind.SLOW, name):
            await self._slack.clock.sleep_until(self._slack.clock.seconds() + slow.number(5))
        if faults.take(FaultKind.LOSE_REQUEST, name):
            return await _break_off(request)
        if broken := faults.take(FaultKind.SERVER_ERROR, name):
            return self._reply(name, {"ok": False, "error": "internal_error"}, status=int(broken.number(503)))
        if limited := faults.take(FaultKind.RATE_LIMIT, name):
            return self._too_many(name, limited.number(30))
        return await self._done(name, request)

    async def _done(self, name: str, request: web.Request) -> web.StreamResponse:
        try:
            arguments = await _arguments(request)
            if (wait := self._beyond_tier(name, arguments)) is not None:
                return self._too_many(name, wait)
            body = self._run(name, arguments, _token(request, arguments))
        except ApiError as refusal:
            return self._reply(name, refusal.to_json())
        if self._slack.faults.take(FaultKind.LOSE_ANSWER, name):
            self._note(name, body)
            return await _break_off(request)
        return self._reply(name, body)

    def _run(self, name: str, arguments: Json, token: str) -> Json:
        method = METHODS.get(name)
        if method is None:
            raise ApiError("unknown_method")
        self._check_token(method, token)
        if failing := self._slack.faults.take(FaultKind.API_ERROR, name):
            raise ApiError(str(failing.value or "fatal_error"))
        body = method.run(Call(slack=self._slack, arguments=arguments))
        return {"ok": True, **body}

    def _check_token(self, method: Method, token: str) -> None:
        if not token:
            raise ApiError("not_authed")
        if token not in (names.BOT_TOKEN, names.APP_TOKEN):
            raise ApiError("invalid_auth")
        if (token == names.APP_TOKEN) is not method.app_token:
            raise ApiError("not_allowed_token_type")
        scopes = self._slack.scopes
        if method.scopes and not any(scope in scopes for scope in method.scopes):
            raise ApiError("missing_scope", needed=",".join(method.scopes), provided=",".join(scopes))

    def _beyond_tier(self, name: str, arguments: Json) -> float | None:
        """Seconds to wait, when the switch for tiers is on and this call is one too many."""
        method = METHODS.get(name)
        if method is None or not self._slack.faults.take(FaultKind.TIERS, name):
            return None
        most, span, subject = method.tier.value, 60.0, name
        if method.tier is Tier.POSTING:
            # about one a second in a channel, and short bursts
            most, span, subject = 5, 5.0, f"{name}/{arguments.get('channel')}"
        now, called = self._slack.clock.seconds(), self._called[subject]
        while called and called[0] <= now - span:
            called.popleft()
        if len(called) >= most:
            return max(1.0, called[0] + span - now)
        called.append(now)
        return None

    def _too_many(self, name: str, seconds: float) -> web.Response:
        answer = self._reply(name, {"ok": False, "error": "ratelimited"}, status=429)
        answer.headers["Retry-After"] = str(max(1, round(seconds)))
        return answer

    def _note(self, name: str, body: Mapping[str, object]) -> None:
        self._slack.calls.append(
            {
                "at": self._slack.clock.now().isoformat(timespec="milliseconds"),
                "method": name,
                "ok": body.get("ok"),
                "error": body.get("error"),
            }
        )
        self._slack.world.feed.tell()

    def _reply(self, name: str, body: Json, *, status: int = 200) -> web.Response:
        self._note(name, body)
        method = METHODS.get(name)
        headers = {
            "x-oauth-scopes": ",".join(self._slack.scopes),
            "x-accepted-oauth-scopes": ",".join(method.scopes if method else ()),
        }
        return web.json_response(body, status=status, headers=headers)


async def _break_off(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    # the handler's own answer can no longer be sent; this one is never seen
    await asyncio.sleep(0)
    return web.Response(status=503)


def _token(request: web.Request, arguments: Json) -> str:
    header = request.headers.get("Authorization", "")
    in_body = arguments.pop("token", None)
    if header.lower().startswith("bearer "):
        return header[7:].strip()
    return str(in_body or "")


async def _arguments(request: web.Request) -> Json:
    """All arguments of a call, wherever they stand."""
    found: Json = dict(request.query)
    if request.method == "POST":
        if request.content_type == "application/json":
            found |= await _json_body(request)
        elif request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
            found |= {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    for name in _JSON_ARGUMENTS:
        if isinstance(found.get(name), str) and found[name]:
            found[name] = _parsed(name, found[name])
    return found


def _parsed(name: str, text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        wrong = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}
        raise ApiError(wrong.get(name, "invalid_arguments"), messages=[f"[ERROR] {name} is not JSON"]) from None


async def _json_body(request: web.Request) -> Json:
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        raise ApiError("invalid_json") from None
    if not isinstance(body, dict):
        raise ApiError("json_not_object")
    return body
