"""Processes that a city stores beside those of files, in versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.migrations.columns import flag, instant, text, whole

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "process_version", text("code", 40, primary_key=True), whole("version", primary_key=True),
        instant("loaded_at"), text("source"), flag("current"), sa.Column("text", sa.Text(), nullable=False))
    op.create_index("process_version_current", "process_version", ["code", "current"])


def downgrade() -> None:
    op.drop_table("process_version")
