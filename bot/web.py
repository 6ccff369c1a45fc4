"""The bot's own HTTP: Slack's requests, and three pages for whoever runs it.

    POST /slack/events   everything that Slack sends (HTTP mode only)
    GET  /healthz        200 while the process lives
    GET  /readyz         200 when everything that the bot needs answers; else 503 and what does not
    GET  /metrics        counters and gauges, as plain text in Prometheus' form

Bound to 127.0.0.1 unless the settings say otherwise: https is another program's work, in front of this one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

logger = logging.getLogger(__name__)

#: Slack's own requests stay far below; a view with 250 kB of JSON, encoded in a form, is the largest.
BODY_CAP = 1024 * 1024  # bytes
_PING_SECONDS = 3.0
_BODY_SECONDS = 10.0

Ping = Callable[[], Awaitable[object]]
#: What happens to a request of Slack's: (body, headers, query) to the response.
Receive = Callable[[bytes, Mapping[str, str], str], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the pages show."""

    #: None in Socket Mode: then nobody has any business at `/slack/events`.
    receive: Receive | None = None
    #: Each thing that the bot needs, and how to ask it.
    pings: Mapping[str, Ping] = field(default_factory=dict)
    #: Each returns values by name; names end in `_total` for what only grows.
    gauges: tuple[Callable[[], Mapping[str, float]], ...] = ()
    counts: Counter[str] = field(default_factory=Counter)


def make_web(site: Site) -> web.Application:
    """The application with its routes."""
    app = web.Application(client_max_size=BODY_CAP)
    started = time.monotonic()

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def readyz(_: web.Request) -> web.Response:
        answers = await asyncio.gather(*(_asked(name, ping) for name, ping in site.pings.items()))
        ready = all(fault is None for _, fault in answers)
        lines = [f"{name}: {fault or 'ok'}" for name, fault in answers]
        return web.Response(status=200 if ready else 503, text="\n".join([*lines, ""]))

    async def metrics(_: web.Request) -> web.Response:
        values: dict[str, float] = {"uptime_seconds": round(time.monotonic() - started, 1)}
        values |= {f"{name}_total": float(count) for name, count in site.counts.items()}
        for gauge in site.gauges:
            values |= gauge()
        return web.Response(text="".join(f"vpn_help_{name} {value:g}\n" for name, value in sorted(values.items())))

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
    if site.receive is not None:
        app.router.add_post("/slack/events", _taking(site.receive))
    return app


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """While this lasts, the application answers; its address. On leaving, requests that have begun are finished.

    Raises:
        OSError: the port is taken, or the host is none of this machine's.
    """
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=5.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0]
        shown = f"[{bound[0]}]" if ":" in str(bound[0]) else bound[0]
        yield f"http://{shown}:{bound[1]}"
    finally:
        await runner.cleanup()


def _taking(receive: Receive) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def events(request: web.Request) -> web.StreamResponse:
        async with asyncio.timeout(_BODY_SECONDS):
            body = await request.read()
        return await receive(body, request.headers, request.query_string)

    return events


async def _asked(name: str, ping: Ping) -> tuple[str, str | None]:
    """Nothing of the error's text is shown: it may name addresses, and the log has it."""
    try:
        async with asyncio.timeout(_PING_SECONDS):
            await ping()
    except Exception as error:  # noqa: BLE001 - a ping may fail in any way; which one is what is said
        logger.warning("not ready: %s: %s", name, error or type(error).__name__)
        return name, "no answer in time" if isinstance(error, TimeoutError) else "does not answer"
    return name, None
