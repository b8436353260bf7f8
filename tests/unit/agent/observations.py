"""Observations for tests."""

from datetime import datetime, timezone

from fer_agent.events.observation import Observation
from fer_wire import EMOTIONS, Box


def observation(track: int = 1, kind: str = "start", camera: str = "door") -> Observation:
    return Observation(
        camera=camera,
        time=datetime(2026, 1, 1, tzinfo=timezone.utc),
        track=track,
        kind=kind,
        emotion="happy",
        confidence=0.9,
        probabilities=dict.fromkeys(EMOTIONS, 0.1),
        box=Box(x=1, y=2, width=3, height=4),
        model="light@0.1.0/int8",
    )
