"""The form of a process file: which keys it may have, which it must, and what kind of value each is. What the names in
it mean is checked afterwards (governance.process_check).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from governance.calendar import Unit
from governance.process_fault import Fault

T = TypeVar("T")
#: A name as the database keeps it.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=20)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Names = list[str]
ByResult = dict[str, T]


class Part(BaseModel):
    """A key that is not known is a mistake, not a remark."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Words(Part):
    zh: Text
    en: Text


class State(Words):
    outcome: str | None = None


class Limit(Part):
    value: Annotated[Decimal, Field(gt=0, lt=10**6, decimal_places=2)]
    unit: Unit


class Notice(Words):
    to: str
    when: str | None = None
    urgent: bool = False


class Clock(Words):
    limit: Limit | Literal["standard"]
    default: Limit | None = None
    urgent: Limit | None = None
    holder: str = ""
    head: str = ""
    warn: list[Notice] = []
    due: str | None = None
    again: str | None = None
    carries: bool = False

    @model_validator(mode="after")
    def _has_a_limit(self) -> Clock:
        if self.limit == "standard" and self.default is None:
            raise ValueError("default")
        return self


class Request(Words):
    of: str
    reviews: list[str | Names] = []
    limit: Limit | None = None
    most_asked: Annotated[int, Field(ge=1)] | None = None
    most_granted: Annotated[int, Field(ge=1)] | None = None
    does: Names = []
    until: str | None = None
    levels: Names = []
    remind: list[Notice] = []
    late: list[Notice] = []


class Decision(Part):
    verdict: str = Field(alias="as")
    of: Names


class Action(Words):
    from_states: Names | Literal["open"] | None = Field(default=None, alias="from")
    to: str | ByResult[str]
    by: Names = []
    fields: dict[str, Literal["required", "optional"]] = {}
    unless: Names = []
    does: Names = []
    opens: str | None = None
    answers: str | None = None
    decides: Decision | None = None
    closes: Names = []
    lapse: Names = []
    involved: bool = False
    start: Names | ByResult[Names] = []
    stop: Names | ByResult[Names] = []
    pause: Names | ByResult[Names] = []
    resume: Names | ByResult[Names] = []
    stamp: str | ByResult[str] | None = None
    then: dict[str, str | Names] = {}
    notify: list[Notice] = []


class Form(Part):
    process: Code
    name: Words
    taxonomy: Code
    start: str
    states: dict[Name, State]
    clocks: dict[Name, Clock] = {}
    actions: dict[Name, Action]
    requests: dict[Name, Request] = {}
    reach: str = "street"
    place: bool = True


#: Kind of a pydantic error -> the sentences; {…} is filled from the error's context.
SENTENCES: Mapping[str, tuple[str, str]] = {
    "missing": ("必填", "is required"),
    "extra_forbidden": ("没有这个键", "is not a known key"),
    "literal_error": ("应为 {expected}", "must be {expected}"),
    "string_pattern_mismatch": ("应为小写字母、数字和下划线, 以字母开头", "must be small letters, digits and _"),
    "string_too_long": ("至多 {max_length} 个字符", "must have at most {max_length} characters"),
    "string_too_short": ("不能为空", "must not be empty"),
    "string_type": ("应为文字", "must be text"), "list_type": ("应为列表 […]", "must be a list […]"),
    "dict_type": ("应为 {{…}}", "must be a mapping"), "model_type": ("应为 {{…}}", "must be a mapping"),
    "bool_type": ("应为 true 或 false", "must be true or false"),
    "bool_parsing": ("应为 true 或 false", "must be true or false"),
    "int_parsing": ("应为整数", "must be a whole number"), "int_type": ("应为整数", "must be a whole number"),
    "decimal_parsing": ("应为数字", "must be a number"), "decimal_type": ("应为数字", "must be a number"),
    "greater_than": ("应大于 {gt}", "must be above {gt}"), "less_than": ("应小于 {lt}", "must be below {lt}"),
    "greater_than_equal": ("不能小于 {ge}", "must not be below {ge}"),
    "decimal_max_places": ("至多 {decimal_places} 位小数", "must have at most {decimal_places} decimals"),
    "value_error": ("按标准计时须有 default", "needs a default beside `standard`"),
}
UNKNOWN = ("格式不正确", "has the wrong form")


def faults_of_form(data: Any) -> list[Fault]:
    """Everything that is wrong with the form; none if the file can be taken apart."""
    try:
        Form.model_validate(data)
    except ValidationError as error:
        return list(_faults(error.errors(include_url=False), data))
    return []


def _faults(errors: Sequence[Any], data: Any) -> Iterator[Fault]:
    """Of what may be of several kinds, only the first kind's mistake in one place."""
    told: set[tuple[str, ...]] = set()
    for error in errors:
        path = _path(error["loc"], data, error["type"] in ("missing", "extra_forbidden"))
        if path not in told:
            told.add(path)
            zh, en = SENTENCES.get(error["type"], UNKNOWN)
            context = {name: str(value) for name, value in (error.get("ctx") or {}).items()}
            yield Fault(path, zh.format(**context), f"{'.'.join(path) or 'the file'} {en.format(**context)}")


def _path(location: Sequence[int | str], data: Any, keep_last: bool) -> tuple[str, ...]:
    """The location without the kinds that pydantic tried, which the file does not have."""
    path: list[str] = []
    for at, step in enumerate(location):
        place = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if place or (isinstance(data, dict) and step in data):
            data = data[step]
        elif not (keep_last and at == len(location) - 1):
            continue
        path.append(str(step))
    return tuple(path)
