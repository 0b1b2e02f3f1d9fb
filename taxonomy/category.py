"""The records of a taxonomy: a named list, its versions, and the categories of its tree."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from data.columns import Document, UtcDateTime


class TaxonomyVersion(SQLModel, table=True):
    """One loaded version of a named list. An incident keeps the version that it was filed under."""

    __tablename__ = "taxonomy_version"
    __table_args__ = (Index("taxonomy_version_current", "taxonomy", "current"),)

    taxonomy: str = Field(primary_key=True, max_length=40)
    version: int = Field(primary_key=True)
    loaded_at: datetime = Field(sa_type=UtcDateTime)
    source: str
    note: str = ""
    current: bool


class Function(SQLModel, table=True):
    """What a department answers for, in the words of the list that names it."""

    __tablename__ = "function"

    taxonomy: str = Field(primary_key=True, max_length=40)
    version: int = Field(primary_key=True)
    code: str = Field(primary_key=True, max_length=40)
    name: str
    name_en: str = ""


class Category(SQLModel, table=True):
    """A node of the tree. A leaf is a subcategory; only leaves have standards and take incidents."""

    __tablename__ = "category"

    taxonomy: str = Field(primary_key=True, max_length=40)
    version: int = Field(primary_key=True)
    code: str = Field(primary_key=True, max_length=20)
    parent: str | None = Field(default=None, max_length=20)
    position: int = Field(description="place among all rows of the file")
    leaf: bool
    name: str
    name_en: str = ""
    definition: str = ""
    definition_en: str = ""
    synonyms: list[str] = Field(default_factory=list, sa_column=Column(Document, nullable=False))
    local_names: list[str] = Field(default_factory=list, sa_column=Column(Document, nullable=False))
    excludes: list[str] = Field(default_factory=list, sa_column=Column(Document, nullable=False))
    kind: str = Field(default="event", description="component 部件, event 事件 or service 服务")
    function: str = Field(default="", description="the department function that must dispose of it")
    level: str = Field(default="", description="the level that owns it: city, district, street or community")
    assisting: list[str] = Field(default_factory=list, sa_column=Column(Document, nullable=False))
    duty_bearer: str = Field(default="", description="the private party that the department holds to account")
    settle: bool = Field(default=False, description="a grid worker may settle it on the spot")
    file_at_once: bool = Field(default=False, description="a grid worker's report of it is filed at once")
    public: bool = False
    sensitivity: str = Field(default="normal", description="normal or restricted: every read is audited")
    photo: str = Field(default="optional", description="required: a grid worker's report needs a photo")
