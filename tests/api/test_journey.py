"""From a report on a phone to a closed incident, over HTTP alone."""

from __future__ import annotations

from tests import town
from tests.api.conftest import Town


def test_rubbish_is_reported_handled_checked_and_closed(served: Town) -> None:
    """The worker reports, the engine dispatches, the cleaner handles, another worker's eyes close it."""
    incident = served.report("worker", subcategory=town.RUBBISH, attachments=[served.photo("worker")])
    assert (incident["status"], incident["department"]) == ("dispatched", "sanitation_1")
    assert incident["department_name"] == "和平一街环卫所"
    assert incident["cell"] == town.CELL
    assert incident["community"] == town.COMMUNITY

    possible = served["cleaner"].get(f"/api/v1/incidents/{incident['number']}/actions").json()
    assert {each["action"] for each in possible} == {"sign", "return", "comment"}
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
