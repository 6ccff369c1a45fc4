"""A log in a watched channel, however Slack brings it: answered in its thread, once."""

import pytest

from bot.playground import names
from tests.journeys.conftest import sample

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOG = sample("wrong-key")


async def plain(bot, mira):
    return await mira.upload("charon.log", LOG, "it-help")


async def file_before_message(bot, mira):
    await bot.fail("file_first", "file_shared")
    return await plain(bot, mira)


async def of_another_organisation(bot, mira):
    await bot.fail("foreign_file", "charon.log")
    return await plain(bot, mira)


@pytest.mark.parametrize("way", [plain, file_before_message, of_another_organisation])
async def test_a_log_is_answered_once_however_it_comes(shared_bot, way):
    parent = await way(shared_bot, shared_bot.as_person("mira"))
    await shared_bot.wait_for_message("it-help", contains="How I know", thread_ts=parent)
    await shared_bot.wait_until_quiet()
    said = [post for post in await shared_bot.messages("it-help", parent) if post["user"] == names.BOT_USER]
    assert len([post for post in said if "How I know" in post["text"]]) == 1
