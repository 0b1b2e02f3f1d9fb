"""`python -m api.openapi` prints the OpenAPI document, from which the screens get their types. Nothing is stored."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from api.app import create_app
from governance.settings import Settings


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder), database_url="")  # type: ignore[call-arg]
        print(json.dumps(create_app(settings).openapi(), ensure_ascii=False))


if __name__ == "__main__":
    main()
