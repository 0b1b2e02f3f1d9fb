"""What happens to the demo's incidents: each story is who reports, the steps that follow, and how long ago.

The steps are those of `wangge.demo.walk`. A story is told until it ends or reaches the present.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from governance.calendar import SHANGHAI
from wangge.demo.people import PLAYED_COMMUNITY

#: The overflowing bin: for the district's sanitation, whose handler and head can be played.
RUBBISH: Final = "01003"
#: People are about between these hours.
MORNING, EVENING = time(7, 30), time(20, 30)


@dataclass(frozen=True)
class Story:
    """`days`: reported between so many days ago and so many. Where and what it is, chance decides if it is not said."""

    times: int
    reporter: str
    steps: str
    days: tuple[float, float] = (3, 30)
    community: str = ""
    subcategory: str = ""


#: What waits for those who can be played, whoever signs in first: to verify, to check, to settle, to file, to dispatch
#: anew, to sign, to put right.
WAITING: Final = (
    Story(3, "resident", "ask_verify", (0, 0.3), PLAYED_COMMUNITY),
    Story(2, "grid_worker", "desk sign feed_back", (0.8, 1.2), PLAYED_COMMUNITY),
    Story(2, "grid_worker", "desk sign feed_back", (1.5, 3), PLAYED_COMMUNITY),
    Story(2, "settler", "", (0, 0.2), PLAYED_COMMUNITY),
    Story(3, "resident", "", (0, 0.3), PLAYED_COMMUNITY),
    Story(1, "grid_worker", "desk return", (0.5, 1.5), PLAYED_COMMUNITY),
    Story(2, "grid_worker", "desk", (0.02, 0.3), PLAYED_COMMUNITY, RUBBISH),
    Story(2, "grid_worker", "desk sign", (0.3, 1), PLAYED_COMMUNITY, RUBBISH),
)

STORIES: Final = (
    # settled as it should be
    Story(92, "grid_worker", "desk sign feed_back pass"),
    Story(12, "grid_worker", "desk comment sign feed_back pass"),
    Story(30, "resident", "desk sign feed_back pass rate_good", (5, 30)),
    Story(20, "hotline", "desk sign feed_back pass"),
    Story(9, "resident", "verify_yes desk sign feed_back pass", (5, 30)),
    Story(26, "settler", "settle"),
    Story(14, "hotline", "desk sign feed_back pass visit", (5, 30)),
    Story(8, "resident", "desk sign feed_back pass visit", (5, 30)),
    Story(5, "grid_worker", "desk sign extend feed_back pass", (8, 30)),
    Story(6, "grid_worker", "desk sign ask_assist feed_back pass", (4, 30)),
    Story(3, "grid_worker", "desk sign whistle feed_back pass", (4, 30)),
    # not so smoothly
    Story(2, "grid_worker", "desk sign extend_no late_feed_back pass", (16, 30)),
    Story(2, "grid_worker", "desk sign suspend feed_back pass", (14, 30)),
    Story(3, "grid_worker", "desk sign supervise late_feed_back pass", (16, 30)),
    Story(3, "grid_worker", "desk sign late_feed_back pass appeal", (20, 30)),
    Story(17, "grid_worker", "desk sign late_feed_back pass", (16, 30)),
    Story(13, "grid_worker", "desk return desk_again sign feed_back pass", (8, 30)),
    Story(9, "resident", "desk sign transfer sign feed_back pass", (8, 30)),
    Story(13, "grid_worker", "desk sign feed_back fail feed_back_again pass", (8, 30)),
    Story(5, "resident", "desk sign feed_back pass rate_bad desk sign feed_back pass rate_good", (16, 30)),
    Story(3, "hotline", "desk sign feed_back pass reopen desk sign feed_back pass", (16, 30)),
    Story(7, "resident", "void"),
    Story(5, "resident", "verify_no void"),
    # still open
    Story(4, "resident", "", (0, 0.01)),
    Story(2, "resident", "", (0.3, 2)),
    Story(3, "resident", "ask_verify", (0, 1)),
    Story(3, "settler", "", (0, 0.5)),
    Story(4, "grid_worker", "desk return", (0.3, 2)),
    Story(3, "resident", "desk sign feed_back pass rate_bad", (4, 8)),
    Story(6, "grid_worker", "desk", (0.02, 0.6)),
    Story(4, "grid_worker", "desk", (8, 20)),
    Story(8, "grid_worker", "desk sign", (0.3, 1.5)),
    Story(7, "grid_worker", "desk sign comment", (12, 24)),
    Story(4, "resident", "desk sign feed_back fail", (3, 8)),
    Story(5, "grid_worker", "desk sign feed_back", (2, 6)),
    Story(2, "grid_worker", "desk sign suspend_long", (5, 20)),
    Story(2, "grid_worker", "desk sign supervise_open", (5, 12)),
    # somebody else has reported it already
    Story(9, "resident", "merge", (0.3, 3)),
    *WAITING,
)


def tell(chance: random.Random, now: datetime, stories: Sequence[Story] = STORIES) -> Iterator[tuple[datetime, Story]]:
    """Every story as often as it is told, with the instant of its report, the oldest first."""
    told = [(before_evening(now - timedelta(days=chance.uniform(*story.days)), chance), story)
            for story in stories for _ in range(story.times)]
    yield from sorted(told, key=lambda one: one[0])


def before_evening(at: datetime, chance: random.Random) -> datetime:
    """This instant, or the last one before it at which people are about."""
    local = at.astimezone(SHANGHAI)
    if MORNING <= local.time() <= EVENING:
        return local
    day = local.date() if local.time() > EVENING else local.date() - timedelta(days=1)
    return datetime.combine(day, EVENING, SHANGHAI) - timedelta(minutes=chance.uniform(0, 600))


def after_morning(at: datetime, chance: random.Random) -> datetime:
    """This instant, or the next one at which people are about."""
    local = at.astimezone(SHANGHAI)
    if MORNING <= local.time() <= EVENING:
        return local
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    return datetime.combine(day, MORNING, SHANGHAI) + timedelta(minutes=chance.uniform(30, 90))
