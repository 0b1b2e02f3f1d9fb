"""Sheets of the town for tests of drafts: a small list, departments, accounts, a calendar."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, func, select

from data.engine import reading, writing
from governance.city import City, read_city, revision_of
from governance.drafts import drafts
from governance.drafts.draft import Draft
from governance.drafts.kind import Options, Tools
from governance.people import Actor
from governance.settings import Settings
from taxonomy.exchange import CATEGORY_COLUMNS, STANDARD_COLUMNS
from tests import town

TOP = {"code": "01", "name": "市容环卫"}
LEAF = {"code": town.RUBBISH, "parent": "01", "name": "暴露垃圾", "definition": "散落的垃圾", "kind": "event",
        "function": "sanitation", "level": "street", "settle": "no", "file_at_once": "yes", "public": "yes",
        "sensitivity": "normal", "photo": "optional"}
HEAP = LEAF | {"code": town.HEAP, "name": "乱堆物料", "definition": "堆放的物料"}
STANDARD = {"code": "01001-1", "subcategory": town.RUBBISH, "area": "*", "condition": "散落", "limit_value": "4",
            "limit_unit": "work_hour", "basis": "estimate", "evidence": "照片", "closing_condition": "干净"}
STANDARD_2 = STANDARD | {"code": "01002-1", "subcategory": town.HEAP}
DEPARTMENTS = ("code,name,level,unit,functions\n"
               "roads,和平区市政,district,120101,roads|drainage\nsanitation_1,和平一街环卫所,street,120101001,sanitation\n")
ACCOUNTS = ("phone,name,role,unit,department,password\n13900000001,张三,handler,120101,roads,correct horse\n"
            "13900000002,李四,leader,12,,\n")


def csv(path: Path, columns: tuple[str, ...], *rows: dict[str, str]) -> Path:
    lines = [",".join(columns), *(",".join(row.get(name, "") for name in columns) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def a_list(folder: Path, *leaves: dict[str, str], standards: tuple[dict[str, str], ...] = (STANDARD,),
           ) -> dict[str, Path]:
    return {"categories": csv(folder / "categories.csv", CATEGORY_COLUMNS, TOP, *leaves),
            "standards": csv(folder / "standards.csv", STANDARD_COLUMNS, *standards)}


def text(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


class Desk:
    """An admin at work: makes drafts, applies them, takes them back, each in a transaction of its own."""

    def __init__(self, engine: Engine, settings: Settings, now: datetime, actor: Actor) -> None:
        self.engine, self.settings, self.actor = engine, settings, actor
        self.tools = Tools(settings, now)

    def make(self, kind: str, files: dict[str, Path], options: Options | None = None) -> Draft:
        with reading(self.engine) as session:
            proposal = drafts.propose(session, kind, files, options or Options(), self.tools)
        with writing(self.engine) as session:
            draft = drafts.keep(session, proposal, self.actor, self.tools.now)
            session.commit()
            return draft

    def apply(self, draft: Draft) -> Draft:
        with writing(self.engine) as session:
            done = drafts.apply(session, draft.id, self.actor, self.tools)
            session.commit()
            return done

    def rollback(self, draft: Draft) -> Draft:
        with writing(self.engine) as session:
            done = drafts.rollback(session, draft.id, self.actor, self.tools)
            session.commit()
            return done

    def compare(self, draft: Draft) -> Draft:
        with writing(self.engine) as session:
            done = drafts.compare(session, draft.id, self.tools)
            session.commit()
            return done

    def discard(self, draft: Draft) -> Draft:
        with writing(self.engine) as session:
            done = drafts.discard(session, draft.id, self.actor, self.tools.now)
            session.commit()
            return done

    @property
    def city(self) -> City:
        with reading(self.engine) as session:
            return read_city(session, self.settings)

    @property
    def revision(self) -> int:
        with reading(self.engine) as session:
            return revision_of(session)

    def count(self, table: type) -> int:
        with reading(self.engine) as session:
            return session.scalar(select(func.count()).select_from(table)) or 0
