"""Who installs it and gets something wrong is told what, and what to do, without a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOBODY_LISTENS = "postgresql://wangge:geheim@127.0.0.1:1/wangge"
DATABASE = "WANGGE_DATABASE_URL"


def wangge(folder: Path, words: Sequence[str], **settings: str) -> subprocess.CompletedProcess[str]:
    """The command line, with these settings alone."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}
    return subprocess.run([sys.executable, "-m", "wangge", *words], cwd=ROOT, capture_output=True, text=True,
                          env={**own, "WANGGE_DATA_DIR": str(folder), **settings}, check=False)


def is_told(done: subprocess.CompletedProcess[str], *words: str) -> None:
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "Traceback" not in said
    assert "geheim" not in said
    for word in words:
        assert word in said


@pytest.mark.parametrize("command", ["demo --prepare", "db upgrade", "serve", "figures", "doctor"])
def test_a_data_folder_that_cannot_be(tmp_path: Path, command: str) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder", encoding="utf-8")
    is_told(wangge(in_the_way, command.split()), str(in_the_way), "文件夹" if command == "doctor" else "数据目录")


def test_a_data_folder_that_cannot_be_beside_a_database_of_its_own(tmp_path: Path) -> None:
    """Redis and the attachments still need the folder."""
    database, in_the_way = f"sqlite:///{tmp_path / 'city.db'}", tmp_path / "file"
    assert wangge(tmp_path, ["db", "upgrade"], WANGGE_DATABASE_URL=database).returncode == 0
    in_the_way.write_text("not a folder", encoding="utf-8")
    is_told(wangge(in_the_way, ["serve"], WANGGE_DATABASE_URL=database), "数据目录", str(in_the_way))


@pytest.mark.parametrize("command", ["demo --prepare", "db upgrade", "serve", "doctor"])
@pytest.mark.parametrize("url", [NOBODY_LISTENS, "nonsense", "mysql://a/b", "sqlite:////nowhere/at/all.db"])
def test_a_database_that_cannot_be_used(tmp_path: Path, command: str, url: str) -> None:
    is_told(wangge(tmp_path, command.split(), WANGGE_DATABASE_URL=url), "数据库", DATABASE)


def test_a_database_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "wangge.db").write_text("something else, and long enough to be looked at" * 20, encoding="utf-8")
    is_told(wangge(tmp_path, ["serve"]), "数据库", "not a database")


def test_a_redis_address_that_is_none(tmp_path: Path) -> None:
    """Told at once, not by a worker that is started again and again."""
    assert wangge(tmp_path, ["db", "upgrade"]).returncode == 0
    is_told(wangge(tmp_path, ["serve", "--port", "1024"], WANGGE_REDIS_URL="nonsense"), "WANGGE_REDIS_URL", "redis://")


def test_a_wrong_setting_is_told_in_chinese_first(tmp_path: Path) -> None:
    done = wangge(tmp_path, ["serve"], WANGGE_PORT="abc", WANGGE_LOCK_AFTER="0")
    is_told(done, "WANGGE_PORT: 应为整数", "WANGGE_LOCK_AFTER: 不能小于 1", "WANGGE_PORT: must be a whole number")
