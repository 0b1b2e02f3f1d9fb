"""What people do in the town, so that there is something to tell."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select
from sqlmodel import col

from data.engine import reading, writing
from governance.case import ActionFields
from governance.city import City
from governance.incident import Incident
from governance.journey import act, report
from governance.outbox import Notice, OutboxRow
from governance.people import Actor
from tests import town

People = dict[str, Actor]


def reported(engine: Engine, city: City, who: Actor, at: datetime, **sent: Any) -> Incident:
    """Somebody reports rubbish (or what is said) with a photo; a grid worker's report is dispatched at once."""
    with writing(engine) as session:
        photos = (town.photo(session, who, at),)
        case, _ = report(session, city, who, town.report_of(attachments=photos, **sent), at)
        session.commit()
    return case.incident


def acted(engine: Engine, city: City, who: Actor, incident: Incident, action: str, at: datetime, *,
          photo: bool = False, on_the_spot: bool = False, **fields: Any) -> Incident:
    """Somebody takes the next step; with a photo and at the place, where it needs them."""
    with writing(engine) as session:
        if photo:
            fields["attachments"] = (town.photo(session, who, at),)
        if on_the_spot:
            fields.update(lon=incident.lon, lat=incident.lat)
        case = act(session, city, who, incident.id, action, incident.version, ActionFields(**fields), at)
        session.commit()
    return case.incident


def handled(engine: Engine, city: City, people: People, at: datetime) -> Incident:
    """Rubbish of the first cell, handled and waiting for the check."""
    incident = reported(engine, city, people["worker"], at)
    incident = acted(engine, city, people["cleaner"], incident, "sign", at)
    return acted(engine, city, people["cleaner"], incident, "feed_back", at, photo=True, reason="已清运")


def notices(engine: Engine, incident: Incident | None = None) -> list[Notice]:
    with reading(engine) as session:
        query = select(Notice).order_by(col(Notice.id))
        return list(session.scalars(query.where(col(Notice.incident_id) == incident.id) if incident else query))


def steps(engine: Engine) -> list[tuple[uuid.UUID, int]]:
    """Every step that was announced."""
    with reading(engine) as session:
        rows = session.scalars(select(OutboxRow).order_by(col(OutboxRow.id)))
        return [(row.incident_id, row.seq) for row in rows]


def waiting(engine: Engine) -> int:
    with reading(engine) as session:
        query = select(func.count()).select_from(OutboxRow).where(col(OutboxRow.relayed_at).is_(None))
        return session.scalar(query) or 0
