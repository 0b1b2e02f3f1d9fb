"""Saved views: a screen's filters, sort and extent under a name, each person's own."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, delete, func, select
from sqlmodel import Field, Session, SQLModel, col

from governance.errors import Conflict, IdTaken, NotFound

MOST_VIEWS = 50


class SavedView(SQLModel, table=True):
    """A screen as somebody left it: its query string, as it stands in the address."""

    __tablename__ = "saved_view"
    __table_args__ = (Index("saved_view_account", "account", "screen", "position"),)

    id: uuid.UUID = Field(primary_key=True)
    account: uuid.UUID = Field(foreign_key="account.id")
    screen: str = Field(max_length=40)
    name: str = Field(max_length=60)
    query: str = Field(default="", max_length=2000)
    position: int = 0


class TooManyViews(Conflict):
    """There is room for no more."""

    code = "too_many_views"

    def __init__(self) -> None:
        super().__init__(f"最多保存 {MOST_VIEWS} 个视图, 请先删除不用的",
                         f"At most {MOST_VIEWS} views are kept; delete one that is not needed.")


def views_of(session: Session, account: uuid.UUID, screen: str | None = None) -> list[SavedView]:
    """A person's views in their order, of one screen or of all."""
    query = select(SavedView).where(col(SavedView.account) == account)
    if screen is not None:
        query = query.where(col(SavedView.screen) == screen)
    return list(session.scalars(query.order_by(col(SavedView.screen), col(SavedView.position), col(SavedView.name),
                                               col(SavedView.id))))


def save(session: Session, view: SavedView) -> SavedView:
    """As it is now, new or known. Others' ids are taken."""
    known = session.get(SavedView, view.id)
    if known is not None and known.account != view.account:
        raise IdTaken("该编号已被占用", "This id is taken.")
    if known is None and _count(session, view.account) >= MOST_VIEWS:
        raise TooManyViews
    return session.merge(view)


def remove(session: Session, account: uuid.UUID, view_id: uuid.UUID) -> None:
    gone = session.execute(delete(SavedView).where(col(SavedView.id) == view_id, col(SavedView.account) == account))
    if not gone.rowcount:  # type: ignore[attr-defined]
        raise NotFound(f"视图 {view_id}")


def _count(session: Session, account: uuid.UUID) -> int:
    return session.scalar(select(func.count()).where(col(SavedView.account) == account)) or 0
