"""The city learns from files, from closed incidents and from every correction; the next ranking knows it."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from data.engine import reading, writing
from governance import learning
from governance.audit import AuditEntry
from governance.city import City, read_city, revision_of
from governance.dispatch import decide
from governance.errors import InvalidField
from governance.incident import Incident
from governance.people import Actor
from governance.settings import Settings
from taxonomy.classify import labelled
from tests import town
from wangge.load import SEED, load_taxonomy

WORDS = "井子上头那块铁片片没影了"


def first(engine: Engine, city: City, text: str = WORDS) -> str | None:
    """What is ranked first, as a request would ask it."""
    with reading(engine) as session:
        found = learning.ranker(session, city, "grid").rank(text).suggestions
    return found[0].subcategory if found else None


def correct(engine: Engine, code: str, now: datetime, text: str = WORDS) -> None:
    with writing(engine) as session:
        learning.note_label(session, "grid", text, code, "correction", now)
        session.commit()


def test_a_correction_is_known_to_the_next_ranking(engine: Engine, city: City, now: datetime) -> None:
    assert first(engine, city) != town.LAMP
    correct(engine, town.LAMP, now)
    assert first(engine, city) == town.LAMP
    correct(engine, town.MANHOLE, now)
    assert first(engine, city) == town.MANHOLE


def test_a_correction_that_was_taken_back_was_never_learned(engine: Engine, city: City, now: datetime) -> None:
    with writing(engine) as session:
        before = learning.ranker(session, city, "grid").rank(WORDS)
        learning.note_label(session, "grid", WORDS, town.LAMP, "correction", now)
        session.flush()
        assert learning.ranker(session, city, "grid").rank(WORDS) == before
        session.rollback()
    assert first(engine, city) != town.LAMP


def test_a_lesson_that_is_committed_late_is_not_missed(engine: Engine, city: City, now: datetime) -> None:
    """Its number is lower than one that was heard before."""
    for number, (code, text) in {2: (town.RUBBISH, "满地纸片"), 1: (town.LAMP, WORDS)}.items():
        with writing(engine) as session:
            one = labelled(text, code, 2.0)
            session.add(learning.Lesson(
                id=number, taxonomy="grid", code=code, numbers=one.numbers.tobytes(), digest=one.digest, reading=1,
                weight=2.0, source="correction", at=now))
            session.commit()
        assert first(engine, city, text) == code


def test_a_ranker_is_kept_until_there_is_something_new(engine: Engine, city: City, now: datetime) -> None:
    with reading(engine) as session:
        one = learning.ranker(session, city, "grid")
        assert learning.ranker(session, city, "grid") is one
    correct(engine, town.LAMP, now)
    with reading(engine) as session:
        assert learning.ranker(session, city, "grid") is not one


def test_a_text_without_words_teaches_nothing(engine: Engine, city: City, now: datetime) -> None:
    correct(engine, town.LAMP, now, "13800001111 😀")
    with reading(engine) as session:
        assert session.scalars(select(learning.Lesson)).all() == []


def test_many_corrections_at_once_are_all_learned(engine: Engine, city: City, now: datetime) -> None:
    texts = {f"{a}{b}出了毛病": code for a, code in zip("甲乙丙丁", (town.LAMP, town.MANHOLE, town.RUBBISH, town.CARE),
                                                      strict=True) for b in "东西南北"}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda row: correct(engine, row[1], now, row[0]), texts.items()))
    assert {text: first(engine, city, text) for text in texts} == texts


# ---- many at once --------------------------------------------------------------------------------------------------

LESSONS = [labelled("窨子口上的铁片没影了", town.MANHOLE), labelled("巷子里乌漆嘛黑", town.LAMP)]


def test_a_labelled_file_is_learned_once_and_noted(engine: Engine, city: City, people: dict[str, Actor],
                                                   now: datetime) -> None:
    def learn() -> learning.Learned:
        with writing(engine) as session:
            done = learning.learn(session, "grid", LESSONS, "file", people["admin"], now)
            session.commit()
        return done

    assert learn() == learning.Learned("grid", rows=2, new=2, labels=2)
    assert learn() == learning.Learned("grid", rows=2, new=0, labels=0)
    assert first(engine, city, "巷子里乌漆嘛黑的") == town.LAMP
    with reading(engine) as session:
        entries = session.scalars(select(AuditEntry).where(col(AuditEntry.event) == "learn")).all()
        assert [(e.subject, e.actor, e.detail["new"]) for e in entries] == [("grid", people["admin"].id, 2)]
        assert revision_of(session) == city.revision + 1


def test_closed_incidents_teach_and_restricted_ones_do_not(engine: Engine, city: City, people: dict[str, Actor],
                                                           now: datetime) -> None:
    said = {"铁片片让人掀了": (town.MANHOLE, "closed", "normal"), "还没办完的事": (town.LAMP, None, "normal"),
            "作废的事": (town.LAMP, "void", "normal"), "老人家里的事": (town.CARE, "closed", "restricted"),
            "": (town.LAMP, "closed", "normal")}
    with writing(engine) as session:
        session.add_all(incident(number, text, *what, now) for number, (text, what) in enumerate(said.items()))
        session.commit()
    for new in (1, 0):
        with writing(engine) as session:
            done = learning.learn_closed(session, city.tree("grid"), people["admin"], now)
            session.commit()
        assert done == learning.Learned("grid", rows=1, new=new, labels=new)
    assert first(engine, city, "铁片片让人掀了") == town.MANHOLE


def incident(number: int, text: str, code: str, outcome: str | None, sensitivity: str, now: datetime) -> Incident:
    return Incident(id=uuid.uuid4(), serial=number, number=str(number), process="grid_event", status="x",
                    outcome=outcome, taxonomy="grid", taxonomy_version=1, subcategory=code, sensitivity=sensitivity,
                    description=text, unit=town.CELL, placement="inside", boundary_version=1, source="patrol",
                    reporter_role="engine", reported_at=now, content_hash="0")


# ---- lists ---------------------------------------------------------------------------------------------------------

def test_a_list_is_loaded_with_its_sentences_and_they_are_learned_once(engine: Engine, now: datetime) -> None:
    sheets = SEED / "taxonomy" / "grid.csv", SEED / "taxonomy" / "grid_standards.csv"
    counts = []
    for _ in range(2):
        load_taxonomy(engine, "grid", *sheets, now)
        with reading(engine) as session:
            counts.append(len(session.scalars(select(learning.Lesson.id)).all()))
    assert counts[0] == counts[1] > 239 * 8
    with reading(engine) as session:
        ranker = learning.ranker_of(session, learning.current_tree(session, "grid"))
    assert ranker.rank("楼下垃圾桶满得都溢出来了没人管").suggestions[0].subcategory == "01003"


def test_a_tree_without_standards_is_a_list_too(engine: Engine, now: datetime, tmp_path: Path) -> None:
    (tmp_path / "tree.csv").write_text("level1,level2,level3\n交通,公交,线路\n教育,学校,作业\n", encoding="utf-8")
    loaded = load_taxonomy(engine, "petition", tmp_path / "tree.csv", None, now)
    assert (loaded.version, loaded.rows["subcategories"], loaded.rows["standards"]) == (1, 2, 0)
    assert not load_taxonomy(engine, "petition", tmp_path / "tree.csv", None, now).changed
    with reading(engine) as session:
        ranking = learning.ranker_of(session, learning.current_tree(session, "petition")).rank("孩子作业太多")
    assert ranking.suggestions[0].name == "作业"
    assert ranking.categories[0][0] == "02"


def test_what_nobody_answers_for_by_rule_is_left_to_the_desk(engine: Engine, settings: Settings, now: datetime,
                                                             tmp_path: Path) -> None:
    (tmp_path / "tree.csv").write_text("level1,level2\n教育,作业\n", encoding="utf-8")
    load_taxonomy(engine, "petition", tmp_path / "tree.csv", None, now)
    with reading(engine) as session:
        city = read_city(session, settings)
    one = incident(1, "作业太多", "0101", None, "normal", now)
    one.taxonomy = "petition"
    decided = decide(city, one)
    assert (decided.department, decided.candidates) == (None, ())
    assert "由街道派遣员决定" in decided.reasons[-1]


def test_a_list_that_is_not_there(session: Session, city: City) -> None:
    with pytest.raises(InvalidField) as error:
        learning.ranker(session, city, "petition")
    assert error.value.code == "unknown_list"
    with pytest.raises(InvalidField):
        learning.current_tree(session, "petition")
