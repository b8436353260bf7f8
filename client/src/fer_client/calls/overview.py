"""Overview. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import Dict, List, TypedDict, cast

from fer_client.calls.rollouts import RolloutAnswer
from fer_client.connection import Connection


class NeedAnswer(TypedDict):
    """One thing that needs attention."""

    what: str
    device: str | None
    rollout: str | None
    since: str | None
    why: str


class TilesAnswer(TypedDict):
    """How many devices are how; one may be several of these."""

    online: int
    stale: int
    offline: int
    unknown: int
    updating: int
    failed: int
    quarantined: int
    blind: int
    low_disk: int
    hot: int
    revoked: int


class OverviewAnswer(TypedDict):
    """The fleet as it stands now."""

    devices: int
    tiles: TilesAnswer
    needs: List[NeedAnswer]
    needs_total: int
    rollouts: List[RolloutAnswer]


class CountAnswer(TypedDict):
    """Events of one emotion."""

    events: int
    events_before: int


class PlaceAnswer(TypedDict):
    """What the devices saw that share the value of a label."""

    value: str | None
    events: int
    events_before: int
    emotions: Dict[str, CountAnswer]


class EmotionsTodayAnswer(TypedDict):
    """Today's events without the ends of tracks, beside those of the same time a week ago; times in UTC."""

    by: str
    since: str
    until: str
    since_before: str
    until_before: str
    all: PlaceAnswer
    places: List[PlaceAnswer]
    places_total: int


class Overview:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, *, limit: int | None = None) -> OverviewAnswer:
        """The fleet as it stands now: how many devices are how, what needs attention and why, rollouts under way.

        limit: At most so many devices that need attention.
        """
        return cast("OverviewAnswer", self._connection.get("/v1/overview", {}, {"limit": limit}))

    def emotions_today(
        self, *, by: str | None = None, since: str | None = None, until: str | None = None
    ) -> EmotionsTodayAnswer:
        """Today's emotions by the value of a label, beside those of the same time a week ago; from rollups.

        by: The label by whose values devices are grouped.
        since: When the day began: 2h ago, or ISO 8601; by default midnight in UTC.
        until: Up to when, likewise; by default now.
        """
        return cast(
            "EmotionsTodayAnswer",
            self._connection.get("/v1/overview/emotions", {}, {"by": by, "since": since, "until": until}),
        )
