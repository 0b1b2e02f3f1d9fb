"""The list behind a figure: `incidents?figure=returned&by=street&key=120101001&from=…&to=…` shows what that number
counts, by the same conditions. `from` and `to` are the figure's period; `key` names the row of the dimension `by`
(absent: the row without a place in it), `list` the list of a category's code.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlencode

from governance.errors import InvalidField, MissingField
from governance.figures.filters import By, Condition, FigureFilter
from governance.figures.sql import behind
from governance.people import Actor

PATH = "/api/v1/incidents"
NAMES = ("unit", "category", "subcategory", "department", "source", "process")


class Asked(Protocol):
    """What a list must say to show a figure; `governance.queries.IncidentFilter` says it."""

    @property
    def figure(self) -> str | None: ...
    @property
    def by(self) -> By | None: ...
    @property
    def key(self) -> str | None: ...
    @property
    def of_list(self) -> str | None: ...
    @property
    def since(self) -> datetime | None: ...
    @property
    def until(self) -> datetime | None: ...


def conditions(asked: Asked, actor: Actor, now: datetime) -> Iterator[Condition]:
    """Nothing when no figure is asked for. MissingField for what has no meaning without a figure or a dimension."""
    rest = {"by": asked.by, "key": asked.key, "list": asked.of_list, "from": asked.since, "to": asked.until}
    if asked.figure is None:
        if given := [name for name, value in rest.items() if value is not None]:
            raise MissingField("figure", f"与 {', '.join(given)} 同用时必填", f"is needed with {', '.join(given)}")
        return
    if asked.by is None and (asked.key is not None or asked.of_list is not None):
        raise InvalidField("by", "有 key 或 list 时必填", "is needed with key or list", "missing_field")
    wanted = FigureFilter(**{name: getattr(asked, name) for name in NAMES}, since=asked.since, until=asked.until)
    yield behind(asked.figure, asked.by, asked.key, asked.of_list, actor, wanted, now)


def template(wanted: FigureFilter, by: By | None = None, *more: str) -> str:
    """The address of the lists behind an answer's numbers, a URI template (RFC 6570): put in the name of a count as
    `figure` and, of a row, its `key` and `list` where it has them."""
    given: dict[str, Any] = {name: value for name in NAMES if (value := getattr(wanted, name)) is not None}
    period = {"from": wanted.since, "to": wanted.until}
    given |= {name: at.isoformat() for name, at in period.items() if at is not None and name not in more}
    variables = ["figure", *more]
    if by is not None:
        given, variables = {**given, "by": by}, [*variables, "key", "list"]
    head = urlencode(given)
    return f"{PATH}?{head}{{&{','.join(variables)}}}" if head else f"{PATH}{{?{','.join(variables)}}}"
