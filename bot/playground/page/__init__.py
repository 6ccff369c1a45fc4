"""The page: plain HTML, CSS and JavaScript, served as they are. Nothing is built and nothing comes from elsewhere."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

_FOLDER = Path(__file__).parent
_TYPES = {".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".svg": "image/svg+xml"}


def page_routes() -> list[web.RouteDef]:
    """The page itself, its parts, and the addresses of messages, which lead to it."""
    return [
        web.get("/", _index),
        web.get("/archives/{channel}/{message}", _message),
        web.get("/files/{user}/{file}/{name}", _index),
        web.get("/page/{name}", _part),
    ]


async def _index(_: web.Request) -> web.StreamResponse:
    return _send(_FOLDER / "index.html")


async def _message(request: web.Request) -> web.StreamResponse:
    """`/archives/C…/p1700000000000100?thread_ts=…` as Slack writes permalinks."""
    digits = request.match_info["message"].removeprefix("p")
    if not digits.isdigit() or len(digits) < 7:
        raise web.HTTPNotFound(text="There is no such message.")
    thread = request.query.get("thread_ts", "")
    raise web.HTTPFound(f"/#/{request.match_info['channel']}/{thread}?at={digits[:-6]}.{digits[-6:]}")


async def _part(request: web.Request) -> web.StreamResponse:
    path = _FOLDER / request.match_info["name"]
    if path.suffix not in _TYPES or path.parent != _FOLDER or not path.is_file():
        raise web.HTTPNotFound(text="There is no such page.")
    return _send(path)


def _send(path: Path) -> web.StreamResponse:
    return web.FileResponse(path, headers={"Content-Type": f"{_TYPES[path.suffix]}; charset=utf-8", "Cache-Control": "no-cache"})
