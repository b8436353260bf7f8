"""Operations on telemetry: the newest, as it is stored, of each device, and rolled up."""

from collections.abc import Sequence

from pydantic import Field

from fer_controller.operations.as_stored import StoredTelemetryMessage
from fer_controller.operations.events import Per
from fer_controller.operations.filters import TypedTelemetryFilter
from fer_controller.operations.operation import (
    GET,
    Answer,
    DevicesQuery,
    Id,
    Limit,
    Nothing,
    Operation,
    Parameters,
)
from fer_controller.store.credentials.records import VIEWER
from fer_controller.store.rollups.records import TelemetryRollup

PAGE = 500


class NewestTelemetryQuery(Parameters):
    """Which of the newest telemetry."""

    device: str | None = Field(default=None, description="Only this device.")
    limit: Limit = Field(default=50, description="The newest so many.")


class TelemetryAsStoredQuery(Parameters):
    """Which telemetry, and after which."""

    device: str | None = Field(default=None, description="Only this device.")
    after_id: Id = Field(default=0, description="After this id.")
    limit: Limit = Field(default=PAGE, description="The next so many.")


class TelemetryRollupsQuery(TypedTelemetryFilter):
    """Which rollups."""

    per: Per = Field(description="How long each is.")
    limit: Limit = Field(default=1000, description="The newest so many.")


class TelemetryMessageAnswer(Answer):
    """A telemetry message."""

    id: int = Field(description="Grows in the order in which messages were stored.")
    message: StoredTelemetryMessage = Field(description="The message as the device sent it.")
    received_at: str = Field(default="", description="When it arrived; ISO 8601 in UTC.")


class TelemetryAnswer(Answer):
    """Telemetry messages, ascending by id."""

    messages: tuple[TelemetryMessageAnswer, ...] = Field(description="The messages.")

    @property
    def rows(self) -> Sequence[object]:
        return self.messages


class LineAnswer(Answer):
    """A line of a metric's chart."""

    kind: str = Field(description="mean, lowest or highest.")
    field: str = Field(description="Where a telemetry rollup has it.")


class MetricAnswer(Answer):
    """A figure that devices report, and how it is shown."""

    title: str = Field(description="What it is, in lower case.")
    unit: str = Field(description="Its unit; empty where it has none.")
    digits: int = Field(description="How many decimals are shown.")
    source: str | None = Field(description="Where a telemetry message has it; null where no single field has it.")
    lines: tuple[LineAnswer, ...] = Field(description="What rollups keep of it.")


METRICS = Operation(
    "metrics", GET, "/v1/metrics", VIEWER, Nothing, list[MetricAnswer],
    "The figures that devices report, for whoever draws them.",
)  # fmt: skip


class CameraAnswer(Answer):
    """A camera, as its device last reported it."""

    device: str = Field(description="The name of its device.")
    camera: str = Field(description="Its name.")
    state: str = Field(description="running, reopening or ended.")
    fps: float | None = Field(description="Frames per second that were read for faces.")
    latency_p95_ms: float | None = Field(description="From capture to event, 95th percentile.")
    faces: int = Field(description="Faces classified since the run of the agent began.")
    reopened: int = Field(description="How often it was opened again after a fault.")
    frozen: bool | None = Field(default=None, description="Its picture does not change any more.")
    dark: bool | None = Field(default=None, description="It is black or covered.")
    error: str | None = Field(description="Its last fault.")
    reported_at: str = Field(description="When its report arrived; ISO 8601 in UTC.")


NEWEST_TELEMETRY = Operation(
    "newest_telemetry", GET, "/v1/telemetry", VIEWER, NewestTelemetryQuery, TelemetryAnswer,
    "The newest telemetry, as `telemetry --json` and with an id.",
)  # fmt: skip
TELEMETRY_AS_STORED = Operation(
    "telemetry_as_stored", GET, "/v1/telemetry/as-stored", VIEWER, TelemetryAsStoredQuery, TelemetryAnswer,
    "The next telemetry in the order in which it was stored.",
)  # fmt: skip
TELEMETRY_OF_EACH = Operation(
    "telemetry_of_each", GET, "/v1/fleet/telemetry", VIEWER, DevicesQuery, list[StoredTelemetryMessage],
    "The newest telemetry message of each device, by its name: all, or page by page.",
)  # fmt: skip
TELEMETRY_ROLLUPS = Operation(
    "telemetry_rollups", GET, "/v1/rollups/telemetry", VIEWER, TelemetryRollupsQuery, list[TelemetryRollup],
    "Telemetry by minute, hour or day in UTC, as `telemetry --per`.",
)  # fmt: skip
CAMERAS = Operation(
    "cameras", GET, "/v1/cameras", VIEWER, DevicesQuery, list[CameraAnswer],
    "The cameras of the fleet as their devices last reported them, as `cameras --json`: all, or page by page.",
)  # fmt: skip

OPERATIONS = (METRICS, TELEMETRY_OF_EACH, NEWEST_TELEMETRY, TELEMETRY_AS_STORED, TELEMETRY_ROLLUPS, CAMERAS)
