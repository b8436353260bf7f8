"""Operations on the fleet as a whole, now: how many devices are how, what needs attention, and today's emotions."""

from pydantic import Field

from fer_controller.operations.filters import TypedTimes
from fer_controller.operations.operation import GET, Answer, Operation, Parameters
from fer_controller.operations.rollouts import RolloutAnswer
from fer_controller.store.credentials.records import VIEWER

MOST_NEEDS = 1000
MOST_PLACES = 20


class OverviewQuery(Parameters):
    """How much of what needs attention."""

    limit: int = Field(default=50, ge=0, le=MOST_NEEDS, description="At most so many devices that need attention.")


class TilesAnswer(Answer):
    """How many devices are how; one may be several of these."""

    online: int = Field(description="Connected, and heard of lately.")
    stale: int = Field(description="Connected, but silent.")
    offline: int = Field(description="Not connected.")
    unknown: int = Field(description="Not yet connected.")
    updating: int = Field(description="With an update under way.")
    failed: int = Field(description="Whose last update failed or was rejected.")
    quarantined: int = Field(description="Left out of rollouts, because they failed too often.")
    blind: int = Field(description="With cameras that are frozen or dark.")
    low_disk: int = Field(description="With little room on their disk.")
    hot: int = Field(description="That are hot, or slow themselves down because of it.")
    revoked: int = Field(description="That were taken out of the fleet.")


class NeedAnswer(Answer):
    """One thing that needs attention."""

    what: str = Field(description="quarantined, offline, failed, stale, blind, low_disk, hot, paused or rolling_back.")
    device: str | None = Field(default=None, description="Of which device; null for a rollout.")
    rollout: str | None = Field(default=None, description="Of which rollout; null for a device's own.")
    since: str | None = Field(default=None, description="Since when, in UTC; null where that was not noted.")
    why: str = Field(description="A sentence.")


class OverviewAnswer(Answer):
    """The fleet as it stands now."""

    devices: int = Field(description="How many devices there are.")
    tiles: TilesAnswer = Field(description="How many of them are how.")
    needs: tuple[NeedAnswer, ...] = Field(description="What needs attention, the worst first, of a kind the newest.")
    needs_total: int = Field(description="How much needs attention.")
    rollouts: tuple[RolloutAnswer, ...] = Field(description="Those under way, the oldest first.")


class EmotionsTodayQuery(TypedTimes, Parameters):
    """Which day, and by which label."""

    by: str = Field(default="site", max_length=63, description="The label by whose values devices are grouped.")
    since: str = Field(default="", description="When the day began: 2h ago, or ISO 8601; by default midnight in UTC.")
    until: str = Field(default="", description="Up to when, likewise; by default now.")


class CountAnswer(Answer):
    """Events of one emotion."""

    events: int = Field(description="Today.")
    events_before: int = Field(description="In the same time a week ago.")


class PlaceAnswer(Answer):
    """What the devices saw that share the value of a label."""

    value: str | None = Field(description="The value; null for devices without the label.")
    events: int = Field(description="Today, all emotions together.")
    events_before: int = Field(description="In the same time a week ago.")
    emotions: dict[str, CountAnswer] = Field(description="By emotion.")


class EmotionsTodayAnswer(Answer):
    """Today's events without the ends of tracks, beside those of the same time a week ago; times in UTC."""

    by: str = Field(description="The label.")
    since: str = Field(description="From when.")
    until: str = Field(description="Up to when: the last whole minute.")
    since_before: str = Field(description="From when, a week ago.")
    until_before: str = Field(description="Up to when, a week ago.")
    all: PlaceAnswer = Field(description="Of all devices; its value is null.")
    places: tuple[PlaceAnswer, ...] = Field(
        description=f"By the label's value, the {MOST_PLACES} with most events, today's and last week's together."
    )
    places_total: int = Field(description="How many values there are.")


OVERVIEW = Operation(
    "overview", GET, "/v1/overview", VIEWER, OverviewQuery, OverviewAnswer,
    "The fleet as it stands now: how many devices are how, what needs attention and why, rollouts under way.",
)  # fmt: skip
EMOTIONS_TODAY = Operation(
    "emotions_today", GET, "/v1/overview/emotions", VIEWER, EmotionsTodayQuery, EmotionsTodayAnswer,
    "Today's emotions by the value of a label, beside those of the same time a week ago; from rollups.",
)  # fmt: skip

OPERATIONS = (OVERVIEW, EMOTIONS_TODAY)
