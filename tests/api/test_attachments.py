"""Files: known by their content, limited in size, without the place and camera that a phone writes into pictures."""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PIL import ExifTags, Image

from governance.incident import Attachment
from governance.settings import Settings
from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem

PATH = "/api/v1/attachments"
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
M4A = b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0" + b"\0" * 64
MP4 = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41" + b"\0" * 64
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Smaller limits than a city's, so that the test's files may be small too."""
    return settings.model_copy(update={"image_limit_mb": 1, "video_limit_mb": 2})


def picture(form: str = "JPEG", **options: Any) -> bytes:
    file = io.BytesIO()
    image = Image.new("RGB", (40, 20), "grey")
    image.paste("red", (0, 0, 10, 20))  # so that one sees which way is up
    image.save(file, form, **options)
    return file.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    said = Image.Exif()
    said[ExifTags.Base.Make] = "手机"
    said[ExifTags.Base.Orientation] = orientation
    said.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (39.0, 6.0, 9.0), 3: "E", 4: (117.0, 12.0, 9.0)})
    return said


def send(client: httpx.Client, content: bytes, name: str = "a.jpg") -> httpx.Response:
    return client.post(PATH, files={"file": (name, content, "image/jpeg")})


@ONE_DATABASE
@pytest.mark.parametrize(("content", "kind", "media_type"), [
    (picture(), "image", "image/jpeg"), (picture("PNG"), "image", "image/png"),
    (picture("WEBP"), "image", "image/webp"),
    (HEIC, "image", "image/heic"), (MP4, "video", "video/mp4"), (M4A, "audio", "audio/mp4"),
    (b"ID3\x04\0\0\0\0\0\0" + b"\0" * 64, "audio", "audio/mpeg"), (b"#!AMR\n" + b"\0" * 64, "audio", "audio/amr"),
    (b"%PDF-1.7\n%%EOF", "document", "application/pdf"),
    (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm" + b"\0" * 20 + b"A_OPUS" + b"\0" * 64, "audio", "audio/webm"),
])
def test_a_file_is_what_its_content_says(served: Town, content: bytes, kind: str, media_type: str) -> None:
    sent = send(served["worker"], content, "always-called.jpg")
    assert sent.status_code == 201, sent.text
    said = sent.json()
    assert (said["kind"], said["media_type"]) == (kind, media_type)
    served_file = served["worker"].get(f"{PATH}/{said['id']}")
    assert served_file.headers["content-type"] == media_type
    assert served_file.headers["x-content-type-options"] == "nosniff"
    assert "private" in served_file.headers["cache-control"]
    assert (len(served_file.content), hashlib.sha256(served_file.content).hexdigest()) == (
        said["bytes"], said["sha256"])


@ONE_DATABASE
@pytest.mark.parametrize("content", [
    b"", b"just words", b"<html><script>alert(1)</script></html>", b"MZ" + b"\0" * 300, b"PK\x03\x04" + b"\0" * 300,
    b"GIF89a" + b"\0" * 300, b"\xff\xd8\xff\xe0 no picture at all", picture()[:200],
])
def test_what_is_no_file_of_ours_is_refused_whatever_its_name(
        served: Town, rows: Callable[[type], list[Any]], content: bytes) -> None:
    is_problem(send(served["worker"], content, "photo.jpg"), 415, "unsupported_media")
    assert rows(Attachment) == []
    assert left_over(served) == []


@ONE_DATABASE
def test_an_empty_file_is_called_empty(served: Town) -> None:
    """A phone without signal sends such a thing; a list of formats would not tell its owner what to do."""
    answer = send(served["worker"], b"")
    is_problem(answer, 415, "unsupported_media")
    assert "空" in answer.json()["detail"]


def left_over(served: Town) -> list[str]:
    return [path.name for path in served.settings.attachments_dir.rglob("*") if path.is_file()]


def test_sizes(served: Town, rows: Callable[[type], list[Any]]) -> None:
    """A picture has a smaller limit than a video; nothing is kept of what is too large."""
    mb = 1024 * 1024
    answer = send(served["worker"], b"%PDF-1.7\n" + b"\0" * mb)
    is_problem(answer, 413, "too_large")
    assert answer.json()["limit_mb"] == 1
    assert rows(Attachment) == []
    assert left_over(served) == []
    assert send(served["worker"], MP4 + b"\0" * mb).status_code == 201
    is_problem(send(served["worker"], MP4 + b"\0" * 2 * mb), 413, "too_large")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@ONE_DATABASE
def test_where_and_with_what_it_was_taken_stays_with_us(
        served: Town, rows: Callable[[type], list[Any]], form: str) -> None:
    sent = send(served["worker"], picture(form, exif=exif())).json()
    served_file = served["worker"].get(f"{PATH}/{sent['id']}").content
    assert not Image.open(io.BytesIO(served_file)).getexif()
    assert "手机".encode() not in served_file
    assert b"Exif" not in served_file
    [kept] = rows(Attachment)
    assert kept.exif["Make"]
    assert kept.exif["GPS"]["GPSLatitude"] == [39.0, 6.0, 9.0]


@ONE_DATABASE
def test_a_picture_taken_sideways_is_served_upright(served: Town) -> None:
    sent = send(served["worker"], picture(exif=exif(orientation=6))).json()
    upright = Image.open(io.BytesIO(served["worker"].get(f"{PATH}/{sent['id']}").content))
    assert upright.size == (20, 40)
    assert upright.convert("RGB").getpixel((10, 4))[0] > 200  # the red edge was left; turned right it is at the top


@ONE_DATABASE
def test_comments_and_previews_go_too(served: Town) -> None:
    sent = send(served["worker"], picture(comment=b"secret words", xmp=b"<x:xmpmeta>secret place</x:xmpmeta>")).json()
    assert b"secret" not in served["worker"].get(f"{PATH}/{sent['id']}").content


@ONE_DATABASE
def test_a_picture_with_a_preview_is_a_picture_but_an_animation_is_none(served: Town) -> None:
    other = [Image.new("RGB", (40, 20), "blue")]
    phone = send(served["worker"], picture("MPO", save_all=True, append_images=other, exif=exif()))
    assert phone.status_code == 201, phone.text
    kept = Image.open(io.BytesIO(served["worker"].get(f"{PATH}/{phone.json()['id']}").content))
    assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (40, 20), {})
    is_problem(send(served["worker"], picture("WEBP", save_all=True, append_images=other)), 415, "unsupported_media")


def test_before_it_belongs_to_an_incident_only_its_sender_sees_it(served: Town) -> None:
    photo = served.photo("worker")
    assert served["worker"].get(f"{PATH}/{photo}").status_code == 200
    for person in ("worker_2", "dispatcher", "leader", "admin"):
        is_problem(served[person].get(f"{PATH}/{photo}"), 404, "not_found")
    served.report("worker", attachments=[photo])
    assert served["dispatcher"].get(f"{PATH}/{photo}").status_code == 200
    is_problem(served["dispatcher_hedong"].get(f"{PATH}/{photo}"), 404, "not_found")
    is_problem(served["resident"].get(f"{PATH}/{photo}"), 404, "not_found")


def test_a_file_of_a_restricted_incident_is_a_restricted_read(served: Town) -> None:
    photo = served.photo("worker")
    care = served.report("worker", subcategory=town.CARE, attachments=[photo])
    served["lead"].get(f"{PATH}/{photo}")
    [entry] = served["auditor"].get("/api/v1/audit?event=read_restricted").json()["items"]
    assert (entry["subject"], entry["role"]) == (care["number"], "community_lead")


def test_a_file_is_used_once(served: Town) -> None:
    photo = served.photo("worker")
    served.report("worker", attachments=[photo])
    answer = served["worker"].post("/api/v1/incidents", json=served.sound(attachments=[photo]))
    is_problem(answer, 422, "unknown_attachment", "attachments.0")


@ONE_DATABASE
def test_an_upload_that_is_none(served: Town) -> None:
    is_problem(served["worker"].post(PATH), 422, "missing_field", "file")
    is_problem(served["worker"].post(PATH, json={"file": "x"}), 422, "missing_field", "file")
    is_problem(served["worker"].post(PATH, data={"file": "only text"}), 422, "invalid_request", "file")
    is_problem(served["worker"].get(f"{PATH}/{uuid.uuid4()}"), 404, "not_found")
    is_problem(served["worker"].get(f"{PATH}/not-an-id"), 422, "invalid_request", "attachment_id")
