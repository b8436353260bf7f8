"""Telemetry. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, TypedDict, cast

from fer_client.calls.fleet import DevicesQuery
from fer_client.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import Unpack


class LineAnswer(TypedDict):
    """A line of a metric's chart."""

    kind: str
    field: str


class MetricAnswer(TypedDict):
    """A figure that devices report, and how it is shown."""

    title: str
    unit: str
    digits: int
    source: str | None
    lines: List[LineAnswer]


class CameraTelemetry(TypedDict):
    """One camera since the last telemetry message."""

    camera: str
    state: str
    fps: float | None
    frames: int
    skipped_frames: int
    faces: int
    faces_per_frame: float | None
    face_share: float | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    reopened: int
    frozen: bool | None
    dark: bool | None
    error: str


class HostTelemetry(TypedDict):
    """The machine and the agent's process on it."""

    cpu_percent: float | None
    cpu_temperature_c: float | None
    gpu_percent: float | None
    gpu_temperature_c: float | None
    memory_used_mb: float | None
    memory_total_mb: float | None
    swap_used_mb: float | None
    disk_free_mb: float | None
    power_mw: float | None
    power_mode: str | None
    fan_percent: float | None
    throttled: bool | None
    agent_cpu_percent: float | None
    agent_memory_mb: float | None
    source: str


class SpoolTelemetry(TypedDict):
    """The agent's spool of events not yet acknowledged."""

    pending_events: int
    size_bytes: int
    dropped_events: int
    refusal: str


class TelemetryMessageAnswer(TypedDict):
    """A telemetry message."""

    id: int
    message: Dict[str, Any]
    received_at: str


class TelemetryAnswer(TypedDict):
    """Telemetry messages, ascending by id."""

    messages: List[TelemetryMessageAnswer]


class NewestTelemetryQuery(TypedDict, total=False):
    """What may be left out.

    device: Only this device.
    limit: The newest so many.
    """

    device: str
    limit: int


class TelemetryAsStoredQuery(TypedDict, total=False):
    """What may be left out.

    device: Only this device.
    after_id: After this id.
    limit: The next so many.
    """

    device: str
    after_id: int
    limit: int


class TelemetryRollup(TypedDict):
    """What one device said of itself in the span that began at start."""

    start: str
    device: str
    samples: int
    fps_mean: float | None
    fps_min: float | None
    latency_p95_mean_ms: float | None
    latency_p95_max_ms: float | None
    cpu_mean_percent: float | None
    temperature_max_c: float | None
    agent_memory_max_mb: float | None
    pending_events_max: float | None
    faces_per_frame_mean: float | None
    face_share_mean: float | None


class TelemetryRollupsQuery(TypedDict, total=False):
    """What may be left out.

    device: Only this device.
    since: Not before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
    until: Before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
    limit: The newest so many.
    """

    device: str
    since: str
    until: str
    limit: int


class CameraAnswer(TypedDict):
    """A camera, as its device last reported it."""

    device: str
    camera: str
    state: str
    fps: float | None
    latency_p95_ms: float | None
    faces: int
    reopened: int
    frozen: bool | None
    dark: bool | None
    error: str | None
    reported_at: str


class Telemetry:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def metrics(self) -> List[MetricAnswer]:
        """The figures that devices report, for whoever draws them."""
        return cast("List[MetricAnswer]", self._connection.get("/v1/metrics", {}, {}))

    def telemetry_of_each(self, **options: Unpack[DevicesQuery]) -> List[Dict[str, Any]]:
        """The newest telemetry message of each device, by its name: all, or page by page."""
        return cast("List[Dict[str, Any]]", self._connection.get("/v1/fleet/telemetry", {}, {**options}))

    def newest_telemetry(self, **options: Unpack[NewestTelemetryQuery]) -> TelemetryAnswer:
        """The newest telemetry, as `telemetry --json` and with an id."""
        return cast("TelemetryAnswer", self._connection.get("/v1/telemetry", {}, {**options}))

    def telemetry_as_stored(self, **options: Unpack[TelemetryAsStoredQuery]) -> TelemetryAnswer:
        """The next telemetry in the order in which it was stored."""
        return cast("TelemetryAnswer", self._connection.get("/v1/telemetry/as-stored", {}, {**options}))

    def telemetry_rollups(self, per: str, **options: Unpack[TelemetryRollupsQuery]) -> List[TelemetryRollup]:
        """Telemetry by minute, hour or day in UTC, as `telemetry --per`.

        per: How long each is.
        """
        return cast("List[TelemetryRollup]", self._connection.get("/v1/rollups/telemetry", {}, {"per": per, **options}))

    def cameras(self, **options: Unpack[DevicesQuery]) -> List[CameraAnswer]:
        """The cameras of the fleet as their devices last reported them, as `cameras --json`: all, or page by page."""
        return cast("List[CameraAnswer]", self._connection.get("/v1/cameras", {}, {**options}))
