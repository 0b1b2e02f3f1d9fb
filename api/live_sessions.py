"""Whose sessions are still good: asked now and then for all who watch live, at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlmodel import Session, col

from governance.people import Account, Actor, LoginSession

#: Parameters that one statement may well have.
AT_ONCE = 1000


def actors_of(session: Session, hashes: Iterable[str], now: datetime) -> dict[str, Actor]:
    """The accounts, as they are now, of the sessions that are valid, by the hash of their tokens."""
    found: dict[str, Actor] = {}
    waiting = iter(hashes)
    while asked := list(islice(waiting, AT_ONCE)):
        rows = session.execute(select(col(LoginSession.token_hash), Account).join_from(
            LoginSession, Account, col(LoginSession.account) == col(Account.id)).where(
            col(LoginSession.token_hash).in_(asked), col(LoginSession.revoked_at).is_(None),
            col(LoginSession.expires_at) > now, col(Account.active)))
        found |= {hashed: Actor.of(account) for hashed, account in rows}
    return found
