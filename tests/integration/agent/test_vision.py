"""The eyes of the agent on real pictures: capture, dlib, alignment, ONNX Runtime and event policy together."""

import itertools
import json
from pathlib import Path
from typing import Any, Dict, List, Set

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from fer_agent.emotion.classify import Classifier
from fer_agent.events.observation import Observation
from fer_agent.faces.detect import Landmarker, landmarks_file
from fer_agent.faces.dlib_eyes import DlibEyes
from fer_agent.inference.choice import of_the_settings
from fer_agent.pipeline.pipeline import Pipeline
from fer_agent.settings import CameraSettings, FacesSettings, Settings
from fer_wire.contracts import CLASSIFIER
from tiny_onnx import network, write_model

PATIENCE_S = 120


@pytest.fixture(scope="module")
def landmarker() -> Landmarker:
    return Landmarker(landmarks_file(FacesSettings()))


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    folder = write_model(tmp_path_factory.mktemp("zoo") / "tiny", {"fp32": network()})
    settings = Settings.model_validate({"state_dir": folder / "state", "emotion": {"model": folder}})
    return Classifier(of_the_settings(CLASSIFIER, settings))


class Watching:
    """A pipeline over one source, and what it reported."""

    def __init__(self, source: str, landmarker: Landmarker, classifier: Classifier, *, once: bool = True) -> None:
        self.reported: List[Observation] = []
        numbers = itertools.count(1)
        self.pipeline = Pipeline(
            CameraSettings(source=source, fps=240),
            Settings(),
            once,
            eyes=DlibEyes(landmarker, FacesSettings()),
            classifier=classifier,
            next_track=lambda: next(numbers),
            sink=self.reported.extend,
        )

    def to_the_end(self) -> "Watching":
        self.pipeline.start()
        self.pipeline.join(PATIENCE_S)
        assert not self.pipeline.running()
        return self

    def tracks(self) -> Set[int]:
        return {observation.track for observation in self.reported}


def test_one_face_through_a_whole_clip_is_one_track(
    data_dir: Path, landmarker: Landmarker, classifier: Classifier
) -> None:
    watching = Watching(str(data_dir / "clips/portrait_sad_to_happy.mp4"), landmarker, classifier).to_the_end()
    statistics = watching.pipeline.statistics()
    assert statistics.frames == 472
    assert statistics.faces > 440
    assert statistics.failures == 0
    assert watching.tracks() == {1}
    assert watching.reported[0].kind == "start"
    assert [o.kind for o in watching.reported].count("end") == 1
    seconds = (watching.reported[-1].time - watching.reported[0].time).total_seconds()
    assert seconds == pytest.approx(472 / 23.98, abs=0.5)


def test_a_clip_without_a_face_has_no_track_and_no_event(
    data_dir: Path, landmarker: Landmarker, classifier: Classifier
) -> None:
    watching = Watching(str(data_dir / "clips/no_face.mp4"), landmarker, classifier).to_the_end()
    assert watching.pipeline.statistics().frames > 90
    assert watching.reported == []
    assert watching.pipeline.statistics().tracks == 0


def test_several_faces_are_found_in_photographs(data_dir: Path, landmarker: Landmarker, classifier: Classifier) -> None:
    watching = Watching(str(data_dir / "faces"), landmarker, classifier).to_the_end()
    starts = [o for o in watching.reported if o.kind == "start"]
    by_picture = [len(list(group)) for _, group in itertools.groupby(starts, key=lambda o: o.time)]
    assert len(by_picture) == 4
    assert min(by_picture) >= 2
    assert max(by_picture) >= 15
    assert len([o for o in watching.reported if o.kind == "end"]) == len(starts)


def test_a_truncated_clip_gives_what_there_is_and_one_sentence(
    data_dir: Path, tmp_path: Path, landmarker: Landmarker, classifier: Classifier, caplog: pytest.LogCaptureFixture
) -> None:
    whole = (data_dir / "clips/portrait_sad_to_happy.mp4").read_bytes()
    clip = tmp_path / "cut.mp4"
    clip.write_bytes(whole[: len(whole) // 2])
    watching = Watching(str(clip), landmarker, classifier).to_the_end()
    assert 10 < watching.pipeline.statistics().frames < 472
    assert [o.kind for o in watching.reported].count("start") >= 1
    assert "before the end that it promises; it is cut short." in watching.pipeline.fault
    assert not caplog.records


def test_any_kind_of_picture_goes_through(
    tmp_path: Path, landmarker: Landmarker, classifier: Classifier, caplog: pytest.LogCaptureFixture
) -> None:
    images: Dict[str, npt.NDArray[Any]] = {
        "1 tiny.png": np.zeros((1, 1, 3), np.uint8),
        "2 grey.png": np.full((200, 300), 128, np.uint8),
        "3 deep.png": np.full((200, 300), 40_000, np.uint16),
        "4 alpha.png": np.full((200, 300, 4), 128, np.uint8),
        "5 line.png": np.zeros((1, 900, 3), np.uint8),
    }
    for name, image in images.items():
        assert cv2.imwrite(str(tmp_path / name), image)
    (tmp_path / "6 broken.jpg").write_bytes(b"broken")
    watching = Watching(str(tmp_path), landmarker, classifier).to_the_end()
    assert watching.pipeline.statistics().frames == 5
    assert watching.pipeline.statistics().failures == 0
    assert [record.getMessage() for record in caplog.records] == [
        f"{tmp_path / '6 broken.jpg'} cannot be read as a picture and is skipped.",
        f"1 of 6 pictures in {tmp_path} were passed over.",
    ]


def test_the_demo_shows_one_face_all_the_time(landmarker: Landmarker, classifier: Classifier) -> None:
    watching = Watching("demo:", landmarker, classifier, once=False)
    watching.pipeline.start()
    try:
        while watching.pipeline.statistics().frames < 300:
            watching.pipeline.join(0.05)
            assert watching.pipeline.running()
    finally:
        watching.pipeline.stop()
        watching.pipeline.join(PATIENCE_S)
    statistics = watching.pipeline.statistics()
    assert (statistics.tracks, statistics.failures) == (1, 0)
    assert statistics.faces > 0.95 * statistics.frames
    assert all(o.box.y < 300 for o in watching.reported)
    assert json.dumps(watching.reported[0].probabilities)
