"""A bulletin on paper: A4, from the frozen document alone, so that what is printed later says the same. Every rate
stands with its numerator and its denominator, and with the month before and the same month a year ago.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from governance.calendar import SHANGHAI
from governance.figures import paper
from governance.figures.bulletin import Bulletin, below
from governance.figures.bulletin_sheet import DIMENSIONS
from governance.figures.counts import COUNTED, RATES, words_of
from governance.figures.paper import Heading

Row = Mapping[str, Any]
Counts = Sequence[str]
#: What the summary counts, and what stands in the tables of units and departments.
SUMMARY: Final = ("reported", "filed", "voided", "merged", "dispatched", "handled", "closed", "open", "overdue")
UNIT_COUNTS: Final = ("reported", "filed", "dispatched", "closed", "open", "overdue")
DEPARTMENT_COUNTS: Final = ("dispatched", "closed", "open", "overdue", "returned", "reworked")
KIND_COUNTS: Final = ("reported", "filed", "closed", "open", "overdue")
#: The rates that a bulletin announces for each unit and department, and ranks.
RANKED: Final = ("closure_rate", "on_time_rate")
MOST_SUBCATEGORIES: Final = 30
NUMERALS: Final = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五")


def pdf_of(bulletin: Bulletin, moved: Sequence[Row] | None = None) -> bytes:
    """`moved`: what would be another number today, told at the end of one that is frozen."""
    document = bulletin.document
    foot = [document["unit_name"], f"{month_name(bulletin.month)}通报", _edition(bulletin),
            f"数据截至 {_counted(document)}", *([f"SHA-256 {bulletin.hash[:16]}…"] if bulletin.hash else [])]
    story = [*_head(bulletin)]
    for place, (title, parts) in enumerate(_sections(bulletin, moved)):
        story += paper.section(f"{NUMERALS[place]}、{title}", *parts)
    return paper.pdf(story, f"{document['unit_name']}{month_name(bulletin.month)}网格化治理通报",
                     bulletin.issuer or document["unit_name"], "　".join(foot))


def month_name(month: str) -> str:
    year, _, number = month.partition("-")
    return f"{year} 年 {int(number)} 月"


# ---- head ----------------------------------------------------------------------------------------------------------

def _head(bulletin: Bulletin) -> Iterator[Any]:
    document = bulletin.document
    yield paper.words(f"{document['unit_name']}网格化治理月度通报", paper.TITLE)
    yield paper.words(f"{month_name(bulletin.month)}　Monthly bulletin, {bulletin.month}", paper.SUBTITLE)
    yield paper.mark(_mark(bulletin), bool(bulletin.edition))
    yield paper.gap()
    yield paper.facts(list(_facts(bulletin)))


def _mark(bulletin: Bulletin) -> str:
    if not bulletin.edition:
        return "现时统计, 尚未发布, 数字仍会变化 (live, not issued)"
    issued = bulletin.issued_at.astimezone(SHANGHAI)
    return f"已发布, {_edition(bulletin)}, 冻结于 {issued:%Y-%m-%d %H:%M} (frozen)"


def _edition(bulletin: Bulletin) -> str:
    return f"第 {bulletin.edition} 版" if bulletin.edition else "未发布"


def _facts(bulletin: Bulletin) -> Iterator[tuple[str, str]]:
    document = bulletin.document
    since, until = (datetime.fromisoformat(document[name]).astimezone(SHANGHAI) for name in ("from", "to"))
    yield "范围 Unit", f"{document['unit_name']} {bulletin.unit}"
    yield "统计期 Period", f"{since:%Y-%m-%d} 至 {until - timedelta(seconds=1):%Y-%m-%d}"
    yield "流程 Process", bulletin.process or "全部 (every process)"
    yield "版次 Edition", _edition(bulletin)
    yield "数据截至 As of", _counted(document)
    yield "发布人 Issued by", bulletin.issuer or "–"
    yield "口径版本 Formulas", str(bulletin.formula_version)
    yield "排名最小样本 Ranked from", f"分母 denominator {document['minimum']}"
    if bulletin.reason:
        yield "更正理由 Corrected", bulletin.reason


def _counted(document: Row) -> str:
    return f"{datetime.fromisoformat(document['counted_at']).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


# ---- sections ------------------------------------------------------------------------------------------------------

def _sections(bulletin: Bulletin, moved: Sequence[Row] | None) -> Iterator[tuple[str, list[Any]]]:
    document, units = bulletin.document, below(bulletin.unit)
    total = document["closure"][units]["total"]
    yield "总体情况 Overall", [_totals(total), paper.gap(), _rates(document, units)]
    for by, counts in ((units, UNIT_COUNTS), ("department", DEPARTMENT_COUNTS)):
        yield _title(document, by), [_by(document, by, counts)]
        for rate in RANKED:
            if league := _league(document, by, rate):
                zh, en, *_ = words_of(rate)
                yield f"{DIMENSIONS[by]}{zh}排名 {by.capitalize()}: {en}", [_ranking(league)]
    for by in ("category", "subcategory", "source"):
        yield _title(document, by), [_by(document, by, KIND_COUNTS)]
    yield "环节用时 Stage times", [_stages(document["stages"][units]["total"])]
    if moved:
        yield "发布后的变化 Moved since it was issued", [_moved(moved)]
    yield "口径 Formulas", [paper.words(line, paper.NOTE) for line in _formulas()]


def _title(document: Row, by: str) -> str:
    many = by == "subcategory" and len(document["closure"][by]["rows"]) > MOST_SUBCATEGORIES
    return f"{DIMENSIONS[by]}情况 By {by}" + (f" (上报最多的 {MOST_SUBCATEGORIES} 类 most reported)" if many else "")


def _totals(total: Row) -> Any:
    return paper.table([Heading(COUNTED[name].zh) for name in SUMMARY], [[number(total[name]) for name in SUMMARY]])


def _rates(document: Row, by: str) -> Any:
    """Each rate of all together, with what it is made of, before and a year ago."""
    headings = [Heading("指标", 2.4, False), Heading("本月", 1.1), Heading("分子 / 分母", 1.6), Heading("上月", 1.1),
                Heading("分子 / 分母", 1.6), Heading("去年同月", 1.1), Heading("分子 / 分母", 1.6)]
    rows = []
    for rate in RATES:
        if league := _league(document, by, rate):
            total = league["total"]
            rows.append([words_of(rate)[0], *_with_parts(total), *_with_parts(total.get("last_month")),
                         *_with_parts(total.get("last_year"))])
    return paper.table(headings, rows)


def _by(document: Row, by: str, counts: Counts) -> Any:
    """Counts and the announced rates of every row, and of all together."""
    table = document["closure"][by]
    rows = table["rows"]
    if by == "subcategory":
        rows = sorted(rows, key=lambda row: -row["reported"])[:MOST_SUBCATEGORIES]
    headings = [Heading("名称", 2.2, False), *(Heading(COUNTED[name].zh) for name in counts)]
    for rate in RANKED:
        headings += [Heading(words_of(rate)[0], 1.2), Heading("分子 / 分母", 1.4)]
    return paper.table(headings, [_counted_row(row, counts) for row in (*rows, table["total"])], last_is_total=True)


def _counted_row(row: Row, counts: Counts) -> list[str]:
    cells = [name(row), *(number(row[each]) for each in counts)]
    for rate in RANKED:
        part, whole = RATES[rate].of(row)
        cells += [percent(row[rate]), f"{number(part)} / {number(whole)}"]
    return cells


def _league(document: Row, by: str, rate: str) -> Row | None:
    return next((each for each in document["league"] if (each["by"], each["rate"]) == (by, rate)), None)


def _ranking(league: Row) -> Any:
    headings = [Heading("名次", 0.7), Heading("名称", 2.6, False), Heading("本月", 1), Heading("分子 / 分母", 1.5),
                Heading("上月", 1), Heading("增减 (百分点)", 1.3), Heading("去年同月", 1), Heading("说明", 1.1, False)]
    rows = [[str(row["rank"] or "–"), name(row), *_with_parts(row), *_before(row.get("last_month")),
             percent((row.get("last_year") or {}).get("value")), "样本过小" if row["small"] else ""]
            for row in league["rows"]]
    return paper.table(headings, rows)


def _before(past: Row | None) -> tuple[str, str]:
    points = (past or {}).get("points")
    return percent((past or {}).get("value")), "–" if points is None else f"{round(points, 1) + 0:+.1f}"


def _with_parts(row: Row | None) -> tuple[str, str]:
    if row is None:
        return "–", "–"
    return percent(row["value"]), f"{number(row['numerator'])} / {number(row['denominator'])}"


def _stages(total: Row) -> Any:
    headings = [Heading("环节", 1.4, False), Heading("件数"), Heading("用时中位数", 1.4), Heading("用时九成位", 1.4),
                Heading("计时中位数", 1.4), Heading("计时九成位", 1.4)]
    spans = ("median_seconds", "p90_seconds", "own_median_seconds", "own_p90_seconds")
    return paper.table(headings, [[stage["name"], number(stage["count"]), *(span(stage[each]) for each in spans)]
                                  for stage in total["stages"]])


def _moved(moved: Sequence[Row]) -> Any:
    headings = [Heading("名称", 2, False), Heading("指标", 2, False), Heading("发布时", 1), Heading("现时", 1)]
    rows = [[name(row), words_of(each)[0], *(shown(each, values[when]) for when in ("frozen", "live"))]
            for row in moved for each, values in row["numbers"].items()]
    return paper.table(headings, rows)


def _formulas() -> Iterator[str]:
    used = dict.fromkeys((*SUMMARY, *UNIT_COUNTS, *DEPARTMENT_COUNTS))
    yield "; ".join(f"{words_of(each)[0]}: {words_of(each)[2]}" for each in used) + "。"
    yield from (f"{words_of(rate)[0]} = {words_of(rate)[2]}" for rate in RATES)
    yield "用时按自然时间, 计时按该环节时限的计时方式 (工作时间、扣除暂停)。比率无分母时为 –。"


# ---- cells ---------------------------------------------------------------------------------------------------------

def name(row: Row) -> str:
    """Of a row without a place, and of all together, the Chinese words alone."""
    said = str(row["name"])
    return said.partition(" (")[0] if row.get("key") is None else said


def number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}".removesuffix(".0")


def percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}%"


def shown(figure: str, value: float | None) -> str:
    return percent(value) if figure in RATES else number(value)


def span(seconds: float | None) -> str:
    """A time in the largest unit that it fills."""
    if seconds is None:
        return "–"
    for unit, length in (("天", 86_400), ("小时", 3_600), ("分钟", 60)):
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} 秒"
