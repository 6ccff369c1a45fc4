"""The audit trail; the database itself refuses to change a line of it."""

import sqlalchemy as sa
from alembic import op

from bot.storage.tables import Utc

revision = "0004"
down_revision = "0003"

_SQLITE = (
    "CREATE TRIGGER audit_is_final BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'a line of the audit trail is final'); END",
)
_POSTGRESQL = (
    (
        "CREATE FUNCTION audit_is_final() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'a line of the audit trail is final'; END $$"
    ),
    "CREATE TRIGGER audit_is_final BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_final()",
)


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("enterprise", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("who", sa.String(), nullable=True),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("refused", sa.String(), nullable=True),
        sa.Column("about", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_team_at"), "audit", ["team", "at"])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)
