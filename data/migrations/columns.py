"""The columns of our tables, as the migrations write them: by what they hold."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from data.columns import BigId, Code, Document, UtcDateTime


def on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def text(name: str, length: int | None = None, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=options.pop("nullable", False), **options)


def code(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, Code, nullable=options.pop("nullable", False), **options)


def whole(name: str, **options: Any) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=options.pop("nullable", False), **options)


def real(name: str, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Float(), nullable=nullable)


def flag(name: str, nullable: bool = False) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=nullable)


def instant(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def document(name: str) -> sa.Column[Any]:
    return sa.Column(name, Document, nullable=False)


def identity(name: str, *rest: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), *rest, nullable=options.pop("nullable", False), **options)


def growing_key() -> sa.Column[int]:
    return sa.Column("id", BigId, primary_key=True, autoincrement=True)
