"""Sending to the bot over HTTP, signed as Slack signs."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode, urlsplit

import aiohttp

from bot.playground import names
from bot.playground.answers import Answer
from bot.playground.records import Json


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`X-Slack-Signature` for a body."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def request_address(bot_url: str) -> str:
    """Where the bot listens: `/slack/events` unless the address has a path of its own."""
    return bot_url if urlsplit(bot_url).path.strip("/") else bot_url.rstrip("/") + "/slack/events"


class HttpSender:
    """Posts to the bot; 3 seconds for an answer, at most two redirects."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def send(self, bot_url: str, kind: str, payload: Json, *, attempt: int = 0, reason: str | None = None) -> Answer:
        """Send one thing and hear the answer."""
        if kind == "events_api":
            body, content_type = json.dumps(payload).encode(), "application/json"
        else:
            fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            body, content_type = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        # the signature's time is the wall clock's: the bot compares it with its own
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+playground)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(names.SIGNING_SECRET, timestamp, body),
        }
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason or "unknown_error"}
        timeout = aiohttp.ClientTimeout(total=names.ANSWER_SECONDS)
        address = request_address(bot_url)
        try:
            async with self._session.post(address, data=body, headers=headers, timeout=timeout, max_redirects=2) as response:
                return _answer(response.status, response.headers.get("x-slack-no-retry"), await response.text())
        except TimeoutError:
            return Answer(ok=False, reason="http_timeout")
        except aiohttp.TooManyRedirects:
            return Answer(ok=False, reason="too_many_redirects")
        except aiohttp.ClientError:
            return Answer(ok=False, reason="connection_failed")


def _answer(status: int, no_retry: str | None, text: str) -> Answer:
    if not 200 <= status < 300:
        return Answer(ok=False, reason="http_error", give_up=no_retry == "1")
    try:
        body = json.loads(text) if text else {}
    except ValueError:
        return Answer(ok=True, text=text)
    return Answer(ok=True, body=body) if isinstance(body, dict) else Answer(ok=True, text=text)
