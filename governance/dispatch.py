"""Who must fix it: climb from the cell to the nearest department whose function and jurisdiction cover the place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from governance.city import City
from governance.incident import Incident
from grids.codes import LEVELS, level_of, path_of
from taxonomy.category import Category

LEVEL_NAMES = {"city": "市", "district": "区", "street": "街道", "community": "社区", "cell": "网格"}


@dataclass(frozen=True)
class Candidate:
    """A department that could take it. `rank` 1 is the nearest; `reasons` are sentences, and again in English."""

    department: str
    name: str
    unit: str
    rank: int
    reasons: tuple[str, ...]
    reasons_en: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """One department, or none and the candidates for the desk; with the reasons."""

    department: str | None
    reasons: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    reasons_en: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        return {"reasons": list(self.reasons),
                "candidates": [{"department": c.department, "name": c.name, "rank": c.rank,
                                "reasons": list(c.reasons)} for c in self.candidates]}


def decide(city: City, incident: Incident) -> Decision:
    """The department that the rule names, if it names exactly one. Needs a subcategory."""
    tree = city.tree(incident.taxonomy)
    subcategory = tree.leaf(incident.subcategory or "")
    if subcategory is None:
        return Decision(None, ("尚未确定小类",), (), ("The subcategory is not known yet.",))
    steps = _climb(city, subcategory, incident.unit)
    candidates = tuple(c for step in steps for c in step)
    function = tree.functions.get(subcategory.function, subcategory.function)
    what = f"{subcategory.name}: 由{function}职能在{LEVEL_NAMES[subcategory.level]}级负责"
    what_en = (f"{subcategory.name_en or subcategory.name} is a matter of the function "
               f"{subcategory.function} at the level {subcategory.level}.")
    if not candidates:
        return Decision(None, (what, "辖区内没有承担该职能的单位, 由街道派遣员决定"), (),
                        (what_en, "No department of this function covers the place; the desk decides."))
    nearest = steps[0]
    if len(nearest) > 1:
        return Decision(None, (what, f"同级有 {len(nearest)} 个单位承担该职能, 由街道派遣员决定"), candidates,
                        (what_en, f"{len(nearest)} departments of one level have this function; the desk decides."))
    return Decision(nearest[0].department, (what, *nearest[0].reasons), candidates, (what_en, *nearest[0].reasons_en))


def _climb(city: City, subcategory: Category, unit: str) -> list[list[Candidate]]:
    """Candidates step by step, from the owning level (or the place itself, if higher) up to the city."""
    owning = LEVELS.index(subcategory.level)
    path = [code for code in reversed(path_of(unit)) if LEVELS.index(level_of(code)) <= owning]
    steps: list[list[Candidate]] = []
    for code in path:
        departments = city.duties.get((subcategory.function, code), [])
        if departments:
            steps.append([_candidate(city, department, code, len(steps) + 1) for department in sorted(departments)])
    return steps


def _candidate(city: City, department: str, unit: str, rank: int) -> Candidate:
    place = city.places[unit]
    name = city.department_name(department)
    return Candidate(department, name, unit, rank, *covers(name, place.name, place.level))


def covers(department: str, place: str, level: str) -> tuple[tuple[str], tuple[str]]:
    """The sentence that a department's jurisdiction covers the place, in both languages."""
    return ((f"{department} 的辖区 {place} ({LEVEL_NAMES[level]}) 覆盖事发地",),
            (f"The jurisdiction of {department}, {place} ({level}), covers the place.",))
