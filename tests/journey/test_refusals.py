"""What is refused, and that a refusal changes nothing."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest

from governance.errors import (
    IdTaken,
    InvalidField,
    MissingField,
    NotAllowed,
    NotFound,
    StaleVersion,
    WanggeError,
    WrongState,
)
from governance.incident import Incident
from tests import town
from tests.journey.walk import Walk


def test_who_acts_on_an_old_version_is_told_the_current_one(walk: Walk) -> None:
    incident = walk.dispatched()
    with pytest.raises(StaleVersion) as stale:
        walk.act("cleaner", "sign", incident, version=2)
    assert stale.value.extra == {"current_version": 3}


def test_of_two_who_act_at_once_one_is_told_so(walk: Walk) -> None:
    incident, answers, start = walk.dispatched(), [], threading.Barrier(2)

    def sign(who: str) -> None:
        start.wait()
        try:
            answers.append(walk.act(who, "sign", incident, version=3).status)
        except StaleVersion as stale:
            answers.append(stale.code)

    both = [threading.Thread(target=sign, args=(who,)) for who in ("cleaner", "cleaner_head")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(answers) == ["handling", "stale_version"]
    assert len(walk.actions(incident)) == 4


def test_the_same_report_sent_again_is_the_same_incident(walk: Walk) -> None:
    sent = town.report_of(attachments=walk.photos("worker"))
    first, new = walk.send("worker", sent)
    again, new_again = walk.send("resident", town.report_of())  # another one in between
    assert (new, new_again) == (True, True)
    assert again.number != first.number
    # its photo belongs to the incident by now, and that is no reason to refuse it
    same, new = walk.send("worker", sent)
    assert (same.id, same.number, new) == (first.id, first.number, False)
    assert walk.actions(first) == ["report", "file", "dispatch"]


def test_an_id_is_for_one_content_and_one_reporter(walk: Walk) -> None:
    sent = town.report_of(town.NOISE)
    walk.send("resident", sent)
    with pytest.raises(IdTaken):
        walk.send("resident", replace(sent, description="路口西侧"))
    with pytest.raises(IdTaken):
        walk.send("resident_2", sent)


Attempt = Callable[[Walk, Incident], object]
REFUSED: dict[str, tuple[type[WanggeError], Attempt]] = {
    "sign what is signed": (WrongState, lambda w, i: [w.act("cleaner", "sign", i), w.act("cleaner", "sign", i)]),
    "file what is filed": (WrongState, lambda w, i: w.act("dispatcher", "file", i)),
    "check what is not handled": (WrongState, lambda w, i: w.act("worker", "check", i, photos=1, here=True,
                                                                 passed=True)),
    "a worker voids": (NotAllowed, lambda w, i: w.act("worker", "void", i, reason="不要了")),
    "a leader acts": (NotAllowed, lambda w, i: w.act("leader", "comment", i, reason="请抓紧")),
    "another department": (NotFound, lambda w, i: w.act("officer", "sign", i)),
    "another street": (NotFound, lambda w, i: w.act("dispatcher_2", "transfer", i, department="traffic", reason="x")),
    "a resident looks at another's": (NotFound, lambda w, i: w.act("resident", "rate", i, score=1)),
    "no such incident": (NotFound, lambda w, i: w.act("worker", "comment", Incident(id=uuid.uuid4()), version=1)),
    "no such action": (InvalidField, lambda w, i: w.act("dispatcher", "forget", i)),
    "no reason": (MissingField, lambda w, i: w.act("cleaner", "return", i)),
    "a field that it does not take": (InvalidField, lambda w, i: w.act("cleaner", "sign", i, score=3)),
    "no such department": (InvalidField, lambda w, i: w.act("dispatcher", "transfer", i, department="nobody",
                                                            reason="x")),
    "assists itself": (InvalidField, lambda w, i: w.act("dispatcher", "transfer", i, department="traffic", reason="x",
                                                        assisting=("traffic",))),
    "another's photo": (InvalidField, lambda w, i: w.act("dispatcher", "comment", i, reason="见图",
                                                         attachments=w.photos("worker"))),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_refusal_changes_nothing(walk: Walk, what: str) -> None:
    error, attempt = REFUSED[what]
    incident = walk.dispatched()
    with pytest.raises(error) as refused:
        attempt(walk, incident)
    assert refused.value.zh
    assert refused.value.en
    expected = ["report", "file", "dispatch"] + (["sign"] if what == "sign what is signed" else [])
    assert walk.actions(incident) == expected


@pytest.mark.parametrize(("error", "field", "sent"), [
    (MissingField, "subcategory", {"subcategory": None, "description": " "}),
    (InvalidField, "subcategory", {"subcategory": "99999"}),
    (InvalidField, "subcategory", {"subcategory": "01"}),
    (MissingField, "lat", {"lat": None}),
    (MissingField, "lon", {"lon": None, "lat": None}),
    (InvalidField, "lon", {"lon": 117.3}),
    (InvalidField, "unit", {"unit": "120101002"}),
    (InvalidField, "unit", {"unit": "120109"}),
    (InvalidField, "unit", {"unit": town.CITY, "lon": None, "lat": None}),
    (InvalidField, "unit", {"unit": town.HEPING, "lon": None, "lat": None}),
    (InvalidField, "unit", {"unit": town.VOIDED_CELL}),
    (InvalidField, "source", {"source": "leader"}),
    (InvalidField, "process", {"process": "nothing"}),
    (InvalidField, "captured_at", {"captured_at": town.NOW.replace(hour=10)}),
    (MissingField, "attachments", {}),
])
def test_a_report_that_cannot_be_used_is_refused_by_field(walk: Walk, error: type[WanggeError], field: str,
                                                          sent: dict[str, object]) -> None:
    with pytest.raises(error) as refused:
        walk.send("worker", replace(town.report_of(), **sent))
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_report_sent_again_is_known_even_when_its_unit_was_voided_in_between(walk: Walk) -> None:
    """The first answer was lost on the way; the phone sends again after the grid was changed."""
    sent = town.report_of(town.NOISE, lon=None, lat=None, unit=town.CELL)
    incident, new = walk.send("worker", sent)
    assert new
    places = walk.city.places
    walk.city = replace(walk.city, places={**places, town.CELL: replace(places[town.CELL], voided=True)})
    again, new = walk.send("worker", sent)
    assert (again.id, again.number, new) == (incident.id, incident.number, False)
    with pytest.raises(InvalidField, match="voided"):
        walk.send("worker", replace(sent, id=uuid.uuid4()))


def test_a_street_may_be_picked_but_nothing_above_it(walk: Walk) -> None:
    """Desks that accept and file serve a street: what was reported for a whole district would wait for nobody."""
    incident = walk.report("worker", town.NOISE, lon=None, lat=None, unit=town.STREET)
    assert (incident.unit, incident.placement) == (town.STREET, "picked")
    assert walk.act("dispatcher", "file", incident).status == "filed"
    with pytest.raises(InvalidField, match="street"):
        walk.report("worker", town.NOISE, lon=118.9, lat=38.6, unit=town.HEPING)


@pytest.mark.parametrize("blanks", ["", "  ", "\u3000", "\n\t"])
def test_blanks_are_no_reason(walk: Walk, blanks: str) -> None:
    incident = walk.dispatched()
    with pytest.raises(MissingField, match="reason"):
        walk.act("cleaner", "return", incident, reason=blanks)
    assert walk.again(incident).status == "dispatched"


def test_who_assists_is_named_once(walk: Walk) -> None:
    incident = walk.report("worker", town.MANHOLE, photos=1)
    incident = walk.act("centre", "transfer", incident, department="facilities", reason="加协办单位",
                        assisting=("traffic", "enforcement_1", "traffic"))
    assert incident.assisting == ["traffic", "enforcement_1"]
