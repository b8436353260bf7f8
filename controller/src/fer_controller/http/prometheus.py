"""The fleet as Prometheus reads it; only this file imports prometheus_client."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from fer_wire import Telemetry
from fer_wire.contracts import FINDER
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from fer_controller.alerts.rules import BY_NAME
from fer_controller.ingest.devices import OFFLINE, ONLINE, STALE, UNKNOWN, presence
from fer_controller.metrics.catalogue import CAMERA_METRICS, METRICS
from fer_controller.metrics.metric import Export
from fer_controller.metrics.metric import Metric as Declared
from fer_controller.store.alerts.store import AlertStore
from fer_controller.store.dead_letters.records import DEAD_LETTERS, REDELIVERED
from fer_controller.store.devices.records import Device
from fer_controller.store.subjects import Subjects

STATES = (ONLINE, STALE, OFFLINE, UNKNOWN)
DEVICE, CAMERA = "device", "camera"
INFO = (DEVICE, "agent_version", "device_class", "model", "provider", "finder")


COUNTERS = {
    REDELIVERED: ("fer_events_redelivered", "Events that were received again, and not counted again."),
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
        """Figures of a device are exported only while it is online, so that no old figure passes for a new one."""
        devices, now = self._store.devices.all(), self._now()
        state = {device.device: presence(device, now, self._stale_after_s) for device in devices}
        told = [said for each in self._store.telemetry.newest_of_each() if (said := each.message()) is not None]
        yield from _presences(devices, state)
        yield from self._events()
        yield from _of_telemetry([each for each in told if state.get(each.device) == ONLINE])
        rollouts = GaugeMetricFamily("fer_rollouts", "Rollouts by state.", labels=["state"])
        yield _filled(rollouts, [((name,), count) for name, count in self._store.rollouts.by_state().items()])
        yield from _of_alerts(self._store.alerts)

    def _events(self) -> Iterator[Metric]:
        for name, meaning, counts in (
            ("fer_events_stored", "Events stored, those deleted since included.", self._store.events.stored()),
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
    up = GaugeMetricFamily("fer_device_up", "1 while the device is online and not silent.", labels=[DEVICE])
    yield _filled(up, [((name,), float(found == ONLINE)) for name, found in state.items()])
    seen = GaugeMetricFamily(
        "fer_device_last_seen_timestamp_seconds", "When the device was last heard from.", labels=[DEVICE]
    )
    yield _filled(seen, [((each.device,), _unix_s(each.last_seen)) for each in devices if each.last_seen])
    ahead = GaugeMetricFamily(
        "fer_device_clock_offset_seconds",
        "By how much the device's clock is ahead (behind: negative); 0 where it is about right.",
        labels=[DEVICE],
    )
    yield _filled(ahead, [((each.device,), each.clock_offset_s) for each in devices])
    info = GaugeMetricFamily("fer_device_info", "Always 1; labels say what the device is and runs.", labels=INFO)
    yield _filled(info, [(_info(each), 1) for each in devices])


def _of_alerts(store: AlertStore) -> Iterator[Metric]:
    """The rules that are looked at have figures, also while they find nothing."""
    counts = {rule: (raised, acknowledged) for rule, raised, acknowledged in store.by_rule()}
    raised = GaugeMetricFamily("fer_alerts", "Alerts that are not over.", labels=["rule"])
    yield _filled(raised, [((rule,), counts.get(rule, (0, 0))[0]) for rule in BY_NAME])
    known = GaugeMetricFamily("fer_alerts_acknowledged", "Those of them that somebody looks after.", labels=["rule"])
    yield _filled(known, [((rule,), counts.get(rule, (0, 0))[1]) for rule in BY_NAME])
    deliveries = GaugeMetricFamily(
        "fer_alert_deliveries", "What targets were told, or are to be, while it is kept.", labels=["target", "state"]
    )
    yield _filled(deliveries, [((target, state), count) for target, state, count in store.deliveries_by_state()])
    looked = GaugeMetricFamily("fer_alerts_looked_timestamp_seconds", "When the rules were last looked at.")
    yield _filled(looked, [((), _unix_s(at)) for at in [store.looked_at()] if at])


def _info(device: Device) -> tuple[str, ...]:
    reported = json.loads(device.reported) if device.reported else {}
    running, capabilities = reported.get("running") or {}, reported.get("capabilities") or {}
    finder = (reported.get("eyes") or {}).get(FINDER) or {}
    parts = (capabilities.get("device_class"), running.get("model"), running.get("provider"), finder.get("model"))
    return (device.device, device.agent_version, *(part or "" for part in parts))


def _of_telemetry(told: Sequence[Telemetry]) -> Iterator[Metric]:
    devices = [((each.device,), each) for each in told]
    cameras = [((each.device, camera.camera), camera) for each in told for camera in each.cameras]
    for declared, labels, subjects in ((METRICS, [DEVICE], devices), (CAMERA_METRICS, [DEVICE, CAMERA], cameras)):
        for metric in declared:
            if metric.export is not None:
                yield _exported(metric, metric.export, labels, subjects)


def _exported(metric: Declared, export: Export, labels: list[str], subjects: Labelled) -> Metric:
    family = CounterMetricFamily if export.counter else GaugeMetricFamily
    values = ((label_values, metric.of(subject)) for label_values, subject in subjects)
    samples = [(label_values, value * export.scale) for label_values, value in values if value is not None]
    return _filled(family(export.name, export.meaning, labels=labels), samples)


def _filled(family: Any, samples: Any) -> Metric:
    for labels, value in samples:
        family.add_metric(labels, value)
    return family  # type: ignore[no-any-return]  # a family of either kind


def _unix_s(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()
