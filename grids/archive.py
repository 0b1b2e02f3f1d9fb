"""Shapefiles laid into a folder, out of a ZIP archive or from where they lie: only their own files, under plain names,
and no more than a city's grid can be.
"""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final

from data.sheet import BadFile, RowProblem

#: Of a shapefile: what it consists of; the first two must be there, and `.shx` with them.
PARTS: Final = (".shp", ".dbf", ".shx", ".prj", ".cpg")
_NEEDED: Final = PARTS[:3]
MOST_BYTES: Final = 512 * 1024 * 1024
MOST_FILES: Final = 1_000
_BLOCK: Final = 1024 * 1024
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def unpack_shapefiles(path: Path, folder: Path) -> list[Path]:
    """The `.shp` files of an archive, unpacked into a folder as `0.shp`, `1.shp` and so on with what belongs to them.

    BadFile when the archive is broken, locked, holds no shapefile, or would unpack to more than `MOST_BYTES`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return list(_unpack(archive, folder, path.name))
    except _BROKEN as error:
        raise _bad(path.name, "不是可读的 ZIP 压缩包 (损坏、被截断或有密码)",
        f"no readable ZIP archive: {error}") from None


def _unpack(archive: zipfile.ZipFile, folder: Path, name: str) -> Iterator[Path]:
    files = [info for info in archive.infolist() if not info.is_dir()]
    left = MOST_BYTES
    if len(files) > MOST_FILES or sum(info.file_size for info in files) > left:
        raise _too_large(name)
    found = _shapefiles(files)
    if not found:
        raise _bad(name, "压缩包中没有 .shp 文件", "there is no .shp file in the archive")
    for number, (stem, parts) in enumerate(sorted(found.items())):
        if missing := [ending for ending in _NEEDED if ending not in parts]:
            raise _bad(name, f"{PurePosixPath(stem).name} 缺少 {'、'.join(missing)}",
                       f"{PurePosixPath(stem).name} lacks {', '.join(missing)}")
        for ending, info in parts.items():
            with archive.open(info) as source, (folder / f"{number}{ending}").open("wb") as target:
                left = _copy(source, target, left, name)
        yield _readable(folder / f"{number}.shp")


def lay_shapefile(path: Path, folder: Path) -> Path:
    """The files of one shapefile, whatever the case of their endings, in a folder as `0.shp` and so on. BadFile when
    one is missing.
    """
    beside = {each.suffix.lower(): each for each in path.parent.iterdir() if each.stem == path.stem}
    if missing := [ending for ending in _NEEDED if ending not in beside]:
        raise _bad(path.name, f"缺少 {'、'.join(missing)}", f"{', '.join(missing)} must lie beside it")
    for ending in PARTS:
        if ending in beside:
            shutil.copyfile(beside[ending], folder / f"0{ending}")
    return _readable(folder / "0.shp")


def _readable(path: Path) -> Path:
    """With its `.prj` in UTF-8: the names in it may be Chinese ones in GBK, on which the reader breaks."""
    system = path.with_suffix(".prj")
    if system.is_file():
        text = system.read_bytes()
        try:
            text.decode("utf-8")
        except UnicodeDecodeError:
            system.write_text(text.decode("gb18030", "replace"), encoding="utf-8")
    return path


def _shapefiles(files: list[zipfile.ZipInfo]) -> dict[str, dict[str, zipfile.ZipInfo]]:
    """The files of each shapefile, by its path without the ending."""
    found: dict[str, dict[str, zipfile.ZipInfo]] = defaultdict(dict)
    for info in files:
        path = PurePosixPath(info.filename)
        if path.suffix.lower() in PARTS and not path.name.startswith("._"):
            found[str(path.with_suffix(""))][path.suffix.lower()] = info
    return {stem: parts for stem, parts in found.items() if ".shp" in parts}


def _copy(source: IO[bytes], target: IO[bytes], left: int, name: str) -> int:
    """Copies a file and gives what is left of the allowance: sizes in an archive's directory may lie."""
    while block := source.read(_BLOCK):
        left -= len(block)
        if left < 0:
            raise _too_large(name)
        target.write(block)
    return left


def _too_large(name: str) -> BadFile:
    most = MOST_BYTES // 1024 // 1024
    return _bad(name, f"解压后超过 {most} MB 或 {MOST_FILES} 个文件",
                f"unpacks to more than {most} MB or {MOST_FILES} files")


def _bad(name: str, reason: str, reason_en: str) -> BadFile:
    return BadFile([RowProblem(1, "", reason, reason_en)], name)
