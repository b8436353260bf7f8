"""Where a face was and how it was turned, as an event says it."""

from typing import Optional

from fer_wire import Box
from fer_wire.events import MAX_PX, Pose

from fer_agent.faces.eyes import Angles
from fer_agent.faces.geometry import Rectangle


def box(rectangle: Rectangle) -> Box:
    """Whole pixels, at least one each way."""
    left, top, width, height = (
        round(value) for value in (rectangle.left, rectangle.top, rectangle.width, rectangle.height)
    )
    return Box(x=_bounded(left), y=_bounded(top), width=max(1, _bounded(width)), height=max(1, _bounded(height)))


def size_px(rectangle: Rectangle) -> float:
    """The square root of the area, to a tenth of a pixel."""
    return min(max(round(rectangle.size, 1), 0.1), float(MAX_PX))


def pose(angles: Optional[Angles]) -> Optional[Pose]:
    """The head's angles, to a tenth of a degree; None where they are not known."""
    if angles is None:
        return None
    yaw, pitch, roll = (round(angle, 1) for angle in angles)
    return Pose(yaw_degrees=yaw, pitch_degrees=pitch, roll_degrees=roll)


def _bounded(px: int) -> int:
    return max(-MAX_PX, min(MAX_PX, px))
