"""What the form of a resident offers: processes, subcategories, places, departments. Only what is marked public."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query

from api.documented import ALWAYS, problems
from api.schemas.common import NoQuery
from api.schemas.public import (
    DepartmentsQuery,
    ProcessQuery,
    PublicCategoryOut,
    PublicDepartmentOut,
    PublicDepartments,
    PublicProcesses,
    PublicProcessOut,
    PublicSubcategoryOut,
    PublicTaxonomyOut,
    PublicUnitOut,
    PublicUnits,
    UnitsQuery,
)
from api.visitors import Anybody
from governance.errors import InvalidField
from governance.residents import form as public_form
from taxonomy.category import Category
from taxonomy.tree import Tree

router = APIRouter(prefix="/api/v1/public", tags=["public"], responses={**ALWAYS, **problems(429)})


@router.get("/processes", summary="公众可用的流程 What the public may begin")
def read_public_processes(visitor: Anybody, _: Annotated[NoQuery, Query()]) -> PublicProcesses:
    return PublicProcesses(items=[
        PublicProcessOut(process=p.code, name=p.name, name_en=p.name_en, list=p.taxonomy)
        for p in public_form.open_processes(visitor.city)])


@router.get("/taxonomy", summary="公众可报的事项 What the public may report")
def read_public_taxonomy(asked: Annotated[ProcessQuery, Query()], visitor: Anybody) -> PublicTaxonomyOut:
    """Of the list of a process, the subcategories that it marks public, with the limit that the answer is due in."""
    tree = public_form.open_list(visitor.city, asked.process)
    return PublicTaxonomyOut(process=asked.process, list=tree.taxonomy, version=tree.version,
                             categories=[top for code in tree.children.get(None, ()) if (top := category(tree, code))])


def category(tree: Tree, top: Category) -> PublicCategoryOut | None:
    """None if nothing in it is public."""
    leaves = [leaf for leaf in tree.leaves() if leaf.public and tree.top(leaf.code) == top.code]
    return PublicCategoryOut(code=top.code, name=top.name, name_en=top.name_en,
                             subcategories=[subcategory(tree, leaf) for leaf in leaves]) if leaves else None


def subcategory(tree: Tree, leaf: Category) -> PublicSubcategoryOut:
    standard = next(iter(tree.standards.get(leaf.code, ())), None)
    return PublicSubcategoryOut(
        code=leaf.code, name=leaf.name, name_en=leaf.name_en, definition=leaf.definition,
        definition_en=leaf.definition_en, limit_value=standard.limit_value if standard else None,
        limit_unit=standard.limit_unit if standard else None)


@router.get("/departments", summary="可提问的单位 Whom the public may ask")
def read_public_departments(asked: Annotated[DepartmentsQuery, Query()], visitor: Anybody) -> PublicDepartments:
    """In the order of their codes; the cursor is the last code of the page before."""
    found = public_form.departments(visitor.city, asked.process, asked.unit, asked.q)
    page = list(islice((d for d in found if d.code > (asked.cursor or "")), asked.limit + 1))
    items = [PublicDepartmentOut(code=d.code, name=d.name, level=d.level, unit=d.unit) for d in page[:asked.limit]]
    return PublicDepartments(items=items, next_cursor=items[-1].code if len(page) > asked.limit else None)


@router.get("/units", summary="可选的区域 Places to choose from")
def read_public_units(asked: Annotated[UnitsQuery, Query()], visitor: Anybody) -> PublicUnits:
    """The units directly below one; without `parent` those below the city."""
    city = visitor.city
    parent = asked.parent or city.root
    if parent not in city.places or city.places[parent].voided:
        raise InvalidField("parent", f"没有网格 {parent}", f"there is no unit {parent}", "unknown_unit")
    return PublicUnits(items=[PublicUnitOut(code=code, name=city.places[code].name, level=city.places[code].level)
                              for code in city.hierarchy.children(parent)])
