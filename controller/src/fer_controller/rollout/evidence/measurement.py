"""What devices measured in windows of the controller's own time, so that a wrong clock on a device does no harm."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from fer_wire.message import iso_utc

from fer_controller.metrics.catalogue import GATED
from fer_controller.metrics.metric import INCREASE_A_MINUTE
from fer_controller.rollout.evidence.measured import Measured
from fer_controller.store.measurements.records import EmotionSums, TelemetrySums, Window
from fer_controller.store.measurements.store import MeasurementStore

COUNTED = tuple(gating.figure for _, gating in GATED if gating.window == INCREASE_A_MINUTE)
"""The figures of counters."""


def measure(measurements: MeasurementStore, windows: Sequence[Window]) -> dict[str, Measured]:
    """Figures by device; a silent device has no samples."""
    lengths_min = {window.device: _minutes(window) for window in windows}
    found = {window.device: Measured() for window in windows}
    for each in measurements.telemetry_sums(windows):
        found[each.device] = _from_telemetry(each, lengths_min[each.device])
    for device, emotions in _by_device(measurements.emotion_sums(windows)).items():
        events = sum(each.events for each in emotions)
        seen = {
            "emotions": {each.emotion: each.events for each in emotions},
            "confidence": sum(each.confidence for each in emotions) / events,
        }
        found[device] = found[device].model_copy(update=seen)
    return found


def windows_before(
    devices: Iterable[str], now: datetime, length_s: float, last_moves: Mapping[str, str]
) -> list[Window]:
    """For each device the time before a wave, cut where its model last changed: before, it ran another model."""
    since, until = iso_utc(now - timedelta(seconds=length_s)), iso_utc(now)
    return [Window(device, min(until, max(since, last_moves.get(device, since))), until) for device in devices]


def dumped(measured: Measured) -> str:
    """As it is stored."""
    return json.dumps(measured.document(), separators=(",", ":"))


def loaded(text: str) -> Measured:
    """As it was stored; an empty text means that nothing was measured."""
    return Measured.model_validate_json(text) if text else Measured()


def _from_telemetry(sums: TelemetrySums, length_min: float) -> Measured:
    figures = dict(sums.figures)
    for name in COUNTED:
        increase = figures[name]
        figures[name] = increase / length_min if increase is not None and length_min else None
    return Measured.model_validate({"samples": sums.samples, **figures})


def _by_device(sums: Iterable[EmotionSums]) -> dict[str, list[EmotionSums]]:
    found: dict[str, list[EmotionSums]] = {}
    for each in sums:
        found.setdefault(each.device, []).append(each)
    return found


def _minutes(window: Window) -> float:
    span = datetime.fromisoformat(window.until) - datetime.fromisoformat(window.since)
    return span.total_seconds() / 60
