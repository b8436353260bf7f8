"""The thread that reads one opening of a camera."""

import itertools
import threading
import time
from typing import Optional

from fer_agent.cameras.camera import Camera, Frame, Image
from fer_agent.cameras.handoff import Handoff
from fer_agent.errors import CameraError
from fer_agent.imaging import at_most_wide

EVERY_FRAME_QUEUE = 4


class Reader:
    """Opens a camera, reads it to its end or first fault, and closes it.

    Nothing waits for the thread: if it hangs in a driver it is left behind, and ends once the driver returns.
    """

    def __init__(self, camera: Camera, name: str, width_px: int) -> None:
        self.frames = Handoff(size=1 if camera.live else EVERY_FRAME_QUEUE, newest_only=camera.live)
        self.fault: Optional[str] = None
        self.finished = threading.Event()
        self.last_sign_s = time.monotonic()
        self.seen = 0
        self._camera = camera
        self._name = name
        self._width_px = width_px
        self._opened = False
        self._position_s = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"camera-{name}", daemon=True)

    def open(self) -> None:
        """Open in the caller's thread, so that the caller sees a fault; raises CameraError."""
        self._camera.open()
        self._opened = True

    def start(self) -> None:
        """Start reading."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; frames that are already here can still be taken."""
        self._stopping.set()
        self.frames.close()
        self._camera.close()

    def _run(self) -> None:
        try:
            if not self._opened:
                self.open()
            self._read()
        except CameraError as error:
            self.fault = str(error)
        except Exception as error:  # noqa: BLE001 - drivers raise anything; a camera must never end the agent
            self.fault = f"Camera {self._name} failed ({type(error).__name__}: {error})."
        finally:
            self._camera.close()
            self.finished.set()
            self.frames.close()

    def _read(self) -> None:
        # A recording ends now, at the latest; by the clock that no one sets.
        started_s = time.monotonic() - self._camera.length_s
        for index in itertools.count():
            image = None if self._stopping.is_set() else self._camera.read()
            if image is None:
                return
            self.last_sign_s = time.monotonic()
            self.seen += 1
            self.frames.put(self._frame(index, image, started_s))

    def _frame(self, index: int, image: Image, started_s: float) -> Frame:
        now_s, captured_ns = time.time(), time.monotonic_ns()
        position_s = self._camera.position_s
        if position_s is not None:
            position_s = self._position_s = max(position_s, self._position_s)
        return Frame(
            camera=self._name,
            index=index,
            image=at_most_wide(image, self._width_px),
            captured_at_s=now_s if position_s is None else now_s - max(0.0, captured_ns / 1e9 - started_s - position_s),
            captured_ns=captured_ns,
            position_s=captured_ns / 1e9 if position_s is None else position_s,
        )
