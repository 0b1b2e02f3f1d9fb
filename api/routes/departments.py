"""The departments: who answers for what, and where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import MayReadReference
from api.documented import ALWAYS, SIGNED_IN
from api.schemas.accounts import DepartmentOut, DepartmentPage, DepartmentsQuery, FunctionOut, UnitNameOut
from governance.city import City
from governance.errors import InvalidField
from governance.people import Department

router = APIRouter(prefix="/api/v1/departments", tags=["people"], responses={**ALWAYS, **SIGNED_IN})
Duties = dict[str, list[tuple[str, str]]]


@router.get("", summary="责任单位列表 The departments")
def list_departments(caller: MayReadReference, wanted: Annotated[DepartmentsQuery, Query()]) -> DepartmentPage:
    """By code, with what each answers for. They are changed by drafts."""
    city = caller.city
    if wanted.unit is not None and wanted.unit not in city.places:
        raise InvalidField("unit", f"没有网格 {wanted.unit}", f"there is no unit {wanted.unit}", "unknown_unit")
    duties = duties_of(city)
    found = [one for _, one in sorted(city.departments.items()) if _wanted(one, wanted, duties.get(one.code, []))]
    page = [one for one in found if wanted.cursor is None or one.code > wanted.cursor][:wanted.limit]
    more = bool(page) and page[-1] is not found[-1]
    return DepartmentPage(items=[shown(city, one, duties.get(one.code, [])) for one in page],
                          next_cursor=page[-1].code if more else None)


def duties_of(city: City) -> Duties:
    """What each department answers for: (function, unit)."""
    duties: Duties = {}
    for duty, codes in city.duties.items():
        for code in codes:
            duties.setdefault(code, []).append(duty)
    return duties


def _wanted(one: Department, wanted: DepartmentsQuery, duties: list[tuple[str, str]]) -> bool:
    return all(_conditions(one, wanted, duties))


def _conditions(one: Department, wanted: DepartmentsQuery, duties: list[tuple[str, str]]) -> Iterator[bool]:
    if wanted.unit is not None:
        yield one.unit.startswith(wanted.unit)
    if wanted.function is not None:
        yield any(function == wanted.function for function, _ in duties)
    if wanted.active is not None:
        yield bool(duties) is wanted.active
    if wanted.q and (words := wanted.q.strip().casefold()):
        yield words in one.name.casefold() or one.code.casefold().startswith(words)


def shown(city: City, one: Department, duties: list[tuple[str, str]]) -> DepartmentOut:
    names = {code: name for tree in city.lists.values() for code, name in tree.functions.items()}
    functions, units = ({duty[place] for duty in duties} for place in (0, 1))
    return DepartmentOut(
        code=one.code, name=one.name, level=one.level, unit=one.unit, unit_name=_name(city, one.unit),
        active=bool(duties),
        functions=[FunctionOut(code=code, name=names.get(code, code)) for code in sorted(functions)],
        jurisdiction=[UnitNameOut(code=code, name=_name(city, code)) for code in sorted(units)])


def _name(city: City, unit: str) -> str:
    return city.places[unit].name if unit in city.places else unit
