"""Intake: reports through HTTP against the bare transaction of the same rows in pgbench, on the same PostgreSQL."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import make_url

from bench.measure import Measure, side_by_side
from data.engine import make_engine, writing
from data.migrations import upgrade
from tests import servers, town

SECONDS, CONNECTIONS = 5, 16
#: What a report writes: the incident, its first transition, its clock and the outbox row.
_BARE = """
\\set n random(1, 2000000000)
BEGIN;
INSERT INTO incident (id, serial, number, process, status, version, taxonomy, taxonomy_version, category, subcategory,
    sensitivity, description, lon, lat, raw_lon, raw_lat, datum, address, unit, placement, distance_m, boundary_version,
    area_class, source, reporter_role, reporter_name, reporter_phone, assisting, reported_at, due_at, returns, reworks,
    urges, extensions, reopened, decision, content_hash)
SELECT md5(s::text || :n)::uuid, s, lpad(s::text, 16, '0'), 'grid_event', 'reported', 1, 'grid', 1, '02', '02002',
    'normal', '夜里施工, 睡不着', 117.2012, 39.1012, 117.2012, 39.1012, 'wgs84', '示例路 1 号', '120101001001001',
    'inside', 0, 1, 'A', 'patrol', 'grid_worker', '', '', '[]', now(), now(), 0, 0, 0, 0, 0, '{}', md5(s::text)
FROM nextval('incident_serial') s RETURNING id \\gset
INSERT INTO transition (incident_id, seq, action, to_state, actor_name, role, reason, fields, at, hash)
VALUES (:id, 1, 'report', 'reported', '', 'grid_worker', '', '{}', now(), md5(:n::text));
INSERT INTO clock (incident_id, stage, limit_value, limit_unit, started_at, resumed_at, warn_at, due_at, used_seconds)
VALUES (:id, 'accept', 0.25, 'urgent_hour', now(), now(), now(), now(), 0);
INSERT INTO outbox (incident_id, seq, created_at) VALUES (:id, 1, now());
COMMIT;
"""


def measures() -> Iterator[Measure]:
    with servers.postgresql() as server, TemporaryDirectory() as folder:
        upgrade(server)
        engine = make_engine(server)
        with writing(engine) as session:
            town.settle_town(session)
        engine.dispose()
        with api(server, Path(folder)) as port:
            token = sign_in(port)
            yield side_by_side(
                f"intake through HTTP, {CONNECTIONS} connections", "reports/s", lambda: through_http(port, token),
                lambda: through_pgbench(server, Path(folder)), rounds=3,
                note="bare: pgbench -M prepared, the same four rows; one API process and its client on the same cores")


@contextmanager
def api(database: str, folder: Path) -> Iterator[int]:
    """One API process on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {**os.environ, "WANGGE_DATABASE_URL": database, "WANGGE_DATA_DIR": str(folder),
                   "WANGGE_PORT": str(port), "WANGGE_REDIS_URL": "redis://127.0.0.1:1/0"}
    process = subprocess.Popen([sys.executable, "-m", "wangge", "serve", "--only", "api", "--port", str(port)],
                               env=environment, stdout=subprocess.DEVNULL)
    try:
        _until_alive(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _until_alive(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError("the API did not start")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the API does not answer")


def sign_in(port: int) -> str:
    body = json.dumps({"phone": town.phone_of("worker"), "password": town.PASSWORD}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/sessions", body,
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["token"])


def through_http(port: int, token: str) -> float:
    """Reports answered with 201, a second."""
    done = subprocess.run([sys.executable, "-m", "bench.load", str(port), token, str(SECONDS), str(CONNECTIONS)],
                          capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    if answer["failed"]:
        raise RuntimeError(f"{answer['failed']} of {answer['answered']} reports were refused")
    return float(answer["answered"]) / SECONDS


def through_pgbench(database: str, folder: Path) -> float:
    """Transactions a second."""
    script, url = folder / "bare.sql", make_url(database)
    script.write_text(_BARE, encoding="utf-8")
    done = subprocess.run(
        [str(servers.postgres_binaries() / "pgbench"), "-n", "-M", "prepared", "-c", str(CONNECTIONS),
         "-T", str(SECONDS),
         "-f", str(script), "-h", str(url.query["host"]), "-U", str(url.username), str(url.database)],
        capture_output=True, text=True)
    if (found := re.search(r"tps = ([\d.]+)", done.stdout)) is None:
        raise RuntimeError(f"pgbench failed:\n{done.stdout}{done.stderr}")
    return float(found[1])
