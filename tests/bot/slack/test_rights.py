"""What a listener does at once, before anything is kept: it asks for the right first, and opens nothing without it."""

import json

import pytest

from bot.errors import UserError
from bot.events import Action
from bot.permissions import ADMIN_ACTIONS, DESK_ACTIONS, OWN_ACTIONS
from bot.slack.listeners.actions import DESK_FORMS

TS = "1764000000.000100"
FORMS = (Action.OPEN_DESK_FORM, Action.UNMASK)


@pytest.fixture
async def closed(slack, monkeypatch):
    """A door at which nobody has any right."""
    asked = []

    async def nobody(action):
        asked.append(action)
        raise UserError("responders-only")

    object.__setattr__(slack.door, "allow", nobody)
    slack.asked = asked
    return slack


def pressed(action, argument):
    value = json.dumps({"v": 1, "case": "c1", "arg": argument})
    return {"action_id": action, "value": value, "action_ts": TS}


@pytest.mark.parametrize("action", [action for action in Action if action is not Action.OPEN_INTAKE])
@pytest.mark.parametrize("argument", ["", *sorted(DESK_FORMS)])
async def test_no_form_opens_and_no_tab_changes_without_the_right(closed, api, kept, action, argument):
    await closed.interaction(type="block_actions", channel={"id": "C1"}, actions=[pressed(action, argument)])
    assert api.said("views.open") == []
    assert api.said("views.publish") == []
    # What is not refused at once is kept, and asked when it is handled (`tests/bot/test_every_action.py`).
    assert bool(kept.events) != bool(closed.asked) or (action in FORMS and argument not in DESK_FORMS)


async def test_a_message_is_not_offered_for_sending_without_the_right(closed, api, cases):
    async def at_desk(workspace, ref):
        return "c1", "desk"

    cases.case_at = at_desk
    await closed.interaction(
        type="message_action", callback_id="vpn_help_send", channel={"id": "CDESK"}, action_ts=TS,
        message={"ts": TS, "thread_ts": "1764000000.000001", "user": "U2", "text": "internal"},
    )  # fmt: skip
    assert api.said("views.open") == []
    assert "internal" not in json.dumps(api.calls)


def test_the_sets_of_rights_know_every_action():
    known = DESK_ACTIONS | ADMIN_ACTIONS | OWN_ACTIONS
    assert {Action.OPEN_REPLY, Action.OPEN_DESK_FORM, Action.OPEN_SETUP, Action.OPEN_WATCH, Action.TRY_SETUP} <= known
