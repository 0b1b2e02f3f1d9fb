"""Saved views: a screen's filters, sort and extent under a name, each person's own."""

from __future__ import annotations

import uuid

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

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
