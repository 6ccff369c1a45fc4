"""`vpn-help replay CASE`: a case's diagnosis worked out again, with the revision of the knowledge base that made it.

Prints the JSON of `vpn-help diagnose --json --together`, from what the store keeps: facts with their evidence, answers, words,
platform. Once the readings are deleted (retention, or the person asked for it) there is nothing left to work out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import knowledge
from bot.cases import Case
from bot.errors import SettingsError, UserError
from bot.events import CaseId
from bot.learned import base_here
from bot.messages import Catalogue
from bot.places import Places, Setup
from bot.ports import Clock, World
from bot.settings import Settings
from bot.storage import open_store
from bot.triage.interview import conclude
from knowledge import BaseError, Log, MisuseError


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came out, and what had come out then, each as a line of JSON."""

    now: str
    then: str
    revision: str

    @property
    def is_same(self) -> bool:
        """Whether they are equal to the byte."""
        return self.now == self.then


async def replay(settings: Settings, clock: Clock, number: str) -> Replayed:
    """Work a case's diagnosis out again.

    Args:
        settings: where the store and the snapshots are.
        clock: the time.
        number: the case's id, or its beginning as people see it.

    Raises:
        SettingsError: there is no such case, no diagnosis, or what it rested on is not kept any more.
    """
    async with open_store(settings.database, clock=clock, channels=Places()) as store:
        found = await store.cases_numbered(number)
        if len(found) != 1:
            what = "no case has" if not found else "several cases have"
            raise SettingsError(f"{what} the number {number}; it stands in the case's message and on its card")
        case = found[0]
        logs = await store.logs(CaseId(case.id))
        chosen = (await store.people.setups()).get(case.workspace.team, Setup())
    try:
        before = case.as_diagnosed()
    except UserError as error:
        raise SettingsError("the case has no diagnosis, or what it rested on was deleted") from error
    return _replayed(
        case, before, tuple(logs[each.id] for each in before.uploads if each.id in logs), _Room(settings, clock, chosen)
    )


@dataclass(frozen=True, slots=True)
class _Room:
    settings: Settings
    clock: Clock
    #: What is chosen in the case's workspace, what closed cases taught among it.
    chosen: Setup


def _replayed(case: Case, before: Case, logs: tuple[Log, ...], room: _Room) -> Replayed:
    then = case.diagnosis
    if then is None or len(logs) != len(before.uploads):
        raise SettingsError("what the case's diagnosis rested on is not kept any more")
    try:
        files, mark = knowledge.parted(then.revision)
        base = knowledge.load_snapshot(knowledge.snapshot_path(room.settings.data / "knowledge", files))
        base = base_here(base, room.chosen.learned) if mark else base
    except (MisuseError, BaseError) as error:
        raise SettingsError(str(error)) from error
    if base.revision != then.revision:
        raise SettingsError(
            f"the case was worked out with what closed cases had taught then ({mark}); that is not in use any more"
        )
    read = {upload.id: log for upload, log in zip(before.uploads, logs, strict=True)}
    world = World(now=room.clock.now(), base=base, messages=Catalogue(base), logs=read)
    lines = [json.dumps(knowledge.as_json(each, logs, file=None), ensure_ascii=False) for each in (conclude(before, world), then)]
    return Replayed(now=lines[0], then=lines[1], revision=then.revision)
