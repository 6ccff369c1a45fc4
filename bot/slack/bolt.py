"""Bolt, built with everything said: nothing of the environment, no token lookups, no body in the log."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping

from aiohttp import ClientSession, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from bot.errors import Unreachable
from bot.slack.chat import Identity, make_client
from bot.slack.door import Door, reference
from bot.slack.download import is_local
from bot.slack.errors import translated
from bot.slack.listeners import register
from bot.slack.middleware import authorize, catch_errors
from bot.slack.verification import Verifier

logger = logging.getLogger(__name__)

#: Bolt copies this level onto each of its loggers: at INFO they would say the body of every request that is refused.
_logger = logging.getLogger("bot.slack.bolt")
_logger.setLevel(logging.WARNING)


class _Once(logging.Filter):
    """The SDK tells of every try to connect, with a trace: the first one is enough."""

    def __init__(self) -> None:
        super().__init__()
        self._last = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is said."""
        record.exc_info = None
        said, self._last = self._last, record.getMessage()
        return said != self._last


_socket_logger = logging.getLogger("bot.slack.socket")
_socket_logger.setLevel(logging.WARNING)
_socket_logger.addFilter(_Once())


def make_bolt(
    door: Door, identity: Identity, *, session: ClientSession, token: str, api_url: str, signing_secret: str | None
) -> AsyncApp:
    """The app with all its listeners.

    Args:
        door: what the listeners may use.
        identity: whose token it is.
        session: the shared one.
        token: the bot's token.
        api_url: where the Web API is.
        signing_secret: None in Socket Mode, where nothing is signed and no request comes by HTTP.
    """
    app = AsyncApp(
        name="vpn-help",
        logger=_logger,
        client=make_client(session, None, api_url),
        authorize=authorize(identity, token),
        signing_secret=signing_secret or "",
        process_before_response=True,
        request_verification_enabled=True,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    catch_errors(app, door)
    register(app, door)
    return app


async def try_app_token(session: ClientSession, app_token: str, api_url: str) -> None:
    """Ask for a connection and do not take it up.

    Raises:
        Refused, Unreachable: as Slack says.
    """
    async with translated("apps.connections.open"):
        await make_client(session, None, api_url).apps_connections_open(app_token=app_token)


class SocketMode:
    """The connection over which Slack brings everything when nothing can be reached from outside."""

    def __init__(self, app: AsyncApp, *, session: ClientSession, app_token: str, api_url: str) -> None:
        self._handler = AsyncSocketModeHandler(
            app, app_token, logger=_socket_logger, web_client=make_client(session, app_token, api_url), ping_interval=10
        )
        if is_local(api_url):
            self._handler.client.proxy = None

    async def open(self) -> None:
        """Connect; the connection renews itself from then on.

        Once it is asked to connect, the SDK tries for ever, also with a token that is wrong: see `try_app_token`.
        """
        await self._handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt's own method has no types

    async def ping(self) -> None:
        """Raises where the connection is down."""
        if not await self._handler.client.is_connected():
            raise Unreachable("not-connected", doing="socket mode")

    async def close(self) -> None:
        """No more events; what was accepted is kept already."""
        await self._handler.close_async()  # type: ignore[no-untyped-call]  # Bolt's own method has no types


class Receiver:
    """Slack's HTTP requests: checked, then handed to Bolt. The only thing of this room that `bot.web` is given."""

    def __init__(self, app: AsyncApp, verifier: Verifier, counts: Counter[str]) -> None:
        self._app = app
        self._verifier = verifier
        self._counts = counts

    async def __call__(self, body: bytes, headers: Mapping[str, str], query: str) -> web.Response:
        """The response to one request; 401 for what is not Slack's, 400 for what cannot be read though it is."""
        fault = self._verifier.fault(body, headers)
        if fault is not None:
            self._counts["requests_refused"] += 1
            logger.warning("refused a request to /slack/events: %s", fault)
            return web.Response(status=401)
        try:
            request = AsyncBoltRequest(body=body.decode(), query=query, headers=dict(headers))
        except (ValueError, AttributeError, RecursionError):  # not JSON, or JSON of another shape
            logger.warning("a signed request could not be read (%d bytes)", len(body))
            return web.Response(status=400)
        try:
            return await to_aiohttp_response(await self._app.async_dispatch(request))
        except Exception:  # Bolt reads fields of its own before it comes to our listeners, and to their error boundary
            logger.exception("a signed request failed, reference %s", reference())
            return web.Response(status=500)
