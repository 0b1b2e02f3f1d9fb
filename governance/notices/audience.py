"""Whom a notice's rule means: the people and departments behind the words of governance.notices.words."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlmodel import Session, col

from governance.incident import Incident
from governance.notices.facts import Step
from governance.people import ROLES, Account
from grids.codes import path_of

#: People of a role whose scope holds the place.
ROLE_OF = {"workers": "grid_worker", "nearest_workers": "grid_worker", "leads": "community_lead",
           "dispatchers": "dispatcher", "centre": "district_centre", "supervisors": "supervisor"}
#: Of these the nearest are told (the cell's, else the community's …); of the others everyone.
NEAREST_ONLY = ("workers", "nearest_workers", "leads")
#: Who sits at the desk that an incident is escalated to.
DESK_ROLES = ("dispatcher", "district_centre", "supervisor")


@dataclass(frozen=True)
class Recipient:
    """A department by its code, an account by its id, or by the incident's id a reporter who has no account. Who
    reported the same thing under another number, which was merged into this incident, is told of that number."""

    kind: str
    code: str
    own_number: str | None = field(default=None, compare=False)


def audience(session: Session, to: str, step: Step) -> list[Recipient]:
    """The recipients that a word means at a step."""
    if to in ("holder", "head"):
        rule = step.process.clocks.get(step.clock.stage) if step.clock else None
        word = getattr(rule, to) if rule else ""
        return audience(session, word, step) if word else []
    if to in ROLE_OF:
        return accounts_of(session, ROLE_OF[to], step.incident.unit, nearest_only=to in NEAREST_ONLY)
    if to == "department":
        return departments([step.lead])
    if to == "assisting":
        return departments(assisting(step))
    if to == "reporter":
        return reporters(session, step.incident)
    if to == "heads":
        return heads(session, step.lead)
    if to == "desk":
        return desk(session, step.incident.desk)
    return asked(session, step) if to == "asked" else askers(step)


def assisting(step: Step) -> list[str]:
    """Whom the step itself asked to assist, if that is its matter; else who assists now."""
    action = step.process.actions.get(step.transition.action)
    named = not step.event and action is not None and "assisting" in action.fields
    return list(step.transition.fields.get("assisting", ()) if named else step.incident.assisting)


def nearest(scopes: Iterable[tuple[uuid.UUID, str]]) -> list[uuid.UUID]:
    """Of accounts with their scopes, all holding the place: those of the lowest unit."""
    found = list(scopes)
    lowest = max((len(unit) for _, unit in found), default=0)
    return [account for account, unit in found if len(unit) == lowest]


def departments(codes: Iterable[str | None]) -> list[Recipient]:
    return [Recipient("department", code) for code in dict.fromkeys(codes) if code]


def persons(accounts: Iterable[uuid.UUID | None]) -> list[Recipient]:
    return [Recipient("account", str(account)) for account in accounts if account is not None]


def accounts_of(session: Session, role: str, unit: str, nearest_only: bool = False) -> list[Recipient]:
    """The people of a role whose scope holds a unit."""
    rows = session.execute(select(col(Account.id), col(Account.unit)).where(
        col(Account.role) == role, col(Account.active), col(Account.unit).in_(path_of(unit))
    ).order_by(col(Account.phone))).all()
    scopes = [(account, scope) for account, scope in rows]
    return persons(nearest(scopes) if nearest_only else [account for account, _ in scopes])


def heads(session: Session, department: str | None) -> list[Recipient]:
    return persons(session.scalars(select(col(Account.id)).where(
        col(Account.role) == "department_head", col(Account.active), col(Account.department) == department
    ).order_by(col(Account.phone))))


def desk(session: Session, unit: str | None) -> list[Recipient]:
    return persons(session.scalars(select(col(Account.id)).where(
        col(Account.role).in_(DESK_ROLES), col(Account.active), col(Account.unit) == unit
    ).order_by(col(Account.phone))))


def asked(session: Session, step: Step) -> list[Recipient]:
    """The parties of the requests: departments, or everybody of a role whose scope holds the place."""
    found: list[Recipient] = []
    for party in dict.fromkeys(request.party for request in step.asked):
        found += accounts_of(session, party, step.incident.unit) if party in ROLES else departments([party])
    return found


def askers(step: Step) -> list[Recipient]:
    """Who asked: the person; the system asks for nobody."""
    return persons(dict.fromkeys(request.asked_by for request in step.asked))


def reporters(session: Session, incident: Incident) -> list[Recipient]:
    """Its own reporter first, then those whose reports were merged into it, directly or by way of others."""
    chain = select(col(Incident.id)).where(col(Incident.merged_into) == incident.id).cte("merged", recursive=True)
    chain = chain.union(select(col(Incident.id)).where(col(Incident.merged_into) == chain.c.id))
    merged = session.execute(select(
        col(Incident.id), col(Incident.reporter), col(Incident.reporter_phone), col(Incident.number)
    ).where(col(Incident.id).in_(select(chain.c.id)), col(Incident.id) != incident.id).order_by(col(Incident.serial)))
    found = [(incident.id, incident.reporter, incident.reporter_phone, None), *merged]
    return [Recipient("account", str(account), number) if account else Recipient("reporter", str(ident), number)
            for ident, account, phone, number in found if account or phone]
