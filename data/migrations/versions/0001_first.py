"""The first schema: grids, taxonomy, city, people, incidents and what happened to them, outbox, audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.columns import Amount, BigId
from data.migrations.columns import (
    code,
    document,
    flag,
    growing_key,
    identity,
    instant,
    on_postgresql,
    real,
    text,
    whole,
)
from data.shape import Shape

revision = "0001"
down_revision = None

#: In the order of their making; they go in the opposite order.
TABLES = ("boundary_version", "unit", "taxonomy_version", "category", "function", "standard", "city_revision",
          "calendar_day", "calendar_year", "department", "duty", "account", "login_session", "incident",
          "transition", "clock", "attachment", "outbox", "notice", "audit_entry")
#: What was written there stays: no UPDATE, no DELETE.
APPEND_ONLY = ("transition", "audit_entry")


def upgrade() -> None:
    if on_postgresql():
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        op.execute("CREATE SEQUENCE incident_serial START 1")
    create_grids()
    create_taxonomy()
    create_city()
    create_people()
    create_incident()
    create_what_happened()
    create_outbox()
    create_audit()
    if on_postgresql():
        create_spatial_indexes()
    for table in APPEND_ONLY:
        make_append_only(table)


def downgrade() -> None:
    """Everything but the PostGIS extension: it may have been there before us."""
    for table in reversed(TABLES):
        op.drop_table(table)
    if on_postgresql():
        op.execute("DROP FUNCTION refuse_change()")
        op.execute("DROP SEQUENCE incident_serial")


# ---- tables --------------------------------------------------------------------------------------------------------

def create_grids() -> None:
    op.create_table("boundary_version", whole("version", primary_key=True), instant("loaded_at"), text("source"),
                    flag("illustrative"), flag("current"))
    op.create_index("ix_boundary_version_current", "boundary_version", ["current"])
    op.create_table(
        "unit", sa.Column("version", sa.Integer(), sa.ForeignKey("boundary_version.version"), primary_key=True),
        code("code", primary_key=True), code("parent", nullable=True), text("level", 12), text("name"),
        text("area_class", 1), real("lon"), real("lat"), real("area_m2"), instant("voided_at", nullable=True),
        sa.Column("shape", Shape(), nullable=True))
    op.create_index("unit_parent", "unit", ["version", "parent"])
    op.create_index("unit_level", "unit", ["version", "level", "code"])


def create_taxonomy() -> None:
    op.create_table("taxonomy_version", text("taxonomy", 40, primary_key=True), whole("version", primary_key=True),
                    instant("loaded_at"), text("source"), text("note"), flag("current"))
    op.create_index("taxonomy_version_current", "taxonomy_version", ["taxonomy", "current"])
    op.create_table(
        "category", text("taxonomy", 40, primary_key=True), whole("version", primary_key=True),
        text("code", 20, primary_key=True), text("parent", 20, nullable=True), whole("position"), flag("leaf"),
        text("name"), text("name_en"), text("definition"), text("definition_en"), document("synonyms"),
        document("local_names"), document("excludes"), text("kind"), text("function"), text("level"),
        document("assisting"), text("duty_bearer"), flag("settle"), flag("file_at_once"), flag("public"),
        text("sensitivity"), text("photo"))
    op.create_table("function", text("taxonomy", 40, primary_key=True), whole("version", primary_key=True),
                    text("code", 40, primary_key=True), text("name"), text("name_en"))
    op.create_table(
        "standard", text("taxonomy", 40, primary_key=True), whole("version", primary_key=True),
        text("code", 24, primary_key=True), text("area", 1, primary_key=True), text("subcategory", 20),
        text("condition"), sa.Column("limit_value", Amount(), nullable=False), text("limit_unit"), text("basis"),
        text("source"), text("evidence"), text("closing_condition"), real("check_distance_m", nullable=True))
    op.create_index("ix_standard_subcategory", "standard", ["subcategory"])


def create_city() -> None:
    op.create_table("city_revision", whole("id", primary_key=True), whole("revision"))
    op.create_table("calendar_day", sa.Column("day", sa.Date(), primary_key=True), text("kind", 10), text("name"))
    op.create_table("calendar_year", whole("year", primary_key=True), text("name"))


def create_people() -> None:
    op.create_table("department", text("code", 40, primary_key=True), text("name"), text("level", 12), code("unit"))
    op.create_table(
        "duty", text("function", 40, primary_key=True), code("unit", primary_key=True),
        sa.Column("department", sa.String(40), sa.ForeignKey("department.code"), primary_key=True))
    op.create_table(
        "account", identity("id", primary_key=True), text("phone", 20, unique=True), text("name"), text("role", 20),
        code("unit"), sa.Column("department", sa.String(40), sa.ForeignKey("department.code"), nullable=True),
        text("password_hash", nullable=True), flag("active"), whole("failures"),
        instant("locked_until", nullable=True), instant("created_at"))
    op.create_table(
        "login_session", text("token_hash", 64, primary_key=True),
        identity("account", sa.ForeignKey("account.id"), index=True), instant("created_at"), instant("expires_at"),
        instant("revoked_at", nullable=True))


def create_incident() -> None:
    op.create_table(
        "incident",
        identity("id", primary_key=True), sa.Column("serial", BigId, nullable=False, unique=True),
        text("number", 24, unique=True), text("process", 40), text("status", 20), text("outcome", 10, nullable=True),
        whole("version"),
        # what
        text("taxonomy", 40), whole("taxonomy_version"), text("category", 20, nullable=True),
        text("subcategory", 20, nullable=True), text("standard", 24, nullable=True), text("sensitivity", 10),
        text("description"),
        # where
        real("lon", nullable=True), real("lat", nullable=True), real("raw_lon", nullable=True),
        real("raw_lat", nullable=True), text("datum", 10, nullable=True), real("accuracy_m", nullable=True),
        text("address"), code("unit"), text("placement", 10), real("distance_m"), whole("boundary_version"),
        text("area_class", 1),
        # who
        text("source", 20), identity("reporter", sa.ForeignKey("account.id"), nullable=True),
        text("reporter_role", 20), text("reporter_name"), text("reporter_phone"),
        sa.Column("department", sa.String(40), sa.ForeignKey("department.code"), nullable=True),
        document("assisting"), identity("handler", nullable=True), text("returned_by", 40, nullable=True),
        # when
        instant("captured_at", nullable=True), instant("reported_at"), instant("filed_at", nullable=True),
        instant("dispatched_at", nullable=True), instant("signed_at", nullable=True),
        instant("handled_at", nullable=True), instant("closed_at", nullable=True), instant("due_at", nullable=True),
        instant("handle_due_at", nullable=True), flag("on_time", nullable=True),
        # how often, how well, by what rule
        whole("returns"), whole("reworks"), whole("urges"), whole("extensions"), whole("reopened"),
        whole("score", nullable=True), identity("merged_into", sa.ForeignKey("incident.id"), nullable=True),
        document("decision"), text("content_hash", 64))
    index_incident()


def index_incident() -> None:
    for what in ("unit", "department", "reporter"):
        op.create_index(f"incident_{what}", "incident", [what, "reported_at"])
    op.create_index("incident_reported", "incident", ["reported_at"])
    still_open = sa.text("outcome IS NULL")
    op.create_index("incident_due", "incident", ["due_at"], postgresql_where=still_open, sqlite_where=still_open)
    op.create_index("incident_place", "incident", ["lon", "lat"])
    merged = sa.text("merged_into IS NOT NULL")
    op.create_index("incident_merged", "incident", ["merged_into"], postgresql_where=merged, sqlite_where=merged)


def create_what_happened() -> None:
    op.create_table(
        "transition", identity("incident_id", sa.ForeignKey("incident.id"), primary_key=True),
        whole("seq", primary_key=True), text("action", 20), text("from_state", 20, nullable=True),
        text("to_state", 20), identity("actor", nullable=True), text("actor_name"), text("role", 20),
        text("department", 40, nullable=True), text("reason"), document("fields"), instant("at"), text("hash", 64))
    op.create_table(
        "clock", growing_key(), identity("incident_id", index=True), text("stage"),
        sa.Column("limit_value", Amount(), nullable=False), text("limit_unit"), instant("started_at"),
        instant("resumed_at"), instant("warn_at"), instant("due_at"), instant("paused_at", nullable=True),
        instant("stopped_at", nullable=True), whole("used_seconds"), text("verdict", nullable=True),
        text("department", nullable=True))
    op.create_table(
        "attachment", identity("id", primary_key=True), text("kind", 10), text("media_type", 60), whole("bytes"),
        text("sha256", 64), document("exif"), identity("uploaded_by", sa.ForeignKey("account.id"), nullable=True),
        instant("uploaded_at"), identity("incident_id", sa.ForeignKey("incident.id"), nullable=True, index=True),
        whole("seq", nullable=True))


def create_outbox() -> None:
    waiting = sa.text("relayed_at IS NULL")
    op.create_table("outbox", growing_key(), identity("incident_id"), whole("seq"), instant("created_at"),
                    instant("relayed_at", nullable=True))
    op.create_index("outbox_waiting", "outbox", ["id"], postgresql_where=waiting, sqlite_where=waiting)
    op.create_table(
        "notice", growing_key(), identity("incident_id", sa.ForeignKey("incident.id")), whole("seq"),
        text("recipient_kind", 12), text("recipient", 40), text("channel", 12), text("text"), text("text_en"),
        instant("created_at"), instant("sent_at", nullable=True),
        sa.UniqueConstraint("incident_id", "seq", "recipient_kind", "recipient", "channel"))
    op.create_index("notice_recipient", "notice", ["recipient_kind", "recipient", "created_at"])


def create_audit() -> None:
    op.create_table("audit_entry", growing_key(), instant("at"), identity("actor", nullable=True), text("role", 20),
                    text("event", 40), text("subject", 80), document("detail"))
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"])


# ---- what only one of the two databases has ------------------------------------------------------------------------

def create_spatial_indexes() -> None:
    op.execute("CREATE INDEX unit_shape ON unit USING gist (shape)")
    op.execute("CREATE INDEX incident_assisting ON incident USING gin (assisting)")
    op.execute("CREATE INDEX incident_point ON incident USING gist (ST_SetSRID(ST_MakePoint(lon, lat), 4326))")


def make_append_only(table: str) -> None:
    if on_postgresql():
        op.execute("""
            CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
            END $$""")
        op.execute(f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                   "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER {table}_append_only_{change.lower()} BEFORE {change} ON {table} "
                   f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")
