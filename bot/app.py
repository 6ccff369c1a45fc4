"""The one place that knows every room: opens them in order, joins them, closes them in reverse.

    knowledge         first: a base with faults stops the start
    reading workers   before sockets are open: a worker inherits none, and no environment
    Slack             what is wrong for good stops the start and says why; a Slack that does not answer is waited for
    store, jobs       what an earlier life left undone goes on at once
    web, Socket Mode  last: an event is let in only when everything behind the door stands

On the way out the door closes first, and what has begun gets `VPN_HELP_STOP_SECONDS` to finish.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar, cast

import aiohttp

from bot.errors import OutsideError, Refused, SettingsError, Unreachable, UserError
from bot.escalation import figures
from bot.escalation.overview import overview
from bot.escalation.promises import is_meant
from bot.events import ActionTaken, UserId, Workspace
from bot.jobs import Jobs, Work, open_jobs
from bot.knowing import Knowing, Words, read_base
from bot.learned import closed, kept_learned
from bot.messages import Catalogue, spoken
from bot.messages.unmasking import REASONS, tokens_of
from bot.pager import WebhookPager
from bot.permissions import ADMIN_ACTIONS, Deed, may
from bot.places import Places
from bot.ports import Announce, Audited, Clock, Pager
from bot.settings import Mode, Settings, hide_slack_variables
from bot.slack.bolt import Receiver, SocketMode, make_bolt, try_app_token
from bot.slack.chat import Identity, SlackChat, make_session
from bot.slack.door import Door
from bot.slack.home import Homes, link_to
from bot.slack.payloads import Me
from bot.slack.verification import Verifier
from bot.stopping import stop_event
from bot.storage import Filter, Speaker, Store, audit_csv, audit_json, open_store, sweep
from bot.triage.drain import Drain, Policy
from bot.triage.intake import Intake
from bot.triage.reading import Limits, Reader
from bot.triage.trail import where
from bot.web import Ping, Site, make_web, serving
from bot.wording import DeskTab, Message, OutageLine
from knowledge import BaseError, Learned, learn, load_base

logger = logging.getLogger(__name__)

_LONGEST_PAUSE = 60.0  # seconds between two tries to reach Slack at the start
_SWEPT_AGO = 30.0  # seconds; the sweeper goes round every second
_SLACK_KNOWN = 15.0  # seconds for which an answer of Slack's to /readyz is good


#: In the audit trail, whose data a command of the operator is about: that of every workspace.
OPERATOR = Workspace(team="")

Answer = TypeVar("Answer")


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A bot that runs, for whoever started it."""

    #: Where its own port answers; None where that was taken and is not needed.
    address: str | None
    identity: Identity


async def run(settings: Settings, *, with_parent: bool = False) -> None:
    """Serve until Ctrl-C or SIGTERM, or (`with_parent`) until the process that started us is gone.

    Raises:
        SettingsError: it cannot work like this.
    """
    stop = stop_event(with_parent=with_parent)
    life = asyncio.create_task(_live(settings), name="the bot")
    stopping = asyncio.create_task(stop.wait(), name="waiting for a signal")
    await asyncio.wait({life, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not life.done():
        logger.info("stopping; what has begun gets %s s to finish", settings.stop_seconds)
        life.cancel()
    stopping.cancel()
    try:
        await life
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
        logger.info("stopped")


async def export(settings: Settings, *, form: str) -> str:
    """All cases that are kept, as figures; `form` is `csv` or `json`."""
    _make_folder(settings)
    async with open_store(settings.database, clock=SystemClock(), channels=Places()) as store:
        cases = await store.all_cases()
        await store.audit.write(OPERATOR, _by_operator(Deed.EXPORT))
    return figures.as_json(cases) if form == "json" else figures.as_csv(cases)


async def learned(settings: Settings) -> tuple[Learned, Mapping[str, str]]:
    """What all closed cases that are kept teach about the base, and the mark of what is in use, by workspace."""
    _make_folder(settings)
    base = load_base(own=settings.knowledge)
    async with open_store(settings.database, clock=SystemClock(), channels=Places()) as store:
        cases, setups = await store.all_cases(), await store.people.setups()
    used = {team: each.mark for team, setup in setups.items() if (each := kept_learned(setup.learned)) is not None}
    return learn(base, closed(cases)), used


async def audit(settings: Settings, which: Filter, *, form: str) -> str:
    """The audit trail; `form` is `csv` or `json`."""
    _make_folder(settings)
    async with open_store(settings.database, clock=SystemClock(), channels=Places()) as store:
        lines = await store.audit.lines(which)
        await store.audit.write(OPERATOR, _by_operator(Deed.READ_AUDIT))
    return audit_json(lines) if form == "json" else audit_csv(lines)


def _by_operator(deed: Deed) -> Audited:
    return Audited(at=SystemClock().now(), who=None, deed=deed.value, where="command-line")


async def migrate(settings: Settings) -> None:
    """Bring the database to this version, and nothing else."""
    _make_folder(settings)
    async with open_store(settings.database, clock=SystemClock(), channels=Places()):
        pass


@asynccontextmanager
async def opened(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Bot]:
    """The whole bot while this lasts.

    Raises:
        SettingsError: it cannot work like this.
    """
    if settings.slack_bot_token is None:
        raise SettingsError("SLACK_BOT_TOKEN: it is not set; `vpn-help run` starts the playground, where none is needed")
    clock = clock or SystemClock()
    _make_folder(settings)
    async with AsyncExitStack() as rooms:
        knowledge = await _knowledge(settings, clock)
        words = cast("Catalogue", Words(knowledge))
        reader = await rooms.enter_async_context(_reader(settings, knowledge.snapshot).open())
        hide_slack_variables()
        session = await rooms.enter_async_context(make_session(settings.slack_api_url))
        chat = _chat(settings, session, settings.slack_bot_token.get_secret_value())
        identity = await _answered(chat.who_am_i, "SLACK_BOT_TOKEN")
        if settings.slack_app_token is not None:
            app_token = settings.slack_app_token.get_secret_value()
            await _answered(lambda: try_app_token(session, app_token, settings.slack_api_url), "SLACK_APP_TOKEN")
        channels = Places(fixed=settings.setup)
        store = await rooms.enter_async_context(_store(settings, clock, channels))
        channels.chosen.update(await store.people.setups())
        workspace = Workspace(team=identity.team, enterprise=identity.enterprise)

        async def language(user: UserId) -> str | None:
            return await store.people.language(workspace, user)

        drain = _drain(
            settings, store=store, chat=chat, clock=clock, channels=channels, knowledge=knowledge, pager=WebhookPager(session)
        )
        homes = Homes(
            chat=chat,
            cases=store,
            words=words,
            places=channels,
            workspace=workspace,
            url=identity.url,
            days=settings.retention_days,
            backups=settings.backup_days,
            language=language,
            is_admin=drain.is_admin,
            desk=_desk(store, drain, clock, channels=channels, workspace=workspace, url=identity.url),
            lessons=drain.lessons,
        )
        drain = replace(drain, homes=homes)
        intake = Intake(store=store, chat=chat, reader=reader, clock=clock, limit=settings.max_download_bytes)
        jobs = await rooms.enter_async_context(_jobs(settings, store, drain, intake, clock=clock, workspace=workspace))
        door = Door(
            inbox=store.inbox,
            chat=chat,
            cases=store,
            clock=clock,
            words=words,
            me=Me(user=identity.user),
            retention_days=settings.retention_days,
            allow=_allow(store, drain),
            unmask=_unmask(store, drain),
            language=language,
            homes=homes,
            counts=Counter(),
        )
        await rooms.enter_async_context(_watched(knowledge, reader, store, workspace))
        pings = _pings(store, jobs, chat, knowledge, clock)
        address = await _let_in(rooms, settings, session=session, door=door, identity=identity, pings=pings)
        logger.info(
            "ready in the workspace %s, over %s, knowledge %s", identity.team_name, settings.mode, knowledge.base.revision
        )
        yield Bot(address=address, identity=identity)


async def _live(settings: Settings) -> None:
    for remark in settings.remarks():
        logger.warning("%s", remark)
    async with opened(settings):
        await asyncio.Event().wait()


def _make_folder(settings: Settings) -> None:
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"VPN_HELP_DATA: {settings.data} cannot be made: {error.strerror}") from error


def _reader(settings: Settings, base: Path | None) -> Reader:
    file = {
        "upload": settings.max_download_mb << 20,
        "size": settings.max_unpacked_mb << 20,
        "ratio": settings.max_ratio,
        "members": settings.max_members,
        "nesting": settings.max_nesting,
        "line": settings.max_line_mb << 20,
    }
    limits = Limits(memory=settings.reading_memory_mb << 20, seconds=settings.reading_seconds, file=file)
    return Reader(base=base, limits=limits)


async def _knowledge(settings: Settings, clock: Clock) -> Knowing:
    def today() -> date:
        return clock.now().date()

    where = settings.data / "knowledge"
    try:
        held = await asyncio.to_thread(read_base, settings.knowledge, where, today())
    except BaseError as error:
        raise SettingsError(f"VPN_HELP_KNOWLEDGE: the knowledge base has faults:\n{error}") from error
    return Knowing(held, own=settings.knowledge, where=where, today=today, locale=spoken(settings.desk_language))


@asynccontextmanager
async def _watched(knowledge: Knowing, reader: Reader, store: Store, workspace: Workspace) -> AsyncIterator[None]:
    """While this lasts, a changed knowledge base is taken up; what is wrong with one is said through the outbox."""
    lane = f"person:{workspace.team}:knowledge"

    async def tell(key: str, message: Message) -> None:
        async with store.database.writing() as connection:
            await store.outbox.add(connection, lane, workspace, [Announce(key=key, message=message)])

    watching = asyncio.create_task(knowledge.watch(reader, tell), name="watching the knowledge base")
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def _chat(settings: Settings, session: aiohttp.ClientSession, token: str) -> SlackChat:
    return SlackChat(
        session,
        token=token,
        api_url=settings.slack_api_url,
        download_seconds=float(settings.download_seconds),
    )


async def _answered(ask: Callable[[], Awaitable[Answer]], variable: str) -> Answer:
    """Slack's answer: a wrong token is a fault of the settings, a Slack that does not answer is waited for."""
    pause = 1.0
    while True:
        try:
            return await ask()
        except Refused as error:
            raise SettingsError(f"{variable}: Slack says {error.code}; `vpn-help check-config` says what to do") from error
        except OutsideError as error:
            logger.warning("Slack does not answer (%s); trying again in %g s", error, pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


@asynccontextmanager
async def _store(settings: Settings, clock: Clock, channels: Places) -> AsyncIterator[Store]:
    life = timedelta(days=settings.token_days)
    async with open_store(settings.database, clock=clock, channels=channels, token_life=life) as store:
        yield store


def _drain(
    settings: Settings, *, store: Store, chat: SlackChat, clock: Clock, channels: Places, knowledge: Knowing, pager: Pager
) -> Drain:
    speaker = Speaker(
        store=store,
        inbox=store.inbox,
        chat=chat,
        clock=clock,
        desk=channels.desk,
        limit=settings.max_download_bytes,
        still=is_meant,
        pager=pager,
    )
    policy = Policy(
        contact=settings.contact or "",
        retention_days=settings.retention_days,
        backup_days=settings.backup_days,
        desk_locale=spoken(settings.desk_language),
        chain=settings.calls,
        digest=settings.weekly,
        own=settings.knowledge,
    )
    return Drain(store=store, chat=chat, speaker=speaker, clock=clock, channels=channels, knowledge=knowledge, policy=policy)


@asynccontextmanager
async def _jobs(
    settings: Settings, store: Store, drain: Drain, intake: Intake, *, clock: Clock, workspace: Workspace
) -> AsyncIterator[Jobs]:
    async def clean() -> None:
        keep, keep_audit = timedelta(days=settings.retention_days), timedelta(days=settings.audit_days)
        await sweep(store, clock.now(), keep=keep, keep_audit=keep_audit)
        await drain.plan_digest(workspace)

    work = Work(drain=drain.drain, read=intake.read, clean=clean)
    async with open_jobs(
        store, work, address=settings.database, clock=clock, readers=settings.readers, stop_seconds=settings.stop_seconds
    ) as jobs:
        yield jobs


def _desk(
    store: Store, drain: Drain, clock: Clock, *, channels: Places, workspace: Workspace, url: str
) -> Callable[[UserId], Awaitable[DeskTab | None]]:
    """What an engineer's home tab shows of the desk."""

    async def desk(user: UserId) -> DeskTab | None:
        if channels.desk(workspace) is None or not await drain.is_responder(workspace, user):
            return None
        outages = []
        for each in await store.outages.open_ones(workspace):
            card = await store.outbox.slot(f"outage:{workspace.team}:{each.id}", "announce", "outage")
            link = link_to(url, card) if card else None
            outages.append(OutageLine(about=each.key, cases=len(each.cases), since=each.found_at, link=link))
        return overview(await store.desk_cases(workspace), user, clock.now(), channels.office(workspace), outages)

    return desk


def _allow(store: Store, drain: Drain) -> Callable[[ActionTaken], Awaitable[None]]:
    """The rights to a press that is answered in the listener; all others are asked when their event is handled."""

    async def allow(action: ActionTaken) -> None:
        case = await store.case(action.case) if action.case else None
        if case is not None and case.workspace != action.workspace:
            case = None
        responder = action.user is not None and await drain.is_responder(action.workspace, action.user)
        admin = (
            action.user is not None and action.action in ADMIN_ACTIONS and await drain.may_set_up(action.workspace, action.user)
        )
        answer = may(action.user, action.action, case, is_responder=responder, is_admin=admin, is_stranger=action.stranger)
        if answer.reason is not None:
            line = Audited(
                at=drain.clock.now(),
                who=action.user,
                deed=action.action.value,
                case=case.id if case else None,
                where=where(action),
                refused=answer.reason,
            )
            await store.audit.write(action.workspace, line)
            raise UserError(answer.reason)

    return allow


def _unmask(store: Store, drain: Drain) -> Callable[[ActionTaken], Awaitable[Mapping[str, str]]]:
    """Which token of a case's evidence stands for what; written down before it is shown."""
    allow = _allow(store, drain)

    async def unmask(action: ActionTaken) -> Mapping[str, str]:
        await allow(action)
        case = await store.case(action.case) if action.case else None
        if case is None:
            raise UserError("case-is-gone")
        wanted, table = tokens_of(case), (await store.uploads.tokens(case.id)).table
        names = {token: name for kind in table.values() for name, token in kind.items() if token in wanted}
        line = Audited(
            at=drain.clock.now(),
            who=action.user,
            deed=action.action.value,
            case=case.id,
            where=where(action),
            refused=None if names else "names-are-gone",
            about=action.argument if action.argument in REASONS else "",
        )
        await store.audit.write(action.workspace, line)
        if not names:
            raise UserError("names-are-gone")
        return names

    return unmask


async def _let_in(
    rooms: AsyncExitStack,
    settings: Settings,
    *,
    session: aiohttp.ClientSession,
    door: Door,
    identity: Identity,
    pings: Mapping[str, Ping],
) -> str | None:
    """Open the door; the address of the bot's own port."""
    token, secret, app_token = settings.slack_bot_token, settings.slack_signing_secret, settings.slack_app_token
    bolt = make_bolt(
        door,
        identity,
        session=session,
        token=token.get_secret_value() if token else "",
        api_url=settings.slack_api_url,
        signing_secret=secret.get_secret_value() if secret else None,
    )
    if settings.mode is Mode.HTTP and secret is not None:
        receive = Receiver(bolt, Verifier(secret.get_secret_value()), door.counts)
        site = Site(receive=receive, pings=pings, counts=door.counts)
        return await _serve(rooms, settings, site, needed=True)
    socket = SocketMode(
        bolt, session=session, app_token=app_token.get_secret_value() if app_token else "", api_url=settings.slack_api_url
    )
    site = Site(pings={**pings, "socket mode": socket.ping}, counts=door.counts)
    address = await _serve(rooms, settings, site, needed=False)
    rooms.push_async_callback(socket.close)
    await socket.open()
    return address


async def _serve(rooms: AsyncExitStack, settings: Settings, site: Site, *, needed: bool) -> str | None:
    try:
        return await rooms.enter_async_context(serving(make_web(site), settings.host, settings.port))
    except OSError as error:
        said = f"VPN_HELP_PORT: {settings.host}:{settings.port} cannot be used ({error.strerror}); set another number"
        if needed:
            raise SettingsError(said) from error
        logger.warning("%s; going on without /healthz, /readyz and /metrics", said)
        return None


def _pings(store: Store, jobs: Jobs, chat: SlackChat, knowledge: Knowing, clock: Clock) -> Mapping[str, Ping]:
    """What `/readyz` asks."""

    async def ask_store() -> None:
        await store.inbox.waiting_lanes(clock.now(), older_than=timedelta())

    began = datetime.now(UTC)

    async def ask_jobs() -> None:
        if (datetime.now(UTC) - (jobs.swept_at or began)).total_seconds() > _SWEPT_AGO:
            raise Unreachable("the sweeper stands still", doing="jobs")

    answered = float("-inf")

    async def ask_slack() -> None:
        nonlocal answered
        if time.monotonic() - answered > _SLACK_KNOWN:
            await chat.who_am_i()
            answered = time.monotonic()

    async def ask_knowledge() -> None:
        if not knowledge.base.causes:
            raise Unreachable("it knows no cause", doing="knowledge")

    return {"store": ask_store, "jobs": ask_jobs, "knowledge": ask_knowledge, "slack": ask_slack}
