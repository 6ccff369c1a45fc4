"""The operator's pages, and the cap on what is taken in."""

import asyncio
import io
from collections import Counter

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web import BODY_CAP, Site, make_web, serving


async def fine():
    return None


async def broken():
    raise RuntimeError("postgresql://user:secret@db")


async def get(site, path):
    async with TestClient(TestServer(make_web(site))) as client:
        answer = await client.get(path)
        return answer.status, await answer.text()


async def test_health_is_only_being_alive():
    assert await get(Site(pings={"store": broken}), "/healthz") == (200, "alive\n")


async def test_ready_says_what_is_not_and_nothing_secret():
    assert await get(Site(pings={"store": fine, "slack": fine}), "/readyz") == (200, "store: ok\nslack: ok\n")
    assert await get(Site(pings={"store": broken, "slack": fine}), "/readyz") == (503, "store: does not answer\nslack: ok\n")


async def test_ready_waits_for_nobody_for_ever(monkeypatch):
    monkeypatch.setattr("bot.web._PING_SECONDS", 0.01)
    assert await get(Site(pings={"store": asyncio.Event().wait}), "/readyz") == (503, "store: no answer in time\n")


async def test_metrics_are_counters_and_gauges():
    status, text = await get(Site(counts=Counter(events=3), gauges=(lambda: {"waiting": 2},)), "/metrics")
    lines = [line for line in text.splitlines() if "uptime" not in line]
    assert (status, lines) == (200, ["vpn_help_events_total 3", "vpn_help_waiting 2"])


async def test_slack_has_no_door_here_in_socket_mode():
    async with TestClient(TestServer(make_web(Site()))) as client:
        assert (await client.post("/slack/events", data=b"x")).status == 404


async def test_body_larger_than_slack_sends_is_not_taken():
    async def receive(body, headers, query):
        return web.Response(text=str(len(body)))

    async with TestClient(TestServer(make_web(Site(receive=receive)))) as client:
        assert (await client.post("/slack/events", data=b"x" * 1000)).status == 200
        assert (await client.post("/slack/events", data=io.BytesIO(b"x" * (BODY_CAP + 1)))).status == 413


async def test_serving_says_its_address_and_ends(unused_tcp_port):
    async with serving(make_web(Site()), "127.0.0.1", unused_tcp_port) as address:
        assert address == f"http://127.0.0.1:{unused_tcp_port}"
        async with aiohttp.ClientSession() as session, session.get(f"{address}/healthz") as answer:
            assert answer.status == 200
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"{address}/healthz")
