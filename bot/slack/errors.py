"""Slack's and the network's errors, in the three kinds that `bot.errors` knows.

The question is always the same: did it happen? A refused connection says no, Slack's own word says no, a time-out after
sending says nobody knows. Only what is harmless to do twice may take that last one for *not yet*.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import OutsideError, Refused, Unknown, Unreachable

#: Slack's words for "not now".
_LATER = frozenset({"ratelimited", "rate_limited", "service_unavailable", "team_added_to_org", "accesslimited"})
#: Slack's words for "something broke on our side"; its documentation warns that part of the work may be done.
_PERHAPS = frozenset({"internal_error", "fatal_error", "request_timeout"})


@asynccontextmanager
async def translated(doing: str, *, repeatable: bool = True) -> AsyncIterator[None]:
    """Raises what happens inside as `Unreachable`, `Refused` or `Unknown`.

    Args:
        doing: the method's name, for the log.
        repeatable: doing it twice is harmless, so that an unknown outcome counts as none.
    """
    try:
        yield
    except SlackApiError as error:
        raise _of_slack(error, doing, repeatable=repeatable) from error
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise Unreachable(type(error).__name__, doing=doing) from error
    except (aiohttp.ClientError, SlackClientError, TimeoutError, ConnectionError) as error:
        raise perhaps(type(error).__name__, doing, repeatable=repeatable) from error


def perhaps(code: str, doing: str, *, repeatable: bool) -> OutsideError:
    """Nobody knows; which means *later* for what may be done twice."""
    return Unreachable(code, doing=doing) if repeatable else Unknown(code, doing=doing)


def of_status(status: int, headers: Mapping[str, str], code: str, doing: str, *, repeatable: bool) -> OutsideError:
    """What an HTTP status other than 200 means, where Slack gives no word of its own (`code` is ours)."""
    if status == 429:
        return Unreachable("ratelimited", doing=doing, retry_after=retry_after(headers))
    if status >= 500:
        return perhaps(f"http_{status}", doing, repeatable=repeatable)
    return Refused(code, doing=doing)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, as Slack asks."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        return max(0.0, float(value))
    except ValueError:
        return None


def _of_slack(error: SlackApiError, doing: str, *, repeatable: bool) -> OutsideError:
    response: Any = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    headers: Mapping[str, str] = getattr(response, "headers", None) or {}
    data = getattr(response, "data", None)
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    if code in _LATER:
        return Unreachable(code, doing=doing, retry_after=retry_after(headers))
    if code in _PERHAPS:
        return perhaps(code, doing, repeatable=repeatable)
    if code:
        return Refused(code, doing=doing)
    if status == 200:  # an answer that is not Slack's JSON: a proxy's page, or a cut connection
        return perhaps("unreadable-answer", doing, repeatable=repeatable)
    return of_status(status, headers, f"http_{status}", doing, repeatable=repeatable)
