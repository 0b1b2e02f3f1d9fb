"""A wheel carries the screens: they are built before it is put together."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildScreens(BuildHookInterface[Any]):
    """Runs `web/packaging.py` for a wheel; an editable install serves what `make web` has built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        web = Path(self.root) / "web"
        if version == "editable" or not web.is_dir():
            return
        sys.path.insert(0, str(web))
        import packaging_screens

        packaging_screens.build()
