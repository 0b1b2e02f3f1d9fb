"""Is it the same incident? Offered before a report is sent, and to the desk that may merge.

The rule (domain brief 3.3: 50 m and 24 h, same 小类; WANGGE_REPEAT_METRES, WANGGE_REPEAT_HOURS): open incidents of the
same subcategory, that near and that recent. The desk is shown more, ranked by four parts from 0 to 1 with the weights
of WEIGHTS (ours, no norm): the place falls from 1 at the spot to 0 at four times the distance, the time from 1 to 0 in
seven times the hours, the same subcategory is 1 and the same category a half, the words are as alike as `likeness`
says among what was reported around it. A part that nobody can tell (no point, no words, no subcategory) counts neither
way. Shown is what the rule finds, and what scores ENOUGH with words or a place that are alike. Nothing is merged by
itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from data.engine import is_postgresql
from governance import scope
from governance.city import City
from governance.errors import InvalidField
from governance.incident import Incident
from governance.on_the_map import Condition, within_metres
from governance.people import Actor
from governance.repeats.likeness import Likeness, Text
from grids.codes import WIDTHS
from grids.datum import to_wgs84
from grids.metres import metres_between
from taxonomy.tree import Tree

WEIGHTS = {"place": 4.0, "words": 4.0, "subcategory": 2.0, "time": 1.0}
PLACE_SPAN, TIME_SPAN = 4, 7
ENOUGH, LIKE_WORDS, LIKE_PLACE = 0.5, 0.2, 0.75
OPEN: Condition = col(Incident.outcome).is_(None)
MOST_NEARBY, MOST_COMPARED, MOST_SHOWN, MOST_WORDS = 10, 1000, 20, 5


@dataclass(frozen=True)
class Nearby:
    """An open incident that may be the same, as anybody may know it who is about to report."""

    number: str
    status: str
    distance_m: float
    reported_at: datetime


@dataclass(frozen=True)
class Part:
    """One part of a score: from 0 to 1, with its weight and its reason in words."""

    name: str
    value: float
    weight: float
    zh: str
    en: str


@dataclass(frozen=True)
class Duplicate:
    """An incident that may be the same as another. `score` is the mean of the parts by their weights."""

    incident: Incident
    score: float
    by_rule: bool
    distance_m: float | None
    parts: tuple[Part, ...]


# ---- before it is sent ---------------------------------------------------------------------------------------------

def nearby(session: Session, city: City, actor: Actor, process: str, subcategory: str, lon: float, lat: float,
           datum: str, now: datetime) -> list[Nearby]:
    """What the rule finds around a point, the nearest first, whoever reported it. Restricted ones are never told of."""
    scope.require(actor, "report")
    tree = city.tree(city.process(process).taxonomy)
    if tree.leaf(subcategory) is None:
        raise InvalidField("subcategory", f"清单 {tree.taxonomy} 中没有小类 {subcategory}",
                           f"there is no subcategory {subcategory} in the list {tree.taxonomy}", "unknown_subcategory")
    lon, lat = to_wgs84(lon, lat, datum)  # type: ignore[arg-type]
    hours = timedelta(hours=city.settings.repeat_hours)
    found = session.scalars(select(Incident).where(
        OPEN, col(Incident.taxonomy) == tree.taxonomy, col(Incident.subcategory) == subcategory,
        col(Incident.sensitivity) != "restricted", col(Incident.reported_at) >= now - hours,
        *within_metres(lon, lat, city.settings.repeat_metres, is_postgresql(session))))
    near = [Nearby(i.number, i.status, metres_between(lon, lat, i.lon or 0, i.lat or 0), i.reported_at) for i in found]
    return sorted(near, key=lambda one: (one.distance_m, one.number))[:MOST_NEARBY]


# ---- for the desk --------------------------------------------------------------------------------------------------

def duplicates_of(session: Session, city: City, actor: Actor, incident: Incident) -> list[Duplicate]:
    """Open incidents that the caller sees and that may be the same, the likeliest first."""
    compared = _candidates(session, city, actor, incident)
    likeness = Likeness([_text(one) for one in (incident, *compared)])
    scored = [_scored(city, likeness, incident, other, place) for place, other in enumerate(compared, start=1)]
    found = [one for one in scored if one.by_rule or _alike(one)]
    return sorted(found, key=lambda one: (-one.score, one.incident.number))[:MOST_SHOWN]


def _candidates(session: Session, city: City, actor: Actor, incident: Incident) -> Sequence[Incident]:
    """What was reported around it: near its point or in its street, within days; the newest, if there are very many."""
    span = timedelta(hours=city.settings.repeat_hours) * TIME_SPAN
    around = [scope.in_unit(incident.unit[:WIDTHS["street"]])]
    if incident.lon is not None and incident.lat is not None and city.settings.repeat_metres:
        around.append(and_(*within_metres(incident.lon, incident.lat, city.settings.repeat_metres * PLACE_SPAN,
                                           is_postgresql(session))))
    return session.scalars(select(Incident).where(
        OPEN, col(Incident.id) != incident.id, scope.visible(actor), or_(*around),
        col(Incident.reported_at).between(incident.reported_at - span, incident.reported_at + span),
    ).order_by(col(Incident.reported_at).desc(), col(Incident.id)).limit(MOST_COMPARED)).all()


def _text(incident: Incident) -> Text:
    return Text(f"{incident.description} {incident.address}")


def _alike(one: Duplicate) -> bool:
    value = {part.name: part.value for part in one.parts}
    return one.score >= ENOUGH and (value.get("words", 0) >= LIKE_WORDS or value.get("place", 0) >= LIKE_PLACE)


def _scored(city: City, likeness: Likeness, incident: Incident, other: Incident, index: int) -> Duplicate:
    away, apart = _metres(incident, other), abs(incident.reported_at - other.reported_at)
    parts = (_place(city, away), _words(likeness, index), _subcategory(city, incident, other), _time(city, apart))
    known = tuple(part for part in parts if part is not None)
    score = sum(part.value * part.weight for part in known) / sum(part.weight for part in known)
    same = incident.subcategory is not None and (incident.taxonomy, incident.subcategory) == (
        other.taxonomy, other.subcategory)
    by_rule = same and away is not None and away <= city.settings.repeat_metres and apart <= timedelta(
        hours=city.settings.repeat_hours)
    return Duplicate(other, score, by_rule, away, known)


# ---- the parts -----------------------------------------------------------------------------------------------------

def _part(name: str, value: float, zh: str, en: str) -> Part:
    return Part(name, value, WEIGHTS[name], zh, en)


def _place(city: City, away: float | None) -> Part | None:
    if away is None:
        return None
    span = city.settings.repeat_metres * PLACE_SPAN
    value = max(0.0, 1 - away / span) if span else float(away == 0)
    return _part("place", value, f"相距 {away:.0f} 米", f"{away:.0f} m apart")


def _words(likeness: Likeness, index: int) -> Part | None:
    """The incident is the first text, the other has the index. Told are the words that count most."""
    if not (likeness.words[0] and likeness.words[index]):
        return None
    shared = likeness.shared(0, index)
    value = min(1.0, sum(weight for _, weight in shared))
    told = ", ".join(word for word, _ in shared[:MOST_WORDS])
    zh, en = (f"共同词: {told}", f"words in common: {told}") if shared else ("没有共同词", "no words in common")
    return _part("words", value, f"{zh} (相似度 {value:.2f})", f"{en} (alike {value:.2f})")


def _subcategory(city: City, incident: Incident, other: Incident) -> Part | None:
    if incident.subcategory is None or other.subcategory is None:
        return None
    tree = city.lists.get(incident.taxonomy)
    if incident.taxonomy == other.taxonomy and incident.subcategory == other.subcategory:
        name = _name(tree, incident.subcategory)
        return _part("subcategory", 1.0, f"同一小类: {name}", f"the same subcategory: {name}")
    if incident.taxonomy == other.taxonomy and incident.category == other.category:
        name = _name(tree, incident.category)
        return _part("subcategory", 0.5, f"同一大类: {name}", f"the same category: {name}")
    return _part("subcategory", 0.0, "大类不同", "another category")


def _name(tree: Tree | None, code: str | None) -> str:
    return tree.name(code) if tree else code or ""


def _time(city: City, apart: timedelta) -> Part:
    span = timedelta(hours=city.settings.repeat_hours) * TIME_SPAN
    zh, en = _told(apart)
    return _part("time", max(0.0, 1 - apart / span), f"相隔 {zh}", f"{en} apart")


def _told(apart: timedelta) -> tuple[str, str]:
    minutes = int(apart.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} 分钟", f"{minutes} min"
    return (f"{minutes // 60} 小时", f"{minutes // 60} h") if minutes < 48 * 60 else (
        f"{minutes // 1440} 天", f"{minutes // 1440} d")


def _metres(incident: Incident, other: Incident) -> float | None:
    if incident.lon is None or incident.lat is None or other.lon is None or other.lat is None:
        return None
    return metres_between(incident.lon, incident.lat, other.lon, other.lat)
