import sys
from pathlib import Path

import numpy as np
import pytest
from fer_agent.cameras.csi import GSTREAMER, CsiCamera, gstreamer_command
from fer_agent.errors import CameraError
from fer_agent.settings import CameraSettings

SETTINGS = CameraSettings(source="csi:1", width_px=64, fps=25)
FRAME_BYTES = 64 * 36 * 3


@pytest.fixture
def gstreamer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for gst-launch-1.0 that writes its arguments to a file, two frames to stdout, and ends."""
    program = tmp_path / GSTREAMER
    program.write_text(
        f"#!{sys.executable}\n"
        "import pathlib, sys\n"
        f"pathlib.Path({str(tmp_path / 'arguments')!r}).write_text(' '.join(sys.argv[1:]))\n"
        f"sys.stdout.buffer.write(bytes([1]) * {FRAME_BYTES} + bytes([2]) * {FRAME_BYTES} + b'cut')\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_frames_come_from_the_childs_stdout_until_it_ends(gstreamer: Path) -> None:
    camera = CsiCamera(SETTINGS)
    camera.open()
    for value in (1, 2):
        image = camera.read()
        assert image is not None
        assert image.shape == (36, 64, 3)
        assert (image == value).all()
    with pytest.raises(CameraError, match=r"The camera csi:1 stopped delivering frames.*nvargus-daemon"):
        camera.read()
    camera.close()
    assert "sensor-id=1" in (gstreamer / "arguments").read_text()


@pytest.mark.usefixtures("gstreamer")
def test_the_camera_can_be_opened_again() -> None:
    camera = CsiCamera(SETTINGS)
    for _ in range(2):
        camera.open()
        assert camera.read() is not None
        camera.close()
        camera.close()


def test_without_gstreamer_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        CameraError, match=r"needs gst-launch-1\.0, which is not installed; install gstreamer1\.0-tools"
    ):
        CsiCamera(SETTINGS).open()


def test_a_camera_that_is_no_number_is_refused() -> None:
    with pytest.raises(CameraError, match="'csi:left' is not a CSI camera"):
        CsiCamera(CameraSettings(source="csi:left"))


def test_the_command_asks_for_bgr_frames_of_the_size_wanted() -> None:
    command = gstreamer_command(0, 640, 360, 30)
    assert command[:2] == [GSTREAMER, "-q"]
    assert "video/x-raw,width=640,height=360,format=BGRx" in command
    assert np.count_nonzero([part == "video/x-raw,format=BGR" for part in command]) == 1
