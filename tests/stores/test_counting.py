"""Leagues, stage times and evaluations on the command line: a table, a document, a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from rich.cells import cell_len
from sqlalchemy import Engine
from typer.testing import CliRunner

from governance.errors import InvalidField
from governance.settings import Settings
from tests.stores.figures_by_chance import a_year
from wangge import counting
from wangge.__main__ import app


def test_they_line_up_and_say_what_they_are_of(engine: Engine, settings: Settings, now: datetime) -> None:
    a_year(engine, 60)
    told = counting.league(engine, settings, now, "district", "closure_rate", 1, None, "2026-01-01", "2026-04-01")
    lines = counting.shown(told).split("\n\n")[0].splitlines()
    assert len({cell_len(line) for line in lines}) == 1
    assert "数据截至 As of: 2026-03-03 09:00" in counting.shown(told)
    assert {row["rank"] for row in told.document["rows"]} >= {1, 2}
    stages = counting.stages(engine, settings, now, "district", None, None, None)
    assert "签收" in counting.shown(stages)
    people = counting.evaluation(engine, settings, now, "grid_worker", None, None, None)
    assert "王网格" in counting.shown(people)


def test_they_are_saved_as_files(engine: Engine, settings: Settings, now: datetime, tmp_path: Path) -> None:
    told = counting.evaluation(engine, settings, now, "department", None, "2026-03-01", None)
    for form in ("csv", "xlsx"):
        counting.save(told, tmp_path / f"out.{form}", form)
        assert (tmp_path / f"out.{form}").stat().st_size > 500


def test_a_date_that_is_none_says_which(engine: Engine, settings: Settings, now: datetime) -> None:
    with pytest.raises(InvalidField) as refused:
        counting.stages(engine, settings, now, "district", None, "2026-02-30", None)
    assert refused.value.problems[0].field == "from"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_commands_run(engine: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_DATABASE_URL", database_url)
    run = CliRunner()
    for command in (["league", "--rate", "return_rate"], ["stages"], ["evaluation", "dispatcher"]):
        assert run.invoke(app, command, catch_exceptions=False).exit_code == 0
        assert run.invoke(app, [*command, "--json"], catch_exceptions=False).stdout.startswith("{")
        done = run.invoke(app, [*command, "--out", str(tmp_path / "out.xlsx")], catch_exceptions=False)
        assert "已写入" in done.stdout
    assert isinstance(run.invoke(app, ["stages", "--out", "out.pdf"]).exception, InvalidField)
