"""Whether a face tells enough of its emotion to rely on it."""

from typing import Optional

from fer_wire.events import Pose

from fer_agent.settings import EventSettings


def is_uncertain(confidence: float, pose: Optional[Pose], limits: EventSettings) -> bool:
    """Whether the confidence (0–1) is low, or the head is turned too far to a side; an unknown pose is no reason."""
    turned = pose is not None and abs(pose.yaw_degrees) > limits.uncertain_yaw_degrees
    return turned or confidence < limits.uncertain_below
