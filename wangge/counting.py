"""Leagues, stage times and evaluations for the command line, as the city's leader sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from data.engine import reading
from governance.calendar import SHANGHAI
from governance.city import City, read_city
from governance.errors import InvalidField
from governance.figures import sheets as figures_sheet
from governance.figures.counts import RATES
from governance.figures.evaluation import evaluate, formula_of, this_month
from governance.figures.evaluation_sheet import meta_of_evaluation, of_evaluation
from governance.figures.filters import FigureFilter
from governance.figures.league import league as ranked
from governance.figures.meta import meta_of
from governance.figures.sheets import Sheet, write
from governance.figures.stages import BEHIND, stage_times
from governance.people import Actor
from governance.settings import Settings
from wangge.figures import table


@dataclass(frozen=True)
class Told:
    """What was asked: as a sheet for people, and as a document for programs."""

    sheet: Sheet
    document: dict[str, Any]


def league(engine: Engine, settings: Settings, now: datetime, by: str, rate: str, minimum: int | None,
           unit: str | None, since: str | None, until: str | None) -> Told:
    wanted = _wanted(unit, since, until)
    with reading(engine) as session:
        city = read_city(session, settings)
        rows, total = ranked(session, city, leader(city), by, rate, wanted, now, minimum)  # type: ignore[arg-type]
    of = RATES[rate]
    meta = meta_of(city, leader(city), wanted, now, (f"{of.zh}排名", f"League by {of.en}"), (*of.part, *of.whole, rate))
    return Told(figures_sheet.of_league(rows, total, meta), {
        "by": by, "rate": rate, "rows": [row.document() for row in rows], "total": total.document()})


def stages(engine: Engine, settings: Settings, now: datetime, by: str, unit: str | None, since: str | None,
           until: str | None) -> Told:
    wanted = _wanted(unit, since, until)
    with reading(engine) as session:
        city = read_city(session, settings)
        rows, total = stage_times(session, city, leader(city), by, wanted)  # type: ignore[arg-type]
    meta = meta_of(city, leader(city), wanted, now, ("环节用时", "Stage times"), dict.fromkeys(BEHIND.values()))
    return Told(figures_sheet.of_stages(rows, total, meta), {
        "by": by, "rows": [row.document() for row in rows], "total": total.document()})


def evaluation(engine: Engine, settings: Settings, now: datetime, of: str, unit: str | None, since: str | None,
               until: str | None) -> Told:
    wanted, formula = this_month(_wanted(unit, since, until), now), formula_of(of)
    with reading(engine) as session:
        city = read_city(session, settings)
        rows = evaluate(session, city, leader(city), of, wanted, now)
    meta = meta_of_evaluation(city, leader(city), formula, wanted, now)
    return Told(of_evaluation(rows, formula, meta), {"of": of, "rows": [row.document() for row in rows]})


def leader(city: City) -> Actor:
    return Actor(None, "", "leader", city.root)


def shown(told: Told) -> str:
    """A table, and below it what it is of and as of when."""
    notes = "\n".join(f"{name}: {value}" for name, value in told.sheet.notes)
    return f"{table(told.sheet)}\n\n{notes}"


def save(told: Told, path: Path, form: str) -> None:
    path.write_bytes(write([told.sheet], form))


def _wanted(unit: str | None, since: str | None, until: str | None) -> FigureFilter:
    return FigureFilter(unit=unit, since=_midnight(since, "from"), until=_midnight(until, "to"))


def _midnight(value: str | None, field: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(value), time(), SHANGHAI) if value else None
    except ValueError:
        raise InvalidField(field, f"{value} 应为日期 YYYY-MM-DD", f"{value} is not a date YYYY-MM-DD") from None
