"""A city adds a process of its own: a file in a folder, no line of Python. The file is the one of docs/processes.md."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from data.engine import reading
from governance import process_check
from governance.city import City, read_city
from governance.errors import MissingField, NotAllowed
from governance.notices.facts import read_step
from governance.notices.notices import notices_of
from governance.notices.words import AUDIENCES, TEMPLATE_FIELDS
from governance.people import Actor
from governance.process import load_process
from governance.process_versions import PROCESSES, processes_of
from governance.settings import Settings
from tests import town
from tests.journey.walk import Walk
from wangge.diagram import page

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "processes.md").read_text(encoding="utf-8")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """The city keeps its own processes in a folder."""
    folder = tmp_path / "processes"
    folder.mkdir()
    [example] = re.findall(r"```yaml\n(.*?)```", GUIDE, re.S)
    (folder / "volunteer_order.yaml").write_text(example, encoding="utf-8")
    return Settings(_env_file=None, data_dir=tmp_path, database_url=database_url, processes_dir=folder)


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    with reading(engine) as opened:
        return read_city(opened, settings)


@pytest.fixture
def walk(engine: Engine, city: City, people: dict[str, Actor]) -> Walk:
    return Walk(engine, city, people)


def test_the_citys_process_stands_beside_ours(city: City) -> None:
    assert set(city.processes) >= {"grid_event", "public_inquiry", "care_alarm", "volunteer_order"}


def test_an_order_from_the_resident_to_the_rating(walk: Walk, settings: Settings) -> None:
    order = walk.report("resident", town.HEAP, process="volunteer_order", description="帮独居老人搬走楼道杂物")
    with pytest.raises(NotAllowed):
        walk.act("resident", "send", order)
    walk.act("dispatcher", "send", order, department="sanitation_1")
    walk.act("cleaner", "accept", order)
    with pytest.raises(MissingField, match="attachments"):
        walk.act("cleaner", "finish", order, reason="已搬走")
    done = walk.act("cleaner", "finish", order, reason="已搬走", photos=1)
    assert (done.status, done.outcome, done.closed_at) == ("done", "closed", walk.now)
    assert walk.act("resident", "rate", order, score=5).score == 5
    assert walk.actions(order) == ["order", "send", "accept", "finish", "rate"]
    assert [c.verdict for stage in ("send", "accept") for c in walk.clocks(order, stage)] == ["on_time", "on_time"]
    with reading(walk.engine) as session:
        step = read_step(session, processes_of(settings), order.id, 4)
        assert [notice.text for notice in notices_of(session, step, walk.now)] == [
            f"您的点单 {order.number} 已完成: 已搬走"]


def wangge(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "wangge", "process", *words], cwd=ROOT, capture_output=True, text=True,
                          check=False)


def test_a_file_is_checked_and_drawn_before_it_is_used(settings: Settings, tmp_path: Path) -> None:
    assert settings.processes_dir is not None
    good = settings.processes_dir / "volunteer_order.yaml"
    bad = tmp_path / "bad.yaml"
    bad.write_text(good.read_text(encoding="utf-8").replace("does: [take_on]", "does: [dance]").replace(
        "{number} 已完成", "{phone} 已完成"), encoding="utf-8")
    assert wangge("check", str(good)).returncode == 0
    checked = wangge("check", str(good), str(bad))
    assert checked.returncode == 1
    assert "unknown step dance" in checked.stdout
    assert "unknown field {phone}" in checked.stdout
    assert "stateDiagram-v2" in wangge("page", str(good)).stdout
    bad.write_text("process: [", encoding="utf-8")
    assert "cannot be read" in wangge("check", str(bad)).stdout


@pytest.mark.parametrize("name", [*process_check.STEPS, *process_check.BARS, *process_check.CONDITIONS, *AUDIENCES])
def test_the_guide_names_everything_that_a_file_may_name(name: str) -> None:
    assert re.search(rf"^\|[^|]*`{name}`", GUIDE, re.M)


@pytest.mark.parametrize("name", ["public_inquiry", "care_alarm"])
def test_the_pages_of_our_processes_are_drawn_from_their_files(name: str) -> None:
    drawn = page(load_process(PROCESSES / f"{name}.yaml"))
    assert (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8").strip() == drawn.strip()


def test_the_guide_names_every_word_of_a_template() -> None:
    assert [name for name in TEMPLATE_FIELDS if f"`{{{name}}}`" not in GUIDE] == []
