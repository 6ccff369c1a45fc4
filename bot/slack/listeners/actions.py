"""Buttons and menus. Two of them open a modal at once; all others are kept for the case they belong to."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.errors import UserError
from bot.events import Action
from bot.places import Setting
from bot.slack import payloads
from bot.slack.door import Door, whisper
from bot.slack.fields import Body
from bot.slack.listeners.opening import open_intake
from bot.slack.modals import Metadata
from bot.slack.waiting import waiting


def register(app: AsyncApp, door: Door) -> None:
    """Everything that can be pressed; a button with an address sends its press too, and is only acknowledged."""

    @app.action(re.compile(""))
    async def pressed(ack: AsyncAck, body: dict[str, Any]) -> None:
        press = payloads.press(body, door.clock.now())
        if press is not None:
            await _act(door, press, body)
        await ack()

    @app.options(re.compile(""))
    async def asked_for_options(ack: AsyncAck) -> None:
        await ack(options=[])


#: The forms that an entry of the card's menu may open.
DESK_FORMS = frozenset({"hand_on", "merge", "what_if", "resolve", "unmask"})


async def _act(door: Door, press: payloads.Press, body: Body) -> None:
    match press.event.action:
        case Action.OPEN_INTAKE:
            await _open_intake(door, press, body)
        case Action.OPEN_REPLY:
            await _open_reply(door, press)
        case Action.OPEN_DESK_FORM | Action.UNMASK:
            await _open_desk_form(door, press)
        case Action.OPEN_SETUP | Action.OPEN_WATCH | Action.TRY_SETUP:
            await _set_up(door, press)
        case _:
            await door.keep(press.event)


async def _open_intake(door: Door, press: payloads.Press, body: Body) -> None:
    if press.event.user is None:
        return
    if press.event.stranger:
        raise UserError("guests-may-not")
    channel = press.event.ref.channel if press.event.ref else ""
    metadata = Metadata(channel=channel, response_url=press.response_url or "")
    if sorry := await open_intake(door, press.event.user, press.trigger_id, metadata, workspace=press.event.workspace):
        await whisper(door, waiting(body), sorry)


async def _set_up(door: Door, press: payloads.Press) -> None:
    """The admins' part of the home tab. Asked again when the modal is sent: a button proves nothing."""
    user, homes = press.event.user, door.homes
    if user is None or homes is None:
        return
    await door.allow(press.event)
    if press.event.action is Action.TRY_SETUP:
        homes.forget_tries()
        await homes.show(user, thoroughly=True)
        return
    locale, setup = await door.locale(user), homes.places.of(press.event.workspace)
    metadata = Metadata(channel=press.event.argument).written()
    if press.event.action is Action.OPEN_SETUP:
        fixed = frozenset(each for each in Setting if homes.places.is_fixed(each))
        view = door.words.setup_form(setup, fixed=fixed, locale=locale, metadata=metadata)
    else:
        watch = next((each for each in setup.watched if each.channel == press.event.argument), None)
        view = door.words.watch_form(watch, locale=locale, metadata=metadata)
    await door.chat.open_view(press.trigger_id, view)


async def _open_desk_form(door: Door, press: payloads.Press) -> None:
    """What needs more than a press: to whom, of which case, which answer. The right is asked now, and when it is sent."""
    user, case = press.event.user, press.event.case
    if user is None or case is None or press.event.argument not in DESK_FORMS:
        return
    await door.allow(press.event)
    locale, metadata = await door.locale(user), Metadata(case=case).written()
    if press.event.argument == "resolve":
        found = await door.cases.case(case)
        if found is None:
            raise UserError("case-is-gone")
        if found.is_over:
            raise UserError("case-is-over")
        view = door.words.resolve_form(found, locale=locale, metadata=metadata)
    elif press.event.argument == "unmask":
        view = door.words.unmask_form(locale=locale, metadata=metadata)
    else:
        view = door.words.desk_form(press.event.argument, locale=locale, metadata=metadata)
    await door.chat.open_view(press.trigger_id, view)


async def _open_reply(door: Door, press: payloads.Press) -> None:
    """The one way across the wall, so the right to it is asked before the form opens, and again when it is sent."""
    user, case_id = press.event.user, press.event.case
    if user is None or case_id is None:
        return
    await door.allow(press.event)
    case = await door.cases.case(case_id)
    if case is None:
        raise UserError("case-is-gone")
    locale = await door.locale(user)
    metadata = Metadata(case=case_id).written()
    view = door.words.reply_form(locale=locale, requester_locale=case.locale, metadata=metadata)
    await door.chat.open_view(press.trigger_id, view)
