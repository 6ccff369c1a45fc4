"""The tables. Every one that holds somebody's data carries `(enterprise, team)`, so that workspaces never mix.

Long texts are JSON, made by `codec`. Enterprise is the empty string where there is none: SQL's NULL equals nothing, and
would make unique keys useless.

The migrations in `migrations/versions/` make these tables; a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(sa.types.TypeDecorator[datetime]):
    """Aware UTC in and out, also on SQLite, which knows no zones.

    Raises:
        ValueError: a naive time: nobody can say which one it means.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """To UTC; without the zone where the database has no zones."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; times are aware UTC everywhere")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - the base class's signature
        """Aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: Our own increasing number. SQLite only counts by itself in an INTEGER column.
_number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _workspace() -> tuple[sa.Column[str], sa.Column[str]]:
    return (sa.Column("enterprise", sa.String, nullable=False, default=""), sa.Column("team", sa.String, nullable=False))


cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    *_workspace(),
    sa.Column("requester", sa.String, nullable=False),
    sa.Column("origin", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("opened_at", Utc, nullable=False),
    sa.Column("changed_at", Utc, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    #: The whole `Case`.
    sa.Column("body", sa.Text, nullable=False),
    sa.Index(None, "team", "requester", "state"),
    sa.Index(None, "changed_at"),
)

#: Which thread belongs to which case, and on which side of the wall it lies.
threads = sa.Table(
    "threads",
    metadata,
    sa.Column("case_id", sa.String, primary_key=True),
    #: `requester` or `desk`
    sa.Column("place", sa.String, primary_key=True),
    *_workspace(),
    sa.Column("channel", sa.String, nullable=False),
    #: The parent message.
    sa.Column("ts", sa.String, nullable=False),
    sa.UniqueConstraint("team", "channel", "ts", "place"),
)

#: Messages of the bot's own that are edited in place.
slots = sa.Table(
    "slots",
    metadata,
    #: The case's id, or `person:…` for what is said outside of cases.
    sa.Column("lane", sa.String, primary_key=True),
    sa.Column("place", sa.String, primary_key=True),
    sa.Column("slot", sa.String, primary_key=True),
    *_workspace(),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("ts", sa.String, nullable=False),
)

#: What came in. A row stays after its payload is cleared: it is how the same thing, delivered twice, is known.
inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("number", _number, primary_key=True, autoincrement=True),
    #: The event's id, unique for ever.
    sa.Column("event", sa.String, nullable=False, unique=True),
    *_workspace(),
    #: What is handled in one order: a case's id, `person:…`, or `file:…`.
    sa.Column("lane", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    #: `waiting`, `parked` (the person is asked which case it is about), `done` or `failed`.
    sa.Column("state", sa.String, nullable=False),
    #: JSON of the event; empty once it is handled.
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("user", sa.String),
    #: The message it came in, so that an edit or a deletion finds its lane.
    sa.Column("channel", sa.String),
    sa.Column("ts", sa.String),
    sa.Column("thread_ts", sa.String),
    #: The first event of a case in a direct message: what its person writes next belongs to it already.
    sa.Column("opens", sa.Boolean, nullable=False, default=False),
    sa.Column("received_at", Utc, nullable=False),
    sa.Column("not_before", Utc, nullable=False),
    sa.Column("done_at", Utc),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    #: What a person was told when it failed; the same stands in the log.
    sa.Column("reference", sa.String),
    sa.Index(None, "lane", "state", "number"),
    sa.Index(None, "state", "not_before"),
    sa.Index(None, "team", "channel", "ts"),
    sa.Index(None, "team", "channel", "thread_ts"),
    sa.Index(None, "team", "user", "state"),
)

#: What is to be said, and what was. The message is emptied once it is said; the key stays, so that it is said once.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("number", _number, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String, nullable=False, unique=True),
    *_workspace(),
    sa.Column("lane", sa.String, nullable=False),
    sa.Column("case_id", sa.String),
    #: `say`, `whisper`, `tell` or `pass`
    sa.Column("kind", sa.String, nullable=False),
    #: `requester`, `desk`, `direct` (top level of the direct message) or `whisper`: order holds within one place.
    sa.Column("place", sa.String, nullable=False),
    sa.Column("slot", sa.String),
    #: JSON of the `Say`, `Whisper`, `Tell` or `PassOn`.
    sa.Column("payload", sa.Text, nullable=False),
    #: `pending`, `sending`, `sent`, `superseded` or `failed`
    sa.Column("state", sa.String, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", Utc, nullable=False),
    sa.Column("made_at", Utc, nullable=False),
    sa.Column("channel", sa.String),
    sa.Column("ts", sa.String),
    #: The other side's word for why it was refused.
    sa.Column("problem", sa.String),
    sa.Index(None, "lane", "state", "number"),
    sa.Index(None, "state", "not_before"),
)

#: Files, and what was read in them: redacted, never the bytes.
uploads = sa.Table(
    "uploads",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    *_workspace(),
    sa.Column("case_id", sa.String, nullable=False),
    sa.Column("file_id", sa.String, nullable=False),
    #: JSON of the `Read`; empty once it was read (it holds the address of the download, or what was pasted).
    sa.Column("file", sa.Text, nullable=False),
    #: `received`, `read`, `failed`, `same` or `deleted`
    sa.Column("state", sa.String, nullable=False),
    #: SHA-256 of the bytes under the case's key: tells the same file, and nothing else about it.
    sa.Column("content", sa.String),
    #: The upload of this case that has the same content.
    sa.Column("same_as", sa.String),
    sa.Column("problem", sa.String),
    #: JSON of the `Log` without its text.
    sa.Column("log", sa.Text),
    #: The redacted text.
    sa.Column("text", sa.Text),
    sa.Column("received_at", Utc, nullable=False),
    sa.Column("read_at", Utc),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.UniqueConstraint("team", "file_id", "case_id"),
    sa.Index(None, "case_id"),
    sa.Index(None, "state", "received_at"),
)

#: The key of a case, in a table of its own: deleting the row makes what it locked unreadable wherever a copy lies.
case_keys = sa.Table(
    "case_keys",
    metadata,
    sa.Column("case_id", sa.String, primary_key=True),
    *_workspace(),
    sa.Column("key", sa.LargeBinary, nullable=False),
    sa.Column("made_at", Utc, nullable=False),
)

#: Which name or address a token stands for, locked under the case's key, for a few days.
tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("case_id", sa.String, primary_key=True),
    *_workspace(),
    sa.Column("locked", sa.LargeBinary, nullable=False),
    #: Grows with each change: two that add names at the same time must not give one token to both.
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("expires_at", Utc, nullable=False),
    sa.Index(None, "expires_at"),
)

timers = sa.Table(
    "timers",
    metadata,
    sa.Column("case_id", sa.String, primary_key=True),
    sa.Column("name", sa.String, primary_key=True),
    *_workspace(),
    sa.Column("at", Utc, nullable=False),
    sa.Index(None, "at"),
)

#: Processes that run jobs, and until when the others believe that they live.
executors = sa.Table(
    "executors",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("holder", sa.String, nullable=False),
    sa.Column("expires_at", Utc, nullable=False),
)

#: What a person wants remembered of themselves.
people = sa.Table(
    "people",
    metadata,
    *_workspace(),
    sa.Column("user", sa.String, nullable=False),
    #: The language that they chose; empty: Slack's own.
    sa.Column("language", sa.String),
    sa.PrimaryKeyConstraint("team", "user"),
)

#: Where the bot works, as far as it is chosen in Slack.
setups = sa.Table(
    "setups",
    metadata,
    sa.Column("enterprise", sa.String, nullable=False, default=""),
    sa.Column("team", sa.String, primary_key=True),
    #: JSON of a `Setup`.
    sa.Column("body", sa.Text, nullable=False),
)

#: What the radar sees of each case: keys, no words.
sightings = sa.Table(
    "sightings",
    metadata,
    sa.Column("case_id", sa.String, primary_key=True),
    *_workspace(),
    sa.Column("at", Utc, nullable=False),
    #: JSON: a list, in order.
    sa.Column("shows", sa.Text, nullable=False),
    sa.Index(None, "team", "at"),
)

#: Outages that the radar found.
outages = sa.Table(
    "outages",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    *_workspace(),
    sa.Column("key", sa.String, nullable=False),
    #: `open`, `over`, or `false`: it was none.
    sa.Column("state", sa.String, nullable=False),
    #: Team and key while it is open, so that there is one at a time.
    sa.Column("open_key", sa.String, unique=True),
    sa.Column("found_at", Utc, nullable=False),
    sa.Column("ended_at", Utc),
    #: JSON: the ids of its cases, in the order in which they joined.
    sa.Column("cases", sa.Text, nullable=False),
)

#: Who did, or tried to do, what: ids and words of ours. Lines are added, and go by age; a trigger refuses every change.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", _number, primary_key=True, autoincrement=True),
    *_workspace(),
    sa.Column("at", Utc, nullable=False),
    sa.Column("who", sa.String),
    sa.Column("deed", sa.String, nullable=False),
    sa.Column("case_id", sa.String),
    #: A channel's id, or `modal`, `home`, `command`, `command-line`.
    sa.Column("place", sa.String, nullable=False),
    #: Why it was refused; NULL: it was done.
    sa.Column("refused", sa.String),
    sa.Column("about", sa.String, nullable=False, default=""),
    sa.Index(None, "team", "at"),
)
