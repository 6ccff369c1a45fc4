"""What leaves the bot, seen from the other side of the wire; and what its errors mean."""

import json

import pytest
from aiohttp import web

from bot.errors import Refused, Unknown, Unreachable
from bot.events import MessageRef, ThreadRef, UploadedFile
from bot.slack.chat import SlackChat, mark
from bot.wording import Message

SECTION = {"type": "section", "text": {"type": "plain_text", "text": "hello"}}
HELLO = Message(text="hello", blocks=(SECTION,))
THREAD = ThreadRef(channel="D1", ts="1.1")


def answer(status=200, body=b"", **headers):
    return lambda said: web.Response(
        status=status, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


async def test_what_stands_for_a_key_tells_nothing_of_who_acted(api, chat):
    await chat.post(THREAD, HELLO, key="action:T1:C1:U0SAM00000:claim/2")
    assert "U0SAM00000" not in str(api.said("chat.postMessage"))


async def test_post_carries_its_key_and_unfolds_nothing(api, chat):
    assert await chat.post(THREAD, HELLO, key="k1") == MessageRef(channel="D1", ts="1700000000.000001")
    (said,) = api.said("chat.postMessage")
    assert said == {
        "channel": "D1",
        "thread_ts": "1.1",
        "text": "hello",
        "blocks": [SECTION],
        "metadata": {"event_type": "case_update", "event_payload": {"outbox_id": mark("k1")}},
        "unfurl_links": False,
        "unfurl_media": False,
        "_token": "Bearer xoxb-test",
    }


@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        ({"error": "not_in_channel"}, Refused, "not_in_channel"),
        ({"error": "internal_error"}, Unknown, "internal_error"),
        ({"error": "service_unavailable"}, Unreachable, "service_unavailable"),
        (answer(status=503), Unknown, "http_503"),
        (answer(status=200, body=b"<html>", content_type="text/html"), Unknown, "unreadable-answer"),
        (answer(status=404, body=b"no"), Refused, "http_404"),
        ("cut", Unknown, "ServerDisconnectedError"),
    ],
)
async def test_what_became_of_a_post(api, chat, reply, kind, code):
    api.answers["chat.postMessage"] = reply
    with pytest.raises(kind) as caught:
        await chat.post(THREAD, HELLO, key="k1")
    assert caught.value.code == code
    assert len(api.said("chat.postMessage")) == 1


async def test_rate_limit_says_how_long(api, chat):
    api.answers["chat.postMessage"] = lambda said: web.json_response(
        {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "7"}
    )
    with pytest.raises(Unreachable) as caught:
        await chat.post(THREAD, HELLO, key="k1")
    assert caught.value.retry_after == 7


async def test_nobody_there_is_no_doubt(api, chat):
    await api.server.close()
    with pytest.raises(Unreachable):
        await chat.post(THREAD, HELLO, key="k1")


async def test_edit_that_was_cut_off_may_be_repeated(api, chat):
    api.answers["chat.update"] = "cut"
    with pytest.raises(Unreachable):
        await chat.edit(MessageRef(channel="D1", ts="1.2"), HELLO)


async def test_edit_sends_text_and_blocks_and_no_more_text_than_slack_takes(api, chat):
    await chat.edit(MessageRef(channel="D1", ts="1.2"), Message(text="x" * 5000))
    (said,) = api.said("chat.update")
    assert (len(said["text"]), said["blocks"]) == (4000, [])


async def test_find_looks_through_all_pages_of_the_thread(api, chat):
    def pages(said):
        if not said.get("cursor"):
            return {"messages": [{"ts": "1.1"}], "response_metadata": {"next_cursor": "more"}}
        metadata = {"event_type": "case_update", "event_payload": {"outbox_id": mark("k2")}}
        return {"messages": [{"ts": "1.5", "metadata": metadata}]}

    api.answers["conversations.replies"] = pages
    assert await chat.find(THREAD, key="k2") == MessageRef(channel="D1", ts="1.5")
    assert await chat.find(THREAD, key="k3") is None
    assert {said["include_all_metadata"] for said in api.said("conversations.replies")} == {"1"}


async def test_find_at_the_top_level_reads_the_history(api, chat):
    metadata = {"event_type": "case_update", "event_payload": {"outbox_id": "k1"}}
    api.answers["conversations.history"] = {"messages": [{"ts": "2.1", "metadata": metadata}]}
    assert await chat.find(ThreadRef(channel="D1"), key="k1") == MessageRef(channel="D1", ts="2.1")


async def test_deleting_what_is_gone_is_fine(api, chat):
    api.answers["chat.delete"] = {"error": "message_not_found"}
    await chat.delete(MessageRef(channel="D1", ts="1.2"))
    api.answers["chat.delete"] = {"error": "cant_delete_message"}
    with pytest.raises(Refused):
        await chat.delete(MessageRef(channel="D1", ts="1.2"))


async def test_profile_is_asked_once(api, chat):
    api.answers["users.info"] = {
        "user": {
            "id": "U1",
            "locale": "pt-BR",
            "tz": "America/Sao_Paulo",
            "is_restricted": True,
            "profile": {"display_name": "Ana"},
        }
    }
    first, second = await chat.profile("U1"), await chat.profile("U1")
    assert first == second
    assert (first.name, first.locale, first.timezone, first.is_guest) == ("Ana", "pt-BR", "America/Sao_Paulo", True)
    assert len(api.said("users.info")) == 1


async def test_respond_goes_only_to_slack_and_says_when_it_is_too_late(api, chat):
    url = f"{api.origin}/api/hook"
    await chat.respond(url, HELLO)
    (said,) = api.said("hook")
    assert (said["response_type"], said["replace_original"], said["_token"]) == ("ephemeral", False, "")
    api.answers["hook"] = answer(status=404, body=b"expired_url")
    with pytest.raises(Refused, match="expired_url"):
        await chat.respond(url, HELLO)
    with pytest.raises(Refused, match="foreign-host"):
        await chat.respond("https://example.com/hook", HELLO)


async def test_members_of_channel_and_group(api, chat):
    api.answers["conversations.members"] = {"members": ["U1", "U2"]}
    api.answers["usergroups.users.list"] = {"users": ["U3"]}
    assert await chat.members("C1") == {"U1", "U2"}
    assert await chat.group("S1") == {"U3"}


async def test_replies_are_the_people_of_the_thread(api, chat):
    api.answers["conversations.replies"] = {
        "messages": [
            {"ts": "1.1", "user": "U1", "text": "see &lt;log&gt;", "files": [{"id": "F1", "name": "a.log"}]},
            {"ts": "1.2", "user": "U0BOT", "bot_id": "B1", "text": "hm"},
        ]
    }
    (found,) = await chat.replies(MessageRef(channel="C1", ts="1.1"))
    assert found == (MessageRef(channel="C1", ts="1.1"), "see <log>", (UploadedFile(id="F1", name="a.log"),))


async def test_identity_has_the_scopes_that_the_token_was_given(api, chat):
    me = await chat.who_am_i()
    assert (me.user, me.team, me.scopes) == ("U0BOT", "T1", {"chat:write", "commands"})


async def test_upload_goes_the_three_ways(api, chat, tmp_path):
    api.answers["files.getUploadURLExternal"] = {"upload_url": f"{api.origin}/api/put", "file_id": "F9"}
    api.answers["put"] = answer(body=b"OK", content_type="text/plain")
    api.answers["files.completeUploadExternal"] = {"files": [{"id": "F9"}]}
    path = tmp_path / "a.log"
    path.write_bytes(b"a line\n" * 400_000)
    await chat.upload(THREAD, path, name="charon.log", comment="as asked")
    (done,) = api.said("files.completeUploadExternal")
    assert (done["channel_id"], done["thread_ts"], done["initial_comment"]) == ("D1", "1.1", "as asked")
    assert json.loads(done["files"]) == [{"id": "F9", "title": "charon.log"}]
    assert [said["_token"] for said in api.said("put")] == [""]


# -- files coming in


def hosted(api, **fields):
    return UploadedFile(**{"id": "F1", "name": "a.log", "url": f"{api.origin}/api/file", **fields})


async def test_download_keeps_the_bytes_and_sends_the_token_to_slack(api, chat, tmp_path):
    api.answers["file"] = answer(body=b"x" * 300_000)
    assert await chat.download(hosted(api), tmp_path / "f", limit=10**6) == 300_000
    assert (tmp_path / "f").read_bytes() == b"x" * 300_000
    assert api.said("file")[0]["_token"] == "Bearer xoxb-test"


async def test_download_stops_at_the_limit_whatever_the_size_claims(api, chat, tmp_path):
    api.answers["file"] = answer(body=b"x" * 3_000_000)
    assert await chat.download(hosted(api, size=5), tmp_path / "f", limit=1000) > 1000
    assert (tmp_path / "f").stat().st_size == 1000


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (answer(status=302, Location="https://acme.slack.com/?redir=%2Ffiles-pri%2FT1"), "login-page"),
        (answer(status=302, Location="https://files.example.com/a.log"), "foreign-host"),
        (answer(status=302, Location="http://files.slack.com/a.log"), "foreign-host"),
        (answer(status=302, Location="/api/file"), "foreign-host"),
        (answer(body=b"\n<!DOCTYPE html><html>Sign in", content_type="text/html"), "login-page"),
        (answer(status=404), "file_not_found"),
        (answer(status=403), "access_denied"),
    ],
)
async def test_download_that_must_not_be_followed(api, chat, tmp_path, reply, code):
    api.answers["file"] = reply
    with pytest.raises(Refused) as caught:
        await chat.download(hosted(api), tmp_path / "f", limit=1000)
    assert caught.value.code == code


async def test_log_that_is_a_page_is_an_attachment(api, chat, tmp_path):
    api.answers["file"] = answer(
        body=b"<html>log</html>", content_type="text/html", Content_Disposition="attachment; filename=a.html"
    )
    assert await chat.download(hosted(api), tmp_path / "f", limit=1000) == 16


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ({"external": True, "url": "https://evil.example.com/a"}, "external"),
        ({"mode": "external"}, "external"),
        ({"mode": "tombstone"}, "file_deleted"),
        ({"url": "https://evil.example.com/a"}, "foreign-host"),
        ({"url": "https://files.slack.com.evil.example.com/a"}, "foreign-host"),
        ({"url": "https://slack.com@evil.example.com/a"}, "foreign-host"),
    ],
)
async def test_token_goes_to_slack_alone(api, chat, tmp_path, file, code):
    with pytest.raises(Refused) as caught:
        await chat.download(hosted(api, **file), tmp_path / "f", limit=1000)
    assert caught.value.code == code
    assert api.calls == []


async def test_file_without_url_is_looked_up_first(api, chat, tmp_path):
    api.answers["files.info"] = {"file": {"id": "F1", "name": "a.log", "url_private_download": f"{api.origin}/api/file"}}
    api.answers["file"] = answer(body=b"log")
    assert await chat.download(hosted(api, url=None, mode="file_access"), tmp_path / "f", limit=10) == 3
    api.answers["files.info"] = {"error": "file_not_found"}
    with pytest.raises(Refused, match="file_not_found"):
        await chat.download(hosted(api, url=None), tmp_path / "f", limit=10)


async def test_slow_download_ends(api, session, tmp_path):
    chat = SlackChat(session, token="xoxb-test", api_url=api.url, download_seconds=0.05)
    with pytest.raises(Unreachable):
        await chat.download(hosted(api, url=f"{api.origin}/stall"), tmp_path / "f", limit=10)
