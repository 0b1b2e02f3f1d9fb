"""A bulletin as sheets: from the frozen document alone, so that a file made later says the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from governance.calendar import SHANGHAI
from governance.figures.bulletin import Bulletin
from governance.figures.counts import COUNTS, RATES, words_of
from governance.figures.meta import Formula
from governance.figures.sheets import KEYS, Column, Sheet

DIMENSIONS = {"district": "各区", "street": "各街道", "community": "各社区", "cell": "各单元网格",
              "department": "各责任单位", "category": "各大类", "subcategory": "各小类", "source": "各来源"}
LEAGUE = ("分子", "分母", "比率", "样本过小")
STAGES = ("环节", "件数", "用时中位数 (秒)", "用时九成位 (秒)", "计时中位数 (秒)", "计时九成位 (秒)")


def sheets_of(bulletin: Bulletin) -> list[Sheet]:
    """Every dimension, then the leagues, then the stage times."""
    notes, document = _notes(bulletin), bulletin.document
    made = [*_closures(document), *_leagues(document), *_stages(document)]
    formulas = [Formula(name, *words_of(name)) for name in (*COUNTS, *RATES)]
    return [Sheet(each.title, each.columns, each.rows, notes, formulas) for each in made]


def _notes(bulletin: Bulletin) -> list[tuple[str, str]]:
    document = bulletin.document
    at = datetime.fromisoformat(document["counted_at"]).astimezone(SHANGHAI)
    notes = [("通报月份 Month", bulletin.month), ("范围 Unit", f"{document['unit_name']} {bulletin.unit}"),
             ("流程 Process", bulletin.process or "全部 (every process)"), ("版次 Edition", str(bulletin.edition)),
             ("数据截至 As of", at.strftime("%Y-%m-%d %H:%M")), ("发布人 Issued by", bulletin.issuer),
             ("口径版本 Formula version", str(bulletin.formula_version)), ("校验值 SHA-256", bulletin.hash)]
    return [*notes, ("更正理由 Reason", bulletin.reason)] if bulletin.reason else notes


def _closures(document: dict[str, Any]) -> Iterator[Sheet]:
    names = [name for name in (*COUNTS, *RATES) if name in next(iter(document["closure"].values()))["total"]]
    columns = [*KEYS, *(Column(words_of(name)[0], name in RATES) for name in names)]
    for by, table in document["closure"].items():
        rows = [[row["key"], row["name"], *(row[name] for name in names)] for row in (*table["rows"], table["total"])]
        yield Sheet(f"{DIMENSIONS[by]}结案情况", columns, rows)


def _leagues(document: dict[str, Any]) -> Iterator[Sheet]:
    columns = [Column("指标"), Column("名次"), *KEYS, *(Column(heading, heading == "比率") for heading in LEAGUE)]
    for by in dict.fromkeys(table["by"] for table in document["league"]):
        rows = [[words_of(table["rate"])[0], row["rank"], row["key"], row["name"], row["numerator"],
                 row["denominator"], row["value"], "是" if row["small"] else ""]
                for table in document["league"] if table["by"] == by and table["rate"] in RATES
                for row in table["rows"]]
        yield Sheet(f"{DIMENSIONS[by]}排名", columns, rows)


def _stages(document: dict[str, Any]) -> Iterator[Sheet]:
    numbers = ("count", "median_seconds", "p90_seconds", "own_median_seconds", "own_p90_seconds")
    for by, table in document["stages"].items():
        rows = [[row["key"], row["name"], stage["name"], *(stage[name] for name in numbers)]
                for row in (*table["rows"], table["total"]) for stage in row["stages"]]
        yield Sheet(f"{DIMENSIONS[by]}环节用时", [*KEYS, *map(Column, STAGES)], rows)
