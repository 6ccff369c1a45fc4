"""Calls people outside of Slack: one POST of a small JSON object to the address that the chain of calls names.

    {"key": "…", "summary": "VPN case 5F2A9C01 waits, and nobody has claimed it. Severity: high"}

The same call made twice has the same `key` (also as `dedup_key` and `Idempotency-Key`), so that a pager rings once.
"""

from __future__ import annotations

import aiohttp

from bot.errors import Refused, Unreachable

SECONDS = 10.0


class WebhookPager:
    """`ports.Pager` over HTTPS."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def page(self, address: str, *, key: str, summary: str) -> None:
        """Call.

        Raises:
            Unreachable: it did not answer, or asks for patience.
            Refused: it does not take it.
        """
        body = {"key": key, "dedup_key": key, "summary": summary, "source": "vpn-help"}
        try:
            async with self._session.post(
                address,
                json=body,
                headers={"Idempotency-Key": key},
                timeout=aiohttp.ClientTimeout(total=SECONDS),
                allow_redirects=False,
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unreachable(type(error).__name__, doing="paging") from error
        if status == 429 or status >= 500:
            raise Unreachable(f"status {status}", doing="paging")
        if status >= 300:
            raise Refused(f"status {status}", doing="paging")
