"""Evaluation formulas as data: components with their weights, read from YAML and checked before use. Pure scoring.

A component is a part of a whole (`inverse`: the less the better, a penalty), or a volume with steps. What has no whole
is not judged: the total is then of the components that are, at their weights, and says that it is `partial`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from data.shipped import SEED
from governance.people import ROLES

PERSON, DEPARTMENT = "person", "department"
WHOLE_WEIGHT = 100.0
FOLDER = SEED / "evaluation"
#: What is counted of a person's or a department's work: name -> Chinese, English.
COUNTERS: dict[str, dict[str, tuple[str, str]]] = {
    PERSON: {
        "reports": ("上报且已有结论", "own reports that were decided on"),
        "reports_valid": ("其中立案或并案, 未作废", "of these, filed or merged and not void"),
        "area_filed": ("责任网格内立案", "filed in the own unit"),
        "area_missed": ("其中他人先报的易见问题", "of these, clear to see and reported by others"),
        "verified": ("核实", "verified"), "verified_on_time": ("按时核实", "verified in time"),
        "checked": ("核查", "checked"), "checked_on_time": ("按时核查", "checked in time"),
        "accepted": ("受理 (立案、作废或并案)", "accepted: filed, voided or merged"),
        "accepted_judged": ("受理且有时限结论", "accepted, with a verdict of time"),
        "accepted_on_time": ("按时受理", "accepted in time"),
        "verify_asked": ("派核实", "verification called for"),
        "verify_asked_on_time": ("派核实且受理未超期", "verification called for, accepted in time"),
        "filed": ("立案", "filed"), "filed_on_time": ("按时立案", "filed in time"),
        "filed_accurate": ("立案且未作废", "filed and not void"),
        "closed": ("所立案件结案", "filed by them and closed"),
        "closed_on_time": ("其中处置未超期或已豁免", "of these, in time or excused"),
        "dispatched": ("派遣、改派", "dispatched or transferred"),
        "dispatched_judged": ("派遣且有时限结论", "dispatched, with a verdict of time"),
        "dispatched_on_time": ("按时派遣", "dispatched in time"),
        "dispatched_accurate": ("派遣后未被退回", "dispatched and not returned next")},
    DEPARTMENT: {
        "to_handle": ("应处置 (期间内到期或处置)", "fell due or was handled in the period"),
        "handled": ("其中已处置", "of these, handled"), "handled_on_time": ("按期处置", "handled in time"),
        "handled_excused": ("超期处置但豁免", "handled late but excused"),
        "overdue_waiting": ("超期待处置", "overdue and waiting"), "extended": ("延期", "extended"),
        "checked": ("核查", "checked"), "reworked": ("返工", "failed the check")},
}


class BadEvaluation(ValueError):
    """A file that cannot be used. `problems` are sentences."""

    def __init__(self, name: str, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(f"evaluation {name}: " + "; ".join(problems))


@dataclass(frozen=True)
class Component:
    """`part` of `whole` (sums of counters), or `count` by `steps`: (more than, score), the highest first."""

    code: str
    zh: str
    en: str
    weight: float
    part: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    inverse: bool = False
    count: str | None = None
    steps: tuple[tuple[float, float], ...] = ()

    def words(self, whose: str) -> tuple[str, str]:
        """Its formula, Chinese and English."""
        names = COUNTERS[whose]
        said = []
        for language in (0, 1):
            part, whole = (" + ".join(names[n][language] for n in counters) for counters in (self.part, self.whole))
            share = f"({part}) / {whole}" if len(self.part) > 1 else f"{part} / {whole}"
            formula = share if self.whole else "; ".join(f"{names[self.count or ''][language]} > {bound:g}: {points:g}"
                                                         for bound, points in self.steps)
            said.append(f"{f'(1 − {formula})' if self.inverse else formula} × {self.weight:g}")
        return said[0], said[1]


@dataclass(frozen=True)
class Evaluation:
    """How one kind of people, or the departments, are evaluated."""

    of: str
    zh: str
    en: str
    whose: str
    roles: tuple[str, ...]
    minimum: int
    components: tuple[Component, ...]
    grades: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """A component of one evaluation. `score` is of 100; None: there was nothing to judge."""

    code: str
    zh: str
    en: str
    weight: float
    numerator: float
    denominator: float | None
    value: float | None
    score: float | None
    points: float | None
    small: bool


@dataclass(frozen=True)
class Score:
    """`small`: more than half of the weight rests on fewer cases than the minimum, so the grade says little. `partial`:
    not every component could be judged."""

    components: list[Judged]
    total: float | None
    grade: str | None
    small: bool
    partial: bool


# ---- scoring -------------------------------------------------------------------------------------------------------

def score(formula: Evaluation, counts: Mapping[str, int]) -> Score:
    """The components, their weighted total over what could be judged, and its grade."""
    judged = [_judge(component, counts, formula.minimum) for component in formula.components]
    known = [each for each in judged if each.points is not None]
    weight = sum(each.weight for each in known)
    total = round(WHOLE_WEIGHT * sum(each.points or 0 for each in known) / weight, 2) if weight else None
    small = 2 * sum(each.weight for each in known if each.small) > weight or total is None
    return Score(judged, total, None if total is None else grade_of(formula, total), small, len(known) < len(judged))


def grade_of(formula: Evaluation, total: float) -> str:
    """The best grade whose bound the total reaches."""
    return next(grade for grade, bound in formula.grades.items() if total >= bound)


def _judge(component: Component, counts: Mapping[str, int], minimum: int) -> Judged:
    numerator = sum(counts.get(name, 0) for name in component.part or (component.count or "",))
    denominator = sum(counts.get(name, 0) for name in component.whole) if component.whole else None
    value = numerator / denominator if denominator else None
    found = _score(component, numerator, value)
    return Judged(component.code, component.zh, component.en, component.weight, numerator, denominator, value, found,
                  None if found is None else component.weight * found / WHOLE_WEIGHT,
                  denominator is not None and denominator < minimum)


def _score(component: Component, numerator: float, value: float | None) -> float | None:
    if component.steps:
        return next((points for bound, points in component.steps if numerator > bound), None)
    if value is None:
        return None
    share = min(max(value, 0.0), 1.0)
    return WHOLE_WEIGHT * (1 - share if component.inverse else share)


# ---- reading and checking ------------------------------------------------------------------------------------------

def load_evaluations(folder: Path = FOLDER) -> dict[str, Evaluation]:
    """Every file of the folder. BadEvaluation names everything that is wrong in one."""
    found = (load_evaluation(path) for path in sorted(folder.glob("*.yaml")))
    return {each.of: each for each in found}


def load_evaluation(path: Path) -> Evaluation:
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        components = tuple(_component(code, each) for code, each in data["components"].items())
        formula = Evaluation(data["of"], data["name"]["zh"], data["name"]["en"], data["whose"],
                             tuple(data.get("roles", ())), int(data["minimum"]), components, data["grades"])
    except (KeyError, TypeError, AttributeError) as error:
        raise BadEvaluation(path.stem, [f"not complete: {error}"]) from None
    if problems := list(problems_of(formula)):
        raise BadEvaluation(formula.of, problems)
    return formula


def _component(code: str, data: Mapping[str, Any]) -> Component:
    steps = sorted(data.get("more_than", {}).items(), reverse=True)
    return Component(code, data["zh"], data["en"], data["weight"], tuple(data.get("part", ())),
                     tuple(data.get("whole", ())), bool(data.get("inverse", False)), data.get("count"), tuple(steps))


def problems_of(formula: Evaluation) -> Iterator[str]:
    """Weights of 100, known counters, a part of a whole or steps, grades down to 0, and never a resident."""
    if formula.whose not in COUNTERS:
        yield f"whose must be {PERSON} or {DEPARTMENT}"
        return
    if abs(sum(component.weight for component in formula.components) - WHOLE_WEIGHT) > 1e-9:
        yield "the weights must add up to 100"
    if "resident" in formula.roles or not set(formula.roles) <= set(ROLES):
        yield "roles must be roles of people at work; residents are never scored"
    if (formula.whose == PERSON) != bool(formula.roles):
        yield "roles are needed for people, and for people only"
    bounds = list(formula.grades.values())
    if not bounds or bounds != sorted(set(bounds), reverse=True) or bounds[-1] != 0:
        yield "the grades must come down to 0, the best first"
    for component in formula.components:
        yield from _component_problems(component, formula.whose)


def _component_problems(component: Component, whose: str) -> Iterator[str]:
    names = (*component.part, *component.whole, *((component.count,) if component.count else ()))
    yield from (f"{component.code}: unknown counter {name}" for name in names if name not in COUNTERS[whose])
    if component.weight <= 0:
        yield f"{component.code}: the weight must be positive"
    of_whole, of_steps = bool(component.part and component.whole), bool(component.count and component.steps)
    if of_whole == of_steps or (of_steps and component.inverse):
        yield f"{component.code}: needs part and whole, or count and more_than"
