"""The processes in force: what an incident goes through, to be drawn and read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api import processes
from api.dependencies import Caller, MayReadReference
from api.documented import ALWAYS, SIGNED_IN, problems
from api.schemas.common import Code, NoQuery
from api.schemas.processes import ProcessOut, ProcessPage
from data.engine import reading
from governance import process_versions
from governance.errors import NotFound
from governance.scope import HOLDS

router = APIRouter(prefix="/api/v1/processes", tags=["processes"], responses={**ALWAYS, **SIGNED_IN})


@router.get("", summary="流程列表 The processes")
def list_processes(caller: MayReadReference, _: Annotated[NoQuery, Query()]) -> ProcessPage:
    """Those that come with the program and the city's own."""
    counts = _open_incidents(caller)
    return ProcessPage(items=[processes.row(process, None if counts is None else counts.get(process.code, 0))
                              for process in caller.city.processes.values()])


@router.get("/{code}", responses=problems(404), summary="一个流程 One process: states, actions, clocks, notices")
def read_process(code: Annotated[Code, Path()], caller: MayReadReference,
                 _: Annotated[NoQuery, Query()]) -> ProcessOut:
    """Everything by name and in words; `states` and `edges` are what a screen draws. The file itself is for
    administrators."""
    process = caller.city.processes.get(code)
    if process is None:
        raise NotFound(f"流程 {code}")
    counts = _open_incidents(caller)
    number = None if counts is None else counts.get(code, 0)
    return processes.document(process, number, with_text=counts is not None)


def _open_incidents(caller: Caller) -> dict[str, int] | None:
    """How many open incidents each process has; None for who does not administer."""
    if "administer" not in HOLDS.get(caller.actor.role, ()):
        return None
    with reading(caller.engine) as session:
        return process_versions.open_by_process(session)
