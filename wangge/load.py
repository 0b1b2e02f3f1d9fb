"""Loading a city's list, people, calendar and old incidents: each file is checked as a whole and goes through a draft
(`governance.drafts.drafts`) in one transaction, or nothing is loaded. Its grids are loaded by `wangge.load_grids`.

Lists and boundaries are versioned: a new load makes a new version and moves the mark `current`; incidents keep pointing
to the version that they were filed under. Every load raises the city's revision and is noted in the audit log.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from data.shipped import SEED
from governance.drafts.kind import Options
from governance.drafts.taxonomy import FUNCTIONS
from governance.exchange.people import hash_password
from governance.settings import Settings
from wangge.load_grids import load_grids
from wangge.load_sentences import learn_beside
from wangge.loading import Loaded, Told, Wanted, always, load_draft, silent

#: Every load, from one place.
__all__ = ["FUNCTIONS", "SEED", "Loaded", "Told", "hash_password", "load_calendar", "load_grids", "load_incidents",
           "load_people", "load_taxonomy"]



def load_taxonomy(engine: Engine, taxonomy: str, categories: Path, standards: Path | None, now: datetime,
                  functions: Path | None = None, told: Told = silent, wanted: Wanted = always) -> Loaded:
    """A new version of a list; the same list again makes none. Sentences that stand beside the categories, in
    NAME_sentences.csv, are learned."""
    files = _given(categories=categories, standards=standards, functions=functions)
    loaded = load_draft(engine, "taxonomy", files, now, Options(name=taxonomy), told, wanted)
    learn_beside(engine, taxonomy, categories, now)
    return loaded


def load_people(engine: Engine, departments: Path | None, accounts: Path | None, now: datetime,
                functions: Path | None = None, told: Told = silent, complete: bool = False,
                wanted: Wanted = always) -> Loaded:
    """Departments by code and accounts by phone: new ones are added, known ones changed. None is removed, unless the
    sheet of departments is said to be complete."""
    files = _given(departments=departments, accounts=accounts, functions=functions)
    return load_draft(engine, "people", files, now, Options(complete=complete), told, wanted)


def load_calendar(engine: Engine, days: Path, now: datetime, wanted: Wanted = always) -> Loaded:
    """The city's own days. The file replaces all that was loaded for the years that it speaks of, no others."""
    return load_draft(engine, "calendar", {"days": days}, now, wanted=wanted)


def load_incidents(engine: Engine, settings: Settings, incidents: Path, now: datetime, system: str = "",
                   told: Told = silent, wanted: Wanted = always) -> Loaded:
    """Incidents of an older system, by their numbers there; those that are here already are left as they are."""
    return load_draft(engine, "incidents", {"incidents": incidents}, now, Options(system=system), told, wanted,
                      settings)


def _given(**files: Path | None) -> dict[str, Path]:
    return {part: path for part, path in files.items() if path is not None}
