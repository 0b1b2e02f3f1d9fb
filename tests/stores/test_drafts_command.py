"""The command line of drafts, exports, templates and backups, as somebody at a terminal meets it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stores import city_sheets as sheets
from tests.stores.city_sheets import LEAF
from tests.stores.test_drafts_process import GRID_EVENT
from wangge.__main__ import main

Run = Callable[..., tuple[str, str]]
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def wangge(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
           capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `wangge …`; gives what it printed on both ways out."""
    monkeypatch.setenv("WANGGE_DATABASE_URL", database_url)
    monkeypatch.setenv("WANGGE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)

    def run(*words: object, status: int = 0) -> tuple[str, str]:
        monkeypatch.setattr(sys, "argv", ["wangge", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert (ended.value.code or 0) == status, said
        return said.out, said.err
    return run


@ONE_DATABASE
def test_a_load_is_shown_stopped_applied_and_rolled_back(wangge: Run, tmp_path: Path) -> None:
    files = sheets.a_list(tmp_path, LEAF)
    said, shown = wangge("load", "taxonomy", files["categories"], files["standards"], "--preview", "--json")
    draft = json.loads(said)["draft"]
    assert "影响 0 件在办事件 (affects 0 open incidents)" in shown
    assert "removed" in wangge("drafts", "show", draft)[0]
    assert "草稿 draft" in wangge("drafts", "list")[0]
    assert "已应用 applied 版本 version 2" in wangge("drafts", "apply", draft)[0]
    assert "未变" in wangge("load", "taxonomy", files["categories"], files["standards"])[0]
    assert json.loads(wangge("drafts", "rollback", draft, "--json")[0])["state"] == "rolled_back"
    assert "已导入 Loaded: taxonomy grid, 版本 version 3" in wangge(
        "load", "taxonomy", files["categories"], files["standards"])[0]
    _, error = wangge("drafts", "rollback", draft, status=1)
    assert "已回滚" in error


@ONE_DATABASE
def test_a_broken_file_makes_no_draft(wangge: Run, tmp_path: Path) -> None:
    days = sheets.text(tmp_path, "days.csv", "date,kind,name\n2099-13-01,work,\n")
    _, error = wangge("load", "calendar", days, status=1)
    assert "第 2 行 date" in error
    assert "没有草稿" in wangge("drafts", "list")[0]


@ONE_DATABASE
def test_what_is_exported_loads_again_and_changes_nothing(wangge: Run, tmp_path: Path) -> None:
    files = sheets.a_list(tmp_path, LEAF)
    wangge("load", "taxonomy", files["categories"], files["standards"])
    for kind, name in (("taxonomy", "c.xlsx"), ("standards", "s.csv")):
        assert "已导出 Exported" in wangge("export", kind, tmp_path / name)[0]
    assert "未变" in wangge("load", "taxonomy", tmp_path / "c.xlsx", tmp_path / "s.csv")[0]
    assert json.loads(wangge("export", "people", tmp_path / "d.csv", "--json")[0])["rows"] > 5
    wangge("export", "people", tmp_path / "a.jsonl", "--part", "accounts")
    assert "未变" in wangge("load", "people", tmp_path / "d.csv", "--accounts", tmp_path / "a.jsonl")[0]
    wangge("export", "incidents", tmp_path / "i.geojson")
    assert json.loads((tmp_path / "i.geojson").read_text())["features"] == []
    _, error = wangge("export", "calendar", tmp_path / "c.pdf", status=1)
    assert "后缀" in error


@ONE_DATABASE
def test_a_template_loads_once_it_is_filled_in(wangge: Run, tmp_path: Path) -> None:
    wangge("template", "calendar", tmp_path / "days.xlsx")
    assert "已导入 Loaded: calendar" in wangge("load", "calendar", tmp_path / "days.xlsx")[0]
    wangge("template", "incidents", tmp_path / "incidents.csv")
    _, error = wangge("load", "incidents", tmp_path / "incidents.csv", status=1)
    assert "department" in error


@ONE_DATABASE
def test_a_backup_goes_nowhere_that_is_not_empty(wangge: Run, tmp_path: Path) -> None:
    assert "已备份 Backed up" in wangge("db", "backup", tmp_path / "city.tar.gz")[0]
    _, error = wangge("db", "restore", tmp_path / "city.tar.gz", status=1)
    assert "--force" in error
    assert json.loads(wangge("db", "restore", tmp_path / "city.tar.gz", "--force", "--json")[0])["database"] == "sqlite"


@ONE_DATABASE
def test_a_process_is_loaded_shown_and_taken_back(wangge: Run, tmp_path: Path) -> None:
    said = GRID_EVENT.replace("zh: 上报\n", "zh: 报事\n", 1)
    path = sheets.text(tmp_path, "process.yaml", said)
    shown, _ = wangge("load", "process", path, "--json")
    draft = json.loads(shown)
    assert (draft["what"], draft["version"], draft["preview"]["counts"]) == (
        "process grid_event", 1, {"action": {"changed": 1}})
    assert "未变" in wangge("load", "process", path)[0]
    assert json.loads(wangge("drafts", "rollback", draft["draft"], "--json")[0])["state"] == "rolled_back"
    bad = sheets.text(tmp_path, "bad.yaml", said.replace("    en: Report\n", ""))
    _, error = wangge("load", "process", bad, status=1)
    assert "actions.report.en: 必填" in error
