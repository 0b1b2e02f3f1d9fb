"""Drafts of the city's data: read and checked, compared with what is in force, applied in one transaction, rolled back
in one step.

    propose -> keep -> [compare] -> apply -> rollback
                          discard <-+

What a file holds is stored with its draft, so what was shown is what is applied. A draft is compared with one revision
of the city; when that has moved on, it must be compared again before it is applied. Passwords are stored hashed only.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from data.engine import is_postgresql
from data.sheet import BadFile, RowProblem
from governance.audit import AuditEntry
from governance.city import CityRevision, raise_revision, revision_of
from governance.drafts.calendar import CALENDAR
from governance.drafts.draft import STATES, Draft, DraftPart, packed, part_of
from governance.drafts.grids import GRIDS
from governance.drafts.incidents import INCIDENTS
from governance.drafts.kind import Content, Kind, Options, Tools
from governance.drafts.people import PEOPLE
from governance.drafts.process import PROCESS
from governance.drafts.rows import SHEETS, Edit, again, content_of, edit_of
from governance.drafts.taxonomy import STANDARDS, TAXONOMY
from governance.errors import Conflict, Invalid, InvalidField, MissingField, NotFound
from governance.people import Actor

KINDS: Final[dict[str, Kind]] = {kind.code: kind for kind in (TAXONOMY, STANDARDS, PEOPLE, CALENDAR, GRIDS, INCIDENTS,
                                                              PROCESS)}
#: Problems that are kept with a draft; how many there are in all is told beside them.
MOST_PROBLEMS: Final = 1000
LONGEST_NAME: Final = 40
#: Who changes the city's data at the terminal.
TERMINAL: Final = Actor(None, "命令行", "admin", "")


@dataclass(frozen=True)
class Proposal:
    """What files were found to hold, before it is stored. With problems there is no content."""

    kind: Kind
    name: str
    source: str
    revision: int
    content: Content
    preview: dict[str, Any]
    problems: tuple[RowProblem, ...] = ()
    edit: Edit | None = None

    @property
    def changed(self) -> bool:
        """Whether applying it would change anything."""
        return bool(self.preview.get("changed"))


# ---- the use cases -------------------------------------------------------------------------------------------------

def propose(session: Session, kind: str, files: Mapping[str, Path], options: Options, tools: Tools) -> Proposal:
    """Read and compare; nothing is written. BadFile tells every bad row, InvalidField what is no file of this kind."""
    chosen = kind_of(kind)
    for part in files:
        if part not in chosen.parts:
            raise InvalidField(part, f"“{chosen.name}”没有这种文件", f"is not a file of {kind}", "unknown_part")
    if not any(part in files for part in chosen.needs):
        raise MissingField(chosen.needs[0], "缺少文件", "is needed")
    for field, value in (("list", options.name), ("system", options.system)):
        if len(value) > LONGEST_NAME:
            raise InvalidField(field, f"至多 {LONGEST_NAME} 个字符", f"must have at most {LONGEST_NAME} characters")
    content = chosen.read(session, files, options)
    name = {"taxonomy": options.name, "standards": options.name, "incidents": options.system,
            "process": content.get("code", "")}.get(kind, "")
    source = ", ".join(path.name for path in files.values())
    preview = chosen.compare(session, content, tools).document()
    return Proposal(chosen, name, source, revision_of(session), content, preview)


def propose_rows(session: Session, edit: Edit, tools: Tools) -> Proposal:
    """The same of changed rows of what is in force. Invalid names the row and field of everything that is wrong."""
    kind, content = SHEETS[edit.sheet].kind, content_of(session, edit)
    name = edit.name if kind.versioned else ""
    preview = kind.compare(session, content, tools).document()
    return Proposal(kind, name, edit.source, revision_of(session), content, preview, edit=edit)


def broken(session: Session, kind: str, bad: BadFile, options: Options) -> Proposal:
    """The draft of a file with problems: it tells them and can never be applied."""
    return Proposal(kind_of(kind), options.name if kind in ("taxonomy", "standards") else "", bad.source,
                    revision_of(session), {}, {}, tuple(bad.problems))


def keep(session: Session, proposal: Proposal, actor: Actor, now: datetime) -> Draft:
    """Store a draft; the caller commits."""
    problems = _told(proposal.problems)
    draft = Draft(
        id=uuid.uuid4(), kind=proposal.kind.code, name=proposal.name, state="draft", source=proposal.source,
        created_at=now, created_by=actor.id, created_name=actor.name, revision=proposal.revision,
        preview=proposal.preview, problems=problems)
    session.add(draft)
    session.flush()
    if not problems:
        session.add(DraftPart(draft_id=draft.id, part="content", content=packed(proposal.content)))
    if proposal.edit is not None:
        session.add(DraftPart(draft_id=draft.id, part="edit", content=packed(proposal.edit.document())))
    _note(session, draft, "draft", actor, now)
    return draft


def compare(session: Session, draft_id: uuid.UUID, tools: Tools) -> Draft:
    """Compare again with the city as it is now, in which a row that was right may be wrong."""
    revision = _hold_revision(session)
    draft = _in_state(session, draft_id, "draft")
    _without_problems(draft)
    try:
        draft.preview = KINDS[draft.kind].compare(session, _content_now(session, draft), tools).document()
    except BadFile as bad:
        draft.problems = _told(bad.problems)
    except Invalid as wrong:
        draft.problems = _told([RowProblem(0, p.field, p.zh, p.en) for p in wrong.problems])
    draft.revision = revision
    session.add(draft)
    return draft


def apply(session: Session, draft_id: uuid.UUID, actor: Actor, tools: Tools) -> Draft:
    """Bring a draft into force, whole. Conflict if the city has changed since it was compared, or the draft has
    problems or changes nothing."""
    revision = _hold_revision(session)
    draft = _in_state(session, draft_id, "draft")
    _without_problems(draft)
    if draft.revision != revision:
        raise Stale(draft.revision, revision)
    if not draft.preview.get("changed"):
        raise Conflict("草稿与现行数据相同, 无需应用", "The draft changes nothing.")
    written = KINDS[draft.kind].write(session, part_of(session, draft, "content"), tools)
    session.add(DraftPart(draft_id=draft.id, part="before", content=packed(written.before)))
    draft.state, draft.version, draft.applied_at, draft.applied_by = "applied", written.version, tools.now, actor.id
    draft.applied_revision = revision + 1
    return _settled(session, draft, "load", actor, tools.now)


def rollback(session: Session, draft_id: uuid.UUID, actor: Actor, tools: Tools) -> Draft:
    """Everything as it was before the draft was applied. Conflict, and why, if something later stands on it."""
    _hold_revision(session)
    draft = _in_state(session, draft_id, "applied")
    content = part_of(session, draft, "content")
    if later := _later(session, draft, content):
        raise Conflict(f"之后又应用了 {later.source} ({later.id}), 请先回滚它",
                       f"{later.source} ({later.id}) was applied later; roll that back first.", later=str(later.id))
    KINDS[draft.kind].restore(session, content, part_of(session, draft, "before"), tools)
    draft.state, draft.ended_at, draft.ended_by = "rolled_back", tools.now, actor.id
    return _settled(session, draft, "draft_rolled_back", actor, tools.now)


def discard(session: Session, draft_id: uuid.UUID, actor: Actor, now: datetime) -> Draft:
    """A draft that is not wanted. What it held is deleted; that there was one stays."""
    _hold_revision(session)
    draft = _in_state(session, draft_id, "draft")
    for part in session.scalars(select(DraftPart).where(col(DraftPart.draft_id) == draft.id)):
        session.delete(part)
    draft.state, draft.ended_at, draft.ended_by = "discarded", now, actor.id
    session.add(draft)
    _note(session, draft, "draft_discarded", actor, now)
    return draft


def find(session: Session, draft_id: uuid.UUID) -> Draft:
    """NotFound if there is no such draft."""
    draft = session.get(Draft, draft_id)
    if draft is None:
        raise NotFound(f"草稿 {draft_id}")
    return draft


def listed(session: Session, kind: str | None = None, state: str | None = None, limit: int = 50,
           after: uuid.UUID | None = None) -> tuple[list[Draft], uuid.UUID | None]:
    """The newest first, and where the next page begins (None: this was the last)."""
    query = select(Draft).order_by(col(Draft.created_at).desc(), col(Draft.id).desc())
    if kind is not None:
        query = query.where(col(Draft.kind) == kind)
    if state is not None:
        query = query.where(col(Draft.state) == state)
    if after is not None:
        last = find(session, after)
        query = query.where((col(Draft.created_at) < last.created_at)
                            | ((col(Draft.created_at) == last.created_at) & (col(Draft.id) < last.id)))
    found = list(session.scalars(query.limit(limit + 1)))
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def kind_of(code: str) -> Kind:
    if code not in KINDS:
        raise InvalidField("kind", f"没有这种草稿, 应为 {'、'.join(KINDS)}", f"must be one of {', '.join(KINDS)}",
                           "unknown_kind")
    return KINDS[code]


class Stale(Conflict):
    """The city's data has changed since the draft was compared with it."""

    code = "stale_draft"

    def __init__(self, compared: int, current: int) -> None:
        super().__init__("草稿预览之后城市数据已有变化, 请重新比较后再应用",
                         "The city's data has changed since this draft was compared; compare it again.",
                         compared_revision=compared, current_revision=current)


# ---- inside --------------------------------------------------------------------------------------------------------

def _hold_revision(session: Session) -> int:
    """The city's revision, locked until the caller commits: of two who apply at once, the later waits, then sees that
    it has moved. (SQLite lets one writer in anyway.)"""
    dialect: Any = postgresql if is_postgresql(session) else sqlite
    session.execute(dialect.insert(CityRevision).values(id=1, revision=0).on_conflict_do_nothing())
    session.execute(select(col(CityRevision.id)).with_for_update())
    session.expire_all()
    return revision_of(session)


def _content_now(session: Session, draft: Draft) -> Content:
    """What a draft holds; if it was made of rows, these laid over what is in force now."""
    content = part_of(session, draft, "content")
    if session.get(DraftPart, (draft.id, "edit")) is None:
        return content
    content = again(session, edit_of(part_of(session, draft, "edit")), content)
    session.get_one(DraftPart, (draft.id, "content")).content = packed(content)
    return content


def _in_state(session: Session, draft_id: uuid.UUID, state: str) -> Draft:
    draft = find(session, draft_id)
    if draft.state != state:
        raise Conflict(f"该草稿{STATES[draft.state]}, 不能执行此操作", f"This draft is {draft.state}, not {state}.",
                       state=draft.state)
    return draft


def _without_problems(draft: Draft) -> None:
    if draft.problems:
        number = draft.problems["count"]
        raise Conflict(f"文件有 {number} 处错误, 不能应用; 请改正后重新导入",
                       f"The file has {number} problem(s) and cannot be applied; mend it and send it again.")


def _later(session: Session, draft: Draft, content: Content) -> Draft | None:
    """The newest applied draft that stands on this one."""
    found = session.scalars(select(Draft).where(
        col(Draft.kind).in_(_same_data(draft.kind)), col(Draft.name) == draft.name, col(Draft.state) == "applied",
        col(Draft.applied_revision) > draft.applied_revision).order_by(col(Draft.applied_revision).desc()))
    overlap = KINDS[draft.kind].overlap
    return next((one for one in found if overlap(content, part_of(session, one, "content"))), None)


def _same_data(kind: str) -> tuple[str, ...]:
    return ("taxonomy", "standards") if kind in ("taxonomy", "standards") else (kind,)


def _settled(session: Session, draft: Draft, event: str, actor: Actor, now: datetime) -> Draft:
    """The last steps of every change of the city's data, in its transaction."""
    session.add(draft)
    raise_revision(session)
    _note(session, draft, event, actor, now)
    return draft


def _note(session: Session, draft: Draft, event: str, actor: Actor, now: datetime) -> None:
    session.add(AuditEntry(at=now, actor=actor.id, role=actor.role, event=event, subject=f"{draft.kind} {draft.name}"
                           .strip(), detail={"draft": str(draft.id), "source": draft.source, "version": draft.version,
                                             "rows": draft.preview.get("rows", {})}))
    session.flush()


def _told(problems: Sequence[RowProblem]) -> dict[str, Any]:
    rows = [{"line": p.line, "field": p.field, "zh": p.reason, "en": p.reason_en} for p in problems[:MOST_PROBLEMS]]
    return {"count": len(problems), "rows": rows} if rows else {}
