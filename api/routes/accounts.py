"""Accounts: found, unlocked, given a new password; by administrators, within their own scope."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import Caller, MayAdminister
from api.documented import ALWAYS, SIGNED_IN, problems
from api.schemas.accounts import AccountOut, AccountPage, AccountsQuery, PasswordIn
from api.schemas.common import NoQuery
from data.engine import reading, writing
from governance import accounts
from governance.accounts import AccountFilter, AccountSeen
from governance.errors import InvalidField
from governance.process_words import role_words

router = APIRouter(prefix="/api/v1/accounts", tags=["people"], responses={**ALWAYS, **SIGNED_IN})
NO_SUCH = problems(404)


@router.get("", summary="账号列表 The accounts")
def list_accounts(caller: MayAdminister, wanted: Annotated[AccountsQuery, Query()]) -> AccountPage:
    """Of the own scope, by phone. Whoever they are and whatever they may is changed by drafts."""
    if wanted.unit is not None and wanted.unit not in caller.city.places:
        raise InvalidField("unit", f"没有网格 {wanted.unit}", f"there is no unit {wanted.unit}", "unknown_unit")
    asked = AccountFilter(**wanted.model_dump(exclude={"limit", "cursor"}))
    with reading(caller.engine) as session:
        found, following = accounts.listed(session, caller.actor, asked, caller.now, wanted.limit, wanted.cursor)
    return AccountPage(items=[shown(caller, one) for one in found], next_cursor=following)


@router.get("/{account}", responses=NO_SUCH, summary="一个账号 One account")
def read_account(account: uuid.UUID, caller: MayAdminister, _: Annotated[NoQuery, Query()]) -> AccountOut:
    with reading(caller.engine) as session:
        return shown(caller, accounts.find(session, caller.actor, account))


@router.post("/{account}/unlock", responses=NO_SUCH, summary="解除锁定 Unlock an account")
def unlock_account(account: uuid.UUID, caller: MayAdminister, _: Annotated[NoQuery, Query()]) -> AccountOut:
    """Too many failed sign-ins are forgotten. In the audit log."""
    with writing(caller.engine) as session:
        found = accounts.unlock(session, caller.actor, account, caller.now)
        session.commit()
    return shown(caller, found)


@router.post("/{account}/password", responses=NO_SUCH, summary="重设密码 Set a new password")
def set_account_password(account: uuid.UUID, sent: PasswordIn, caller: MayAdminister,
                         _: Annotated[NoQuery, Query()]) -> AccountOut:
    """Whoever is signed in to the account must sign in anew, also oneself. In the audit log, without the password."""
    with writing(caller.engine) as session:
        found = accounts.set_password(session, caller.actor, account, sent.password, caller.now)
        session.commit()
    return shown(caller, found)


def shown(caller: Caller, seen: AccountSeen) -> AccountOut:
    one, city = seen.account, caller.city
    place = city.places.get(one.unit)
    role_name, role_name_en = role_words(one.role)
    locked = one.locked_until if one.locked_until is not None and one.locked_until > caller.now else None
    return AccountOut(
        id=one.id, phone=one.phone, name=one.name, role=one.role, role_name=role_name, role_name_en=role_name_en,
        unit=one.unit, unit_name=place.name if place else one.unit, department=one.department,
        department_name=city.department_name(one.department) if one.department else None, active=one.active,
        has_password=one.password_hash is not None, last_sign_in=seen.last_sign_in, failures=one.failures,
        locked_until=locked, created_at=one.created_at)
