"""Residents without an account: phones verified by a code, codes to follow a report by, and the public page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.migrations.columns import flag, growing_key, identity, instant, text, whole

revision = "0007"
down_revision = "0006"

INQUIRIES = sa.text("process = 'public_inquiry'")


def upgrade() -> None:
    op.create_table(
        "phone_code", growing_key(), text("phone", 20), text("address", 45), text("code_hash", 120),
        instant("created_at"), whole("tries"), instant("used_at", nullable=True))
    op.create_index("phone_code_phone", "phone_code", ["phone", "created_at"])
    op.create_index("phone_code_address", "phone_code", ["address", "created_at"])
    op.create_index("phone_code_created", "phone_code", ["created_at"])
    op.create_table(
        "follow_code", identity("incident_id", sa.ForeignKey("incident.id"), primary_key=True),
        text("code_hash", 64, primary_key=True), instant("created_at"))
    op.create_table(
        "public_page", identity("incident_id", sa.ForeignKey("incident.id"), primary_key=True), flag("shown"),
        text("text"), text("answer"), identity("by", nullable=True), instant("at"))
    op.create_index("incident_inquiry", "incident", ["filed_at", "id"], postgresql_where=INQUIRIES,
                    sqlite_where=INQUIRIES)


def downgrade() -> None:
    op.drop_index("incident_inquiry", "incident")
    op.drop_table("public_page")
    op.drop_table("follow_code")
    op.drop_table("phone_code")
