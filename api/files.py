"""Files that people send: known by their content, limited in size, kept by the SHA-256 of what is served.

Of JPEG, PNG and WebP pictures the EXIF block (place, time, camera) goes into the record and not into the file that is
served; the picture is turned upright as EXIF said. Pillow cannot open HEIC, and nothing here edits videos, sounds and
PDF documents: those are kept and served exactly as they came, with whatever their makers wrote into them.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

import filetype

from api.pictures import OPENABLE, strip
from governance.errors import TooLarge, UnsupportedMedia
from governance.incident import Attachment
from governance.settings import Settings

MB = 1024 * 1024
CHUNK = 1 * MB
#: What filetype must see of a file; the brands of an MP4 stand in its first bytes.
HEAD = 8192
#: media type by content -> kind
KINDS = {
    "image/jpeg": "image", "image/png": "image", "image/webp": "image", "image/heic": "image",
    "video/mp4": "video", "audio/mp4": "audio", "audio/mpeg": "audio", "audio/amr": "audio", "audio/webm": "audio",
    "application/pdf": "document",
}


@dataclass(frozen=True)
class Kept:
    """A file on disk: what it is, how large, and what EXIF said of it."""

    kind: str
    media_type: str
    bytes: int
    sha256: str
    exif: dict[str, Any] = field(default_factory=dict)


def keep(source: BinaryIO, settings: Settings) -> Kept:
    """Check a file by its content, clean it, and keep it. UnsupportedMedia or TooLarge, and nothing is kept."""
    head = source.read(HEAD)
    media_type = media_type_of(head)
    kind = KINDS[media_type]
    limit = settings.video_limit_mb if kind == "video" else settings.image_limit_mb
    with _temporary(settings.attachments_dir) as path:
        _copy(head, source, path, limit)
        exif = strip(path, media_type) if media_type in OPENABLE else {}
        sha256, size = digest_of(path)
        place = place_of(settings, sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, place)
    return Kept(kind, media_type, size, sha256, exif)


def record(kept: Kept, uploaded_by: uuid.UUID | None, at: datetime) -> Attachment:
    """The record of a kept file."""
    return Attachment(id=uuid.uuid4(), kind=kept.kind, media_type=kept.media_type, bytes=kept.bytes,
                      sha256=kept.sha256, exif=kept.exif, uploaded_by=uploaded_by, uploaded_at=at)


def place_of(settings: Settings, sha256: str) -> Path:
    """Where a file lies: spread over 256 folders."""
    return settings.attachments_dir / sha256[:2] / sha256


def media_type_of(head: bytes) -> str:
    """The media type that the content shows; the name and what the sender says count for nothing."""
    if not head:
        raise UnsupportedMedia("文件是空的, 请重新拍摄或选择文件", "The file is empty; take or choose it again.")
    guessed = filetype.guess(head)
    media_type = guessed.mime if guessed is not None else None
    if media_type == "video/webm" and b"A_OPUS" in head and b"V_" not in head:
        media_type = "audio/webm"  # what browsers record from a microphone
    if media_type not in KINDS:
        raise UnsupportedMedia("只接受 JPEG, PNG, WebP, HEIC 图片, MP4 视频, M4A, MP3, AMR, WebM 录音和 PDF 文件",
                               "Only JPEG, PNG, WebP, HEIC, MP4, M4A, MP3, AMR, WebM sound and PDF files are taken.")
    return str(media_type)


def digest_of(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


def _copy(head: bytes, source: BinaryIO, path: Path, limit_mb: int) -> None:
    """To disk piece by piece, and no further than the limit."""
    taken = 0
    with path.open("wb") as file:
        piece = head
        while piece:
            taken += len(piece)
            if taken > limit_mb * MB:
                raise TooLarge(f"文件超过 {limit_mb} MB", f"The file is larger than {limit_mb} MB.", limit_mb=limit_mb)
            file.write(piece)
            piece = source.read(CHUNK)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    """A file of our own beside the kept ones; gone at the end unless it was moved."""
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix=".new-", delete=False) as file:
        path = Path(file.name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
