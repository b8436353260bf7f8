"""Overview. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, List, TypedDict, cast

from fer_client.calls.rollouts import RolloutAnswer
from fer_client.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import Unpack


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


class OverviewQuery(TypedDict, total=False):
    """What may be left out.

    limit: At most so many devices that need attention.
    """

    limit: int


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


class EmotionsTodayQuery(TypedDict, total=False):
    """What may be left out.

    by: The label by whose values devices are grouped.
    since: When the day began: 2h ago, or ISO 8601; by default midnight in UTC.
    until: Up to when, likewise; by default now.
    """

    by: str
    since: str
    until: str


class Overview:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, **options: Unpack[OverviewQuery]) -> OverviewAnswer:
        """The fleet as it stands now: how many devices are how, what needs attention and why, rollouts under way."""
        return cast("OverviewAnswer", self._connection.get("/v1/overview", {}, {**options}))

    def emotions_today(self, **options: Unpack[EmotionsTodayQuery]) -> EmotionsTodayAnswer:
        """Today's emotions by the value of a label, beside those of the same time a week ago; from rollups."""
        return cast("EmotionsTodayAnswer", self._connection.get("/v1/overview/emotions", {}, {**options}))
