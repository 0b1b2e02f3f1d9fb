"""Loading a city's grids: its own surveyed cells, or, while it has none, illustrative ones below its districts.

A file of outlines that holds a cell is a survey: nothing is cut or moved, and nothing is loaded while the audit finds
an error. Boundaries are versioned; what the new version does not have is kept and marked as voided.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from data.bulk import Told, silent
from data.engine import reading, writing
from governance.drafts.grids import shipped_outlines
from grids.boundaries import NOTHING, GridsDraft, apply, read_boundaries
from grids.datum import Datum
from grids.preparing import Source, prepare
from wangge.loading import Loaded, finish


def load_grids(engine: Engine, units: Path, outlines: Path | None, now: datetime, told: Told = silent, *,
               crs: str | None = None, datum: Datum = "wgs84", within: str | None = None) -> Loaded:
    """A new version of the boundaries: as surveyed if there are cells in the files, else illustrative.

    `units` and `outlines` are a sheet of units and a file of outlines, or one of the two alone; see `grids.preparing`.
    BadFile with everything that is wrong, and nothing is loaded.
    """
    draft = read_draft(engine, [units] if outlines is None else [units, outlines], crs, datum, within)
    with writing(engine) as session:
        version = apply(session, draft, now, told)
        return finish(session, Loaded("grids", draft.rows, version, warnings=draft.warnings), now)


def read_draft(engine: Engine | None, files: Sequence[Path], crs: str | None = None, datum: Datum = "wgs84",
               within: str | None = None) -> GridsDraft:
    """What files would make of the boundaries in force; without a database, of none. The outlines of districts that
    come with the program stand in where none are in force."""
    source = Source(crs, datum, within, shipped_outlines())
    if engine is None:
        return prepare(files, NOTHING, source)
    with reading(engine) as session:
        return prepare(files, read_boundaries(session), source)
