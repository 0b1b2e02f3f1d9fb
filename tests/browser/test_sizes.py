"""How much a first visit loads, gzipped: a phone on a bad network waits for every kilobyte."""

from __future__ import annotations

import gzip
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from api.screens import STATIC
from tests.browser.conftest import Go

#: screen, who opens it, KB of scripts and styles before the map, which comes after the page stands.
LIMITS = [("m", "grid_worker", 160), ("desk", "dispatcher", 200), ("city", "leader", 280), ("report", None, 160),
          ("admin", "admin", 280), ("home", None, 40)]
#: Chunks with this in their name hold the map and nothing else.
MAP = "map"


def packed_size(path: Path) -> int:
    packed = path.with_name(f"{path.name}.gz")
    return packed.stat().st_size if packed.is_file() else len(gzip.compress(path.read_bytes()))


@pytest.mark.parametrize(("screen", "role", "limit"), LIMITS)
def test_a_first_visit_is_light(go: Go, screen: str, role: str | None, limit: int) -> None:
    page = go(screen, role, service_workers="block")
    page.wait_for_load_state("networkidle")
    loaded = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    paths = {urlsplit(name).path for name in loaded}
    files = [STATIC / path.lstrip("/") for path in paths if path.startswith(f"/{screen}/assets/")]
    sizes = {path.name: packed_size(path) for path in files if MAP not in path.name.lower()}
    assert sizes
    assert sum(sizes.values()) <= limit * 1000, sizes
