"""What devices measured in windows of the controller's own time, so that a wrong clock on a device does no harm."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from statistics import fmean
from typing import Any

from fer_wire.message import iso_utc

from fer_controller.metrics.catalogue import GATED
from fer_controller.metrics.metric import INCREASE_A_MINUTE, RESTARTS
from fer_controller.rollout.evidence.measured import Measured
from fer_controller.store.measurements.records import TelemetryMinute, TrackEmotion, Window
from fer_controller.store.measurements.store import MeasurementStore

FIGURES = tuple(gating.figure for _, gating in GATED)
COUNTED = tuple(gating.figure for _, gating in GATED if gating.window in (INCREASE_A_MINUTE, RESTARTS))
"""The figures of counters; a minute has its increase."""
RATES = tuple(gating.figure for _, gating in GATED if gating.window == INCREASE_A_MINUTE)
MINUTE_S = 60.0
DIGITS = 5


def measure(
    measurements: MeasurementStore,
    windows: Sequence[Window],
    minute_s: float = MINUTE_S,
    models_before: Mapping[str, str] | None = None,
) -> dict[str, Measured]:
    """Figures and observations by device, over all its windows; a silent device has no samples.

    minute_s: over how long telemetry is averaged to one observation. models_before: by device the model whose events,
    which were on their way, do not count.
    """
    found: dict[str, dict[str, Any]] = {window.device: {} for window in windows}
    lengths_min = dict.fromkeys(found, 0.0)
    for window in windows:
        lengths_min[window.device] += _minutes(window)
    for device, minutes in groupby(measurements.telemetry_minutes(windows, minute_s), lambda each: each.device):
        found[device] |= _from_telemetry(list(minutes), lengths_min[device], minute_s)
    for device, tracks in groupby(measurements.track_emotions(windows), lambda each: each.device):
        model_before = (models_before or {}).get(device)
        found[device] |= _from_tracks([each for each in tracks if each.model != model_before])
    return {device: Measured.model_validate(said) for device, said in found.items()}


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


def _from_telemetry(minutes: Sequence[TelemetryMinute], length_min: float, minute_s: float) -> dict[str, Any]:
    values = {name: [v for each in minutes if (v := each.figures.get(name)) is not None] for name in FIGURES}
    sums = {name: sum(values[name]) for name in COUNTED if values[name]}
    rates = {name: sums[name] / length_min for name in RATES if name in sums and length_min}
    means = {name: fmean(found) for name, found in values.items() if found and name not in COUNTED}
    a_minute = {name: 60 / minute_s if name in RATES else 1.0 for name in FIGURES}
    return {
        "samples": sum(each.samples for each in minutes),
        "minutes": {name: [_short(v * a_minute[name]) for v in found] for name, found in values.items() if found},
        "lowest": _extremes(min, [each.lowest for each in minutes]),
        "highest": _extremes(max, [each.highest for each in minutes]),
        **means, **sums, **rates,
    }  # fmt: skip


def _extremes(worst: Any, minutes: Sequence[Mapping[str, float | None]]) -> dict[str, float]:
    found = {name: [v for each in minutes if (v := each.get(name)) is not None] for name in FIGURES}
    return {name: _short(worst(values)) for name, values in found.items() if values}


def _from_tracks(rows: Sequence[TrackEmotion]) -> dict[str, Any]:
    """What one face says ten times is one observation: the emotion that it showed most, and its mean confidence."""
    emotions: Counter[str] = Counter()
    faces: Counter[str] = Counter()
    confidences: list[float] = []
    for _, track in groupby(rows, lambda each: (each.epoch, each.camera, each.track, each.model)):
        shown = list(track)
        emotions.update({each.emotion: each.events for each in shown})
        faces[max(shown, key=lambda each: (each.events, each.confidence)).emotion] += 1
        confidences.append(_short(sum(each.confidence for each in shown) / sum(each.events for each in shown)))
    mean = fmean(confidences) if confidences else None
    return {
        "emotions": dict(emotions), "faces": dict(faces), "confidences": tuple(confidences), "confidence": mean
    }  # fmt: skip


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _minutes(window: Window) -> float:
    span = datetime.fromisoformat(window.until) - datetime.fromisoformat(window.since)
    return span.total_seconds() / 60
