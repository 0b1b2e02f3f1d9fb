"""The whole process: what is asked of whom, extensions and suspensions, what the watch looks at, return visits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.columns import Document
from data.migrations.columns import code, document, flag, identity, instant, on_postgresql, real, text, whole

revision = "0002"
down_revision = "0001"

WATCHED = sa.text("watch_at IS NOT NULL")
COUNTS = ("suspensions", "supervisions", "whistles", "escalations")
INCIDENT = ("involved", "desk", *COUNTS, "exempt", "visited_at", "visit_contacted", "visit_solved", "visit_score")
CLOCK = ("original_due_at", "extra_seconds", "watch_at", "watched")


def upgrade() -> None:
    extend_incident()
    extend_clock()
    op.add_column("outbox", text("event", 60, server_default=""))
    op.create_table(
        "request", identity("incident_id", sa.ForeignKey("incident.id"), primary_key=True),
        whole("seq", primary_key=True), text("party", 40, primary_key=True), text("kind", 20), text("state", 10),
        identity("asked_by", nullable=True), text("asked_role", 20), text("asked_department", 40, nullable=True),
        instant("asked_at"), text("reason"), document("details"), whole("reviews"), instant("due_at", nullable=True),
        instant("answered_at", nullable=True), identity("answered_by", nullable=True), text("answer"),
        real("lon", nullable=True), real("lat", nullable=True), instant("decided_at", nullable=True),
        identity("decided_by", nullable=True), whole("score", nullable=True), instant("watch_at", nullable=True),
        whole("watched"))
    op.create_index("request_watch", "request", ["watch_at"], postgresql_where=WATCHED, sqlite_where=WATCHED)
    op.create_index("request_party", "request", ["party", "state"])


def extend_incident() -> None:
    op.add_column("incident", sa.Column("involved", Document, nullable=False, server_default=sa.text("'[]'")))
    op.execute("UPDATE incident SET involved = assisting")
    op.add_column("incident", code("desk", nullable=True))
    for name in COUNTS:
        op.add_column("incident", whole(name, server_default="0"))
    op.add_column("incident", sa.Column("exempt", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("incident", instant("visited_at", nullable=True))
    op.add_column("incident", flag("visit_contacted", nullable=True))
    op.add_column("incident", flag("visit_solved", nullable=True))
    op.add_column("incident", whole("visit_score", nullable=True))
    if on_postgresql():
        op.execute("CREATE INDEX incident_involved ON incident USING gin (involved)")
        op.execute("DROP INDEX incident_assisting")


def extend_clock() -> None:
    op.add_column("clock", instant("original_due_at", nullable=True))
    op.add_column("clock", whole("extra_seconds", server_default="0"))
    op.add_column("clock", instant("watch_at", nullable=True))
    op.add_column("clock", whole("watched", server_default="0"))
    op.create_index("clock_watch", "clock", ["watch_at"], postgresql_where=WATCHED, sqlite_where=WATCHED)
    op.execute("UPDATE clock SET watch_at = warn_at WHERE stopped_at IS NULL AND paused_at IS NULL")


def downgrade() -> None:
    op.drop_table("request")
    op.drop_index("clock_watch", "clock")
    if on_postgresql():
        op.execute("DROP INDEX incident_involved")
        op.execute("CREATE INDEX incident_assisting ON incident USING gin (assisting)")
    for table, names in (("outbox", ("event",)), ("clock", CLOCK), ("incident", INCIDENT)):
        for name in names:
            op.drop_column(table, name)
