"""What is asked of the city's data as files."""

from __future__ import annotations

from typing import Literal

from api.schemas.common import Code, In
from api.schemas.incidents import IncidentsWanted

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


class IncidentsExportQuery(IncidentsWanted):
    format: IncidentForm = "csv"
