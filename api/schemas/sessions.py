"""Signing in and who one is."""

from __future__ import annotations

import uuid
from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas.common import In, Moment, NewPassword, NoControl, Out


class SignIn(In):
    phone: Annotated[str, StringConstraints(min_length=1, max_length=20), NoControl] = Field(examples=["19900000001"])
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    otp: Annotated[str, StringConstraints(max_length=20)] | None = Field(
        default=None, description="尚未启用 (no second factor is enabled yet)")


class OwnPasswordIn(In):
    old: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(description="原密码 (the one of now)")
    password: NewPassword


class User(Out):
    id: uuid.UUID
    name: str
    role: str
    role_name: str
    unit: str
    unit_name: str
    department: str | None
    department_name: str | None


class Me(User):
    permissions: list[str]
    csrf_token: str = Field(description="用 Cookie 登录时, 写操作须带此值 (X-CSRF-Token for writing by cookie)")


class SessionOut(Out):
    token: str = Field(description="不透明令牌 (opaque)")
    csrf_token: str
    expires_at: Moment
    user: User
