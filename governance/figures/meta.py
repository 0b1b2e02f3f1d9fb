"""What stands beside every answer: the period, the filter, when it was counted, the formulas in words, and where the
lists behind its numbers are. A number without these is hearsay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from governance.calendar import SHANGHAI
from governance.city import City
from governance.figures.counts import COUNTS, FORMULAS, RATES, made_of, words_of
from governance.figures.filters import FigureFilter, name_of
from governance.people import Actor


@dataclass(frozen=True)
class Formula:
    """What a column means: its name and its formula, in Chinese and English. Of a rate also the counts above and below
    the line, each with its weight, so that a reader can do the sum."""

    name: str
    zh: str
    en: str
    formula: str
    formula_en: str
    part: dict[str, float] | None = None
    whole: dict[str, float] | None = None


@dataclass(frozen=True)
class Meta:
    """Of one answer. `incidents` is a URI template (RFC 6570) of the lists behind the numbers; None: there is none."""

    title: str
    title_en: str
    since: datetime | None
    until: datetime | None
    unit: str
    unit_name: str
    filter: dict[str, str]
    counted_at: datetime
    formula_version: int
    formulas: list[Formula]
    incidents: str | None = None

    def notes(self) -> list[tuple[str, str]]:
        """For a sheet: what a reader must know, line by line."""
        period = f"{_local(self.since) or '不限 (any)'} 至 (to) {_local(self.until) or '不限 (any)'}"
        chosen = "; ".join(f"{name}={value}" for name, value in self.filter.items()) or "无 (none)"
        return [("统计内容 Figure", f"{self.title} {self.title_en}"), ("统计期 Period (止日不含)", period),
                ("范围 Unit", f"{self.unit_name} {self.unit}"), ("筛选 Filter", chosen),
                ("数据截至 As of", _local(self.counted_at)), ("口径版本 Formula version", str(self.formula_version))]

    def document(self) -> dict[str, Any]:
        said = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in ("since", "until")}
        return {"from": self.since, "to": self.until, **said, "formulas": [vars(each) for each in self.formulas]}


def meta_of(city: City, actor: Actor, wanted: FigureFilter, now: datetime, title: tuple[str, str],
            names: Iterable[str] = (*COUNTS, *RATES), incidents: str | None = None) -> Meta:
    """For an answer that holds these counts and rates."""
    unit = wanted.unit or actor.unit
    chosen = {name: value for name in ("category", "subcategory", "department", "source", "process")
              if (value := getattr(wanted, name)) is not None}
    if actor.department is not None:
        chosen["department"] = wanted.department or actor.department
    return Meta(*title, wanted.since, wanted.until, unit, name_of(city, "cell", unit, None), chosen, now, FORMULAS,
                [Formula(name, *words_of(name), *made_of(name)) for name in names], incidents)


def _local(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else ""
