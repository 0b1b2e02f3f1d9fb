"""What a caller sees and may do. Decided here and nowhere else.

Every route names one permission; every role holds some. Which incidents a role sees is `visible` (as SQL) and
`may_see` (for one record): the same rule twice, held together by a test.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Literal, Protocol, get_args

from sqlalchemy import Boolean, ColumnElement, and_, false, literal, or_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col

from governance.errors import NotAllowed
from governance.incident import Incident
from governance.people import DEPARTMENT_ROLES, OWN_ONLY_ROLES, Actor
from grids.codes import code_range, within

Permission = Literal[
    "report",            # report an incident, upload an attachment
    "report_publicly",   # report as a resident and follow by a code
    "moderate",          # what the public page shows of an inquiry
    "read_incidents",    # lists and single incidents, within `visible`
    "act",               # take actions; the process says which
    "read_figures",      # figures of the own scope
    "read_evaluation",   # evaluation: of people in the own scope, or of oneself
    "issue_bulletin",    # freeze a month
    "read_reference",    # taxonomy, grids
    "read_reporter",     # the reporter's name and phone
    "patrol",            # go on patrol, send the own track
    "read_patrols",      # the own patrols, or those of the own scope
    "read_audit",        # the audit log
    "administer",        # load and edit the city's data
]
PERMISSIONS: tuple[str, ...] = get_args(Permission)

_FIELD = ("report", "read_incidents", "act", "read_figures", "read_evaluation", "read_reference")
_DESK = (*_FIELD, "read_reporter", "moderate")
HOLDS: dict[str, frozenset[str]] = {
    "resident": frozenset({"report", "report_publicly", "read_incidents", "act", "read_reference", "read_reporter"}),
    "grid_worker": frozenset((*_FIELD, "patrol", "read_patrols")),
    "community_lead": frozenset((*_FIELD, "patrol", "read_patrols")),
    "dispatcher": frozenset((*_DESK, "read_patrols")),
    "handler": frozenset(_FIELD),
    "department_head": frozenset(_FIELD),
    "district_centre": frozenset((*_DESK, "read_patrols")),
    "supervisor": frozenset({"read_incidents", "act", "read_figures", "read_evaluation", "issue_bulletin",
                             "read_reference", "read_reporter", "read_patrols"}),
    "leader": frozenset({"read_incidents", "read_figures", "read_evaluation", "read_reference"}),
    "admin": frozenset({"read_incidents", "read_figures", "read_reference", "administer"}),
    "auditor": frozenset({"read_audit"}),
    "hotline": frozenset({"report", "read_incidents", "read_reference"}),
    "sensor": frozenset({"report", "read_incidents", "read_reference"}),
}


def require(actor: Actor, permission: Permission) -> None:
    """NotAllowed unless the actor's role holds the permission."""
    if permission not in HOLDS.get(actor.role, frozenset()):
        raise NotAllowed("您的角色无权使用此功能", f"The role {actor.role} may not do this ({permission}).")


def visible(actor: Actor) -> ColumnElement[bool]:
    """The incidents that a caller sees, as a condition on the table `incident`."""
    own = col(Incident.reporter) == actor.id
    if actor.role in OWN_ONLY_ROLES:
        return own
    if actor.role in DEPARTMENT_ROLES:
        return or_(own, col(Incident.department) == actor.department, assists(actor.department or ""))
    if actor.role == "auditor":
        return false()
    return or_(own, in_unit(actor.unit))


class Seen(Protocol):
    """What decides who sees an incident, or a change of it."""

    @property
    def unit(self) -> str: ...
    @property
    def reporter(self) -> uuid.UUID | None: ...
    @property
    def department(self) -> str | None: ...
    @property
    def involved(self) -> Sequence[str]: ...


def may_see(actor: Actor, incident: Seen) -> bool:
    """The same rule for one record."""
    if actor.role == "auditor":
        return False
    if actor.id is not None and incident.reporter == actor.id:
        return True
    if actor.role in OWN_ONLY_ROLES:
        return False
    if actor.role in DEPARTMENT_ROLES:
        return actor.department is not None and actor.department in (incident.department, *incident.involved)
    return within(incident.unit, actor.unit)


def in_unit(unit: str) -> ColumnElement[bool]:
    """Incidents in a unit and all below it: a range of codes, so that an index serves."""
    if not unit:
        return true()
    low, high = code_range(unit)
    return and_(col(Incident.unit) >= low, col(Incident.unit) < high)


class assists(FunctionElement[bool]):
    """Incidents that a department assists; on PostgreSQL through the GIN index of the column."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, department: str) -> None:
        super().__init__(literal(department))


@compiles(assists, "postgresql")
def _assists_by_index(element: assists, compiler: SQLCompiler, **kw: Any) -> str:
    return f"incident.involved @> jsonb_build_array({compiler.process(element.clauses, **kw)}::text)"


@compiles(assists, "sqlite")
def _assists_by_value(element: assists, compiler: SQLCompiler, **kw: Any) -> str:
    department = compiler.process(element.clauses, **kw)
    return f"EXISTS (SELECT 1 FROM json_each(incident.involved) WHERE value = {department})"


def may_act(actor: Actor, incident: Incident, *, involved: bool = False) -> None:
    """NotAllowed unless the incident is the actor's to act on; whether the process allows it is asked elsewhere.
    involved: departments beside the lead may take this action, too."""
    if actor.role in DEPARTMENT_ROLES and actor.department != incident.department and not involved:
        raise NotAllowed("只有主办单位可以操作", "Only the lead department may do this.")
    if actor.role == "resident" and incident.reporter != actor.id:
        raise NotAllowed("只有上报人可以操作", "Only the reporter may do this.")
    in_own_scope = actor.role in (*DEPARTMENT_ROLES, "resident") or within(incident.unit, actor.unit)
    if not in_own_scope:
        raise NotAllowed("事件不在您的管辖范围内", "The incident is outside your scope.")


def scope_of_figures(actor: Actor, department: Any = None) -> ColumnElement[bool]:
    """What a caller's figures count: the unit for people of the grid, the department for its people: the lead, or
    that of another column."""
    if actor.role in DEPARTMENT_ROLES:
        whose = col(Incident.department) if department is None else department
        return whose == actor.department
    return in_unit(actor.unit)
