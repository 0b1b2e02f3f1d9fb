"""`wangge classify` and `wangge learn` at the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data.sheet import BadFile
from governance.errors import InvalidField, MissingField
from tests import town
from wangge.__main__ import app


@pytest.fixture
def terminal(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("WANGGE_DATABASE_URL", database_url)
    monkeypatch.setenv("WANGGE_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def told(terminal: CliRunner, *words: str) -> str:
    return terminal.invoke(app, list(words), catch_exceptions=False).stdout


def test_a_text_is_classified_in_words_and_as_json(terminal: CliRunner) -> None:
    said = told(terminal, "classify", "路口井盖没了")
    assert f"{town.MANHOLE} 井盖缺失破损" in said
    assert "支持井盖缺失破损" in said
    found = json.loads(told(terminal, "classify", "路口井盖没了", "--limit", "1", "--json"))
    assert [one["subcategory"] for one in found["suggestions"]] == [town.MANHOLE]
    assert found["knows_too_little"] is False
    assert "没有认识的词" in told(terminal, "classify", "😀")


def test_a_file_teaches_and_is_asked_again(terminal: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "said.csv").write_text("text,label\n巷子里乌漆嘛黑,路灯不亮\n铁片没影了,03001\n", encoding="utf-8")
    assert "2 条新文字、2 个类别" in told(terminal, "learn", "said.csv", "--list", "grid")
    found = json.loads(told(terminal, "classify", "巷子里乌漆嘛黑的", "--json"))
    assert found["suggestions"][0]["subcategory"] == town.LAMP
    assert json.loads(told(terminal, "learn", "said.csv", "--json"))["new"] == 0
    assert json.loads(told(terminal, "learn", "--closed", "--json"))["rows"] == 0


def test_what_cannot_be_learned_is_told(terminal: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("text,label\n巷子里乌漆嘛黑,路灯不亮\n铁片没影了,没有这类\n", encoding="utf-8")
    with pytest.raises(BadFile) as bad:
        told(terminal, "learn", "bad.csv")
    assert [(p.line, p.field) for p in bad.value.problems] == [(3, "label")]
    assert json.loads(told(terminal, "learn", "--closed", "--json"))["rows"] == 0
    with pytest.raises(MissingField):
        told(terminal, "learn")
    with pytest.raises(InvalidField):
        told(terminal, "classify", "垃圾", "--list", "petition")
