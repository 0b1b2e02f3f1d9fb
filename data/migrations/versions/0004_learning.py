"""What the ranking of subcategories has learned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.migrations.columns import growing_key, identity, instant, text, whole

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "lesson", growing_key(), text("taxonomy", 40), text("code", 20),
        sa.Column("numbers", sa.LargeBinary(), nullable=False), text("digest", 32), whole("reading"),
        sa.Column("weight", sa.Float(), nullable=False), text("source", 10), identity("incident_id", nullable=True),
        instant("at"))
    op.create_index("lesson_taxonomy", "lesson", ["taxonomy", "id"])


def downgrade() -> None:
    op.drop_table("lesson")
