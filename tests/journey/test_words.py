"""A report in words alone: ranked for the desk, filed by the system only when the city's confidence is reached."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from data.engine import reading
from governance.city import City
from governance.incident import Incident
from governance.learning import Lesson
from tests import town
from tests.journey.walk import Walk


def asking(city: City, confidence: float) -> City:
    """The same city with another confidence set."""
    return replace(city, settings=city.settings.model_copy(update={"auto_confidence": confidence}))


def lessons(walk: Walk) -> list[Lesson]:
    with reading(walk.engine) as session:
        return list(session.scalars(select(Lesson)))


def in_words(walk: Walk, who: str, words: str, photos: int = 1) -> Incident:
    return walk.report(who, None, description=words, photos=photos)


def test_the_desk_sees_what_the_words_may_mean_and_why(walk: Walk) -> None:
    incident = in_words(walk, "resident", "路边井盖没了, 太危险")
    first = incident.decision["suggestions"][0]
    assert (incident.status, incident.subcategory, first["subcategory"]) == ("reported", None, town.MANHOLE)
    assert any("井盖" in reason for reason in first["reasons"])
    assert incident.decision["suggestions"] == sorted(
        incident.decision["suggestions"], key=lambda one: -one["confidence"])


def test_a_workers_clear_words_are_filed_and_dispatched(walk: Walk) -> None:
    walk.city = asking(walk.city, 0.5)
    incident = in_words(walk, "worker", "井盖没了, 井盖缺失")
    assert (incident.status, incident.subcategory, incident.department) == ("dispatched", town.MANHOLE, "facilities")
    assert incident.decision["confidence"] >= 0.5
    assert walk.history(incident)[1].role == "engine"


@pytest.mark.parametrize(("who", "confidence", "photos"), [
    ("worker", 1.0, 1), ("resident", 0.5, 1), ("worker", 0.5, 0)])
def test_below_the_confidence_or_without_what_filing_needs_the_desk_decides(walk: Walk, who: str, confidence: float,
                                                                            photos: int) -> None:
    walk.city = asking(walk.city, confidence)
    incident = in_words(walk, who, "井盖没了, 井盖缺失", photos)
    assert (incident.status, incident.subcategory) == ("reported", None)


def test_words_that_say_nothing_are_said_to_say_nothing(walk: Walk) -> None:
    incident = in_words(walk, "resident", "qqq 123")
    assert incident.decision["suggestions"] == []
    assert "认识的词" in incident.decision["little"]


def test_a_correction_teaches_the_next_ranking(walk: Walk) -> None:
    words = "大爷在桥洞下面支了个棋摊"
    before = in_words(walk, "resident", words)
    walk.act("dispatcher", "file", before, subcategory=town.NOISE)
    assert [(one.source, one.code, one.incident_id) for one in lessons(walk)] == [
        ("correction", town.NOISE, before.id)]
    after = in_words(walk, "resident_2", words)
    assert after.decision["suggestions"][0]["subcategory"] == town.NOISE


def test_agreeing_and_restricted_matters_teach_nothing(walk: Walk) -> None:
    agreed = in_words(walk, "resident", "路边井盖没了, 太危险")
    walk.act("dispatcher", "file", agreed, subcategory=town.MANHOLE)
    private = in_words(walk, "resident", "请看望独居老人张某某")
    walk.act("dispatcher", "file", private, subcategory=town.CARE)
    assert lessons(walk) == []
