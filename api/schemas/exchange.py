"""What is asked of the city's data as files."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Code, In
from api.schemas.incident_lists import BehindAFigure, IncidentsWanted

TableForm = Literal["csv", "xlsx", "jsonl"]
IncidentForm = Literal["csv", "xlsx", "jsonl", "geojson"]


class ListSheetQuery(In):
    format: TableForm = "csv"
    part: Code | None = None
    list: Code = "grid"
    version: int | None = None


class SheetQuery(In):
    format: TableForm = "csv"
    part: Code | None = None


class ProcessFileQuery(In):
    code: Code
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(
        default=None, description="库中的版本; 缺省为现行 (a stored version; default: the one in force)")


class TemplateQuery(In):
    format: Literal["csv", "xlsx"] = "xlsx"


class IncidentsExportQuery(IncidentsWanted, BehindAFigure):
    format: IncidentForm = "csv"
