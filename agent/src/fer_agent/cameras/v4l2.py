"""USB and other local cameras, through Video4Linux."""

import os
from pathlib import Path
from typing import Optional

from fer_agent.cameras import video
from fer_agent.cameras.camera import Image
from fer_agent.errors import CameraError
from fer_agent.settings import DEFAULT_FPS, CameraSettings


class V4l2Camera:
    """A camera by index (0) or device (/dev/video0)."""

    live = True
    stills = False
    length_s = 0.0
    position_s: Optional[float] = None

    def __init__(self, settings: CameraSettings) -> None:
        source = settings.source.address
        self._device = Path(f"/dev/video{int(source)}" if source.isdigit() else source)
        self._settings = settings
        self._video: Optional[video.Video] = None

    def open(self) -> None:
        if not self._device.exists():
            raise CameraError(
                f"There is no camera {self._device}; plug it in, list the cameras with 'ls /dev/video*', "
                "or try --source demo: without one."
            )
        if not os.access(self._device, os.R_OK | os.W_OK):
            raise CameraError(
                f"{self._device} cannot be read by this user; add the user to the group 'video' and log in again."
            )
        options = (video.FPS, self._settings.fps or DEFAULT_FPS, video.WIDTH, self._settings.width_px)
        self._video = video.Video(str(self._device), video.V4L2, options)
        if not self._video.opened:
            raise CameraError(
                f"{self._device} cannot be opened; another program may hold it ('fuser {self._device}' says which), "
                "or it is not a capture device."
            )

    def read(self) -> Optional[Image]:
        image = self._video.read() if self._video else None
        if image is None:
            raise CameraError(f"{self._device} stopped delivering frames; check that it is still plugged in.")
        return image

    def close(self) -> None:
        if self._video:
            self._video.close()
