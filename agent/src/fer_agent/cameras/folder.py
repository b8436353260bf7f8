"""Pictures: a folder of them, or a single file."""

import logging
from pathlib import Path
from typing import Iterator, List, Optional, Set

from fer_agent.cameras.camera import Image
from fer_agent.cameras.frame_timer import FrameTimer
from fer_agent.cameras.video import is_picture, read_picture
from fer_agent.errors import CameraError
from fer_agent.settings import DEFAULT_FPS, CameraSettings

logger = logging.getLogger(__name__)


class FolderCamera:
    """Pictures in the order of their names; each stands alone. Without once, a loop at the frame rate."""

    stills = True
    length_s = 0.0

    def __init__(self, settings: CameraSettings, *, once: bool) -> None:
        self.live = not once
        self.position_s: Optional[float] = None
        self._path = Path(settings.source.address)
        self._fps = settings.fps or DEFAULT_FPS
        self._images: Iterator[Image] = iter(())
        self._timer: Optional[FrameTimer] = None
        self._unreadable: Set[Path] = set()

    def open(self) -> None:
        if not self._path.exists():
            raise CameraError(f"There is no picture or folder {self._path}; check the path given as source.")
        if not self._pictures():
            raise CameraError(f"The folder {self._path} contains no pictures; add some.")
        self._images = self._round()
        self._timer = FrameTimer(self._fps)

    def read(self) -> Optional[Image]:
        image = next(self._images, None)
        if image is None and self.live:
            self._images = self._round()
            image = next(self._images, None)
        if image is None:
            self._count_unreadable()
        if self._timer and self.live:
            self._timer.wait()
        return image

    def _count_unreadable(self) -> None:
        pictures = self._pictures()
        if self._unreadable.issuperset(pictures):
            raise CameraError(f"No picture in {self._path} can be read; add readable ones.")
        if self._unreadable and not self.live:
            logger.warning(
                "%d of %d pictures in %s were passed over.", len(self._unreadable), len(pictures), self._path
            )

    def close(self) -> None:
        if self._timer:
            self._timer.release()

    def _round(self) -> Iterator[Image]:
        for index, path in enumerate(self._pictures()):
            image = read_picture(path)
            if image is None:
                if path not in self._unreadable:
                    logger.warning("%s cannot be read as a picture and is skipped.", path)
                self._unreadable.add(path)
                continue
            self._unreadable.discard(path)
            self.position_s = None if self.live else index / self._fps
            yield image

    def _pictures(self) -> List[Path]:
        if self._path.is_file():
            return [self._path]
        return sorted(path for path in self._path.iterdir() if path.is_file() and is_picture(path))
