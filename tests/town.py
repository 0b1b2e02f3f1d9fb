"""A small made-up town: two districts, eight communities, a list of eight subcategories, departments and people.

    longitude ->   117.20      117.21      117.22      117.23      117.24
    39.12          +-----------+-----------+-----------+-----------+
                   | 101 002 1 | 101 002 2 | 102 002 1 | 102 002 2 |     each community is two by two cells
    39.11          +-----------+-----------+-----------+-----------+     of 0.005 degree: 001 south-west,
                   | 101 001 1 | 101 001 2 | 102 001 1 | 102 001 2 |     002 south-east, 003 north-west, 004
    39.10          +-----------+-----------+-----------+-----------+
                     和平区 (area class A)   河东区 (area class B)
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import shapely
from argon2 import PasswordHasher
from sqlmodel import Session

from governance.city import raise_revision
from governance.incident import Attachment
from governance.intake import IncidentReport
from governance.people import Account, Actor, Department, Duty
from grids.codes import LEVELS, WIDTHS, level_of, parent_of
from grids.unit import BoundaryVersion, Unit
from taxonomy.category import Category, Function, TaxonomyVersion
from taxonomy.standard import Standard

#: A Tuesday morning, an hour after work began.
NOW = datetime(2026, 3, 3, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
LOADED = datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
PASSWORD = "correct horse 1"

CITY, HEPING, HEDONG = "12", "120101", "120102"
STREET, STREET_2 = "120101001", "120101002"
COMMUNITY, COMMUNITY_2 = "120101001001", "120101001002"
CELL, CELL_2, FAR_CELL = "120101001001001", "120101001002001", "120102002002004"
VOIDED_CELL = "120101001001005"
EAST = 117.24
NAMES = {CITY: "示例市", HEPING: "和平区", HEDONG: "河东区"}

#: What happens in this town, and what is special about it.
RUBBISH = "01001"       # filed at once, dispatched at once: the street's sanitation, in 河东 the district's
HEAP = "01002"          # a grid worker may settle it on the spot
STALL = "02001"         # two departments answer for it in the first street: the desk decides
NOISE = "02002"         # not filed at once, no photo needed
MANHOLE = "03001"       # two standards, limits by area class, a department that assists
LAMP = "03002"          # nobody answers for it
CARE = "04001"          # restricted, community level
CORRIDOR = "04002"      # settled on the spot, but a desk files it

# code, name, function, level, further columns
SUBCATEGORIES: list[tuple[str, str, str, str, dict[str, Any]]] = [
    (RUBBISH, "暴露垃圾", "sanitation", "street",
     {"file_at_once": True, "photo": "required", "public": True, "synonyms": ["垃圾没人收", "垃圾成堆"]}),
    (HEAP, "乱堆物料", "sanitation", "street",
     {"file_at_once": True, "photo": "required", "public": True, "settle": True, "synonyms": ["堆放杂物"]}),
    (STALL, "占道经营", "enforcement", "street",
     {"file_at_once": True, "photo": "required", "public": True, "synonyms": ["路边摆摊"]}),
    (NOISE, "噪音扰民", "enforcement", "street", {"synonyms": ["半夜吵闹"]}),
    (MANHOLE, "井盖缺失破损", "public_facilities", "district",
     {"file_at_once": True, "photo": "required", "public": True, "kind": "component", "assisting": ["traffic"],
      "duty_bearer": "权属单位", "synonyms": ["井盖没了"], "local_names": ["马葫芦"]}),
    (LAMP, "路灯不亮", "lighting", "district", {"file_at_once": True, "public": True, "kind": "component"}),
    (CARE, "独居老人探访", "care", "community", {"kind": "service", "sensitivity": "restricted"}),
    (CORRIDOR, "楼道堆物", "property", "community", {"settle": True, "public": True}),
]
TOPS = [("01", "市容环卫"), ("02", "街面秩序"), ("03", "公共设施"), ("04", "民生服务")]

FUNCTIONS = {"sanitation": "市容环卫", "enforcement": "综合执法", "public_facilities": "市政设施",
             "lighting": "路灯照明", "traffic": "交通管理", "care": "为老服务", "property": "物业管理"}

# code, area, limit, unit, metres
STANDARDS: list[tuple[str, str, str, str, float | None]] = [
    ("01001-1", "A", "2", "work_hour", 50.0), ("01001-1", "B", "4", "work_hour", 100.0),
    ("01002-1", "*", "4", "work_hour", 50.0), ("02001-1", "*", "1", "urgent_hour", 50.0),
    ("02002-1", "*", "1", "work_day", None),
    ("03001-1", "A", "2", "urgent_hour", 30.0), ("03001-1", "B", "4", "urgent_hour", 30.0),
    ("03001-2", "A", "1", "work_day", 30.0), ("03001-2", "B", "2", "work_day", 30.0),
    ("03002-1", "*", "3", "natural_day", 50.0), ("04001-1", "*", "5", "work_day", None),
    ("04002-1", "*", "2", "work_day", 50.0),
]

# code, name, unit, functions
DEPARTMENTS: list[tuple[str, str, str, tuple[str, ...]]] = [
    ("sanitation_1", "和平一街环卫所", "120101001", ("sanitation",)),
    ("sanitation_2", "和平二街环卫所", "120101002", ("sanitation",)),
    ("sanitation_hedong", "河东区环卫局", "120102", ("sanitation",)),
    ("enforcement_1", "和平一街综合执法队", "120101001", ("enforcement",)),
    ("market_1", "和平一街市场所", "120101001", ("enforcement",)),
    ("enforcement_2", "和平二街综合执法队", "120101002", ("enforcement",)),
    ("enforcement_hedong", "河东区综合执法局", "120102", ("enforcement",)),
    ("facilities", "和平区市政设施处", "120101", ("public_facilities",)),
    ("facilities_hedong", "河东区市政设施处", "120102", ("public_facilities",)),
    ("traffic", "和平区交警支队", "120101", ("traffic",)),
    ("care_1", "第一社区服务站", "120101001001", ("care", "property")),
]

# key, name, role, unit, department
PEOPLE: list[tuple[str, str, str, str, str | None]] = [
    ("worker", "王网格", "grid_worker", COMMUNITY, None),
    ("worker_2", "李网格", "grid_worker", COMMUNITY_2, None),
    ("worker_hedong", "赵网格", "grid_worker", "120102001001", None),
    ("lead", "张格长", "community_lead", COMMUNITY, None),
    ("dispatcher", "陈派遣", "dispatcher", STREET, None),
    ("dispatcher_2", "杨派遣", "dispatcher", STREET_2, None),
    ("dispatcher_hedong", "黄派遣", "dispatcher", "120102001", None),
    ("dispatcher_hedong_2", "吴派遣", "dispatcher", "120102002", None),
    ("cleaner", "周环卫", "handler", STREET, "sanitation_1"),
    ("cleaner_head", "徐所长", "department_head", STREET, "sanitation_1"),
    ("officer", "孙执法", "handler", STREET, "enforcement_1"),
    ("officer_head", "马队长", "department_head", STREET, "enforcement_1"),
    ("fitter", "朱市政", "handler", HEPING, "facilities"),
    ("fitter_head", "胡处长", "department_head", HEPING, "facilities"),
    ("centre", "郭中心", "district_centre", HEPING, None),
    ("supervisor", "何督查", "supervisor", CITY, None),
    ("leader", "高市长", "leader", CITY, None),
    ("admin", "林管理", "admin", CITY, None),
    ("auditor", "罗审计", "auditor", CITY, None),
    ("resident", "郑居民", "resident", COMMUNITY, None),
    ("resident_2", "梁居民", "resident", COMMUNITY_2, None),
    ("hotline", "12345热线", "hotline", CITY, None),
    ("sensor", "银发平台", "sensor", CITY, None),
]


# ---- what a test asks for ------------------------------------------------------------------------------------------

def account_id(key: str) -> uuid.UUID:
    """The same for the same person in every test."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"https://town.example/{key}")


def phone_of(key: str) -> str:
    return f"1380000{[person[0] for person in PEOPLE].index(key) + 1:04d}"


def actors() -> dict[str, Actor]:
    return {key: Actor(account_id(key), name, role, unit, department, phone_of(key))
            for key, name, role, unit, department in PEOPLE}


def centre_of(code: str) -> tuple[float, float]:
    """Longitude and latitude of the middle of a unit."""
    west, south, east, north = _box(code)
    return round((west + east) / 2, 6), round((south + north) / 2, 6)


def report_of(subcategory: str | None = RUBBISH, cell: str = CELL, **sent: Any) -> IncidentReport:
    """A report from the middle of a cell. Anything about it may be set otherwise."""
    lon, lat = centre_of(cell)
    return IncidentReport(**{"id": uuid.uuid4(), "subcategory": subcategory, "description": "路口东侧", "lon": lon,
                             "lat": lat, **sent})


def photo(session: Session, account: Account | Actor, at: datetime = NOW) -> uuid.UUID:
    """A picture that somebody has uploaded and not used yet."""
    attachment = Attachment(id=uuid.uuid4(), kind="image", media_type="image/jpeg", bytes=1, sha256="0" * 64,
                            uploaded_by=account.id, uploaded_at=at)
    session.add(attachment)
    session.commit()
    return attachment.id


# ---- the records ---------------------------------------------------------------------------------------------------

def settle_town(session: Session) -> None:
    """Write the whole town into an empty database."""
    session.add(BoundaryVersion(version=1, loaded_at=LOADED, source="made up", illustrative=True, current=True))
    session.add(TaxonomyVersion(taxonomy="grid", version=1, loaded_at=LOADED, source="made up", current=True))
    session.flush()
    session.add_all([*units(), *categories(), *functions(), *standards()])
    session.add_all(Department(code=code, name=name, level=level_of(unit), unit=unit)
                    for code, name, unit, _ in DEPARTMENTS)
    session.flush()
    session.add_all(Duty(function=function, unit=unit, department=code)
                    for code, _, unit, functions in DEPARTMENTS for function in functions)
    session.add_all(accounts())
    raise_revision(session)
    session.commit()


def codes() -> Iterator[str]:
    """Every code of the town, from the city down."""
    yield CITY
    for depth, counts in ((1, 2), (2, 4), (3, 8), (4, 32)):
        below = 4 if depth == 4 else 2
        for number in range(counts):
            yield _code(depth, number, below)
    yield VOIDED_CELL


def _code(depth: int, number: int, below: int) -> str:
    """The code of the nth unit of a level; a district's own part has four digits, the others' three."""
    if depth == 0:
        return CITY
    part = number % below + 1
    return _code(depth - 1, number // below, 2) + (f"01{part:02d}" if depth == 1 else f"{part:03d}")


def units() -> Iterator[Unit]:
    for code in codes():
        lon, lat = centre_of(code)
        shape = shapely.box(*_box(code))
        yield Unit(version=1, code=code, parent=parent_of(code), level=level_of(code), name=name_of(code),
                   area_class="B" if code.startswith(HEDONG) else "A", lon=lon, lat=lat,
                   area_m2=round(shape.area * 111_320 * 86_400), shape=shape,
                   voided_at=LOADED if code == VOIDED_CELL else None)


def name_of(code: str) -> str:
    if code in NAMES:
        return NAMES[code]
    level, number = level_of(code), int(code[-3:])
    if level == "street":
        return f"{NAMES[code[:6]][:-1]}{'一二'[number - 1]}街"
    if level == "community":
        return f"{name_of(code[:9])}第{'一二'[number - 1]}社区"
    return f"{name_of(code[:12])}第{number}网格"


def _box(code: str) -> tuple[float, float, float, float]:
    """West, south, east, north. The voided cell lay where the first one is now."""
    code = CELL if code == VOIDED_CELL else code
    parts = [int(code[WIDTHS[above]:WIDTHS[level]][-3:]) - (101 if level == "district" else 1)
             for above, level in pairwise(LEVELS) if len(code) >= WIDTHS[level]]
    # cells east and north of the corner, and how many of them it is wide and high
    east, north, wide, high = 0, 0, 8, 4
    for level, part in zip(LEVELS[1:], parts, strict=False):
        if level in ("district", "community"):
            wide //= 2
            east += part * wide
        elif level == "street":
            high //= 2
            north += part * high
        else:
            wide, high = 1, 1
            east, north = east + part % 2, north + part // 2
    return (round(117.2 + 0.005 * east, 6), round(39.1 + 0.005 * north, 6),
            round(117.2 + 0.005 * (east + wide), 6), round(39.1 + 0.005 * (north + high), 6))


def categories() -> Iterator[Category]:
    for position, (code, name) in enumerate(TOPS):
        yield Category(taxonomy="grid", version=1, code=code, position=position, leaf=False, name=name)
    for position, (code, name, function, level, more) in enumerate(SUBCATEGORIES, start=len(TOPS)):
        yield Category(taxonomy="grid", version=1, code=code, parent=code[:2], position=position, leaf=True, name=name,
                       function=function, level=level, **more)


def functions() -> Iterator[Function]:
    for code, name in FUNCTIONS.items():
        yield Function(taxonomy="grid", version=1, code=code, name=name)


def standards() -> Iterator[Standard]:
    for code, area, limit, unit, metres in STANDARDS:
        yield Standard(taxonomy="grid", version=1, code=code, area=area, subcategory=code[:5], condition="影响市容",
                       limit_value=Decimal(limit), limit_unit=unit, basis="estimate", check_distance_m=metres)


def accounts() -> Iterator[Account]:
    for actor in actors().values():
        yield Account(id=actor.id, phone=actor.phone, name=actor.name, role=actor.role, unit=actor.unit,
                      department=actor.department, password_hash=password_hash(), created_at=LOADED)


@cache
def password_hash() -> str:
    """Everybody's password, hashed once and cheaply."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
