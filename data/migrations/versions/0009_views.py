"""Saved views. What a person took, found by person and time; what was answered, found by who asked: it waits to be
confirmed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.migrations.columns import identity, text, whole

revision = "0009"
down_revision = "0008"

ANSWERED = sa.text("state = 'answered'")
BY_PERSONS = sa.text("actor IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "saved_view", identity("id", primary_key=True), identity("account", sa.ForeignKey("account.id")),
        text("screen", 40), text("name", 60), text("query", 2000), whole("position"))
    op.create_index("saved_view_account", "saved_view", ["account", "screen", "position"])
    op.create_index("request_answered", "request", ["asked_by"], postgresql_where=ANSWERED, sqlite_where=ANSWERED)
    op.create_index("transition_actor", "transition", ["actor", "at"], postgresql_where=BY_PERSONS,
                    sqlite_where=BY_PERSONS)


def downgrade() -> None:
    op.drop_index("transition_actor", "transition")
    op.drop_index("request_answered", "request")
    op.drop_table("saved_view")
