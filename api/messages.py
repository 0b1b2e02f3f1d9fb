"""What is wrong with a request's form, field by field, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from governance.errors import FieldProblem

#: Kind of a pydantic error -> the sentences; {…} is filled from the error's context.
SENTENCES: dict[str, tuple[str, str]] = {
    "missing": ("必填", "is required"),
    "extra_forbidden": ("没有这个字段", "is not a known field"),
    "string_type": ("应为文字", "must be text"),
    "string_too_long": ("最多 {max_length} 个字符", "must have at most {max_length} characters"),
    "string_too_short": ("至少 {min_length} 个字符", "must have at least {min_length} characters"),
    "string_pattern_mismatch": ("格式不正确", "has the wrong form"),
    "string_unicode": ("含有无效字符", "contains invalid characters"),
    "control_character": ("含有控制字符", "contains control characters"),
    "float_type": ("应为数字", "must be a number"),
    "float_parsing": ("应为数字", "must be a number"),
    "finite_number": ("应为有限的数字", "must be a finite number"),
    "int_type": ("应为整数", "must be a whole number"),
    "int_parsing": ("应为整数", "must be a whole number"),
    "int_parsing_size": ("数字过大", "is too large a number"),
    "int_from_float": ("应为整数", "must be a whole number"),
    "bool_type": ("应为 true 或 false", "must be true or false"),
    "bool_parsing": ("应为 true 或 false", "must be true or false"),
    "greater_than_equal": ("不能小于 {ge}", "must not be less than {ge}"),
    "less_than_equal": ("不能大于 {le}", "must not be greater than {le}"),
    "uuid_parsing": ("应为 UUID", "must be a UUID"),
    "uuid_type": ("应为 UUID", "must be a UUID"),
    "timezone_aware": ("时间须带时区, 如 2026-03-03T09:00:00+08:00", "needs a time zone, such as +08:00"),
    "not_an_instant": ("应为带时区的 ISO 8601 时间", "must be an ISO 8601 time with its offset"),
    "not_a_date": ("应为日期, 如 2026-03-03", "must be a date, such as 2026-03-03"),
    "date_from_datetime_parsing": ("没有这一天", "is not a day that exists"),
    "literal_error": ("应为 {expected} 之一", "must be one of {expected}"),
    "datetime_from_date_parsing": ("应为存在的日期和带时区的时间 (ISO 8601)", "must be an existing ISO 8601 time"),
    "datetime_object_invalid": ("应为存在的日期和带时区的时间 (ISO 8601)", "must be an existing ISO 8601 time"),
    "list_type": ("应为列表", "must be a list"),
    "tuple_type": ("应为列表", "must be a list"),
    "dict_type": ("应为对象", "must be an object"),
    "too_long": ("最多 {max_length} 项", "must have at most {max_length} items"),
    "too_short": ("至少 {min_length} 项", "must have at least {min_length} items"),
    "json_invalid": ("不是有效的 JSON", "is not valid JSON"),
    "model_attributes_type": ("应为 JSON 对象 (Content-Type: application/json)",
                              "must be a JSON object (Content-Type: application/json)"),
    "bad_bbox": ("应为 西,南,东,北 四个经纬度", "must be west,south,east,north in degrees"),
    "bad_point": ("应为 经度,纬度", "must be longitude,latitude"),
    "bad_near": ("应为 经度,纬度,米", "must be longitude,latitude,metres"),
}
UNKNOWN = ("格式不正确", "has the wrong form")
PLACES = ("body", "query", "path", "header", "cookie")


def problems_of(errors: Sequence[Mapping[str, Any]]) -> list[FieldProblem]:
    """One problem for each error; the value that was sent is never repeated."""
    return [FieldProblem(field_of(error), *sentences(error)) for error in errors]


def code_of(errors: Sequence[Mapping[str, Any]]) -> str:
    """A code of its own when every error is of one kind; else `invalid_request`."""
    kinds = {str(error["type"]) for error in errors}
    if kinds == {"missing"} and all(field_of(error) != "body" for error in errors):
        return "missing_field"
    return "unknown_field" if kinds == {"extra_forbidden"} else "invalid_request"


def field_of(error: Mapping[str, Any]) -> str:
    """The field with its position in lists, such as `attachments.0`; `body` for the whole."""
    location = [str(part) for part in error["loc"]]
    inner = location[1:] if location and location[0] in PLACES else location
    if error["type"] == "json_invalid" or not inner:
        return location[0] if location else "body"
    return ".".join(inner)


def sentences(error: Mapping[str, Any]) -> tuple[str, str]:
    zh, en = SENTENCES.get(str(error["type"]), UNKNOWN)
    context = {name: _shown(value) for name, value in (error.get("ctx") or {}).items()}
    named = {**context, "expected": context.get("expected", "").replace(" or ", ", ").replace("'", "")}
    return zh.format_map(_Blank(named)), en.format_map(_Blank(named))


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"
