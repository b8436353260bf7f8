from typing import Optional

import pytest
from fer_agent.events.evidence import is_uncertain
from fer_agent.settings import EventSettings
from fer_wire.events import Pose

LIMITS = EventSettings(uncertain_below=0.5, uncertain_yaw_degrees=45)


@pytest.mark.parametrize(
    ("confidence", "yaw_degrees", "expected"),
    [(0.5, 0, False), (0.49, 0, True), (0.9, 45, False), (0.9, 46, True), (0.9, -46, True), (0.9, None, False)],
)
def test_a_doubtful_emotion_or_a_turned_head_is_uncertain(
    confidence: float, yaw_degrees: Optional[float], expected: bool
) -> None:
    pose = None if yaw_degrees is None else Pose(yaw_degrees=yaw_degrees, pitch_degrees=0, roll_degrees=0)
    assert is_uncertain(confidence, pose, LIMITS) is expected


def test_the_limits_can_be_turned_off() -> None:
    off = EventSettings(uncertain_below=0, uncertain_yaw_degrees=180)
    assert not is_uncertain(0.0, Pose(yaw_degrees=90, pitch_degrees=0, roll_degrees=0), off)
