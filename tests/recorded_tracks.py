"""The tracks of the clips, as the agent published them (record_tracks.py), for rollouts that are drawn from them."""

import json
import random
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import cast

from fer_controller.rollout.evidence.measurement import measure
from fer_controller.store.measurements.records import TelemetryMinute, TrackEmotion, Window
from fer_controller.store.measurements.store import MeasurementStore

FILE = Path(__file__).with_name("recorded_tracks.json")
EVER = ("2026-01-31T12:00:00.000Z", "2026-01-31T13:00:00.000Z")


class RecordedMeasurements:
    """A store in which every track was seen by a device of its own."""

    def __init__(self) -> None:
        document = json.loads(FILE.read_text())
        self._rows = [
            TrackEmotion(f"{number:04d}", "epoch", "camera", 1, document["model"], emotion, *said)
            for number, track in enumerate(document["tracks"])
            for emotion, said in track.items()
        ]

    @property
    def devices(self) -> list[str]:
        """One for each track."""
        return sorted({row.device for row in self._rows})

    def telemetry_minutes(self, _windows: Sequence[Window], _minute_s: float) -> list[TelemetryMinute]:
        """None was sent."""
        return []

    def track_emotions(self, _windows: Sequence[Window]) -> list[TrackEmotion]:
        """All of them."""
        return self._rows


@lru_cache(maxsize=1)
def faces() -> list[tuple[str, float]]:
    """What the gates make of each track: the emotion that it showed most, and its mean confidence."""
    store = RecordedMeasurements()
    found = measure(cast("MeasurementStore", store), [Window(device, *EVER) for device in store.devices])
    return [(next(iter(each.faces)), each.confidences[0]) for each in found.values()]


class RecordedCrowd:
    """Every device sees some of the recorded faces more often than others."""

    def __init__(self, dice: random.Random) -> None:
        self._weights = [dice.expovariate(1) for _ in faces()]

    def face(self, dice: random.Random, _hour: float) -> tuple[str, float]:
        """One of the recorded faces."""
        return dice.choices(faces(), self._weights)[0]
