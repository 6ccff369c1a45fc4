"""The settings: the one reader of the environment. Made once, frozen, and handed on as an argument.

    SLACK_BOT_TOKEN=xoxb-… SLACK_APP_TOKEN=xapp-…      Socket Mode: no address of one's own is needed
    SLACK_BOT_TOKEN=xoxb-… SLACK_SIGNING_SECRET=…      HTTP: Slack posts to https://…/slack/events
    (none of the three)                                the playground, a Slack of one's own on this machine

Every setting has its heading in `deploy/README.md`; a test looks. A name that begins with `VPN_HELP_` and is none of ours
is an error with the nearest name, because a typo that is silently ignored costs somebody an evening.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingsError
from bot.events import ChannelId, Watch, Watching
from bot.places import Call, OfficeHours, Setup, zone_of
from bot.weekly import Rhythm, rhythm

PREFIX = "VPN_HELP_"
SLACK_API = "https://slack.com/api/"

#: What Slack's libraries would read behind our back; see `hide_slack_variables`.
_SLACK_VARIABLES = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
    "SLACK_VERIFICATION_TOKEN",
)

#: Read by the scripts and the tests alone; a developer’s shell may carry them.
_NOT_OURS = frozenset({"VPN_HELP_BROWSER", "VPN_HELP_CORPUS", "VPN_HELP_FULL_DAY", "VPN_HELP_PYTHON"})


class Mode(StrEnum):
    """How the bot hears from Slack."""

    SOCKET = "socket"
    HTTP = "http"
    PLAYGROUND = "playground"


class Settings(BaseSettings):
    """Everything that can be chosen from outside; numbers carry their unit in their name."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    slack_bot_token: SecretStr | None = Field(default=None, validation_alias=AliasChoices("SLACK_BOT_TOKEN"))
    slack_app_token: SecretStr | None = Field(default=None, validation_alias=AliasChoices("SLACK_APP_TOKEN"))
    slack_signing_secret: SecretStr | None = Field(default=None, validation_alias=AliasChoices("SLACK_SIGNING_SECRET"))

    #: The channel in which engineers work, by id (`C…` or `G…`); without it *Ask a person* gives `contact`.
    admin_channel: str | None = None
    #: Channels in which an uploaded VPN log is answered unasked: `C0123`, `C0123:likely`, `C0123:collect:pt-BR`.
    watched_channels: Annotated[tuple[str, ...], NoDecode] = ()
    #: The user group of engineers (`S…`); without it every member of the admin channel is one.
    responders: str | None = None
    #: When engineers are there: `09:00-18:00 Mon-Fri America/Sao_Paulo`.
    office_hours: str | None = None
    #: Who is told when nobody claims a case, after how many minutes of working hours: `S0123@15, U0123@30, https://…@60`.
    chain: Annotated[tuple[str, ...], NoDecode] = ()
    #: When the weekly digest comes into the admin channel, in the zone of the office hours: `mon 09:00`; `off`: never.
    digest: str = "mon 09:00"
    #: Said to people when nobody can be asked here: a name, a number, an address.
    contact: str | None = Field(default=None, max_length=500)

    #: What the engineers read: their cards and threads.
    desk_language: str = Field(default="en", pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")

    retention_days: int = Field(default=30, ge=1, le=3650)
    token_days: int = Field(default=7, ge=0, le=3650)
    audit_days: int = Field(default=365, ge=1, le=36500)
    #: How long whoever runs the bot keeps backups of its database; None: nobody said.
    backup_days: int | None = Field(default=None, ge=0, le=3650)
    #: The folder for all that is kept on this machine.
    data: Path = Field(default_factory=lambda: _data_folder(os.environ))
    #: An SQLAlchemy address; without it SQLite in `data`.
    database_url: SecretStr | None = None
    #: A folder of the company's own over the knowledge base that came along.
    knowledge: Path | None = None

    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535)
    playground_port: int = Field(default=8765, ge=0, le=65535)

    max_download_mb: int = Field(default=256, ge=1, le=4096)
    max_unpacked_mb: int = Field(default=1024, ge=1, le=65536)
    max_ratio: int = Field(default=300, ge=10, le=100000)
    max_members: int = Field(default=500, ge=1, le=100000)
    max_nesting: int = Field(default=6, ge=1, le=20)
    max_line_mb: int = Field(default=2, ge=1, le=64)
    download_seconds: int = Field(default=300, ge=5, le=3600)
    reading_seconds: int = Field(default=60, ge=1, le=3600)
    reading_memory_mb: int = Field(default=512, ge=128, le=65536)
    #: How many files are read at the same time.
    readers: int = Field(default=2, ge=1, le=64)
    stop_seconds: int = Field(default=20, ge=1, le=600)

    slack_api_url: str = SLACK_API
    #: What a minute of an engineer is worth, in minutes of the person in trouble.
    minute_rate: float = Field(default=2.0, gt=0, le=100)
    log_level: str = "INFO"

    @field_validator("watched_channels", "chain", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """`C0123, C0456` as it is typed."""
        if isinstance(value, str):
            return tuple(part for part in re.split(r"[\s,]+", value) if part)
        return value

    @field_validator("watched_channels")
    @classmethod
    def _ways_of_watching(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            _watch(one)
        return value

    @field_validator("chain")
    @classmethod
    def _calls(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            _call(one)
        return value

    @field_validator("office_hours")
    @classmethod
    def _hours(cls, value: str | None) -> str | None:
        if value:
            _office(value)
        return value

    @field_validator("digest")
    @classmethod
    def _weekly(cls, value: str) -> str:
        if value.lower() != OFF:
            rhythm(value)
        return value

    @field_validator("admin_channel", "watched_channels", "responders")
    @classmethod
    def _ids_not_names(cls, value: str | tuple[str, ...] | None, info: ValidationInfo) -> str | tuple[str, ...] | None:
        letters, example = ("S", "S0123ABCD") if info.field_name == "responders" else ("CG", "C0123ABCD")
        for each in (value,) if isinstance(value, str) else value or ():
            one = each.partition(":")[0]
            if not re.fullmatch(rf"[{letters}][A-Z0-9]{{2,}}", one):
                raise ValueError(f"“{one}” is not an id; open it in Slack, choose “Copy … ID” and write that ({example})")
        return value

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _token_kind(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        starts = ("xoxb-", "xoxe.xoxb-") if info.field_name == "slack_bot_token" else ("xapp-",)
        if value is not None and not value.get_secret_value().startswith(starts):
            raise ValueError(f"it does not begin with {starts[0]}; the app's pages at api.slack.com/apps show the right one")
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _api_url(cls, value: str) -> str:
        """Plain http carries the token in the clear, so only this machine may be spoken to that way."""
        parts = urlsplit(value)
        local = parts.hostname in ("127.0.0.1", "::1", "localhost")
        if not parts.hostname or parts.scheme not in ("https", "http") or (parts.scheme == "http" and not local):
            raise ValueError("it must be an https address, or http on this machine (http://127.0.0.1:8765/api/)")
        return value if value.endswith("/") else value + "/"

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError("write one of DEBUG, INFO, WARNING, ERROR")
        return value.upper()

    @field_validator("data")
    @classmethod
    def _whole_path(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("knowledge")
    @classmethod
    def _folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.expanduser().is_dir():
            raise ValueError(f"there is no folder {value}")
        return value.expanduser().absolute() if value else None

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        others = self.slack_app_token or self.slack_signing_secret
        if others and not self.slack_bot_token:
            raise ValueError("SLACK_BOT_TOKEN: it is missing, and the other Slack settings are there; set it, or unset those")
        if self.slack_bot_token and not others:
            raise ValueError(
                "SLACK_APP_TOKEN: it is missing, and so is SLACK_SIGNING_SECRET; "
                "set the first for Socket Mode (no address of your own needed), or the second for HTTP"
            )
        return self

    @property
    def mode(self) -> Mode:
        """Socket Mode wins when everything is set: it needs no address that Slack can reach."""
        if not self.slack_bot_token:
            return Mode.PLAYGROUND
        return Mode.SOCKET if self.slack_app_token else Mode.HTTP

    @property
    def weekly(self) -> Rhythm | None:
        """When the digest comes; its zone follows from the office hours, which may be chosen in Slack."""
        return None if self.digest.lower() == OFF else rhythm(self.digest)

    @property
    def database(self) -> str:
        """The address of the database, password included: never for a log."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data / 'vpn-help.db'}"

    @property
    def setup(self) -> Setup:
        """Where the bot works, as far as the environment says it."""
        return Setup(
            admin_channel=ChannelId(self.admin_channel) if self.admin_channel else None,
            watched=tuple(_watch(one) for one in self.watched_channels),
            responders=self.responders,
            office=_office(self.office_hours) if self.office_hours else None,
        )

    @property
    def calls(self) -> tuple[Call, ...]:
        """The chain of who is told, soonest first."""
        return tuple(sorted((_call(one) for one in self.chain), key=lambda call: call.minutes))

    @property
    def max_download_bytes(self) -> int:
        """The most bytes of one file that are fetched."""
        return self.max_download_mb * 1024 * 1024

    def remarks(self) -> tuple[str, ...]:
        """What an operator should know about these settings, though they work."""
        said: list[str] = []
        if self.slack_app_token and self.slack_signing_secret:
            said.append("All three Slack settings are set: using Socket Mode. Unset SLACK_APP_TOKEN to use HTTP.")
        if not self.admin_channel:
            way = "people who ask for a person get the text of VPN_HELP_CONTACT" if self.contact else "set VPN_HELP_CONTACT too"
            said.append(
                "VPN_HELP_ADMIN_CHANNEL is not set: until an admin chooses a channel in the app's home tab in Slack, "
                f"cases cannot be handed to engineers; {way}."
            )
        if self.host not in ("127.0.0.1", "::1", "localhost"):
            said.append(f"VPN_HELP_HOST is {self.host}: other machines can reach the port; Slack itself needs https before it.")
        return tuple(said)


def load() -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: every fault at once, each with its variable, what is wrong, and what to do.
    """
    faults = list(_unknown_names(os.environ))
    try:
        settings = Settings()
    except ValidationError as error:
        faults += [_sentence(fault) for fault in error.errors()]
    if faults:
        raise SettingsError("\n".join(faults))
    return settings


def variables() -> dict[str, str]:
    """Every environment variable that is read, and the field it fills."""
    found: dict[str, str] = {}
    for name, info in Settings.model_fields.items():
        alias = info.validation_alias
        found[str(alias.choices[0]) if isinstance(alias, AliasChoices) else PREFIX + name.upper()] = name
    return found


def hide_slack_variables() -> None:
    """Take Slack's variables out of the environment, once they have been read.

    Bolt would switch OAuth on by itself when it found a client id there, and children would inherit the tokens.
    """
    for name in (*_SLACK_VARIABLES, f"{PREFIX}DATABASE_URL"):
        os.environ.pop(name, None)


@contextmanager
def empty_environment() -> Iterator[None]:
    """While this lasts, a process started from here inherits no variable at all; the reading workers begin like this."""
    kept = dict(os.environ)
    os.environ.clear()
    try:
        yield
    finally:
        os.environ.update(kept)


def child_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with some variables set: for the bot that `run` starts beside the playground."""
    return {**os.environ, **settings}


#: In place of a time: never.
OFF = "off"
_DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_OFFICE = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)(?:\s+([A-Za-z]{3})(?:-([A-Za-z]{3}))?)?(?:\s+(\S+))?")


def _watch(written: str) -> Watch:
    """`C0123:likely:pt-BR` as a value."""
    channel, _, rest = written.partition(":")
    mode, _, language = rest.partition(":")
    if mode and mode not in [each.value for each in Watching]:
        raise ValueError(f"“{mode}” is no way to watch a channel; write answer, likely or collect after the colon")
    if language and not re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", language):
        raise ValueError(f"“{language}” is no language; write for example pt-BR")
    return Watch(channel=ChannelId(channel), mode=Watching(mode or "answer"), language=language or None)


def _call(written: str) -> Call:
    """`S0123ABCD@15` as a value."""
    who, _, minutes = written.rpartition("@")
    if not re.fullmatch(r"[SUW][A-Z0-9]{2,}|https://[^\s@]+", who) or not minutes.isdecimal() or not 0 < int(minutes) <= 10080:
        raise ValueError(
            f"“{written}”: write who and after how many minutes, S0123ABCD@15, U0123ABCD@30 or https://pager.example.com/key@60"
        )
    return Call(who=who, minutes=int(minutes))


def _office(written: str) -> OfficeHours:
    """`09:00-18:00 Mon-Fri America/Sao_Paulo` as a value."""
    found = _OFFICE.fullmatch(written.strip())
    first, last = (found[3] or "mon").lower() if found else "", (found[4] or found[3] or "fri").lower() if found else ""
    if not found or first not in _DAY_NAMES or last not in _DAY_NAMES:
        raise ValueError("write it as 09:00-18:00 Mon-Fri America/Sao_Paulo (days and zone may be left out)")
    begins, ends, zone = found[1], found[2], found[5] or "UTC"
    if zone_of(zone).key != zone:
        raise ValueError(f"there is no time zone {zone}; write one like Europe/Berlin")
    if not begins < ends <= "24:00" or begins[3:] > "59" or ends[3:] > "59" or ends == "24:00":
        raise ValueError("the hours must go from an earlier to a later time of the same day, 23:59 at most")
    days = range(_DAY_NAMES.index(first), _DAY_NAMES.index(last) + 1)
    return OfficeHours(begins=begins, ends=ends, days=tuple(days), zone=zone)


def _data_folder(environment: Mapping[str, str]) -> Path:
    """Where the desktop's standard keeps such things: `$XDG_DATA_HOME/vpn-help`, else `~/.local/share/vpn-help`."""
    base = environment.get("XDG_DATA_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path("~/.local/share")) / "vpn-help"


def _unknown_names(environment: Mapping[str, str]) -> Iterator[str]:
    known = variables()
    for name in sorted(environment):
        if not name.startswith(PREFIX) or name in known or name in _NOT_OURS:
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}?" if near else "deploy/README.md lists those that there are."
        yield f"{name}: there is no such setting; {hint}"


def _sentence(fault: ErrorDetails) -> str:
    """One fault of pydantic's as `VARIABLE: what is wrong`; its input is never shown, it may be a secret."""
    named = {field: variable for variable, field in variables().items()}
    said = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        return said
    place = str(fault["loc"][0])
    return f"{named.get(place, place)}: {said[:1].lower()}{said[1:]}"
