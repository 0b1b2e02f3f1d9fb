"""Pictures without what their camera wrote into them: EXIF is read, then the picture is saved without it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, ImageOps
from PIL.Image import Exif

from governance.errors import TooLarge, UnsupportedMedia

#: media type -> Pillow's name of the format
OPENABLE = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
#: A picture of this many pixels takes some 400 MB to open. Phones make up to 108 million.
MOST_PIXELS = 130_000_000
UPRIGHT = 1
BROKEN = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)
LONGEST_TEXT = 200


def strip(path: Path, media_type: str) -> dict[str, Any]:
    """Save the picture at `path` anew without metadata, upright; give what its EXIF said.

    A JPEG that stands upright keeps its own quantisation; one that must be turned is saved at quality 95. PNG stays
    lossless. Of a picture with previews the picture is kept. The colour profile stays: without it the colours change.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(path, formats=[OPENABLE[media_type]])
        with picture:
            form = OPENABLE[media_type]
            _check(picture, form)
            picture.load()
            exif = picture.getexif()
            said = readable(exif)
            _save(picture, exif.get(ExifTags.Base.Orientation, UPRIGHT), path, form)
            return said
    except BROKEN:
        raise UnsupportedMedia("图片已损坏, 无法读取", "The picture is broken and cannot be read.") from None


def _check(picture: Image.Image, form: str) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise TooLarge("图片像素过多", "The picture has too many pixels.", most_pixels=MOST_PIXELS)
    if form != "JPEG" and getattr(picture, "n_frames", 1) > 1:  # the further frames of a JPEG are previews
        raise UnsupportedMedia("不接受动画图片", "Moving pictures are not taken.")


def _save(picture: Image.Image, orientation: int, path: Path, form: str) -> None:
    profile = picture.info.get("icc_profile")
    options: dict[str, Any] = {"icc_profile": profile} if profile else {}
    if picture.format == "JPEG" and orientation == UPRIGHT:
        # "keep" asks the opened picture for its tables; its other segments are not written
        picture.info = {}
        picture.save(path, form, quality="keep", exif=b"", comment=b"", **options)
        return
    clean = ImageOps.exif_transpose(picture) if orientation != UPRIGHT else picture.copy()
    clean.info = {name: value for name, value in clean.info.items() if name == "transparency"}
    clean.save(path, form, **options, **({} if form == "PNG" else {"quality": 95}))


def readable(exif: Exif) -> dict[str, Any]:
    """EXIF as a document: names and plain values; the place as degrees too."""
    said = _named(dict(exif), ExifTags.TAGS)
    said |= _named(exif.get_ifd(ExifTags.IFD.Exif), ExifTags.TAGS)
    place = _named(exif.get_ifd(ExifTags.IFD.GPSInfo), ExifTags.GPSTAGS)
    if place:
        said["GPS"] = place
    return said


def _named(tags: dict[int, Any], names: dict[int, str]) -> dict[str, Any]:
    return {names[tag]: _plain(value) for tag, value in tags.items() if tag in names and not names[tag].endswith("IFD")
            and names[tag] not in ("ExifOffset", "GPSInfo", "MakerNote", "UserComment")}


def _plain(value: Any) -> Any:
    """A value that JSON and both databases can hold."""
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value[:20]]
    if isinstance(value, bytes):
        return value[:LONGEST_TEXT].hex()
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()[:LONGEST_TEXT]
    if isinstance(value, int):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return str(value)[:LONGEST_TEXT]
    return round(number, 8) if number == number and abs(number) < 1e15 else None
