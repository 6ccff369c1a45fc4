"""views.*: modals and the home tab."""

from __future__ import annotations

import json

from bot.playground import names
from bot.playground.blockkit import check_view
from bot.playground.calls import ApiError, Call, Method, Tier
from bot.playground.forms import state_of
from bot.playground.local import Trigger
from bot.playground.modals import add_view, close_all, replace_view
from bot.playground.payloads import view_json
from bot.playground.records import Json, OpenView


def _view_argument(call: Call, kind: str) -> Json:
    view = call.json("view")
    if not isinstance(view, dict):
        raise ApiError("invalid_arguments", messages=["[ERROR] missing required field: view"])
    if len(json.dumps(view)) > names.VIEW_BYTES:
        raise ApiError("view_too_large")
    faults = check_view(view)
    if view.get("type") != kind:
        faults = [f"must be of type {kind} [json-pointer:/view/type]", *faults]
    if faults:
        raise ApiError("invalid_arguments", messages=[f"[ERROR] {fault}" for fault in faults])
    return view


def _trigger(call: Call) -> Trigger:
    """The trigger, used up by this."""
    trigger = call.slack.triggers.get(call.needed("trigger_id"))
    if trigger is None:
        raise ApiError("invalid_trigger_id")
    if trigger.used:
        raise ApiError("exchanged_trigger_id")
    if call.slack.clock.seconds() > trigger.expires:
        raise ApiError("expired_trigger_id")
    trigger.used = True
    return trigger


def _external_id_is_free(call: Call, view: Json, but: str | None = None) -> None:
    wanted = view.get("external_id")
    if wanted and any(one.body.get("external_id") == wanted and one.id != but for one in call.world.views.values()):
        raise ApiError("duplicate_external_id")


def _open(call: Call) -> Json:
    view = _view_argument(call, "modal")
    trigger = _trigger(call)
    _external_id_is_free(call, view)
    close_all(call.world, trigger.person)
    return _shown(call, add_view(call.world, trigger.person, view))


def _push(call: Call) -> Json:
    view = _view_argument(call, "modal")
    trigger = _trigger(call)
    stack = call.world.modals_of(trigger.person)
    if trigger.view is None or not stack:
        raise ApiError("invalid_trigger_id")
    if len(stack) >= names.MODAL_DEPTH:
        raise ApiError("push_limit_reached")
    _external_id_is_free(call, view)
    return _shown(call, add_view(call.world, trigger.person, view))


def _update(call: Call) -> Json:
    wanted, external = call.text("view_id"), call.text("external_id")
    if not wanted and not external:
        raise ApiError("invalid_arguments", messages=["[ERROR] missing required field: view_id"])
    found = next(
        (v for v in call.world.views.values() if v.id == wanted or (external and v.body.get("external_id") == external)), None
    )
    if found is None:
        raise ApiError("not_found")
    view = _view_argument(call, str(found.body["type"]))
    _hash_is_current(call, found)
    _external_id_is_free(call, view, but=found.id)
    return _shown(call, replace_view(call.world, found, view))


def _hash_is_current(call: Call, view: OpenView) -> None:
    if call.text("hash") and call.text("hash") != view.hash:
        raise ApiError("hash_conflict")


def _publish(call: Call) -> Json:
    user = call.needed("user_id")
    person = call.world.people.get(user)
    if person is None or person.is_bot:
        raise ApiError("invalid_user_id" if person is None else "not_enabled")
    view = _view_argument(call, "home")
    before = call.world.home_of(user)
    if before is None:
        return _shown(call, add_view(call.world, user, view))
    _hash_is_current(call, before)
    return _shown(call, replace_view(call.world, before, view))


def _shown(call: Call, view: OpenView) -> Json:
    return {"view": view_json(view, state_of(call.slack, view))}


METHODS = {
    "views.open": Method(run=_open, tier=Tier.FOUR),
    "views.push": Method(run=_push, tier=Tier.FOUR),
    "views.update": Method(run=_update, tier=Tier.FOUR),
    "views.publish": Method(run=_publish, tier=Tier.FOUR),
}
