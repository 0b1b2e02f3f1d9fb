"""Signs of life of what works in the background."""

from __future__ import annotations

from alembic import op

from data.migrations.columns import instant, text

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table("heartbeat", text("name", 20, primary_key=True), instant("at"))


def downgrade() -> None:
    op.drop_table("heartbeat")
