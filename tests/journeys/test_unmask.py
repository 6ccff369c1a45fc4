"""*Show masked names*: for engineers, with a reason that is written down, in a window that Slack keeps nowhere."""

import csv
import io

import pytest

from bot.app import audit
from bot.playground.kit import ActRefusedError
from bot.storage import Filter
from tests.journeys.conftest import sample


async def at_the_desk(slack):
    mira = slack.as_person("mira")
    await mira.command("/vpn-help it does not connect")
    await (await mira.modal()).submit({"platform": "linux", "files": [("charon.log", sample("wrong-key"))]})
    await slack.wait_for_message("@mira", contains="How I know")
    await mira.press("Ask a person")
    return await slack.wait_for_message("vpn-desk", contains="VPN case")


async def lines(settings):
    return list(csv.DictReader(io.StringIO(await audit(settings, Filter(deed="unmask"), form="csv"))))


async def test_an_engineer_sees_what_the_evidence_names_and_it_is_written_down(running, settings_for, slack):
    async with running():
        card = await at_the_desk(slack)
        sam = slack.as_person("sam")
        await sam.press("snooze", card, value="Show masked names …")
        form = await sam.modal(title="Masked names")
        await form.submit({"reason": "reach"})
        shown = await slack.wait_for(
            lambda world: next((v for vs in world["modals"].values() for v in vs if " = " in str(v["blocks"])), None), "the names"
        )
        assert "[ip-" in str(shown["blocks"])
        calls = str(await slack.calls()) + str((await slack.world())["messages"])
        names = [line.partition(" = ")[2] for line in str(shown["blocks"]).split("'") if " = " in line]
        assert names
        assert not [name for name in names if name in calls], "it stands in no message"
        (line,) = await lines(settings_for(slack))
        assert (line["who"], line["about"], line["refused"]) == ("U0SAM00000", "reach", "")


async def test_nobody_else_may_and_after_their_days_the_names_are_gone(running, settings_for, slack):
    async with running(token_days=0):
        card = await at_the_desk(slack)
        sam = slack.as_person("sam")
        await sam.press("snooze", card, value="Show masked names …")
        form = await sam.modal(title="Masked names")
        with pytest.raises(ActRefusedError) as refused:
            await form.submit({"reason": "reach"})
        assert "nothing to show" in str(refused.value.errors)
        (line,) = await lines(settings_for(slack))
        assert (line["who"], line["refused"]) == ("U0SAM00000", "names-are-gone")
