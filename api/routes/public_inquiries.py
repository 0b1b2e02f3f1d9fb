"""The public page of inquiries and its month, for everybody; and the moderator's hand on what is shown."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.dependencies import Caller
from api.documented import ALWAYS, SIGNED_IN, problems
from api.routes.incidents import IdOrNumber
from api.schemas.common import Code, NoQuery
from api.schemas.public import (
    BoardQuery,
    BulletinOut,
    BulletinQuery,
    BulletinRowOut,
    InquiryOut,
    InquiryPage,
    PageIn,
    PageOut,
)
from api.visitors import Anybody, MayModerate
from data.engine import reading, writing
from governance import queries
from governance.audit import AuditEntry
from governance.city import City
from governance.errors import InvalidField
from governance.figures import inquiry_bulletin
from governance.figures.inquiry_bulletin import Counts
from governance.residents import inquiries
from governance.residents.inquiries import BoardFilter, Inquiry

ANSWERED = {"yes": True, "no": False, "all": None}
board = APIRouter(prefix="/api/v1/public/inquiries", tags=["public"], responses={**ALWAYS, **problems(429)})
pages = APIRouter(prefix="/api/v1/inquiries", tags=["public"], responses={**ALWAYS, **SIGNED_IN, **problems(404)})


@board.get("", summary="公开问政 The public page of inquiries")
def list_inquiries(asked: Annotated[BoardQuery, Query()], visitor: Anybody) -> InquiryPage:
    """What has been approved and is public: the question as moderated, the answer, times, whether it is late, the
    rating; the last approved first. `answered=no` shows what still waits for its answer. Nothing says who asked."""
    city = known_unit(visitor.city, asked.unit)
    wanted = BoardFilter(q=asked.q, department=asked.department, unit=asked.unit, kind=asked.kind,
                         answered=ANSWERED[asked.answered])
    with reading(visitor.engine) as session:
        found, following = inquiries.board(session, city, wanted, visitor.now, asked.limit, asked.cursor)
    return InquiryPage(items=[shown(city, inquiry) for inquiry in found], next_cursor=following)


@board.get("/bulletin", summary="问政月报 The month of the inquiries")
def read_inquiry_bulletin(asked: Annotated[BulletinQuery, Query()], visitor: Anybody) -> BulletinOut:
    """By department: answered in time and how the askers rated it, each rate with its counts."""
    city = known_unit(visitor.city, asked.unit)
    with reading(visitor.engine) as session:
        counts = inquiry_bulletin.bulletin(session, asked.month, asked.unit or city.root, visitor.now)
    rows = [row(city, code, one) for code, one in counts.items()]
    return BulletinOut(month=asked.month, rows=rows,
                       total=row(city, "", inquiry_bulletin.total(counts.values()) if counts else Counts()))


@board.get("/{number}", responses=problems(404), summary="一件公开问政 One inquiry of the public page")
def read_inquiry(number: Annotated[Code, Path(description="编号 (the number)")], visitor: Anybody,
                 _: Annotated[NoQuery, Query()]) -> InquiryOut:
    city = visitor.city
    with reading(visitor.engine) as session:
        return shown(city, inquiries.on_board(session, city, number, visitor.now))


@pages.get("/{incident}/page", summary="公开内容 What is shown of an inquiry")
def read_page(incident: IdOrNumber, caller: MayModerate, _: Annotated[NoQuery, Query()]) -> PageOut:
    """As everybody reads it, or would."""
    with reading(caller.engine) as session:
        return page(caller, session, incident)


@pages.put("/{incident}/page", summary="编辑公开内容 Show, withhold or reword an inquiry")
def edit_page(incident: IdOrNumber, sent: PageIn, caller: MayModerate, _: Annotated[NoQuery, Query()]) -> PageOut:
    """The moderator's words stand before the asker's; personal numbers are masked in either. Before the approval it
    prepares the page, after it the page changes at once."""
    with writing(caller.engine) as session:
        found = queries.find_incident(session, caller.actor, incident)
        inquiries.page_of(session, caller.city, caller.actor, found, caller.now)
        inquiries.edit_page(session, caller.actor, found, sent.shown, (sent.text, sent.answer), caller.now)
        session.add(AuditEntry(at=caller.now, actor=caller.actor.id, role=caller.actor.role, event="edit_page",
                               subject=found.number, detail={"shown": sent.shown}))
        shown = page(caller, session, incident)
        session.commit()
    return shown


def page(caller: Caller, session: Any, incident: str) -> PageOut:
    found = queries.find_incident(session, caller.actor, incident)
    inquiry = inquiries.page_of(session, caller.city, caller.actor, found, caller.now)
    return PageOut(number=found.number, shown=inquiry.shown, text=inquiry.text, answer=inquiry.answer)


def known_unit(city: City, unit: str | None) -> City:
    if unit is not None and unit not in city.places:
        raise InvalidField("unit", f"没有网格 {unit}", f"there is no unit {unit}", "unknown_unit")
    return city


def shown(city: City, inquiry: Inquiry) -> InquiryOut:
    one, tree = inquiry.incident, city.tree(inquiry.incident.taxonomy)
    state = city.process(one.process).state(one.status)
    return InquiryOut(
        number=one.number, kind=one.category, kind_name=tree.name(one.category), topic=one.subcategory,
        topic_name=tree.name(one.subcategory), unit_name=city.path_names(one.unit), department=one.department,
        department_name=city.department_name(one.department) if one.department else None, status=one.status,
        status_name=state.name, status_name_en=state.name_en, text=inquiry.text, answer=inquiry.answer,
        approved_at=one.filed_at or one.reported_at, due_at=one.handle_due_at, answered_at=one.handled_at,
        overdue=inquiry.overdue, score=one.score if one.outcome else None)


def row(city: City, department: str, counts: Counts) -> BulletinRowOut:
    return BulletinRowOut(department=department, department_name=city.department_name(department) or "",
                          **vars(counts), on_time_rate=counts.on_time_rate, satisfaction_rate=counts.satisfaction_rate)
