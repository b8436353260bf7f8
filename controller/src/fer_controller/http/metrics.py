"""The fleet as Prometheus reads it; only this file imports prometheus_client."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, NamedTuple

from fer_wire import Telemetry
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from fer_controller.ingest.devices import OFFLINE, ONLINE, STALE, UNKNOWN, presence
from fer_controller.store.dead_letters.records import DEAD_LETTERS, REDELIVERED
from fer_controller.store.devices.records import Device
from fer_controller.store.subjects import Subjects

PERCENT, MILLI, MB = 0.01, 0.001, 1e6
STATES = (ONLINE, STALE, OFFLINE, UNKNOWN)
DEVICE, CAMERA = "device", "camera"
INFO = (DEVICE, "agent_version", "device_class", "model", "provider")


class Measure(NamedTuple):
    """One field of the telemetry as a metric; scale brings it to Prometheus's base units."""

    name: str
    field: str
    meaning: str
    scale: float = 1.0


OF_DEVICE = (
    Measure("fer_device_cpu_ratio", "host.cpu_percent", "Load of all cores, 0 to 1.", PERCENT),
    Measure("fer_device_gpu_ratio", "host.gpu_percent", "Load of the GPU, 0 to 1.", PERCENT),
    Measure("fer_device_cpu_temperature_celsius", "host.cpu_temperature_c", "The hottest sensor of the CPU."),
    Measure("fer_device_gpu_temperature_celsius", "host.gpu_temperature_c", "The GPU's sensor."),
    Measure("fer_device_memory_used_bytes", "host.memory_used_mb", "Memory not available to a new program.", MB),
    Measure("fer_device_memory_bytes", "host.memory_total_mb", "Memory, shared with the GPU on a Jetson.", MB),
    Measure("fer_device_disk_free_bytes", "host.disk_free_mb", "Where the agent keeps its state.", MB),
    Measure("fer_device_power_watts", "host.power_mw", "Of the whole board.", MILLI),
    Measure("fer_device_throttled", "host.throttled", "1 where the machine slows itself for heat or current."),
    Measure("fer_agent_cpu_ratio", "host.agent_cpu_percent", "Of one core; may pass 1.", PERCENT),
    Measure("fer_agent_memory_bytes", "host.agent_memory_mb", "Of the agent, resident.", MB),
    Measure("fer_agent_uptime_seconds", "uptime_s", "Of this run of the agent."),
    Measure("fer_spool_pending_events", "spool.pending_events", "Events not yet acknowledged."),
    Measure("fer_spool_size_bytes", "spool.size_bytes", "Of the spool's file."),
)
COUNTED_OF_DEVICE = (Measure("fer_agent_errors", "errors", "Faults handled since the run of the agent began."),)
OF_CAMERA = (
    Measure("fer_camera_frames_per_second", "fps", "Frames read for faces."),
    Measure("fer_camera_latency_p50_seconds", "latency_p50_ms", "From capture to event, median.", MILLI),
    Measure("fer_camera_latency_p95_seconds", "latency_p95_ms", "From capture to event, 95th percentile.", MILLI),
)
COUNTED_OF_CAMERA = (
    Measure("fer_camera_frames", "frames", "Frames read for faces since the run of the agent began."),
    Measure("fer_camera_skipped_frames", "skipped_frames", "Frames passed over because a newer one was there."),
    Measure("fer_camera_faces", "faces", "Faces classified since the run of the agent began."),
    Measure("fer_camera_reopened", "reopened", "Times the camera was opened again after a fault."),
)
COUNTERS = {
    REDELIVERED: ("fer_events_redelivered", "Events that came again, and were not counted again."),
    DEAD_LETTERS: ("fer_dead_letters", "Messages that could not be read."),
}

Labelled = Sequence[tuple[tuple[str, ...], Any]]
"""Label values, and what the fields are read from."""


class Metrics(Collector):
    """All metrics, read from the database when they are asked for."""

    def __init__(
        self, store: Subjects, stale_after_s: float, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store, self._stale_after_s, self._now = store, stale_after_s, now
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def page(self, accepted: str) -> tuple[bytes, str]:
        """The metrics in the format that an Accept header asks for, and its content type."""
        encode, content_type = choose_encoder(accepted)
        return encode(self._registry), content_type

    def collect(self) -> Iterator[Metric]:
        """What a device measures is told while it is online, so that no old figure passes for a new one."""
        devices, now = self._store.devices.all(), self._now()
        state = {device.device: presence(device, now, self._stale_after_s) for device in devices}
        told = [Telemetry.model_validate_json(each.payload) for each in self._store.telemetry.newest_of_each()]
        yield from _presences(devices, state)
        yield from self._events()
        yield from _of_telemetry([each for each in told if state.get(each.device) == ONLINE])
        rollouts = GaugeMetricFamily("fer_rollouts", "Rollouts by state.", labels=["state"])
        yield _filled(rollouts, [((name,), count) for name, count in self._store.rollouts.by_state().items()])

    def _events(self) -> Iterator[Metric]:
        for name, meaning, counts in (
            ("fer_events_stored", "Events stored, and all before them.", self._store.events.stored()),
            ("fer_events_dropped", "Events that the device dropped at its spool's cap.", self._store.events.dropped()),
        ):
            family = CounterMetricFamily(name, meaning, labels=[DEVICE])
            yield _filled(family, [((device,), count) for device, count in counts.items()])
        counters = self._store.dead_letters.counters()
        for counter, (name, meaning) in COUNTERS.items():
            yield CounterMetricFamily(name, meaning, value=counters.get(counter, 0))


def _presences(devices: Sequence[Device], state: dict[str, str]) -> Iterator[Metric]:
    count = Counter(state.values())
    by_state = GaugeMetricFamily("fer_devices", "Devices by state.", labels=["state"])
    yield _filled(by_state, [((name,), count[name]) for name in STATES])
    up = GaugeMetricFamily("fer_device_up", "1 where the device is online and heard of.", labels=[DEVICE])
    yield _filled(up, [((name,), float(found == ONLINE)) for name, found in state.items()])
    seen = GaugeMetricFamily("fer_device_last_seen_timestamp_seconds", "When it was heard of last.", labels=[DEVICE])
    yield _filled(seen, [((each.device,), _unix_s(each.last_seen)) for each in devices if each.last_seen])
    info = GaugeMetricFamily("fer_device_info", "1; what the device is and runs.", labels=INFO)
    yield _filled(info, [(_info(each), 1) for each in devices])


def _info(device: Device) -> tuple[str, ...]:
    reported = json.loads(device.reported) if device.reported else {}
    running, capabilities = reported.get("running") or {}, reported.get("capabilities") or {}
    parts = (capabilities.get("device_class"), running.get("model"), running.get("provider"))
    return (device.device, device.agent_version, *(part or "" for part in parts))


def _of_telemetry(told: Sequence[Telemetry]) -> Iterator[Metric]:
    devices = [((each.device,), each) for each in told]
    cameras = [((each.device, camera.camera), camera) for each in told for camera in each.cameras]
    for family, measures, labels, subjects in (
        (GaugeMetricFamily, OF_DEVICE, [DEVICE], devices),
        (CounterMetricFamily, COUNTED_OF_DEVICE, [DEVICE], devices),
        (GaugeMetricFamily, OF_CAMERA, [DEVICE, CAMERA], cameras),
        (CounterMetricFamily, COUNTED_OF_CAMERA, [DEVICE, CAMERA], cameras),
    ):
        for measure in measures:
            yield _filled(family(measure.name, measure.meaning, labels=labels), _read(measure, subjects))


def _read(measure: Measure, subjects: Labelled) -> Iterator[tuple[tuple[str, ...], float]]:
    value_of: Callable[[Any], float | None] = attrgetter(measure.field)
    for labels, subject in subjects:
        value = value_of(subject)
        if value is not None:
            yield labels, value * measure.scale


def _filled(family: Any, samples: Any) -> Metric:
    for labels, value in samples:
        family.add_metric(labels, value)
    return family  # type: ignore[no-any-return]  # a family of either kind


def _unix_s(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()
