"""Patrols: the rounds of grid workers, and their points as phones send them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.migrations.columns import code, document, identity, instant, real, text, whole

revision = "0008"
down_revision = "0007"

KEPT = sa.text("track_deleted_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "patrol", identity("id", primary_key=True), identity("account", sa.ForeignKey("account.id")), code("unit"),
        whole("boundary_version"), instant("started_at"), instant("ended_at", nullable=True), whole("points"),
        whole("check_ins"), real("length_m"), real("covered"), instant("track_deleted_at", nullable=True))
    op.create_index("patrol_account", "patrol", ["account", "started_at"])
    op.create_index("patrol_unit", "patrol", ["unit", "started_at"])
    op.create_index("patrol_kept", "patrol", ["started_at"], postgresql_where=KEPT, sqlite_where=KEPT)
    op.create_table(
        "patrol_batch", identity("patrol", sa.ForeignKey("patrol.id"), primary_key=True),
        whole("seq", primary_key=True), document("points"), instant("received_at"), text("content_hash", 64))


def downgrade() -> None:
    op.drop_table("patrol_batch")
    op.drop_table("patrol")
