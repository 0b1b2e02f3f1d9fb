"""Drafts of incidents from an older system. They are compared row by row with the city as it is; what is here already
is left alone. What was written cannot be deleted again (the steps are append-only): rolled back, it is voided.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from data.bulk import slices
from data.cells import Problems, rows_of
from data.sheet import read_rows
from governance import clocks
from governance.case import ActionFields, Case, record
from governance.city import City, read_city
from governance.clocks import Clock
from governance.drafts.kind import Change, Content, Kind, Options, Preview, Tools, Written
from governance.errors import Conflict
from governance.exchange.incidents import NEEDED, Old, check_rows, unknown_columns
from governance.exchange.incidents_import import IMPORT, Known, look_up, write_old
from governance.incident import Incident, Transition

WITHDRAWN: Final = "导入已撤回"
MOST_COLUMNS: Final = 20


def read(session: Session, files: Mapping[str, Path], options: Options) -> Content:
    """The rows as they stand in the file; what they say is checked against the city when they are compared."""
    problems, table = Problems(), read_rows(files["incidents"])
    rows_of(table, NEEDED, problems)
    problems.raise_if_any(files["incidents"].name)
    return {"system": options.system, "source": files["incidents"].name, "columns": list(table[0][1]),
            "rows": [[line, *cells.values()] for line, cells in table]}


def compare(session: Session, content: Content, tools: Tools) -> Preview:
    """How many are new, in which states, of which times. BadFile if any row is wrong today."""
    found, known = _checked(session, content, read_city(session, tools.settings), tools)
    changes = [Change("incident", "added", old.number, old.process.states[old.status].name) for old in found]
    times = [old.times["reported_at"] for old in found]
    preview = Preview({"incidents": len(content["rows"]), "known": len(known.ids)}, changes, more={
        "statuses": dict(Counter(old.status for old in found)),
        "first": min(times).isoformat() if times else None, "last": max(times).isoformat() if times else None})
    if known.ids:
        preview.warnings.append((f"{len(known.ids)} 件已在系统中, 不再导入",
                                 f"{len(known.ids)} are here already and are left as they are"))
    if unknown := unknown_columns(content["columns"])[:MOST_COLUMNS]:
        preview.warnings.append((f"这些列不导入: {'、'.join(unknown)}",
                                 f"columns that are not taken over: {', '.join(unknown)}"))
    return preview


def write(session: Session, content: Content, tools: Tools) -> Written:
    city = read_city(session, tools.settings)
    found, _ = _checked(session, content, city, tools)
    ids = write_old(session, found, content["system"], city, tools.now, tools.told)
    return Written({"ids": [str(ident) for ident in ids]})


def _checked(session: Session, content: Content, city: City, tools: Tools) -> tuple[list[Old], Known]:
    rows = [(row[0], dict(zip(content["columns"], row[1:], strict=True))) for row in content["rows"]]
    known = look_up(session, content["system"], [cells["number"] for _, cells in rows])
    problems = Problems()
    found = check_rows(((line, cells) for line, cells in rows if cells["number"] not in known.ids), city, tools.now,
                       problems)
    _check_mains(session, content["system"], found, problems)
    problems.raise_if_any(content["source"])
    for old in found:
        old.attempt = known.attempts.get(old.number, 0)
    return found, known


def _check_mains(session: Session, system: str, found: Sequence[Old], problems: Problems) -> None:
    """Whom a merged incident follows is in the file or here already."""
    new = {old.number for old in found}
    asked = [old for old in found if old.merged_into and old.merged_into not in new]
    known = look_up(session, system, [old.merged_into for old in asked if old.merged_into]).ids if asked else {}
    for old in [*(one for one in asked if one.merged_into not in known),
                *(one for one in found if one.merged_into == one.number)]:
        main = old.merged_into
        problems.add(old.line, "merged_into", f"没有主事件 {main}", f"there is no incident {main}")


# ---- taking it back ------------------------------------------------------------------------------------------------

def restore(session: Session, content: Content, before: Content, tools: Tools) -> None:
    """Every incident of the draft is voided by a step of its own. Conflict if anybody has worked on one since."""
    city = read_city(session, tools.settings)
    for some in slices([uuid.UUID(ident) for ident in before["ids"]]):
        for case in _cases(session, some):
            _void(case, city, tools)
            session.add_all(case.transitions)
        session.flush()
        session.expunge_all()


def _cases(session: Session, ids: Sequence[uuid.UUID]) -> Iterator[Case]:
    running: dict[uuid.UUID, list[Clock]] = {}
    for clock in session.scalars(select(Clock).where(col(Clock.incident_id).in_(ids), col(Clock.stopped_at).is_(None))):
        running.setdefault(clock.incident_id, []).append(clock)
    rows = session.execute(select(Incident, col(Transition.hash)).join(
        Transition, (col(Transition.incident_id) == col(Incident.id)) & (col(Transition.seq) == col(Incident.version))
    ).where(col(Incident.id).in_(ids)).with_for_update())
    for incident, last in rows.all():
        yield Case(incident, running.get(incident.id, []), last_hash=last)


def _void(case: Case, city: City, tools: Tools) -> None:
    incident = case.incident
    if incident.version != 1:
        raise Conflict(f"事件 {incident.number} 导入后已有人办理, 不能回滚",
                       f"Somebody has worked on the incident {incident.number} since it was brought in.")
    process, before = city.process(incident.process), incident.status
    void = next((code for code, state in process.states.items() if state.outcome == "void"), None)
    if void is None or "void" not in process.actions:
        raise Conflict(f"流程 {process.name} 不能作废", f"The process {process.code} knows no void.")
    for clock in case.clocks:
        clocks.stop(clock, max(tools.now, clock.resumed_at), city.calendar)
    incident.status, incident.outcome, incident.due_at, incident.merged_into = void, "void", None, None
    incident.decision = {**incident.decision, "imported": {**incident.decision["imported"], "withdrawn": True}}
    record(case, process.actions["void"], IMPORT, ActionFields(reason=WITHDRAWN), before, tools.now)


def apart(one: Content, other: Content) -> bool:
    """Nothing of one draft stands on another."""
    return False


INCIDENTS = Kind("incidents", "历史事件", ("incidents",), ("incidents",), read, compare, write, restore, apart)
