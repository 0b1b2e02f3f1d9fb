"""Drafts of the city's data: what is sent, what one would change, what became of it."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from fastapi import UploadFile
from pydantic import Field, StrictBool, StrictInt, StringConstraints

from api.schemas.common import Code, DatumName, In, Limit, Line, Moment, NoControl, Out

KindName = Literal["taxonomy", "standards", "people", "calendar", "grids", "incidents", "process"]
StateName = Literal["draft", "applied", "discarded", "rolled_back"]


class DraftIn(In):
    """Files and how they are to be taken. Which parts a kind takes, its name says: a list has categories and standards,
    people are departments and accounts."""

    kind: KindName
    list: Code = Field(default="grid", description="清单名 (name of the list)")
    system: Annotated[Line, StringConstraints(max_length=40), NoControl] = Field(
        default="", description="历史事件来自哪个系统 (the system that incidents come from)")
    complete: bool = Field(default=False, description="部门表是完整名单: 未列出的单位撤销 (departments not listed go)")
    crs: Code | None = Field(default=None, description="边界的坐标参考, 优先于文件 (of outlines, such as EPSG:4547)")
    datum: DatumName = Field(default="wgs84", description="边界的坐标系 (datum of the outlines)")
    within: Code | None = Field(default=None, description="只更新此网格内 (only what lies in this unit)")
    categories: UploadFile | None = None
    standards: UploadFile | None = None
    functions: UploadFile | None = None
    departments: UploadFile | None = None
    accounts: UploadFile | None = None
    days: UploadFile | None = None
    units: UploadFile | None = None
    outlines: UploadFile | None = None
    incidents: UploadFile | None = None
    process: UploadFile | None = Field(default=None, description="流程文件 YAML (a process file)")


#: A cell as JSON says it: yes and no may be true and false, several words a list; null empties it.
Cell = (Annotated[str, StringConstraints(max_length=2000), NoControl] | StrictBool | StrictInt
        | Annotated[float, Field(allow_inf_nan=False, strict=True)] | list[Line] | None)
Rows = Annotated[list[dict[str, Cell]], Field(max_length=2000)]
Keys = Annotated[list[Line], Field(max_length=2000)]


class StandardsEdited(In):
    rows: Rows = Field(default_factory=list)
    removed: Keys = Field(default_factory=list)


class RowsIn(In):
    """Rows of a sheet that are to be others, in the columns of its template. A row names its key (a code, a phone, a
    date; of a standard code and area) and what changes; what is not named stays. A new key adds a row, `removed` takes
    rows away."""

    kind: Literal["taxonomy", "standards", "calendar", "departments", "accounts"]
    list: Code = Field(default="grid", description="清单名 (name of the list)")
    rows: Rows = Field(default_factory=lambda: [], examples=[[{"code": "01001", "name": "暴露垃圾"}]])
    removed: Keys = Field(default_factory=lambda: [], description=(
        "编码或日期; 标准为 “编码 地域” 或编码 (keys; of a standard “code area”, or the code for every area)"))
    standards: StandardsEdited = Field(default_factory=StandardsEdited, description=(
        "仅 taxonomy: 同时修改标准, 新增小类须有标准 (of a taxonomy: its standards; a new subcategory needs one)"))


class DraftsQuery(In):
    kind: KindName | None = None
    state: StateName | None = None
    limit: Limit = 50
    cursor: uuid.UUID | None = None


class BadRow(Out):
    """What is wrong in one row of a file."""

    line: int
    field: str
    zh: str
    en: str


class ProblemsOut(Out):
    count: int = 0
    rows: list[BadRow] = Field(default_factory=list, description="至多一千条 (at most a thousand)")


class ChangeOut(Out):
    what: str
    change: Literal["added", "changed", "removed"]
    code: str
    name: str
    fields: list[str]
    before: dict[str, Any] = Field(default_factory=dict, description="这些字段的现行值 (their values in force)")
    after: dict[str, Any] = Field(default_factory=dict, description="这些字段的新值 (their new values)")


class AffectedOut(Out):
    open_incidents: int = Field(description="涉及的在办事件数 (open incidents that this concerns)")
    due_times: int = Field(description="时限会不同的在办事件数 (of these, due at another time)")
    numbers: list[str]


class WarningOut(Out):
    zh: str
    en: str


class PreviewOut(Out):
    changed: bool
    rows: dict[str, int]
    counts: dict[str, dict[str, int]]
    changes: list[ChangeOut] = Field(description="至多五百条 (at most five hundred)")
    affects: AffectedOut
    warnings: list[WarningOut]
    more: dict[str, Any]


class DraftRow(Out):
    """A draft in a list."""

    id: uuid.UUID
    kind: str
    name: str
    state: StateName
    source: str
    created_at: Moment
    created_by: uuid.UUID | None
    created_name: str
    revision: int
    version: int | None
    applied_at: Moment | None
    applied_by: uuid.UUID | None
    ended_at: Moment | None
    ended_by: uuid.UUID | None
    bad_rows: int
    stale: bool = Field(description="城市数据已变, 须重新比较 (the city has changed; compare again)")


class DraftOut(DraftRow):
    """A draft with what it would change. One with problems has no preview and cannot be applied."""

    preview: PreviewOut | None
    problems: ProblemsOut


class DraftPage(Out):
    items: list[DraftRow]
    next_cursor: uuid.UUID | None
