"""Taking a report in: what it says, where that is, and writing all its rows in one round trip."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text
from sqlmodel import Session, SQLModel, col

from data.engine import is_postgresql
from governance import handling
from governance.audit import digest
from governance.calendar import SHANGHAI
from governance.case import ActionFields, Case
from governance.city import City, Place
from governance.clocks import Clock
from governance.errors import IdTaken, InvalidField, MissingField
from governance.incident import Incident, Transition
from governance.learning import ranker
from governance.outbox import OutboxRow
from governance.people import GRID_ROLES, Actor
from governance.process import Process
from governance.requests import Request
from grids.codes import WIDTHS, within
from grids.datum import to_wgs84
from taxonomy.tree import Tree

#: Where a report may come from, and which roles may say so; the first is what a role's reports are taken for.
SOURCES = {
    "patrol": ("网格员巡查", ("grid_worker", "community_lead")),
    "resident": ("居民上报", ("resident", "dispatcher", "district_centre", "grid_worker", "community_lead")),
    "hotline": ("12345热线", ("hotline", "dispatcher", "district_centre")),
    "leader": ("领导批示", ("dispatcher", "district_centre")),
    "media": ("媒体网络", ("dispatcher", "district_centre")),
    "department": ("部门发现", ("handler", "department_head", "dispatcher")),
    "sensor": ("物联感知", ("sensor", "dispatcher", "district_centre")),
}
MOST_SUGGESTIONS = 5
#: A phone's clock may be this much ahead of ours.
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class IncidentReport:
    """A report as it was sent. Coordinates in degrees of `datum`."""

    id: uuid.UUID
    process: str = "grid_event"
    subcategory: str | None = None
    description: str = ""
    lon: float | None = None
    lat: float | None = None
    datum: str = "wgs84"
    accuracy_m: float | None = None
    unit: str | None = None
    address: str = ""
    department: str | None = None
    source: str | None = None
    captured_at: datetime | None = None
    attachments: tuple[uuid.UUID, ...] = ()
    #: Where the phone's positioning had put it before a person moved the pin: lon, lat, accuracy_m.
    fix: dict[str, float] | None = None

    def content_hash(self) -> str:
        """The same for the same content, whatever its id."""
        return digest({name: value for name, value in asdict(self).items()
                       if name != "id" and (name != "fix" or value is not None)})


def opening_fields(sent: IncidentReport) -> ActionFields:
    """What the first transition keeps of the report; the rest stands in the incident itself."""
    return ActionFields(subcategory=sent.subcategory, attachments=sent.attachments)


def open_case(session: Session, city: City, actor: Actor, sent: IncidentReport, now: datetime) -> Case:
    """Everything about a report that can be known before it is written. Refuses what is wrong, field by field."""
    process = city.process(sent.process)
    tree = city.tree(process.taxonomy)
    if not sent.subcategory and not sent.description.strip():
        raise MissingField("subcategory", "须选择小类或填写文字描述", "or a description is needed")
    if sent.captured_at is not None and sent.captured_at > now + CLOCK_SKEW:
        raise InvalidField("captured_at", "不能晚于当前时间", "lies in the future", "in_future")
    incident = Incident(
        id=sent.id, serial=0, number="", process=sent.process, status="", taxonomy=tree.taxonomy,
        taxonomy_version=tree.version, description=sent.description.strip(), address=sent.address.strip(),
        source=source_of(actor, sent), reporter=actor.id, reporter_role=actor.role, reporter_name=actor.name,
        reporter_phone=actor.phone, captured_at=sent.captured_at, reported_at=now, accuracy_m=sent.accuracy_m,
        content_hash=sent.content_hash(), boundary_version=city.boundary_version, assisting=[], involved=[],
        decision=asked_of(city, sent), **where(city, process, sent))
    case = Case(incident, brought=handling.brought(session, actor, sent.attachments, sent.id)) if sent.attachments \
        else Case(incident)
    if sent.fix is not None:
        case.opening["fix"] = sent.fix
    if sent.subcategory:
        classify(incident, tree, sent.subcategory)
        if actor.role in GRID_ROLES and tree.categories[sent.subcategory].photo == "required":
            handling.bring_photo(case)
    else:
        incident.decision |= suggested(session, city, tree, incident.description)
    return case


def suggested(session: Session, city: City, tree: Tree, text: str) -> dict[str, Any]:
    """What the words may mean, the best first, with the reasons: kept for the desk. Whether the system relies on it is
    decided by the confidence that the city has set."""
    ranking = ranker(session, city, tree.taxonomy).rank(text, MOST_SUGGESTIONS)
    enough = city.settings.auto_confidence
    sure = ranking.sure(enough) if enough < 1 else None
    said = ranking.document()
    return {"suggestions": said["ranked"], "little": said["little"],
            **({"sure_of": sure.subcategory, "confidence": sure.confidence} if sure else {})}


def classify(incident: Incident, tree: Tree, code: str) -> None:
    """The incident is of this subcategory, in this version of the list."""
    subcategory = tree.leaf(code)
    if subcategory is None:
        raise InvalidField("subcategory", f"清单 {tree.taxonomy} 中没有小类 {code}",
                           f"there is no subcategory {code} in the list {tree.taxonomy}", "unknown_subcategory")
    incident.taxonomy_version, incident.subcategory, incident.category = tree.version, code, tree.top(code)
    incident.sensitivity = subcategory.sensitivity


def source_of(actor: Actor, sent: IncidentReport) -> str:
    """The source that was sent, if the role may say so; else the role's own."""
    own = next((source for source, (_, roles) in SOURCES.items() if actor.role in roles), None)
    source = sent.source or own
    if source not in SOURCES or actor.role not in SOURCES[source][1]:
        raise InvalidField("source", f"您的角色不能使用来源 {source}", f"your role cannot report from {source}",
                           "unknown_source")
    return source


def asked_of(city: City, sent: IncidentReport) -> dict[str, Any]:
    """The department that the reporter would have answer. The process says whether anything follows from it."""
    if sent.department is None:
        return {}
    if sent.department not in city.departments:
        raise InvalidField("department", "没有这个责任单位", "there is no such department", "unknown_department")
    return {"asked_department": sent.department}


def where(city: City, process: Process, sent: IncidentReport) -> dict[str, Any]:
    """The place: the cell of the point, a cell near it, or the unit that the reporter picked; of what has no place,
    the city."""
    named = sent.unit or (None if process.place or sent.lon is not None else city.root)
    picked = _picked(city, process, named) if named else None
    if sent.lon is None and sent.lat is None:
        if picked is None:
            raise MissingField("lon", "须有坐标或网格编码", "and lat, or a unit, are needed")
        return {"unit": picked.code, "placement": "picked", "area_class": picked.area_class}
    lon, lat = _point(sent)
    found = city.locator.locate(lon, lat, tolerance_m=city.settings.near_tolerance_m)
    unit, distance = found.cell, found.distance_m
    placement: str = found.placement
    if unit is None:
        if picked is None:
            raise InvalidField("lon", f"坐标不在任何网格内, 距最近网格 {distance:.0f} 米; 请选择所在网格",
                               f"lies {distance:.0f} m outside every cell; name the unit", "outside_grid",
                               distance_m=round(distance, 1))
        unit, placement = picked.code, "picked"
    elif picked is not None and not within(unit, picked.code):
        raise InvalidField("unit", f"坐标落在 {unit}, 不在所选网格内",
                           f"does not contain the point, which is in {unit}", "unit_mismatch", located=unit)
    return {"unit": unit, "placement": placement, "distance_m": round(distance, 2), "lon": lon, "lat": lat,
            "raw_lon": sent.lon, "raw_lat": sent.lat, "datum": sent.datum,
            "area_class": city.places[unit].area_class}


def _point(sent: IncidentReport) -> tuple[float, float]:
    if sent.lon is None or sent.lat is None:
        raise MissingField("lon" if sent.lon is None else "lat", "经度和纬度须同时提供", "is missing beside the other")
    return to_wgs84(sent.lon, sent.lat, sent.datum)  # type: ignore[arg-type]


def _picked(city: City, process: Process, code: str) -> Place:
    if (place := city.places.get(code)) is None:
        raise InvalidField("unit", f"没有网格 {code}", f"there is no unit {code}", "unknown_unit")
    if place.voided:
        raise InvalidField("unit", f"网格 {code} 已作废", f"the unit {code} has been voided", "voided_unit")
    if len(code) < WIDTHS[process.reach]:  # above the desks that accept, a report would wait for nobody
        raise InvalidField("unit", f"{place.name}范围太大, 请选择更小的网格单元",
                           f"{place.name} is too large; name a unit not above a {process.reach}", "unit_too_large")
    return place


# ---- writing -------------------------------------------------------------------------------------------------------

def store(session: Session, actor: Actor, case: Case, sent: IncidentReport) -> tuple[Case, bool]:
    """Write the incident and all its rows. The same report again gives the case that is there, and False."""
    write = _store_postgresql if is_postgresql(session) else _store_sqlite
    if write(session, case):
        return case, True
    if (known := known_case(session, actor, sent)) is None:
        raise IdTaken
    return known, False


def known_case(session: Session, actor: Actor, sent: IncidentReport) -> Case | None:
    """What the same person's same report became when it was sent before."""
    known = session.scalar(select(Incident).where(col(Incident.id) == sent.id))
    if known is None or known.reporter != actor.id or known.content_hash != sent.content_hash():
        return None
    return handling.case_of(session, known)


def number_prefix(at: datetime) -> str:
    """Numbers begin with the local day: 20261122 and eight digits of the serial."""
    return at.astimezone(SHANGHAI).strftime("%Y%m%d")


def _store_sqlite(session: Session, case: Case) -> bool:
    incident = case.incident
    if session.scalar(select(col(Incident.id)).where(col(Incident.id) == incident.id)) is not None:
        return False
    last = session.scalar(select(col(Incident.serial)).order_by(col(Incident.serial).desc()).limit(1))
    incident.serial = (last or 0) + 1
    incident.number = f"{number_prefix(incident.reported_at)}{incident.serial:08d}"
    handling.store(session, case)
    return True


def _columns(table: type[SQLModel], without: str) -> str:
    return ", ".join(f'"{c.name}"' for c in table.__table__.columns if c.name != without)  # type: ignore[attr-defined]


#: One statement, one round trip: nothing of it is written when the id is known already.
_STORE = text(f"""
    WITH sent AS (SELECT CAST(:incident AS jsonb) AS doc),
    next AS (SELECT nextval('incident_serial') AS value),
    new AS (
        INSERT INTO incident ({_columns(Incident, "")})
        SELECT {_columns(Incident, "")} FROM sent, next,
        jsonb_populate_record(null::incident, sent.doc || jsonb_build_object(
            'serial', next.value, 'number', CAST(:prefix AS text) || lpad(next.value::text, 8, '0')))
        ON CONFLICT (id) DO NOTHING RETURNING id, serial, number),
    steps AS (
        INSERT INTO transition ({_columns(Transition, "")})
        SELECT {_columns(Transition, "")} FROM jsonb_populate_recordset(null::transition, CAST(:transitions AS jsonb))
        WHERE EXISTS (SELECT FROM new)),
    wound AS (
        INSERT INTO clock ({_columns(Clock, "id")})
        SELECT {_columns(Clock, "id")} FROM jsonb_populate_recordset(null::clock, CAST(:clocks AS jsonb))
        WHERE EXISTS (SELECT FROM new)),
    asked AS (
        INSERT INTO request ({_columns(Request, "")})
        SELECT {_columns(Request, "")} FROM jsonb_populate_recordset(null::request, CAST(:requests AS jsonb))
        WHERE EXISTS (SELECT FROM new)),
    told AS (
        INSERT INTO outbox ({_columns(OutboxRow, "id")})
        SELECT {_columns(OutboxRow, "id")} FROM jsonb_populate_recordset(null::outbox, CAST(:outbox AS jsonb))
        WHERE EXISTS (SELECT FROM new)),
    brought AS (
        UPDATE attachment SET incident_id = new.id, seq = 1 FROM new
        WHERE attachment.id = ANY(CAST(:attachments AS uuid[])))
    SELECT serial, number FROM new
""")


def _store_postgresql(session: Session, case: Case) -> bool:
    incident = case.incident
    row = session.execute(_STORE, {
        "incident": _json(incident), "prefix": number_prefix(incident.reported_at),
        "transitions": _json(case.transitions), "clocks": _json(case.clocks),
        "requests": _json(case.requests), "outbox": _json(case.outbox),
        "attachments": [a.id for a in case.brought]}).one_or_none()
    if row is None:
        return False
    incident.serial, incident.number = row
    for attachment in case.brought:
        session.expunge(attachment)  # its row is written already
        attachment.incident_id, attachment.seq = incident.id, 1
    return True


def _json(value: SQLModel | list[Any]) -> str:
    plain = [dict(v) for v in value] if isinstance(value, list) else dict(value)
    return json.dumps(plain, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, uuid.UUID | Decimal | date):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
