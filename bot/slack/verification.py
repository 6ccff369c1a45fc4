"""Is this request Slack's? Asked of the raw bytes, before anything parses them.

Bolt asks as well, but it parses first, and a header that it did not expect (`X-Slack-Request-Timestamp: soon`) it answers
with a 500 and a stack trace. Here a request is refused with a 401, and logged without its body: that is people's text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from slack_sdk.signature import Clock, SignatureVerifier

_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


class Verifier:
    """The check with one signing secret."""

    def __init__(self, signing_secret: str, clock: Clock | None = None) -> None:
        if not signing_secret:
            raise ValueError("a signing secret is needed")
        self._verifier = SignatureVerifier(signing_secret, clock or Clock())

    def fault(self, body: bytes, headers: Mapping[str, str]) -> str | None:
        """Why this request is refused, in words for the log; None for one of Slack's.

        Args:
            body: the raw bytes.
            headers: looked up without regard to case, as aiohttp's are.
        """
        timestamp = headers.get("X-Slack-Request-Timestamp", "")
        signature = headers.get("X-Slack-Signature", "")
        if not timestamp or not signature:
            return "it is not signed"
        if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
            return "its signature headers are malformed"
        try:
            valid = self._verifier.is_valid(body, timestamp, signature)
        except UnicodeDecodeError:
            return "it is not UTF-8"
        return None if valid else "its signature is wrong or older than five minutes"
