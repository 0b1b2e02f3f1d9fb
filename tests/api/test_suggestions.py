"""A phone asks what its words may mean."""

from __future__ import annotations

import pytest

from data.engine import writing
from governance import learning
from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem

PATH = "/api/v1/taxonomy/suggestions"
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ONE_DATABASE
def test_words_are_ranked_with_reasons_in_the_callers_language(served: Town) -> None:
    answer = served["worker"].post(PATH, json={"text": "路口的井盖没了", "limit": 2}).json()
    assert (answer["list"], answer["version"], answer["knows_too_little"], answer["note"]) == ("grid", 1, False, None)
    best, second = answer["suggestions"]
    assert (best["subcategory"], best["name"], best["category"]) == (town.MANHOLE, "井盖缺失破损", "03")
    assert 1 >= best["confidence"] > second["confidence"] >= 0
    assert "“井盖”" in best["reasons"][0]
    assert "支持井盖缺失破损" in best["reasons"][0]
    assert answer["categories"][0]["category"] == "03"
    english = served["worker"].post(PATH, json={"text": "路口的井盖没了"}, headers={"Accept-Language": "en"}).json()
    assert "speak for" in english["suggestions"][0]["reasons"][0]


@ONE_DATABASE
def test_it_says_when_it_knows_too_little(served: Town) -> None:
    answer = served["resident"].post(PATH, json={"text": "😀😀"}).json()
    assert (answer["suggestions"], answer["knows_too_little"]) == ([], True)
    assert "没有认识的词" in answer["note"]


def test_the_next_request_knows_a_correction(served: Town) -> None:
    asked = {"text": "铁片片没影了", "limit": 1}
    assert served["worker"].post(PATH, json=asked).json()["suggestions"][:1] == []
    with writing(served.engine) as session:
        learning.note_label(session, "grid", asked["text"], town.MANHOLE, "correction", served.clock())
        session.commit()
    assert served["worker"].post(PATH, json=asked).json()["suggestions"][0]["subcategory"] == town.MANHOLE


@pytest.mark.parametrize(("sent", "code", "field"), [
    ({}, "missing_field", "text"), ({"text": ""}, "invalid_request", "text"),
    ({"text": "x" * 2001}, "invalid_request", "text"), ({"text": "垃圾", "limit": 0}, "invalid_request", "limit"),
    ({"text": "垃圾", "limit": 21}, "invalid_request", "limit"), ({"text": "垃圾", "more": 1}, "unknown_field", "more"),
    ({"text": "垃圾", "list": "petition"}, "unknown_list", "list"), ({"text": "a\x00b"}, "invalid_request", "text")])
@ONE_DATABASE
def test_what_cannot_be_asked_is_told(served: Town, sent: dict[str, object], code: str, field: str) -> None:
    is_problem(served["worker"].post(PATH, json=sent), 422, code, field)


@ONE_DATABASE
def test_only_who_is_signed_in_may_ask(served: Town) -> None:
    assert served.stranger().post(PATH, json={"text": "垃圾"}).status_code == 401
    is_problem(served["auditor"].post(PATH, json={"text": "垃圾"}), 403, "not_allowed")
