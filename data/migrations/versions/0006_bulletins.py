"""Monthly bulletins, frozen."""

from __future__ import annotations

from alembic import op

from data.migrations.columns import code, document, identity, instant, on_postgresql, text, whole

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "bulletin", text("month", 7, primary_key=True), code("unit", primary_key=True),
        text("process", 40, primary_key=True), whole("edition", primary_key=True), instant("issued_at"),
        identity("issued_by", nullable=True), text("issuer"), text("reason"), whole("formula_version"),
        document("document"), text("hash", 64))
    if on_postgresql():
        op.execute("CREATE TRIGGER bulletin_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bulletin "
                   "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER bulletin_append_only_{change.lower()} BEFORE {change} ON bulletin "
                   "BEGIN SELECT RAISE(ABORT, 'bulletin is append-only'); END")


def downgrade() -> None:
    op.drop_table("bulletin")
