"""Who may speak to the playground: this machine, and pages of the playground's own.

Its tokens are well known, so any page in any browser on this machine could try them. Foreign `Host` headers (DNS
rebinding), foreign `Origin` headers and requests that a browser marks as cross-site are refused; nothing is shared by CORS.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def is_loopback(host: str) -> bool:
    """True for this machine's own addresses.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0"), is_loopback("localhost")
    (True, False, True)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_ours(authority: str) -> bool:
    host = urlsplit(f"//{authority}").hostname
    return host is not None and is_loopback(host)


@web.middleware
async def guard(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    """Refuse what comes from elsewhere; put the headers on what goes out."""
    origin = request.headers.get("Origin")
    if not _is_ours(request.headers.get("Host", "")):
        return web.Response(status=421, text="The playground answers on this machine's own address only.")
    foreign_origin = origin is not None and origin != f"http://{request.headers['Host']}"
    if foreign_origin or request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return web.Response(status=403, text="Pages of other sites may not use the playground.")
    response = await handler(request)
    if not response.prepared:
        response.headers.update(_HEADERS)
    return response


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """The same headers on what is sent piece by piece."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
