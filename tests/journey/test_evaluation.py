"""People at work through a month, and how they and their departments are evaluated for it, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, update

from data.engine import reading, writing
from governance.city import City
from governance.errors import InvalidField, NotAllowed
from governance.figures.closure import FigureFilter
from governance.figures.evaluation import Evaluated, evaluate, evaluations, formula_of, this_month
from governance.figures.evaluation_formula import FOLDER, BadEvaluation, grade_of, load_evaluation, score
from governance.incident import Incident
from governance.people import Account, Actor
from tests import town
from tests.journey.walk import Walk

MONTH = FigureFilter(since=town.NOW.replace(day=1, hour=0), until=town.NOW.replace(day=31, hour=0))


class Office:
    """Asks for evaluations after the walk."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk

    def of(self, kind: str, who: str = "supervisor", **wanted: Any) -> dict[str, Evaluated]:
        with reading(self.walk.engine) as session:
            rows = evaluate(session, self.walk.city, self.walk.people[who], kind, replace(MONTH, **wanted),
                            self.walk.now)
        return {row.name: row for row in rows}

    def counts(self, kind: str, name: str, **wanted: Any) -> dict[str, tuple[float, float | None]]:
        row = self.of(kind, **wanted)[name]
        return {each.code: (each.numerator, each.denominator) for each in row.score.components}


@pytest.fixture
def office(walk: Walk) -> Office:
    return Office(walk)


# ---- people --------------------------------------------------------------------------------------------------------

def test_a_grid_worker_is_judged_by_own_reports_and_checks(walk: Walk, office: Office) -> None:
    """Two reports filed, one void, one still waiting; one check in time and one an hour late."""
    for minutes in (5, 60):
        incident = walk.dispatched()
        walk.act("cleaner", "sign", incident)
        walk.act("cleaner", "feed_back", incident, photos=1, reason="已清理")
        walk.now += timedelta(minutes=minutes)
        walk.act("lead", "check", incident, photos=1, here=True, passed=True)
    void = walk.report("worker", town.NOISE)
    walk.act("dispatcher", "void", void, reason="不属实")
    walk.report("worker", town.NOISE)
    assert office.counts("grid_worker", "王网格") == {
        "valid_reports": (2, 3), "missed": (0, 2), "verify_on_time": (0, 0), "check_on_time": (0, 0)}
    assert office.counts("grid_worker", "张格长")["check_on_time"] == (1, 2)
    row = office.of("grid_worker")["王网格"]
    assert (row.score.total, row.score.grade) == (pytest.approx(100 * (40 * 2 / 3 + 20) / 60, abs=0.01), "B")
    assert (row.score.small, row.score.partial) == (True, True)


def test_what_residents_had_to_report_was_missed_if_it_was_clear_to_see(walk: Walk, office: Office) -> None:
    seen, unseen = walk.report("resident", town.RUBBISH), walk.report("resident", town.NOISE)
    for incident in (seen, unseen):
        walk.act("dispatcher", "file", incident)
    walk.dispatched()
    assert office.counts("grid_worker", "王网格")["missed"] == (1, 3)
    assert office.counts("grid_worker", "李网格")["missed"] == (0, 0)  # of the next community


def test_a_verification_in_time_is_the_workers_and_the_call_for_it_the_desks(walk: Walk, office: Office) -> None:
    incident = walk.report("resident", town.NOISE)
    walk.act("dispatcher", "ask_verify", incident)
    walk.now += timedelta(minutes=10)
    walk.act("worker", "verify", incident, photos=1, here=True, passed=True)
    walk.act("dispatcher", "file", incident)
    assert office.counts("grid_worker", "王网格")["verify_on_time"] == (1, 1)
    assert office.counts("accepter", "陈派遣") == {
        "volume": (1, None), "verify_called": (1, 1), "accept_on_time": (1, 1)}
    assert office.of("accepter")["陈派遣"].score.total == 100 * (25 * 0.4 + 40 + 35) / 100


def test_late_filing_and_what_was_void_afterwards(walk: Walk, office: Office) -> None:
    on_time, late = walk.report("resident", town.LAMP), walk.report("resident", town.LAMP)
    walk.act("dispatcher", "file", on_time)
    walk.now += timedelta(minutes=16)
    walk.act("dispatcher", "file", late)
    walk.act("dispatcher", "void", late, reason="重复")
    assert office.counts("duty_chief", "陈派遣") == {
        "file_on_time": (1, 2), "file_accurate": (1, 2), "close_on_time": (0, 0)}


def test_a_dispatch_that_comes_back_was_not_accurate_whoever_mends_it(walk: Walk, office: Office) -> None:
    """陈 sends it to the wrong department, which returns it; the centre sends it to the right one."""
    incident = walk.report("worker", town.STALL, photos=1)
    walk.act("dispatcher", "dispatch", incident, department="sanitation_1")
    walk.act("cleaner", "return", incident, reason="不属本单位")
    walk.act("centre", "dispatch", incident, department="enforcement_1")
    assert office.counts("dispatcher", "陈派遣") == {
        "volume": (1, None), "dispatch_on_time": (1, 1), "dispatch_accurate": (0, 1)}
    assert office.counts("dispatcher", "郭中心")["dispatch_accurate"] == (1, 1)


def test_work_counts_in_the_month_in_which_it_was_done(walk: Walk, office: Office) -> None:
    walk.dispatched()
    before = {"since": town.NOW - timedelta(days=40), "until": town.NOW}
    assert office.counts("grid_worker", "王网格", **before)["valid_reports"] == (0, 0)
    assert office.of("grid_worker", **before)["王网格"].score.grade is None
    assert this_month(FigureFilter(), town.NOW).since == town.NOW.replace(day=1, hour=0)
    assert this_month(MONTH, town.NOW) == MONTH


# ---- departments ---------------------------------------------------------------------------------------------------

def handled(walk: Walk, hours: float) -> Incident:
    """Dispatched to the street's sanitation, and handled so many working hours later."""
    incident = walk.dispatched()
    walk.act("cleaner", "sign", incident)
    walk.now += timedelta(hours=hours)
    return walk.act("cleaner", "feed_back", incident, photos=1, reason="已清理")


def test_a_department_is_judged_by_what_fell_due_or_was_handled(walk: Walk, office: Office) -> None:
    """One in time, one late, one waiting past its limit, one whose limit has not come; one failed its check."""
    incident = handled(walk, 1)
    walk.act("worker", "check", incident, photos=1, here=True, passed=False, reason="未清净")
    walk.act("cleaner", "feed_back", incident, photos=1, reason="已清净")
    walk.dispatched()               # due today at half past eleven, waits
    handled(walk, 2.5)              # due at noon, handled at half past
    walk.now = walk.at("08:30", day=4)
    walk.dispatched()               # due at half past ten
    walk.now = walk.at("09:00", day=4)
    counts = office.counts("department", "和平一街环卫所")
    assert counts["rework"] == (1, 1)
    assert counts["handled"][1] == counts["overdue_waiting"][1] == 4  # the rework's clock is one of its own
    assert (counts["handled"][0], counts["overdue_waiting"][0]) == (3, 1)
    assert counts["handled_on_time"] == (2, 4)
    later = office.counts("department", "和平一街环卫所", since=walk.at("08:00", day=4))
    assert later["handled"] == (0, 0)  # nothing of that morning is due yet


def test_what_was_excused_on_appeal_counts_as_in_time(walk: Walk, office: Office) -> None:
    incident = handled(walk, 2.5)
    assert office.counts("department", "和平一街环卫所")["handled_on_time"] == (0, 1)
    with writing(walk.engine) as session:
        session.execute(update(Incident).where(Incident.id == incident.id).values(exempt=True))
        session.commit()
    assert office.counts("department", "和平一街环卫所")["handled_on_time"] == (1, 1)
    assert office.of("department")["和平一街环卫所"].score.total == 100.0


def test_what_was_transferred_away_is_not_held_against_it(walk: Walk, office: Office) -> None:
    incident = walk.dispatched()
    walk.act("dispatcher", "transfer", incident, department="sanitation_2", reason="地界")
    walk.now += timedelta(days=2)
    assert office.counts("department", "和平一街环卫所")["handled"] == (0, 0)
    assert office.counts("department", "和平二街环卫所")["overdue_waiting"] == (1, 1)


# ---- who sees whose ------------------------------------------------------------------------------------------------

SEES: dict[str, Callable[[Account], bool]] = {
    "supervisor": lambda a: True, "leader": lambda a: True, "centre": lambda a: a.unit.startswith(town.HEPING),
    "dispatcher": lambda a: a.unit.startswith(town.STREET), "worker": lambda a: a.name == "王网格",
    "lead": lambda a: a.name == "张格长", "cleaner": lambda a: False,
}


def test_people_are_seen_by_who_oversees_them_and_by_themselves(walk: Walk, office: Office) -> None:
    accounts = [a for a in town.accounts() if a.role in ("grid_worker", "community_lead")]
    for who, sees in SEES.items():
        assert set(office.of("grid_worker", who)) == {a.name for a in accounts if sees(a)}, who
    for who in ("admin", "auditor", "resident"):
        with pytest.raises(NotAllowed):
            office.of("grid_worker", who)
    with pytest.raises(NotAllowed):
        office.of("grid_worker", "dispatcher", unit=town.STREET_2)


def test_a_departments_people_see_their_own_department_only(office: Office) -> None:
    assert set(office.of("department", "cleaner")) == set(office.of("department", "cleaner_head")) == {"和平一街环卫所"}
    assert office.of("department", "worker") == {}
    assert len(office.of("department", "centre")) == 8
    assert len(office.of("department", "dispatcher")) == 4


def test_residents_are_never_scored(walk: Walk, office: Office) -> None:
    for kind, formula in evaluations().items():
        assert "resident" not in formula.roles
        assert "郑居民" not in office.of(kind)


def test_a_kind_without_a_formula_is_told(office: Office) -> None:
    with pytest.raises(InvalidField) as refused:
        office.of("resident")
    assert (refused.value.code, refused.value.problems[0].field) == ("unknown_evaluation", "of")


# ---- the formulas --------------------------------------------------------------------------------------------------

def test_the_seeds_weights_and_grades_are_those_of_the_source() -> None:
    weights = {kind: [c.weight for c in formula.components] for kind, formula in evaluations().items()}
    assert weights == {"grid_worker": [40, 20, 20, 20], "accepter": [25, 40, 35], "duty_chief": [25, 40, 35],
                       "dispatcher": [20, 40, 40], "department": [30, 20, 20, 20, 10]}
    formula = formula_of("department")
    assert [grade_of(formula, total) for total in (100, 90, 89.99, 75, 60, 59, 40, 39.9, 0)] == list("AABBCDDEE")


@pytest.mark.parametrize(("count", "points"), [
    (2001, 100), (2000, 90), (1201, 90), (1200, 75), (501, 75), (500, 60), (301, 60), (300, 40), (1, 40), (0, None)])
def test_a_volume_has_its_step(count: int, points: int | None) -> None:
    (volume,) = [c for c in score(formula_of("accepter"), {"accepted": count}).components if c.code == "volume"]
    assert volume.score == points


def test_a_penalty_takes_away_by_its_weight() -> None:
    counts = {"to_handle": 20, "handled": 18, "handled_on_time": 15, "handled_excused": 1, "overdue_waiting": 2,
              "extended": 4, "checked": 10, "reworked": 1}
    found = score(formula_of("department"), counts)
    assert [round(c.points or 0, 3) for c in found.components] == [27, 16, 18, 18, 8]
    assert (found.total, found.grade, found.small, found.partial) == (87.0, "B", False, False)


@pytest.mark.parametrize(("change", "said"), [
    ({"roles": ["resident"]}, "never scored"), ({"roles": []}, "roles are needed"), ({"whose": "city"}, "whose"),
    ({"grades": {"A": 90, "B": 95, "E": 0}}, "grades"), ({"grades": {"A": 90}}, "grades"), ({"components": {}}, "100"),
    ({"components": {"a": {"zh": "甲", "en": "a", "weight": 100, "part": ["beauty"], "whole": ["reports"]}}}, "beauty"),
    ({"components": {"a": {"zh": "甲", "en": "a", "weight": 100}}}, "needs part and whole"),
    ({"minimum": None}, "not complete"),
])
def test_a_formula_that_cannot_be_used_is_told_when_it_is_read(tmp_path: Path, change: dict[str, Any],
                                                               said: str) -> None:
    data = yaml.safe_load((FOLDER / "grid_worker.yaml").read_text(encoding="utf-8"))
    path = tmp_path / "grid_worker.yaml"
    path.write_text(yaml.safe_dump({**data, **change}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(BadEvaluation, match=said):
        load_evaluation(path)


def test_only_the_caller_asked_decides_the_scope(engine: Engine, city: City, people: dict[str, Actor]) -> None:
    with reading(engine) as session, pytest.raises(InvalidField):
        evaluate(session, city, people["leader"], "grid_worker", FigureFilter(unit="99"), town.NOW)
