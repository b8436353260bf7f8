"""A camera that freezes and goes black, as a film of ours plays it live, up to what the controller says of it."""

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from controller_messages import DEVICE, delivered, no_peers, some_telemetry
from fakes_vision import FakeClassifier, FakeVision
from fer_agent.pipeline.pipeline import Pipeline
from fer_agent.settings import CameraSettings, Settings
from fer_controller.ingest.devices import Fleet
from fer_controller.ingest.streams import Streams
from fer_controller.ingest.writer import Ingest
from fer_controller.store.ingest.memory import MemoryStore
from fer_wire import Topics
from fer_wire.telemetry import CameraTelemetry

FPS, SCENE_FRAMES = 20, 60
PATIENCE_S = 60


def film(file: Path) -> Path:
    """Three seconds each of a noisy scene, of one frame of it, and of black, in a format that codes each frame anew."""
    dice = np.random.default_rng(11)
    scene = cv2.resize(dice.integers(40, 200, (6, 8, 3), dtype=np.uint8), (320, 240), interpolation=cv2.INTER_CUBIC)
    noisy = [np.clip(scene + dice.normal(0, 3, scene.shape), 0, 255).astype(np.uint8) for _ in range(SCENE_FRAMES)]
    black = np.zeros_like(scene)
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter_fourcc(*"MJPG"), FPS, (320, 240))  # type: ignore[attr-defined,unused-ignore]
    for picture in [*noisy, *[noisy[-1]] * SCENE_FRAMES, *[black] * SCENE_FRAMES]:
        writer.write(picture)
    writer.release()
    return file


def watching(source: Path) -> Pipeline:
    return Pipeline(
        CameraSettings.model_validate({"name": "door", "source": str(source), "blind_after_s": 1}),
        Settings(),
        once=False,
        eyes=FakeVision(lambda _: []),
        classifier=FakeClassifier(),
        next_track=itertools.count(1).__next__,
        sink=lambda _: None,
    )


def until(pipeline: Pipeline, holds: Callable[[CameraTelemetry], bool]) -> CameraTelemetry:
    deadline = time.monotonic() + PATIENCE_S
    while not holds(found := pipeline.telemetry()):
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return found


def told(*cameras: CameraTelemetry) -> str:
    """What the controller says of a device after this telemetry of its cameras."""
    store = MemoryStore()
    ingest = Ingest(store, Topics(), Streams([], store.events.seqs_above, 100), Fleet([]), no_peers())
    ingest.write(ingest.read([delivered(some_telemetry().model_copy(update={"cameras": cameras}))]))
    (device,) = store.devices.all()
    assert device.device == DEVICE
    return device.blind


def test_a_picture_that_never_changes_and_a_black_camera_are_told_of_and_gone_when_they_go(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pipeline = watching(film(tmp_path / "door.avi"))
    pipeline.start()
    try:
        assert told(until(pipeline, lambda camera: bool(camera.frozen) and not camera.dark)) == "door is frozen"
        assert "door is" in told(until(pipeline, lambda camera: bool(camera.dark)))
        assert told(until(pipeline, lambda camera: not camera.frozen and not camera.dark)) == ""
    finally:
        pipeline.stop()
        pipeline.join(PATIENCE_S)
    assert "is frozen: it does not change any more" in caplog.text
    assert "is dark: it shows nothing but one tone" in caplog.text


def test_a_folder_of_stills_is_no_frozen_camera(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "still.png"), np.full((48, 64, 3), 90, np.uint8))
    pipeline = watching(tmp_path)
    pipeline.start()
    try:
        found = until(pipeline, lambda camera: camera.frames > 2 * FPS)
    finally:
        pipeline.stop()
        pipeline.join(PATIENCE_S)
    assert (found.frozen, found.dark) == (None, None)
