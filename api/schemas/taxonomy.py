"""A list of categories, subcategories and standards."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer

from api.schemas.common import Code, In, Out

#: Limits have at most two decimals, so a JSON number says them exactly enough.
Number = Annotated[Decimal, PlainSerializer(float, return_type=float)]


class ListQuery(In):
    list: Code = Field(default="grid", description="清单名 (name of the list)")


class StandardOut(Out):
    code: str
    area: str = Field(description="A, B, C, * = 各类区域 (every area class)")
    condition: str
    limit_value: Number
    limit_unit: str
    basis: str
    source: str
    evidence: str
    closing_condition: str
    check_distance_m: float | None


class SubcategoryOut(Out):
    code: str
    parent: str
    name: str
    name_en: str
    definition: str
    definition_en: str
    synonyms: list[str]
    local_names: list[str]
    excludes: list[str]
    kind: str
    function: str
    level: str
    assisting: list[str]
    duty_bearer: str
    settle: bool
    file_at_once: bool
    public: bool
    sensitivity: str
    photo: str
    pinyin: list[str] = Field(examples=[["bllj", "baolulaji", "ljmrs"]], description=(
        "名称的拼音首字母和全拼, 其他名称的首字母 (initials and full pinyin of the name, initials of the others)"))
    standards: list[StandardOut]


class GroupOut(Out):
    """A level between a category and its subcategories, in lists that have one."""

    code: str
    parent: str
    name: str
    name_en: str


class CategoryOut(Out):
    code: str
    name: str
    name_en: str
    definition: str
    definition_en: str
    groups: list[GroupOut]
    subcategories: list[SubcategoryOut]


Categories = list[CategoryOut]


class TaxonomyOut(Out):
    list: str
    version: int
    categories: Categories
