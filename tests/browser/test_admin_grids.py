"""A broken file of outlines: shown on the map and in the list, and nothing of it is loaded."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Go
from tests.browser.site import Site
from tests.unit import survey_files
from tests.unit.survey_files import Feature, box


def spoil(features: list[Feature]) -> None:
    """The second cell reaches into the first, a gap stays before the third, the fourth has latitude first."""
    import json

    import shapely

    for at, shape in ((1, box(80, 200)), (2, box(230, 300))):
        features[at]["geometry"] = json.loads(shapely.to_geojson(shape))
    ring = features[3]["geometry"]["coordinates"][0]
    features[3]["geometry"]["coordinates"] = [[[lat, lon] for lon, lat in ring]]


def test_a_broken_survey_is_told_on_the_map_and_in_the_list(go: Go, site: Site, tmp_path: Path) -> None:
    with closing(site.client("admin")) as admin:
        before = admin.get("/api/v1/system").json()["city"]["boundaries"]["version"]
        page = go("admin", "admin", path="grids")
        expect(page.locator(".grid-map canvas").first).to_be_visible()
        page.get_by_label(re.compile("GeoJSON")).set_input_files(survey_files.geojson(tmp_path, spoil))
        page.get_by_label(re.compile("单元名录")).set_input_files(survey_files.sheet(tmp_path))
        page.get_by_role("button", name="检查", exact=True).click()
        results = page.get_by_role("region", name="检查结果")
        expect(results.get_by_text("没有导入任何内容")).to_be_visible()
        for kind in ("axes", "overlap"):
            expect(results.locator(f"[data-kind={kind}]").first).to_be_visible()
        overlap = results.locator("[data-kind=overlap]").first
        expect(overlap).to_contain_text("120101001001001")
        expect(overlap).to_contain_text("m²")
        overlap.get_by_role("button", name="在地图上看").click()
        expect(overlap.get_by_role("button", name="在地图上看")).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_role("button", name="生成草稿并预览")).to_have_count(0)
        assert admin.get("/api/v1/system").json()["city"]["boundaries"]["version"] == before


def test_units_are_found_and_gone_into(go: Go) -> None:
    page = go("admin", "admin", path="grids")
    page.get_by_role("button", name="看下级 和平区").click()
    expect(page.get_by_role("heading", name=re.compile("和平区"))).to_be_visible()
    page.get_by_role("searchbox", name="搜索").fill("小白楼")
    expect(page.get_by_role("row", name=re.compile("120101002 "))).to_be_visible()
