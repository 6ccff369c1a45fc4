"""Where the bot works: the admin channel, the watched channels, who is an engineer, and when engineers are there.

Two sources say it: the environment, and what an admin chose in Slack. For each thing the environment wins, because whoever runs
the bot must be able to rely on it. `Places` is the picture of the moment that everybody asks; only the set-up changes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.events import ChannelId, Watch, Watching, Workspace

__all__ = ["OfficeHours", "Places", "Setting", "Setup", "Watch", "Watching", "zone_of"]

#: Monday to Friday.
WORKDAYS = (0, 1, 2, 3, 4)
DAYS = 7


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its name; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """When engineers are there, in one time zone. `begins` and `ends` are `HH:MM`; days count from Monday, 0."""

    begins: str = "09:00"
    ends: str = "18:00"
    days: tuple[int, ...] = WORKDAYS
    zone: str = "UTC"

    def is_open(self, now: datetime) -> bool:
        """Whether somebody is there.

        >>> from datetime import UTC
        >>> OfficeHours().is_open(datetime(2026, 11, 25, 10, 0, tzinfo=UTC))
        True
        """
        here = now.astimezone(zone_of(self.zone))
        return here.weekday() in self.days and time.fromisoformat(self.begins) <= here.time() < time.fromisoformat(self.ends)

    def opens_at(self, now: datetime) -> datetime | None:
        """When somebody is there again; now, if they are; None for hours that never come."""
        if self.is_open(now):
            return now
        here = now.astimezone(zone_of(self.zone))
        for ahead in range(DAYS + 1):
            day = here.date() + timedelta(days=ahead)
            begins = datetime.combine(day, time.fromisoformat(self.begins), zone_of(self.zone))
            if day.weekday() in self.days and begins > here:
                return begins.astimezone(now.tzinfo)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A link of the chain: who is told when nobody has claimed a case for so many minutes."""

    #: A user group (`S…`), a person (`U…`, `W…`), or the address of a pager (`https://…`).
    who: str
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What one source says; what is empty is not said."""

    admin_channel: ChannelId | None = None
    watched: tuple[Watch, ...] = ()
    #: A user group, `S…`.
    responders: str | None = None
    office: OfficeHours | None = None
    #: What closed cases taught and an admin said to use, as `bot.learned` writes it; empty: the base counts as it is.
    learned: str = ""

    def watching(self, watch: Watch) -> Setup:
        """With a channel watched, or watched otherwise than before."""
        return replace(self, watched=(*(w for w in self.watched if w.channel != watch.channel), watch))

    def not_watching(self, channel: ChannelId) -> Setup:
        """With a channel left alone."""
        return replace(self, watched=tuple(w for w in self.watched if w.channel != channel))


class Setting(StrEnum):
    """The things that can be chosen."""

    ADMIN_CHANNEL = "admin_channel"
    WATCHED = "watched"
    RESPONDERS = "responders"
    OFFICE = "office"


@dataclass(slots=True)
class Places:
    """The picture of the moment (`storage.Channels`)."""

    #: From the environment.
    fixed: Setup = field(default_factory=Setup)
    #: From Slack, by workspace.
    chosen: dict[str, Setup] = field(default_factory=dict)

    def of(self, workspace: Workspace) -> Setup:
        """What holds: the environment first."""
        fixed, chosen = self.fixed, self.chosen.get(workspace.team, Setup())
        named = {watch.channel for watch in fixed.watched}
        return Setup(
            admin_channel=fixed.admin_channel or chosen.admin_channel,
            watched=(*fixed.watched, *(watch for watch in chosen.watched if watch.channel not in named)),
            responders=fixed.responders or chosen.responders,
            office=fixed.office or chosen.office,
            learned=chosen.learned,
        )

    def choose(self, workspace: Workspace, setup: Setup) -> None:
        """What an admin chose holds from now on."""
        self.chosen[workspace.team] = setup

    def is_fixed(self, setting: Setting) -> bool:
        """Whether the environment says it, so that choosing it in Slack changes nothing."""
        return bool(getattr(self.fixed, setting.value))

    def desk(self, workspace: Workspace) -> ChannelId | None:
        """The admin channel, if there is one."""
        return self.of(workspace).admin_channel

    def watch(self, workspace: Workspace, channel: ChannelId) -> Watch | None:
        """How a channel is watched; None: it is not."""
        watched: Sequence[Watch] = self.of(workspace).watched
        return next((watch for watch in watched if watch.channel == channel), None)

    def is_watched(self, workspace: Workspace, channel: ChannelId) -> bool:
        """An upload here is looked at unasked."""
        return self.watch(workspace, channel) is not None

    def responders(self, workspace: Workspace) -> str | None:
        """The user group of engineers; None: the members of the admin channel are the engineers."""
        return self.of(workspace).responders

    def learned(self, workspace: Workspace) -> str:
        """What closed cases taught and counts here; empty: nothing."""
        return self.of(workspace).learned

    def office(self, workspace: Workspace) -> OfficeHours | None:
        """When engineers are there; None: nobody said."""
        return self.of(workspace).office
