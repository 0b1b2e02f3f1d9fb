"""The columns of a file of units under our names, whatever their maker called them, cut off or not."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from grids.codes import LEVELS

#: Our name, then what others call it. Case does not matter.
ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "code": ("code", "网格编码", "单元网格编码", "单元网格代码", "单元编码", "网格代码", "编码", "代码", "bgcode",
             "grid_code", "gridcode", "unit_code"),
    "name": ("name", "名称", "网格名称", "单元网格名称", "单元名称", "bgname", "grid_name", "gridname", "unit_name"),
    "parent_code": ("parent_code", "parent", "上级编码", "上级代码", "上级单元编码", "所属社区编码", "所属社区代码",
                    "社区编码", "社区代码"),
    "level": ("level", "层级", "级别", "网格层级", "网格级别", "单元层级"),
    "area_class": ("area_class", "地域类别", "区域类别", "地域分类"),
    "illustrative": ("illustrative", "示意"),
}
_LEVEL_NAMES: Final[dict[str, str]] = {
    "市": "city", "城市": "city", "区": "district", "区县": "district", "县": "district", "街道": "street",
    "街镇": "street", "乡镇": "street", "镇": "street", "乡": "street", "社区": "community", "村": "community",
    "社区(村)": "community", "网格": "cell", "单元网格": "cell", "单元": "cell"} | {level: level for level in LEVELS}
#: A dBASE file keeps ten bytes of a field's name.
_DBF_BYTES: Final = 10
#: A code that some program took for a number with decimals.
_WHOLE: Final = re.compile(r"^(\d+)\.0+$")


def columns_of(header: Sequence[str]) -> dict[str, str]:
    """For each of our names that is there, the name that the file has for it."""
    known: dict[str, str] = {}
    for name, aliases in ALIASES.items():
        given = {column.strip().casefold(): column for column in reversed(header)}
        known |= next(({name: given[form]} for form in _forms(aliases) if form in given), {})
    return known


def _forms(aliases: Iterable[str]) -> list[str]:
    """The names whole, then as a dBASE file has cut them."""
    whole = [alias.casefold() for alias in aliases]
    cut = [alias.encode(encoding)[:_DBF_BYTES].decode(encoding, "ignore")
           for encoding in ("utf-8", "gb18030") for alias in whole]
    return whole + [form for form in cut if len(form) > 1]


def renamed(row: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, str]:
    """One row under our names, every value as text; what the file does not have is not there."""
    values = {name: text_of(row.get(column)) for name, column in columns.items()}
    for name in values.keys() & {"code", "parent_code"}:
        values[name] = _WHOLE.sub(r"\1", values[name])
    if level := values.get("level"):
        values["level"] = _LEVEL_NAMES.get(level, level)
    return values


def text_of(value: Any) -> str:
    """A value as text. A code that was kept as a number is whole again; what is empty or not a number is ''."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip().strip("\0").strip()
