"""Who is who: auth.test, users.*, usergroups.*, bots.info, team.info; and the address of a socket."""

from __future__ import annotations

import secrets

from bot.playground import names
from bot.playground.calls import ApiError, Call, Method, Tier, page_of
from bot.playground.payloads import bot_json, person_json
from bot.playground.records import Json


def _auth_test(call: Call) -> Json:
    return {
        "url": f"{call.slack.base}/",
        "team": names.TEAM_NAME,
        "user": "vpn-help",
        "team_id": names.TEAM,
        "user_id": names.BOT_USER,
        "bot_id": names.BOT,
        "is_enterprise_install": False,
    }


def _user_info(call: Call) -> Json:
    person = call.world.people.get(call.needed("user"))
    if person is None:
        raise ApiError("user_not_found")
    return {"user": person_json(person, with_locale=call.flag("include_locale"))}


def _users(call: Call) -> Json:
    found = [person_json(person, with_locale=call.flag("include_locale")) for person in call.world.people.values()]
    page, cursor = page_of(found, call)
    return {"members": page, "cache_ts": int(call.slack.clock.seconds()), "response_metadata": {"next_cursor": cursor}}


def _group_users(call: Call) -> Json:
    if call.needed("usergroup") != names.RESPONDERS:
        raise ApiError("no_such_subteam")
    return {"users": list(call.world.responders)}


def _bot(call: Call) -> Json:
    if call.text("bot", names.BOT) != names.BOT:
        raise ApiError("bot_not_found")
    return {"bot": {**bot_json(), "user_id": names.BOT_USER}}


def _team(_: Call) -> Json:
    return {"team": {"id": names.TEAM, "name": names.TEAM_NAME, "domain": names.TEAM_DOMAIN, "email_domain": "", "icon": {}}}


def _socket(call: Call) -> Json:
    if call.world.setting("delivery", "socket") != "socket":
        raise ApiError("socket_mode_disabled")
    ticket = secrets.token_urlsafe(18)
    call.slack.tickets[ticket] = "socket"
    return {"url": f"{call.slack.base.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={names.APP}"}


METHODS = {
    "auth.test": Method(run=_auth_test, tier=Tier.FREE),
    "users.info": Method(run=_user_info, scopes=("users:read",), tier=Tier.FOUR),
    "users.list": Method(run=_users, scopes=("users:read",), tier=Tier.TWO),
    "usergroups.users.list": Method(run=_group_users, scopes=("usergroups:read",), tier=Tier.TWO),
    "bots.info": Method(run=_bot, scopes=("users:read",)),
    "team.info": Method(run=_team, scopes=("team:read",)),
    "apps.connections.open": Method(run=_socket, app_token=True),
}
