"""What residents report without an account, and follow by its number and the code beside it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from api.dependencies import Caller
from api.documented import ALWAYS, SIGNED_IN, problems
from api.routes.incidents import report_of
from api.schemas.common import Code, NoQuery
from api.schemas.public import (
    FollowQuery,
    PublicIncidentOut,
    PublicReportIn,
    PublicReportOut,
    PublicStepOut,
    RateIn,
)
from api.visitors import Anybody, MayReportPublicly, Visitor
from data.engine import reading, writing
from governance import journey
from governance.audit import AuditEntry
from governance.city import City
from governance.errors import InvalidField
from governance.residents import follow_codes, inquiries
from governance.residents import form as public_form
from governance.residents import view as public_view
from governance.residents.view import PublicView

router = APIRouter(prefix="/api/v1/public/incidents", tags=["public"], responses={**ALWAYS, **problems(429)})
Number = Annotated[Code, Path(description="编号 (the number)")]


@router.post("", status_code=201, summary="公众上报 Report as a resident", responses={
    **SIGNED_IN, **problems(409),
    200: {"model": PublicReportOut, "description": "同一上报已收到 (the same report is here already)"}})
def report_publicly(sent: PublicReportIn, caller: MayReportPublicly, _visitor: Anybody, response: Response,
                    _: Annotated[NoQuery, Query()]) -> PublicReportOut:
    """With the session of a verified phone. Number and code together follow it; the code is shown only now. Sent again
    with the same `id` it is the same report (200), with a further code."""
    check_open(caller, sent)
    report = public_form.placed(caller.city, report_of(sent))
    with writing(caller.engine) as session:
        case, new = journey.report(session, caller.city, caller.actor, report, caller.now)
        session.flush()
        if new and not sent.public and sent.process == inquiries.PROCESS:
            inquiries.withhold(session, case.incident, caller.now)
        code = follow_codes.give(session, case.incident.id, caller.now)
        session.commit()
    response.status_code = 201 if new else 200
    state = caller.city.process(case.incident.process).state(case.incident.status)
    return PublicReportOut(id=case.incident.id, number=case.incident.number, follow_code=code, status=state.code,
                           status_name=state.name, status_name_en=state.name_en,
                           reported_at=case.incident.reported_at)


@router.get("/{number}", responses=problems(404), summary="查询进展 Follow a report")
def follow_report(number: Number, asked: Annotated[FollowQuery, Query()], visitor: Anybody) -> PublicIncidentOut:
    """Where it stands in plain words, the steps that the public may see, the reply. A wrong number and a wrong code get
    the same answer. Never a worker's name, never an inner note."""
    city = visitor.city
    with reading(visitor.engine) as session:
        view = public_view.view_of(session, city, follow_codes.find(session, number, asked.code), visitor.now)
    account_for(visitor, view)
    return shown(city, view, visitor)


@router.post("/{number}/rate", responses=problems(404, 409), summary="评价 Rate how it was solved")
def rate_report(number: Number, sent: RateIn, asked: Annotated[FollowQuery, Query()],
                visitor: Anybody) -> PublicIncidentOut:
    """From 1 to 5, within 15 days of the end (setting). 1 and 2 are dissatisfied: it is taken up again."""
    city = visitor.city
    with writing(visitor.engine) as session:
        ident = follow_codes.find(session, number, asked.code)
        public_view.rate(session, city, ident, sent.score, sent.reason, visitor.now)
        view = public_view.view_of(session, city, ident, visitor.now)
        session.commit()
    return shown(city, view, visitor)


def check_open(caller: Caller, sent: PublicReportIn) -> None:
    """The process takes reports of the public, and the subcategory is one that its list offers to it."""
    tree = public_form.open_list(caller.city, sent.process)
    leaf = tree.leaf(sent.subcategory) if sent.subcategory else None
    if leaf is not None and not leaf.public:
        raise InvalidField("subcategory", "该小类不向公众开放, 请换一类或只写文字",
                           "is not open to the public; take another, or words only", "not_public")


def account_for(visitor: Visitor, view: PublicView) -> None:
    """Every read of a restricted incident is in the audit log."""
    if view.own.sensitivity == "restricted":
        with writing(visitor.engine) as session:
            session.add(AuditEntry(at=visitor.now, role="public", event="read_restricted", subject=view.own.number))
            session.commit()


def shown(city: City, view: PublicView, visitor: Visitor) -> PublicIncidentOut:
    """The report in the words of its own number; where it was merged, the progress of the main incident."""
    own, lead, state = view.own, view.lead, view.process.state(view.state)
    zh, en = public_view.sentences(view, city, visitor.now)
    restricted = own.sensitivity == "restricted"
    leaf = city.tree(own.taxonomy).leaf(own.subcategory or "") if not restricted else None
    return PublicIncidentOut(
        number=own.number, process=own.process, process_name=city.process(own.process).name,
        process_name_en=city.process(own.process).name_en, status=state.code,
        status_name=state.name, status_name_en=state.name_en, outcome=lead.outcome,
        merged=own.merged_into is not None, message=zh, message_en=en,
        subcategory_name=leaf.name if leaf else None, subcategory_name_en=leaf.name_en if leaf else None,
        description="" if restricted else own.description, unit_name=city.path_names(own.unit),
        department_name=city.department_name(lead.department) if lead.department else None,
        reported_at=own.reported_at, due_at=lead.handle_due_at if lead.outcome is None else None,
        handled_at=lead.handled_at, closed_at=lead.closed_at, reply=view.reply, score=own.score,
        rate_until=view.rate_until, steps=[PublicStepOut(**vars(step)) for step in view.steps])
