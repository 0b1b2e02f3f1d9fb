"""The people and departments: who there is, what each department answers for, who is signed in."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Field, SQLModel

from data.columns import Code, UtcDateTime

#: Roles of accounts. `hotline` and `sensor` are gateways of other systems, each with an account of its own; the system
#: itself (`engine`) acts without one.
ROLES = {
    "resident": "居民", "grid_worker": "网格员", "community_lead": "社区网格长", "dispatcher": "街道派遣员",
    "handler": "部门处置人员", "department_head": "部门负责人", "district_centre": "区网格化中心",
    "supervisor": "督查员", "leader": "领导", "admin": "管理员", "auditor": "审计员",
    "hotline": "热线平台", "sensor": "物联平台",
}
#: Whose own reports need no desk, and who may settle small things on the spot.
GRID_ROLES = ("grid_worker", "community_lead")
#: Who sees what they reported themselves, whatever their unit.
OWN_ONLY_ROLES = ("resident", "hotline", "sensor")
DEPARTMENT_ROLES = ("handler", "department_head")


class Department(SQLModel, table=True):
    """A department or company that incidents can be sent to."""

    __tablename__ = "department"

    code: str = Field(primary_key=True, max_length=40)
    name: str
    level: str = Field(max_length=12)
    unit: str = Field(sa_type=Code, description="the unit whose department it is")


class Duty(SQLModel, table=True):
    """A department answers for a function in a unit and all below it (its jurisdiction)."""

    __tablename__ = "duty"

    function: str = Field(primary_key=True, max_length=40)
    unit: str = Field(primary_key=True, sa_type=Code)
    department: str = Field(primary_key=True, max_length=40, foreign_key="department.code")


class Account(SQLModel, table=True):
    """A person: one role and one scope (a unit and all below; for departments, the department)."""

    __tablename__ = "account"

    id: uuid.UUID = Field(primary_key=True)
    phone: str = Field(unique=True, max_length=20)
    name: str
    role: str = Field(max_length=20)
    unit: str = Field(sa_type=Code)
    department: str | None = Field(default=None, max_length=40, foreign_key="department.code")
    password_hash: str | None = Field(default=None, description="argon2; empty: cannot sign in")
    active: bool = True
    failures: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class LoginSession(SQLModel, table=True):
    """A signed-in session. Only the SHA-256 of its token is kept."""

    __tablename__ = "login_session"

    token_hash: str = Field(primary_key=True, max_length=64)
    account: uuid.UUID = Field(foreign_key="account.id", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


@dataclass(frozen=True)
class Actor:
    """Who acts: an account seen from the rules, or a part of the system."""

    id: uuid.UUID | None
    name: str
    role: str
    unit: str
    department: str | None = None
    phone: str = ""

    @classmethod
    def of(cls, account: Account) -> Actor:
        return cls(account.id, account.name, account.role, account.unit, account.department, account.phone)


#: The system itself: files what may be filed at once, dispatches what has one answer.
ENGINE = Actor(None, "系统", "engine", "")
