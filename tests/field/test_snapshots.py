"""A camera with a snapshot address and nothing else, watched by the agent's own eyes."""

import http.server
import itertools
import threading
import time
from collections.abc import Iterator

import cv2
import pytest
from fakes_vision import FakeClassifier
from fer_agent.cameras.demo import PORTRAIT, DemoCamera
from fer_agent.cameras.video import read_picture
from fer_agent.events.observation import Observation
from fer_agent.faces.detect import Landmarker, landmarks_file
from fer_agent.faces.dlib_eyes import DlibEyes
from fer_agent.pipeline.pipeline import Pipeline
from fer_agent.settings import CameraSettings, FacesSettings, Settings

PATIENCE_S = 60
FPS = 10


def portraits() -> Iterator[bytes]:
    """The demo's moving portrait, one JPEG after the other, without end."""
    portrait = read_picture(PORTRAIT)
    assert portrait is not None
    demo = DemoCamera(CameraSettings.model_validate({"source": "demo:", "width_px": 320}))
    for index in itertools.count():
        yield bytes(cv2.imencode(".jpg", demo.picture(portrait, index / FPS))[1])


@pytest.fixture
def address() -> Iterator[str]:
    pictures = portraits()

    class Camera(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            picture = next(pictures)
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(len(picture)))
            self.end_headers()
            self.wfile.write(picture)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with http.server.HTTPServer(("127.0.0.1", 0), Camera) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://admin:s3cret@127.0.0.1:{server.server_address[1]}/snapshot.jpg?token=s3cret"
        server.shutdown()


def test_a_camera_with_a_snapshot_address_only_is_polled_with_tracks_and_events(address: str) -> None:
    seen: list[Observation] = []
    faces = FacesSettings(finder="dlib", detect_every_frames=3)
    pipeline = Pipeline(
        CameraSettings.model_validate({"name": "door", "source": address, "fps": FPS}),
        Settings.model_validate({"faces": faces, "events": {"heartbeat_s": 1}}),
        once=False,
        eyes=DlibEyes(Landmarker(landmarks_file(faces)), faces),
        classifier=FakeClassifier(),
        next_track=itertools.count(1).__next__,
        sink=seen.extend,
    )
    pipeline.start()
    try:
        deadline = time.monotonic() + PATIENCE_S
        while [event.kind for event in seen].count("heartbeat") < 2:
            assert time.monotonic() < deadline, pipeline.telemetry()
            time.sleep(0.05)
        told = pipeline.telemetry()
    finally:
        pipeline.stop()
        pipeline.join(PATIENCE_S)
    assert [event.kind for event in seen][:1] == ["start"]
    assert {event.track for event in seen} == {1}
    assert (told.state, told.error, told.reopened, told.frozen) == ("running", "", 0, False)
    assert "s3cret" not in told.model_dump_json()
