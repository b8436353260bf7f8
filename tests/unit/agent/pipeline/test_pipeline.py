import itertools
import threading
import time
from typing import Any, Callable, List, Optional, Tuple

import pytest
from fakes_vision import FakeCamera, FakeClassifier, FakeVision, picture
from fer_agent.cameras.camera import Camera
from fer_agent.emotion.temperature import in_order
from fer_agent.errors import CameraError, SpoolError
from fer_agent.events.observation import Observation
from fer_agent.faces.geometry import Rectangle
from fer_agent.pipeline import pipeline as pipeline_module
from fer_agent.pipeline.pipeline import Pipeline
from fer_agent.settings import CameraSettings, EmotionSettings, EventSettings, FacesSettings, Settings

PATIENCE_S = 10
FPS = 10
SETTINGS = Settings(
    faces=FacesSettings(confirm_detections=1),
    emotion=EmotionSettings(smoothing_s=0),
    events=EventSettings(heartbeat_s=2, change_hold_s=0.25),
)
DOOR = CameraSettings(name="door", reopen_max_s=0.05, stall_s=0.2)
ANGRY, FEAR, HAPPY = 5, 25, 35
"""Brightness by which FakeClassifier tells an emotion."""


class Spool:
    """Keeps what it is given, but for the tries that are to fail."""

    def __init__(self, failures: int = 0) -> None:
        self.kept: List[Observation] = []
        self.tries = 0
        self._failures = failures

    def append(self, observations: List[Observation]) -> None:
        self.tries += 1
        if self.tries <= self._failures:
            raise SpoolError("The disk is full.")
        self.kept += observations

    def story(self) -> List[str]:
        return [f"{o.kind} {o.emotion}" for o in self.kept]


def film(*scenes: Tuple[float, int]) -> FakeCamera:
    """Seconds and brightness of each scene, one after the other."""
    values = [value for seconds, value in scenes for _ in range(round(seconds * FPS))]
    positions = [index / FPS for index in range(len(values))]
    return FakeCamera([picture(value=value) for value in values], live=False, positions_s=positions)


def make(
    camera: Camera, spool: Spool, world: Optional[Callable[[int], List[Rectangle]]] = None, **parts: Any
) -> Pipeline:
    numbers = itertools.count(1)
    vision = FakeVision(world or (lambda _: [Rectangle(100, 100, 100, 100)]))
    return Pipeline(
        DOOR,
        SETTINGS,
        True,
        eyes=parts.pop("eyes", None) or vision,
        classifier=parts.pop("classifier", None) or FakeClassifier(),
        next_track=lambda: next(numbers),
        sink=spool.append,
        source=parts.pop("source", None) or (lambda: camera),
    )


def run(pipeline: Pipeline) -> None:
    pipeline.start()
    pipeline.join(PATIENCE_S)
    assert not pipeline.running()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


def test_a_face_starts_changes_beats_and_ends_on_the_films_own_time() -> None:
    spool = Spool()
    run(make(film((1, ANGRY), (3, HAPPY)), spool))
    assert spool.story() == ["start angry", "change happy", "heartbeat happy", "end happy"]
    began = spool.kept[0].time
    seconds = [(o.time - began).total_seconds() for o in spool.kept]
    assert seconds == pytest.approx([0.0, 1.3, 3.3, 3.9], abs=0.01)


def test_an_observation_says_who_where_and_by_which_model() -> None:
    spool = Spool()
    run(make(film((0.5, HAPPY)), spool))
    first = spool.kept[0]
    assert (first.camera, first.track, first.model) == ("door", 1, "fake@1/fp32")
    assert first.confidence == first.probabilities["happy"] == pytest.approx(0.88)
    assert first.time.tzinfo is not None
    assert abs(first.box.x - 100) < 10
    assert abs(first.box.width - 100) < 10


def test_all_faces_of_a_frame_are_classified_in_one_batch() -> None:
    classifier, spool = FakeClassifier(), Spool()
    world = lambda _: [Rectangle(50, 100, 100, 100), Rectangle(400, 100, 100, 100)]  # noqa: E731
    pipeline = make(film((1, HAPPY)), spool, world, classifier=classifier)
    run(pipeline)
    assert set(classifier.batches) == {2}
    assert spool.story() == ["start happy", "start happy", "end happy", "end happy"]
    assert (pipeline.statistics().faces, pipeline.statistics().tracks) == (20, 2)


def test_many_faces_are_classified_in_turn_and_each_is_reported() -> None:
    classifier, spool = FakeClassifier(), Spool()
    world = lambda _: [Rectangle(20 + 60 * (at % 10), 60 + 120 * (at // 10), 50, 50) for at in range(20)]  # noqa: E731
    pipeline = make(film((1, HAPPY)), spool, world, classifier=classifier)
    run(pipeline)
    assert set(classifier.batches) == {SETTINGS.emotion.faces_per_frame}
    assert sorted(spool.story()) == ["end happy"] * 20 + ["start happy"] * 20
    assert (pipeline.statistics().faces, pipeline.statistics().tracks) == (200, 20)


def test_without_a_face_nothing_is_classified_and_nothing_reported() -> None:
    classifier, spool = FakeClassifier(), Spool()
    pipeline = make(film((1, HAPPY)), spool, lambda _: [], classifier=classifier)
    run(pipeline)
    assert (classifier.batches, spool.tries, pipeline.statistics().frames) == ([], 0, 10)


def test_a_bad_frame_is_counted_and_the_next_is_worked_on() -> None:
    class Ill(FakeClassifier):
        def classify(self, faces: Any) -> Any:
            if len(self.batches) == 3:
                self.batches.append(0)
                raise ValueError("ill")
            return super().classify(faces)

    spool = Spool()
    pipeline = make(film((1, HAPPY)), spool, classifier=Ill())
    run(pipeline)
    assert pipeline.statistics().failures == 1
    assert pipeline.statistics().frames == 10
    assert pipeline.telemetry().error == ""
    assert spool.story() == ["start happy", "end happy"]


def test_a_fault_that_stays_is_in_the_telemetry() -> None:
    class Ill(FakeClassifier):
        def classify(self, faces: Any) -> Any:
            raise ValueError("ill")

    pipeline = make(film((1, HAPPY)), Spool(), classifier=Ill())
    run(pipeline)
    assert pipeline.statistics().failures == 10
    assert pipeline.telemetry().error == "Camera door: frame 9 failed (ValueError: ill)."


def test_what_the_spool_refuses_is_offered_again_in_order_and_nothing_is_lost() -> None:
    spool = Spool(failures=3)
    pipeline = make(film((1, ANGRY), (1, HAPPY)), spool)
    run(pipeline)
    assert spool.story() == ["start angry", "change happy", "end happy"]
    assert pipeline.statistics().failures == 3


def test_a_spool_that_never_works_lets_the_pipeline_stop_and_says_what_is_lost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    spool = Spool(failures=10**9)
    pipeline = make(film((5, HAPPY)), spool)
    pipeline.start()
    until(lambda: pipeline.telemetry().error == "The disk is full.")
    pipeline.stop()
    pipeline.join(PATIENCE_S)
    assert not pipeline.running()
    assert caplog.records[-1].getMessage() == "Camera door: 2 events could not be stored before the end."


def test_a_stop_ends_the_open_tracks() -> None:
    hold, spool = threading.Event(), Spool()
    pipeline = make(FakeCamera([picture(value=HAPPY), hold]), spool)
    pipeline.start()
    until(lambda: len(spool.kept) == 1)
    pipeline.stop()
    hold.set()
    pipeline.join(PATIENCE_S)
    assert spool.story() == ["start happy", "end happy"]
    assert pipeline.telemetry().state == "ended"


def test_a_camera_that_vanishes_ends_its_tracks_and_comes_back_with_new_ones() -> None:
    hold, spool = threading.Event(), Spool()
    scripts: List[List[object]] = [
        [picture(value=HAPPY)],  # looked at only to learn what kind of camera it is
        [picture(value=HAPPY), CameraError("Pulled out.")],
        [picture(value=ANGRY), hold],
    ]
    cameras = iter(FakeCamera(script) for script in scripts)
    pipeline = make(FakeCamera([]), spool, source=lambda: next(cameras))
    pipeline.start()
    until(lambda: len(spool.kept) == 3)
    telemetry = pipeline.telemetry()
    assert (telemetry.state, telemetry.reopened, telemetry.error) == ("running", 1, "")
    pipeline.stop()
    hold.set()
    pipeline.join(PATIENCE_S)
    assert spool.story() == ["start happy", "end happy", "start angry", "end angry"]
    assert [o.track for o in spool.kept] == [1, 1, 2, 2]


def test_a_missing_file_read_once_stops_the_start() -> None:
    camera = film()
    camera.opening_fault = "There is no video file."
    pipeline = make(camera, Spool())
    with pytest.raises(CameraError, match=r"There is no video file\."):
        pipeline.start()
    pipeline.stop()
    pipeline.join(PATIENCE_S)
    assert not pipeline.running()


def test_the_model_can_be_changed_while_frames_come() -> None:
    class Other(FakeClassifier):
        reference = "other@2/fp32"

    class Swapping(Spool):
        def append(self, observations: List[Observation]) -> None:
            super().append(observations)
            pipeline.classifier = Other()

    spool = Swapping()
    pipeline = make(film((1, HAPPY)), spool)
    run(pipeline)
    assert [o.model for o in spool.kept] == ["fake@1/fp32", "other@2/fp32"]


def test_a_thread_that_hangs_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline_module, "STUCK_S", 0.3)
    hang = threading.Event()

    class Hanging(FakeClassifier):
        def classify(self, faces: Any) -> Any:
            hang.wait(PATIENCE_S)
            return super().classify(faces)

    pipeline = make(film((0.2, HAPPY)), Spool(), classifier=Hanging())
    assert pipeline.healthy()
    pipeline.start()
    until(lambda: not pipeline.healthy())
    hang.set()
    pipeline.join(PATIENCE_S)
    assert pipeline.healthy()


def test_the_telemetry_has_the_rate_and_the_latencies() -> None:
    pipeline = make(film((1, HAPPY)), Spool())
    run(pipeline)
    telemetry = pipeline.telemetry()
    assert (telemetry.camera, telemetry.state, telemetry.frames, telemetry.faces) == ("door", "ended", 10, 10)
    assert telemetry.faces_per_frame == 1.0
    assert telemetry.fps is not None
    assert telemetry.latency_p50_ms is not None
    assert telemetry.latency_p95_ms is not None
    assert 0 < telemetry.latency_p50_ms <= telemetry.latency_p95_ms


def test_other_settings_hold_from_the_next_frame_on_and_faces_keep_their_tracks() -> None:
    spool = Spool()
    seen: List[int] = []

    class Telling(FakeClassifier):
        def classify(self, faces: Any) -> Any:
            seen.append(len(seen))
            if len(seen) == 10:
                pipeline.retune(
                    SETTINGS.model_copy(update={"events": EventSettings(heartbeat_s=0.5), "cameras": [DOOR]})
                )
            return super().classify(faces)

    pipeline = make(film((3, HAPPY)), spool, classifier=Telling())
    run(pipeline)
    assert spool.story()[:2] == ["start happy", "heartbeat happy"]
    assert 4 <= spool.story().count("heartbeat happy") <= 5
    assert {each.track for each in spool.kept} == {1}


def test_what_is_published_is_tempered_as_the_model_asks_and_marked_where_it_is_thin() -> None:
    class Overconfident(FakeClassifier):
        track_temperatures = in_order({"happy": 4.0})

    sure, doubtful = Spool(), Spool()
    run(make(film((2, HAPPY)), sure))
    run(make(film((2, HAPPY)), doubtful, classifier=Overconfident()))
    assert [(round(o.confidence, 2), o.uncertain) for o in sure.kept[:1]] == [(0.88, False)]
    assert doubtful.kept[0].emotion == "happy"
    assert doubtful.kept[0].confidence < 0.45
    assert doubtful.kept[0].uncertain
