"""Files on the wire: their bytes come and go, without handing the bot's token to anybody but Slack.

`url_private` of a remote file is any host its author likes, and redirects lead anywhere; a bot that follows them with its
token gives itself away (GHSA-3q3v-34v2-g88f). Without `files:read` Slack answers 200 and its login page.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urljoin, urlsplit

import aiohttp

from bot.errors import Refused, Unreachable
from bot.slack.errors import of_status, translated

_HOSTS = ("slack.com", "slack-gov.com")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HOPS = 3
_CHUNK = 256 * 1024  # bytes
_DOING = "download"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where files may be fetched from, and with what."""

    session: aiohttp.ClientSession
    token: str
    #: Origin of the API address where it is not Slack's own (the playground): `http://127.0.0.1:8765`.
    origin: str | None = None
    seconds: float = 300.0


def trusted(url: str, origin: str | None = None) -> bool:
    """Whether the token may go there.

    >>> trusted("https://files.slack.com/files-pri/T1-F1/a.log"), trusted("https://files.slack.com.example.com/")
    (True, False)
    >>> trusted("http://files.slack.com/"), trusted("https://me@files.slack.com/")
    (False, False)
    """
    try:
        parts = urlsplit(url)
        host, port, named = (parts.hostname or "").lower(), parts.port, parts.username or parts.password
    except ValueError:
        return False
    if named:
        return False
    if origin is not None and _origin(url) == origin:
        return True
    ours = any(host == known or host.endswith(f".{known}") for known in _HOSTS)
    return parts.scheme == "https" and ours and port in (None, 443)


def other_origin(api_url: str) -> str | None:
    """The origin that is trusted beside Slack's hosts: the configured API host, where it is another.

    >>> other_origin("https://slack.com/api/"), other_origin("http://127.0.0.1:8765/api/")
    (None, 'http://127.0.0.1:8765')
    """
    return None if trusted(api_url) else _origin(api_url)


def is_local(url: str) -> bool:
    """Whether that is this machine: the playground."""
    return urlsplit(url).hostname in ("127.0.0.1", "::1", "localhost")


async def fetch(source: Source, url: str, to: Path, limit: int) -> int:
    """Write at most `limit` bytes of what stands at `url` into `to`.

    Returns:
        How many bytes there are; more than `limit` where it was cut (as far as the other side says).

    Raises:
        Refused: `foreign-host`, `login-page`, `file_not_found`, `access_denied`.
        Unreachable: the other side is not there, or too slow.
    """
    async with translated(_DOING), asyncio.timeout(source.seconds):
        for _ in range(_HOPS):
            if not trusted(url, source.origin):
                raise Refused("login-page" if _is_login(url) else "foreign-host", doing=_DOING)
            headers = {"Authorization": f"Bearer {source.token}"}
            async with source.session.get(url, headers=headers, allow_redirects=False) as answer:
                if answer.status not in _REDIRECTS:
                    return await _keep(answer, to, limit)
                url = urljoin(url, answer.headers.get("Location", ""))
                if _is_login(url):
                    raise Refused("login-page", doing=_DOING)
    raise Refused("foreign-host", doing=_DOING)


async def send(source: Source, url: str, path: Path) -> None:
    """Put a file's bytes at an address that Slack gave for it; no token goes along, the address is enough.

    Raises:
        Refused: `foreign-host`, or Slack's status.
        Unreachable: it may be tried again, with a new address; nobody has seen anything yet.
    """
    if not trusted(url, source.origin):
        raise Refused("foreign-host", doing="upload")
    async with translated("upload"), asyncio.timeout(source.seconds):
        with await asyncio.to_thread(path.open, "rb") as file:
            async with source.session.post(url, data=file, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise of_status(answer.status, answer.headers, f"http_{answer.status}", "upload", repeatable=True)


async def _keep(answer: aiohttp.ClientResponse, to: Path, limit: int) -> int:
    if answer.status != 200:
        code = {404: "file_not_found", 410: "file_deleted"}.get(answer.status, "access_denied")
        raise of_status(answer.status, answer.headers, code, _DOING, repeatable=True)
    beginning = await answer.content.read(_CHUNK)
    if _is_page(answer, beginning):
        raise Refused("login-page", doing=_DOING)
    with await asyncio.to_thread(to.open, "wb") as file:
        kept = await _write(file, beginning, limit)
        async for chunk in answer.content.iter_chunked(_CHUNK):
            kept += await _write(file, chunk, limit - kept)
            if kept > limit:
                break
    if kept > limit:
        return max(answer.content_length or 0, kept)
    if answer.content_length is not None and kept < answer.content_length and "Content-Encoding" not in answer.headers:
        raise Unreachable("cut-short", doing=_DOING)
    return kept


async def _write(file: IO[bytes], chunk: bytes, room: int) -> int:
    """Writes what there is room for; how much there was, which is more than the room where it was cut."""
    await asyncio.to_thread(file.write, chunk[: max(room, 0)])
    return len(chunk)


def _is_page(answer: aiohttp.ClientResponse, beginning: bytes) -> bool:
    """A page where a file should be. A log that is HTML comes as an attachment, Slack's login page does not."""
    attached = answer.headers.get("Content-Disposition", "").lower().startswith("attachment")
    looks = beginning.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    return answer.content_type == "text/html" and not attached and looks.startswith((b"<!doctype html", b"<html"))


def _is_login(url: str) -> bool:
    parts = urlsplit(url)
    return "redir=" in parts.query or parts.path.rstrip("/").endswith(("/signin", "/login"))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{(parts.hostname or '').lower()}{port}"
