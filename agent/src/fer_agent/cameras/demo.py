"""demo: a portrait that moves, for machines without a camera.

astronaut.jpg is NASA's portrait of the astronaut Eileen Collins (1993, public domain: NASA material is not under
copyright), as scikit-image ships it in its data folder; here as JPEG, 512 × 512.
"""

import math
from pathlib import Path
from typing import Optional

import numpy as np

from fer_agent import imaging
from fer_agent.cameras.camera import Image
from fer_agent.cameras.frame_timer import FrameTimer
from fer_agent.cameras.video import read_picture
from fer_agent.errors import CameraError
from fer_agent.settings import DEFAULT_FPS, CameraSettings

PORTRAIT = Path(__file__).with_name("astronaut.jpg")
FACE_XY = (220.0, 115.0)
"""The middle of the face in the portrait, pixels."""
ASPECT = 3 / 4
VISITORS = "demo:visitors"
VISIT_EVERY_S, STAYS_S = 1.5, 0.8
EMPTY = 96
"""How bright the picture is while nobody is there, 0–255."""


class DemoCamera:
    """The portrait slowly panned, zoomed, turned and lit, without end, at the frame rate of the settings.

    With demo:visitors it comes and goes every second or two, so that there are many faces to count.
    """

    live = True
    stills = False
    length_s = 0.0
    position_s: Optional[float] = None

    def __init__(self, settings: CameraSettings) -> None:
        self._size = (settings.width_px, round(settings.width_px * ASPECT))
        self._fps = settings.fps or DEFAULT_FPS
        self._comes_and_goes = settings.source.address == VISITORS
        self._portrait: Optional[Image] = None
        self._timer: Optional[FrameTimer] = None
        self._index = 0

    def open(self) -> None:
        self._portrait = read_picture(PORTRAIT)
        self._timer = FrameTimer(self._fps)

    def read(self) -> Optional[Image]:
        if self._portrait is None or self._timer is None:
            raise CameraError(f"The portrait {PORTRAIT} cannot be read; reinstall fer-agent.")
        self._timer.wait()
        self._index += 1
        return self.picture(self._portrait, self._index / self._fps)

    def picture(self, portrait: Image, time_s: float) -> Image:
        """The portrait at a given time; the periods have no small common multiple, so it seldom repeats."""
        width, height = self._size
        if self._comes_and_goes and time_s % VISIT_EVERY_S >= STAYS_S:
            return np.full((height, width, 3), EMPTY, np.uint8)
        zoom = height / 512 * (1.3 + 0.25 * _wave(time_s, 17))
        angle = math.radians(6) * _wave(time_s, 11)
        middle = (width * (0.5 + 0.12 * _wave(time_s, 13)), height * (0.42 + 0.06 * _wave(time_s, 7)))
        cosine, sine = zoom * math.cos(angle), zoom * math.sin(angle)
        x, y = FACE_XY
        matrix = np.array(
            [
                [cosine, -sine, middle[0] - cosine * x + sine * y],
                [sine, cosine, middle[1] - sine * x - cosine * y],
            ]
        )
        moved = imaging.warp(portrait, matrix, self._size)
        return imaging.brightened(moved, 1 + 0.15 * _wave(time_s, 5))

    def close(self) -> None:
        if self._timer:
            self._timer.release()


def _wave(time_s: float, period_s: float) -> float:
    return math.sin(2 * math.pi * time_s / period_s)
