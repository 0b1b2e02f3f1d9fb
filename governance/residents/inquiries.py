"""The public page of inquiries (网络问政): what was asked, by when it is due, the answer, how the asker rated it.

Shown is what has been approved, in a subcategory that its list marks `public`, unless the moderator withheld it. The
words are those of the moderator, or the asker's with every personal number made unreadable
(governance/residents/masking.py).
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Index, and_, exists, or_, select, text, tuple_
from sqlmodel import Field, Session, SQLModel, col

from data.columns import UtcDateTime
from governance import scope
from governance.city import City
from governance.errors import InvalidField, NotAllowed, NotFound
from governance.incident import Incident, Transition
from governance.people import Actor
from governance.process import Process
from governance.residents.masking import mask
from governance.residents.view import is_reply

PROCESS = "public_inquiry"
#: Rows looked at in one go while words are searched for.
SLICE = 100

_ONLY_INQUIRIES = text(f"process = '{PROCESS}'")
Index("incident_inquiry", Incident.filed_at, Incident.id,  # type: ignore[arg-type]
      postgresql_where=_ONLY_INQUIRIES, sqlite_where=_ONLY_INQUIRIES)


class PublicPage(SQLModel, table=True):
    """What a moderator decided on the public page of one inquiry. Empty words: those of the asker, of the answer."""

    __tablename__ = "public_page"

    incident_id: uuid.UUID = Field(primary_key=True, foreign_key="incident.id")
    shown: bool
    text: str = ""
    answer: str = ""
    by: uuid.UUID | None = None
    at: datetime = Field(sa_type=UtcDateTime)


@dataclass(frozen=True)
class BoardFilter:
    """What the page shows. None: no matter. `kind`: a category (咨询, 问题) or a subcategory."""

    q: str | None = None
    department: str | None = None
    unit: str | None = None
    kind: str | None = None
    answered: bool | None = True


@dataclass(frozen=True)
class Inquiry:
    """One inquiry as everybody may read it. Nothing says who asked."""

    incident: Incident
    text: str
    answer: str
    shown: bool
    overdue: bool


# ---- rules ---------------------------------------------------------------------------------------------------------

def inquiry_of(incident: Incident, page: PublicPage | None, answer: str, now: datetime, shown: bool) -> Inquiry:
    """The words of the moderator before those that were sent; either way without personal numbers."""
    said = page.text if page is not None and page.text else incident.description
    replied = page.answer if page is not None and page.answer else answer
    return Inquiry(incident, mask(said), mask(replied) if incident.handled_at else "", shown, is_late(incident, now))


def is_late(incident: Incident, now: datetime) -> bool:
    """Answered late, or not answered although it is due."""
    return incident.handle_due_at is not None and incident.handle_due_at < (incident.handled_at or now)


def replies(process: Process) -> list[str]:
    return [action.code for action in process.actions.values() if is_reply(action)]


# ---- the board -----------------------------------------------------------------------------------------------------

def board(session: Session, city: City, wanted: BoardFilter, now: datetime, limit: int,
          cursor: str | None = None) -> tuple[list[Inquiry], str | None]:
    """A page of the board, the last approved first, and the cursor of the next page."""
    page: list[Inquiry] = []
    after = read_cursor(cursor) if cursor else None
    for inquiry in _matching(session, city, wanted, now, after):
        if len(page) == limit:
            return page, cursor_of(page[-1].incident)
        page.append(inquiry)
    return page, None


def on_board(session: Session, city: City, number: str, now: datetime) -> Inquiry:
    """One inquiry by its number. NotFound if it is not on the board."""
    incident = session.scalar(select(Incident).where(col(Incident.number) == number,
                                                     *_shown(city, BoardFilter(answered=None))))
    if incident is None:
        raise NotFound(f"公开问政 {number}")
    return _inquiries(session, city, [incident], now)[0]


def _matching(session: Session, city: City, wanted: BoardFilter, now: datetime,
              after: tuple[datetime, uuid.UUID] | None) -> Iterator[Inquiry]:
    """Slice by slice. Words are looked for in what is shown, never in what was taken out of it: whoever searches for
    a phone number must not learn that somebody wrote it."""
    words = words_of(wanted).casefold()
    key = tuple_(col(Incident.filed_at), col(Incident.id))
    while True:
        query = select(Incident).where(*_shown(city, wanted), *([key < after] if after else []))
        found = session.scalars(query.order_by(col(Incident.filed_at).desc(), col(Incident.id).desc())
                                .limit(SLICE)).all()
        for inquiry in _inquiries(session, city, found, now):
            if words in f"{inquiry.incident.number}\n{inquiry.text}\n{inquiry.answer}".casefold():
                yield inquiry
        if len(found) < SLICE:
            return
        after = (found[-1].filed_at or now, found[-1].id)


def _shown(city: City, wanted: BoardFilter) -> Iterator[ColumnElement[bool]]:
    """Approved, of a public subcategory, not withheld; and what the filter asks."""
    tree = city.tree(city.process(PROCESS).taxonomy)
    yield col(Incident.process) == PROCESS
    yield col(Incident.filed_at).is_not(None)
    yield col(Incident.sensitivity) == "normal"
    yield or_(col(Incident.outcome).is_(None), col(Incident.outcome) == "closed")
    yield col(Incident.subcategory).in_([leaf.code for leaf in tree.leaves() if leaf.public])
    yield ~exists(select(PublicPage).where(and_(col(PublicPage.incident_id) == col(Incident.id),
                                                col(PublicPage.shown).is_(False))))
    if wanted.department is not None:
        yield col(Incident.department) == wanted.department
    if wanted.unit is not None:
        yield scope.in_unit(wanted.unit)
    if wanted.kind is not None:
        yield or_(col(Incident.category) == wanted.kind, col(Incident.subcategory) == wanted.kind)
    if words := words_of(wanted):
        yield _mentions(words, replies(city.process(PROCESS)))
    if wanted.answered is not None:
        answered = col(Incident.handled_at)
        yield answered.is_not(None) if wanted.answered else answered.is_(None)


def words_of(wanted: BoardFilter) -> str:
    return (wanted.q or "").strip()


def _mentions(words: str, replies: Sequence[str]) -> ColumnElement[bool]:
    """Said in what was sent, worded or answered: what is shown of it is looked at afterwards."""
    page = select(PublicPage).where(col(PublicPage.incident_id) == col(Incident.id), or_(
        col(PublicPage.text).icontains(words, autoescape=True),
        col(PublicPage.answer).icontains(words, autoescape=True)))
    answer = select(col(Transition.seq)).where(
        col(Transition.incident_id) == col(Incident.id), col(Transition.action).in_(replies),
        col(Transition.reason).icontains(words, autoescape=True))
    return or_(col(Incident.number).startswith(words, autoescape=True),
               col(Incident.description).icontains(words, autoescape=True), exists(page), exists(answer))


def _inquiries(session: Session, city: City, incidents: Sequence[Incident], now: datetime) -> list[Inquiry]:
    """With their pages and answers: two queries, however many."""
    ids = [incident.id for incident in incidents]
    pages = {page.incident_id: page for page in session.scalars(
        select(PublicPage).where(col(PublicPage.incident_id).in_(ids)))} if ids else {}
    answers = answers_of(session, city.process(PROCESS), ids)
    return [inquiry_of(one, pages.get(one.id), answers.get(one.id, ""), now, True) for one in incidents]


def answers_of(session: Session, process: Process, ids: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """The last answer of each."""
    steps = session.execute(select(col(Transition.incident_id), col(Transition.reason)).where(
        col(Transition.incident_id).in_(list(ids)), col(Transition.action).in_(replies(process))
    ).order_by(col(Transition.seq)))
    return {row.incident_id: row.reason for row in steps}


# ---- the moderator -------------------------------------------------------------------------------------------------

def page_of(session: Session, city: City, actor: Actor, incident: Incident, now: datetime) -> Inquiry:
    """What everybody reads or would read of an inquiry that the moderator sees."""
    if incident.process != PROCESS or not scope.may_see(actor, incident):
        raise NotFound(f"问政 {incident.number}")
    page = session.get(PublicPage, incident.id)
    leaf = city.tree(incident.taxonomy).leaf(incident.subcategory or "")
    shown = (page is None or page.shown) and leaf is not None and leaf.public
    answer = answers_of(session, city.process(PROCESS), [incident.id]).get(incident.id, "")
    return inquiry_of(incident, page, answer, now, shown)


def edit_page(session: Session, actor: Actor, incident: Incident, shown: bool, words: tuple[str, str],
              now: datetime) -> None:
    """Show it or withhold it, in these words (of the question, of the answer; empty: as they were sent). What its asker
    would not have shown stays withheld."""
    kept = session.get(PublicPage, incident.id)
    if kept is not None and kept.by is not None and kept.by == incident.reporter:
        if shown:
            raise NotAllowed("提问人不同意公开", "Its asker does not want it to be public.")
        return
    session.merge(PublicPage(incident_id=incident.id, shown=shown, text=words[0].strip(), answer=words[1].strip(),
                             by=actor.id, at=now))
    session.flush()


def withhold(session: Session, incident: Incident, now: datetime) -> None:
    """Its asker wants the answer, and nobody else to read it."""
    session.add(PublicPage(incident_id=incident.id, shown=False, by=incident.reporter, at=now))


# ---- cursors -------------------------------------------------------------------------------------------------------

def cursor_of(last: Incident) -> str:
    at = (last.filed_at or last.reported_at).astimezone(UTC).isoformat()
    return base64.urlsafe_b64encode(json.dumps([at, last.id.hex]).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, uuid.UUID]:
    try:
        at, ident = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return datetime.fromisoformat(at).astimezone(UTC), uuid.UUID(ident)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise InvalidField("cursor", "不是本列表给出的游标", "is not a cursor of this list", "bad_cursor") from None
