"""The processes in force: those of files, and under the same codes, before them, those that are stored as versions.

An incident goes on under the process in force, not under the one that it began with: what it may do next, who is told
and how long that may take are those of now; clocks that run keep their due time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Column, Index, Select, Text, func, select
from sqlmodel import Field, Session, SQLModel, col

from data.columns import UtcDateTime
from data.shipped import SEED
from governance.clocks import Clock
from governance.errors import NotFound, NotReady
from governance.incident import Incident
from governance.process import BadProcess, Process, load_processes, parse_process
from governance.requests import PENDING, Request
from governance.settings import Settings

PROCESSES = SEED / "processes"


class ProcessVersion(SQLModel, table=True):
    """One version of a process: its file as it was sent. Of a code at most one is current."""

    __tablename__ = "process_version"
    __table_args__ = (Index("process_version_current", "code", "current"),)

    code: str = Field(primary_key=True, max_length=40)
    version: int = Field(primary_key=True)
    loaded_at: datetime = Field(sa_type=UtcDateTime)
    source: str
    current: bool
    text: str = Field(sa_column=Column(Text, nullable=False))

    def process(self) -> Process:
        return parse_process(self.text, self.code, self.version)


def processes_of(settings: Settings) -> dict[str, Process]:
    """The processes that come with us, and the city's own files, which go before ours of the same code."""
    return load_processes(PROCESSES, *([settings.processes_dir] if settings.processes_dir else []))


def processes_in(session: Session, settings: Settings) -> dict[str, Process]:
    """Those in force. NotReady if a stored one cannot be used by this program any more."""
    stored = session.scalars(select(ProcessVersion).where(col(ProcessVersion.current)).order_by(
        col(ProcessVersion.code)))
    return processes_of(settings) | {one.code: _usable(one) for one in stored}


def _usable(stored: ProcessVersion) -> Process:
    try:
        return stored.process()
    except BadProcess as bad:
        raise NotReady(f"流程 {stored.code} 版本 {stored.version} 不可用, 请改正后导入: wangge load process FILE",
                       f"The process {stored.code}, version {stored.version}, cannot be used ({bad}); mend it: "
                       "wangge load process FILE") from None


def in_force(session: Session, settings: Settings, code: str) -> Process | None:
    """One of them; None where there is none, or none that can be used, so that a new one may take its place."""
    stored = session.scalars(select(ProcessVersion).where(
        col(ProcessVersion.code) == code, col(ProcessVersion.current))).one_or_none()
    try:
        return stored.process() if stored else processes_of(settings).get(code)
    except BadProcess:
        return None


def current_version(session: Session, code: str) -> int | None:
    found: int | None = session.scalar(select(col(ProcessVersion.version)).where(
        col(ProcessVersion.code) == code, col(ProcessVersion.current)))
    return found


def text_of(session: Session, in_force: Mapping[str, Process], code: str, version: int | None = None) -> str:
    """The file of the process in force, or of a stored version. NotFound if there is none."""
    if version is not None:
        stored = session.get(ProcessVersion, (code.replace("\0", ""), version))
        if stored is None:
            raise NotFound(f"流程 {code} 版本 {version}")
        return stored.text
    if code not in in_force:
        raise NotFound(f"流程 {code}")
    return in_force[code].text


def open_by_process(session: Session) -> dict[str, int]:
    """How many open incidents each process has."""
    rows = session.execute(select(col(Incident.process), func.count()).where(
        col(Incident.outcome).is_(None)).group_by(col(Incident.process)))
    return {str(code): int(number) for code, number in rows}


def standing(session: Session, code: str) -> dict[str, list[str]]:
    """The numbers of the process's open incidents by the state that they stand in."""
    return _numbers(session, select(col(Incident.status), col(Incident.number)).where(
        col(Incident.process) == code, col(Incident.outcome).is_(None)))


def running(session: Session, code: str) -> dict[str, list[str]]:
    """The numbers of its incidents by the stages whose clocks have not stopped."""
    return _numbers(session, select(col(Clock.stage), col(Incident.number)).join(
        Incident, col(Incident.id) == col(Clock.incident_id)).where(
            col(Incident.process) == code, col(Clock.stopped_at).is_(None)))


def waiting(session: Session, code: str) -> dict[str, list[str]]:
    """The numbers of its incidents by the kinds of requests that wait for an answer or a decision."""
    return _numbers(session, select(col(Request.kind), col(Incident.number)).join(
        Incident, col(Incident.id) == col(Request.incident_id)).where(
            col(Incident.process) == code, col(Request.state).in_(PENDING)))


def _numbers(session: Session, held: Select[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, number in session.execute(held.order_by(col(Incident.number))):
        found.setdefault(code, []).append(number)
    return found


def stranded(session: Session, process: Process) -> dict[tuple[str, str], list[str]]:
    """What incidents stand on that the process does not have: (state, clock or request; its code) -> their numbers."""
    held: tuple[tuple[str, Mapping[str, list[str]], Mapping[str, object]], ...] = (
        ("state", standing(session, process.code), process.states),
        ("clock", running(session, process.code), process.clocks),
        ("request", waiting(session, process.code), process.requests))
    return {(what, code): numbers for what, found, known in held for code, numbers in found.items()
            if code not in known}
