"""What a figure counts, and its rates: names, words and formulas, in one table each. No database here.

A count is a number of *incidents*. `COHORT` counts are of the incidents reported in the period, as they stand now:
filed, dispatched and handled mean "ever" (a reopened incident was handled before); closed, settled, voided, merged,
open and overdue mean "now"; returned, reworked, extended … "at least once". `PERIOD` counts are of what fell due or
ended in the period, whenever it was reported. `STAGE` counts are of the verdicts of an incident's clocks, `REQUEST`
counts of what was asked of departments (吹哨, 督办); by department they belong to the department of the clock or of
the request, not to the one that leads the incident today: that is fair after a transfer.

Several clocks of one stage (a rework, a second dispatch) make one verdict: on time if all were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

#: Raised with every change of what a number means; a bulletin keeps the version it was counted with.
FORMULAS = 1
COHORT, PERIOD, STAGE, REQUEST = "cohort", "period", "stage", "request"
FAIRLY = 0.9

#: Stage of a clock -> name of its figures.
STAGES = {"accept": "filing", "verify": "verify", "dispatch": "dispatch", "sign": "sign", "handle": "handling",
          "check": "check"}
#: What the stages of other processes are in figures: a moderator accepts, an answer is the handling of an inquiry.
ALIKE = {"accept": ("accept", "accept_lead", "accept_street", "accept_centre", "moderate"), "verify": ("verify",),
         "dispatch": ("dispatch",), "sign": ("sign",), "handle": ("handle", "answer"),
         "check": ("check", "review", "call_back")}
EVERY_STAGE = tuple(stage for stages in ALIKE.values() for stage in stages)
#: The actions by which a department says that it is done.
FEEDS_BACK = ("feed_back", "answer")
STAGE_NAMES = {"accept": ("受理", "accepting"), "verify": ("核实", "verifying"), "dispatch": ("派遣", "dispatching"),
               "sign": ("签收", "signing"), "handle": ("处置", "handling"), "check": ("核查", "checking")}
#: Kind of a request -> name of its figures.
REQUESTS = {"whistle": "whistle", "supervise": "supervision"}
JUDGED, ON_TIME = "_judged", "_on_time"


@dataclass(frozen=True)
class Count:
    """A count: its name for people, and what it is of in words."""

    name: str
    zh: str
    en: str
    kind: str
    what: str
    what_en: str


@dataclass(frozen=True)
class Rate:
    """A rate: counts with their weights above and below the line. `down`: less is better."""

    name: str
    zh: str
    en: str
    part: Mapping[str, float]
    whole: Mapping[str, float]
    down: bool = False

    def of(self, counts: Mapping[str, int]) -> tuple[float, float]:
        """Numerator and denominator; whole numbers stay whole."""
        return _sum(self.part, counts), _sum(self.whole, counts)

    def value(self, counts: Mapping[str, int]) -> float | None:
        return rate(*self.of(counts))

    def formula(self) -> tuple[str, str]:
        """In words, Chinese and English."""
        return (f"{_words(self.part, 'zh')} / {_words(self.whole, 'zh')}",
                f"{_words(self.part, 'en')} / {_words(self.whole, 'en')}")


def rate(numerator: float, denominator: float) -> float | None:
    """The part of the whole; None when there is no whole."""
    return numerator / denominator if denominator else None


def closure_rate(reported: int, voided: int, merged: int, closed: int) -> float | None:
    """Closed of those that were to be closed."""
    return rate(closed, reported - voided - merged)


def _sum(weights: Mapping[str, float], counts: Mapping[str, int]) -> float:
    total = sum(weight * counts.get(name, 0) for name, weight in weights.items())
    return round(total, 1) if isinstance(total, float) else total


def _words(weights: Mapping[str, float], language: str) -> str:
    parts: list[str] = []
    for name, weight in weights.items():
        sign = "− " if weight < 0 else "+ " if parts else ""
        times = "" if abs(weight) == 1 else f"{abs(weight):g} × "
        parts.append(f"{sign}{times}{getattr(COUNTED[name], language)}")
    return parts[0] if len(parts) == 1 else f"({' '.join(parts)})"


# ---- the counts ----------------------------------------------------------------------------------------------------

_PLAIN = (
    Count("reported", "上报", "reported", COHORT, "期间上报的事件", "reported in the period"),
    Count("filed", "立案", "filed", COHORT, "其中曾立案", "of these, ever filed"),
    Count("voided", "作废", "voided", COHORT, "其中现为作废", "of these, now void"),
    Count("merged", "并案", "merged", COHORT, "其中现已并案", "of these, now merged into another"),
    Count("dispatched", "派遣", "dispatched", COHORT, "其中曾派遣", "of these, ever dispatched"),
    Count("handled", "处置", "handled", COHORT, "其中部门曾反馈", "of these, ever fed back by a department"),
    Count("closed", "结案", "closed", COHORT, "其中现已结案", "of these, now closed"),
    Count("settled", "现场处置", "settled", COHORT, "其中未经部门反馈而结案",
          "of these, closed with no department feeding back"),
    Count("open", "在办", "open", COHORT, "其中尚未终结", "of these, still open"),
    Count("overdue", "在办超期", "overdue", COHORT, "在办且有时限已过", "open, and past a due time"),
    Count("returned", "退回", "returned", COHORT, "曾被退回", "returned at least once"),
    Count("reworked", "返工", "reworked", COHORT, "核查曾不通过", "failed a check at least once"),
    Count("extended", "延期", "extended", COHORT, "曾准予延期", "granted an extension at least once"),
    Count("suspended", "挂账", "suspended", COHORT, "曾挂账", "suspended at least once"),
    Count("reopened", "重办", "reopened", COHORT, "曾重办", "reopened at least once"),
    Count("supervised", "督办", "supervised", COHORT, "曾被督办", "supervised at least once"),
    Count("whistled", "吹哨", "whistled", COHORT, "曾吹哨", "departments were called to the place"),
    Count("escalated", "升级", "escalated", COHORT, "曾升级", "escalated at least once"),
    Count("accurate", "准确派遣", "accurate", COHORT, "派遣且从未退回", "dispatched and never returned"),
    Count("late", "超期处置", "late", COHORT, "处置曾超期 (豁免不改变此事实)",
          "handled late; an exemption does not change this"),
    Count("exempted", "申诉豁免", "exempted", COHORT, "超期但申诉准予豁免, 与超期并列",
          "late but excused on appeal; counted beside"),
    Count("visited", "回访", "visited", COHORT, "已回访", "a return visit was made"),
    Count("visits_valid", "有效回访", "visits valid", COHORT, "回访有应答", "the return visit was answered"),
    Count("contacted", "响应", "contacted", COHORT, "有效回访中已联系", "valid visits: was contacted"),
    Count("solved", "解决", "solved", COHORT, "有效回访中已解决", "valid visits: was solved"),
    Count("satisfied", "满意", "satisfied", COHORT, "有效回访中评 4 或 5", "valid visits: a score of 4 or 5"),
    Count("fairly_satisfied", "基本满意", "fairly satisfied", COHORT, "有效回访中评 3", "valid visits: a score of 3"),
    Count("rated", "上报人评价", "rated", COHORT, "上报人已评价", "the reporter has rated it"),
    Count("rated_satisfied", "评价满意", "rated satisfied", COHORT, "上报人评 4 或 5", "the reporter's 4 or 5"),
    Count("rated_fairly", "评价基本满意", "rated fairly", COHORT, "上报人评 3", "the reporter's 3"),
    Count("due", "应结", "due", PERIOD, "处置时限在期间内且已到期, 或在期间内结案 (作废、并案除外)",
          "the handling limit lies in the period and has run out, or closed in it; neither void nor merged"),
    Count("closed_on_time", "按期结案", "closed on time", PERIOD, "应结中已结案且处置未超期",
          "of those due: closed, handled in time"),
    Count("excused", "应结中豁免", "excused", PERIOD, "应结中已结案、超期且申诉准予豁免",
          "of those due: closed, late, excused"),
    Count("ended", "本期结案", "closed in the period", PERIOD, "期间内结案, 不论何时上报",
          "closed in the period, whenever reported"),
)


def _pair(name: str, zh: str, en: str, kind: str) -> tuple[Count, Count]:
    what = (f"{zh}已有时限结论", f"{en}: a verdict of time stands") if kind == STAGE else (
        f"{zh}应在时限内应答且已有结论", f"{en}: answered, or the time to answer has run out")
    on_time = (f"其中全部按时 ({zh})", f"of these, all on time ({en})")
    return (Count(name + JUDGED, f"{zh}应按时", f"{en} judged", kind, *what),
            Count(name + ON_TIME, f"{zh}按时", f"{en} on time", kind, *on_time))


_WORDS = {**{STAGES[stage]: (*words, STAGE) for stage, words in STAGE_NAMES.items()},
          "whistle": ("吹哨报到", "whistle arrival", REQUEST),
          "supervision": ("督办回复", "supervision answer", REQUEST)}
_ALL: tuple[Count, ...] = (*_PLAIN, *(count for name, words in _WORDS.items() for count in _pair(name, *words)))
COUNTED: dict[str, Count] = {count.name: count for count in _ALL}
COUNTS: tuple[str, ...] = tuple(COUNTED)


def of_kind(names: Iterable[str], *kinds: str) -> list[str]:
    """The counts of these kinds among the names, in their order."""
    return [name for name in names if COUNTED[name].kind in kinds]


# ---- the rates -----------------------------------------------------------------------------------------------------

def _share(name: str, zh: str, en: str, part: str, whole: str, down: bool = False) -> Rate:
    return Rate(name, zh, en, {part: 1}, {whole: 1}, down)


def _on_time(name: str) -> Rate:
    zh, en, _ = _WORDS[name]
    return _share(f"{name}_on_time_rate", f"{zh}按时率", f"{en} on-time rate", name + ON_TIME, name + JUDGED)


#: 响应/解决/满意: 接诉即办 "三率" over valid return visits (domain brief 2.5); fairly satisfied counts 0.9.
_RATES = (
    Rate("closure_rate", "结案率", "closure rate", {"closed": 1}, {"reported": 1, "voided": -1, "merged": -1}),
    _share("on_time_rate", "按期结案率", "on-time closure rate", "closed_on_time", "due"),
    Rate("on_time_or_excused_rate", "按期结案率 (豁免计入)", "on-time closure rate, excused included",
         {"closed_on_time": 1, "excused": 1}, {"due": 1}),
    *(_on_time(name) for name in _WORDS),
    _share("accurate_dispatch_rate", "准确派遣率", "accurate-dispatch rate", "accurate", "dispatched"),
    _share("return_rate", "退回率", "return rate", "returned", "dispatched", down=True),
    _share("rework_rate", "返工率", "rework rate", "reworked", "handled", down=True),
    _share("extension_rate", "延期率", "extension rate", "extended", "dispatched", down=True),
    _share("suspension_rate", "挂账率", "suspension rate", "suspended", "dispatched", down=True),
    _share("response_rate", "响应率", "response rate", "contacted", "visits_valid"),
    _share("solved_rate", "解决率", "solved rate", "solved", "visits_valid"),
    Rate("satisfied_rate", "满意率", "satisfied rate", {"satisfied": 1, "fairly_satisfied": FAIRLY},
         {"visits_valid": 1}),
    Rate("rating_rate", "评价满意率", "rating satisfied rate", {"rated_satisfied": 1, "rated_fairly": FAIRLY},
         {"rated": 1}),
)
RATES: dict[str, Rate] = {each.name: each for each in _RATES}


def words_of(name: str) -> tuple[str, str, str, str]:
    """Of a count or a rate: its name and its formula, each in Chinese and English."""
    if name in COUNTED:
        count = COUNTED[name]
        return count.zh, count.en, count.what, count.what_en
    return RATES[name].zh, RATES[name].en, *RATES[name].formula()


def made_of(name: str) -> tuple[dict[str, float] | None, dict[str, float] | None]:
    """The counts above and below the line of a rate, with their weights; none of a count."""
    return (dict(RATES[name].part), dict(RATES[name].whole)) if name in RATES else (None, None)
