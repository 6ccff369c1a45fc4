"""Only this machine, and only the playground's own pages."""

import aiohttp
import pytest

from bot.playground import BOT_TOKEN, serve


async def status(slack, path, **headers):
    async with aiohttp.ClientSession() as session, session.get(f"{slack.base}{path}", headers=headers) as response:
        return response.status


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 200),
        ({"Host": "localhost:1"}, 200),
        ({"Host": "slack.example.com"}, 421),
        ({"Host": "127.0.0.1.example.com"}, 421),
        ({"Origin": "https://example.com"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
async def test_foreign_requests_are_refused(slack, headers, expected):
    assert await status(slack, f"/api/auth.test?token={BOT_TOKEN}", **headers) == expected
    assert await status(slack, "/_control/world", **headers) == expected


async def test_every_answer_carries_the_policy_and_no_cors(slack):
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/_control/world", "/api/auth.test"):
            async with session.get(f"{slack.base}{path}") as response:
                assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                assert "Access-Control-Allow-Origin" not in response.headers


async def test_it_listens_on_this_machine_only(tmp_path):
    with pytest.raises(ValueError, match="this machine only"):
        await serve("0.0.0.0", 0, tmp_path)


@pytest.mark.parametrize("path", ["/page/..%2f..%2fserver.py", "/page/__init__.py", "/page/nothing.js"])
async def test_the_page_s_folder_gives_only_its_parts(slack, path):
    assert await status(slack, path) == 404


async def test_a_file_is_not_given_to_who_may_not_see_it(slack):
    await slack.as_person("ana").upload("secret.log", b"secret", "vpn-desk")
    file = (await slack.world())["files"][0]["id"]
    assert await status(slack, f"/_control/files/{file}?as=sam") == 200
    assert await status(slack, f"/_control/files/{file}?as=mira") == 404
