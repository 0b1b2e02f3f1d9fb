"""An evaluation's words and its sheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from governance.city import City
from governance.figures.evaluation import Evaluated
from governance.figures.evaluation_formula import Evaluation
from governance.figures.filters import FigureFilter
from governance.figures.meta import Formula, Meta, meta_of
from governance.figures.sheets import Column, Sheet
from governance.people import ROLES, Actor

HEADINGS = ("名称", "角色", "单元", "总分", "等级", "样本过小", "部分评判")


def meta_of_evaluation(city: City, actor: Actor, formula: Evaluation, wanted: FigureFilter, now: datetime) -> Meta:
    """What stands beside it; there is no list behind it, since it counts steps."""
    meta = meta_of(city, actor, wanted, now, (formula.zh, formula.en), ())
    meta.formulas.extend(Formula(c.code, c.zh, c.en, *c.words(formula.whose)) for c in formula.components)
    return meta


def of_evaluation(rows: Sequence[Evaluated], formula: Evaluation, meta: Meta) -> Sheet:
    columns = [Column(heading) for heading in HEADINGS]
    for component in formula.components:
        columns += [Column(f"{component.zh}: 分子"), Column(f"{component.zh}: 分母"),
                    Column(f"{component.zh}: 比率", bool(component.whole)), Column(f"{component.zh}: 得分")]
    return Sheet(meta.title, columns, [_cells(row) for row in rows], meta.notes(), meta.formulas)


def _cells(row: Evaluated) -> list[Any]:
    score = row.score
    head = [row.name, ROLES.get(row.role or "", ""), row.unit_name, score.total, score.grade,
            "是" if score.small else "", "是" if score.partial else ""]
    return head + [cell for each in score.components
                   for cell in (each.numerator, each.denominator, each.value, each.points)]
