"""The track of a patrol, made of what a phone sent. Pure functions on points and batches."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from shapely.geometry.base import BaseGeometry

from governance.patrols.patrol import Patrol, PatrolBatch
from grids.coverage import covered_share, lines_of
from grids.metres import lengths_m, metres_between

#: A fix worse than this says too little of where somebody walked; it is kept, and not drawn or counted.
WORST_ACCURACY_M = 50.0
#: Between two points farther apart than this nobody knows the way.
LONGEST_STEP_M = 300.0
LONGEST_PAUSE = timedelta(minutes=5)
#: A patrol that nobody ended ends here by itself: who forgets is not followed home.
LONGEST_PATROL = timedelta(hours=12)


@dataclass(frozen=True)
class TrackPoint:
    """Where somebody was and when; with a note it is a check-in (an empty note, too). Degrees WGS-84."""

    lon: float
    lat: float
    accuracy_m: float | None
    captured_at: datetime
    note: str | None = None

    def document(self) -> list[Any]:
        said = [self.lon, self.lat, self.accuracy_m, self.captured_at.isoformat()]
        return said if self.note is None else [*said, self.note]


def batch_of(patrol: uuid.UUID, seq: int, points: Sequence[TrackPoint], now: datetime) -> PatrolBatch:
    """A batch as it was sent."""
    said = [point.document() for point in points]
    content = hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
    return PatrolBatch(patrol=patrol, seq=seq, points=said, received_at=now, content_hash=content)


def points_of(batches: Iterable[PatrolBatch]) -> list[TrackPoint]:
    """Every point in the order in which it was taken, in whatever order the batches came."""
    found = [TrackPoint(lon, lat, accuracy, datetime.fromisoformat(at), *note)
             for batch in batches for lon, lat, accuracy, at, *note in batch.points]
    return sorted(found, key=lambda point: point.captured_at)


def ends_at(patrol: Patrol) -> datetime:
    return patrol.ended_at or patrol.started_at + LONGEST_PATROL


def only_while_it_runs(patrol: Patrol, batch: PatrolBatch) -> None:
    """Leave out what was taken before the patrol began or after it ended."""
    first, last = patrol.started_at, ends_at(patrol)
    batch.points = [said for said in batch.points if first <= datetime.fromisoformat(said[3]) <= last]


def pieces_of(points: Sequence[TrackPoint]) -> list[list[TrackPoint]]:
    """The track, broken where the way is not known: after a pause, after a leap."""
    good = [point for point in points if point.accuracy_m is None or point.accuracy_m <= WORST_ACCURACY_M]
    pieces: list[list[TrackPoint]] = [good[:1]] if good else []
    for before, point in pairwise(good):
        if _goes_on(before, point):
            pieces[-1].append(point)
        else:
            pieces.append([point])
    return pieces


def _goes_on(before: TrackPoint, point: TrackPoint) -> bool:
    step = metres_between(before.lon, before.lat, point.lon, point.lat)
    return step <= LONGEST_STEP_M and point.captured_at - before.captured_at <= LONGEST_PAUSE


def shape_of(points: Sequence[TrackPoint]) -> BaseGeometry:
    return lines_of([(point.lon, point.lat) for point in piece] for piece in pieces_of(points))


def sum_up(patrol: Patrol, batches: Iterable[PatrolBatch], unit: BaseGeometry | None) -> None:
    """Write into the patrol what its track comes to. unit: its outline; None: not known any more."""
    points = points_of(batches)
    track = shape_of(points)
    patrol.points, patrol.check_ins = len(points), sum(point.note is not None for point in points)
    patrol.length_m = round(float(lengths_m(np.array([track], dtype=object))[0]), 1)
    if unit is not None:
        patrol.covered = round(covered_share(unit, track), 4)


def feature_of(points: Sequence[TrackPoint]) -> dict[str, Any]:
    """The track as GeoJSON: a line for each piece. A single point is a line that goes nowhere."""
    lines = [[[point.lon, point.lat] for point in (piece if len(piece) > 1 else piece * 2)]
             for piece in pieces_of(points)]
    return {"type": "Feature", "properties": {}, "geometry": {"type": "MultiLineString", "coordinates": lines}}


