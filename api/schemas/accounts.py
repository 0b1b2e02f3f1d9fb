"""Accounts and departments, as a screen lists them."""

from __future__ import annotations

import uuid

from pydantic import Field

from api.schemas.common import Code, In, Limit, Line, Moment, NewPassword, Out


class AccountsQuery(In):
    q: Line | None = Field(default=None, description="手机号开头或姓名的一部分 (start of a phone, part of a name)")
    role: Code | None = None
    unit: Code | None = Field(default=None, description="此网格及以下 (this unit and below)")
    department: Code | None = None
    active: bool | None = None
    locked: bool | None = Field(default=None, description="登录锁定中 (locked by failed sign-ins)")
    limit: Limit = 50
    cursor: uuid.UUID | None = None


class AccountOut(Out):
    id: uuid.UUID
    phone: str
    name: str
    role: str
    role_name: str
    role_name_en: str
    unit: str
    unit_name: str
    department: str | None
    department_name: str | None
    active: bool
    has_password: bool = Field(description="可用密码登录 (can sign in by a password)")
    last_sign_in: Moment | None
    failures: int = Field(description="连续失败次数 (failed sign-ins in a row)")
    locked_until: Moment | None = Field(description="锁定至; 未锁定为空 (null: not locked)")
    created_at: Moment


class AccountPage(Out):
    items: list[AccountOut]
    next_cursor: uuid.UUID | None


class PasswordIn(In):
    password: NewPassword


class DepartmentsQuery(In):
    q: Line | None = Field(default=None, description="编码开头或名称的一部分 (start of a code, part of a name)")
    unit: Code | None = Field(default=None, description="此网格及以下的单位 (departments of this unit and below)")
    function: Code | None = Field(default=None, description="承担此职能 (that answer for this function)")
    active: bool | None = None
    limit: Limit = 50
    cursor: Code | None = None


class FunctionOut(Out):
    code: str
    name: str


class UnitNameOut(Out):
    code: str
    name: str


class DepartmentOut(Out):
    code: str
    name: str
    level: str
    unit: str
    unit_name: str
    active: bool = Field(description="承担职能; 否则已撤销 (answers for something; else it was removed)")
    functions: list[FunctionOut]
    jurisdiction: list[UnitNameOut] = Field(description="管辖的网格 (the units that it answers for)")


class DepartmentPage(Out):
    items: list[DepartmentOut]
    next_cursor: str | None
