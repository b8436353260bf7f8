"""Network cameras that send a stream: rtsp:// and http(s)://."""

from typing import Optional

from fer_agent.cameras import video
from fer_agent.cameras.camera import Image
from fer_agent.errors import CameraError
from fer_agent.settings import CameraSettings

OPEN_TIMEOUT_S = 10.0


class StreamCamera:
    """A stream that FFmpeg can read."""

    live = True
    stills = False
    length_s = 0.0
    position_s: Optional[float] = None

    def __init__(self, settings: CameraSettings) -> None:
        self._source = settings.source
        self._stall_s = settings.stall_s
        self._video: Optional[video.Video] = None

    def open(self) -> None:
        options = (video.OPEN_TIMEOUT, OPEN_TIMEOUT_S * 1000, video.READ_TIMEOUT, self._stall_s * 1000)
        self._video = video.Video(self._source.escaped, video.FFMPEG, options)
        if not self._video.opened:
            raise CameraError(
                f"The stream {self._source} cannot be opened; check that the camera is reachable and that its path, "
                "user and password are right."
            )

    def read(self) -> Optional[Image]:
        image = self._video.read() if self._video else None
        if image is None:
            raise CameraError(f"The stream {self._source} stopped delivering frames; check the camera and the network.")
        return image

    def close(self) -> None:
        if self._video:
            self._video.close()
