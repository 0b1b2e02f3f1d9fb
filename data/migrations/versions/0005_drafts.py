"""Drafts of a city's data, before they are applied: what was read, what it would change, the rows as they were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.migrations.columns import document, identity, instant, text, whole

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "draft", identity("id", primary_key=True), text("kind", 20), text("name", 40), text("state", 12),
        text("source"), instant("created_at"), identity("created_by", nullable=True), text("created_name"),
        whole("revision"), document("preview"), document("problems"), whole("version", nullable=True),
        instant("applied_at", nullable=True), identity("applied_by", nullable=True),
        whole("applied_revision", nullable=True), instant("ended_at", nullable=True),
        identity("ended_by", nullable=True))
    op.create_index("draft_created", "draft", ["created_at"])
    op.create_table(
        "draft_part", identity("draft_id", sa.ForeignKey("draft.id"), primary_key=True),
        text("part", 10, primary_key=True), sa.Column("content", sa.LargeBinary(), nullable=False))


def downgrade() -> None:
    op.drop_table("draft_part")
    op.drop_table("draft")
