"""Notices: what is told, by which channel, how often it was tried, and how each person wants to be told."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from data.columns import BigId
from data.migrations.columns import code, document, flag, growing_key, identity, instant, on_postgresql, text, whole

revision = "0003"
down_revision = "0002"

DUE = sa.text("next_at IS NOT NULL")
DEAD = sa.text("state = 'dead'")
KEPT = "id, incident_id, seq, recipient_kind, recipient, text, text_en, created_at, sent_at"


def upgrade() -> None:
    rebuild_notices(
        [whole("seq"), text("event", 60), text("recipient_kind", 12), text("recipient", 40), text("text"),
         text("text_en"), flag("urgent")], ["incident_id", "seq", "event", "recipient_kind", "recipient"],
        "id", {"event": "''", "urgent": "false"})
    create_delivery()
    op.create_table("notice_choice", identity("account", sa.ForeignKey("account.id"), primary_key=True),
                    document("channels"), text("quiet_from", 5), text("quiet_to", 5), text("digest", 8),
                    text("digest_at", 5), text("language", 2), instant("updated_at", nullable=True))
    op.create_table("notice_read", sa.Column("notice_id", BigId, sa.ForeignKey("notice.id"), primary_key=True),
                    identity("account", sa.ForeignKey("account.id"), primary_key=True), instant("at"))
    op.create_table("webhook", identity("id", primary_key=True), text("name", 80), text("url", 500),
                    code("unit"), document("processes"), text("secret", 80), identity("created_by", nullable=True),
                    instant("created_at"), instant("ended_at", nullable=True))


def create_delivery() -> None:
    op.create_table(
        "delivery", growing_key(), text("once", 160, unique=True),
        sa.Column("notice_id", BigId, sa.ForeignKey("notice.id"), nullable=True), identity("incident_id"),
        whole("seq"), text("event", 60), text("channel", 12), text("recipient", 40), flag("urgent"), flag("held"),
        text("state", 10), whole("attempts"), instant("next_at", nullable=True), text("last_error", 300),
        sa.Column("sent_with", BigId, nullable=True), instant("created_at"), instant("sent_at", nullable=True))
    op.create_index("delivery_due", "delivery", ["next_at"], postgresql_where=DUE, sqlite_where=DUE)
    op.create_index("delivery_dead", "delivery", ["id"], postgresql_where=DEAD, sqlite_where=DEAD)
    op.create_index("delivery_recipient", "delivery", ["recipient", "channel", "sent_at"])
    op.create_index("delivery_incident", "delivery", ["incident_id"])


def downgrade() -> None:
    for table in ("webhook", "notice_read", "notice_choice", "delivery"):
        op.drop_table(table)
    rebuild_notices(
        [whole("seq"), text("recipient_kind", 12), text("recipient", 40), text("channel", 12), text("text"),
         text("text_en")], ["incident_id", "seq", "recipient_kind", "recipient", "channel"],
        "created_at", {"channel": "'log'"})


def rebuild_notices(columns: list[Any], unique: list[str], by: str, filled: dict[str, str]) -> None:
    """A new table with what the old one held, one row for each recipient of a step: SQLite cannot change the key of a
    table that is there."""
    op.execute(f"CREATE TABLE notice_kept AS SELECT {KEPT} FROM notice WHERE id IN (SELECT min(id) FROM notice "
               "GROUP BY incident_id, seq, recipient_kind, recipient)")
    op.drop_table("notice")
    op.create_table("notice", growing_key(), identity("incident_id", sa.ForeignKey("incident.id")), *columns,
                    instant("created_at"), instant("sent_at", nullable=True), sa.UniqueConstraint(*unique))
    op.create_index("notice_recipient", "notice", ["recipient_kind", "recipient", by])
    op.execute(f"INSERT INTO notice ({KEPT}, {', '.join(filled)}) SELECT {KEPT}, {', '.join(filled.values())} "
               "FROM notice_kept")
    op.drop_table("notice_kept")
    if on_postgresql():
        op.execute("SELECT setval(pg_get_serial_sequence('notice', 'id'), max(id)) FROM notice HAVING max(id) > 0")
