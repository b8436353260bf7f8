"""Video files: read once to the end, or played in a loop like a live camera."""

import logging
from pathlib import Path
from typing import Optional

from fer_agent.cameras import video
from fer_agent.cameras.camera import Image
from fer_agent.cameras.container import missing_bytes
from fer_agent.cameras.frame_timer import FrameTimer
from fer_agent.cameras.timeline import Timeline
from fer_agent.errors import CameraError
from fer_agent.settings import DEFAULT_FPS, CameraSettings

logger = logging.getLogger(__name__)


LONGEST_S = 86_400.0
"""No header is believed to tell of a longer recording."""


class FileCamera:
    """A video file. With once, every frame as fast as it is taken; otherwise in a loop, at its own or the set rate."""

    stills = False

    def __init__(self, settings: CameraSettings, *, once: bool) -> None:
        self.live = not once
        self.length_s = 0.0
        self.position_s: Optional[float] = None
        self._path = Path(settings.source.address)
        self._settings = settings
        self._video: Optional[video.Video] = None
        self._timer: Optional[FrameTimer] = None
        self._read = 0

    def open(self) -> None:
        if not self._path.exists():
            raise CameraError(f"There is no video file {self._path}; check the path given as source.")
        if not self._path.is_file():
            raise CameraError(
                f"{self._path} is no file, but a pipe or the like; write its frames to a file, or stream them."
            )
        self._video = video.Video(str(self._path))
        if not self._video.opened:
            self._video.close()
            raise CameraError(
                f"{self._path} cannot be read as a video; it is damaged, cut short, or in a format that OpenCV does "
                "not know. 'ffmpeg -i FILE out.mp4' may repair it."
            )
        self._read = 0
        fps = self._video.fps or DEFAULT_FPS
        self.length_s = min(self._video.frames / fps, LONGEST_S)
        self._timeline = Timeline(fps)
        self._timer = self._timer or FrameTimer(self._settings.fps or fps)

    def read(self) -> Optional[Image]:
        if self._video is None:
            return None
        image = self._video.read()
        if image is None:
            return self._at_the_end(self._video)
        self._read += 1
        if self.live and self._timer:
            self._timer.wait()
        if not self.live:
            self.position_s = self._timeline.at(self._video.position_s)
        return image

    def close(self) -> None:
        if self._timer and self.live:
            self._timer.release()
            self._timer = None
        if self._video:
            self._video.close()

    def _at_the_end(self, ended: video.Video) -> Optional[Image]:
        if not self._read and ended.opened:
            raise CameraError(f"{self._path} contains no frame that can be read; record it anew.")
        missing = missing_bytes(self._path)
        if missing:
            raise CameraError(
                f"{self._path} ends after {self._read} frames, {missing} bytes before the end that it promises; it is "
                "cut short. What could be read was used."
            )
        if not self.live:
            return None
        ended.close()
        self.open()
        return self.read() if self._video.opened else None  # type: ignore[union-attr]
