"""*Drain a lane*: take what waits in it, in its order; decide, store, speak. The only place where the pure and the rest meet."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from bot.cases import Case
from bot.errors import OutsideError, Refused, Unreachable
from bot.events import (
    Action,
    ActionTaken,
    CaseId,
    ChannelId,
    ChannelKind,
    Event,
    FileShared,
    MessageChanged,
    MessageDeleted,
    MessagePosted,
    MessageRef,
    ReplySubmitted,
    TeachAsked,
    UploadedFile,
    UploadRead,
    UserId,
    Watch,
    WordGiven,
    Workspace,
)
from bot.learned import base_here, closed, kept
from bot.messages import spoken
from bot.permissions import ADMIN_ACTIONS, DESK_ACTIONS, OUTAGE_ACTIONS, Deed, may
from bot.places import Call, OfficeHours, Setup
from bot.ports import Chat, Clock, Outcome, Profile, Reading, Say, Tell, Where, Whisper, World
from bot.storage import DIGEST, Arrived, Conflict, Filter, Speaker, Store, TokenTable, audit_csv
from bot.triage import person, pipeline, trail
from bot.triage.digests import Digests
from bot.triage.lookout import Lookout
from bot.triage.teaching import Teaching
from bot.triage.threads import is_shortcut
from bot.weekly import Rhythm
from bot.wording import Messages
from knowledge import KnowledgeBase, Learned, learn

logger = logging.getLogger(__name__)

#: A step that raises is tried so often, then its person is told.
TRIES = 3
#: So often somebody may be quicker before the lane lets others go first.
CONFLICTS = 20
#: How long an event waits when something outside does not answer, in seconds.
PATIENCE = 5.0
#: So many lines of the audit trail are handed out in Slack, the newest; all others by the command `vpn-help audit`.
AUDIT_LINES = 5000


class Knowledge(Protocol):
    """The knowledge of the moment: a changed base is swapped in while the bot runs."""

    @property
    def base(self) -> KnowledgeBase:
        """The base."""
        ...

    @property
    def messages(self) -> Messages:
        """The words, bound to that base."""
        ...


class Places(Protocol):
    """Where the bot works; `bot.places.Places` says what each means."""

    chosen: dict[str, Setup]

    def desk(self, workspace: Workspace) -> ChannelId | None:
        """The admin channel, if there is one."""
        ...

    def watch(self, workspace: Workspace, channel: ChannelId) -> Watch | None:
        """How a channel is watched."""
        ...

    def responders(self, workspace: Workspace) -> str | None:
        """The user group of engineers."""
        ...

    def office(self, workspace: Workspace) -> OfficeHours | None:
        """When engineers are there."""
        ...

    def learned(self, workspace: Workspace) -> str:
        """What closed cases taught and counts."""
        ...

    def choose(self, workspace: Workspace, setup: Setup) -> None:
        """What an admin chose holds from now on."""
        ...


class Homes(Protocol):
    """The home tabs that people look at."""

    def changed(self, workspace: Workspace, user: UserId) -> None:
        """Something that stands on somebody's home tab is different now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the settings say about conversations."""

    #: The user group of engineers; None: the members of the admin channel are the engineers.
    responders: str | None = None
    contact: str = ""
    retention_days: int = 30
    backup_days: int | None = None
    desk_locale: str = "en"
    #: Who is told, one after another, when nobody claims a case.
    chain: tuple[Call, ...] = ()
    #: When the weekly digest comes; None: never.
    digest: Rhythm | None = None
    #: The company's own folder of knowledge.
    own: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """Handles lanes."""

    store: Store
    chat: Chat
    speaker: Speaker
    clock: Clock
    channels: Places
    knowledge: Knowledge
    policy: Policy = Policy()
    homes: Homes | None = None
    new_reference: Callable[[], str] = lambda: secrets.token_hex(4).upper()

    async def drain(self, lane: str) -> None:
        """Everything that waits in a lane, and everything that it has to say. Only one at a time per lane: `jobs` sees to it."""
        while arrived := await self.store.inbox.next(lane):
            if not await self._handle(arrived):
                break
            await self.speaker.speak(lane)
        await self.speaker.speak(lane)

    async def _handle(self, arrived: Arrived) -> bool:
        """Whether the lane may go on."""
        if arrived.attempts > TRIES:
            # It was begun and never ended: it took the whole process down with it, each time.
            await self._give_up(arrived)
            return True
        for _ in range(CONFLICTS):
            try:
                await self._step(arrived)
            except Conflict:
                continue
            except Unreachable as error:
                logger.warning("event %s has to wait: %s", arrived.number, error)
                await self.store.inbox.postpone(arrived.number, error.retry_after or PATIENCE)
                return False
            except Exception:
                logger.exception("event %s failed, try %s", arrived.number, arrived.attempts)
                if arrived.attempts >= TRIES:
                    await self._give_up(arrived)
                    return True
                again = await self.store.inbox.next(arrived.lane)
                if again is None or again.number != arrived.number:
                    return False
                arrived = again
                continue
            return True
        logger.error("event %s met somebody quicker %s times; later again", arrived.number, CONFLICTS)
        await self.store.inbox.postpone(arrived.number, PATIENCE)
        return False

    async def _step(self, arrived: Arrived) -> None:
        event, lane = arrived.event, arrived.lane
        if isinstance(event, FileShared):
            await self._file_without_message(arrived, event)
            return
        if isinstance(event, ActionTaken) and event.action in OUTAGE_ACTIONS:
            outcome = await self._outage(event)
            world = World(now=self.clock.now(), base=self.knowledge.base, messages=self.knowledge.messages)
            await self.store.commit(arrived, replace(outcome, audit=trail.lines(event, outcome, world, None)))
            return
        if isinstance(event, TeachAsked):
            teaching = Teaching(
                store=self.store,
                clock=self.clock,
                base=self.knowledge.base,
                messages=self.knowledge.messages,
                locale=self.policy.desk_locale,
                own=self.policy.own,
            )
            await teaching.teach(arrived, event)
            return
        if lane.startswith(DIGEST):
            has_desk = self.channels.desk(event.workspace) is not None
            await self.store.commit(arrived, await self._digests(event.workspace).made(event.workspace, has_desk=has_desk))
            return
        if lane.startswith("person:"):
            world = await self._personal_world(event)
            outcome = await asyncio.to_thread(person.advance, event, world)
            await self.store.commit(arrived, replace(outcome, audit=trail.lines(event, outcome, world, None)))
            if outcome.erase or outcome.forget_person is not None:
                await self.store.database.clean_journal()
            if outcome.setup is not None:
                self.channels.choose(event.workspace, outcome.setup)
            self._home_changed(event.workspace, event.user)
            return
        case = await self.store.case(CaseId(lane))
        tokens = await self.store.uploads.tokens(CaseId(lane))
        world = await self._world(CaseId(lane), case, event, tokens)
        outcome = await asyncio.to_thread(pipeline.advance, CaseId(lane), case, event, world)
        outcome = replace(outcome, audit=trail.lines(event, outcome, world, CaseId(lane)))
        changed = TokenTable(table=outcome.tokens, version=tokens.version) if outcome.tokens is not None else None
        await self.store.commit(arrived, outcome, changed)
        if outcome.case is not None:
            await self._look(outcome.case, world)
        if outcome.case is not None and (case is None or case.state is not outcome.case.state):
            self._home_changed(event.workspace, outcome.case.requester)

    async def _look(self, case: Case, world: World) -> None:
        """What the radar makes of it; a fault of its own is nobody's trouble."""
        try:
            await Lookout(store=self.store, clock=self.clock).look(case, world)
        except Exception:
            logger.exception("the radar did not see case %s", case.id)

    async def _outage(self, event: ActionTaken) -> Outcome:
        """An engineer says that an outage is over, or was none."""
        responder = event.user is not None and await self.is_responder(event.workspace, event.user)
        permission = may(event.user, event.action, None, is_responder=responder, is_stranger=event.stranger)
        key = permission.reason
        if permission:
            lookout = Lookout(store=self.store, clock=self.clock)
            mended = event.action is Action.OUTAGE_OVER
            words, locale = self.knowledge.messages, self.policy.desk_locale
            ended = await lookout.end(event.workspace, event.argument, mended=mended, messages=words, locale=locale)
            key = None if ended else "no-outage"
        if key is None or event.user is None:
            return Outcome()
        profile = await self._profile(event.workspace, event.user)
        sorry = self.knowledge.messages.user_error(key, {}, locale=spoken(profile.locale if profile else "en"))
        channel = event.ref.channel if event.ref else None
        return Outcome(says=(Whisper(key=f"{event.id}/sorry", user=event.user, message=sorry, channel=channel),), refused=key)

    async def plan_digest(self, workspace: Workspace) -> None:
        """See that the weekly digest is due at its next time; the settings may say another one than last time."""
        await self._digests(workspace).plan(workspace)

    def _digests(self, workspace: Workspace) -> Digests:
        """In the zone of the engineers' hours."""
        office = self.channels.office(workspace)
        rhythm = replace(self.policy.digest, zone=office.zone if office else "UTC") if self.policy.digest else None
        return Digests(
            store=self.store, clock=self.clock, rhythm=rhythm, messages=self.knowledge.messages, locale=self.policy.desk_locale
        )

    def _home_changed(self, workspace: Workspace, user: UserId | None) -> None:
        if self.homes is not None and user is not None:
            self.homes.changed(workspace, user)

    async def _world(self, lane: CaseId, case: Case | None, event: Event, tokens: TokenTable) -> World:
        known = case.locale if case else None
        actor = await self._profile(event.workspace, event.user, otherwise=known)
        other = case is not None and case.requester != event.user
        requester = await self._profile(event.workspace, case.requester, otherwise=known) if case and other else actor
        desk = await self.store.thread(lane, Where.DESK)
        slot = f"answer:{case.turn}" if case else ""
        return World(
            now=self.clock.now(),
            base=base_here(self.knowledge.base, self.channels.learned(event.workspace)),
            messages=self.knowledge.messages,
            actor=actor,
            requester=requester,
            is_responder=await self._is_responder(event),
            side=_side(event, desk),
            has_desk=self.channels.desk(event.workspace) is not None,
            contact=self.policy.contact,
            desk_locale=self.policy.desk_locale,
            retention_days=self.policy.retention_days,
            backup_days=self.policy.backup_days,
            logs=await self.store.logs(lane),
            reading=await self._reading(event),
            answer=await self.store.slot(lane, Where.REQUESTER, slot) if slot else None,
            tokens=tokens.table,
            thread=await self._thread(event),
            watch=self._watch(event, case),
            office=self.channels.office(event.workspace),
            chain=self.policy.chain,
            other=await self._other(event),
            named_is_responder=await self._named_is_responder(event),
        )

    async def _other(self, event: Event) -> Case | None:
        """The case that is named by its number."""
        if not isinstance(event, ActionTaken) or event.action is not Action.MERGE:
            return None
        return await self.store.case_numbered(event.workspace, event.argument)

    async def _named_is_responder(self, event: Event) -> bool:
        """Only an engineer can be handed a case."""
        if not isinstance(event, ActionTaken) or event.action is not Action.HAND_ON or not event.argument:
            return False
        return await self.is_responder(event.workspace, UserId(event.argument))

    def _watch(self, event: Event, case: Case | None) -> Watch | None:
        place = case.channel_thread if case else event.ref if isinstance(event, MessagePosted) else None
        return self.channels.watch(event.workspace, place.channel) if place else None

    async def _personal_world(self, event: Event) -> World:
        mine = await self.store.cases_of(event.workspace, event.user) if event.user else ()
        # Who goes back to Slack's own language is told so in that one.
        chooses = isinstance(event, ActionTaken) and event.action is Action.CHOOSE_LANGUAGE
        actor = await self._profile(event.workspace, event.user, as_in_slack=chooses)
        is_admin = await self._is_admin(event, actor)
        return World(
            now=self.clock.now(),
            base=self.knowledge.base,
            messages=self.knowledge.messages,
            actor=actor,
            is_admin=is_admin,
            audit=await self._audit(event) if is_admin else "",
            learned=await self._learned(event) if is_admin else "",
            preferred=await self.store.people.language(event.workspace, event.user) if event.user else None,
            chosen=self.channels.chosen.get(event.workspace.team, Setup()),
            office=self.channels.office(event.workspace),
            has_desk=self.channels.desk(event.workspace) is not None,
            contact=self.policy.contact,
            desk_locale=self.policy.desk_locale,
            retention_days=self.policy.retention_days,
            backup_days=self.policy.backup_days,
            cases=tuple(mine),
            links=await self.links(mine) if isinstance(event, WordGiven) else {},
            asked_which=await self.store.last_parked(event.workspace, event.user),
        )

    async def _learned(self, event: Event) -> str:
        """What the closed cases teach; only worked out for who wants to use it."""
        if not isinstance(event, ActionTaken) or event.action is not Action.USE_LEARNED:
            return ""
        return await asyncio.to_thread(kept, await self.lessons(event.workspace))

    async def lessons(self, workspace: Workspace) -> Learned:
        """What the closed cases of a workspace teach by now, about the base as its authors wrote it."""
        cases = [case for case in await self.store.all_cases() if case.workspace.team == workspace.team]
        return await asyncio.to_thread(learn, self.knowledge.base, closed(cases))

    async def _audit(self, event: Event) -> str:
        if trail.deed_of(event) is not Deed.READ_AUDIT:
            return ""
        return audit_csv(await self.store.audit.lines(Filter(workspace=event.workspace), limit=AUDIT_LINES))

    async def _profile(
        self, workspace: Workspace, user: UserId | None, *, otherwise: str | None = None, as_in_slack: bool = False
    ) -> Profile | None:
        """A person, or as much as is known without Slack: a name and a language are no reason to keep anybody waiting.

        The language that they chose beats that of their Slack; `otherwise` is what it was so far.
        """
        if user is None:
            return None
        chosen = None if as_in_slack else await self.store.people.language(workspace, user)
        try:
            profile = await self.chat.profile(user)
        except OutsideError as error:
            logger.warning("profile of %s not known: %s", user, error)
            profile = Profile(id=user, name=str(user), locale=otherwise or "en-US")
        return replace(profile, locale=chosen) if chosen else profile

    async def links(self, cases: Sequence[Case]) -> Mapping[CaseId, str]:
        """Where cases can be read, as far as Slack says."""
        found: dict[CaseId, str] = {}
        for case in [case for case in cases if not case.is_over][:10]:
            ref = await self.store.thread(case.id, Where.REQUESTER)
            try:
                link = await self.chat.permalink(ref) if ref else None
            except OutsideError:
                link = None
            if link:
                found[case.id] = link
        return found

    async def _is_admin(self, event: Event, actor: Profile | None) -> bool:
        """Only asked where it matters: to whom set-up and the audit trail are open."""
        asks = trail.deed_of(event) in ADMIN_ACTIONS and not event.stranger
        if not asks or event.user is None:
            return False
        return await self.is_admin(event.workspace, event.user, actor)

    async def may_set_up(self, workspace: Workspace, user: UserId) -> bool:
        """The same, where nothing is known of the person yet."""
        return await self.is_admin(workspace, user, await self._profile(workspace, user))

    async def is_admin(self, workspace: Workspace, user: UserId, profile: Profile | None) -> bool:
        """Whether somebody may set the bot up: runs the workspace, or is in the admin channel."""
        if profile is not None and profile.is_admin:
            return True
        desk = self.channels.desk(workspace)
        try:
            return desk is not None and user in await self.chat.members(desk)
        except Refused:
            return False

    async def _is_responder(self, event: Event) -> bool:
        """Asked anew at every action of the desk. While Slack does not say, the action waits: rights are never guessed."""
        if isinstance(event, MessagePosted) and event.files and event.ref.channel == self.channels.desk(event.workspace):
            return event.user is not None and await self.is_responder(event.workspace, event.user)
        asks = isinstance(event, ReplySubmitted) or (isinstance(event, ActionTaken) and event.action in DESK_ACTIONS)
        if not asks or event.user is None:
            return False
        return await self.is_responder(event.workspace, event.user)

    async def is_responder(self, workspace: Workspace, user: UserId) -> bool:
        """Whether somebody is an engineer: of the group in the settings, else a member of the admin channel.

        Raises:
            Unreachable: Slack does not say.
        """
        desk = self.channels.desk(workspace)
        try:
            group = self.channels.responders(workspace) or self.policy.responders
            if group:
                try:
                    return user in await self.chat.group(group)
                except Refused as error:
                    if error.code != "missing_scope":
                        raise
                    logger.warning("user groups cannot be read (%s): the members of the admin channel are the engineers", error)
            return desk is not None and user in await self.chat.members(desk)
        except Unreachable:
            raise
        except OutsideError as error:
            logger.warning("nobody can be an engineer now: %s", error)
            return False

    async def _reading(self, event: Event) -> Reading | None:
        if not isinstance(event, UploadRead):
            return None
        record = await self.store.uploads.record(event.upload)
        if record is None or record.state in ("received", "deleted"):
            return None
        return Reading(upload=record.id, log=record.log, same_as=record.same_as, problem=record.problem)

    async def _thread(self, event: Event) -> tuple[tuple[MessageRef, str, tuple[UploadedFile, ...]], ...]:
        if isinstance(event, ReplySubmitted):
            place = await self.store.thread(event.case, Where.DESK) if event.files else None
        elif isinstance(event, MessagePosted) and event.mentions_bot and event.kind is ChannelKind.CHANNEL:
            root = event.thread_ts or (event.ref.ts if is_shortcut(event) else None)
            place = MessageRef(channel=event.ref.channel, ts=root) if root else None
        else:
            place = None
        if place is None:
            return ()
        try:
            return tuple(await self.chat.replies(place))
        except Unreachable:
            raise  # an answer about half a thread would be wrong; the event waits
        except OutsideError as error:
            logger.warning("a thread cannot be read: %s", error)
            return ()

    async def _file_without_message(self, arrived: Arrived, event: FileShared) -> None:
        """The message that should have carried the file did not come: ask Slack about the file, and go on as if it had."""
        if not await self.store.uploads.is_known(event.workspace, event.file_id):
            file = await self.chat.file(event.file_id)
            shown = next((share for share in file.shares if share.channel == event.channel), None)
            direct = event.channel.startswith("D")
            # With the id of its message, so that one that comes after all is known already.
            named = f"message:{event.workspace.team}:{event.channel}:{shown.ts}" if shown else f"file:{event.id}"
            posted = MessagePosted(
                id=named,
                workspace=event.workspace,
                at=event.at,
                user=event.user,
                stranger=event.stranger,
                ref=shown or MessageRef(channel=event.channel, ts=f"file-{event.file_id}"),
                kind=ChannelKind.DIRECT if direct else ChannelKind.CHANNEL,
                files=(replace(file, shares=()),),
            )
            if direct or shown:
                await self.store.inbox.put(posted)
        await self.store.commit(arrived, Outcome())

    async def _give_up(self, arrived: Arrived) -> None:
        """One bad event never stops a lane; its person gets a reference that stands in the log as well."""
        reference = self.new_reference()
        logger.error("event %s (%s) is given up, reference %s", arrived.number, type(arrived.event).__name__, reference)
        says: list[Say | Tell] = []
        user = arrived.event.user
        if user is not None and not isinstance(arrived.event, MessageDeleted):
            profile = await self._profile(arrived.event.workspace, user)
            words = self.knowledge.messages.error(reference, locale=spoken(profile.locale if profile else "en"))
            says.append(Tell(key=f"{arrived.event.id}/failed", user=user, message=words))
        await self.store.fail(arrived, reference, says)


def _side(event: Event, desk: MessageRef | None) -> Where | None:
    if not isinstance(event, MessagePosted | MessageChanged):
        return None
    in_desk = desk is not None and event.ref.channel == desk.channel and event.thread_ts == desk.ts
    return Where.DESK if in_desk else Where.REQUESTER
