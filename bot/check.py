"""`vpn-help check-config`: try what the bot will need, and tell what is wrong for good from what is only wrong now.

Each probe is one thing that an operator can put right, and says how. Nothing is changed and nobody is spoken to.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import aiohttp

from bot.errors import Refused, SettingsError, Unknown, Unreachable
from bot.events import ChannelId
from bot.settings import Mode, Settings
from bot.slack.bolt import try_app_token
from bot.slack.chat import Identity, SlackChat, make_session
from bot.slack.scopes import OPTIONAL, SCOPES
from knowledge import BaseError, load_base

FAILED, LATER = 1, 75


class State(StrEnum):
    """How a probe ended, as it is printed."""

    FINE = "ok"
    REMARK = "note"
    #: Nothing helps until somebody changes something.
    WRONG = "WRONG"
    #: It may work in a minute.
    LATER = "LATER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a probe found."""

    state: State
    what: str


#: Slack's words for what an operator can do something about.
_HELP = {
    "invalid_auth": "the token is not valid: copy it again from the app's page at api.slack.com/apps",
    "not_authed": "the token is not valid: copy it again from the app's page at api.slack.com/apps",
    "account_inactive": "the app was removed from the workspace: install it again",
    "token_revoked": "the token was revoked: install the app again and copy the new one",
    "missing_scope": "a scope is missing: paste deploy/manifest.yaml into the app's manifest and install it again",
    "channel_not_found": "there is no such channel, or it is private and the bot is not in it: invite the bot and check the id",
    "no_such_subteam": "there is no such user group: open it in Slack and copy its id (S…)",
}


async def check(settings: Settings) -> list[Result]:
    """Probe everything that these settings need."""
    results = [Result(state=State.REMARK, what=remark) for remark in settings.remarks()]
    results.append(await asyncio.to_thread(_folder, settings))
    results.append(await asyncio.to_thread(_knowledge, settings))
    if settings.mode is Mode.PLAYGROUND:
        results.append(Result(state=State.REMARK, what="no Slack settings: `vpn-help run` starts the playground"))
        return results
    async with make_session(settings.slack_api_url) as session:
        results += await _slack(settings, session)
    return results


def report(results: Iterable[Result]) -> tuple[list[str], int]:
    """The lines to print, and the exit status."""
    held = list(results)
    states = {result.state for result in held}
    status = FAILED if State.WRONG in states else LATER if State.LATER in states else 0
    end = {0: "Ready.", FAILED: "Not ready: see the lines marked WRONG.", LATER: "Not ready now; try again in a minute."}
    return [*(f"{result.state:<6} {result.what}" for result in held), end[status]], status


async def _slack(settings: Settings, session: aiohttp.ClientSession) -> list[Result]:
    token = settings.slack_bot_token
    if token is None:
        return []
    chat = SlackChat(session, token=token.get_secret_value(), api_url=settings.slack_api_url)
    found: list[Identity] = []

    async def identity() -> str:
        found.append(await chat.who_am_i())
        return f"SLACK_BOT_TOKEN: the workspace {found[0].team_name} ({found[0].url})"

    results = [await _probe("SLACK_BOT_TOKEN", identity)]
    if not found:
        return results
    results += _scopes(settings, found[0])
    results.append(await _way_in(settings, session))
    for name, channel in _channels(settings):
        results.append(await _probe(f"{name} {channel}", _member(chat, name, channel)))
    if settings.responders:
        results.append(await _probe("VPN_HELP_RESPONDERS", _group(chat, settings.responders)))
    return results


async def _way_in(settings: Settings, session: aiohttp.ClientSession) -> Result:
    """How Slack reaches the bot; an HTTP address only Slack can try."""
    app_token = settings.slack_app_token
    if app_token is None:
        what = "SLACK_SIGNING_SECRET: it can only be tried by Slack; save the request address on the app's page, and it will be"
        return Result(state=State.REMARK, what=what)

    async def connects() -> str:
        await try_app_token(session, app_token.get_secret_value(), settings.slack_api_url)
        return "SLACK_APP_TOKEN: Socket Mode can be opened"

    return await _probe("SLACK_APP_TOKEN", connects)


def _scopes(settings: Settings, identity: Identity) -> list[Result]:
    """Scopes that the token lacks; an optional one counts only where a setting needs it."""
    if not identity.scopes:
        return [Result(state=State.REMARK, what="scopes: Slack did not say which ones the token has")]
    wanted = set(SCOPES) - (set() if settings.responders else set(OPTIONAL))
    missing = sorted(wanted - identity.scopes)
    if not missing:
        return [Result(state=State.FINE, what=f"scopes: all {len(wanted)} that are needed")]
    return [Result(state=State.WRONG, what=f"scope {scope}: without it there is no {SCOPES[scope]}") for scope in missing]


def _channels(settings: Settings) -> list[tuple[str, str]]:
    admin = [("VPN_HELP_ADMIN_CHANNEL", settings.admin_channel)] if settings.admin_channel else []
    return [*admin, *(("VPN_HELP_WATCHED_CHANNELS", str(watch.channel)) for watch in settings.setup.watched)]


def _member(chat: SlackChat, name: str, channel: str) -> Callable[[], Awaitable[str]]:
    async def member() -> str:
        shown, is_member = await chat.channel_name(ChannelId(channel))
        if not is_member:
            raise SettingsError(f"{name}: the bot is not in #{shown}: type /invite @VPN Help there")
        return f"{name}: #{shown}, and the bot is in it"

    return member


def _group(chat: SlackChat, group: str) -> Callable[[], Awaitable[str]]:
    async def members() -> str:
        count = len(await chat.group(group))
        if not count:
            raise SettingsError("VPN_HELP_RESPONDERS: the user group is empty: nobody could claim a case")
        return f"VPN_HELP_RESPONDERS: {count} people"

    return members


async def _probe(name: str, attempt: Callable[[], Awaitable[str]]) -> Result:
    try:
        return Result(state=State.FINE, what=await attempt())
    except SettingsError as error:
        return Result(state=State.WRONG, what=str(error))
    except Refused as error:
        return Result(state=State.WRONG, what=f"{name}: {_HELP.get(error.code, f'Slack says {error.code}')}")
    except (Unreachable, Unknown) as error:
        return Result(state=State.LATER, what=f"{name}: Slack did not answer ({error.code})")


def _folder(settings: Settings) -> Result:
    if settings.database_url is not None:
        return Result(state=State.REMARK, what="VPN_HELP_DATABASE_URL: tried when the bot starts, or by `vpn-help migrate`")
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data):
            pass
    except OSError as error:
        return Result(state=State.WRONG, what=f"VPN_HELP_DATA: {settings.data} cannot be written to: {error.strerror}")
    return Result(state=State.FINE, what=f"VPN_HELP_DATA: {settings.data}")


def _knowledge(settings: Settings) -> Result:
    try:
        base = load_base(own=settings.knowledge)
    except BaseError as error:
        return Result(
            state=State.WRONG, what=f"the knowledge base has faults; `vpn-help knowledge check` shows them all\n{error}"
        )
    return Result(state=State.FINE, what=f"knowledge base: revision {base.revision}, {len(base.causes)} causes")
