"""What is asked of the city's data as files."""

from __future__ import annotations

from typing import Literal

from api.schemas.common import Code, In, Instant, Line

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


class TemplateQuery(In):
    format: Literal["csv", "xlsx"] = "xlsx"


class IncidentsExportQuery(In):
    format: IncidentForm = "csv"
    unit: Code | None = None
    status: Code | None = None
    open: bool | None = None
    overdue: bool | None = None
    category: Code | None = None
    subcategory: Code | None = None
    department: Code | None = None
    source: Code | None = None
    process: Code | None = None
    mine: bool = False
    reported_from: Instant | None = None
    reported_to: Instant | None = None
    q: Line | None = None
