"""What people did on the way, as the figures tell it; each number with its list, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.engine import reading
from governance.figures.closure import By, Figure, FigureFilter, closure
from governance.figures.league import league
from governance.figures.stages import stage_times
from governance.incident import Incident
from governance.queries import IncidentFilter, list_incidents
from tests.journey.walk import Walk


def row(walk: Walk, by: By, key: str | None, who: str = "leader") -> Figure:
    with reading(walk.engine) as session:
        rows, _ = closure(session, walk.city, walk.people[who], by, FigureFilter(), walk.now)
    return next(each for each in rows if each.key == key)


def total(walk: Walk, who: str = "leader", by: By = "department") -> Figure:
    with reading(walk.engine) as session:
        return closure(session, walk.city, walk.people[who], by, FigureFilter(), walk.now)[1]


def listed(walk: Walk, figure: str, by: By, key: str | None) -> list[Incident]:
    with reading(walk.engine) as session:
        wanted = IncidentFilter(figure=figure, by=by, key=key)
        return list_incidents(session, walk.people["leader"], wanted, walk.now)[0]


def signed(walk: Walk) -> Incident:
    return walk.act("cleaner", "sign", walk.dispatched())


def test_a_transfer_leaves_each_department_what_is_its_own(walk: Walk) -> None:
    """The first signs too late and passes it on; the second signs and handles it in time."""
    incident = walk.dispatched()
    walk.now += timedelta(hours=2, minutes=30)  # past the limit of signing, an hour, and of handling, two
    walk.act("cleaner", "sign", incident)
    walk.act("dispatcher", "transfer", incident, department="enforcement_1", reason="职责不符")
    walk.act("officer", "sign", incident)
    walk.act("officer", "feed_back", incident, photos=1, reason="已处理")
    first, second = row(walk, "department", "sanitation_1"), row(walk, "department", "enforcement_1")
    assert (first.counts["handling_judged"], first.rates["handling_on_time_rate"]) == (1, 0.0)
    assert (second.counts["handling_judged"], second.rates["handling_on_time_rate"]) == (1, 1.0)
    assert (first.counts["reported"], second.counts["reported"]) == (0, 1)  # the lead is the second
    whole = total(walk)
    assert (whole.counts["handling_judged"], whole.counts["handling_on_time"]) == (1, 0)  # one incident, one was late
    assert [each.id for each in listed(walk, "handling_judged", "department", "sanitation_1")] == [incident.id]
    with reading(walk.engine) as session:
        stages = {each.key: each.stages for each in stage_times(
            session, walk.city, walk.people["leader"], "department", FigureFilter())[0]}
    assert stages["sanitation_1"]["handle"].median_seconds == 2.5 * 3600
    assert stages["enforcement_1"]["handle"].median_seconds == 0


def test_a_whistle_is_answered_in_time_or_not_by_each_that_was_called(walk: Walk) -> None:
    """One comes after twenty minutes, one after forty, one never; ten minutes on, nobody is late yet."""
    incident = walk.act("dispatcher", "whistle", signed(walk), reason="现场会办",
                        assisting=("enforcement_1", "facilities", "traffic"))
    walk.now += timedelta(minutes=20)
    walk.act("officer", "check_in", incident, here=True)
    whole = total(walk)
    assert (whole.counts["whistled"], whole.counts["whistle_judged"], whole.counts["whistle_on_time"]) == (1, 1, 1)
    walk.now += timedelta(minutes=20)
    walk.act("fitter", "check_in", incident, here=True)
    told = {key: row(walk, "department", key).rates["whistle_on_time_rate"]
            for key in ("enforcement_1", "facilities", "traffic")}
    assert told == {"enforcement_1": 1.0, "facilities": 0.0, "traffic": 0.0}
    assert (total(walk).counts["whistle_judged"], total(walk).counts["whistle_on_time"]) == (1, 0)
    assert [each.id for each in listed(walk, "whistle_on_time", "department", "enforcement_1")] == [incident.id]
    assert listed(walk, "whistle_on_time", "department", "facilities") == []


def test_a_supervision_that_is_answered_in_time(walk: Walk) -> None:
    answered, silent = signed(walk), signed(walk)
    for incident in (answered, silent):
        walk.act("supervisor", "supervise", incident, reason="群众反复反映")
    assert total(walk).counts["supervision_judged"] == 0  # both have until tomorrow
    walk.act("cleaner_head", "reply", answered, reason="今日完成")
    walk.now = walk.at("09:30", day=4)
    figure = row(walk, "department", "sanitation_1")
    assert (figure.counts["supervised"], figure.counts["supervision_judged"],
            figure.counts["supervision_on_time"]) == (2, 2, 1)


def test_an_excused_incident_stays_late_and_is_counted_beside(walk: Walk) -> None:
    incident = signed(walk)
    walk.now += timedelta(hours=5, minutes=30)
    walk.act("cleaner", "feed_back", incident, photos=1, reason="已清理")
    walk.act("worker", "check", incident, photos=1, here=True, passed=True)
    appealed = walk.act("cleaner_head", "appeal", incident, reason="道路封闭, 见通告")
    for reviewer in ("dispatcher", "centre"):
        walk.act(reviewer, "uphold", incident, request=appealed.version)
    figure = row(walk, "department", "sanitation_1")
    assert (figure.counts["late"], figure.counts["exempted"], figure.counts["excused"]) == (1, 1, 1)
    assert (figure.rates["on_time_rate"], figure.rates["on_time_or_excused_rate"]) == (0.0, 1.0)


def test_a_suspension_counts_however_it_ends(walk: Walk) -> None:
    asked = walk.act("cleaner", "suspend", signed(walk), reason="冬季不宜施工", until=walk.now + timedelta(days=30))
    walk.dispatched()
    assert total(walk).counts["suspended"] == 0
    walk.act("dispatcher", "grant", asked, request=asked.version)
    assert (total(walk).counts["suspended"], total(walk).rates["suspension_rate"]) == (1, 0.5)


def test_satisfaction_is_of_the_visits_that_were_answered(walk: Walk) -> None:
    """Satisfied, fairly satisfied, and nobody at home: (1 + 0.9) of two."""
    for score in (5, 3, None):
        incident = walk.closed_for("resident")
        if score is None:
            walk.act("dispatcher", "return_visit", incident, contacted=False, reason="无人接听")
        else:
            walk.act("dispatcher", "return_visit", incident, contacted=score == 5, passed=True, score=score)
    figure = total(walk)
    assert (figure.counts["visited"], figure.counts["visits_valid"]) == (3, 2)
    assert figure.rates["satisfied_rate"] == pytest.approx(0.95)
    assert (figure.rates["response_rate"], figure.rates["solved_rate"]) == (0.5, 1.0)
    with reading(walk.engine) as session:
        ranked = league(session, walk.city, walk.people["leader"], "department", "satisfied_rate", FigureFilter(),
                        walk.now, 2)[0]
    assert (ranked[0].rank, ranked[0].numerator, ranked[0].denominator, ranked[0].name) == (1, 1.9, 2, "和平一街环卫所")


def test_a_departments_own_figure_is_its_row_in_the_city(walk: Walk) -> None:
    """Also for what was transferred away, whoever asks."""
    incident = walk.dispatched()
    walk.act("dispatcher", "transfer", incident, department="enforcement_1", reason="职责不符")
    for person, key in (("cleaner", "sanitation_1"), ("officer", "enforcement_1")):
        mine, of_the_city = total(walk, person, "street"), row(walk, "department", key)
        assert mine.counts == of_the_city.counts
        with reading(walk.engine) as session:
            asked = closure(session, walk.city, walk.people["leader"], "street", FigureFilter(department=key),
                            walk.now)[1]
        assert asked.counts == mine.counts
