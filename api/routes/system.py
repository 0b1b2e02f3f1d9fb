"""How the system stands: what `wangge doctor` finds, and the numbers beside it; for administrators."""

from __future__ import annotations

import sys
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlmodel import Session

from api.dependencies import Caller, MayAdminister
from api.documented import ALWAYS, SIGNED_IN
from api.redis_state import state_of
from api.schemas.common import NoQuery
from api.schemas.system import DatabaseOut, DiskOut, FindingOut, SoftwareOut, SystemOut
from data import migrations
from data.engine import reading
from governance import findings, system
from governance.findings import Finding

router = APIRouter(prefix="/api/v1/system", tags=["health"], responses={**ALWAYS, **SIGNED_IN})


@router.get("", summary="系统状态 How the system stands")
def read_system(caller: MayAdminister, _: Annotated[NoQuery, Query()]) -> SystemOut:
    """Everything is looked at now. No addresses and no passwords are told."""
    redis, of_redis = state_of(caller.settings.redis_url)
    found, wanted = migrations.current(caller.engine), migrations.head()
    with reading(caller.engine) as session:
        database = system.database(session)
        said = facts(session, caller)
        lines = [findings.of_python(), *findings.of_folders(caller.settings), of_redis,
                 findings.of_schema(found, wanted, database.kind),
                 *findings.of_city(session, caller.settings, caller.now), findings.of_watch(session, caller.now)]
    free, total = system.disk(caller.settings.data_dir)
    return SystemOut.model_validate({
        "at": caller.now, "software": SoftwareOut(version=system.software(), python=sys.version.split()[0]),
        "database": DatabaseOut.model_validate({**vars(database), "schema_found": found, "schema_wanted": wanted}),
        "redis": redis, "disk": DiskOut(free_bytes=free, total_bytes=total), "findings": list(map(shown, lines)),
        **said})


def facts(session: Session, caller: Caller) -> dict[str, Any]:
    return {**system.waiting(session, caller.now), "city": system.versions(session, caller.city, caller.now),
            "counts": system.counts(session, caller.city)}


def shown(line: Finding) -> FindingOut:
    return FindingOut(ok=line.ok, zh=line.zh, en=line.en, todo=line.todo)
