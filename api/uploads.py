"""Sheets that come with a request, laid into a folder under their own names for as long as they are read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from starlette.datastructures import UploadFile

LONGEST_NAME = 80


@contextmanager
def laid_out(sent: Mapping[str, UploadFile | None]) -> Iterator[dict[str, Path]]:
    """The files that were sent, by part."""
    with TemporaryDirectory(prefix="wangge-") as folder:
        files: dict[str, Path] = {}
        for part, upload in sent.items():
            if upload is not None:
                place = Path(folder, part)
                place.mkdir()
                files[part] = place / name_of(upload.filename or "", part)
                with files[part].open("wb") as file:
                    shutil.copyfileobj(upload.file, file)
        yield files


def name_of(sent: str, part: str) -> str:
    """The last part of the name that was sent, without what a file system or a log could stumble over."""
    name = PurePosixPath("".join(c for c in sent.replace("\\", "/") if c.isprintable())).name.lstrip(".")
    stem, dot, ending = name.rpartition(".")
    return f"{(stem or part)[:LONGEST_NAME]}.{ending[:10]}" if dot else f"{(name or part)[:LONGEST_NAME]}.csv"
