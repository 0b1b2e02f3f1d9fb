"""What all loads share: what a load says that it did, and the way of a file through a draft into force in one go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from data.bulk import ROWS_AT_ONCE, Told, silent, slices, write_rows
from data.engine import reading, writing
from governance.audit import AuditEntry
from governance.city import raise_revision
from governance.drafts import drafts
from governance.drafts.draft import Draft
from governance.drafts.kind import Options, Tools
from governance.settings import Settings
from grids.audit import Finding

__all__ = ["ROWS_AT_ONCE", "Loaded", "Told", "finish", "load_draft", "propose", "silent", "slices", "write_rows"]

#: Somebody else may change the city between the comparison and the writing; then it is compared again.
TRIES = 5


@dataclass(frozen=True)
class Loaded:
    """What a load did. `version` is None for what has no versions; `changed` is false when all was there already;
    `warnings` are for somebody to look at, and did not stop the load; `preview` is what the draft said.
    """

    what: str
    rows: dict[str, int]
    version: int | None = None
    changed: bool = True
    warnings: tuple[Finding | str, ...] = ()
    draft: str | None = None
    preview: dict[str, Any] = field(default_factory=dict)


#: Asked before a draft is applied; False stops there, with the draft kept.
Wanted = Callable[[drafts.Proposal], bool]


def always(proposal: drafts.Proposal) -> bool:
    return True


def load_draft(engine: Engine, kind: str, files: Mapping[str, Path], now: datetime, options: Options | None = None,
               told: Told = silent, wanted: Wanted = always,
               settings: Settings | None = None) -> Loaded:
    """Files into force through a draft: whole or not at all. BadFile, and nothing is kept; the same data again makes
    no draft."""
    tools = Tools(settings or Settings(), now, told)
    for _ in range(TRIES):
        proposal = propose(engine, kind, files, options or Options(), tools)
        if not proposal.changed:
            return _said(proposal, changed=False)
        apply = wanted(proposal)
        with writing(engine) as session:
            draft = drafts.keep(session, proposal, drafts.TERMINAL, now)
            try:
                if apply:
                    drafts.apply(session, draft.id, drafts.TERMINAL, tools)
            except drafts.Stale:
                continue
            session.commit()
            return _said(proposal, draft, changed=apply)
    raise drafts.Stale(proposal.revision, -1)


def propose(engine: Engine, kind: str, files: Mapping[str, Path], options: Options, tools: Tools) -> drafts.Proposal:
    with reading(engine) as session:
        return drafts.propose(session, kind, files, options, tools)


def _said(proposal: drafts.Proposal, draft: Draft | None = None, *, changed: bool) -> Loaded:
    preview = proposal.preview
    version = draft.version if draft else preview["more"].get("version")
    return Loaded(f"{proposal.kind.code} {proposal.name}".strip(), preview["rows"], version, changed,
                  tuple(f"{w['zh']} ({w['en']})" for w in (*preview["warnings"], *preview["more"].get("findings", ()))),
                  str(draft.id) if draft else None, preview)


def finish(session: Session, loaded: Loaded, now: datetime) -> Loaded:
    """The last steps of a load without a draft, in its transaction."""
    raise_revision(session)
    session.add(AuditEntry(at=now.astimezone(UTC), role="admin", event="load", subject=loaded.what,
                           detail={"rows": loaded.rows, "version": loaded.version}))
    session.commit()
    return loaded
