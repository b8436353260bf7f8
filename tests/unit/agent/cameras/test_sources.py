from pathlib import Path
from typing import Type

import pytest
from fer_agent.cameras import open_source
from fer_agent.cameras.csi import CsiCamera
from fer_agent.cameras.demo import DemoCamera
from fer_agent.cameras.file import FileCamera
from fer_agent.cameras.folder import FolderCamera
from fer_agent.cameras.snapshot import HttpCamera
from fer_agent.cameras.stream import StreamCamera
from fer_agent.cameras.v4l2 import V4l2Camera
from fer_agent.errors import CameraError
from fer_agent.settings import CameraSettings


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("0", V4l2Camera),
        ("/dev/video2", V4l2Camera),
        ("/dev/v4l/by-id/usb-cam", V4l2Camera),
        ("demo:", DemoCamera),
        ("csi:1", CsiCamera),
        ("rtsp://cam.example/live", StreamCamera),
        ("http://cam.example/mjpg", HttpCamera),
        ("https://cam.example/snapshot.jpg", HttpCamera),
        ("clip.mp4", FileCamera),
        ("/videos/clip", FileCamera),
        ("photo.JPG", FolderCamera),
        ("photos/", FolderCamera),
    ],
)
def test_the_source_names_the_kind_of_camera(source: str, kind: Type[object]) -> None:
    assert type(open_source(CameraSettings(source=source))) is kind


def test_a_folder_is_read_as_pictures(tmp_path: Path) -> None:
    assert type(open_source(CameraSettings(source=str(tmp_path)))) is FolderCamera


def test_an_unknown_scheme_is_refused_with_the_known_ones() -> None:
    with pytest.raises(CameraError) as refused:
        open_source(CameraSettings(source="ftp://user:secret@host/clip"))
    assert "'ftp://***@host/clip' is not a source of frames" in str(refused.value)
    assert "rtsp://" in str(refused.value)


def test_files_are_live_unless_they_are_read_once() -> None:
    settings = CameraSettings(source="clip.mp4")
    assert open_source(settings).live
    assert not open_source(settings, once=True).live


def test_a_camera_that_is_not_plugged_in_is_named() -> None:
    with pytest.raises(CameraError, match="There is no camera /dev/video63; plug it in"):
        V4l2Camera(CameraSettings(source="63")).open()


def test_a_device_that_is_no_camera_is_named(tmp_path: Path) -> None:
    device = tmp_path / "video0"
    device.write_bytes(b"")
    with pytest.raises(CameraError, match="cannot be opened; another program may hold it"):
        V4l2Camera(CameraSettings(source=str(device))).open()
