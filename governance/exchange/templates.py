"""Templates of the sheets that a city fills in: header, an example row, what each column means in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final, get_args

from data.cells import YES_NO
from data.sheet_writing import write
from governance.errors import InvalidField
from governance.exchange.calendar import COLUMNS as DAY_COLUMNS
from governance.exchange.incidents import COLUMNS as INCIDENT_COLUMNS
from governance.exchange.incidents import COUNTS, TIMES
from governance.exchange.people import ACCOUNT_COLUMNS, DEPARTMENT_COLUMNS
from governance.intake import SOURCES
from governance.people import ROLES
from grids.codes import LEVELS
from grids.datum import Datum
from taxonomy import exchange as lists
from taxonomy.standard import ANY_AREA

YES: Final = tuple(reversed(YES_NO))
#: Rows of a sheet that its drop-downs reach.
LAST_ROW: Final = 10_000


@dataclass(frozen=True)
class Template:
    """One sheet: its columns, an example, what the columns mean, and the values that some may have."""

    name: str
    columns: Sequence[str]
    example: Mapping[str, str]
    said: Mapping[str, tuple[str, str]]
    choices: Mapping[str, Sequence[str]]


#: What a column means wherever it stands.
WORDS: Final[dict[str, tuple[str, str]]] = {
    "code": ("编码, 不重复", "code, each once"), "name": ("名称", "name"), "name_en": ("英文名称", "name in English"),
    "parent": ("上级编码, 最上级为空", "the code above; empty at the top"),
    "definition": ("定义, 写明与相近小类的区别", "what it is, and what decides against its neighbours"),
    "definition_en": ("英文定义", "definition in English"),
    "synonyms": ("同义词, 用 | 分隔", "what people call it, joined by |"),
    "local_names": ("本地叫法, 用 | 分隔", "local names, joined by |"),
    "excludes": ("不属于本小类的词, 用 | 分隔", "words that speak against it, joined by |"),
    "kind": ("类型", "kind"), "function": ("负责的职能编码", "the function that must put it right"),
    "level": ("层级", "level"), "assisting": ("协办, 用 | 分隔", "who helps, joined by |"),
    "duty_bearer": ("责任主体 (文字)", "the private party held to account"),
    "settle": ("网格员可现场处置", "a grid worker may settle it on the spot"),
    "file_at_once": ("网格员上报即立案", "a grid worker's report is filed at once"),
    "public": ("可公开", "may be public"),
    "sensitivity": ("受限事项每次查看均审计", "every read of a restricted one is audited"), "photo": ("照片", "photo"),
    "subcategory": ("小类编码", "code of the subcategory"),
    "area": ("地域类别, * 为各类", "area class, * for all"), "condition": ("立案条件", "filing condition"),
    "limit_value": ("时限数值", "limit"), "limit_unit": ("时限单位", "unit of the limit"),
    "basis": ("found 有出处, estimate 为估计", "found: has a source; estimate: ours"), "source": ("来源", "source"),
    "evidence": ("处置证据", "what proves it"), "closing_condition": ("结案条件", "when it is closed"),
    "check_distance_m": ("核查须在多少米以内, 空为不需到场", "metres within which it is checked; empty: no visit"),
    "unit": ("网格编码", "code of the grid unit"), "functions": ("承担的职能, 用 | 分隔", "functions, joined by |"),
    "jurisdiction": ("管辖单元, 用 | 分隔, 空为所在单元", "units it answers for, joined by |; empty: its own"),
    "phone": ("手机号, 5 至 19 位", "phone, 5 to 19 digits"), "role": ("角色", "role"),
    "department": ("责任单位编码", "code of the department"),
    "password": ("至少 8 位, 空则不变", "at least 8 characters; empty: unchanged"), "active": ("启用", "active"),
    "date": ("日期 YYYY-MM-DD; year 行为四位年份", "a day; for `year` a year of four digits"),
    "number": ("原系统编号, 不重复", "its number in the older system, each once"), "process": ("流程", "process"),
    "status": ("状态", "state"), "standard": ("标准编码", "code of the standard"),
    "description": ("文字描述", "description"), "lon": ("经度, 度", "longitude, degrees"),
    "lat": ("纬度, 度", "latitude, degrees"), "datum": ("坐标系", "datum"), "address": ("地址", "address"),
    "reporter_name": ("上报人姓名", "the reporter's name"), "reporter_phone": ("上报人电话", "the reporter's phone"),
    "handle_due_at": ("处置时限", "handling due at"), "on_time": ("按期处置", "handled in time"),
    "score": ("评价 1 至 5", "rating 1 to 5"), "merged_into": ("并入的主事件编号", "number of the main incident"),
    **dict.fromkeys(TIMES, ("时间, 如 2024-05-01 08:30 (北京时间)", "time, such as 2024-05-01 08:30, Chinese time")),
    **dict.fromkeys(COUNTS, ("次数", "how often")),
}
_LEAF: Final = dict.fromkeys(("settle", "file_at_once", "public"), YES)

TEMPLATES: Final[dict[str, Template]] = {t.name: t for t in (
    Template("taxonomy", lists.CATEGORY_COLUMNS, {
        "code": "01001", "parent": "01", "name": "暴露垃圾", "name_en": "Exposed rubbish",
        "definition": "公共场所散落的生活垃圾",
        "synonyms": "垃圾成堆|乱扔垃圾", "kind": "event", "function": "sanitation", "level": "street", "settle": "no",
        "file_at_once": "yes", "public": "yes", "sensitivity": "normal", "photo": "required"}, {},
        {"kind": lists.KINDS, "level": lists.OWNERS, "sensitivity": lists.SENSITIVITIES, "photo": lists.PHOTOS,
         **_LEAF}),
    Template("standards", lists.STANDARD_COLUMNS, {
        "code": "01001-1", "subcategory": "01001", "area": "*", "condition": "垃圾散落或成堆", "limit_value": "4",
        "limit_unit": "work_hour", "basis": "estimate", "evidence": "处置前后照片各一张",
        "closing_condition": "垃圾清净",
        "check_distance_m": "50"}, {},
        {"area": (*lists.AREAS, ANY_AREA), "limit_unit": lists.UNITS_OF_TIME, "basis": lists.BASES}),
    Template("functions", lists.FUNCTION_COLUMNS, {"code": "sanitation", "name": "环境卫生", "name_en": "Sanitation"},
             {}, {}),
    Template("departments", (*DEPARTMENT_COLUMNS, "jurisdiction"), {
        "code": "sanitation-1", "name": "和平一街环卫所", "level": "street", "unit": "120101001",
        "functions": "sanitation"}, {}, {"level": LEVELS}),
    Template("accounts", (*ACCOUNT_COLUMNS, "password", "active"), {
        "phone": "13900000001", "name": "王网格", "role": "grid_worker", "unit": "120101001001", "active": "yes"},
        {}, {"role": tuple(ROLES), "active": YES}),
    Template("calendar", DAY_COLUMNS, {"date": "2027-01-01", "kind": "holiday", "name": "元旦"},
             {"kind": ("上班、放假或全年", "work, holiday or a whole year")}, {"kind": ("work", "holiday", "year")}),
    Template("incidents", INCIDENT_COLUMNS, {
        "number": "2024-000123", "process": "grid_event", "status": "closed", "subcategory": "01001",
        "description": "楼前垃圾成堆", "lon": "117.2025", "lat": "39.1025", "datum": "wgs84", "source": "hotline",
        "department": "sanitation-1", "reported_at": "2024-05-01 08:30", "filed_at": "2024-05-01 08:40",
        "dispatched_at": "2024-05-01 08:45", "handled_at": "2024-05-01 10:00", "closed_at": "2024-05-01 11:00"},
        {"assisting": ("协办单位, 用 | 分隔", "assisting departments, joined by |")},
        {"source": tuple(SOURCES), "datum": get_args(Datum), "on_time": YES}),
)}
#: A kind's own name stands for its first sheet.
FIRST: Final = {"people": "departments"}


def template(name: str) -> Template:
    """InvalidField if there is no such template."""
    found = TEMPLATES.get(FIRST.get(name, name))
    if found is None:
        known = [*FIRST, *TEMPLATES]
        raise InvalidField("kind", f"没有这种模板, 应为 {'、'.join(known)}", f"must be one of {', '.join(known)}",
                           "unknown_kind")
    return found


def written(wanted: Template, form: str) -> Iterator[bytes]:
    """The file in pieces; in XLSX with a sheet that explains, and drop-downs."""
    return _workbook(wanted) if form == "xlsx" else write([dict(wanted.example)], wanted.columns, form)


def _workbook(wanted: Template) -> Iterator[bytes]:
    from openpyxl import Workbook

    book: Any = Workbook()
    sheet = book.active
    sheet.title = "data"
    for row in (list(wanted.columns), [wanted.example.get(name, "") for name in wanted.columns]):
        sheet.append(row)
    sheet.freeze_panes = "A2"
    _lists(sheet, wanted)
    _explain(book.create_sheet("说明 Explanations"), wanted)
    with NamedTemporaryFile(suffix=".xlsx") as file:
        book.save(Path(file.name))
        yield file.read()


def _lists(sheet: Any, wanted: Template) -> None:
    """Drop-downs where only certain values are taken, text elsewhere, so that no code loses its zeros."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for at, name in enumerate(wanted.columns, start=1):
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].number_format = "@"
        if values := wanted.choices.get(name):
            allowed = DataValidation(type="list", formula1=f'"{",".join(values)}"', allow_blank=True)
            allowed.add(f"{letter}2:{letter}{LAST_ROW}")
            sheet.add_data_validation(allowed)


def _explain(sheet: Any, wanted: Template) -> None:
    sheet.append(["列 column", "说明", "what it is", "可用值 values"])
    for name in wanted.columns:
        zh, en = wanted.said.get(name) or WORDS.get(name, ("", ""))
        sheet.append([name, zh, en, "、".join(wanted.choices.get(name, ()))])
