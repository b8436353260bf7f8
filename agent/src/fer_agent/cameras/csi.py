"""A Jetson's CSI camera, through GStreamer as a child process: pip's OpenCV is built without it."""

import subprocess
from typing import IO, List, Optional

import numpy as np

from fer_agent.cameras.camera import Image
from fer_agent.errors import CameraError
from fer_agent.settings import DEFAULT_FPS, CameraSettings

GSTREAMER = "gst-launch-1.0"
SENSOR_SIZE = (1920, 1080)


class CsiCamera:
    """csi:N: NVIDIA's camera service scales each frame, and the child process writes its BGR bytes to stdout."""

    live = True
    stills = False
    length_s = 0.0
    position_s: Optional[float] = None

    def __init__(self, settings: CameraSettings) -> None:
        number = settings.source.address[len("csi:") :] or "0"
        if not number.isdigit():
            raise CameraError(
                f"{settings.source.address!r} is not a CSI camera; write csi:0 for the first, csi:1 for the second."
            )
        self._source = settings.source.address
        width = settings.width_px // 4 * 4  # GStreamer pads each row to four bytes
        self._width, self._height = width, width * SENSOR_SIZE[1] // SENSOR_SIZE[0]
        self._command = gstreamer_command(int(number), self._width, self._height, round(settings.fps or DEFAULT_FPS))
        self._child: Optional[subprocess.Popen[bytes]] = None

    def open(self) -> None:
        self.close()
        try:
            self._child = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        except FileNotFoundError:
            raise CameraError(
                f"The camera {self._source} needs {GSTREAMER}, which is not installed; install gstreamer1.0-tools "
                "(JetPack brings it), or use a USB camera."
            ) from None

    def read(self) -> Optional[Image]:
        child = self._child
        frame_bytes = self._width * self._height * 3
        data = _exactly(child.stdout, frame_bytes) if child and child.stdout else b""
        if len(data) < frame_bytes:
            raise CameraError(
                f"The camera {self._source} stopped delivering frames; check its ribbon cable, and restart the camera "
                "service with 'sudo systemctl restart nvargus-daemon'."
            )
        return np.frombuffer(data, np.uint8).reshape(self._height, self._width, 3)

    def close(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        # A reader in another thread may still hold the pipe's lock; it meets the end of file and lets go.
        if child.stdout:
            child.stdout.close()


def gstreamer_command(sensor: int, width: int, height: int, fps: int) -> List[str]:
    """The child's command line; the caps are those of NVIDIA's documentation for nvarguscamerasrc."""
    sensor_width, sensor_height = SENSOR_SIZE
    pipeline = (
        f"nvarguscamerasrc sensor-id={sensor} "
        f"! video/x-raw(memory:NVMM),width={sensor_width},height={sensor_height},framerate={fps}/1 "
        f"! nvvidconv ! video/x-raw,width={width},height={height},format=BGRx "
        "! videoconvert ! video/x-raw,format=BGR ! queue max-size-buffers=1 leaky=downstream ! fdsink fd=1 sync=false"
    )
    return [GSTREAMER, "-q", *pipeline.split()]


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    try:
        return pipe.read(count)
    except ValueError:  # closed meanwhile
        return b""
