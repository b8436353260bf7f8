"""Sources of frames: one file per kind, listed by name here."""

import re
from pathlib import Path
from typing import Callable, Tuple

from fer_agent.cameras.camera import Camera
from fer_agent.cameras.csi import CsiCamera
from fer_agent.cameras.demo import DemoCamera
from fer_agent.cameras.file import FileCamera
from fer_agent.cameras.folder import FolderCamera
from fer_agent.cameras.snapshot import HttpCamera
from fer_agent.cameras.stream import StreamCamera
from fer_agent.cameras.v4l2 import V4l2Camera
from fer_agent.cameras.video import is_picture
from fer_agent.errors import CameraError, SettingsError
from fer_agent.settings import CameraSettings

__all__ = ["open_source", "refuse_endless"]


def _is_pictures(source: str) -> bool:
    return Path(source).is_dir() or source.endswith("/") or is_picture(Path(source))


SOURCES: Tuple[Tuple[str, Callable[[str], object], Callable[[CameraSettings, bool], Camera]], ...] = (
    ("V4L2 index", str.isdigit, lambda settings, _: V4l2Camera(settings)),
    ("V4L2 device", re.compile("/dev/").match, lambda settings, _: V4l2Camera(settings)),
    ("demo:", re.compile("demo:(visitors)?$").match, lambda settings, _: DemoCamera(settings)),
    ("csi:N", re.compile("csi:").match, lambda settings, _: CsiCamera(settings)),
    ("rtsp://", re.compile("rtsps?://").match, lambda settings, _: StreamCamera(settings)),
    ("http://", re.compile("https?://").match, lambda settings, _: HttpCamera(settings, StreamCamera(settings))),
    ("pictures", _is_pictures, lambda settings, once: FolderCamera(settings, once=once)),
    ("video file", re.compile("(?!.*://).").match, lambda settings, once: FileCamera(settings, once=once)),
)
"""Name, test and maker of each kind; the first whose test matches is used."""


def open_source(settings: CameraSettings, once: bool = False) -> Camera:
    """The camera that the source names, not yet opened; raises CameraError if it names none.

    With once, every frame of a file or folder is read to its end; otherwise they are played like a live camera.
    """
    for _, fits, make in SOURCES:
        if fits(settings.source.address):
            return make(settings, once)
    kinds = ", ".join(name for name, _, _ in SOURCES)
    raise CameraError(f"{str(settings.source)!r} is not a source of frames; known kinds: {kinds}.")


def refuse_endless(settings: CameraSettings) -> None:
    """Raises SettingsError when the source never ends, so that it cannot be read once to its end."""
    if open_source(settings, once=True).live:
        raise SettingsError(
            f"The source of camera {settings.name} never ends, so --once cannot read it to its end; "
            "leave --once out, or give a video file or a folder of pictures."
        )
