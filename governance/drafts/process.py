"""Drafts of a process: a YAML file, checked as `wangge process check` does. Each one that is applied is a new version,
and the open incidents of the process go on under it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from data.sheet import BadFile, RowProblem
from governance.drafts.kind import Change, Content, Kind, Options, Preview, Row, Tools, Written, affected, differences
from governance.errors import Conflict
from governance.incident import Incident
from governance.process import BadProcess, Process, parse_process
from governance.process_file import read as read_file
from governance.process_versions import (
    ProcessVersion,
    current_version,
    in_force,
    processes_of,
    running,
    standing,
    stranded,
)
from taxonomy.category import TaxonomyVersion

WORDS: Final = {"state": "状态", "clock": "时限", "request": "请求"}
#: What a process has of its own, beside its states, actions, clocks and requests.
HEAD: Final = ("name", "name_en", "taxonomy", "reach", "place")


def read(session: Session, files: Mapping[str, Path], options: Options) -> Content:
    """The file as it is, once nothing is wrong with it. BadFile tells every mistake with its line."""
    path = files["process"]
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile([RowProblem(1, "", "不是 UTF-8 编码", "is not UTF-8")], path.name) from None
    process = _process(session, text, path.name)
    return {"code": process.code, "name": process.name, "text": text, "source": path.name}


def _process(session: Session, text: str, source: str) -> Process:
    try:
        process = parse_process(text, source)
    except BadProcess as bad:
        raise BadFile([RowProblem(f.line, f.field, f.zh, f.en) for f in bad.faults], source) from None
    lists = set(session.scalars(select(col(TaxonomyVersion.taxonomy)).where(col(TaxonomyVersion.current))))
    if process.taxonomy not in lists:
        line = read_file(text, source).line(("taxonomy",))
        raise BadFile([RowProblem(line, "taxonomy", f"没有事项清单 {process.taxonomy}, 请先导入",
                                  f"there is no list {process.taxonomy}; load it first")], source)
    return process


# ---- comparing -----------------------------------------------------------------------------------------------------

def compare(session: Session, content: Content, tools: Tools) -> Preview:
    """Which states, actions, clocks and requests are added, changed and removed; the open incidents whose next steps
    that concerns; and those that would have no place in it."""
    new = _process(session, content["text"], content["source"])
    old = in_force(session, tools.settings, new.code)
    rows = {"states": len(new.states), "actions": len(new.actions), "clocks": len(new.clocks),
            "requests": len(new.requests)}
    changes = list(changes_between(old, new))
    stands = standing(session, new.code)
    preview = Preview(rows, changes, more={
        "version": current_version(session, new.code), "code": new.code, "name": new.name, "name_en": new.name_en,
        "open_incidents": sum(map(len, stands.values())),
        "states": {state: len(numbers) for state, numbers in stands.items()}})
    preview.affects = affected(_concerned(session, old, new, stands, changes))
    preview.warnings += [_without_place(what, code, numbers)
                         for (what, code), numbers in stranded(session, new).items()]
    return preview


def changes_between(old: Process | None, new: Process) -> Iterator[Change]:
    """In the order of states, actions, clocks, requests; then the process itself."""
    for what in ("states", "actions", "clocks", "requests"):
        yield from differences(what.removesuffix("s"), _rows(getattr(old, what, {})), _rows(getattr(new, what)))
    yield from differences("process", _head(old), _head(new))


def _head(process: Process | None) -> dict[str, Row]:
    if process is None:
        return {}
    return {process.code: {name: getattr(process, name) for name in HEAD} | {"start": process.start.code}}


def _rows(parts: Mapping[str, Any]) -> dict[str, Row]:
    """What only moves in the file stays the same; what it means counts."""
    return {code: asdict(part) for code, part in parts.items()}


def _concerned(session: Session, old: Process | None, new: Process, stands: Mapping[str, list[str]],
               changes: Iterable[Change]) -> set[str]:
    """Whose state, or an action from it, or a running clock would be another."""
    if old is None:
        return set()
    other = {state for state in stands if _from(old, state) != _from(new, state)}
    stages = {one.code for one in changes if one.what == "clock"}
    clocks = running(session, new.code) if stages else {}
    return {number for state in other for number in stands[state]} | {
        number for stage in stages for number in clocks.get(stage, ())}


def _from(process: Process, state: str) -> tuple[Any, ...]:
    """A state, and what may be done from it."""
    actions = {code: asdict(action) | {"from_states": None} for code, action in process.actions.items()
               if state in action.from_states}
    return process.states.get(state), actions


def _without_place(what: str, code: str, numbers: list[str]) -> tuple[str, str]:
    return (f"新流程没有{WORDS[what]} {code}, 还有 {len(numbers)} 件事件处于其中, 须先办理, 否则不能应用",
            f"The new process has no {what} {code}, and {len(numbers)} incidents stand on it; move these on first, or "
            "this cannot be applied")


# ---- writing -------------------------------------------------------------------------------------------------------

def write(session: Session, content: Content, tools: Tools) -> Written:
    """A new version, which is in force from now on. Conflict while an incident stands on what it does not have."""
    code = content["code"]
    _refuse_stranded(session, _process(session, content["text"], content["source"]))
    before = current_version(session, code)
    version = (session.scalar(select(func.max(ProcessVersion.version)).filter_by(code=code)) or 0) + 1
    session.execute(update(ProcessVersion).filter_by(code=code).values(current=False))
    session.add(ProcessVersion(code=code, version=version, loaded_at=tools.now, source=content["source"],
                               current=True, text=content["text"]))
    session.flush()
    return Written({"version": before, "applied": version}, version)


def restore(session: Session, content: Content, before: Content, tools: Tools) -> None:
    """The version before is in force again, or else the file of that code. Conflict if incidents stand on what that
    does not have."""
    code = content["code"]
    own = update(ProcessVersion).filter_by(code=code)
    session.execute(own.values(current=False))
    session.execute(own.where(col(ProcessVersion.version) == before["version"]).values(current=True))
    if before["version"] is not None:
        _refuse_stranded(session, session.get_one(ProcessVersion, (code, before["version"])).process())
    elif of_file := processes_of(tools.settings).get(code):
        _refuse_stranded(session, of_file)
    elif session.scalar(select(col(Incident.id)).where(col(Incident.process) == code).limit(1)) is not None:
        raise Conflict(f"这是流程 {code} 的第一个版本, 已有事件, 不能回滚",
                       f"This is the first version of the process {code}, and there are incidents of it.")


def _refuse_stranded(session: Session, process: Process) -> None:
    for (what, code), numbers in stranded(session, process).items():
        raise Conflict(f"还有 {len(numbers)} 件事件处于{WORDS[what]} {code} ({'、'.join(numbers[:5])}), 该流程没有它, "
                       "请先办理", f"{len(numbers)} incidents stand on the {what} {code} ({', '.join(numbers[:5])}), "
                       "which this process does not have; move these on first.", incidents=numbers[:200])


PROCESS = Kind("process", "流程", ("process",), ("process",), read, compare, write, restore, versioned=True)
