"""From a report on a phone to a closed incident, over HTTP alone."""

from __future__ import annotations

from typing import Any

from tests import town
from tests.api.conftest import Town


def possible(served: Town, person: str, incident: dict[str, Any]) -> list[tuple[str, bool]]:
    """What a person may do now, in order, and whether it is waited for."""
    offered = served[person].get(f"/api/v1/incidents/{incident['number']}/actions").json()
    return [(each["action"], each["next"]) for each in offered]


def test_what_is_waited_for_comes_first(served: Town) -> None:
    incident = served.report("worker", subcategory=town.RUBBISH, attachments=[served.photo("worker")])
    assert possible(served, "cleaner", incident) == [("sign", True), ("return", True), ("comment", False)]
    assert not any(waited for _, waited in possible(served, "dispatcher", incident))
    incident = served.take("cleaner", incident, "sign")
    assert possible(served, "cleaner", incident)[:2] == [("feed_back", True), ("extend", False)]
    incident = served.take("cleaner", incident, "extend", days=1, reason="车坏了")
    assert possible(served, "dispatcher", incident)[:3] == [("grant", True), ("refuse", True), ("transfer", False)]
    assert ("withdraw", False) in possible(served, "cleaner", incident)
    assert "withdraw" not in dict(possible(served, "dispatcher", incident))  # it is not theirs to take back


def test_nobody_is_offered_what_would_be_refused(served: Town) -> None:
    incident = served.report("worker", subcategory=town.MANHOLE, attachments=[served.photo("worker")])
    assert incident["requests"][0]["kind"] == "assist"  # asked by the rule, not by the department
    assert "withdraw" not in dict(possible(served, "fitter", incident))
    incident = served.take("supervisor", incident, "supervise", level="blue", reason="请当日办结")
    assert "confirm" not in dict(possible(served, "supervisor", incident))  # nobody has replied yet
    incident = served.take("fitter", incident, "reply", reason="已安排")
    assert dict(possible(served, "supervisor", incident))["confirm"]


def test_rubbish_is_reported_handled_checked_and_closed(served: Town) -> None:
    """The worker reports, the engine dispatches, the cleaner handles, another worker's eyes close it."""
    incident = served.report("worker", subcategory=town.RUBBISH, attachments=[served.photo("worker")])
    assert (incident["status"], incident["department"]) == ("dispatched", "sanitation_1")
    assert incident["department_name"] == "和平一街环卫所"
    assert incident["cell"] == town.CELL
    assert incident["community"] == town.COMMUNITY

    assert {action for action, _ in possible(served, "cleaner", incident)} == {"sign", "return", "comment"}
    incident = served.take("cleaner", incident, "sign")
    served.clock.forward(minutes=30)
    incident = served.take("cleaner", incident, "feed_back", reason="已清运",
                           attachments=[served.photo("cleaner", colour="green")])
    assert incident["status"] == "handled"
    incident = served.take("worker", incident, "check", passed=True, lon=incident["lon"], lat=incident["lat"],
                           attachments=[served.photo("worker", colour="white")])
    assert (incident["status"], incident["outcome"], incident["on_time"]) == ("closed", "closed", True)
    assert incident["closed_at"].endswith("+08:00")
    assert {clock["verdict"] for clock in incident["clocks"]} == {"on_time"}
    assert len(incident["attachments"]) == 3

    steps = served["dispatcher"].get(f"/api/v1/incidents/{incident['id']}/transitions").json()
    assert [step["action"] for step in steps] == ["report", "file", "dispatch", "sign", "feed_back", "check"]
    assert [step["seq"] for step in steps] == [1, 2, 3, 4, 5, 6]
    total = served["leader"].get("/api/v1/figures/closure?by=street").json()["total"]
    assert (total["reported"], total["closed"], total["closure_rate"], total["on_time_rate"]) == (1, 1, 1.0, 1.0)
    trend = served["leader"].get("/api/v1/figures/trend?interval=day").json()["rows"]
    assert [(row["bucket"], row["reported"], row["closed_in_bucket"]) for row in trend] == [("2026-03-03", 1, 1)]
