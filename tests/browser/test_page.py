"""The playground's page in a real browser: what a person does with a mouse, with a keyboard, on a telephone."""

import pytest
from playwright.async_api import expect

from bot.playground import names
from tests.bot.playground.test_conversation import MODAL

pytestmark = pytest.mark.browser


def section(text, **more):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(text, action_id="go", **more):
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": text}, **more}


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


async def test_two_people_talk_and_each_sees_it_at_once(slack, visit):
    mira = await visit("mira", names.IT_HELP)
    joao = await visit("joao", names.IT_HELP)
    await mira.get_by_role("textbox", name="Message #it-help").fill("no VPN since 9")
    await mira.keyboard.press("Enter")

    await expect(joao.get_by_role("log").get_by_text("no VPN since 9")).to_be_visible()
    await expect(joao.get_by_role("textbox", name="Mensagem para #it-help")).to_be_visible()
    assert await joao.evaluate("document.documentElement.lang") == "pt-BR"


async def test_untrusted_text_never_becomes_markup(slack, visit):
    nasty = "<img src=x onerror=alert(1)> <!channel> <https://evil.example.com|bank> https://evil.example.com &amp; *a*"
    await slack.as_person("joao").post(nasty, "it-help")
    await slack.as_person("joao").upload("<b>x</b>.log", b"<script>alert(1)</script>", "it-help")
    page = await visit("mira", names.IT_HELP)

    log = page.get_by_role("log")
    await expect(log.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    await expect(log.get_by_text("<b>x</b>.log")).to_be_visible()
    assert await log.locator("img").count() == 0
    # the one link there is the file's own
    assert await log.locator("a").evaluate_all("links => links.map(link => link.pathname.split('/')[2])") == ["files"]


async def test_the_bot_s_links_are_links_and_its_markup_is_drawn(slack, bot, visit):
    await bot.client.chat_postMessage(
        channel=names.MIRA,
        text="x",
        blocks=[section("*bold* `code` <https://example.com/a|a page> <javascript:alert(1)|no> <@U0MIRA0000>")],
    )
    page = await visit("mira")
    await page.get_by_role("link", name="VPN Help").click()

    log = page.get_by_role("log")
    await expect(log.locator("strong", has_text="bold")).to_be_visible()
    await expect(log.get_by_role("link", name="a page")).to_have_attribute("href", "https://example.com/a")
    assert await log.get_by_role("link", name="no").count() == 0
    await expect(log.get_by_text("@Mira Novak")).to_be_visible()


async def test_a_command_opens_a_modal_that_is_filled_from_the_keyboard(slack, bot, visit, tmp_path):
    submitted = []

    @bot.app.command("/vpn-help")
    async def command(ack, body, client):
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        await ack(text="I opened a form for you.")

    @bot.app.view("intake")
    async def intake(ack, body):
        values = body["view"]["state"]["values"]
        if values["symptom"]["text"]["value"] == "bad":
            return await ack(response_action="errors", errors={"symptom": "Say a little more."})
        submitted.append(values)
        return await ack()

    log = tmp_path / "charon.log"
    log.write_text("no IKE config found")
    page = await visit("mira", names.GENERAL)
    await page.get_by_role("textbox", name="Message #general").press_sequentially("/vpn")
    await expect(page.get_by_role("option", name="/vpn-help")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")

    dialog = page.get_by_role("dialog", name="VPN Help")
    await expect(dialog).to_be_visible()
    await expect(page.get_by_text("Only you can see this")).to_be_attached()
    symptom = dialog.get_by_label("What happens?")
    await expect(symptom).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_text("Please fill this in.")).to_be_visible()
    await expect(symptom).to_be_focused()
    await expect(symptom).to_have_attribute("aria-invalid", "true")
    await page.keyboard.type("bad")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_text("Say a little more.")).to_be_visible()
    await symptom.fill("Error 809")
    await dialog.get_by_label("System").select_option(label="Windows 11")
    await dialog.locator("input[type=file]").set_input_files(log)
    await expect(dialog.get_by_text("charon.log")).to_be_visible()
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_be_hidden()

    assert submitted[0]["symptom"]["text"]["value"] == "Error 809"
    assert submitted[0]["platform"]["choice"]["selected_option"]["value"] == "windows"
    assert submitted[0]["log"]["files"]["files"][0]["name"] == "charon.log"


async def test_a_modal_keeps_what_was_typed_when_the_bot_changes_it(slack, bot, visit):
    views = []

    @bot.app.command("/vpn-help")
    async def command(ack, body, client):
        views.append((await client.views_open(trigger_id=body["trigger_id"], view=MODAL))["view"]["id"])
        await ack()

    page = await visit("mira", names.GENERAL)
    await page.get_by_role("textbox").fill("/vpn-help")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="VPN Help")
    await dialog.get_by_label("What happens?").fill("half a sentence")
    changed = {**MODAL, "title": {"type": "plain_text", "text": "VPN Help 2"}, "blocks": [section("Noted."), *MODAL["blocks"]]}
    await bot.client.views_update(view_id=views[0], view=changed)

    dialog = page.get_by_role("dialog", name="VPN Help 2")
    await expect(dialog.get_by_text("Noted.")).to_be_visible()
    await expect(dialog.get_by_label("What happens?")).to_have_value("half a sentence")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


async def test_a_button_asks_before_it_acts_and_keeps_the_focus(slack, bot, visit):
    pressed = []

    @bot.app.action("go")
    async def go(ack, body, client):
        pressed.append(body["actions"][0]["value"])
        await ack()
        where = body["container"]
        await client.chat_update(
            channel=where["channel_id"], ts=where["message_ts"], text="Claimed", blocks=[section("Claimed"), actions(ask)]
        )

    question = {
        "title": {"type": "plain_text", "text": "Claim it?"},
        "text": {"type": "mrkdwn", "text": "It is *yours* then."},
        "confirm": {"type": "plain_text", "text": "Claim"},
        "deny": {"type": "plain_text", "text": "Not now"},
    }
    ask = button("Claim case", value="7", confirm=question)
    await bot.client.chat_postMessage(channel=names.VPN_DESK, text="Case 7", blocks=[actions(ask)])
    page = await visit("ana", names.VPN_DESK)
    claim = page.get_by_role("button", name="Claim case")
    await claim.click()
    await page.get_by_role("dialog", name="Claim it?").get_by_role("button", name="Not now").click()
    assert pressed == []
    await claim.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("log").get_by_text("Claimed")).to_be_visible()
    await expect(claim).to_be_focused()
    assert pressed == ["7"]


async def test_a_file_is_dropped_into_a_thread(slack, bot, visit):
    parent = (await bot.client.chat_postMessage(channel=names.IT_HELP, text="Send me the log"))["ts"]
    page = await visit("mira", f"{names.IT_HELP}/{parent}")
    thread = page.get_by_role("region", name="Thread")
    await thread.evaluate(
        """async node => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File(["line one"], "vpn.log", {type: "text/plain"}));
            for (const kind of ["dragover", "drop"])
                node.dispatchEvent(new DragEvent(kind, {dataTransfer, bubbles: true, cancelable: true}));
        }"""
    )
    await expect(thread.get_by_text("vpn.log")).to_be_visible()
    await thread.get_by_role("button", name="Send").click()

    message = await slack.wait_for_message("it-help", thread_ts=parent, user=names.MIRA)
    assert [file["name"] for file in message["files"]] == ["vpn.log"]
    await expect(thread.get_by_role("log").get_by_role("link", name="Download vpn.log")).to_be_visible()


async def test_a_command_in_a_thread_is_refused_with_a_way_on(slack, bot, visit):
    parent = await slack.as_person("mira").post("no VPN", "it-help")
    page = await visit("joao", f"{names.IT_HELP}/{parent}")
    reply = page.get_by_role("textbox", name="Responder…")
    await reply.fill("/vpn-help")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("alert").get_by_text("/vpn-help não funciona em conversas")).to_be_visible()
    await expect(reply).to_have_value("/vpn-help")


async def test_a_telephone_shows_one_thing_at_a_time(slack, visit):
    parent = await slack.as_person("joao").post("no VPN", "it-help")
    await slack.as_person("joao").post("since 9", "it-help", thread_ts=parent)
    page = await visit("mira", size=(390, 844), touch=True)
    await page.get_by_role("link", name="it-help").click()
    await expect(page.get_by_role("navigation")).to_be_hidden()
    await page.get_by_role("button", name="1 reply").click()
    await expect(page.get_by_role("region", name="#it-help")).to_be_hidden()
    await expect(page.get_by_text("since 9")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.get_by_role("button", name="Back").click()
    await page.get_by_role("button", name="Back to the list").click()
    await expect(page.get_by_role("link", name="it-help")).to_be_focused()


async def test_one_person_becomes_another_and_sees_less(slack, bot, visit):
    await bot.client.chat_postMessage(channel=names.VPN_DESK, text="internal")
    page = await visit("ana", names.VPN_DESK)
    await expect(page.get_by_text("internal")).to_be_visible()
    await (
        page.get_by_role("link", name="Mira Novak asks for help")
        .or_(page.get_by_role("link", name="Mira Novak pede ajuda"))
        .click()
    )

    await expect(page.get_by_role("heading", name="Act as")).to_be_visible()
    assert await page.get_by_text("internal").count() == 0
    assert await page.get_by_role("link", name="vpn-desk").count() == 0


async def test_a_private_channel_cannot_be_reached_by_its_address(slack, visit):
    page = await visit("mira", names.VPN_DESK)
    await expect(page.get_by_text("This conversation is not there, or not for you.")).to_be_visible()


async def test_the_home_tab_is_drawn_when_it_is_opened(slack, bot, visit):
    @bot.app.event("app_home_opened")
    async def opened(event, client):
        if event["tab"] == "home":
            await client.views_publish(
                user_id=event["user"], view={"type": "home", "blocks": [section("Your cases"), actions(button("Get help"))]}
            )

    page = await visit("mira")
    await page.get_by_role("link", name="VPN Help").click()
    await page.get_by_role("tab", name="Home").click()
    await expect(page.get_by_role("button", name="Get help")).to_be_visible()


async def test_a_missing_bot_is_said(slack, visit):
    page = await visit("mira")
    await expect(page.get_by_role("status").get_by_text("VPN Help is not connected")).to_be_visible()
    await page.get_by_role("link", name="VPN Help").click()
    await expect(page.get_by_text("The bot is not running, or is starting.")).to_be_visible()


async def test_the_clock_is_moved_and_a_fault_is_switched_on_backstage(slack, visit):
    page = await visit("sam")
    await page.get_by_role("button", name="Backstage").click()
    await page.get_by_role("button", name="+1 hour").click()
    await expect(page.get_by_text("1 hour ahead of your computer.")).to_be_visible()
    await page.get_by_label("What goes wrong").select_option(label="Events come twice")
    await page.get_by_role("button", name="Let it go wrong").click()
    await expect(page.get_by_role("button", name="Mend everything")).to_be_visible()
    world = await slack.world()
    assert (world["clock"]["offset"], [fault["kind"] for fault in world["faults"]]) == (3600, ["duplicate"])


async def test_a_link_to_a_message_opens_it_in_its_thread(slack, bot, visit):
    parent = (await bot.client.chat_postMessage(channel=names.IT_HELP, text="parent"))["ts"]
    reply = (await bot.client.chat_postMessage(channel=names.IT_HELP, text="reply", thread_ts=parent))["ts"]
    link = (await bot.client.chat_getPermalink(channel=names.IT_HELP, message_ts=reply))["permalink"]
    page = await visit("mira")
    await page.goto(link)
    await expect(page.get_by_role("region", name="Thread").locator(f'article[data-ts="{reply}"]')).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_text_stands_out_from_its_ground(slack, bot, visit, scheme):
    """4.5:1 for all text that is visible, in both schemes."""
    await bot.client.chat_postMessage(
        channel=names.MIRA,
        text="x",
        blocks=[
            {"type": "header", "text": {"type": "plain_text", "text": "The keys differ"}},
            section("Some `code` and <https://example.com|a link>"),
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "small print"}]},
            actions(button("Go", "a", style="primary"), button("No", "b", style="danger"), button("Later", "c")),
        ],
    )
    page = await visit("mira", scheme=scheme)
    await page.get_by_role("link", name="VPN Help").click()
    await page.get_by_role("button", name="Backstage").click()
    await expect(page.get_by_role("button", name="Go", exact=True)).to_be_visible()
    assert await page.evaluate(CONTRAST) == []


CONTRAST = """() => {
    const canvas = Object.assign(document.createElement("canvas"), {width: 1, height: 1});
    const pen = canvas.getContext("2d", {willReadFrequently: true});
    const over = (colours) => {
        pen.clearRect(0, 0, 1, 1);
        for (const colour of colours) { pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); }
        return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = (rgb) => {
        const [r, g, b] = rgb.map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const found = [];
    for (const node of document.querySelectorAll("body *")) {
        const words = [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
        if (!words || !node.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
        const grounds = [];
        for (let up = node; up; up = up.parentElement) grounds.unshift(getComputedStyle(up).backgroundColor);
        const ground = over(grounds), ink = over([...grounds, getComputedStyle(node).color]);
        const [high, low] = [light(ground), light(ink)].sort((a, b) => b - a);
        const ratio = (high + 0.05) / (low + 0.05);
        if (ratio < 4.5) found.push(`${node.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
    }
    return found;
}"""


async def test_everything_that_can_be_used_has_a_name(slack, bot, visit):
    await slack.as_person("mira").upload("vpn.log", b"x", "it-help", text="look")
    page = await visit("mira", names.IT_HELP)
    await page.get_by_role("button", name="Backstage").click()
    await expect(page.get_by_role("link", name="Download vpn.log")).to_be_visible()
    nameless = await page.evaluate(
        """() => [...document.querySelectorAll("button, a, input, select, textarea, summary")].filter(node => {
            const label = node.labels && node.labels.length ? node.labels[0].textContent : "";
            const said = ["aria-label", "title", "aria-hidden"].some(name => node.getAttribute(name));
            return !(said || label || node.textContent.trim());
        }).map(node => node.outerHTML)"""
    )
    assert nameless == []


#: What a screen reader or a finger stumbles over, whatever is drawn.
OBSTACLES = """() => {
    const found = [];
    const shown = (node) => node.getClientRects().length > 0;
    const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
    if (new Set(ids).size < ids.length) found.push(`two of the same id: ${ids.filter((id, at) => ids.indexOf(id) !== at)}`);
    for (const node of document.querySelectorAll("[tabindex]"))
        if (node.tabIndex > 0) found.push(`an order of its own: ${node.outerHTML}`);
    for (const node of document.images) if (!node.hasAttribute("alt")) found.push(`a picture without words: ${node.src}`);
    for (const name of ["aria-labelledby", "aria-describedby", "aria-controls"])
        for (const node of document.querySelectorAll(`[${name}]`))
            for (const id of node.getAttribute(name).split(/\\s+/))
                if (id && !document.getElementById(id)) found.push(`${name} leads nowhere: ${id}`);
    for (const node of document.querySelectorAll("button, select, input, textarea")) {
        if (!shown(node) || node.closest("label, [aria-hidden=true]")) continue;
        const { width, height } = node.getBoundingClientRect();
        if (node.offsetParent && Math.min(width, height) < 24) found.push(`too small: ${node.outerHTML.slice(0, 120)}`);
    }
    if (document.documentElement.scrollWidth > innerWidth) found.push("wider than the screen");
    if (!document.documentElement.lang) found.push("no language");
    if (!document.querySelector("main, [role=main]")) found.push("no main part");
    return found;
}"""


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
async def test_nobody_stumbles(slack, bot, visit, size):
    """A conversation, a thread, a form: for who listens, types or has large fingers."""
    mira = slack.as_person("mira")
    parent = await mira.upload("vpn.log", b"x", "it-help", text="look")
    await mira.post("and here", "it-help", thread_ts=parent)
    for handle, place in (("mira", names.IT_HELP), ("joao", f"{names.IT_HELP}/{parent}")):
        page = await visit(handle, size=size, touch=size[0] < 800)
        await page.evaluate("(place) => { location.hash = `#/${place}`; }", place)
        await expect(page.get_by_text("look").last).to_be_visible()
        assert await page.evaluate(OBSTACLES) == []
        assert (await page.evaluate("document.documentElement.lang")) == {"mira": "en", "joao": "pt-BR"}[handle]
