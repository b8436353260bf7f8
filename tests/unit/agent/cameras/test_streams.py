import functools
import http.server
import threading
from pathlib import Path
from typing import Iterator

import cv2
import numpy as np
import pytest
from fer_agent.cameras.stream import StreamCamera
from fer_agent.errors import CameraError
from fer_agent.settings import CameraSettings


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """An HTTP server with a short video."""
    writer = cv2.VideoWriter(str(tmp_path / "clip.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 20, (64, 48))  # type: ignore[attr-defined,unused-ignore]
    for _ in range(5):
        writer.write(np.zeros((48, 64, 3), np.uint8))
    writer.release()
    handler = functools.partial(_Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_stream_gives_frames_until_it_breaks_off(address: str) -> None:
    camera = StreamCamera(CameraSettings(source=f"http://{address}/clip.avi"))
    camera.open()
    images = [camera.read() for _ in range(5)]
    assert all(image is not None and image.shape == (48, 64, 3) for image in images)
    with pytest.raises(CameraError, match="stopped delivering frames"):
        camera.read()
    camera.close()


def test_a_stream_that_is_not_there_is_named_without_its_password(address: str) -> None:
    camera = StreamCamera(CameraSettings(source=f"http://admin:secret@{address}/gone.avi"))
    with pytest.raises(CameraError) as fault:
        camera.open()
    assert f"The stream http://***@{address}/gone.avi cannot be opened" in str(fault.value)
    assert "secret" not in str(fault.value)
